"""Both engines alike: for every constraint of every field, a broken cell that Frictionless and Pandera both refuse."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from kratom_claims.check import run_rules
from kratom_claims.conformance import frictionless_faults
from kratom_claims.faults import Fault
from kratom_claims.package import key_fields, read_package
from kratom_claims.rules import CATALOGUE
from kratom_claims.tables import read_tables
from tiny import SCHEMAS, Tiny

GAPS = {
    ("frictionless", "uniqueKeys"): "Frictionless accepts uniqueKeys and never checks them (its issue 937)",
    (
        "frictionless",
        "canonical",
    ): "Frictionless reads 1.0, 007, +5 and true in other spellings where its own reader can",
}
"""What a tool cannot say, and why: the one place in which such gaps are named."""
SPELLINGS = {"integer": "1.5", "number": "1,5", "boolean": "maybe", "date": "2026-02-30"}
"""Texts that are no value of a type, for either engine."""


def breaking(f: dict[str, Any]) -> dict[str, str]:
    """A cell that breaks each constraint of a field, by constraint."""
    limits = f.get("constraints", {})
    cells = {"type": SPELLINGS[f["type"]]} if f["type"] in SPELLINGS else {}
    if limits.get("required"):
        cells["required"] = ""
    if "enum" in limits:
        cells["enum"] = "no_such_code"
    if "pattern" in limits:
        cells["pattern"] = "?"
    if "minimum" in limits:
        cells["minimum"] = str(limits["minimum"] - 1)
    if "maximum" in limits:
        cells["maximum"] = str(limits["maximum"] + 1)
    return cells


FIELDS = [
    (table, f["name"], constraint, cell)
    for table, schema in SCHEMAS.items()
    for f in schema["fields"]
    for constraint, cell in breaking(f).items()
]
UNIQUE = [
    (table, f["name"])
    for table, schema in SCHEMAS.items()
    for f in schema["fields"]
    if f.get("constraints", {}).get("unique")
]
FOREIGN = [(table, key["fields"][-1]) for table, schema in SCHEMAS.items() for key in schema.get("foreignKeys", [])]


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A package in which each table has at least two rows: the examples of its fields, with keys that differ."""
    tiny = Tiny(tmp_path_factory.mktemp("parity") / "tiny")
    for name, schema in SCHEMAS.items():
        if len(tiny.rows[name]) < 2:
            tiny.rows[name] = [example_row(schema, number) for number in (1, 2)]
    tiny.write(rate=False, vocabulary_too=False)
    return tiny


def example_row(schema: dict[str, Any], number: int) -> dict[str, Any]:
    """A row of the examples of a schema."""
    row = {f["name"]: f["example"] for f in schema["fields"]}
    key = key_fields(schema)[-1]
    row[key] = (
        number
        if isinstance(row[key], int)
        else f"{str(row[key])[:-1]}{number}"
        if str(row[key])[-1].isdigit()
        else f"{row[key]}-{number}"
    )
    for f in schema["fields"]:
        if f.get("constraints", {}).get("unique") and f["name"] != key:
            row[f["name"]] = f"{str(row[f['name']])[:-1]}{number}"
    return row


def faults_of_both(tiny: Tiny, name: str, rule: str) -> tuple[list[Fault], list[Fault]]:
    """What Pandera's engine and Frictionless say of a table under a rule."""
    opened = read_package(tiny.root / "datapackage.json")
    tables = read_tables(opened)
    ours = run_rules(opened, tables, None, rules=[CATALOGUE[rule]], of={name}).faults
    theirs = frictionless_faults(opened, tables)
    return ours, [f for f in theirs if f.rule == rule and f.file == tables[name].file]


@contextmanager
def broken_once(tiny: Tiny, name: str, cells: dict[str, str]) -> Iterator[None]:
    """Put cells into the last row of a table, for a while."""
    rows = [dict(row) for row in tiny.rows[name]]
    rows[-1].update(cells)
    kept, tiny.rows[name] = tiny.rows[name], rows
    tiny.write_table(name)
    tiny.rows[name] = kept
    tiny.describe_bytes(name)
    try:
        yield
    finally:
        tiny.write_table(name)
        tiny.describe_bytes(name)


@pytest.mark.parametrize(
    "name, constraint",
    sorted({(table, kind) for table, column, kind, _ in FIELDS if column not in key_fields(SCHEMAS[table])}),
)
def test_cells(examples: Tiny, name: str, constraint: str) -> None:
    """Each field of a table that has the constraint, broken in one row: both engines refuse each such cell."""
    cells = {
        column: cell
        for table, column, kind, cell in FIELDS
        if (table, kind) == (name, constraint) and column not in key_fields(SCHEMAS[table])
    }
    with broken_once(examples, name, cells):
        ours, theirs = faults_of_both(examples, name, "S2/cells")
    assert {f.column for f in ours} >= set(cells), "Pandera's engine misses one"
    assert {f.column for f in theirs} >= set(cells), "Frictionless misses one"


@pytest.mark.parametrize("name, column", UNIQUE)
def test_unique_fields(examples: Tiny, name: str, column: str) -> None:
    """A unique field that stands twice."""
    with broken_once(examples, name, {column: examples.rows[name][0][column]} if len(examples.rows[name]) > 1 else {}):
        ours, theirs = faults_of_both(examples, name, "S3/unique")
    assert ours and theirs


@pytest.mark.parametrize("name, column", FOREIGN)
def test_foreign_keys(examples: Tiny, name: str, column: str) -> None:
    """A reference to a row that is not there."""
    f = next(f for f in SCHEMAS[name]["fields"] if f["name"] == column)
    dangling = (
        "99"
        if f["type"] == "integer"
        else f"{str(f['example'])[:-1]}7777"
        if str(f["example"])[-1].isdigit()
        else "no-such-row"
    )
    with broken_once(examples, name, {column: dangling}):
        ours, theirs = faults_of_both(examples, name, "S4/references")
        ours = [f for f in ours if f.column == column and dangling in f.found]
        theirs = [f for f in theirs if dangling in f.allowed]
    assert ours and theirs


@pytest.mark.parametrize("name", SCHEMAS)
def test_primary_keys(examples: Tiny, name: str) -> None:
    """A key that stands twice."""
    rows = examples.rows[name]
    with broken_once(examples, name, {k: rows[0][k] for k in key_fields(SCHEMAS[name])}):
        ours, theirs = faults_of_both(examples, name, "S3/unique")
    assert ours and theirs


def test_gap_unique_keys(tmp_path: Path) -> None:
    """The gap is still there: when Frictionless learns it, this fails and the line in GAPS goes."""
    tiny = Tiny(tmp_path / "tiny")
    tiny.rows["findings"].append(tiny.rows["findings"][0] | {"finding_id": "F0003"})
    tiny.write(rate=False)
    ours, theirs = faults_of_both(tiny, "findings", "S3/unique")
    assert ours and not theirs, GAPS["frictionless", "uniqueKeys"]


def test_gap_canonical_form(tmp_path: Path) -> None:
    """Another spelling of a number: ours refuses, Frictionless reads it."""
    tiny = Tiny(tmp_path / "tiny")
    tiny.edit("searches", lambda b: b.replace(b",3,3,1", b",3,03,1"))
    ours, theirs = faults_of_both(tiny, "searches", "S2/cells")
    assert ours and not theirs, GAPS["frictionless", "canonical"]
