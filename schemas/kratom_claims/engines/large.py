"""Validation of a large package on one machine: read once, block by block, within bounded memory."""

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from ..beside import Beside
from ..check import Outcome, run_rules
from ..faults import Fault
from ..package import Package
from ..ratings import actions_of, rated
from ..rules import CATALOGUE, Context, Rule
from ..rules.anchors import SPANS
from ..rules.base import faults_of
from ..tables import TABLE_LIMIT, Table, Tables, read_table, unfitness
from .pieces import ON_READING
from .reading import HUGE, Kept, read, size_of
from .streamed import Streamed, part_of

MOST = 1000
"""Faults of one kind (rule, file, column) that are kept; the others are counted."""
RELEASED = ("R5/bundle", "R6/same-bytes")
"""Rules on the bundle of a release, which a package larger than a bundle may be does not have."""

PORTION = 2 * 1024 * 1024 * 1024
"""Bytes of a package whose spans are joined with each other at once."""
WITHIN_TEXTS = ("A1/", "A2/", "A4/")
"""Rules that hold spans against others of the same text, and against nothing else."""
OF_TEXTS = (*SPANS, "captures")
"""Tables of which each row is of one text."""
ACTED = ("J1/ratings", "J1/steps")
"""Rules that look at nothing of the mentions but which actions they ask for."""


def check(
    package: Package,
    texts: Path | None,
    progress: Callable[[str], Any] = lambda _: None,
    tell: Callable[[Fault], Any] = lambda _: None,
) -> Outcome:
    """Run every rule of the catalogue on a package of any size; each fault is told when it is found."""
    kept = Kept(MOST, tell)
    with (
        Beside(partial(of_record, package)) as record,
        tempfile.TemporaryDirectory(prefix="kratom-claims-") as folder,
    ):
        if "mentions" not in package.paths:
            record.tell(None)
        tables = read(package, Path(folder), kept, texts is not None, progress, first="mentions", then=lambda mentions: record.tell(acts(mentions)))  # fmt: skip
        progress("ratings")
        found = record.result()
        record.end()
        kept.add([fault for faults in found.values() for fault in faults])
        rules = [one for one in whole_rules(tables) if one.id not in found]
        outcome = in_portions(package, tables, texts, progress, rules, kept)
    outcome.ran += found
    return concluded(outcome, kept, tables)


def in_portions(
    package: Package, tables: Tables, texts: Path | None, progress: Callable[[str], Any], rules: list[Rule], kept: Kept
) -> Outcome:
    """Run rules on whole tables; of a huge package one at a time, and some on a portion of the texts after the other."""
    size = size_of(package)
    told = [
        run_rules(package, some, texts, progress, chosen, take=kept.add, at_once=1 if size > HUGE else 2)
        for some, chosen in portions(tables, rules, size // PORTION + 1)
    ]
    outcome, last = told[0], told[-1]
    if last is not outcome:
        outcome.skipped |= last.skipped
        outcome.ran += last.ran
    return outcome


def portions(tables: Tables, rules: list[Rule], parts: int) -> Iterator[tuple[Tables, list[Rule]]]:
    """Which rules are run on which rows: those that hold spans against those of the same text on some texts at a time."""
    apart = {one.id for one in rules if one.id.startswith(WITHIN_TEXTS)} if parts > 1 else set()
    yield tables, [one for one in rules if one.id not in apart]
    for part in range(parts if apart else 0):
        some = {name: part_of(table, part, parts) for name, table in tables.items() if name in OF_TEXTS and isinstance(table, Streamed)}  # fmt: skip
        yield Tables({**tables, **some}), [one for one in rules if one.id in apart]


def of_record(package: Package, ask: Callable[[], dict[str, str] | None]) -> dict[str, list[Fault]]:
    """What each rule on the curated record finds whose tables are what they should be; Python's work, ratings above all.

    It asks for the strongest actions of mentions (None if they cannot be read). Tables are read anew, by pandas: the
    threads of polars are not there in a process that was forked.
    """
    with pd.option_context("mode.string_storage", "python"):
        tables = Tables((name, read_table(package, name)) for name in package.paths if name not in SPANS)
        unfit, actions = {name for name in tables if unfitness(tables, name)}, ask()
        rules = {one: tables_of(one) for one in CATALOGUE.values() if on_record(one) and (actions is not None or one.id not in ACTED)}  # fmt: skip
        able = [one for one, needed in rules.items() if needed <= tables.keys() - unfit]
        context = Context(package, tables)
        if actions is not None and {*ACTED} & {one.id for one in able}:
            context.__dict__["computed"] = rated(tables, actions)
        return {one.id: faults_of(context, one) for one in able}


def acts(mentions: Table) -> dict[str, str] | None:
    """The strongest actions of mentions; None if they cannot be read."""
    tables = Tables(mentions=mentions)
    return None if unfitness(tables, "mentions") else actions_of(tables)


def tables_of(one: Rule) -> set[str]:
    """The tables whose rows a rule looks at."""
    return {*one.tables} - ({"mentions"} if one.id in ACTED else set())


def on_record(one: Rule) -> bool:
    """Whether a rule is one of provenance or judgement that looks at curated tables only."""
    return one.id.startswith(("P", "J")) and not tables_of(one) & {*SPANS}


def whole_rules(tables: Tables) -> list[Rule]:
    """Rules that look at whole tables; the others are run as the tables are read."""
    left_out = ON_READING if is_bundled(tables) else ON_READING | {*RELEASED}
    return [one for one in CATALOGUE.values() if one.id not in left_out]


def is_bundled(tables: Tables) -> bool:
    """Whether a package is small enough to be released as one bundle."""
    return sum(facts["bytes"] for table in tables.values() for facts in table.facts.values()) <= TABLE_LIMIT


def concluded(outcome: Outcome, kept: Kept, tables: Tables) -> Outcome:
    """The outcome with the faults that were kept, and with what was counted only."""
    outcome.ran = [id_ for id_ in CATALOGUE if id_ in outcome.ran or id_ in ON_READING]
    if not is_bundled(tables):
        outcome.skipped |= dict.fromkeys(RELEASED, f"the tables hold more than {TABLE_LIMIT >> 20} MB, the most that is released as one bundle")  # fmt: skip
    outcome.faults = sorted(set(kept.faults))
    outcome.notes += [f"{rule} {file} {column}: {count:,} faults, of which the first {MOST:,} are kept"
                      for (rule, file, column), count in sorted(kept.counts.items()) if count > MOST]  # fmt: skip
    return outcome
