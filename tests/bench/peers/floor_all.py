"""The floor of all rules: polars reads all tables of the package and checks nothing."""

from pathlib import Path

import polars as pl


def check(folder: Path) -> set[tuple[str, str, str]]:
    """Read every cell as text, which is the least that a check of canonical forms needs."""
    for path in sorted((folder / "data").glob("*.csv")):
        pl.read_csv(path, infer_schema=False)
    return set()
