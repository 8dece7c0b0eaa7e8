"""Validation of a large package on one machine: read once, block by block, within bounded memory."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..check import Outcome, run_rules
from ..faults import Fault
from ..package import Package
from ..rules import CATALOGUE, Rule
from ..tables import TABLE_LIMIT, Tables
from .pieces import ON_READING
from .reading import Kept, read

MOST = 1000
"""Faults of one kind (rule, file, column) that are kept; the others are counted."""
RELEASED = ("R5/bundle", "R6/same-bytes")
"""Rules on the bundle of a release, which a package larger than a bundle may be does not have."""


def check(
    package: Package,
    texts: Path | None,
    progress: Callable[[str], Any] = lambda _: None,
    tell: Callable[[Fault], Any] = lambda _: None,
) -> Outcome:
    """Run every rule of the catalogue on a package of any size; each fault is told when it is found."""
    kept = Kept(MOST, tell)
    with tempfile.TemporaryDirectory(prefix="kratom-claims-") as folder:
        tables = read(package, Path(folder), kept, texts is not None, progress)
        outcome = run_rules(package, tables, texts, progress, whole_rules(tables), take=kept.add)
    return concluded(outcome, kept, tables)


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
