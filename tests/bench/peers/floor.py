"""The floor: polars reads the four files and checks nothing."""

from pathlib import Path

import equal
import polars as pl


def check(folder: Path) -> equal.Found:
    """Read every cell as text, which is the least that a check of canonical forms needs."""
    for name in equal.TABLES:
        pl.read_csv(folder / "data" / f"{name}.csv", infer_schema=False)
    return set()
