"""This project's equal checks on pandas."""

from pathlib import Path

import equal
import ours
import pandas  # noqa: F401  imported here so that its import is not timed as checking


def check(folder: Path) -> equal.Found:
    """The equal checks."""
    return ours.on_pandas(folder)
