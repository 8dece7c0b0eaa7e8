"""Validation of a large package on one machine: read once, block by block, within bounded memory."""

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ..check import Outcome, run_rules
from ..package import Package
from ..rules import CATALOGUE, Rule
from ..tables import TABLE_LIMIT
from .pieces import ON_READING
from .reading import Kept, read

MOST = 1000
"""Faults of one kind (rule, file, column) that are kept; the others are counted."""
RELEASED = ("R5/bundle", "R6/same-bytes")
"""Rules on the bundle of a release, which a package larger than a bundle may be does not have."""


def check(package: Package, texts: Path | None, progress: Callable[[str], Any] = lambda _: None, tell: Callable[..., Any] = lambda _: None) -> Outcome:  # fmt: skip
    """Run every rule of the catalogue on a package of any size."""
    kept = Kept(MOST, tell)
    with tempfile.TemporaryDirectory(prefix="kratom-claims-") as folder:
        tables = read(package, Path(folder), kept, texts is not None, progress)
        bundled = sum(table.facts.get("bytes", 0) for table in tables.values()) <= TABLE_LIMIT
        rules = [one for one in whole_rules() if bundled or one.id not in RELEASED]
        outcome = run_rules(package, tables, texts, progress, rules, take=kept.add)
    if not bundled:
        outcome.skipped |= dict.fromkeys(RELEASED, f"the tables hold more than {TABLE_LIMIT >> 20} MB, the most that is released as one bundle")  # fmt: skip
    outcome.ran = [id_ for id_ in CATALOGUE if id_ in outcome.ran or id_ in ON_READING]
    outcome.faults, outcome.counts = sorted(kept.faults), kept.counts
    return outcome


def whole_rules() -> Iterable[Rule]:
    """Rules that look at whole tables; the others are run as the tables are read."""
    return [one for one in CATALOGUE.values() if one.id not in ON_READING]
