"""A screen may suspect what is right; it clears nothing that the rule behind it refuses."""

import csv
import io
import random
import re
import unicodedata
from typing import Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pytest
from kratom_claims.contract import pandera_schema
from kratom_claims.rules import bytes_
from kratom_claims.rules.structure import doubles, has_blanks, suspect
from kratom_claims.tables import LINE, NA_LIKE, NOT_SAID, ROW, Table, array, fill, is_plain, values
from pandera.errors import SchemaErrors
from test_parity import FIELDS, breaking
from tiny import SCHEMAS

ODD = [*map(chr, range(0x3100)), "\ufeff", "\uff21", "\ufe0f", "\U000e0001", "\U0001d400"]
SCHEMA: dict[str, Any] = {"fields": [{"name": n, "type": "string"} for n in "abc"], "primaryKey": ["a", "b"]}


def refused(field: dict[str, Any], column: pd.Series) -> bool:
    """Whether Pandera refuses a value of a column."""
    try:
        pandera_schema({"fields": [field]}, pa).validate(pd.DataFrame({field["name"]: column}), lazy=True)
    except SchemaErrors as errors:
        return bool((errors.failure_cases["schema_context"] == "Column").any())
    return False


def column_of(field: dict[str, Any], *cells: str | None) -> pd.Series:
    """A column of some cells, as pandas holds it."""
    return pd.Series(array(values(list(cells), field["type"]), field["type"]))


def suspected(field: dict[str, Any], *cells: str | None) -> bool:
    """Whether a value of a column, or a blank in it, is suspect."""
    table = Table("x", "data/x.csv", {"fields": [field]}, cells={field["name"]: list(cells)})
    return suspect(field, table.distinct(field["name"]), has_blanks(field, table, []))


def test_every_broken_cell_is_suspect() -> None:
    """Each constraint of each field, broken alone: what Pandera refuses is suspect, and a right cell is not."""
    for table, name, _, cell in FIELDS:
        field = next(f for f in SCHEMAS[table]["fields"] if f["name"] == name)
        assert suspected(field, cell or None) >= refused(field, column_of(field, cell or None)), (table, name, cell)


@pytest.mark.parametrize("limits", [{"pattern": "[a-z]+"}, {"pattern": "a|b"}, {"minLength": 2}, {"maxLength": 2}, {"enum": ["a", "b"]}, {"required": True}])  # fmt: skip
def test_texts_at_the_edge(limits: dict[str, Any]) -> None:
    """Texts just inside and just outside of a constraint."""
    field = {"name": "x", "type": "string", "constraints": limits}
    for value in ("a", "b", "ab", "abc", "a\n", "A", "c", "aB", None):
        assert suspected(field, value, "a") >= refused(field, column_of(field, value, "a")), (limits, value)


@pytest.mark.parametrize("type_, edge", [("integer", ["1", "2", "3", ""]), ("number", ["1.5", "2", "2.5", ""])])
def test_numbers_at_the_edge(type_: str, edge: list[str]) -> None:
    """Numbers just inside and just outside of a bound."""
    field = {"name": "x", "type": type_, "constraints": {"minimum": 2, "maximum": 2}}
    seen = []
    for cell in edge:
        assert suspected(field, cell or None) == refused(field, column_of(field, cell or None))
        seen.append(suspected(field, cell or None))
    assert seen == [True, False, True, False]
    assert breaking(field)


def test_plain_cells_hold_the_rules_on_bytes() -> None:
    """No cell that is plain has an odd space, another script, a formula, or anything beyond ASCII."""
    for char in ODD:
        for cell in (char, f"a{char}", f"{char}a", f"a{char}b", f"a {char}", f"a{char} b"):
            if is_plain(cell):
                assert not re.search(bytes_.ODD_SPACE, cell) and not re.search(bytes_.MISREAD, cell)
                assert not re.search(bytes_.MIXED, cell) and not re.search(bytes_.PRETENDING, cell)
                assert not re.search(r"^[=+\-@\t\r]", cell) and not re.search("[^\x20-\x7e]", cell)
                assert unicodedata.normalize("NFC", cell) == cell


def test_words_for_missing_are_odd() -> None:
    """A word that may stand for a missing value is looked at, whatever its case."""
    for word in NA_LIKE | NOT_SAID:
        table = fill(Table("t", "t.csv", SCHEMA), f"a,b,c\nx,y,{word.upper()}\n".encode())
        assert list(table.odd) == ["c"]


def test_hidden_characters_are_seen() -> None:
    """The screen of a whole file sees every character that the rule on lines sees."""
    for char in ODD:
        if bytes_.CONTROL.search(char):
            content = f"a{char}b\n"
            hidden = content.encode().translate(None, bytes_.SEEN) or bytes_.CONTROL.search(content.encode().translate(None, bytes_.ASCII).decode())  # fmt: skip
            assert hidden, hex(ord(char))


def test_quotes_are_seen() -> None:
    """Bodies drawn at random: what is not written as the csv module writes it, or has a break in a cell, is not cleared."""
    draw, cleared = random.Random(3), 0
    for _ in range(40_000):
        body = "".join(draw.choices('a,"\n', [4, 2, 3, 2], k=draw.randint(1, 12))) + "\n"
        if bytes_.rightly_quoted(body):
            cleared += 1
            rows = list(csv.reader(io.StringIO(body, newline="")))
            stream = io.StringIO(newline="\n")
            csv.writer(stream, lineterminator="\n").writerows(rows)
            assert stream.getvalue() == body and not any("\n" in cell for row in rows for cell in row), body
    assert cleared > 1000


def test_order_and_keys_are_seen() -> None:
    """Tables drawn at random: keys that stand twice or fall are not cleared."""
    draw = random.Random(5)
    for _ in range(150):
        lines = [",".join(draw.choices(["x", "y", "", "z"], k=2)) + ",1\n" for _ in range(draw.randint(0, 4))]
        table = fill(Table("t", "t.csv", SCHEMA), ("a,b,c\n" + "".join(lines)).encode())
        assert len(bytes_.unsorted(table.frame, ["a", "b"])) == 0 or not table.in_order(["a", "b"])
        twice, right = table.repeated(["a", "b"]), doubles(table.frame, ["a", "b"])
        assert (twice is None and right is None) or len(right) == len(doubles(twice, ["a", "b"]))


def test_dangling_references_are_seen() -> None:
    """A key with a blank refers to nothing; one without must be there, part by part."""
    target = fill(Table("t", "t.csv", SCHEMA), b"a,b,c\nx,y,1\nz,,1\n")
    key = {"fields": ["a", "b"], "reference": {"fields": ["a", "b"]}}
    for row, sure in [("x,y,1", True), ("x,,1", True), ("z,,1", True), ("x,x,1", False), ("z,y,1", False)]:
        assert (fill(Table("s", "s.csv", SCHEMA), f"a,b,c\n{row}\n".encode()).loose(key, target) is None) == sure
    assert isinstance(target.frame, nw.DataFrame) and {LINE, ROW} <= set(target.frame.columns)
