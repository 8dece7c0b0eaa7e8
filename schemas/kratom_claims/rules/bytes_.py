"""B: bytes, so that the tables load the same everywhere."""

import csv
import io
import itertools
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import pandas as pd

from ..faults import Fault
from ..package import key_fields
from ..tables import LINE, ROW, Table
from .base import CATALOGUE, Context, at, file_fault, rule

NA_LIKE = frozenset(
    [
        "NA",
        "N/A",
        "n/a",
        "NULL",
        "null",
        "None",
        "NaN",
        "nan",
        "<NA>",
        "#N/A",
        "#NA",
        "#N/A",
        "N/A",
        "-",
        "--",
        "?",
        "#VALUE!",
        "#REF!",
        "#NAME?",
        "TBD",
    ]
)
"""Cells that some reader takes for a missing value."""
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
GREEK_OR_CYRILLIC = "\u0370-\u03ff\u1f00-\u1fff\u0400-\u052f"
LATIN = "A-Za-z\u00c0-\u024f"
LOOK_ALIKE = (f"[{LATIN}][{GREEK_OR_CYRILLIC}]|[{GREEK_OR_CYRILLIC}][{LATIN}]|[\u0400-\u052f\uff01-\uff5e\U0001d400-\U0001d7ff]"
              "|[\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7]")  # fmt: skip
"""A Greek or Cyrillic letter beside a Latin one, any Cyrillic, full-width or mathematical letter, a Greek capital that looks Latin."""


@rule(
    "B1/file",
    "UTF-8 without BOM, LF, RFC 4180 quoting only where needed, one final newline, no ragged row, no control character",
    "the same bytes must give the same cells in every reader",
    "Save the file again as plain UTF-8 CSV, or let your editor show invisible characters",
)
def file_bytes(c: Context) -> Iterable[Fault]:
    """Bytes of each file."""
    for table in c.tables.values():
        if table.content:
            yield from encoding_faults(table)
            if not table.unreadable:
                yield from layout_faults(table)


def encoding_faults(table: Table) -> Iterable[Fault]:
    """Byte order mark, encoding, line ends, last line, control characters."""
    one, content = CATALOGUE["B1/file"], table.content
    if content.startswith(b"\xef\xbb\xbf"):
        yield file_fault(one, table.file, 1, "a byte order mark", "UTF-8 without BOM", 1)
    if b"\r" in content:
        yield file_fault(
            one, table.file, content[: content.index(b"\r")].count(b"\n") + 1, "a carriage return", "LF as line end"
        )
    if not content.endswith(b"\n") or content.endswith((b"\n\n", b"\r\n\r\n")):
        yield file_fault(
            one, table.file, content.count(b"\n") + 1, "no newline or an empty line at the end", "one final newline"
        )
    decoded = content.decode("utf-8", errors="replace").removeprefix("\ufeff").replace("\r", "")
    for match in CONTROL.finditer(decoded):
        line = decoded.count("\n", 0, match.start()) + 1
        yield file_fault(
            one, table.file, line, f"the invisible character U+{ord(match.group()):04X}", "no control character"
        )


def layout_faults(table: Table) -> Iterable[Fault]:
    """Ragged rows, and lines that are not written as this package writes them (quotes, delimiters, line breaks in cells)."""
    one = CATALOGUE["B1/file"]
    for line, cells in table.ragged:
        yield file_fault(one, table.file, line, f"{cells} cells", f"{len(table.header)} cells, as in the header")
    ours = table.content.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n").splitlines(keepends=True)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows(csv.reader(ours))
    canonical = stream.getvalue().splitlines(keepends=True)
    if canonical != ours and not table.ragged:
        line = next(
            (i for i, (a, b) in enumerate(zip(ours, canonical, strict=False), 1) if a.rstrip("\n") != b.rstrip("\n")), 0
        )
        if line:
            yield file_fault(
                one,
                table.file,
                line,
                "quoted otherwise than needed, or an empty line",
                "quotes only where a comma, quote or line break needs them",
            )
    breaks = (
        table.text[table.fields].apply(lambda column: column.str.contains("\n", regex=False)).fillna(False)
        if table.usable
        else pd.DataFrame()
    )
    for line in table.text.loc[breaks.any(axis=1), LINE] if not breaks.empty else []:
        yield file_fault(one, table.file, int(line), "a line break inside a cell", "cells of one line")


def text_cells(c: Context) -> Iterable[tuple[Table, str, pd.Series]]:
    """Every column of text: table, column, its filled cells."""
    for table in c.tables.values():
        if table.usable:
            for f in table.schema["fields"]:
                if f["type"] == "string":
                    yield table, f["name"], table.text[f["name"]].dropna()


