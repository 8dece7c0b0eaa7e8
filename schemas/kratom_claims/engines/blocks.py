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
    """What reading a file once from end to end tells: its header line, bytes, lines and, if it is to be ``hashed``, hash."""

    hashed: bool = True
    header: bytes = b""
    size: int = 0
    lines: int = 0
    sha256: Any = field(default_factory=hashlib.sha256)

    def facts(self, rows: int | None) -> dict[str, Any]:
        """What the descriptor says of the file."""
        found = {"bytes": self.size, "rows": rows}
        return {"hash": f"sha256:{self.sha256.hexdigest()}", **found} if self.hashed else found

    def hash(self, content: bytes) -> None:
        """Take in some bytes."""
        if self.hashed:
            self.sha256.update(content)

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
        measured.hash(measured.header)
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
                measured.hash(body)
                yield block, body
                measured.size += end
                measured.lines += block.lines
            if last:
                return


def row_groups(path: Path, measured: Measured, rows: int = 100_000) -> Iterator[pl.DataFrame]:
    """A Parquet file as blocks of text, each cell written in the canonical way, with the line that it would have in a CSV."""
    with path.open("rb") as stream:
        while content := stream.read(SIZE):
            measured.hash(content)
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


def written_plainly(body: bytes, frame: pl.DataFrame, free: list[str]) -> bool:
    """Whether a block is byte for byte what writing its cells gives, when each of its lines is one row.

    ``free`` are the columns in which a comma or a quote may stand. Cells in quotes are those that need it if there are
    as many as cells of these columns with a comma or a quote. Rows are whole if there is one comma less than columns in
    each: none has more, or polars would not read it. Whole numbers are written in the shortest way if the bytes are no
    more than that takes.
    """
    if b"\r" in body:
        return False
    commas, quotes, quoted, within = count(body, b","), 0, 0, 0
    if b'"' in body:
        quotes, opened = quotes_of(body)
        cells = [pl.col(name).str for name in free]
        quoted, within = frame.select(
            quoted=pl.sum_horizontal(pl.lit(0), *(cell.contains('[,"]').sum() for cell in cells)),
            within=pl.sum_horizontal(pl.lit(0), *(cell.count_matches(",", literal=True).sum() for cell in cells)),
        ).row(0)
        if opened != quoted:
            return False
    around, doubled = 2 * quoted, (quotes - 2 * quoted) // 2
    whole = commas - within == frame.height * (frame.width - 1)
    return whole and len(body) == length(frame) + frame.height * frame.width + around + doubled


def quotes_of(body: bytes) -> tuple[int, int]:
    """How many quotes there are, and how many cells they open; -1 if one is neither at the edge of a cell nor doubled.

    Quotes open and close by turns: one that opens stands behind a comma, a line's end or one that closes (the two are a
    doubled one), and one that closes before these.
    """
    view = np.frombuffer(body, np.uint8)
    at = np.flatnonzero(view == ord('"'))
    opening, closing = at[::2], at[1::2]
    edges = np.isin(np.arange(256), [ord(","), ord("\n")])
    starts = np.where(opening > 0, edges[view[opening - 1]], True)
    if len(opening) != len(closing) or closing[-1] + 1 >= len(view):
        return len(at), -1
    ends = edges[view[closing + 1]]
    doubled = opening[1:] == closing[:-1] + 1
    right = (starts[1:] | doubled).all() and (ends[:-1] | doubled).all() and starts[0] and ends[-1]
    return len(at), int(starts.sum()) if right else -1


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
