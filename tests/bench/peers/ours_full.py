"""All rules of this project, on all tables of the package."""

from pathlib import Path
from typing import Any

from kratom_claims import engines


def check(folder: Path) -> list[Any]:
    """The faults of all rules."""
    return engines.full(folder)
