"""Reading a package block by block: local rules at once, values put down for the rules that look at whole tables."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from ..faults import Fault
from ..package import Package, key_fields
from ..rules import CATALOGUE, Context
from ..rules.anchors import SPANS
from ..rules.base import faults_of
from ..tables import LINE, ROW, Table, Tables
from .blocks import Measured, blocks, is_row_id, row_groups
from .pieces import LOCAL, ON_READING, Piece, Reader
from .streamed import Streamed, named_rows, there

LARGE = 64 * 1024 * 1024
"""Bytes of a table above which only those of its columns are put down that rules look at."""
IN_MEMORY = 200 * 1024 * 1024
"""Bytes of values that stay in memory, of all tables together, unless the package is ``HUGE``."""
HUGE = 1024 * 1024 * 1024
"""Bytes of a package above which nothing is kept in memory."""


@dataclass
class Kept:
    """Faults as they come: the first of each kind (rule, file, column) up to ``most``, all counted, each new one told."""

    most: int
    tell: Callable[[Fault], Any] = lambda _: None
    faults: list[Fault] = field(default_factory=list)
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, faults: list[Fault]) -> None:
        """Take in some faults."""
        for fault in faults:
            kind = fault.rule, fault.file, fault.column
            self.counts[kind] += 1
            if self.counts[kind] <= self.most:
                self.faults.append(fault)
                self.tell(fault)


@dataclass
class Room:
    """How many bytes of values may still stay in memory; those beyond are put down on disk."""

    left: int = IN_MEMORY


@dataclass
class Folder:
    """Where the values of a table go: memory while there is room, then Parquet files."""

    path: Path
    room: Room
    frames: list[pl.DataFrame] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    def put(self, frame: pl.DataFrame) -> None:
        """Put down the values of a block."""
        if not self.files and (size := int(frame.estimated_size())) <= self.room.left:
            self.room.left -= size
            self.frames.append(frame)
            return
        self.path.mkdir(parents=True, exist_ok=True)
        self.files.append(self.path / f"{len(self.files):06}.parquet")
        frame.write_parquet(self.files[-1], compression="lz4", statistics=False)

    def source(self, empty: pl.DataFrame) -> pl.LazyFrame:
        """What was put down, in order."""
        held = pl.concat([empty, *self.frames]).lazy()
        return pl.concat([held, pl.scan_parquet(self.files)]) if self.files else held


class Held(Table):
    """Some rows of a table that are at hand as a polars frame."""

    def __init__(self, table: Table, rows: pl.DataFrame) -> None:
        """The rows and the table that they are of."""
        super().__init__(table.name, table.file, table.schema, header=table.fields)
        self.held, self.table = rows, table

    def place(self, line: int) -> tuple[str, int]:
        """File and line of a row."""
        return self.table.place(line)

    def in_order(self, key: list[str]) -> bool:
        """Nothing is known of the order of these rows."""
        return False

    @property
    def frame(self) -> Any:
        """The rows as the rules see them."""
        return nw.from_native(named_rows(self.held.lazy(), self.schema).collect(), eager_only=True)


def read(
    package: Package,
    folder: Path,
    kept: Kept,
    texts: bool = False,
    progress: Callable[[str], Any] = lambda _: None,
    rules: frozenset[str] = ON_READING,
    besides: frozenset[str] | None = None,
    first: str = "",
    then: Callable[[Streamed], Any] = lambda _: None,
) -> Tables:
    """All tables of a package, each read once; faults of the local rules (or some of them) go to ``kept``.

    A table may be read ``first``, and ``then`` something be done with it. With ``texts`` the hashes of large tables are
    put down too, so that they can be held against the texts. With ``besides``, for checks that ask for no more, nothing of
    large tables is put down but keys and these columns, and files are not hashed.
    """
    tables, room = {}, Room(0 if size_of(package) > HUGE else IN_MEMORY)
    for name in sorted(package.paths, key=lambda name: name != first):
        tables[name] = read_table(package, name, folder, kept, texts, progress, rules, besides, room)
        if name == first:
            then(tables[name])
    return Tables((name, tables[name]) for name in package.paths)


def size_of(package: Package) -> int:
    """Bytes of all files of a package."""
    paths = [package.root / part for name in package.paths for part in package.parts(name)]
    return sum(path.stat().st_size for path in paths if path.is_file())


def read_table(
    package: Package,
    name: str,
    folder: Path,
    kept: Kept,
    texts: bool,
    progress: Callable[[str], Any],
    rules: frozenset[str],
    besides: frozenset[str] | None = None,
    room: Room | None = None,
) -> Streamed:
    """One table, read once."""
    table = Streamed(package, name)
    files = [package.root / part for part in package.parts(name)]
    missing = [path for path in files if not path.is_file()]
    if missing:
        table.unreadable = "no such file" if not missing[0].exists() else "not a file"
        return table
    size = sum(path.stat().st_size for path in files)
    held = Folder(folder / name, room or Room())
    reading = Reading(table, columns(table, size > LARGE, texts, besides), held, kept, rules, besides is None)
    done = 0
    for path, part in zip(files, package.parts(name), strict=True):
        for place in reading.file(path, part):
            progress(f"reading {name}: {(done + place) / max(size, 1):.0%} of {size / 1e6:,.0f} MB")
        done += path.stat().st_size
    table.source = held.source(empty(table, reading.columns))
    return table


def columns(table: Table, large: bool, texts: bool, besides: frozenset[str] | None) -> tuple[str, ...]:
    """Columns whose values the rules on whole tables look at: all, but for free text and hashes of large tables of spans."""
    if not large or table.name not in SPANS:
        return tuple(table.fields)
    keys = [key_fields(table.schema), *table.schema.get("uniqueKeys", []), *[k["fields"] for k in table.schema.get("foreignKeys", [])]]  # fmt: skip
    named = {name for key in keys for name in key} | ({"sha256"} if texts else set())
    looked_at = {
        f["name"] for f in table.schema["fields"] if f["type"] != "string" or "enum" in f.get("constraints", {})
    }
    return tuple(name for name in table.fields if name in named | (looked_at if besides is None else besides))


def empty(table: Table, names: tuple[str, ...]) -> pl.DataFrame:
    """No rows, with the right columns and types."""
    types = {"integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean, "date": pl.Date}
    shape: dict[str, Any] = {
        f["name"]: types.get(f["type"], pl.String) for f in table.schema["fields"] if f["name"] in names
    }
    named = is_row_id(table.schema, key_fields(table.schema) or table.fields[:1])
    return pl.DataFrame(schema=shape | {LINE: pl.Int64} | ({} if named else {ROW: pl.String}))


def ahead(works: Iterator[Callable[[], Piece]], most: int = 2) -> Iterator[Piece]:
    """The results of some works in order, while the next ones are being done: at most ``most`` at once."""
    with ThreadPoolExecutor(most) as pool:
        waiting: deque[Future[Piece]] = deque()
        for work in works:
            waiting.append(pool.submit(work))
            if len(waiting) > most:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@dataclass
class Reading:
    """The state of reading a table: its last row so far, the lines of the files before, and what goes where."""

    table: Streamed
    columns: tuple[str, ...]
    held: Folder
    kept: Kept
    rules: frozenset[str] = ON_READING
    hashed: bool = True
    last: pl.DataFrame | None = None
    lines: int = 0

    def file(self, path: Path, part: str) -> Iterator[int]:
        """Read one file of the table; yields the bytes read so far as each block is done."""
        table, measured, before = self.table, Measured(self.hashed), self.table.rows
        table.parts.append((self.lines, part))
        works = self.row_groups if path.suffix == ".parquet" else self.pieces
        try:
            for piece in ahead(works(path, part, measured)):
                self.take(piece)
                yield measured.size
        except (OSError, ValueError, pl.exceptions.PolarsError) as error:
            table.unreadable = getattr(error, "strerror", None) or str(error)
        table.header = table.header or measured.fields
        table.measures[part] = measured.facts(table.rows - before if table.usable else None)
        self.lines += measured.lines

    def pieces(self, path: Path, part: str, measured: Measured) -> Iterator[Callable[[], Piece]]:
        """What reads each block of a CSV."""
        reader = None
        for block, body in blocks(path, measured):
            reader = reader or self.reader(part, measured)
            yield partial(reader.piece, block, body)

    def row_groups(self, path: Path, part: str, measured: Measured) -> Iterator[Callable[[], Piece]]:
        """What reads each block of a Parquet file."""
        reader = None
        for text in row_groups(path, measured):
            reader = reader or self.reader(part, measured)
            if not self.table.usable:
                return
            yield partial(reader.screened, text)

    def reader(self, part: str, measured: Measured) -> Reader:
        """What reads the blocks of a file, once its header is known. A header that is not the declared one stays the table's."""
        if not self.table.header or self.table.usable:
            self.table.header = measured.fields
        return Reader(self.table.package, self.table.name, part, measured.header, self.columns, self.rules & LOCAL)

    def take(self, piece: Piece) -> None:
        """Take in a block: its faults, its values, and whether its keys go on ascending."""
        self.kept.add(piece.faults)
        if piece.unreadable:
            self.table.unreadable, self.table.unreadable_at = piece.unreadable, piece.unreadable_at
        if piece.frame.width:
            frame = piece.frame.with_columns(pl.col(LINE) + self.lines) if self.lines else piece.frame
            self.table.rows += piece.rows
            self.in_order(frame)
            self.held.put(frame)

    def in_order(self, frame: pl.DataFrame) -> None:
        """Hold the keys of a block against each other and against the last one before."""
        key = key_fields(self.table.schema)
        whole = frame if self.last is None else pl.concat([self.last, frame])
        if key and not whole.select(ascending(key)).item():
            self.table.ascending = False
        if not self.table.ascending and "B5/order" in self.rules:
            context = Context(self.table.package, Tables({self.table.name: Held(self.table, whole)}))
            self.kept.add(faults_of(context, CATALOGUE["B5/order"]))
        if key:  # keys that ascend are whole
            self.last = whole.tail(1) if self.table.ascending else whole.filter(there(key)).tail(1)


def ascending(key: list[str]) -> pl.Expr:
    """Whether each key of a frame is whole and above the one before it."""
    above, same = pl.lit(False), pl.lit(True)
    for k in key:
        before = pl.col(k).shift(1)
        above, same = above | (same & (pl.col(k) > before)), same & (pl.col(k) == before)
    return above.slice(1).fill_null(False).all() & there(key).all()
