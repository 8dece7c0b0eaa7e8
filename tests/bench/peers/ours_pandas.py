"""This project's equal checks on pandas."""

from pathlib import Path

import equal
import pandas  # noqa: F401  imported here so that its import is not timed as checking
from kratom_claims import engines


def check(folder: Path) -> equal.Found:
    """The equal checks."""
    return engines.equal_checks(folder, "pandas")
