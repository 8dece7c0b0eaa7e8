"""Validation of a large package on one machine: read once, block by block, within bounded memory."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ..beside import beside
from ..check import Outcome, run_rules
from ..faults import Fault
from ..package import Package
from ..ratings import actions_of, rated
from ..rules import CATALOGUE, Context, Rule
from ..rules.base import faults_of
from ..tables import TABLE_LIMIT, Tables, unfitness
from .pieces import ON_READING
from .reading import HUGE, Kept, read, size_of

MOST = 1000
"""Faults of one kind (rule, file, column) that are kept; the others are counted."""
RELEASED = ("R5/bundle", "R6/same-bytes")
"""Rules on the bundle of a release, which a package larger than a bundle may be does not have."""

RATED = ("J1/ratings", "J1/steps")
"""Rules that compute all ratings again: Python's work, done in a process of its own while the rest is read."""


def check(
    package: Package,
    texts: Path | None,
    progress: Callable[[str], Any] = lambda _: None,
    tell: Callable[[Fault], Any] = lambda _: None,
) -> Outcome:
    """Run every rule of the catalogue on a package of any size; each fault is told when it is found."""
    kept, ratings = Kept(MOST, tell), Ratings(package)
    with tempfile.TemporaryDirectory(prefix="kratom-claims-") as folder:
        tables = read(package, Path(folder), kept, texts is not None, progress, after=ratings.begin)
        rules = [one for one in whole_rules(tables) if one.id not in ratings.ran]
        outcome = run_rules(package, tables, texts, progress, rules, take=kept.add, at_once=1 if size_of(package) > HUGE else 2)  # fmt: skip
        progress("ratings")
        kept.add(ratings.wait())
    outcome.ran += ratings.ran
    return concluded(outcome, kept, tables)


@dataclass
class Ratings:
    """The rules on ratings, begun as soon as all tables that they need have been read."""

    package: Package
    ran: list[str] = field(default_factory=list)
    wait: Callable[[], list[Fault]] = list

    def begin(self, tables: Tables) -> None:
        """Begin, if the tables that have been read are all that are needed and nothing has begun."""
        needed = {name for id_ in RATED for name in CATALOGUE[id_].tables}
        if self.ran or not needed <= set(tables) or any(unfitness(tables, name) for name in needed):
            return
        held, actions = Tables(tables), actions_of(tables)
        self.ran = [*RATED]
        self.wait = beside(lambda: self.faults(held, actions))

    def faults(self, tables: Tables, actions: dict[str, str]) -> list[Fault]:
        """What the rules find. Polars is not asked: its threads are not there in a process that was forked."""
        with pd.option_context("mode.string_storage", "python"):
            context = Context(self.package, tables)
            context.__dict__["computed"] = rated(tables, actions)
            return [fault for id_ in RATED for fault in faults_of(context, CATALOGUE[id_])]


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