def cell_faults(
    c: Context, id_: str, table: Table, column: str, bad: pd.Series, allowed: str, near: Any = None
) -> Iterable[Fault]:
    """Faults of the cells where ``bad`` is true."""
    for index in bad.index[bad.astype(bool)]:
        row = table.text.loc[index]
        yield at(
            c,
            CATALOGUE[id_],
            table.name,
            row[LINE],
            row[ROW],
            column,
            allowed=allowed,
            nearest=near(row[column]) if near else None,
        )


@rule(
    "B2/spaces",
    "NFC, no leading or trailing space, no doubled space",
    "two cells that look the same must be the same",
    "Take out the extra space, or normalise the cell to NFC",
)
def spaces(c: Context) -> Iterable[Fault]:
    """Spaces and normal form of every cell of text."""
    for table, column, cells in text_cells(c):
        yield from cell_faults(c, "B2/spaces", table, column, cells.str.contains(r"^\s|\s$|\s\s|\u00a0"), "no leading, trailing, doubled or hard space",
                               lambda v: " ".join(v.split()))  # fmt: skip
        odd = cells[cells.str.contains("[^\x00-\x7f]")]
        decomposed = odd.map(lambda v: unicodedata.normalize("NFC", v) != v)
        yield from cell_faults(
            c, "B2/spaces", table, column, decomposed, "Unicode NFC", lambda v: unicodedata.normalize("NFC", v)
        )


@rule(
    "B3/look-alikes",
    "no letters of another script that look Latin, outside entity_names rows that say homoglyph",
    "a search for kratom must find kratom",
    "Type the letter again in the script of the word, or mark the name as homoglyph in entity_names",
)
def look_alikes(c: Context) -> Iterable[Fault]:
    """Words that mix scripts, and letters that only pretend."""
    for table, column, cells in text_cells(c):
        bad = cells.str.contains(LOOK_ALIKE)
        if table.name == "entity_names" and column == "name" and bad.any():
            bad &= table.text.loc[cells.index, "name_type"] != "homoglyph"
        yield from cell_faults(c, "B3/look-alikes", table, column, bad, "letters of one script in a word")


@rule(
    "B4/formulas",
    "no cell that a spreadsheet would run (leading = + - @), and no literal that stands for missing",
    "opening a table must not run it, and NA must not vanish",
    "Begin the cell with a letter; leave a missing value blank",
)
def formulas(c: Context) -> Iterable[Fault]:
    """Cells of text that a spreadsheet runs or a reader drops."""
    for table, column, cells in text_cells(c):
        yield from cell_faults(
            c,
            "B4/formulas",
            table,
            column,
            cells.str.contains(r"^[=+\-@\t\r]"),
            "a cell that begins with a letter, digit or quote",
        )
        yield from cell_faults(
            c,
            "B4/formulas",
            table,
            column,
            cells.isin(NA_LIKE) & ~cells.str.contains(r"^-"),
            "a blank cell for a missing value",
        )


@rule(
    "B5/order",
    "rows in the order of their keys",
    "differences between versions must show what changed, not what moved",
    "Sort the file by its primary key (code point order; numbers by value)",
)
def order(c: Context) -> Iterable[Fault]:
    """Rows that stand before a row with a lower key."""
    for table in c.tables.values():
        key = key_fields(table.schema)
        if table.usable and key and len(table.typed) > 1:
            keys = list(table.typed[key].astype("object").itertuples(index=False, name=None))
            for place in unsorted(keys):
                row = table.text.iloc[place]
                yield at(
                    c,
                    CATALOGUE["B5/order"],
                    table.name,
                    row[LINE],
                    row[ROW],
                    key[0],
                    allowed="a key above that of the row before",
                )


def unsorted(keys: list[tuple[Any, ...]]) -> list[int]:
    """Places of the keys that are lower than the key before them. Keys with a blank are passed over."""
    whole = [(place, key) for place, key in enumerate(keys) if not any(map(pd.isna, key))]
    return [place for (_, above), (place, key) in itertools.pairwise(whole) if key < above]


@rule(
    "B6/ascii-ids",
    "ids are ASCII",
    "an id must be typed the same on every keyboard",
    "Write the id with plain letters, digits, hyphen and underscore",
)
def ascii_ids(c: Context) -> Iterable[Fault]:
    """Key columns and columns named ``_id``, ``_key`` or ``code``."""
    for table, column, cells in text_cells(c):
        if column.endswith(("_id", "_key")) or column in ("code", "scheme", "id", "question"):
            yield from cell_faults(c, "B6/ascii-ids", table, column, cells.str.contains("[^\x20-\x7e]"), "ASCII")
