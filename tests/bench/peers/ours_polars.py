"""This project's equal checks on polars."""

from pathlib import Path

import equal
import ours
from kratom_claims.engines import reading  # noqa: F401  imported here so that its import is not timed as checking


def check(folder: Path) -> equal.Found:
    """The equal checks."""
    return ours.on_polars(folder)
