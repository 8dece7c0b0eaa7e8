"""S: structure, from the Table Schemas. Pandera finds the faults here; Frictionless finds them again (``conformance``)."""

import operator
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from numbers import Real
from typing import TYPE_CHECKING, Any

import narwhals as nw

from ..contract import pandera_schema
from ..faults import Fault, nearest
from ..package import key_fields
from ..tables import CANONICAL, LINE, ROW, Table, collected, contract, strangeness
from .base import CATALOGUE, Context, absent, at, file_fault, rows, rule, text

if TYPE_CHECKING:
    import pandas as pd


@rule(
    "S1/tables",
    "every table of the contract, with all its columns",
    "a rule that finds no table finds no fault",
    "Put the table back into the descriptor, or validate a package of kratom-claims",
    cells=True,
)
def tables(c: Context) -> Iterable[Fault]:
    """Tables that are not in the package, or whose Table Schema lacks columns."""
    for name in contract():
        if why := strangeness(c.tables, name):
            yield file_fault(
                CATALOGUE["S1/tables"],
                "datapackage.json",
                found=f"{name} {why}",
                allowed="the tables and columns of docs/dictionary.md",
                row=name,
            )


@rule(
    "S1/columns",
    "exactly the declared columns, in order",
    "a moved column is read as another one",
    "Bring the header back to the order of the Table Schema, or correct the schema",
    each=True,
    cells=True,
)
def columns(_: Context, table: Table) -> Iterable[Fault]:
    """The header of a file against its Table Schema; a file that is not there has none."""
    one = CATALOGUE["S1/columns"]
    if table.unreadable:
        if not table.content:
            yield file_fault(one, table.file, found=table.unreadable, allowed="a readable CSV file")
    elif not table.usable:
        yield header_fault(one, table)


def header_fault(one: Any, table: Table) -> Fault:
    """The first column that is not the declared one."""
    for number, want in enumerate(table.fields, start=1):
        got = table.header[number - 1] if number <= len(table.header) else "(nothing)"
        if got != want:
            return file_fault(one, table.file, 1, got, want, number, nearest(got, table.fields), column=got)
    extra = table.header[len(table.fields)]
    return file_fault(
        one,
        table.file,
        1,
        extra,
        "no further column",
        len(table.fields) + 1,
        nearest(extra, table.fields),
        column=extra,
    )


@rule(
    "S2/cells",
    "values of the declared type, format, pattern, enum and range; required cells filled",
    "a value that one engine reads and another refuses is two values",
    "Correct the cell, or widen the constraint in the Table Schema",
    each=True,
    local=True,
    cells=True,
)
def cells(c: Context, table: Table) -> Iterable[Fault]:
    """Every cell against its field: the canonical form on the text, then the Pandera schema on the values.

    Pandera, which takes long to load, is asked only where a value is suspect; it alone says what is at fault.
    """
    if table.usable:
        yield from lexical_faults(c, table)
        key = key_fields(table.schema)
        if any(suspect(f, table.distinct(f["name"]), has_blanks(f, table, key)) for f in table.schema["fields"]):
            yield from pandera_faults(c, table)


def has_blanks(field: dict[str, Any], table: Table, key: list[str]) -> bool:
    """Whether a cell is blank that must not be."""
    needed = field.get("constraints", {}).get("required") or field["name"] in key
    return bool(needed and None in table.values(field["name"]))


def suspect(field: dict[str, Any], held: set[Any], blanks: bool) -> bool:
    """Whether Pandera could refuse a value of a column: true for too many rather than for too few."""
    limits = field.get("constraints", {})
    return blanks or any(not BOUNDS[name](held, limits[name]) for name in limits if name in BOUNDS)


def all_match(held: set[Any], pattern: str) -> bool:
    """Whether all values have a form from beginning to end."""
    try:
        form = re.compile(f"(?:{pattern})")
        return all(form.fullmatch(value) for value in held)
    except (re.error, TypeError):
        return False


def all_compare(compare: Callable[[Any, Any], bool]) -> Callable[[set[Any], Any], bool]:
    """Whether all numbers are on the right side of a bound; what is no number is on neither."""
    return lambda held, bound: all(isinstance(value, Real) and compare(value, bound) for value in held)


BOUNDS: dict[str, Callable[[set[Any], Any], bool]] = {
    "pattern": all_match,
    "enum": lambda held, codes: held <= set(codes),
    "minimum": all_compare(operator.ge),
    "maximum": all_compare(operator.le),
    "minLength": lambda held, bound: all(len(value) >= bound for value in held),
    "maxLength": lambda held, bound: all(len(value) <= bound for value in held),
}
"""For each constraint that Pandera checks, whether all of some values surely hold it."""


