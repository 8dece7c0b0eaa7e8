"""B: bytes, so that the tables load the same everywhere."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

import narwhals as nw

from ..faults import Fault
from ..package import key_fields
from ..tables import NA_LIKE as NA_LIKE
from ..tables import NOT_SAID as NOT_SAID
from ..tables import Table
from .base import CATALOGUE, Context, Rule, at, file_fault, rows, rule

col = nw.col

CONTROL = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ue000-\uf8ff\U000e0000-\U0010ffff]"
)
"""Characters that nobody sees, that stand for a lost one, or that have no meaning of their own."""
SEEN = bytes({*range(256)} - {*range(32), 127} | {10})
"""All bytes of UTF-8 but those of control characters of ASCII."""
ASCII = bytes(range(128))
BEYOND_PRINTABLE = re.compile("[^\x20-\x7e]")
RIGHT_LINE = re.compile(
    r"""(?:[^",]++|(?:"[^",]*+(?:,|"")(?:[^"]|"")*+")?+)(?:,(?:[^",]++|(?:"[^",]*+(?:,|"")(?:[^"]|"")*+")?+))*+"""
)
"""A line of cells of which those are quoted that hold a comma or a quote, and no others."""
ODD_SPACE = re.compile(r"^\s|\s$|\s\s|[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
MISREAD = re.compile(r"[\u00c2\u00c3][\u0080-\u00bf]|\u00e2\u20ac")
"""UTF-8 that was read as Windows-1252."""
INVISIBLE = {"\r": "a carriage return", "\t": "a tab", "\x00": "a NUL"}
"""Names of the invisible characters that happen most."""
GREEK_OR_CYRILLIC = "\u0370-\u03ff\u1f00-\u1fff\u0400-\u052f"
LATIN = "A-Za-z\u00c0-\u024f"
MIXED = re.compile(
    f"[{LATIN}][{GREEK_OR_CYRILLIC}]|[{GREEK_OR_CYRILLIC}][{LATIN}]|[\uff01-\uff5e\U0001d400-\U0001d7ff]"
)
"""A Greek or Cyrillic letter beside a Latin one, or any full-width or mathematical letter."""
PRETENDING = re.compile(
    f"[\u0400-\u052f]|(?<![{GREEK_OR_CYRILLIC}])[\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7]+(?![{GREEK_OR_CYRILLIC}])"
)
"""Any Cyrillic letter, or a word of Greek capitals that look Latin. Names in such a language may have them."""
RUN = "=+-@\t\r"
"""Beginnings of a cell that make a spreadsheet run it."""
OWN_SCRIPT = ("el", "grc", "ru", "uk", "bg", "sr", "mk", "be", "kk", "ky", "mn")
"""Languages that are written in Greek or Cyrillic letters."""


@rule(
    "B1/file",
    "UTF-8 without BOM, LF, RFC 4180 quoting only where needed, one final newline, no ragged row, no control character",
    "the same bytes must give the same cells in every reader",
    "Save the file again as plain UTF-8 CSV, or let your editor show invisible characters",
    each=True,
    local=True,
    cells=True,
)
def file_bytes(_: Context, table: Table) -> Iterable[Fault]:
    """Bytes of a file, as far as it can be read."""
    one = CATALOGUE["B1/file"]
    if table.unreadable:
        if table.content:
            yield file_fault(one, table.file, table.unreadable_at, table.unreadable, "a CSV file in UTF-8")
    elif table.content:
        body = table.content.decode("utf-8").removeprefix("\ufeff")
        yield from end_faults(one, table)
        yield from invisible_faults(one, table, body)
        yield from ragged_faults(one, table)
        if not rightly_quoted(body):
            yield from quoting_faults(one, table, body.replace("\r\n", "\n"))
            yield from break_faults(one, table)


def end_faults(one: Rule, table: Table) -> Iterable[Fault]:
    """Byte order mark at the beginning, and the newline at the end."""
    content, lines = table.content, table.content.count(b"\n")
    if content.startswith(b"\xef\xbb\xbf"):
        yield file_fault(one, table.file, 1, "a byte order mark", "UTF-8 without BOM", 1)
    if not content.endswith(b"\n"):
        yield file_fault(one, table.file, lines + 1, "no newline at the end", "one final newline")
    elif content.endswith((b"\n\n", b"\n\r\n")):
        yield file_fault(one, table.file, lines, "an empty line at the end", "one final newline")


def invisible_faults(one: Rule, table: Table, body: str) -> Iterable[Fault]:
    """Carriage returns, tabs and other characters that nobody sees: the first of each line."""
    hidden = table.content.translate(None, SEEN) or CONTROL.search(table.content.translate(None, ASCII).decode())
    for number, line in enumerate(body.split("\n") if hidden else (), start=1):
        if match := CONTROL.search(line):
            what = INVISIBLE.get(match.group(), f"the invisible character U+{ord(match.group()):04X}")
            place = column_at(line[: match.start()])
            yield file_fault(one, table.file, number, what, "no control character, and LF as line end", place)


def column_at(line: str) -> int:
    """Number of the column in which a line breaks off."""
    return len(next(csv.reader([line]), [""])) if len(line) < csv.field_size_limit() else 0


def ragged_faults(one: Rule, table: Table) -> Iterable[Fault]:
    """Rows with more or fewer cells than the header."""
    width = len(table.header)
    for line, cells in table.ragged:
        place = min(cells, width) + 1
        yield file_fault(one, table.file, line, f"{cells} cells", f"{width} cells, as in the header", place)


def rightly_quoted(body: str) -> bool:
    """Whether every line is for sure written as this package writes it: one row, quotes only where a comma or quote needs them."""
    if "\r" in body:
        return False
    lines = body.removesuffix("\n").split("\n")
    return all(line and ('"' not in line or RIGHT_LINE.fullmatch(line)) for line in lines)


def quoting_faults(one: Rule, table: Table, body: str) -> Iterable[Fault]:
    """The first line that is not written as this package writes it: needless or missing quotes, an empty line."""
    ours = list(io.StringIO(body, newline="\n"))
    rows = csv.reader(io.StringIO(body, newline=""))
    stream = io.StringIO(newline="\n")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    wanted = stream.getvalue()
    if wanted.rstrip("\n") != body.rstrip("\n"):
        for number, (held, right) in enumerate(zip(ours, io.StringIO(wanted, newline="\n"), strict=False), start=1):
            if held.rstrip("\n") != right.rstrip("\n"):
                found, place = (
                    "quoted otherwise than needed, or an empty line",
                    column_at(held[: first_difference(held, right)]),
                )
                yield file_fault(one, table.file, number, found, "quotes only where a comma, quote or line break needs them", place)  # fmt: skip
                return


def first_difference(one: str, other: str) -> int:
    """Place of the first character in which two texts differ."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def break_faults(one: Rule, table: Table) -> Iterable[Fault]:
    """Line breaks inside cells."""
    for column in table.fields if table.usable else []:
        broken = [line for line, cell in zip(table.lines, table.cells[column], strict=True) if cell and "\n" in cell]
        for line in broken:
            yield file_fault(one, table.file, line, "a line break inside a cell", "cells of one line", table.column_no(column), column=column)  # fmt: skip


