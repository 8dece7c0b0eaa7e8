"""What changed between two versions: verdicts first, then the contract, rows and cells; and the version step it demands."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .faults import UnusableError
from .files import cell
from .package import Package, key_fields, opened, read_json
from .tables import Table, Tables, read_tables, row_ids
from .versions import STEPS, checked_out, has_tag, is_at, least, records, tag_of

DEMANDS = {
    "table removed": "major", "column removed": "major", "column retyped": "major", "columns reordered": "major",
    "key changed": "major", "constraint tightened": "major", "code removed": "major", "code redefined": "major",
    "id retired": "major", "id gone": "major",
    "table added": "minor", "column added": "minor", "constraint loosened": "minor", "code added": "minor",
    "id merged": "minor", "row added": "minor", "row removed": "minor", "verdict moved": "minor", "rubric changed": "minor",
    "value corrected": "patch", "computed again": "patch", "documentation changed": "patch",
}  # fmt: skip
"""The step that each kind of change demands, most demanding first. A tightened constraint breaks those who hold rows of their own."""
LABELS = {"claims": "statement", "findings": "summary", "claim_evidence": "direction", "sources": "title", "searches": "query",
          "entities": "label", "mentions": "claim_id", "vocabulary": "label", "ratings": "verdict"}  # fmt: skip
"""The column that tells a reader what a row is, where there is one."""
COMPUTED = ("ratings", "rating_steps")
"""Tables that follow from the others: their rows demand nothing of their own, but verdicts that move do."""
ADDITIONS = {"vocabulary": "code added"} | dict.fromkeys(COMPUTED, "computed again")
REMOVALS = {"vocabulary": "code removed"} | dict.fromkeys(COMPUTED, "computed again")
"""Kinds of added and removed rows, where it is not for the id to say."""
BEARING = {"ratings": ["claim_id", "verdict", "certainty"], "claims": ["claim_id", "statement"], "claim_evidence": ["claim_id", "finding_id"],
           "findings": ["finding_id", "source_id"], "claim_searches": ["claim_id", "search_id"]}  # fmt: skip
"""What must be there in both versions for verdicts to be compared and traced."""
DOCUMENTATION = {"title", "description", "example", "rdfType", "vocabulary", "$schema", "name"}
"""Properties of schemas and fields that say something and constrain nothing."""


@dataclass(frozen=True)
class Change:
    """One change: its kind (a key of ``DEMANDS``), where, and the value before and after."""

    kind: str
    table: str
    row: str = ""
    column: str = ""
    old: str = ""
    new: str = ""

    def words(self) -> str:
        """The change on one line, as a reason for something else."""
        place = " ".join(part for part in (self.table, self.row, self.column) if part)
        if self.kind == "value corrected":
            return f"{place}: {self.old or '(blank)'} → {self.new or '(blank)'}"
        told = self.new or self.old
        return f"{place} {self.kind.split()[-1]}" + (f" ({told})" if told else "")


@dataclass(frozen=True)
class Move:
    """A verdict or certainty that moved, and the changes that bear on it."""

    claim: str
    statement: str
    old: str
    new: str
    causes: tuple[Change, ...]


@dataclass(frozen=True)
class Difference:
    """All that changed between two versions."""

    old: str
    new: str
    changes: tuple[Change, ...]
    moves: tuple[Move, ...]

    @property
    def kinds(self) -> dict[str, int]:
        """How many changes there are of each kind, the most demanding kinds first."""
        counts = Counter(change.kind for change in self.changes)
        return {kind: counts[kind] for kind in DEMANDS if counts[kind]}

    @property
    def step(self) -> str:
        """The step that the changes demand together."""
        return max((DEMANDS[kind] for kind in self.kinds), key=STEPS.index, default="none")

    @property
    def least(self) -> str:
        """The least version that the newer one may bear."""
        return least(self.old, self.step)


def difference(old: Package, new: Package, after: Tables | None = None) -> Difference:
    """Compare two packages by key; ``after`` are the tables of the newer one, if they were read already.

    Raises UnusableError if a table of either cannot be read.
    """
    after = readable(new, after or read_tables(new))
    before = readable(old, read_tables(old, after))
    changes = [*descriptor_changes(old, new), *policy_changes(old, new), *table_changes(before, after)]
    shared = [name for name in before if name in after]
    for name in shared:
        changes += schema_changes(name, before[name].schema, after[name].schema)
        if before[name].content != after[name].content:
            changes += row_changes(before[name], after[name], retired(after))
    moves = moved(before, after, changes)
    changes += [Change("verdict moved", "ratings", m.claim, "", m.old, m.new) for m in moves]
    order = list(DEMANDS)
    return Difference(
        version(old), version(new), tuple(sorted(changes, key=lambda c: order.index(c.kind))), tuple(moves)
    )


def since_last_release(package: Package, tables: Tables | None = None) -> tuple[Difference | None, str]:
    """What changed since the last recorded release, or None and why there is nothing to compare with."""
    made = records(package.root)
    if not made:
        return None, "not compared with a last release (R2/ids, R3/version): no releases.json here names one"
    last = made[-1]["version"]
    if not has_tag(package.root, last):
        return (
            None,
            f"not compared with release {last} (R2/ids, R3/version): its tag {tag_of(last)} is not here; git fetch --tags brings it",
        )
    if is_at(package.root, tag_of(last), read_by(package)):
        return Difference(version(package), version(package), (), ()), ""
    try:
        with checked_out(package.root, tag_of(last)) as folder, opened(folder) as old:
            return difference(old, package, tables), ""
    except UnusableError as error:
        return None, f"not compared with release {last} (R2/ids, R3/version): {error}"


def read_by(package: Package) -> list[str]:
    """The files of a package that are compared."""
    schemas = [path.relative_to(package.root).as_posix() for path in (package.root / "schemas").glob("*.json")]
    return ["datapackage.json", *schemas, *(part for name in package.paths for part in package.parts(name))]


def version(package: Package) -> str:
    """The version of a package."""
    return str(package.descriptor.get("version", ""))


def readable(package: Package, tables: Tables) -> Tables:
    """The tables of a package. Raises UnusableError if one cannot be read."""
    for table in tables.values():
        if not table.usable:
            why = table.unreadable or "its header is not the declared one"
            raise UnusableError(f"{table.file} of version {version(package)}: {why}. Validate that version first.")
    return tables


def has_ids(schema: dict[str, Any]) -> bool:
    """Whether the rows of a table have an identifier of their own: a key of one column that refers to no other table."""
    key = key_fields(schema)
    return len(key) == 1 and not any(list(k["fields"]) == key for k in schema.get("foreignKeys", []))


def retired(tables: Tables) -> dict[tuple[str, str], str | None]:
    """Retired ids with their successors, by table and id."""
    if "retired_ids" not in tables:
        return {}
    held = tables["retired_ids"].cells
    return dict(
        zip(zip(*(map(shown, held[name]) for name in ("table", "id")), strict=True), held["replaced_by"], strict=True)
    )


# --- the contract -----------------------------------------------------------------------------------------------------


def descriptor_changes(old: Package, new: Package) -> Iterable[Change]:
    """What the descriptor says of the package as a whole; version, date and derived properties are no change of their own."""
    passed_over = {"version", "created", "resources"}
    for name in sorted((old.descriptor.keys() | new.descriptor.keys()) - passed_over):
        a, b = old.descriptor.get(name), new.descriptor.get(name)
        if a != b:
            yield Change("documentation changed", "datapackage.json", "", name, plain(a), plain(b))


def policy_changes(old: Package, new: Package) -> Iterable[Change]:
    """The rubric's policy, and the other files of the contract that are no Table Schemas."""
    for name, kind in [("rubric", "rubric changed"), ("prefixes", "documentation changed")]:
        a, b = (policy(package, name) for package in (old, new))
        if a != b:
            yield Change(kind, f"schemas/{name}.json", "", "", plain(a.get("version")), plain(b.get("version")))


