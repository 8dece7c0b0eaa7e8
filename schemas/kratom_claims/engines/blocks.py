"""Reading a large CSV in blocks of whole lines, and proving cheaply that a block is written as this package writes."""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from ..tables import LINE, ROW
from .screens import typed, value

SIZE = 16 * 1024 * 1024
"""Bytes of a block, about."""
LONGEST = 8 * SIZE
"""Most bytes that may pass without the end of a row: a quote that is never closed must not fill the memory."""


@dataclass(frozen=True)
class Block:
    """Some whole rows of a file: where they stand, the line of the first one, and whether they are its first or last."""

    path: Path
    offset: int
    length: int
    line: int
    last: bool

    def body(self) -> bytes:
        """The bytes of the block."""
        with self.path.open("rb") as stream:
            stream.seek(self.offset)
            return stream.read(self.length)


@dataclass
class Measured:
    """What reading a file once from end to end tells: its header line, bytes, hash and lines."""

    header: bytes = b""
    size: int = 0
    lines: int = 0
    sha256: Any = field(default_factory=hashlib.sha256)

    @property
    def fields(self) -> list[str]:
        """Names in the header; none if it is no CSV in UTF-8."""
        try:
            return next(csv.reader([self.header.decode("utf-8").removeprefix("\ufeff")], strict=True), [])
        except (UnicodeDecodeError, csv.Error):
            return []


def blocks(path: Path, measured: Measured, size: int = SIZE) -> Iterator[tuple[Block, bytes]]:
    """The blocks of a file in order, each with its bytes; ``measured`` grows as they are read."""
    with path.open("rb") as stream:
        left = measured.header = stream.readline()
        measured.sha256.update(left)
        measured.size, measured.lines, left = len(left), 1, b""
        while True:
            read = stream.read(size)
            measured.sha256.update(read)
            whole = left + read
            end = len(whole) if len(read) < size else end_of_rows(whole)
            if end or not read:
                if end:
                    yield Block(path, measured.size, end, measured.lines + 1, len(read) < size), whole[:end]
                measured.size += end
                measured.lines += whole.count(b"\n", 0, end)
                if len(read) < size:
                    return
            left = whole[end:]
            if len(left) > LONGEST:
                raise ValueError(f"no end of a row within {LONGEST >> 20} MB after line {measured.lines}; is a quote never closed?")  # fmt: skip


def end_of_rows(body: bytes) -> int:
    """The end of the last line that is not inside quotes; 0 if there is none."""
    end, quotes = body.rfind(b"\n"), body.count(b'"')
    quotes -= body.count(b'"', end + 1)
    while end >= 0 and quotes % 2:
        before = body.rfind(b"\n", 0, end)
        quotes -= body.count(b'"', before + 1, end)
        end = before
    return end + 1


def parsed(body: bytes, fields: list[str]) -> pl.DataFrame | None:
    """The cells of a block as text, blanks as null; None unless each line is one row."""
    try:
        frame = pl.read_csv(body, has_header=False, schema=dict.fromkeys(fields, pl.String))
    except pl.exceptions.PolarsError:
        return None
    if frame.height != body.count(b"\n") or not frame.height:
        return None
    return frame


def written_plainly(body: bytes, frame: pl.DataFrame, free: list[str]) -> bool:
    """Whether a block is byte for byte what writing its cells gives, when each of its lines is one row.

    ``free`` are the columns that may hold any text; other cells hold neither comma nor quote. Where no cell holds a quote,
    counting tells: no row has more cells than the header (polars would not read it), so with as many commas outside of
    quotes as whole rows have, each is whole; and with two quotes for each cell that holds a comma, none is needless.
    Otherwise the cells are written and compared.
    """
    held = frame.select(
        quotes=pl.any_horizontal(pl.col(free).str.contains('"', literal=True).any()),
        quoted=pl.sum_horizontal(pl.col(free).str.contains(",", literal=True).sum()),
        commas=pl.sum_horizontal(pl.col(free).str.count_matches(",", literal=True).sum()),
    ).row(0, named=True) if free and b'"' in body else {"quotes": False, "quoted": 0, "commas": 0}  # fmt: skip
    if not held["quotes"]:
        whole = body.count(b",") == frame.height * (frame.width - 1) + held["commas"]
        return whole and b"\r" not in body and body.count(b'"') == 2 * held["quoted"]
    written = io.BytesIO()
    frame.write_csv(written, include_header=False)
    empty = frame.select(pl.any_horizontal((pl.all() == "").any())).item()
    return written.getbuffer() == body and not empty


def numbered(frame: pl.DataFrame, line: int) -> pl.DataFrame:
    """A frame with the line of each row, counted from ``line``."""
    return frame.with_columns(pl.int_range(line, line + pl.len(), dtype=pl.Int64).alias(LINE))


def with_values(text: pl.DataFrame, schema: dict[str, Any]) -> pl.DataFrame:
    """A block of text with the value of each typed cell beside it, in columns called ``value(name)``."""
    return text.with_columns(typed(f).alias(value(f["name"])) for f in schema["fields"] if f["type"] != "string")


def values(both: pl.DataFrame, schema: dict[str, Any], key: list[str], columns: tuple[str, ...]) -> pl.DataFrame:
    """The typed values of some columns of a block, with line and row id."""
    fields = [f for f in schema["fields"] if f["name"] in columns]
    held = [pl.col(f["name"] if f["type"] == "string" else value(f["name"])).alias(f["name"]) for f in fields]
    return both.select(*held, LINE, row_id(key).alias(ROW))


def row_id(key: list[str]) -> pl.Expr:
    """The key of each row as text, its parts joined by a slash."""
    return pl.concat_str([pl.col(k).cast(pl.String).fill_null("") for k in key], separator="/")
