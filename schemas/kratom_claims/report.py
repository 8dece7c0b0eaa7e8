"""The report of a validation: on a terminal, and as JSON."""

from collections import Counter
from typing import Any

from .check import Outcome
from .faults import show
from .rules import CATALOGUE

SHOWN = 20
"""Most faults of one rule that are printed; all are in the JSON report."""


def summary(outcome: Outcome, most: int = SHOWN) -> str:
    """The readable summary: tables and rows, rules, notes, faults by rule, verdict."""
    d = outcome.package.descriptor
    lines = [f"{show(str(d.get('name', '(no name)')))} {show(str(d.get('version', '(no version)')))}", ""]
    lines += [f"  {rows:>6} {name}" for name, rows in outcome.rows.items()]
    lines += [
        "",
        f"{sum(outcome.rows.values())} rows in {len(outcome.rows)} tables; {len(outcome.ran)} rules run, {len(outcome.skipped)} not run",
    ]
    lines += [f"  not run: {rule}, as {show(why)}" for rule, why in outcome.skipped.items()]
    lines += [f"  {note}" for note in outcome.notes]
    return "\n".join([*lines, *fault_lines(outcome, most), ""])


def fault_lines(outcome: Outcome, most: int) -> list[str]:
    """Faults grouped by rule with their counts, then the last line of the report."""
    if not outcome.faults:
        return ["valid: no faults"]
    lines, counts = [""], Counter(fault.rule for fault in outcome.faults)
    for rule, count in sorted(counts.items()):
        lines.append(f"{rule}: {count} {'fault' if count == 1 else 'faults'} ({CATALOGUE[rule].asks})")
        shown = [fault.message() for fault in outcome.faults if fault.rule == rule][:most]
        lines += [f"  {message}" for message in shown]
        if count > len(shown):
            lines.append(f"  and {count - len(shown)} more (all are in the report that --json writes)")
    return [*lines, "", f"not valid: {len(outcome.faults)} faults under {len(counts)} rules"]


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The whole outcome as plain values."""
    d = outcome.package.descriptor
    return {
        "package": {"name": d.get("name"), "version": d.get("version")},
        "valid": not outcome.faults,
        "tables": outcome.rows,
        "rules": {"run": outcome.ran, "not_run": outcome.skipped},
        "notes": outcome.notes,
        "faults": [fault.as_dict() | {"message": fault.message()} for fault in outcome.faults],
    }
