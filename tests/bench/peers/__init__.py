"""The peers: one file each, as its own users would write it. ``check(folder)`` returns the faults of ``equal``."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Peer:
    """A peer: what it does not do, the libraries whose versions matter, and the most mentions it is given.

    ``equal`` peers make the equal checks; the ``floor`` makes none; ``full`` runs all rules of this project.
    """

    title: str
    libraries: tuple[str, ...]
    lacks: str
    most: int = 10_000_000
    kind: Literal["equal", "floor", "full"] = "equal"


PEERS = {
    "floor_bytes": Peer("read and hash the bytes", (), "reads no cell, checks nothing", kind="floor"),
    "floor": Peer("read with polars", ("polars",), "checks nothing", kind="floor"),
    "floor_all": Peer("read all tables with polars", ("polars",), "checks nothing", kind="floor"),
    "ours_polars": Peer("kratom-claims on polars", ("kratom-claims", "polars"), "the equal checks only"),
    "ours_pandas": Peer(
        "kratom-claims on pandas",
        ("kratom-claims", "pandas"),
        "the equal checks only; reads no table of more than 64 MB, for which there is polars",
        most=100_000,
    ),
    "ours_full": Peer(
        "kratom-claims, all rules", ("kratom-claims",), "nothing left out: all rules on all tables", kind="full"
    ),
    "duckdb_sql": Peer(
        "DuckDB, SQL by hand",
        ("duckdb",),
        "no contract: every check is SQL that somebody writes; a fault is a key and a column, without line, value and remedy",
    ),
    "dataframely": Peer(
        "dataframely",
        ("dataframely", "polars"),
        "no foreign keys of this kind (an anti-join by hand); schemas are Python classes, not read from Table Schemas; no places in files",
    ),
    "pandera_polars": Peer(
        "Pandera on polars",
        ("pandera", "polars"),
        "no foreign keys (an anti-join by hand), no calendar, no canonical forms (checks of one's own)",
    ),
    "pandera_pandas": Peer(
        "Pandera on pandas",
        ("pandera", "pandas", "pyarrow"),
        "no foreign keys (a merge by hand), no calendar, no canonical forms (checks of one's own)",
        most=1_000_000,
    ),
    "pointblank": Peer(
        "Pointblank on polars",
        ("pointblank", "polars"),
        "no canonical forms (patterns by hand), no calendar (an expression); keeps 500 failed rows a step unless told otherwise",
    ),
    "frictionless": Peer(
        "Frictionless",
        ("frictionless",),
        "no rule over two columns and no canonical forms (a check of one's own); stops at 1,000 errors unless told otherwise",
        most=100_000,
    ),
}
"""All peers, in the order in which they take turns."""