def policy(package: Package, name: str) -> dict[str, Any]:
    """A policy file of a package; empty if it has none."""
    path = package.root / "schemas" / f"{name}.json"
    return read_json(path, package.root) if path.is_file() else {}


def table_changes(old: Tables, new: Tables) -> Iterable[Change]:
    """Tables that came and went. A renamed table is one of each."""
    yield from (Change("table removed", name) for name in old if name not in new)
    yield from (Change("table added", name) for name in new if name not in old)


def schema_changes(table: str, old: dict[str, Any], new: dict[str, Any]) -> Iterable[Change]:
    """Columns, keys and the words about a table."""
    before, after = ({f["name"]: f for f in schema["fields"]} for schema in (old, new))
    yield from (Change("column removed", table, "", name) for name in before if name not in after)
    yield from (Change("column added", table, "", name) for name in after if name not in before)
    kept = [name for name in before if name in after]
    if list(after)[: len(kept)] != kept:
        yield Change("columns reordered", table, "", "", ", ".join(before), ", ".join(after))
    for name in kept:
        yield from field_changes(table, before[name], after[name])
    yield from key_changes(table, old, new)
    if [old.get(p) for p in ("title", "description")] != [new.get(p) for p in ("title", "description")]:
        yield Change(
            "documentation changed", table, "", "", plain(old.get("description")), plain(new.get("description"))
        )


