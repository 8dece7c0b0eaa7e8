"""What a validation found, as plain values: it can be read back and reported without any other library."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from .faults import Fault
from .package import Package


@dataclass(frozen=True)
class Asked:
    """What a rule says of itself: its id, what it asks, why, and what to do when it fails."""

    id: str
    asks: str
    why: str
    remedy: str


def all_rules() -> Mapping[str, Asked]:
    """All rules of this version, by id."""
    from .rules import CATALOGUE

    return CATALOGUE


@dataclass
class Outcome:
    """What a validation found: rows by table, rules run, rules that could not run and why, notes, faults.

    ``catalogue`` is all rules there are, in the order of their families.
    """

    package: Package
    rows: dict[str, int]
    ran: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    catalogue: Mapping[str, Asked] = field(default_factory=all_rules)

    @property
    def exit_status(self) -> int:
        """0 if nothing is wrong, 1 if a rule fails."""
        return 1 if self.faults else 0