def odd_columns(table: Table) -> list[str]:
    """Columns of text that have cells in which anything can be wrong."""
    return list(table.odd) if table.usable else []


def cell_faults(
    c: Context,
    id_: str,
    table: Table,
    column: str,
    bad: Callable[[str], Any],
    allowed: str,
    near: Callable[[str], str] | None = None,
) -> Iterable[Fault]:
    """Faults of the cells of a column of which something is ``bad``."""
    for cell, places in table.odd.get(column, {}).items():
        if bad(cell):
            for row in places:
                yield at(c, CATALOGUE[id_], table.name, table.lines[row], table.ids[row], column, allowed=allowed, nearest=near and near(cell))  # fmt: skip


def composed(cell: str) -> str:
    """The normal form NFC of a cell."""
    return unicodedata.normalize("NFC", cell)


@rule(
    "B2/spaces",
    "NFC, no leading or trailing space, no doubled or odd space, no text read in a wrong encoding",
    "two cells that look the same must be the same",
    "Take out the extra space, or normalise the cell to NFC",
    each=True,
    local=True,
    cells=True,
)
def spaces(c: Context, table: Table) -> Iterable[Fault]:
    """Spaces and normal form of every cell of text."""
    asked: list[tuple[Callable[[str], Any], str, Callable[[str], str] | None]] = [
        (ODD_SPACE.search, "no leading, trailing, doubled or hard space", lambda cell: " ".join(cell.split())),
        (MISREAD.search, "text that was read in its own encoding", None),
        (lambda cell: composed(cell) != cell, "Unicode NFC", composed),
    ]
    for column in odd_columns(table):
        for bad, allowed, near in asked:
            yield from cell_faults(c, "B2/spaces", table, column, bad, allowed, near)