def field_changes(table: str, old: dict[str, Any], new: dict[str, Any]) -> Iterable[Change]:
    """Type, constraints and words of one column."""
    for name in sorted((old.keys() | new.keys()) - {"constraints"}):
        a, b = old.get(name), new.get(name)
        if a != b:
            kind = "documentation changed" if name in DOCUMENTATION else "column retyped"
            yield Change(kind, table, "", old["name"], f"{name} {plain(a)}", f"{name} {plain(b)}")
    before, after = old.get("constraints", {}), new.get("constraints", {})
    for name in sorted(before.keys() | after.keys()):
        a, b = before.get(name), after.get(name)
        if a != b:
            kind = "constraint loosened" if loosened(name, a, b) else "constraint tightened"
            yield Change(kind, table, "", old["name"], f"{name} {plain(a)}", f"{name} {plain(b)}")


def loosened(name: str, old: Any, new: Any) -> bool:
    """Whether every value that the old constraint allowed is still allowed. Patterns cannot be compared, so a changed one is not."""
    if new is None or new is False:
        return True
    if old is None or old is False:
        return False
    if name == "enum":
        return set(old) <= set(new)
    if name in ("minimum", "minLength"):
        return bool(new <= old)
    return name in ("maximum", "maxLength") and bool(new >= old)


def key_changes(table: str, old: dict[str, Any], new: dict[str, Any]) -> Iterable[Change]:
    """Primary key, unique keys, references, and what counts as missing."""
    for name in ("primaryKey", "missingValues"):
        a, b = as_list(old.get(name)), as_list(new.get(name))
        if a != b:
            yield Change(
                "key changed" if name == "primaryKey" else "column retyped", table, "", name, plain(a), plain(b)
            )
    for name in ("foreignKeys", "uniqueKeys"):
        a, b = old.get(name, []), new.get(name, [])
        yield from (Change("constraint loosened", table, "", name, plain(key)) for key in a if key not in b)
        yield from (Change("constraint tightened", table, "", name, "", plain(key)) for key in b if key not in a)


