"""Tables as the rules see them: every cell as text first, then typed, each row with its line and its id.

Reading makes lists of cells. Values and frames are made when they are asked for: pandas takes longer to load than all
tables take to read.
"""

import csv
import hashlib
import io
import json
import operator
import re
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import narwhals as nw

from .package import HOME, Package, key_fields

if TYPE_CHECKING:
    import pandas as pd

CANONICAL = {
    "integer": r"-?(?:0|[1-9][0-9]{0,15})",
    "number": r"-?(?:0|[1-9][0-9]{0,15})(?:[.][0-9]{1,15})?",
    "boolean": r"(?:true|false)",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
}
"""The one way in which a value of each type may be written. Engines read more, and differ in what."""
VALUES: dict[str, tuple[Callable[[str], Any], str]] = {
    "integer": (int, "Int64"),
    "number": (float, "Float64"),
    "boolean": ("true".__eq__, "boolean"),
    "date": (date.fromisoformat, "datetime64[s]"),
}
"""What a cell of each type becomes, and the type of such a column in pandas."""
TABLE_LIMIT = 64 * 1024 * 1024
"""Most bytes that are read of a table."""
COLUMN_LIMIT = 1000
"""Most columns that are read of a table."""

NA_LIKE = frozenset(["na", "n/a", "n.a.", "#n/a", "#na", "<na>", "nan", "null", "(null)", "nil", "tbd", "-", "--", "?", ".", "#value!", "#ref!", "#name?"])  # fmt: skip
"""Cells, in lower case, that some reader takes for a missing value."""
NOT_SAID = frozenset(["none", "unknown", "undefined", "missing"])
"""Words, in lower case, that stand for a missing value unless they are a code."""

CELL_LIMIT = 131_072
"""Most characters that are read of a cell. Frictionless lifts the limit for its whole process when it is loaded."""

LINE, ROW = "_line", "_row"
"""Columns added to every table: line in the file (header = 1) and the row's key as text."""


