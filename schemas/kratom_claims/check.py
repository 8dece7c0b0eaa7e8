"""Validation of a package: all rules, both engines, one list of faults."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .faults import Fault
from .package import Package
from .rules import CATALOGUE, Context
from .rules.base import faults_of
from .tables import Tables, read_tables


@dataclass
class Outcome:
    """What a validation found: rows by table, rules run, rules that could not run and why, notes, faults."""

    package: Package
    rows: dict[str, int]
    ran: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def exit_status(self) -> int:
        """0 if nothing is wrong, 1 if a rule fails."""
        return 1 if self.faults else 0


def check(package: Package, texts: Path | None, progress: Callable[[str], Any] = lambda _: None) -> Outcome:
    """Run every rule of the catalogue on a package, then Frictionless, and collect all faults."""
    progress("reading tables")
    tables = read_tables(package)
    outcome = run_rules(package, tables, texts, progress)
    progress("Frictionless")
    outcome.faults = sorted({*outcome.faults, *frictionless(package, tables, outcome.faults)})
    return outcome


def run_rules(
    package: Package, tables: Tables, texts: Path | None, progress: Callable[[str], Any] = lambda _: None
) -> Outcome:
    """Run every rule of the catalogue; rules whose tables cannot be read are named as not run."""
    outcome = Outcome(package, {name: len(table.text) for name, table in tables.items()})
    context = Context(package, tables, texts)
    for one in CATALOGUE.values():
        progress(one.id)
        if broken := [name for name in one.tables if name not in tables or not tables[name].usable]:
            outcome.skipped[one.id] = f"{', '.join(broken)} cannot be read"
            outcome.faults += missing(one.id, tables, broken)
        else:
            outcome.ran.append(one.id)
            outcome.faults += faults_of(context, one)
    outcome.notes = context.said
    outcome.faults = sorted(set(outcome.faults))
    return outcome


def missing(rule: str, tables: Tables, broken: list[str]) -> list[Fault]:
    """Tables that a rule needs and that the package does not have at all."""
    remedy = "Add the table, or validate a package of kratom-claims"
    return [
        Fault(
            "datapackage.json",
            0,
            0,
            "",
            name,
            "S1/columns",
            "no such resource",
            f"a resource {name}, which {rule.split('/')[0]} needs",
            "",
            remedy,
        )
        for name in broken
        if name not in tables
    ][:1]


def frictionless(package: Package, tables: Tables, ours: list[Fault]) -> list[Fault]:
    """What only Frictionless found."""
    from .conformance import frictionless_faults, only_new

    return only_new(ours, frictionless_faults(package, tables))