def as_list(value: Any) -> list[Any]:
    """A property that may be written as one value or as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def plain(value: Any) -> str:
    """A property as text for a reader."""
    if isinstance(value, dict):
        return "; ".join(f"{name}: {plain(v)}" for name, v in value.items())
    return ", ".join(map(plain, value)) if isinstance(value, list) else "(none)" if value is None else cell(value)


# --- rows -------------------------------------------------------------------------------------------------------------


def row_changes(old: Table, new: Table, gone: dict[tuple[str, str], str | None]) -> Iterable[Change]:
    """Rows that came and went, and cells that changed, by the key that the old version had."""
    key = key_fields(old.schema)
    before, after = keyed(old, key), keyed(new, key if set(key) <= set(new.fields) else key_fields(new.schema))
    for row in sorted(before.keys() - after.keys()):
        yield Change(removal(old, row, gone), old.name, row, "", label(before[row], old.name), gone.get((old.name, row)) or "")  # fmt: skip
    for row in sorted(after.keys() - before.keys()):
        yield Change(ADDITIONS.get(old.name, "row added"), old.name, row, "", "", label(after[row], old.name))
    for row in sorted(row for row in before.keys() & after.keys() if before[row] != after[row]):
        for column in [name for name in old.fields if name in new.fields]:
            a, b = before[row][column], after[row][column]
            if a != b:
                yield Change(correction(old.name, column), old.name, row, column, a, b)


def keyed(table: Table, key: list[str]) -> dict[str, dict[str, str]]:
    """The cells of each row as text, by its key; the first row of each key."""
    held: dict[str, dict[str, str]] = {}
    columns = [list(map(shown, table.cells[name])) for name in table.fields]
    for id_, row in zip(row_ids(table.cells, key), zip(*columns, strict=True), strict=True):
        held.setdefault(id_, dict(zip(table.fields, row, strict=True)))
    return held


def shown(cell: str | None) -> str:
    """A cell as text; a blank is none."""
    return cell or ""


def label(row: dict[str, str], table: str) -> str:
    """What a row says of itself to a reader."""
    return row.get(LABELS.get(table, ""), "")


def removal(table: Table, row: str, gone: dict[tuple[str, str], str | None]) -> str:
    """What it is that a row is no more there."""
    if table.name in REMOVALS or not has_ids(table.schema):
        return REMOVALS.get(table.name, "row removed")
    if (table.name, row) not in gone:
        return "id gone"
    return "id merged" if gone[table.name, row] else "id retired"


def correction(table: str, column: str) -> str:
    """What it is that a cell changed."""
    if table == "vocabulary" and column in ("definition", "iri"):
        return "code redefined"
    return "computed again" if table in COMPUTED else "value corrected"


# --- verdicts ---------------------------------------------------------------------------------------------------------


def moved(old: Tables, new: Tables, changes: Sequence[Change]) -> list[Move]:
    """Claims of both versions whose verdict or certainty is another one, each with what moved it."""
    if not all(
        name in t and set(columns) <= set(t[name].fields) for t in (old, new) for name, columns in BEARING.items()
    ):
        return []
    before, after = (keyed(t["ratings"], ["claim_id"]) for t in (old, new))
    said, found, bearing = keyed(new["claims"], ["claim_id"]), by_row(changes), bearings(old, new)
    moves = []
    for claim in sorted(before.keys() & after.keys()):
        was, is_ = (judgement(rows[claim]["verdict"], rows[claim]["certainty"]) for rows in (before, after))
        if was != is_:
            statement = said[claim]["statement"] if claim in said else ""
            moves.append(Move(claim, statement, was, is_, tuple(causes(claim, found, bearing[claim]))))
    return moves


def judgement(verdict: str, certainty: str) -> str:
    """Verdict and certainty in words."""
    return f"{verdict}, {certainty}".replace("_", " ")


def by_row(changes: Sequence[Change]) -> dict[tuple[str, str], list[Change]]:
    """Changes by table and row; those of the whole contract stand under no table and no row."""
    found: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in changes:
        found[("", "") if change.kind == "rubric changed" else (change.table, change.row)].append(change)
    return found


def bearings(old: Tables, new: Tables) -> dict[str, set[tuple[str, str]]]:
    """For each claim the rows that bear on its rating in either version: itself, its links, findings, sources, searches."""
    bearing: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for t in (old, new):
        sources = dict(t["findings"].keys(["finding_id", "source_id"]))
        for claim, finding in t["claim_evidence"].keys(["claim_id", "finding_id"]):
            bearing[claim] |= {("claim_evidence", f"{claim}/{finding}"), ("findings", finding), ("sources", sources.get(finding, ""))}  # fmt: skip
        for claim, search in t["claim_searches"].keys(["claim_id", "search_id"]):
            bearing[claim] |= {("claim_searches", f"{claim}/{search}"), ("searches", search)}
        for claim in t["claims"].distinct("claim_id"):
            bearing[claim].add(("claims", claim))
    return bearing


def causes(claim: str, found: dict[tuple[str, str], list[Change]], bearing: set[tuple[str, str]]) -> Iterable[Change]:
    """The changes that bear on a claim: the rubric, then links, findings, sources, searches and the claim itself."""
    for place in [("", ""), *sorted(bearing)]:
        yield from found.get(place, [])