@rule(
    "B3/look-alikes",
    "no letters of another script that look Latin, outside entity_names rows that say homoglyph",
    "a search for kratom must find kratom",
    "Type the letter again in the script of the word, or mark the name as homoglyph in entity_names",
    each=True,
    local=True,
    cells=True,
)
def look_alikes(c: Context, table: Table) -> Iterable[Fault]:
    """Words that mix scripts, and letters that only pretend."""
    one = CATALOGUE["B3/look-alikes"]
    for column in odd_columns(table):
        named = table.name == "entity_names" and column == "name"
        for cell, places in table.odd[column].items():
            mixed, pretending = MIXED.search(cell), PRETENDING.search(cell)
            for row in places if mixed or pretending else ():
                if not named or not may_look_alike(table, row, bool(mixed)):
                    yield at(c, one, table.name, table.lines[row], table.ids[row], column, allowed="letters of one script in a word")  # fmt: skip


def may_look_alike(table: Table, row: int, mixed: bool) -> bool:
    """Whether a name may have letters that look Latin: as a homoglyph, or as a whole word of a language that has them."""
    own = not mixed and table.cells["language"][row] in OWN_SCRIPT
    return own or table.cells["name_type"][row] == "homoglyph"


@rule(
    "B4/formulas",
    "no cell that a spreadsheet would run (leading = + - @), and no literal that stands for missing",
    "opening a table must not run it, and NA must not vanish",
    "Begin the cell with a letter; leave a missing value blank",
    each=True,
    local=True,
    cells=True,
)
def formulas(c: Context, table: Table) -> Iterable[Fault]:
    """Cells of text that a spreadsheet runs or a reader drops."""
    coded = {f["name"] for f in table.schema["fields"] if table.coded(f)}
    for column in odd_columns(table):
        missing = means_missing if column in coded else may_mean_missing
        yield from cell_faults(
            c, "B4/formulas", table, column, is_run, "a cell that begins with a letter, digit or quote"
        )
        yield from cell_faults(c, "B4/formulas", table, column, missing, "a blank cell for a missing value")


def is_run(cell: str) -> bool:
    """Whether a spreadsheet would run a cell."""
    return cell[0] in RUN


def means_missing(cell: str) -> bool:
    """Whether some reader takes a cell for a missing value."""
    return cell.lower() in NA_LIKE and not cell.startswith("-")


def may_mean_missing(cell: str) -> bool:
    """The same, or whether it is a word for a missing value where no codes are expected."""
    return means_missing(cell) or cell.lower() in NOT_SAID


@rule(
    "B5/order",
    "rows in the order of their keys",
    "differences between versions must show what changed, not what moved",
    "Sort the file by its primary key (code point order; numbers by value)",
    each=True,
    cells=True,
)
def order(_: Context, table: Table) -> Iterable[Any]:
    """Rows that stand below a row with a higher key."""
    key = key_fields(table.schema)
    if table.usable and key and not table.in_order(key):
        yield table.name, rows(unsorted(table.frame, key), column=key[0], found=col(key[0]), allowed="a key above that of the row before")  # fmt: skip


def unsorted(frame: nw.DataFrame, key: list[str]) -> nw.DataFrame:
    """Rows whose key is lower than the key before it. Keys with a blank are passed over."""
    whole = frame.filter(~nw.any_horizontal(*[col(k).is_null() for k in key], ignore_nulls=False))
    lower, same = nw.lit(False), nw.lit(True)
    for k in key:
        lower, same = lower | (same & (col(k) < col(k).shift(1))), same & (col(k) == col(k).shift(1))
    return whole.filter(lower.fill_null(False))


@rule(
    "B6/ascii-ids",
    "ids are ASCII",
    "an id must be typed the same on every keyboard",
    "Write the id with plain letters, digits, hyphen and underscore",
    each=True,
    local=True,
    cells=True,
)
def ascii_ids(c: Context, table: Table) -> Iterable[Fault]:
    """Key columns and columns named ``_id``, ``_key`` or ``code``."""
    for column in odd_columns(table):
        if column.endswith(("_id", "_key")) or column in ("code", "scheme", "id", "question"):
            yield from cell_faults(c, "B6/ascii-ids", table, column, BEYOND_PRINTABLE.search, "ASCII")
