"""A table that is read once, block by block, and then looked at column by column where it was put down."""

from bisect import bisect_right
from copy import copy
from functools import cached_property
from typing import Any

import narwhals as nw
import polars as pl

from ..package import Package, key_fields
from ..rules.base import absent
from ..tables import LINE, ROW, TABLE_LIMIT, Table, collected, fill, read_table
from .blocks import is_row_id

BUCKET = 5_000_000
"""Most keys that are compared in memory at once; more are compared bucket by bucket."""
MULTIPLIER = 0x9E3779B97F4A7C15
"""Mixes the hashes of the parts of a key (the golden ratio in 64 bits)."""


class Streamed(Table):
    """A table of which the values of some columns lie in memory or on disk; the whole of a small one is read when asked for.

    ``source`` is those values; ``parts`` are its files, each with the number after which
    its lines are counted; ``ascending`` says that each key was seen to be above the one before it.
    """

    def __init__(self, package: Package, name: str) -> None:
        """A table that was not read yet."""
        super().__init__(name, package.paths[name], package.schemas[name])
        for late in ("content", "lines", "cells"):
            del self.__dict__[late]
        self.package = package
        self.source = pl.LazyFrame()
        self.rows = 0
        self.measures: dict[str, dict[str, Any]] = {}
        self.parts: list[tuple[int, str]] = []
        self.ascending = True

    @cached_property
    def whole(self) -> Table:
        """The table as the reader of single tables reads it."""
        alone = read_table(self.package, self.name)
        size = sum(facts["bytes"] for facts in self.measures.values())
        return alone if alone.usable or not self.usable or size > TABLE_LIMIT else self.joined()

    def joined(self) -> Table:
        """The same of several files, or of Parquet."""
        joined = Table(self.name, self.file, self.schema, header=self.fields, cells={name: [] for name in self.fields})
        for before, file in self.parts:
            path = self.package.root / file
            text = (
                path.read_bytes()
                if path.suffix == ".csv"
                else pl.read_parquet(path).cast(pl.String).write_csv().encode()
            )
            part = fill(Table(self.name, file, self.schema), text)
            joined.lines += [before + line for line in part.lines]
            for name in self.fields:
                joined.cells[name] += part.cells[name]
        return joined

    @cached_property
    def content(self) -> bytes:  # type: ignore[override]
        """The bytes of its CSV; none if it has several, or one that is too large for a single table."""
        path = self.package.path(self.name)
        alone = len(self.package.parts(self.name)) == 1 and path.suffix == ".csv" and path.is_file()
        return path.read_bytes() if alone and path.stat().st_size <= TABLE_LIMIT else b""

    lines = cached_property(lambda self: self.whole.lines)
    cells = cached_property(lambda self: self.whole.cells)

    @property
    def lazy(self) -> pl.LazyFrame:
        """The values as polars sees them."""
        return named_rows(self.source, self.schema)

    @property
    def frame(self) -> Any:
        """The values as the rules see them."""
        return nw.from_native(self.lazy)

    @property
    def count(self) -> int:
        """Number of rows."""
        return self.rows

    @property
    def facts(self) -> dict[str, dict[str, Any]]:
        """What the descriptor says of each file, as measured when it was read."""
        return self.measures

    def distinct(self, column: str, first: int | None = None) -> set[Any]:
        """The values of a column, of all rows or the ``first`` ones."""
        cells = self.frame.select(column)
        return set(collected((cells.head(first) if first else cells).drop_nulls().unique(column))[column].to_list())

    def keys(self, columns: list[str]) -> set[Any]:
        """The distinct keys over some columns, those with a blank left out; of a single column, its values."""
        if len(columns) == 1:
            return self.distinct(columns[0])
        return {*collected(self.frame.select(columns).drop_nulls().unique(columns)).iter_rows()}

    def place(self, line: int) -> tuple[str, int]:
        """File and line of a row, given the number in its column ``_line``."""
        before, file = self.parts[bisect_right(self.parts, line - 1, key=lambda part: part[0]) - 1]
        return file, line - before

    def in_order(self, key: list[str]) -> bool:
        """Whether each key was seen to be whole and above the one before it."""
        return self.ascending and key == key_fields(self.schema)

    def repeated(self, key: list[str]) -> Any:
        """Rows whose key hashes like that of another row; none if the keys ascend."""
        if self.in_order(key):
            return None
        filled, buckets = self.lazy.filter(there(key)), self.rows // BUCKET + 1
        twice = pl.concat([doubled(filled.select(h=hashed(key)), bucket, buckets) for bucket in range(buckets)])
        return nw.from_native(filled.filter(hashed(key).is_in(twice.implode()))) if twice.len() else None

    def loose(self, key: dict[str, Any], target: Table) -> Any:
        """Rows whose foreign key hashes like no key of the target, and the rows of the target that may be meant."""
        ours, theirs = list(key["fields"]), list(key["reference"]["fields"])
        assert isinstance(target, Streamed)
        left, buckets = self.lazy.filter(there(ours)), target.rows // BUCKET + 1
        lost = pl.concat([
            in_bucket(left.select(LINE, h=hashed(ours)), b, buckets)
            .join(in_bucket(target.lazy.select(h=hashed(theirs)), b, buckets), on="h", how="anti").collect(engine="streaming")
            for b in range(buckets)
        ])  # fmt: skip
        if not lost.height:
            return None
        meant = target.lazy.filter(hashed(theirs).is_in(lost["h"].unique().implode()))
        return nw.from_native(left.filter(pl.col(LINE).is_in(lost[LINE].implode()))), nw.from_native(meant)

    def unused(self, key: str, pointing: list[tuple[Table, str]]) -> Any:
        """Rows whose key none of some columns of tables holds."""
        left = self.frame
        for table, column in pointing:
            left = absent(left, table.frame, [key], [column])
        return left


def part_of(table: Streamed, part: int, parts: int) -> Streamed:
    """The rows of some captures: each capture is in one of ``parts``, with all rows of it in every table."""
    one = copy(table)
    one.source = table.source.filter(pl.col("capture_id").hash(seed=0) % parts == part)
    return one


def named_rows(frame: pl.LazyFrame, schema: dict[str, Any]) -> pl.LazyFrame:
    """The values with the row id, where that is one of the columns."""
    key = key_fields(schema) or [schema["fields"][0]["name"]]
    return frame.with_columns(pl.col(key[0]).fill_null("").alias(ROW)) if is_row_id(schema, key) else frame


def there(key: list[str]) -> pl.Expr:
    """Whether no part of a key is blank."""
    return pl.all_horizontal(pl.col(k).is_not_null() for k in key)


def hashed(key: list[str]) -> pl.Expr:
    """A hash of 64 bits of a key. Equal keys have equal hashes; others differ but for about n² / 4e19 pairs of n."""
    found = pl.col(key[0]).hash(seed=1)
    for seed, part in enumerate(key[1:], start=2):
        found = found * pl.lit(MULTIPLIER, dtype=pl.UInt64) + pl.col(part).hash(seed=seed)
    return found


def in_bucket(frame: pl.LazyFrame, bucket: int, buckets: int) -> pl.LazyFrame:
    """The rows whose hash ``h`` falls into one of some buckets."""
    return frame if buckets == 1 else frame.filter(pl.col("h") % buckets == bucket)


def doubled(hashes: pl.LazyFrame, bucket: int, buckets: int) -> pl.Series:
    """Hashes of a bucket that occur more than once."""
    held = in_bucket(hashes, bucket, buckets).collect(engine="streaming")["h"].sort()
    return held.filter(held == held.shift(1)).unique()