def lexical_faults(c: Context, table: Table) -> Iterable[Fault]:
    """Cells that are filled but have no value of their type."""
    forms = {"integer": "a whole number such as 12", "number": "a number such as 12.5, without unit or thousands separator",
             "boolean": "true or false", "date": "a date as YYYY-MM-DD that exists"}  # fmt: skip
    for f in table.schema["fields"]:
        if f["type"] in CANONICAL:
            held = zip(table.cells[f["name"]], table.values(f["name"]), strict=True)
            for row in [row for row, (cell, value) in enumerate(held) if cell is not None and value is None]:
                yield at(
                    c,
                    CATALOGUE["S2/cells"],
                    table.name,
                    table.lines[row],
                    table.ids[row],
                    f["name"],
                    allowed=forms[f["type"]],
                )


def pandera_faults(c: Context, table: Table) -> Iterable[Fault]:
    """What the Pandera schema of the table refuses, cell by cell."""
    import pandera.pandas as pa
    from pandera.errors import SchemaErrors

    frame = table.typed[table.fields]
    try:
        pandera_schema(table.schema, pa).validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        cases = cases[cases["index"].notna() & (cases["schema_context"] == "Column")]
        yield from case_faults(c, table, cases)


def case_faults(c: Context, table: Table, cases: "pd.DataFrame") -> Iterable[Fault]:
    """Faults of Pandera's failure cases; a cell without a value of its type has been told already, a value that stands twice is for S3."""
    fields = {f["name"]: f for f in table.schema["fields"]}
    for case in cases.drop_duplicates(["column", "index", "check"]).itertuples():
        row = int(case.index)
        cell = table.cells[case.column][row]
        if (case.check == "not_nullable" and cell is not None) or case.check == "field_uniqueness":
            continue
        allowed, near = told(fields[case.column], str(case.check), cell or "")
        yield at(
            c,
            CATALOGUE["S2/cells"],
            table.name,
            table.lines[row],
            table.ids[row],
            case.column,
            allowed=allowed,
            nearest=near,
        )


def told(field: dict[str, Any], check: str, found: str) -> tuple[str, str]:
    """What a field allows, in words, and the allowed value nearest to the one found."""
    limits = field.get("constraints", {})
    if check == "not_nullable":
        return "a value (the cell is required)", ""
    if "enum" in limits:
        return "one of " + ", ".join(limits["enum"]), nearest(found, limits["enum"])
    if check.startswith("str_matches"):
        return f"the form {limits['pattern']}, such as {field['example']}", ""
    return " and ".join(f"{name} {limits[name]}" for name in ("minimum", "maximum") if name in limits), ""


@rule(
    "S3/unique",
    "primary keys and unique keys occur once",
    "a key that two rows share points to neither",
    "Give one of the rows its own key, or remove it if it says the same",
    each=True,
    cells=True,
)
def unique(_: Context, table: Table) -> Iterable[Any]:
    """Rows whose primary or unique key stands twice. Rows with a blank in a unique key are not compared."""
    if table.usable:
        alone = [[f["name"]] for f in table.schema["fields"] if f.get("constraints", {}).get("unique")]
        for key in filter(None, [key_fields(table.schema), *table.schema.get("uniqueKeys", []), *alone]):
            if (frame := table.repeated(key)) is not None:
                yield table.name, doubles(frame, key)


def doubles(frame: Any, key: list[str]) -> Any:
    """Rows whose key has occurred further up, with the line where."""
    first = nw.col(LINE).min().over(*key).alias("first")
    filled = frame.filter(~nw.any_horizontal(*[nw.col(k).is_null() for k in key], ignore_nulls=False))
    return rows(filled.with_columns(first).filter(nw.col(LINE) > nw.col("first")), column=key[-1],
                found=text(*[p for k in key for p in (nw.col(k), " ")][:-1], ", as on line ", nw.col("first")),
                allowed=f"one row only with this {' + '.join(key)}")  # fmt: skip


@rule(
    "S4/references",
    "every reference names a row that exists",
    "a dangling reference is a statement about nothing",
    "Correct the id, or add the row that it names",
    each=True,
    cells=True,
)
def references(c: Context, table: Table) -> Iterable[Any]:
    """Foreign keys, self-references too."""
    for key in table.schema.get("foreignKeys", []) if table.usable else []:
        target = c.tables.get(key["reference"]["resource"] or table.name)
        if target is not None and target.usable:
            yield from dangling(c, table, key, target)


