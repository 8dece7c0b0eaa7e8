"""Known faults for a synthetic package: what is planted where, and every fault that the rules find because of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..faults import UnusableError
from ..package import Package, key_fields
from .record import Record
from .texts import BLOCK, TABLES, Plan, Replicas, block

if TYPE_CHECKING:
    import polars as pl

Row = dict[str, Any]
CAPTURES = 4
"""Whole captures, spread over all that are drawn, whose rows take the faults of the text side."""
PLACE = "_place"
"""Column with the place of a row in its table, counted from 0."""
NOWHERE = "999999999"
"""Number of identifiers that no row has."""


@dataclass
class Planting:
    """A package that is being spoiled: the rows that may be, the cells to change, rows to add and to drop, and the faults told.

    ``rows`` has all rows of the curated tables and those of the chosen captures of the others, each with its place.
    """

    package: Package
    rows: dict[str, "pl.DataFrame"]
    captures: list[str]
    edits: dict[str, dict[int, Row]] = field(default_factory=dict)
    added: dict[str, list[Row]] = field(default_factory=dict)
    dropped: dict[str, set[int]] = field(default_factory=dict)
    taken: dict[str, set[int]] = field(default_factory=dict)
    faults: set[tuple[str, str, str, str]] = field(default_factory=set)

    def take(self, table: str, *where: "pl.Expr", capture: int | None = None) -> Row:
        """The first row that meets the conditions and that no fault has taken yet."""
        import polars as pl

        frame = self.rows[table].filter(~pl.col(PLACE).is_in(list(self.taken.get(table, ()))), *where)
        if capture is not None:
            frame = frame.filter(pl.col("capture_id") == self.captures[capture])
        if frame.is_empty():
            raise UnusableError(f"{table}: has no row left for a fault that is planted there. Take another seed.")
        row = frame.row(0, named=True)
        self.taken.setdefault(table, set()).add(row[PLACE])
        return row

    def plant(self, table: str, row: Row, told: str, /, **cells: Any) -> None:
        """Change cells of a row. ``told`` names each fault of the row as rule:column."""
        self.edits.setdefault(table, {}).setdefault(row[PLACE], {}).update(cells)
        self.tell(table, self.key(table, {**row, **cells}), told)

    def add(self, table: str, told: str, /, **cells: Any) -> None:
        """Add a row to a curated table."""
        self.added.setdefault(table, []).append(cells)
        self.tell(table, self.key(table, cells), told)

    def drop(self, table: str, row: Row) -> None:
        """Leave out a row of a curated table."""
        self.dropped.setdefault(table, set()).add(row[PLACE])

    def tell(self, table: str, row: str, told: str) -> None:
        """Say that faults will be found in a row that exists, whoever changed it."""
        for rule, _, column in (one.partition(":") for one in told.split()):
            self.faults.add((table, row, rule, column))

    def tell_used(self, scheme: str, code: str) -> None:
        """Say that a code which no row used before, and which says why, is used now."""
        self.tell("vocabulary", f"{scheme}/{code}", "S5/used:unused_reason")

    def key(self, table: str, row: Row) -> str:
        """The key of a row as text."""
        return "/".join(str(row[name]) for name in key_fields(self.package.schemas[table]))

    def listed(self) -> list[dict[str, str]]:
        """All faults, in the order of table and row."""
        return [dict(zip(("table", "row", "rule", "column"), fault, strict=True)) for fault in sorted(self.faults)]

    def spoiled(self, table: str, frame: "pl.DataFrame", first: int = 0) -> "pl.DataFrame":
        """Rows of a table, of which ``first`` come before, with the changed cells: as text where any is changed."""
        import polars as pl

        edits = {place - first: cells for place, cells in self.edits.get(table, {}).items() if first <= place < first + len(frame)}  # fmt: skip
        if not edits:
            return frame
        frame = frame.cast(pl.String)
        for column in sorted({name for cells in edits.values() for name in cells}):
            places = [place for place, cells in edits.items() if column in cells]
            values = pl.Series([edits[place][column] for place in places], dtype=pl.String)
            frame = frame.with_columns(frame[column].scatter(places, values))
        return frame

    def curated(self, table: str, frame: "pl.DataFrame") -> "pl.DataFrame":
        """A curated table with changed cells, without dropped rows, and with added ones in their place."""
        import polars as pl

        frame = self.spoiled(table, frame)
        if table in self.dropped:
            frame = frame.filter(~pl.int_range(pl.len()).is_in(list(self.dropped[table])))
        if table in self.added:
            more = pl.DataFrame(self.added[table], schema=frame.schema)
            frame = pl.concat([frame, more]).sort(key_fields(self.package.schemas[table]))
        return frame


def spread(plan: Plan) -> list[int]:
    """Numbers of the captures that take faults: beyond the base, so that no claim loses its only mention. Raises UnusableError if there are too few."""
    whole = plan.captures - plan.base - plan.cut
    if whole < CAPTURES:
        raise UnusableError(f"faults need {CAPTURES} captures that are neither needed by a claim nor cut short. Ask for some hundred mentions more.")  # fmt: skip
    return [plan.base + int(place) for place in np.linspace(0, whole - 1, CAPTURES)]


def rows_of(plan: Plan, replicas: Replicas, captures: Iterable[int]) -> dict[str, "pl.DataFrame"]:
    """Rows of some captures by table, each with its place."""
    import polars as pl

    found: dict[str, list[pl.DataFrame]] = {name: [] for name in TABLES}
    for number in captures:
        first = number // BLOCK * BLOCK
        made = block(plan, first, min(first + BLOCK, plan.captures), replicas)
        for name in TABLES:
            start, end = plan.before[name][number], plan.before[name][number + 1]
            own = made[name].slice(start - plan.before[name][first], end - start)
            found[name].append(own.with_columns(pl.int_range(start, end).alias(PLACE)))
    return {name: pl.concat(frames) for name, frames in found.items()}


def planted(package: Package, plan: Plan, record: Record) -> Planting:
    """A package of this plan with every known fault planted. Raises UnusableError if it is too small for them."""
    import polars as pl

    from .planted_record import in_record
    from .planted_texts import in_texts

    rows = rows_of(plan, record.replicas, spread(plan))
    names = rows["captures"]["capture_id"].to_list()
    rows |= {name: frame.with_columns(pl.int_range(pl.len()).alias(PLACE)) for name, frame in record.frames.items()}
    planting = Planting(package, rows, names)
    in_texts(planting, str(plan.ids("mentions", "M", np.zeros(1, int))[0]))
    said = record.mentions()["claim_id"].implode()
    in_record(planting, record.frames["claims"].filter(~pl.col("claim_id").is_in(said))["claim_id"].to_list())
    return planting
