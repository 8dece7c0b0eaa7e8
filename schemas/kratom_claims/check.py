"""Validation of a package: all rules, both engines, one list of faults."""

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from .conformance import frictionless_faults, only_new
from .faults import Fault, UnusableError
from .package import Package
from .rules import CATALOGUE, Context, Rule
from .rules.base import faults_of
from .tables import Tables, read_tables, unfitness


@dataclass
class Outcome:
    """What a validation found: rows by table, rules run, rules that could not run and why, notes, faults."""

    package: Package
    rows: dict[str, int]
    ran: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def exit_status(self) -> int:
        """0 if nothing is wrong, 1 if a rule fails."""
        return 1 if self.faults else 0


def check(package: Package, texts: Path | None, progress: Callable[[str], Any] = lambda _: None) -> Outcome:
    """Run every rule of the catalogue on a package, and Frictionless, on two processor cores; collect all faults."""
    # On tables of this size Python's own strings are faster than Arrow's, which pandas takes wherever Arrow is there.
    with pd.option_context("mode.string_storage", "python"):
        progress("reading tables")
        tables = read_tables(package)
        wait = beside(second_half, package, tables, texts)
        outcome = run_rules(package, tables, texts, progress, [one for one in CATALOGUE.values() if not judges(one)])
    progress("judgement, Frictionless")
    other, theirs = wait()
    outcome.skipped |= other.skipped
    outcome.ran = [id_ for id_ in CATALOGUE if id_ in {*outcome.ran, *other.ran}]
    ours = [*outcome.faults, *other.faults]
    outcome.faults = sorted({*ours, *only_new(ours, theirs)})
    return outcome


def judges(one: Rule) -> bool:
    """Whether a rule is one of judgement, which compute all ratings again."""
    return one.id.startswith("J")


def second_half(package: Package, tables: Tables, texts: Path | None) -> tuple[Outcome, list[Fault]]:
    """What the rules of judgement found, and what Frictionless found: about half of the work."""
    outcome = run_rules(package, tables, texts, rules=filter(judges, CATALOGUE.values()))
    if unread := [table.file for table in tables.values() if table.unreadable]:
        outcome.skipped["Frictionless"] = f"{', '.join(unread)} cannot be read"
        return outcome, []
    return outcome, frictionless_faults(package, tables)


def beside(work: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
    """Start work in a process of its own (later in this one where processes cannot fork) and return what waits for its result."""
    if not hasattr(os, "fork"):
        return lambda: work(*arguments)
    fork = multiprocessing.get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)

    def act() -> None:
        try:
            sender.send((work(*arguments), None))
        except Exception as error:
            sender.send((None, error))

    fork.Process(target=act, daemon=True).start()
    sender.close()

    def wait() -> Any:
        try:
            result, error = receiver.recv()
        except EOFError:
            raise UnusableError("stopped: a pattern of a schema runs away, or the tables are too large. Is it a package that you trust?") from None  # fmt: skip
        if error is not None:
            raise error
        return result

    return wait


def run_rules(
    package: Package,
    tables: Tables,
    texts: Path | None,
    progress: Callable[[str], Any] = lambda _: None,
    rules: Iterable[Rule] = CATALOGUE.values(),
    of: Collection[str] | None = None,
    take: Callable[[list[Fault]], Any] | None = None,
) -> Outcome:
    """Run the rules of the catalogue (or some of them; those of each table on the tables named by ``of``).

    Rules whose tables cannot be read, or are not those of the contract (S1 says so), are named as not run. Faults go to
    ``take`` as they come, or else into the outcome.
    """
    outcome = Outcome(package, {name: table.count for name, table in tables.items()})
    context = Context(package, tables, texts)
    for one in rules:
        progress(one.id)
        if unfit := {name: why for name in one.tables if (why := unfitness(tables, name))}:
            outcome.skipped[one.id] = "; ".join(f"{name} {why}" for name, why in unfit.items())
        else:
            outcome.ran.append(one.id)
            (take or outcome.faults.extend)(faults_of(context, one, of))
    outcome.notes = context.said
    outcome.faults = sorted(set(outcome.faults))
    return outcome
