"""The damage that happens to tables: one operator for each kind, with the rule that each mutant belongs to.

An operator takes the undamaged package and a source of chance, and gives mutants: what is changed, and where which
rule has to say so. ``scripts/faults.py`` counts how many are caught.
"""

import csv
import io
import itertools
import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from kratom_claims.files import csv_text, json_text
from kratom_claims.package import Package, key_fields
from kratom_claims.tables import CANONICAL, Table, Tables

DESCRIPTOR = "datapackage.json"
REFUSED = "exit 2"
"""Stands for a rule where the command refuses the package altogether."""
S2, B1, B4, J1 = "S2/cells", "B1/file", "B4/formulas", ("J1/ratings", "J1/steps")
EACH = 1
"""Mutants of each operator, table and column, unless an operator takes more."""
OPERATORS: dict[str, "Operator"] = {}
"""All operators by name."""


@dataclass(frozen=True)
class Mutant:
    """One fault: the files that change, the rules one of which has to speak, and where.

    ``change`` gives new bytes by table name (or of the descriptor). ``lines`` and ``columns`` are where the fault has
    to be told (None: anywhere in the file). Without ``described`` the descriptor stays as it was before the change.
    """

    operator: str
    table: str
    where: str
    change: Callable[[], dict[str, bytes]]
    rules: tuple[str, ...]
    file: str
    lines: frozenset[int] | None = None
    columns: frozenset[str] | None = None
    described: bool = True


Operator = Callable[["Whole", random.Random], Iterator[Mutant]]
Rows = list[list[str]]