@dataclass
class Table:
    """One table: its bytes and its cells, column by column, row by row the same (blank = None).

    ``lines`` are the lines on which its rows begin. ``unreadable`` says why there are no rows, if so, and
    ``unreadable_at`` on which line; without ``content`` the file itself could not be read. ``made`` is what was made of
    the cells when it was first asked for.
    """

    name: str
    file: str
    schema: dict[str, Any]
    content: bytes = b""
    unreadable: str = ""
    unreadable_at: int = 0
    ragged: list[tuple[int, int]] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    cells: dict[str, list[str | None]] = field(default_factory=dict)
    made: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)

    @property
    def whole(self) -> "Table":
        """The table with all its cells at hand."""
        return self

    @cached_property
    def ids(self) -> list[str]:
        """The key of each row as text, its parts joined by a slash."""
        return row_ids(self.cells, key_fields(self.schema))

    def values(self, column: str) -> list[Any]:
        """The typed values of a column; None for a blank, and for what is not written in the canonical way."""
        return self.once(("values", column), lambda: values(self.cells[column], self.types[column]))

    def on_lines(self, lines: list[int]) -> "Table":
        """The same table with its rows on other lines."""
        return replace(self, lines=lines)

    def once(self, name: tuple[str, str], make: Callable[[], Any]) -> Any:
        """Something that is made of the cells when it is first asked for."""
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]

    @cached_property
    def text(self) -> "pd.DataFrame":
        """The cells as a frame, with line and id of each row."""
        return self.framed(dict.fromkeys(self.fields, "string"))

    @cached_property
    def typed(self) -> "pd.DataFrame":
        """The values as a frame, with line and id of each row."""
        return self.framed(self.types)

    def framed(self, types: dict[str, str]) -> "pd.DataFrame":
        """A frame of all columns, as text or typed; nothing if the columns are not the declared ones."""
        import pandas as pd

        if not self.usable:
            return pd.DataFrame()
        held = {name: self.column(name, type_) for name, type_ in types.items()}
        places = {LINE: pd.array(self.lines, dtype="int64"), ROW: array(self.ids, "string")}
        return pd.DataFrame(held | places, copy=False)

    def column(self, name: str, type_: str) -> Any:
        """A column as pandas holds it: its values, or its cells as text."""
        return self.once(
            (type_, name), lambda: array(self.values(name) if type_ in VALUES else self.cells[name], type_)
        )

    @property
    def frame(self) -> Any:
        """The typed rows as the rules see them, a narwhals frame (lazy where an engine streams them)."""
        return nw.from_native(self.typed, eager_only=True)

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.lines)

    @property
    def facts(self) -> dict[str, dict[str, Any]]:
        """What the descriptor says of each file: hash, bytes, rows (None if it cannot be read); nothing without a file."""
        return {self.file: facts(self.content, self.count if self.usable else None)} if self.content else {}

    def repeated(self, key: list[str]) -> Any:
        """Rows among which a key may stand twice; None if there are none."""
        filled = [one for one in zip(*map(self.values, key), strict=True) if None not in one]
        return self.frame if len(set(filled)) < len(filled) else None

    def in_order(self, key: list[str]) -> bool:
        """Whether each key is for sure whole and not below the one before it."""
        held = list(zip(*map(self.values, key), strict=True))
        try:
            return all(map(operator.le, held, held[1:]))
        except TypeError:  # a blank
            return False

    def loose(self, key: dict[str, Any], target: "Table") -> Any:
        """Rows whose foreign key may lead nowhere, and the rows of the target that they may mean; None if there are none."""
        ours, theirs = list(key["fields"]), list(key["reference"]["fields"])
        sure = self.keys(ours) <= target.keys(theirs)
        return None if sure else (self.frame, target.frame)

    def unused(self, key: str, pointing: list[tuple["Table", str]]) -> Any:
        """Rows whose key none of some columns of tables holds; None if there are none."""
        left = self.distinct(key).difference(*(table.distinct(column) for table, column in pointing))
        return self.frame.filter(nw.col(key).is_in(sorted(left))) if left else None

    def distinct(self, column: str, first: int | None = None) -> set[Any]:
        """The values of a column, of all rows or at least the ``first`` ones."""
        return self.once(("distinct", column), lambda: set(self.values(column)) - {None})

    def keys(self, columns: list[str]) -> set[Any]:
        """The distinct keys over some columns, those with a blank left out; of a single column, its values."""
        if len(columns) == 1:
            return self.distinct(columns[0])
        return {key for key in zip(*map(self.values, columns), strict=True) if None not in key}

    def place(self, line: int) -> tuple[str, int]:
        """File and line of a row, given the number in its column ``_line``."""
        return self.file, line

    @cached_property
    def odd(self) -> dict[str, dict[str, list[int]]]:
        """By column of text, the cells that are anything but words of printable ASCII with one space between them, or
        that may stand for a missing value, each with the numbers of its rows. Columns without any are left out."""
        found = {}
        for f in self.schema["fields"]:
            if f["type"] == "string":
                missing = NA_LIKE if self.coded(f) else NA_LIKE | NOT_SAID
                if strange := {v for v in self.distinct(f["name"]) if not is_plain(v) or v.lower() in missing}:
                    found[f["name"]] = rows_of(strange, self.cells[f["name"]])
        return found

    def coded(self, field: dict[str, Any]) -> bool:
        """Whether a column holds codes, among which a word such as unknown says something."""
        return self.name == "vocabulary" or "enum" in field.get("constraints", {})

    @property
    def fields(self) -> list[str]:
        """Declared columns, in order."""
        return [f["name"] for f in self.schema["fields"]]

    @property
    def types(self) -> dict[str, str]:
        """The type of each declared column."""
        return {f["name"]: f["type"] for f in self.schema["fields"]}

    @property
    def usable(self) -> bool:
        """Whether the rules may rely on the columns."""
        return not self.unreadable and self.header == self.fields

    def column_no(self, column: str) -> int:
        """Place of a column in the file, counted from 1; 0 if it has none."""
        return self.header.index(column) + 1 if column in self.header else 0


def read_table(package: Package, name: str, known: Table | None = None) -> Table:
    """Read one table whatever its state; what is wrong with it is for the rules to say.

    A ``known`` table of the same bytes and schema, as of another version, is not read again.
    """
    table = Table(name, package.paths[name], package.schemas[name])
    path = package.path(name)
    try:
        if path.suffix != ".csv" or len(package.parts(name)) > 1:
            table.unreadable = f"{len(package.parts(name))} files like it, which only the engines for large packages read (--engine polars)"
        elif not path.is_file():
            table.unreadable = "no such file" if not path.exists() else "not a file"
        elif path.stat().st_size > TABLE_LIMIT:
            table.unreadable = f"{path.stat().st_size} bytes; at most {TABLE_LIMIT} are read of a table"
        else:
            content = path.read_bytes()
            if known and (known.content, known.schema) == (content, table.schema):
                same = copy(known.whole)
                same.file = table.file
                return same
            fill(table, content)
    except (OSError, ValueError) as error:
        table.unreadable = getattr(error, "strerror", None) or "no name that a file can have"
    return table


def fill(table: Table, content: bytes) -> Table:
    """Read a table from its bytes."""
    table.content = content
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        table.unreadable = f"byte {error.start + 1} is not UTF-8" + (
            " (the file looks like UTF-16)" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
        )
        table.unreadable_at = content.count(b"\n", 0, error.start) + 1
    else:
        parse(table, text.removeprefix("\ufeff"))
    return table