def dangling(c: Context, table: Table, key: dict[str, Any], target: Table) -> Iterable[Fault]:
    """Faults of one foreign key, each with the nearest id that exists."""
    ours, theirs = list(key["fields"]), list(key["reference"]["fields"])
    if (suspects := table.loose(key, target)) is None:
        return
    bad = collected(absent(suspects[0], suspects[1], ours, theirs).select(LINE, ROW, *ours))
    known = some_values(target, theirs[-1]) if bad.shape[0] else []
    for row in bad.iter_rows(named=True):
        found = "/".join(str(row[name]) for name in ours)
        yield at(c, CATALOGUE["S4/references"], table.name, row[LINE], row[ROW], ours[-1], found,
                 f"a {'/'.join(theirs)} of {target.file}", nearest(str(row[ours[-1]]), known))  # fmt: skip


def some_values(table: Table, column: str) -> list[str]:
    """The first distinct values of a column, among which the nearest to a wrong one is looked for."""
    held = collected(table.frame.select(column).head(20_000).drop_nulls().unique(column))
    return sorted(map(str, held[column].to_list()))[:5000]


FIRST = 10_000
"""Rows of a table that show most codes in use."""


def codes_seen(c: Context) -> set[tuple[str, str]]:
    """Scheme and code of all codes in use. Rows beyond the first are looked at only for codes that those do not show."""
    seen: set[tuple[str, str]] = set()
    for first in (FIRST, None):
        for table, f in coded_fields(c):
            wanted = {(f["vocabulary"], code) for code in f["constraints"].get("enum", [])}
            if not wanted <= seen and (first or table.count > FIRST):
                seen |= {(f["vocabulary"], code) for code in table.distinct(f["name"], first)}
    return seen


@rule(
    "S5/enums",
    "the enum of each coded field equals its scheme in the vocabulary",
    "a code without a definition means what each reader thinks",
    "Add the code to data/vocabulary.csv, or take it out of the enum in schemas/",
    tables="vocabulary",
    column="code",
    cells=True,
)
def enums(c: Context) -> Iterable[Fault]:
    """Enums of the Table Schemas against the schemes."""
    one = CATALOGUE["S5/enums"]
    schemes: dict[str, set[str]] = defaultdict(set)
    for scheme, code in c.tables["vocabulary"].keys(["scheme", "code"]):
        schemes[scheme].add(code)
    for table, f in coded_fields(c):
        for code in sorted(set(f["constraints"].get("enum", [])) ^ schemes[f["vocabulary"]]):
            where = "vocabulary" if code in f["constraints"].get("enum", []) else "enum"
            yield file_fault(one, table.file, 1, f"{code} is not in the {where}", f"enum of {f['name']} = scheme {f['vocabulary']}",
                             table.column_no(f["name"]), nearest(code, schemes[f["vocabulary"]] - {code}), f["name"])  # fmt: skip


def coded_fields(c: Context) -> Iterable[tuple[Table, dict[str, Any]]]:
    """Fields that name a scheme, with their table."""
    for table in c.tables.values():
        for f in table.schema["fields"]:
            if "vocabulary" in f:
                yield table, f


@rule(
    "S5/used",
    "each code is used by a row, or says why it is kept",
    "dead codes hide the ones that matter",
    "Fill unused_reason, or clear it if a row now uses the code, or remove the code",
    tables="vocabulary",
    column="unused_reason",
    cells=True,
)
def used(c: Context) -> Iterable[Any]:
    """Codes without a row and without a reason, and reasons that are no longer needed."""
    if unread := {table.file for table, _ in coded_fields(c) if not table.usable}:
        c.said.append(f"S5/used not checked, as {', '.join(sorted(unread))} cannot be read")
        return
    one, table, seen = CATALOGUE["S5/used"], c.tables["vocabulary"], codes_seen(c)
    codes = zip(*(table.cells[name] for name in ("scheme", "code", "unused_reason")), strict=True)
    for row, (scheme, code, reason) in enumerate(codes):
        if ((scheme, code) in seen) == bool(reason):
            allowed = "blank, as rows use the code" if reason else "a reason, as no row uses the code"
            yield at(c, one, table.name, table.lines[row], table.ids[row], "unused_reason", allowed=allowed)