@dataclass
class Whole:
    """A package without a fault: what operators look at and copy from."""

    package: Package
    tables: Tables
    texts: Path | None
    rows: dict[str, Rows] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keep the cells of each table as lists."""
        for name, table in self.tables.items():
            self.rows[name] = list(csv.reader(io.StringIO(table.content.decode("utf-8"), newline="")))[1:]

    def sample(
        self, name: str, chance: random.Random, most: int = EACH, where: Callable[[list[str]], Any] = bool
    ) -> list[int]:
        """Some places of rows of a table, in order."""
        fit = [i for i, row in enumerate(self.rows.get(name, [])) if where(row)]
        return sorted(chance.sample(fit, min(most, len(fit))))

    def value(self, name: str, place: int, column: str) -> str:
        """One cell."""
        return self.rows[name][place][self.tables[name].fields.index(column)]

    def with_cells(self, name: str, cells: dict[tuple[int, str], str]) -> Callable[[], dict[str, bytes]]:
        """A change of cells, each named by place and column."""
        return self.with_rows(name, lambda rows: [[cells.get((i, c), v) for c, v in zip(self.tables[name].fields, row, strict=True)]
                                                  for i, row in enumerate(rows)])  # fmt: skip

    def with_rows(self, name: str, change: Callable[[Rows], Rows]) -> Callable[[], dict[str, bytes]]:
        """A change of rows."""
        return lambda: {name: csv_text(self.tables[name].fields, change([list(r) for r in self.rows[name]])).encode()}

    def with_bytes(self, name: str, change: Callable[[bytes], bytes]) -> Callable[[], dict[str, bytes]]:
        """A change of the bytes of a file."""
        return lambda: {name: change(self.tables[name].content)}

    @cached_property
    def pointing(self) -> dict[str, list[tuple[str, tuple[str, ...], tuple[str, ...]]]]:
        """Foreign keys by the table that they point to: table that points, its fields, the fields pointed to."""
        found: dict[str, list[tuple[str, tuple[str, ...], tuple[str, ...]]]] = {}
        for name, table in self.tables.items():
            for key in table.schema.get("foreignKeys", []):
                target = key["reference"]["resource"] or name
                found.setdefault(target, []).append((name, tuple(key["fields"]), tuple(key["reference"]["fields"])))
        return found


def operator(function: Operator) -> Operator:
    """Register an operator under its name."""
    OPERATORS[function.__name__.replace("_", "-")] = function
    return function


def at_cells(name: str, whole: Whole, table: str, places: Iterable[int], column: str, change: Callable[[str], str | None],
             *rules: str, columns: Iterable[str] = ()) -> Iterator[Mutant]:  # fmt: skip
    """Mutants in which one cell is changed (not where ``change`` gives nothing or the same)."""
    for place in places:
        before = whole.value(table, place, column)
        after = change(before)
        if after is not None and after != before:
            yield Mutant(name, table, f"{table}:{place + 2}:{column}", whole.with_cells(table, {(place, column): after}), rules,
                         whole.tables[table].file, frozenset([place + 2]), frozenset(columns or [column]))  # fmt: skip


def cell_operator(name: str, fits: Callable[[Table, dict[str, Any]], Any], change: Callable[[str, random.Random], str | None], *rules: str) -> None:  # fmt: skip
    """Register an operator that changes filled cells of all columns that fit."""

    def mutants(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
        for table in whole.tables.values():
            for number, f in enumerate(table.schema["fields"]):
                if fits(table, f):
                    places = whole.sample(
                        table.name, chance, where=lambda row, n=number: row[n] and change(row[n], random.Random(0))
                    )
                    yield from at_cells(name, whole, table.name, places, f["name"], lambda v: change(v, chance), *rules)

    OPERATORS[name] = mutants


def limits(f: dict[str, Any]) -> dict[str, Any]:
    """Constraints of a field."""
    return f.get("constraints", {})


def typed(*types: str) -> Callable[[Table, dict[str, Any]], bool]:
    """Fields of these types."""
    return lambda _, f: f["type"] in types


def any_field(_: Table, __: dict[str, Any]) -> bool:
    """Every field."""
    return True


def coded(_: Table, f: dict[str, Any]) -> bool:
    """Fields with a list of codes."""
    return "enum" in limits(f)


def formed(_: Table, f: dict[str, Any]) -> bool:
    """Fields with a pattern."""
    return "pattern" in limits(f)


def sentence(_: Table, f: dict[str, Any]) -> bool:
    """Fields that hold sentences."""
    return limits(f).get("pattern", "").endswith("[.])")


def named(*columns: str) -> Callable[[Table, dict[str, Any]], bool]:
    """Fields of these names."""
    return lambda _, f: f["name"] in columns


def hashed(_: Table, f: dict[str, Any]) -> bool:
    """Fields that hold a SHA-256."""
    return "64" in limits(f).get("pattern", "")


def inserted(value: str, chance: random.Random, what: str) -> str:
    """A value with something put into it, not at its ends if it is long enough."""
    place = chance.randint(1, max(1, len(value) - 1))
    return value[:place] + what + value[place:]


def replaced(value: str, chance: random.Random, pairs: dict[str, str]) -> str | None:
    """A value with one letter replaced, or None if it has none of them."""
    places = [i for i, c in enumerate(value) if c in pairs]
    if not places:
        return None
    place = chance.choice(places)
    return value[:place] + pairs[value[place]] + value[place + 1 :]


def swapped(value: str, chance: random.Random) -> str | None:
    """A value with two neighbouring characters exchanged."""
    places = [
        i for i in range(len(value) - 1) if value[i] != value[i + 1] and value[i].isalnum() and value[i + 1].isalnum()
    ]
    if not places:
        return None
    i = chance.choice(places)
    return value[:i] + value[i + 1] + value[i] + value[i + 2 :]


CYRILLIC = dict(zip("aceopxyABCEHKMOPTX", "асеорхуАВСЕНКМОРТХ", strict=True))
WIDE = {c: chr(ord(c) + 0xFEE0) for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"}
TEXT_RULES = (S2, "B2/spaces", "B3/look-alikes", B4, "B6/ascii-ids", "S4/references")

# One cell: what stands for nothing, and what a spreadsheet does.
cell_operator("na-literal", any_field, lambda v, r: r.choice(["NA", "N/A", "null", "None", "NaN", "nan", "n/a", "NULL", "-", "?"]), S2, B4)  # fmt: skip
cell_operator(
    "formula", any_field, lambda v, r: r.choice(["=", "+", "@", "-"]) + r.choice(["1+1", "SUM(A1)", "cmd"]), S2, B4
)
cell_operator("trailing-space", any_field, lambda v, r: v + " ", S2, "B2/spaces")
cell_operator("leading-space", any_field, lambda v, r: " " + v, S2, "B2/spaces")
cell_operator("doubled-space", typed("string"), lambda v, r: v.replace(" ", "  ", 1), S2, "B2/spaces")
cell_operator("hard-space", typed("string"), lambda v, r: v.replace(" ", "\u00a0", 1), S2, "B2/spaces")
cell_operator("thin-space", typed("string"), lambda v, r: v.replace(" ", "\u2009", 1), S2, "B2/spaces")
cell_operator(
    "cyrillic-letter", typed("string"), lambda v, r: replaced(v, r, CYRILLIC), S2, "B3/look-alikes", "B6/ascii-ids"
)
cell_operator("full-width-letter", any_field, lambda v, r: replaced(v, r, WIDE), S2, "B3/look-alikes", "B6/ascii-ids")
cell_operator(
    "wrong-encoding", typed("string"), lambda v, r: replaced(v, r, {"a": "Ã¡", "e": "Ã©", "i": "â€™"}), S2, "B2/spaces"
)
cell_operator(
    "decomposed-accent",
    typed("string"),
    lambda v, r: unicodedata.normalize("NFD", v.replace("e", "é", 1)),
    S2,
    "B2/spaces",
)
cell_operator("html-entity-quote", formed, lambda v, r: f"&quot;{v}&quot;", S2)

# One cell: characters that nobody sees.
for label, character in [("tab", "\t"), ("nul", "\0"), ("line-break", "\n"), ("carriage-return", "\r"), ("zero-width-space", "\u200b"),
                         ("soft-hyphen", "\u00ad"), ("word-joiner", "\u2060"), ("bidi-override", "\u202e"), ("escape", "\x1b[31m"), ("line-separator", "\u2028")]:  # fmt: skip
    cell_operator(f"{label}-in-cell", any_field, lambda v, r, c=character: inserted(v, r, c), S2, B1)

# One cell: numbers, truth values, dates.
cell_operator("thousands-comma", typed("integer", "number"), lambda v, r: f"{v},000", S2)
cell_operator("decimal-comma", typed("number"), lambda v, r: v.replace(".", ",") if "." in v else v + ",5", S2)
cell_operator("unit-in-number", typed("integer", "number"), lambda v, r: v + r.choice([" %", " mg", "%", "kg"]), S2)
cell_operator("exponent", typed("integer", "number"), lambda v, r: v + "e0", S2)
cell_operator("leading-zero", typed("integer", "number"), lambda v, r: "0" + v.lstrip("-"), S2)
cell_operator("plus-sign", typed("integer", "number"), lambda v, r: "+" + v.lstrip("-"), S2)
cell_operator("dot-for-thousands", typed("integer"), lambda v, r: v + ".000", S2)
cell_operator("fraction-of-whole", typed("integer"), lambda v, r: v + ".5", S2)
cell_operator(
    "letter-for-digit",
    typed("integer", "number", "date"),
    lambda v, r: replaced(v, r, {"0": "O", "1": "l", "5": "S"}),
    S2,
)
cell_operator("below-minimum", lambda t, f: limits(f).get("minimum", -1) >= 0, lambda v, r: "-1", S2)
cell_operator("above-maximum", lambda t, f: "maximum" in limits(f), lambda v, r: "99999", S2)
cell_operator(
    "truth-otherwise", typed("boolean"), lambda v, r: r.choice([v.upper(), v.title(), "yes", "1", "0", "f"]), S2
)
cell_operator("date-day-first", typed("date"), lambda v, r: "/".join(reversed(v.split("-"))), S2)
cell_operator("date-american", typed("date"), lambda v, r: f"{v[5:7]}/{v[8:]}/{v[:4]}", S2)
cell_operator("date-no-such-day", typed("date"), lambda v, r: v[:4] + "-02-30", S2)
cell_operator("date-unpadded", typed("date"), lambda v, r: v[:4] + "-1-5", S2)
cell_operator("date-two-digits", typed("date"), lambda v, r: v[2:], S2)
cell_operator("date-with-time", typed("date"), lambda v, r: v + "T00:00:00", S2)
cell_operator("date-in-future", lambda t, f: f["type"] == "date", lambda v, r: "2199-12-31", "P8/dates")

# One cell: codes, forms, ids.
cell_operator("code-misspelt", coded, lambda v, r: inserted(v, r, "x"), S2)
cell_operator("code-shortened", coded, lambda v, r: v[:-1], S2)
cell_operator("code-outside", coded, lambda v, r: "something_else", S2)
cell_operator("code-in-capitals", coded, lambda v, r: v.upper(), S2)
cell_operator("code-with-space", coded, lambda v, r: v.replace("_", " "), S2)
cell_operator("code-numbered", coded, lambda v, r: "1", S2)
cell_operator("sentence-without-stop", sentence, lambda v, r: v.rstrip("."), S2)
cell_operator("sentence-in-lower-case", sentence, lambda v, r: v[0].lower() + v[1:], S2)
cell_operator("sentence-cut", sentence, lambda v, r: v[: len(v) // 2].rstrip(" ."), S2)
cell_operator("hash-in-capitals", hashed, lambda v, r: v.upper(), S2)
cell_operator("hash-shortened", hashed, lambda v, r: v[:-1], S2)
cell_operator(
    "address-without-scheme", lambda t, f: "https?" in limits(f).get("pattern", ""), lambda v, r: v.split("://")[-1], S2
)
cell_operator(
    "address-with-space", lambda t, f: "https?" in limits(f).get("pattern", ""), lambda v, r: inserted(v, r, " "), S2
)
cell_operator("id-in-other-case", lambda t, f: f["name"].endswith("_id") and formed(t, f), lambda v, r: v.swapcase() if v.swapcase() != v else None, S2)  # fmt: skip
cell_operator("id-letter-for-digit", lambda t, f: re.match(r"\(\?:[A-Z]\[0-9\]", limits(f).get("pattern", "")), lambda v, r: v.replace("0", "O", 1), S2)  # fmt: skip
cell_operator(
    "id-shortened", lambda t, f: re.match(r"\(\?:[A-Z]\[0-9\]", limits(f).get("pattern", "")), lambda v, r: v[:4], S2
)
cell_operator(
    "id-with-spaces",
    lambda t, f: f["name"].endswith(("_id", "_key")) and formed(t, f),
    lambda v, r: inserted(v, r, " "),
    S2,
)
cell_operator("doi-as-address", named("doi"), lambda v, r: f"https://doi.org/{v}", S2)
cell_operator("doi-in-capitals", named("doi"), lambda v, r: v.upper(), S2)
cell_operator("doi-swapped", named("doi"), lambda v, r: swapped(v, r), S2, "P3/address-agrees", "P3/one-source")
cell_operator("pmid-swapped", named("pmid"), lambda v, r: swapped(v, r), S2, "P3/address-agrees", "P3/one-source")
cell_operator("pmcid-swapped", named("pmcid"), lambda v, r: swapped(v, r), S2, "P3/address-agrees", "P3/one-source")
cell_operator("language-in-words", named("language"), lambda v, r: "english", S2)
cell_operator("inchikey-swapped", named("inchikey"), lambda v, r: swapped(v, r), "P7/structures", S2)
cell_operator("formula-changed", named("formula"), lambda v, r: v + "2", "P7/structures", S2)
cell_operator(
    "curie-unknown-prefix",
    lambda t, f: (t.name, f["name"]) == ("entity_xrefs", "object_id"),
    lambda v, r: "x" + v,
    "P3/curies",
)
cell_operator("curie-without-prefix", lambda t, f: (t.name, f["name"]) == ("entity_xrefs", "object_id"), lambda v, r: v.split(":")[-1], S2, "P3/curies")  # fmt: skip
cell_operator("cas-digit", lambda t, f: (t.name, f["name"]) == ("entity_xrefs", "object_id"),
              lambda v, r: v[:-1] + str((int(v[-1]) + 1) % 10) if v.startswith("cas:") else None, "P3/curies")  # fmt: skip
cell_operator("rubric-version", named("rubric_version"), lambda v, r: "9.9.9", "J1/ratings")


@operator
def emptied(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A required cell, or one that a rule ties to others, is blank."""
    tied = {("claims", "threshold_metric"): "J5/threshold", ("claims", "threshold_operator"): "J5/threshold", ("claims", "threshold_value"): "J5/threshold",
            ("claims", "threshold_unit"): "J5/threshold", ("findings", "effect_type"): "P2/numbers", ("entities", "inchikey"): "P7/structures",
            ("entities", "formula"): "P7/structures", ("entities", "smiles"): "P7/structures", ("ratings", "stratum"): "J1/ratings",
            ("ratings", "stability"): "J1/ratings", ("rating_steps", "change"): "J1/steps", ("findings", "interval_type"): "P2/numbers",
            ("findings", "p_value"): "P2/numbers", ("findings", "p_operator"): "P2/numbers"}  # fmt: skip
    for table in whole.tables.values():
        for number, f in enumerate(table.schema["fields"]):
            rule = S2 if limits(f).get("required") else tied.get((table.name, f["name"]))
            if rule:
                places = whole.sample(table.name, chance, where=lambda row, n=number: row[n])
                columns = {f["name"], "p_value"} if f["name"] == "p_operator" else {f["name"]}
                yield from at_cells(
                    "emptied", whole, table.name, places, f["name"], lambda v: "", rule, columns=columns
                )


