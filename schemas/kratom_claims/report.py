"""The report of a validation: on a terminal, as JSON, HTML and SARIF, and as annotations of a CI run."""

import hashlib
import sys
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .faults import Fault, show
from .outcome import Asked, Outcome

SHOWN = 20
"""Most faults of one rule that are printed; all are in the other reports."""
TEMPLATE = Path(__file__).with_name("report.html")
"""Template of the HTML report."""


def summary(outcome: Outcome, most: int = SHOWN) -> str:
    """The readable summary: tables and rows, rules, notes, faults by rule, verdict."""
    d = outcome.package.descriptor
    lines = [f"{show(str(d.get('name', '(no name)')))} {show(str(d.get('version', '(no version)')))}", ""]
    lines += [f"  {rows:>6} {show(name)}" for name, rows in outcome.rows.items()]
    lines += [
        "",
        f"{sum(outcome.rows.values())} rows in {len(outcome.rows)} tables; {len(outcome.ran)} rules run, {len(outcome.skipped)} not run",
    ]
    lines += [f"  not run: {rule}, as {show(why)}" for rule, why in outcome.skipped.items()]
    lines += [f"  {show(note, 300)}" for note in outcome.notes]
    return "\n".join([*lines, *fault_lines(outcome, most), ""])


def teller(most: int) -> Callable[[Fault], None]:
    """What writes faults to standard error as they are found, at most so many of a kind (rule, file, column)."""
    told: Counter[tuple[str, str, str]] = Counter()

    def tell(fault: Fault) -> None:
        kind = fault.rule, fault.file, fault.column
        told[kind] += 1
        if told[kind] <= most:
            print(fault.message(), file=sys.stderr)

    return tell


def by_rule(outcome: Outcome) -> dict[str, list[Fault]]:
    """Faults by rule, in the order of the catalogue: causes (structure, bytes) before what follows from them."""
    groups: dict[str, list[Fault]] = {rule: [] for rule in outcome.catalogue}
    for fault in outcome.faults:
        groups[fault.rule].append(fault)
    return {rule: faults for rule, faults in groups.items() if faults}


def fault_lines(outcome: Outcome, most: int) -> list[str]:
    """Faults grouped by rule with their counts, then the last line of the report."""
    groups = by_rule(outcome)
    if not groups:
        return ["valid: no faults"]
    lines = [""]
    for rule, faults in groups.items():
        lines.append(f"{rule}: {counted(len(faults))} ({outcome.catalogue[rule].asks})")
        lines += [f"  {fault.message()}" for fault in faults[:most]]
        if rest := faults[most:]:
            where = Counter(f"{show(f.file)} {show(f.column)}".strip() for f in rest)
            shown = ", ".join(f"{count} in {place}" for place, count in islice(where.most_common(), 5))
            lines.append(f"  and {len(rest)} more: {shown}{', ...' if len(where) > 5 else ''} (--json, --html and --sarif write all)")  # fmt: skip
    return [*lines, "", f"not valid: {counted(len(outcome.faults))} under {len(groups)} {'rule' if len(groups) == 1 else 'rules'}"]  # fmt: skip


def counted(faults: int) -> str:
    """A number of faults in words."""
    return f"{faults} {'fault' if faults == 1 else 'faults'}"


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The whole outcome as plain values, of the form that ``schemas/report.schema.json`` describes."""
    d = outcome.package.descriptor
    return {
        "package": {"name": d.get("name"), "version": d.get("version")},
        "valid": not outcome.faults,
        "tables": outcome.rows,
        "rules": {"run": outcome.ran, "not_run": outcome.skipped},
        "notes": outcome.notes,
        "faults": [fault.as_dict() | {"message": fault.message()} for fault in outcome.faults],
    }


def as_html(outcome: Outcome) -> str:
    """The whole outcome as one page that needs nothing else. Every value is escaped; long ones are cut."""
    from jinja2 import Environment, StrictUndefined

    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page.filters["show"] = lambda value: show(str(value), 300)
    return page.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        name=outcome.package.descriptor.get("name"), version=outcome.package.descriptor.get("version"),
        outcome=outcome, groups=by_rule(outcome), catalogue=outcome.catalogue, counted=counted,
    )  # fmt: skip


def as_sarif(outcome: Outcome) -> dict[str, Any]:
    """The faults in the Static Analysis Results Interchange Format 2.1.0, for code scanning and editors."""
    index = {rule: number for number, rule in enumerate(outcome.catalogue)}
    return {
        "version": "2.1.0",
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "runs": [{
            "tool": {"driver": {"name": "kratom-claims validate", "rules": [sarif_rule(one) for one in outcome.catalogue.values()]}},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": True,
                "toolExecutionNotifications": [{"level": "warning", "message": {"text": show(f"{rule} was not run, as {why}", 1000)}}
                                               for rule, why in outcome.skipped.items()],
            }],
            "results": [sarif_result(fault, index[fault.rule]) for fault in outcome.faults],
        }],
    }  # fmt: skip


def sarif_rule(one: Asked) -> dict[str, Any]:
    """A rule of the catalogue for SARIF."""
    return {
        "id": one.id,
        "shortDescription": {"text": one.asks},
        "fullDescription": {"text": f"{one.asks}: {one.why}."},
        "help": {"text": f"{one.remedy}."},
    }


def sarif_result(fault: Fault, index: int) -> dict[str, Any]:
    """A fault for SARIF. Its columns count characters, ours count cells: ours goes to the properties."""
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(fault.file, errors="replace")}}
    if fault.line:
        place["region"] = {"startLine": fault.line}
    same = "\0".join([fault.rule, fault.file, fault.row, fault.column]).encode(errors="replace")
    return {
        "ruleId": fault.rule,
        "ruleIndex": index,
        "level": "error",
        "message": {"text": fault.message()},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"fault/v1": hashlib.sha256(same).hexdigest()},
        "properties": {"row": show(fault.row, 1000), "column": show(fault.column, 1000), "columnNumber": fault.column_no},
    }  # fmt: skip


def annotations(outcome: Outcome) -> str:
    """The faults as workflow commands, which CI runs show beside the lines that are at fault."""
    return "".join(
        f"::error file={parameter(fault.file)},line={max(fault.line, 1)},title={parameter(fault.rule)}::{data(fault.message())}\n"
        for fault in outcome.faults
    )


def data(text: str) -> str:
    """A text as the message of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def parameter(text: str) -> str:
    """A text as a parameter of a workflow command."""
    return data(show(text)).replace(":", "%3A").replace(",", "%2C")
