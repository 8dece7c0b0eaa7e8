"""Reading a large CSV in blocks of whole lines, and proving cheaply that a block is written as this package writes."""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ..tables import LINE, ROW
from .screens import typed, value

SIZE = 16 * 1024 * 1024
"""Bytes of a block, about."""
LONGEST = 8 * SIZE
"""Most bytes that may pass without the end of a row: a quote that is never closed must not fill the memory."""


@dataclass(frozen=True)
class Block:
    """Some whole rows of a file: where they stand, the line of the first one, how many lines, and whether they are its last."""

    path: Path
    offset: int
    length: int
    line: int
    lines: int
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

    def facts(self, rows: int | None) -> dict[str, Any]:
        """What the descriptor says of the file."""
        return {"hash": f"sha256:{self.sha256.hexdigest()}", "bytes": self.size, "rows": rows}

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
        measured.header = stream.readline()
        measured.sha256.update(measured.header)
        measured.size, measured.lines = len(measured.header), 1
        room = bytearray(size)
        while True:
            stream.seek(measured.size)
            read = stream.readinto(room)
            last = read < len(room)
            end = read if last else end_of_rows(room)
            if not end and not last:
                if len(room) * 2 > LONGEST:
                    raise ValueError(f"no end of a row within {LONGEST >> 20} MB after line {measured.lines}; is a quote never closed?")  # fmt: skip
                room = bytearray(len(room) * 2)
                continue
            body = bytes(memoryview(room)[:end])
            if body or measured.lines == 1:  # a header alone is looked at too
                block = Block(path, measured.size, end, measured.lines + 1, count(body, b"\n"), last)
                measured.sha256.update(body)
                yield block, body
                measured.size += end
                measured.lines += block.lines
            if last:
                return


def row_groups(path: Path, measured: Measured, rows: int = 100_000) -> Iterator[pl.DataFrame]:
    """A Parquet file as blocks of text, each cell written in the canonical way, with the line that it would have in a CSV."""
    with path.open("rb") as stream:
        while content := stream.read(SIZE):
            measured.sha256.update(content)
            measured.size += len(content)
    held = pl.scan_parquet(path)
    measured.header = (",".join(held.collect_schema().names()) + "\n").encode()
    measured.lines = 1
    while (part := held.slice(measured.lines - 1, rows).collect()).height:
        yield numbered(part.select(pl.all().cast(pl.String)), measured.lines + 1)
        measured.lines += part.height


def count(body: bytes | bytearray, character: bytes) -> int:
    """How often a character stands in a block. Much faster than ``bytes.count``, and other threads go on meanwhile."""
    view, step = np.frombuffer(body, np.uint8), 1 << 20
    return sum(int(np.count_nonzero(view[at : at + step] == character[0])) for at in range(0, len(view), step))


def end_of_rows(body: bytes | bytearray) -> int:
    """The end of the last line that is not inside quotes; 0 if there is none."""
    end, quotes = body.rfind(b"\n"), count(body, b'"')
    quotes -= body.count(b'"', end + 1)
    while end >= 0 and quotes % 2:
        before = body.rfind(b"\n", 0, end)
        quotes -= body.count(b'"', before + 1, end)
        end = before
    return end + 1


def parsed(body: bytes, lines: int, schema: dict[str, Any], numbers: bool) -> pl.DataFrame | None:
    """The cells of a block as text, blanks as null; with ``numbers`` whole numbers as such.

    None unless each line is one row, and all cells can be read so. In which way numbers were written is then for
    ``written_plainly`` to tell.
    """
    types = {f["name"]: pl.Int64 if numbers and f["type"] == "integer" else pl.String for f in schema["fields"]}
    try:
        frame = pl.read_csv(body, has_header=False, schema=types)
    except pl.exceptions.PolarsError:
        return None
    return frame if frame.height == lines > 0 else None


def written_plainly(body: bytes, frame: pl.DataFrame) -> bool:
    """Whether a block is byte for byte what writing its cells gives, when each of its lines is one row.

    Rows whose line holds a quote are written and compared. Of the others commas and bytes are counted: no row has more
    cells than the header (polars would not read it), and any other way to write a whole number is longer.
    """
    if b"\r" in body or b"\x01" in body:
        return False
    told, held = frame.clear(), b""
    if b'"' in body:
        lines = pl.read_csv(body, has_header=False, separator="\x01", quote_char=None, schema={"line": pl.String})[
            "line"
        ]
        if lines.len() != frame.height:
            return False
        with_quote = lines.str.contains('"', literal=True)
        told, held = frame.filter(with_quote), ("\n".join(lines.filter(with_quote)) + "\n").encode()
        if told.write_csv(include_header=False).encode() != held or has_empty(told):
            return False
    rows, commas = frame.height - told.height, count(body, b",") - held.count(b",")
    cells = length(frame) - length(told)
    return commas == rows * (frame.width - 1) and len(body) - len(held) == cells + rows * frame.width


def length(frame: pl.DataFrame) -> int:
    """Bytes of all cells, numbers written in the shortest way."""
    texts = [cells.str.len_bytes().sum() for cells in frame if cells.dtype == pl.String]
    return int(sum(texts)) + sum(digits(cells) for cells in frame if cells.dtype == pl.Int64)


def digits(numbers: pl.Series) -> int:
    """Characters of some whole numbers."""
    size = numbers.abs()
    longest = len(str(size.max() or 0))
    return (
        numbers.count() + int((numbers < 0).sum()) + sum(int((size >= 10**power).sum()) for power in range(1, longest))
    )


def has_empty(frame: pl.DataFrame) -> bool:
    """Whether a cell is an empty text in quotes, which is not how a blank is written."""
    return bool(frame.select(pl.any_horizontal((pl.col(pl.String) == "").any())).item())


def numbered(frame: pl.DataFrame, line: int) -> pl.DataFrame:
    """A frame with the line of each row, counted from ``line``."""
    return frame.with_columns(pl.int_range(line, line + pl.len(), dtype=pl.Int64).alias(LINE))


def with_values(text: pl.DataFrame, schema: dict[str, Any]) -> pl.DataFrame:
    """A block with the value of each typed cell beside its text, in columns called ``value(name)``."""
    return text.with_columns(
        (typed(f) if text.schema[f["name"]] == pl.String else pl.col(f["name"])).alias(value(f["name"]))
        for f in schema["fields"]
        if f["type"] != "string"
    )


def values(both: pl.DataFrame, schema: dict[str, Any], key: list[str], columns: tuple[str, ...]) -> pl.DataFrame:
    """The typed values of some columns of a block, with the line, and the row id unless that is one of the columns."""
    fields = [f for f in schema["fields"] if f["name"] in columns]
    held = [pl.col(f["name"] if f["type"] == "string" else value(f["name"])).alias(f["name"]) for f in fields]
    return both.select(*held, LINE, *([] if is_row_id(schema, key) else [row_id(key).alias(ROW)]))


def is_row_id(schema: dict[str, Any], key: list[str]) -> bool:
    """Whether the key alone is the row id: one column of text."""
    return len(key) == 1 and all(f["type"] == "string" for f in schema["fields"] if f["name"] == key[0])


def row_id(key: list[str]) -> pl.Expr:
    """The key of each row as text, its parts joined by a slash."""
    return pl.concat_str([pl.col(k).cast(pl.String).fill_null("") for k in key], separator="/")