@operator
def directness_emptied(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A link that points one way lacks a directness."""
    for column in ("direct_population", "direct_exposure", "direct_comparator", "direct_outcome"):
        number = whole.tables["claim_evidence"].fields.index("direction")
        places = whole.sample("claim_evidence", chance, where=lambda row, n=number: row[n] != "inconclusive")
        yield from at_cells(
            "directness-emptied", whole, "claim_evidence", places, column, lambda v: "", "J4/directness"
        )


def refused(f: dict[str, Any], value: str) -> bool:
    """Whether a field says of a value that it cannot be one of its own."""
    if not value:
        return bool(limits(f).get("required"))
    form = CANONICAL.get(f["type"]) or limits(f).get("pattern")
    return bool(form and not re.fullmatch(form, value)) or ("enum" in limits(f) and value not in limits(f)["enum"])


@operator
def swapped_with_neighbour(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """Two neighbouring cells change places, where the columns can tell."""
    for table in whole.tables.values():
        fields = table.schema["fields"]
        for n, (one, two) in enumerate(itertools.pairwise(fields)):
            tells = lambda row, n=n, one=one, two=two: refused(one, row[n + 1]) or refused(two, row[n])  # noqa: E731
            for place in whole.sample(table.name, chance, where=tells):
                row, names = whole.rows[table.name][place], (one["name"], two["name"])
                change = whole.with_cells(table.name, {(place, names[0]): row[n + 1], (place, names[1]): row[n]})
                yield Mutant("swapped-with-neighbour", table.name, f"{table.name}:{place + 2}:{names[0]}", change, (S2,), table.file,
                             frozenset([place + 2]), frozenset(names))  # fmt: skip


@operator
def shifted_right(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A comma too many: all cells from some column on stand one column further."""
    for table in whole.tables.values():
        for n in range(len(table.fields)):
            for place in whole.sample(table.name, chance, 1):
                yield row_mutant("shifted-right", whole, table, place, lambda row, n=n: [*row[:n], "", *row[n:]], B1)


@operator
def shifted_left(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A comma too few: a cell is lost."""
    for table in whole.tables.values():
        for n in range(len(table.fields)):
            for place in whole.sample(table.name, chance, 1):
                yield row_mutant("shifted-left", whole, table, place, lambda row, n=n: [*row[:n], *row[n + 1 :]], B1)


@operator
def shifted_within(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """All cells from some column on move by one and the last is lost, where the columns can tell."""
    for table in whole.tables.values():
        fields = table.schema["fields"]
        for n in range(len(fields) - 1):
            tells = partial(any_refused, fields, n)
            for place in whole.sample(table.name, chance, 1, where=tells):
                yield row_mutant("shifted-within", whole, table, place, partial(moved, n), S2, "S5/used")


def moved(n: int, row: list[str]) -> list[str]:
    """A row whose cells from the n-th on stand one further; the last is lost."""
    return [*row[:n], "", *row[n:-1]]


def any_refused(fields: list[dict[str, Any]], n: int, row: list[str]) -> bool:
    """Whether a field can tell that cells were moved."""
    return any(refused(f, v) for f, v in zip(fields, moved(n, row), strict=True))


def row_mutant(
    name: str, whole: Whole, table: Table, place: int, change: Callable[[list[str]], list[str]], *rules: str
) -> Mutant:
    """A mutant in which one row is changed."""
    return Mutant(name, table.name, f"{table.name}:{place + 2}", whole.with_rows(table.name, lambda rows: [change(r) if i == place else r for i, r in enumerate(rows)]),
                  rules, table.file, frozenset([place + 2]))  # fmt: skip


@operator
def row_doubled(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A row stands twice."""
    for table in whole.tables.values():
        for place in whole.sample(table.name, chance, 10):
            change = whole.with_rows(table.name, lambda rows, p=place: [*rows[: p + 1], rows[p], *rows[p + 1 :]])
            yield Mutant("row-doubled", table.name, f"{table.name}:{place + 3}", change, ("S3/unique",), table.file, frozenset([place + 3]))  # fmt: skip


@operator
def row_moved(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """Two neighbouring rows change places."""
    for table in whole.tables.values():
        for place in whole.sample(table.name, chance, 10):
            if place + 1 < len(whole.rows[table.name]):
                change = whole.with_rows(
                    table.name, lambda rows, p=place: [*rows[:p], rows[p + 1], rows[p], *rows[p + 2 :]]
                )
                yield Mutant("row-moved", table.name, f"{table.name}:{place + 3}", change, ("B5/order",), table.file, frozenset([place + 3]))  # fmt: skip


@operator
def row_of_commas(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A row of blank cells, as spreadsheets leave behind."""
    for table in whole.tables.values():
        for place in whole.sample(table.name, chance, 2):
            change = whole.with_rows(
                table.name, lambda rows, p=place, t=table: [*rows[: p + 1], [""] * len(t.fields), *rows[p + 1 :]]
            )
            yield Mutant("row-of-commas", table.name, f"{table.name}:{place + 3}", change, (S2,), table.file, frozenset([place + 3]))  # fmt: skip


@operator
def header_again(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """The header stands a second time between the rows, as after pasting two files together."""
    for table in whole.tables.values():
        for place in whole.sample(table.name, chance, 1):
            change = whole.with_rows(
                table.name, lambda rows, p=place, t=table: [*rows[: p + 1], t.fields, *rows[p + 1 :]]
            )
            yield Mutant("header-again", table.name, f"{table.name}:{place + 3}", change, (S2, "B5/order"), table.file, frozenset([place + 3]))  # fmt: skip


@operator
def row_dropped(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A row that others point to is gone: each of them says so."""
    for name, keys in whole.pointing.items():
        for source, ours, theirs in keys:
            held = {tuple(whole.value(source, i, c) for c in ours) for i in range(len(whole.rows[source]))}
            columns = [whole.tables[name].fields.index(c) for c in theirs]
            for place in whole.sample(
                name, chance, 4, where=lambda row, c=columns, h=held: tuple(row[n] for n in c) in h
            ):
                key = tuple(whole.rows[name][place][n] for n in columns)
                lines = [i + 2 for i in range(len(whole.rows[source])) if tuple(whole.value(source, i, c) for c in ours) == key
                         and not (source == name and i == place)]  # fmt: skip
                shift = 1 if source == name else 0
                lines = [line - (shift if line > place + 2 else 0) for line in lines]
                if lines:
                    yield Mutant("row-dropped", name, f"{name}:{place + 2} ({source}.{ours[-1]})", whole.with_rows(name, lambda rows, p=place: rows[:p] + rows[p + 1 :]),
                                 ("S4/references",), whole.tables[source].file, frozenset(lines), frozenset([ours[-1]]))  # fmt: skip


@operator
def computed_row_dropped(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A rating, a step or a code is gone."""
    for name, rule in [("ratings", "J1/ratings"), ("rating_steps", "J1/steps")]:
        for place in whole.sample(name, chance, 15):
            yield Mutant("computed-row-dropped", name, f"{name}:{place + 2}", whole.with_rows(name, lambda rows, p=place: rows[:p] + rows[p + 1 :]), (rule,), whole.tables[name].file)  # fmt: skip
    for place in whole.sample("vocabulary", chance, 30):
        yield Mutant("computed-row-dropped", "vocabulary", f"vocabulary:{place + 2}", whole.with_rows("vocabulary", lambda rows, p=place: rows[:p] + rows[p + 1 :]),
                     ("S5/enums",), "*")  # fmt: skip


@operator
def id_reused(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """The key of one row is given to another."""
    for table in whole.tables.values():
        key = key_fields(table.schema)
        for place in whole.sample(table.name, chance, 6):
            if place:
                cells = {(place, c): whole.value(table.name, place - 1, c) for c in key}
                yield Mutant("id-reused", table.name, f"{table.name}:{place + 2}", whole.with_cells(table.name, cells), ("S3/unique",), table.file, frozenset([place + 2]))  # fmt: skip


@operator
def id_renamed_in_one_table(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A key is renamed where it is defined: whatever pointed to it now points to nothing."""
    for name, keys in whole.pointing.items():
        for source, ours, theirs in keys:
            if len(ours) > 1 or source == name:
                continue
            held = [row[whole.tables[source].fields.index(ours[0])] for row in whole.rows[source]]
            number = whole.tables[name].fields.index(theirs[0])
            for place in whole.sample(name, chance, 3, where=lambda row, n=number, h=set(held): row[n] in h):
                before = whole.rows[name][place][number]
                after = before[:-1] + "987654321"[:5] if before[-1].isdigit() else before + "-renamed"
                yield Mutant("id-renamed-in-one-table", name, f"{name}:{place + 2}:{theirs[0]} ({source})", whole.with_cells(name, {(place, theirs[0]): after}),
                             ("S4/references",), whole.tables[source].file, frozenset(i + 2 for i, v in enumerate(held) if v == before), frozenset(ours))  # fmt: skip


@operator
def reference_mistyped(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A reference names a row that is not there."""
    for table in whole.tables.values():
        for key in table.schema.get("foreignKeys", []):
            column, n = key["fields"][-1], table.fields.index(key["fields"][-1])
            places = whole.sample(table.name, chance, 5, where=lambda row, n=n: row[n])
            miss = lambda v: "99" if v.isdigit() else v[:-1] + "77777" if v[-1].isdigit() else v + "-x"  # noqa: E731
            yield from at_cells("reference-mistyped", whole, table.name, places, column, miss, "S4/references")


@operator
def hash_digit(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """One digit of a hash is another one (the texts must be at hand)."""
    for name, column in [
        ("captures", "text_sha256"),
        ("segments", "sha256"),
        ("mentions", "sha256"),
        ("annotations", "sha256"),
    ]:
        places = whole.sample(name, chance, 12) if whole.texts else []
        yield from at_cells(
            "hash-digit",
            whole,
            name,
            places,
            column,
            lambda v: ("0" if v[0] != "0" else "1") + v[1:],
            "A3/spans",
            "A3/text",
        )


@operator
def offset_moved(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A span begins or ends one character too early or too late (the texts must be at hand)."""
    if whole.texts is None:
        return
    for name in ("segments", "mentions", "annotations"):
        for column in ("start", "end"):
            for by in (-1, 1):
                places = whole.sample(name, chance, 12)
                yield from at_cells("offset-moved", whole, name, places, column, lambda v, b=by: str(int(v) + b) if int(v) + b >= 0 else None,
                                    "A3/spans", columns=("start", "end", "sha256"))  # fmt: skip


@operator
def span_reversed(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """Begin and end of a span change places."""
    for name in ("segments", "mentions", "annotations"):
        for place in whole.sample(name, chance, 8):
            cells = {
                (place, "start"): whole.value(name, place, "end"),
                (place, "end"): whole.value(name, place, "start"),
            }
            if "0" not in cells.values():
                yield Mutant("span-reversed", name, f"{name}:{place + 2}", whole.with_cells(name, cells), ("A1/offsets",), whole.tables[name].file, frozenset([place + 2]))  # fmt: skip


@operator
def segment_dropped(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A segment is gone: the next number does not follow."""
    for place in whole.sample("segments", chance, 12):
        later = whole.rows["segments"][place + 1 : place + 2]
        if later and later[0][0] == whole.rows["segments"][place][0]:
            yield Mutant("segment-dropped", "segments", f"segments:{place + 2}", whole.with_rows("segments", lambda rows, p=place: rows[:p] + rows[p + 1 :]),
                         ("A2/order", "A2/coverage"), whole.tables["segments"].file, frozenset([place + 2]))  # fmt: skip


@operator
def mention_in_other_segment(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A mention names the segment beside its own."""
    places = whole.sample("mentions", chance, 20)
    yield from at_cells("mention-in-other-segment", whole, "mentions", places, "segment_no", lambda v: str(int(v) + 1),
                        "A1/mention-in-segment", "S4/references", columns=("start", "segment_no"))  # fmt: skip


@operator
def segment_kind_changed(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A segment with mentions is called framing; one without is called a claim."""
    number = whole.tables["segments"].fields.index("kind")
    spoken = {(r[2], r[3]) for r in whole.rows["mentions"]}
    where = [i for i, r in enumerate(whole.rows["segments"]) if (r[0], r[1]) in spoken]
    for place in sorted(chance.sample(where, min(12, len(where)))):
        segment = tuple(whole.rows["segments"][place][:2])
        lines = frozenset(i + 2 for i, r in enumerate(whole.rows["mentions"]) if (r[2], r[3]) == segment)
        yield Mutant("segment-kind-changed", "segments", f"segments:{place + 2}:kind", whole.with_cells("segments", {(place, "kind"): "framing"}),
                     ("A4/framing-has-none",), whole.tables["mentions"].file, lines)  # fmt: skip
    silent = whole.sample(
        "segments", chance, 12, where=lambda row: (row[0], row[1]) not in spoken and row[number] != "claim"
    )
    yield from at_cells(
        "segment-kind-changed", whole, "segments", silent, "kind", lambda v: "claim", "A4/claim-has-mention"
    )


@operator
def interval_reversed(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """The ends of an interval change places."""
    low = whole.tables["findings"].fields.index("ci_low")
    for place in whole.sample(
        "findings", chance, 25, where=lambda row: row[low] and row[low + 1] and row[low] != row[low + 1]
    ):
        cells = {
            (place, "ci_low"): whole.value("findings", place, "ci_high"),
            (place, "ci_high"): whole.value("findings", place, "ci_low"),
        }
        yield Mutant("interval-reversed", "findings", f"findings:{place + 2}:ci_low", whole.with_cells("findings", cells), ("P2/numbers",), whole.tables["findings"].file, frozenset([place + 2]))  # fmt: skip


@operator
def estimate_outside_interval(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """An estimate with its decimal point lost."""
    fields = whole.tables["findings"].fields
    low, value = fields.index("ci_low"), fields.index("effect_value")
    places = whole.sample("findings", chance, 15, where=lambda row: row[low] and row[low + 1] and row[value])
    yield from at_cells(
        "estimate-outside-interval", whole, "findings", places, "effect_value", lambda v: "98765", "P2/numbers"
    )


@operator
def events_above_n(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """More events than people."""
    n = whole.tables["findings"].fields.index("n_events")
    places = whole.sample("findings", chance, 15, where=lambda row: row[n] and row[n - 1])
    yield from at_cells("events-above-n", whole, "findings", places, "n_events", lambda v: "99999999", "P2/numbers")


@operator
def percentage_mistyped(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A percentage above 100."""
    fields = whole.tables["findings"].fields
    kind, value = fields.index("effect_type"), fields.index("effect_value")
    places = whole.sample("findings", chance, 15, where=lambda row: row[kind] == "proportion" and row[value])
    yield from at_cells(
        "percentage-mistyped",
        whole,
        "findings",
        places,
        "effect_value",
        lambda v: str(int(float(v)) + 500),
        "P2/numbers",
    )


@operator
def unit_lost(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A number without its unit."""
    fields = whole.tables["findings"].fields
    unit, value = fields.index("unit"), fields.index("effect_value")
    places = whole.sample("findings", chance, 15, where=lambda row: row[unit] and row[value])
    yield from at_cells("unit-lost", whole, "findings", places, "unit", lambda v: "", "P2/numbers")


@operator
def direction_turned(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A link supports what it refuted, or the other way round."""
    turned = {"supports": "refutes", "refutes": "supports"}
    n = whole.tables["claim_evidence"].fields.index("direction")
    for place in whole.sample("claim_evidence", chance, 60, where=lambda row: row[n] in turned):
        claim = whole.rows["claim_evidence"][place][0]
        lines = frozenset(i + 2 for i, row in enumerate(whole.rows["ratings"]) if row[0] == claim)
        change = whole.with_cells(
            "claim_evidence", {(place, "direction"): turned[whole.rows["claim_evidence"][place][n]]}
        )
        yield Mutant("direction-turned", "claim_evidence", f"claim_evidence:{place + 2}:direction", change, J1, whole.tables["ratings"].file, lines)  # fmt: skip


@operator
def link_dropped(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A link is gone: the rating of its claim is not what it was."""
    for place in whole.sample("claim_evidence", chance, 60):
        claim = whole.rows["claim_evidence"][place][0]
        lines = frozenset(i + 2 for i, row in enumerate(whole.rows["ratings"]) if row[0] == claim)
        yield Mutant("link-dropped", "claim_evidence", f"claim_evidence:{place + 2}", whole.with_rows("claim_evidence", lambda rows, p=place: rows[:p] + rows[p + 1 :]),
                     J1, whole.tables["ratings"].file, lines)  # fmt: skip


@operator
def rating_edited(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A computed cell is changed by hand into another one of its kind."""
    for name, rule in [("ratings", "J1/ratings"), ("rating_steps", "J1/steps")]:
        for f in whole.tables[name].schema["fields"]:
            if f["name"] not in key_fields(whole.tables[name].schema):
                places = whole.sample(name, chance, 12)
                yield from at_cells(
                    "rating-edited", whole, name, places, f["name"], lambda v, f=f: another(f, v, chance), rule
                )


def another(f: dict[str, Any], value: str, chance: random.Random) -> str:
    """Another value that a field allows."""
    if "enum" in limits(f):
        return chance.choice([code for code in limits(f)["enum"] if code != value])
    if f["type"] == "integer":
        return str(int(value or 0) + 1) if value != "4" else "3"
    if f["type"] == "number":
        return "0.99" if value != "0.99" else "0.98"
    return "9.8.7" if "version" in f["name"] else f"{value[:-1]} indeed."


@operator
def searches_removed(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """All searches of a claim whose verdict rests on them are unlinked."""
    resting = {row[0] for row in whole.rows["ratings"] if row[2] == "no_evidence_found"}
    lone = sorted(resting & {row[0] for row in whole.rows["claim_searches"]})
    for claim in sorted(chance.sample(lone, min(30, len(lone)))):
        lines = frozenset(i + 2 for i, row in enumerate(whole.rows["ratings"]) if row[0] == claim)
        yield Mutant("searches-removed", "claim_searches", f"claim_searches ({claim})", whole.with_rows("claim_searches", lambda rows, c=claim: [r for r in rows if r[0] != c]),
                     ("P4/none-found",), whole.tables["ratings"].file, lines)  # fmt: skip


@operator
def own_evidence(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A finding is put down to the article that makes the claim."""
    source_of = {row[0]: row[1] for row in whole.rows["captures"]}
    makers = {row[1]: source_of[row[2]] for row in whole.rows["mentions"] if row[2] in source_of}
    for place in whole.sample("claim_evidence", chance, 25, where=lambda row: row[0] in makers):
        claim, finding = whole.rows["claim_evidence"][place][:2]
        line = next(i for i, row in enumerate(whole.rows["findings"]) if row[0] == finding)
        yield Mutant("own-evidence", "findings", f"findings:{line + 2}:source_id", whole.with_cells("findings", {(line, "source_id"): makers[claim]}),
                     ("P5/not-evidence",), whole.tables["claim_evidence"].file, frozenset([place + 2]))  # fmt: skip


@operator
def source_retracted(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A source that bears evidence is retracted, or was a news item all along."""
    source = {row[0]: row[1] for row in whole.rows["findings"]}
    place_of = {row[0]: i for i, row in enumerate(whole.rows["sources"])}
    for place in whole.sample("claim_evidence", chance, 30):
        bearer = source[whole.rows["claim_evidence"][place][1]]
        for column, value in [("retraction_status", "retracted"), ("source_type", "news")]:
            yield Mutant("source-retracted", "sources", f"sources:{place_of[bearer] + 2}:{column}", whole.with_cells("sources", {(place_of[bearer], column): value}),
                         ("P5/not-evidence",), whole.tables["claim_evidence"].file, frozenset([place + 2]))  # fmt: skip


@operator
def only_title_read(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A source of findings was not read."""
    place_of = {row[0]: i for i, row in enumerate(whole.rows["sources"])}
    for place in whole.sample("findings", chance, 15):
        source = whole.rows["findings"][place][1]
        yield Mutant("only-title-read", "sources", f"sources:{place_of[source] + 2}:verified_extent", whole.with_cells("sources", {(place_of[source], "verified_extent"): "metadata"}),
                     ("P2/read",), whole.tables["findings"].file, frozenset([place + 2]))  # fmt: skip


@operator
def circle_of_claims(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A claim refines one that refines it."""
    for place in whole.sample("claim_relations", chance, 20, where=lambda row: row[1] in ("refines", "entails")):
        one, relation, two, basis = whole.rows["claim_relations"][place]
        yield Mutant("circle-of-claims", "claim_relations", f"claim_relations:{place + 2}", whole.with_rows("claim_relations", lambda rows, r=[two, relation, one, basis]: sorted([*rows, r])),
                     ("J2/acyclic",), whole.tables["claim_relations"].file)  # fmt: skip


@operator
def threshold_missing(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """An absence or use claim without any threshold."""
    parts = ("threshold_metric", "threshold_operator", "threshold_value", "threshold_unit")
    fields = whole.tables["claims"].fields
    kind, sharp = fields.index("claim_type"), fields.index("operationalised")
    for place in whole.sample(
        "claims", chance, 15, where=lambda row: row[kind] in ("absence", "use") and row[sharp] == "true"
    ):
        yield Mutant("threshold-missing", "claims", f"claims:{place + 2}:threshold_value", whole.with_cells("claims", {(place, p): "" for p in parts}),
                     ("J5/threshold",), whole.tables["claims"].file, frozenset([place + 2]), frozenset(["threshold_value"]))  # fmt: skip


@operator
def retired_id_in_use(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """An id that is in use is said to be retired; a successor does not exist."""
    for name in ("claims", "findings", "sources", "entities"):
        for place in whole.sample(name, chance, 4):
            key = whole.rows[name][place][0]
            for row in (
                [name, key, "withdrawn", "", "It was wrong.", "0.0.1"],
                [name, "X9", "merged", "Y9", "It was the same.", "0.0.1"],
            ):
                yield Mutant("retired-id-in-use", "retired_ids", f"retired_ids ({row[1]})", whole.with_rows("retired_ids", lambda rows, r=row: sorted([*rows, r])), ("R2/retired",), "*")  # fmt: skip


@operator
def unused_row(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A row to which nothing points."""
    for name in ("sources", "findings", "searches", "entities", "agents"):
        for place in whole.sample(name, chance, 4):
            row = list(whole.rows[name][place])
            row[0] = row[0][:1] + "99999" if row[0][-1].isdigit() and row[0][0].isupper() else f"zz-{row[0]}"
            after = sum(r[0] < row[0] for r in whole.rows[name])
            yield Mutant("unused-row", name, f"{name} ({row[0]})", whole.with_rows(name, lambda rows, r=row, a=after: [*rows[:a], r, *rows[a:]]),
                         ("P6/used",), whole.tables[name].file, frozenset([after + 2]))  # fmt: skip


@operator
def code_without_reason(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """An unused code does not say why it is kept; a used one does."""
    n = whole.tables["vocabulary"].fields.index("unused_reason")
    places = whole.sample("vocabulary", chance, 15, where=lambda row: row[n])
    yield from at_cells("code-without-reason", whole, "vocabulary", places, "unused_reason", lambda v: "", "S5/used")
    used = whole.sample("vocabulary", chance, 15, where=lambda row: not row[n])
    yield from at_cells(
        "code-without-reason", whole, "vocabulary", used, "unused_reason", lambda v: "Kept for later.", "S5/used"
    )


@operator
def code_defined_elsewhere(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A code of the vocabulary is renamed, or put into another scheme."""
    for column in ("code", "scheme"):
        for place in whole.sample("vocabulary", chance, 20):
            before = whole.value("vocabulary", place, column)
            yield Mutant("code-defined-elsewhere", "vocabulary", f"vocabulary:{place + 2}:{column}", whole.with_cells("vocabulary", {(place, column): before + "x"}), ("S5/enums",), "*")  # fmt: skip


def whole_files(
    name: str, change: Callable[[bytes], bytes], *rules: str, line: int | None = None, least_rows: int = 0
) -> None:
    """Register an operator that changes the bytes of whole files."""

    def mutants(whole: Whole, _: random.Random) -> Iterator[Mutant]:
        for table in whole.tables.values():
            if len(whole.rows[table.name]) >= least_rows and change(table.content) != table.content:
                lines = None if line is None else frozenset([line])
                yield Mutant(
                    name, table.name, table.name, whole.with_bytes(table.name, change), rules, table.file, lines
                )

    OPERATORS[name] = mutants


def recoded(content: bytes, **style: Any) -> bytes:
    """A CSV written in another style."""
    stream = io.StringIO(newline="")
    csv.writer(stream, **{"lineterminator": "\n", **style}).writerows(
        csv.reader(io.StringIO(content.decode(), newline=""))
    )
    return stream.getvalue().encode()


def header_changed(content: bytes, change: Callable[[list[str]], list[str]]) -> bytes:
    """A CSV with another first line."""
    first, _, rest = content.decode().partition("\n")
    return (",".join(change(first.split(","))) + "\n" + rest).encode()


def columns_moved(content: bytes) -> bytes:
    """A CSV with its first two columns exchanged."""
    rows = csv.reader(io.StringIO(content.decode(), newline=""))
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows([row[1], row[0], *row[2:]] for row in rows)
    return stream.getvalue().encode()


whole_files("byte-order-mark", lambda b: b"\xef\xbb\xbf" + b, B1, line=1)
whole_files("crlf", lambda b: b.replace(b"\n", b"\r\n"), B1, line=1)
whole_files("old-mac-line-ends", lambda b: b.replace(b"\n", b"\r"), B1, line=1)
whole_files("utf-16", lambda b: b.decode().encode("utf-16"), B1, line=1)
whole_files("utf-16-without-mark", lambda b: b.decode().encode("utf-16-le"), B1)
whole_files("latin-1", lambda b: b.decode().replace("e", "é").encode("latin-1", "replace"), B1)
whole_files("truncated-in-a-line", lambda b: b[: len(b) * 2 // 3].rstrip(b"\n"), B1)
whole_files("no-final-newline", lambda b: b.rstrip(b"\n"), B1)
whole_files("empty-line-at-end", lambda b: b + b"\n", B1)
whole_files("empty-line-inside", lambda b: b.replace(b"\n", b"\n\n", 2), B1, least_rows=2)
whole_files("empty-file", lambda b: b"", "S1/columns")
whole_files("semicolons", lambda b: recoded(b, delimiter=";"), "S1/columns", line=1)
whole_files("tabs-between", lambda b: recoded(b, delimiter="\t"), "S1/columns", line=1)
whole_files("quoted-throughout", lambda b: recoded(b, quoting=csv.QUOTE_ALL), B1, line=1)
whole_files("comment-above", lambda b: b"# exported today\n" + b, "S1/columns", line=1)
whole_files("header-lost", lambda b: b.partition(b"\n")[2], "S1/columns", least_rows=1)
whole_files("header-misspelt", lambda b: header_changed(b, lambda h: [h[0] + "s", *h[1:]]), "S1/columns", line=1)
whole_files("header-in-capitals", lambda b: header_changed(b, lambda h: [n.upper() for n in h]), "S1/columns", line=1)
whole_files("header-swapped", lambda b: header_changed(b, lambda h: [h[1], h[0], *h[2:]]), "S1/columns", line=1)
whole_files("header-with-space", lambda b: header_changed(b, lambda h: [h[0] + " ", *h[1:]]), "S1/columns", line=1)
whole_files("column-moved", columns_moved, "S1/columns", line=1)
whole_files("column-dropped", lambda b: recoded_columns(b, lambda row: row[:-1]), "S1/columns", line=1)
whole_files("column-added", lambda b: recoded_columns(b, lambda row: [*row, "x"]), "S1/columns", line=1)
whole_files("index-column", lambda b: recoded_columns(b, lambda row: ["0", *row]), "S1/columns", line=1)
whole_files("trailing-comma", lambda b: b.replace(b"\n", b",\n"), "S1/columns", line=1)
whole_files("html-page", lambda b: b"<!doctype html>\n<title>404</title>\n", "S1/columns", line=1)
whole_files("conflict-marks", lambda b: b + b"<<<<<<< HEAD\n", B1)


def recoded_columns(content: bytes, change: Callable[[list[str]], list[str]]) -> bytes:
    """A CSV with each line changed."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(
        change(row) for row in csv.reader(io.StringIO(content.decode(), newline=""))
    )
    return stream.getvalue().encode()


@operator
def stray_quote(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A quote is left in a line: before, in or after a cell."""
    for table in whole.tables.values():
        for place in whole.sample(table.name, chance, 8):
            where = chance.random()

            def change(content: bytes, place: int = place, where: float = where) -> bytes:
                lines = content.decode().split("\n")
                at = int(where * len(lines[place + 1]))
                lines[place + 1] = lines[place + 1][:at] + '"' + lines[place + 1][at:]
                return "\n".join(lines).encode()

            yield Mutant(
                "stray-quote",
                table.name,
                f"{table.name}:{place + 2}",
                whole.with_bytes(table.name, change),
                (B1,),
                table.file,
            )


# The descriptor was not made anew: whatever changed on the way must show.
@operator
def byte_changed_on_the_way(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """One bit of a file is another one."""
    for table in whole.tables.values():
        for _ in range(6):
            at = chance.randrange(len(table.content))
            change = whole.with_bytes(table.name, lambda b, a=at: b[:a] + bytes([b[a] ^ 1]) + b[a + 1 :])
            yield Mutant("byte-changed-on-the-way", table.name, f"{table.name} byte {at}", change, ("R1/descriptor",), DESCRIPTOR, described=False)  # fmt: skip


@operator
def row_lost_on_the_way(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """A row of any table is gone, and the descriptor still counts it."""
    for table in whole.tables.values():
        for place in whole.sample(table.name, chance, 6):
            change = whole.with_rows(table.name, lambda rows, p=place: rows[:p] + rows[p + 1 :])
            yield Mutant("row-lost-on-the-way", table.name, f"{table.name}:{place + 2}", change, ("R1/descriptor",), DESCRIPTOR, described=False)  # fmt: skip


@operator
def cell_changed_unseen(whole: Whole, chance: random.Random) -> Iterator[Mutant]:
    """Any cell is emptied or reworded, in any column, and the descriptor is left as it was."""
    for table in whole.tables.values():
        for number, f in enumerate(table.schema["fields"]):
            for place in whole.sample(table.name, chance, 2, where=lambda row, n=number: row[n]):
                value = chance.choice(["", "reworded"])
                yield Mutant("cell-changed-unseen", table.name, f"{table.name}:{place + 2}:{f['name']}", whole.with_cells(table.name, {(place, f["name"]): value}),
                             ("R1/descriptor",), DESCRIPTOR, described=False)  # fmt: skip


def descriptor_operator(name: str, change: Callable[[dict[str, Any]], Any], *rules: str) -> None:
    """Register an operator that changes each resource of the descriptor."""

    def mutants(whole: Whole, _: random.Random) -> Iterator[Mutant]:
        for number, resource in enumerate(whole.package.descriptor["resources"]):

            def changed(number: int = number) -> dict[str, bytes]:
                resources = [dict(r) for r in whole.package.descriptor["resources"]]
                change(resources[number])
                return {
                    DESCRIPTOR: json_text(
                        {**whole.package.descriptor, "resources": [r for r in resources if r]}
                    ).encode()
                }

            yield Mutant(name, DESCRIPTOR, f"{DESCRIPTOR} ({resource['name']})", changed, rules, "*")

    OPERATORS[name] = mutants


def digit(text: str) -> str:
    """A hash with its last digit changed."""
    return text[:-1] + ("0" if text[-1] != "0" else "1")


descriptor_operator("described-hash", lambda r: r.update(hash=digit(r["hash"])), "R1/descriptor")
descriptor_operator("described-hash-lost", lambda r: r.pop("hash"), "R1/descriptor")
descriptor_operator(
    "described-hash-of-another-kind", lambda r: r.update(hash=r["hash"].removeprefix("sha256:")), "R1/descriptor"
)
descriptor_operator("described-bytes", lambda r: r.update(bytes=r["bytes"] + 1), "R1/descriptor")
descriptor_operator("described-rows", lambda r: r.update(rows=r["rows"] + 1), "R1/descriptor")
descriptor_operator("described-path-of-none", lambda r: r.update(path="data/none.csv"), "S1/columns")
descriptor_operator("described-path-outside", lambda r: r.update(path="../" + r["path"]), REFUSED)
descriptor_operator("described-path-absolute", lambda r: r.update(path="/" + r["path"]), REFUSED)
descriptor_operator("described-path-address", lambda r: r.update(path="https://example.org/" + r["path"]), REFUSED)
descriptor_operator(
    "described-path-of-another",
    lambda r: r.update(path="data/agents.csv" if r["name"] != "agents" else "data/claims.csv"),
    "S1/columns",
)
descriptor_operator("described-schema-of-another", lambda r: r.update(schema="schemas/agents.json" if r["name"] != "agents" else "schemas/claims.json"), "S1/columns", REFUSED)  # fmt: skip
descriptor_operator("described-schema-of-none", lambda r: r.update(schema="schemas/none.json"), REFUSED)
descriptor_operator("described-schema-lost", lambda r: r.pop("schema"), REFUSED)
descriptor_operator(
    "described-name-of-another", lambda r: r.update(name="agents" if r["name"] != "agents" else "claims"), REFUSED
)
descriptor_operator("described-name-misspelt", lambda r: r.update(name=r["name"] + "x"), "S1/tables", REFUSED)
descriptor_operator("described-encoding", lambda r: r.update(encoding="latin-1"), REFUSED)
descriptor_operator("described-dialect", lambda r: r.update(dialect={"delimiter": ";"}), REFUSED)
descriptor_operator("resource-lost", lambda r: r.clear(), "S1/tables", REFUSED)


@operator
def version_changed(whole: Whole, _: random.Random) -> Iterator[Mutant]:
    """The version, or the day of the version, is another than the files say."""
    for key, value, rule in [("version", "99.0.0", "R4/changelog"), ("created", "1999-01-01T00:00:00Z", "P8/dates")]:
        if rule != "R4/changelog" or (whole.package.root / "CHANGELOG.md").is_file():
            yield Mutant("version-changed", DESCRIPTOR, f"{DESCRIPTOR} ({key})", lambda k=key, v=value: {DESCRIPTOR: json_text({**whole.package.descriptor, k: v}).encode()}, (rule,), "*")  # fmt: skip


HARMLESS: dict[str, Callable[[Whole], dict[str, bytes]]] = {
    "rewritten by a csv library": lambda whole: {name: recoded(table.content) for name, table in whole.tables.items()},
    "shuffled and sorted again": lambda whole: {name: sorted_again(whole, table) for name, table in whole.tables.items()},
    "columns moved there and back": lambda whole: {name: columns_moved(columns_moved(table.content)) for name, table in whole.tables.items()},
    "byte order mark put on and taken off": lambda whole: {name: (b"\xef\xbb\xbf" + table.content).removeprefix(b"\xef\xbb\xbf") for name, table in whole.tables.items()},
    "descriptor in one line": lambda whole: {DESCRIPTOR: json_text(whole.package.descriptor).replace("\n", " ").encode()},
    "keys of the descriptor in another order": lambda whole: {DESCRIPTOR: json_text(dict(reversed(whole.package.descriptor.items()))).encode()},
    "resources in another order": lambda whole: {DESCRIPTOR: json_text({**whole.package.descriptor, "resources": whole.package.descriptor["resources"][::-1]}).encode()},
    "a keyword more in the descriptor": lambda whole: {DESCRIPTOR: json_text({**whole.package.descriptor, "keywords": ["one", "two"]}).encode()},
}  # fmt: skip
"""Changes that are no damage: nothing may be said of them."""


def sorted_again(whole: Whole, table: Table) -> bytes:
    """A table whose rows were mixed and then put back in the order of their keys."""
    rows = random.Random(0).sample(whole.rows[table.name], len(whole.rows[table.name]))
    columns = [
        (table.fields.index(c), next(f["type"] for f in table.schema["fields"] if f["name"] == c))
        for c in key_fields(table.schema)
    ]
    rows.sort(key=lambda row: [int(row[n]) if kind == "integer" else row[n] for n, kind in columns])
    return csv_text(table.fields, rows).encode()