def parse(table: Table, text: str) -> None:
    """Fill header, lines and cells from the text of a CSV."""
    csv.field_size_limit(CELL_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        table.header = next(reader, [])
        width = len(table.header)
        if width > COLUMN_LIMIT:
            table.unreadable, table.unreadable_at = f"{width} columns; at most {COLUMN_LIMIT} are read", 1
            return
        for row in numbered(reader, lines):
            if len(row) > COLUMN_LIMIT:
                table.unreadable, table.unreadable_at = f"{len(row)} cells; at most {COLUMN_LIMIT} are read", lines[-1]
                return
            rows.append(row)
    except csv.Error as error:
        table.unreadable, table.unreadable_at = str(error), reader.line_num
        return
    table.ragged = [(line, len(row)) for line, row in zip(lines, rows, strict=True) if len(row) != width]
    if not table.usable:
        return
    if table.ragged:
        rows = [(row + [""] * width)[:width] for row in rows]
    columns = zip(*rows, strict=True) if rows else [()] * width
    table.lines = lines
    table.cells = {name: [cell or None for cell in column] for name, column in zip(table.header, columns, strict=True)}


def numbered(reader: Any, lines: list[int]) -> Iterator[list[str]]:
    """The rows of a CSV reader; the line on which each begins goes to ``lines``."""
    last = reader.line_num
    for row in reader:
        lines.append(last + 1)
        last = reader.line_num
        yield row


def row_ids(cells: dict[str, list[str | None]], key: list[str]) -> list[str]:
    """The key of each row as text, its parts joined by a slash."""
    parts = [[cell or "" for cell in cells[name]] for name in key or list(cells)[:1]]
    return parts[0] if len(parts) == 1 else list(map("/".join, zip(*parts, strict=True)))


def is_plain(cell: str) -> bool:
    """Whether nothing in a cell can be wrong under the rules on bytes, unless it stands for a missing value."""
    words = cell.isascii() and cell.isprintable() and "  " not in cell
    return words and cell[0] not in " =+-@" and cell[-1] != " "


def rows_of(wanted: set[str], cells: list[str | None]) -> dict[str, list[int]]:
    """The rows in which each of some cells stands."""
    places: dict[str, list[int]] = {cell: [] for cell in wanted}
    for row, cell in enumerate(cells):
        if cell in wanted:
            places[cell].append(row)
    return places


def values(cells: list[str | None], type_: str) -> list[Any]:
    """Cells as whole numbers, numbers, truth values, dates or text; None for what is not written in the canonical way."""
    if type_ not in VALUES:
        return cells
    known = {cell: value(cell, type_) for cell in set(cells)}
    return [known[cell] for cell in cells]


def value(cell: str | None, type_: str) -> Any:
    """One cell as a value."""
    if cell is None or not re.fullmatch(CANONICAL[type_], cell):
        return None
    try:
        return VALUES[type_][0](cell)
    except ValueError:  # no such day
        return None


def array(held: list[Any], type_: str) -> Any:
    """Values as pandas holds them: Int64, Float64, boolean, datetime64[s] or text."""
    import numpy as np
    import pandas as pd

    if type_ == "date":
        return pd.array(np.array(held, dtype=VALUES[type_][1]))
    return pd.array(held, dtype=VALUES[type_][1] if type_ in VALUES else "str")


class Tables(dict[str, Table]):
    """All tables of a package by name; ``t.claims`` is the typed frame of ``claims`` for the rules."""

    def __getattr__(self, name: str) -> Any:
        """The typed frame of a table as a narwhals frame."""
        if name not in self:
            raise AttributeError(name)
        return self[name].frame


def facts(content: bytes, rows: int | None) -> dict[str, Any]:
    """What the descriptor says of a file: hash, bytes, rows."""
    return {"hash": "sha256:" + hashlib.sha256(content).hexdigest(), "bytes": len(content), "rows": rows}


def collected(frame: Any) -> nw.DataFrame:
    """The rows of a frame in memory, whether it was lazy or not."""
    return frame.collect() if isinstance(frame, nw.LazyFrame) else frame


def read_tables(package: Package, known: Tables | None = None) -> Tables:
    """All tables of a package; those that are ``known`` already, byte by byte, are taken from there."""
    return Tables(
        (name, read_table(package, name, known[name] if known and name in known else None)) for name in package.paths
    )


@cache
def contract() -> dict[str, dict[str, str]]:
    """Tables that the rules of this version rely on, with their columns and types."""
    schemas = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((HOME / "schemas").glob("*.json"))]
    return {s["name"]: {f["name"]: f["type"] for f in s["fields"]} for s in schemas if "fields" in s}


def strangeness(tables: Tables, name: str) -> str:
    """Why a table is not the one of the contract, or nothing."""
    if name not in tables:
        return "is not in the package"
    held = {f["name"]: f["type"] for f in tables[name].schema["fields"]}
    lacking = [f"{column} ({kind})" for column, kind in contract()[name].items() if held.get(column) != kind]
    return f"has no column {', '.join(lacking)}" if lacking else ""


def unfitness(tables: Tables, name: str) -> str:
    """Why rules cannot run on a table, or nothing."""
    return strangeness(tables, name) or ("" if tables[name].usable else "cannot be read")
