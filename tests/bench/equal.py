"""The checks that every peer makes, as plain data, and a package with known faults to hold the peers to.

Whoever reads this file needs no data frames: the process of a peer holds only what that peer needs.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kratom_claims.package import HOME, key_fields

Found = set[tuple[str, str, str]]
"""Faults as (table, key of the row as text, column)."""

TABLES = ("claims", "captures", "mentions", "annotations")
"""The four tables, referenced ones first."""
CANONICAL = {
    "integer": r"-?(?:0|[1-9][0-9]{0,15})",
    "number": r"-?(?:0|[1-9][0-9]{0,15})(?:[.][0-9]{1,15})?",
    "boolean": r"(?:true|false)",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
}
"""The forms of ``kratom_claims.tables``, which cannot be imported here without a library for data frames."""
ORDERED = {"mentions": ("start", "end"), "annotations": ("start", "end")}
"""Columns of which the first must be less than the second."""
REFERENCES = {
    "mentions": {"claim_id": ("claims", "claim_id"), "capture_id": ("captures", "capture_id")},
    "annotations": {"capture_id": ("captures", "capture_id"), "mention_id": ("mentions", "mention_id")},
}
"""Foreign keys of one column: to small tables, and of millions of rows to millions of rows."""


@dataclass(frozen=True)
class Column:
    """What the cells of a column must be.

    ``pattern`` must match the whole text of a cell that is not blank: the canonical form of the type or, for
    strings, the pattern of the field. A date must exist besides. Bounds are those of integers.
    """

    name: str
    type: str
    required: bool
    pattern: str | None
    enum: list[str] | None
    minimum: int | None
    maximum: int | None


@dataclass(frozen=True)
class Table:
    """What a table must be; a fault of ``ordered`` is one of its second column, a repeated key one of the later row."""

    name: str
    key: str
    columns: list[Column]
    ordered: tuple[str, str] | None
    references: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order."""
        return [column.name for column in self.columns]

    @property
    def kept(self) -> list[str]:
        """Columns that other tables, or keys of this one, are held against: all that must outlive its row checks."""
        return [self.key, *self.references]


def tables() -> list[Table]:
    """The checks of the four tables, read from their Table Schemas."""
    return [table(json.loads((HOME / "schemas" / f"{name}.json").read_text(encoding="utf-8"))) for name in TABLES]


def table(schema: dict[str, Any]) -> Table:
    """The checks of one Table Schema whose key is one column."""
    (key,) = key_fields(schema)
    name = schema["name"]
    columns = [column(one, one["name"] == key) for one in schema["fields"]]
    return Table(name, key, columns, ORDERED.get(name), REFERENCES.get(name, {}))


def column(one: dict[str, Any], in_key: bool) -> Column:
    """The checks of one field."""
    constraints = one.get("constraints", {})
    return Column(
        one["name"],
        one["type"],
        in_key or constraints.get("required", False),
        CANONICAL.get(one["type"], constraints.get("pattern")),
        constraints.get("enum"),
        constraints.get("minimum"),
        constraints.get("maximum"),
    )


PLANTED: list[tuple[str, int, dict[str, str | None]]] = [
    ("claims", 3, {"negated": "yes"}),
    ("claims", 7, {"harm_severity": "5"}),
    ("claims", 11, {"valid_as_of": "2026-02-30"}),
    ("claims", 13, {"statement": None}),
    ("captures", 0, {"redistributable": "False"}),
    ("captures", 1, {"captured_on": "2026-1-5"}),
    ("captures", 2, {"text_length": "0"}),
    ("mentions", 10, {"start": "00"}),
    ("mentions", 20, {"segment_no": "0"}),
    ("mentions", 30, {"claim_id": None}),
    ("mentions", 40, {"claim_id": "C999999999"}),
    ("mentions", 50, {"capture_id": "nowhere"}),
    ("mentions", 60, {"sha256": "ABCDEF0123456789" * 4}),
    ("mentions", 70, {"stance": "asserted"}),
    ("mentions", 80, {"start": "9", "end": "9"}),
    ("mentions", 90, {"mention_id": "m90"}),
    ("annotations", 15, {"segment_no": "1.0"}),
    ("annotations", 25, {"start": "-1"}),
    ("annotations", 35, {"sha256": "abcdef0123456789" * 4 + "\n"}),
    ("annotations", 45, {"mention_id": "M999999999"}),
    ("annotations", 55, {"capture_id": "nowhere"}),
    ("annotations", 65, {"claim_type": "benefits"}),
    ("annotations", 75, {"start": "500", "end": "499"}),
]
"""Faults: table, row from 0, what is written there. The fault is one of the last column named."""
REPEATED = 5
"""Row of ``mentions`` and of ``annotations`` that is written a second time at the end of its table."""


def plant(source: Path, target: Path) -> Found:
    """Copy the four tables of a package without faults, with known faults in them; returns all of them."""
    import polars as pl

    frames = {name: pl.read_csv(source / "data" / f"{name}.csv", infer_schema=False) for name in TABLES}
    before = frames["mentions"]["mention_id"]
    keys = {one.name: one.key for one in tables()}
    found: Found = set()
    for name, row, cells in PLANTED:
        frame = frames[name].with_row_index("row")
        here = pl.col("row") == row
        frame = frame.with_columns(pl.when(here).then(pl.lit(v)).otherwise(c).alias(c) for c, v in cells.items())
        frames[name] = frame.drop("row")
        found.add((name, frames[name][keys[name]][row], list(cells)[-1]))
    for name in ("mentions", "annotations"):
        frames[name] = pl.concat([frames[name], frames[name][[REPEATED]]])
        found.add((name, frames[name][keys[name]][-1], keys[name]))
    gone = before.filter(~before.is_in(frames["mentions"]["mention_id"].implode()))
    dangling = frames["annotations"].filter(pl.col("mention_id").is_in(gone.implode()))["annotation_id"]
    found |= {("annotations", key, "mention_id") for key in dangling}
    (target / "data").mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        frame.write_csv(target / "data" / f"{name}.csv")
    return found
