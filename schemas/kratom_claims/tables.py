"""Tables as the rules see them: every cell as text first, then typed, each row with its line and its id."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

import narwhals as nw
import pandas as pd

from .package import HOME, Package, key_fields

CANONICAL = {
    "integer": r"-?(?:0|[1-9][0-9]{0,15})",
    "number": r"-?(?:0|[1-9][0-9]{0,15})(?:[.][0-9]{1,15})?",
    "boolean": r"(?:true|false)",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
}
"""The one way in which a value of each type may be written. Engines read more, and differ in what."""
VALUES: dict[str, tuple[Callable[[str], Any], Any]] = {
    "integer": (int, "Int64"),
    "number": (float, "Float64"),
    "boolean": ("true".__eq__, "boolean"),
}
"""What a cell of each type but a date becomes, and the type of such a column."""
TABLE_LIMIT = 64 * 1024 * 1024
"""Most bytes that are read of a table."""
COLUMN_LIMIT = 1000
"""Most columns that are read of a table."""

PLAIN = re.compile(r"(?![=+\-@])[!-~]+(?: [!-~]+)*")
"""A cell in which nothing can be wrong under the rules on bytes, unless it stands for a missing value."""
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
    """One table: its bytes, its cells as text (blank = missing) and its typed values, row by row the same.

    ``unreadable`` says why there are no rows, if so, and ``unreadable_at`` on which line; without ``content`` the
    file itself could not be read.
    """

    name: str
    file: str
    schema: dict[str, Any]
    content: bytes = b""
    unreadable: str = ""
    unreadable_at: int = 0
    ragged: list[tuple[int, int]] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    text: pd.DataFrame = field(default_factory=pd.DataFrame)
    typed: pd.DataFrame = field(default_factory=pd.DataFrame)
    values: dict[str, set[Any]] = field(default_factory=dict)

    @property
    def whole(self) -> "Table":
        """The table with all its cells at hand."""
        return self

    @property
    def frame(self) -> Any:
        """The typed rows as the rules see them, a narwhals frame (lazy where an engine streams them)."""
        return nw.from_native(self.typed, eager_only=True)

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.text)

    @property
    def facts(self) -> dict[str, dict[str, Any]]:
        """What the descriptor says of each file: hash, bytes, rows (None if it cannot be read); nothing without a file."""
        return {self.file: facts(self.content, self.count if self.usable else None)} if self.content else {}

    def repeated(self, key: list[str]) -> Any:
        """Rows among which a key may stand twice; None if there are none."""
        return self.frame if self.typed.duplicated(key).any() else None

    def loose(self, key: dict[str, Any], target: "Table") -> Any:
        """Rows whose foreign key may lead nowhere, and the rows of the target that they may mean; None if there are none."""
        ours, theirs = list(key["fields"]), list(key["reference"]["fields"])
        sure = self.keys(ours) <= target.keys(theirs)
        return None if sure else (self.frame, target.frame)

    def distinct(self, column: str, first: int | None = None) -> set[Any]:
        """The values of a column, of all rows or at least the ``first`` ones."""
        if column not in self.values:
            self.values[column] = set(self.typed[column].array.to_numpy(dtype=object, na_value=None)) - {None}
        return self.values[column]

    def keys(self, columns: list[str]) -> set[Any]:
        """The distinct keys over some columns, those with a blank left out."""
        if len(columns) == 1:
            return self.distinct(columns[0])
        cells = [self.typed[name].array.to_numpy(dtype=object, na_value=None) for name in columns]
        return {key for key in zip(*cells, strict=True) if None not in key}

    def place(self, line: int) -> tuple[str, int]:
        """File and line of a row, given the number in its column ``_line``."""
        return self.file, line

    @cached_property
    def odd(self) -> dict[str, pd.Series]:
        """By column of text, the cells that are anything but words of printable ASCII with one space between them, or
        that may stand for a missing value. Columns without any are left out."""
        found = {}
        for f in self.schema["fields"]:
            if f["type"] == "string":
                missing = NA_LIKE if self.coded(f) else NA_LIKE | NOT_SAID
                if strange := {v for v in self.distinct(f["name"]) if not PLAIN.fullmatch(v) or v.lower() in missing}:
                    cells = self.text[f["name"]].dropna()
                    found[f["name"]] = cells[cells.isin(strange)]
        return found

    def coded(self, field: dict[str, Any]) -> bool:
        """Whether a column holds codes, among which a word such as unknown says something."""
        return self.name == "vocabulary" or "enum" in field.get("constraints", {})

    @property
    def fields(self) -> list[str]:
        """Declared columns, in order."""
        return [f["name"] for f in self.schema["fields"]]

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
                return replace(known.whole, file=table.file)
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
    """Fill header, text and typed from the text of a CSV."""
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
    cells = zip(*((row + [""] * width)[:width] for row in rows), strict=True) if rows else ((),) * width
    hold(table, [[cell or None for cell in column] for column in cells], lines)


def hold(table: Table, columns: list[list[str | None]], lines: list[int]) -> None:
    """Fill text and typed from the cells of each column."""
    types = [f["type"] for f in table.schema["fields"]]
    text = {name: pd.array(cells, dtype="str") for name, cells in zip(table.header, columns, strict=True)}
    typed = {name: typed_column(cells, type_) if type_ in CANONICAL else text[name]
             for name, type_, cells in zip(table.header, types, columns, strict=True)}  # fmt: skip
    places = {LINE: pd.array(lines, dtype="int64"), ROW: row_ids(text, key_fields(table.schema))}
    table.text, table.typed = (pd.DataFrame(held | places, copy=False) for held in (text, typed))


def numbered(reader: Any, lines: list[int]) -> Iterator[list[str]]:
    """The rows of a CSV reader; the line on which each begins goes to ``lines``."""
    last = reader.line_num
    for row in reader:
        lines.append(last + 1)
        last = reader.line_num
        yield row


def row_ids(columns: dict[str, Any], key: list[str]) -> Any:
    """The key of each row as text, its parts joined by a slash."""
    parts = [columns[name].fillna("") for name in key or list(columns)[:1]]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + "/" + part
    return joined


def typed_column(cells: Iterable[str | None], type_: str) -> Any:
    """Cells as Int64, Float64, boolean, datetime64[s] or text; what is not written in the canonical way becomes missing."""
    if type_ not in CANONICAL:
        return pd.array(list(cells), dtype="str")
    form = re.compile(CANONICAL[type_])
    right = [cell if cell and form.fullmatch(cell) else None for cell in cells]
    if type_ == "date":
        return (
            pd.to_datetime(pd.Series(right, dtype="str"), format="%Y-%m-%d", errors="coerce")
            .astype("datetime64[s]")
            .array
        )
    value, dtype = VALUES[type_]
    return pd.array([None if cell is None else value(cell) for cell in right], dtype=dtype)


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
