"""One SQLite file: keys, references, enums and ranges declared, indexes, and views that answer the usual questions."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from ..edition import Edition
from ..package import key_fields
from ..tables import Table

TYPES = {"string": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "INTEGER", "date": "TEXT"}
VIEWS = {
    "claims_with_ratings": """
SELECT c.claim_id, c.statement, c.claim_type, c.topic, r.verdict, r.certainty, r.lean, r.stability,
       r.harm_if_believed, r.harm_if_ignored, r.n_supports, r.n_refutes, r.n_inconclusive, r.rubric_version, r.explanation
FROM claims AS c JOIN ratings AS r USING (claim_id)""",
    "mentions_with_claims": """
SELECT m.mention_id, m.claim_id, c.statement, s.source_id, s.title AS source_title, s.url, m.capture_id, m.segment_no,
       m.start, m."end", m.stance, m.hedging, m.framing, m."action", m."match"
FROM mentions AS m JOIN claims AS c USING (claim_id) JOIN captures AS t USING (capture_id) JOIN sources AS s ON s.source_id = t.source_id""",
    "evidence_for_claims": """
SELECT l.claim_id, c.statement, l.direction, f.finding_id, f.summary, f.stream, f.design, f.n, f.effect_type, f.effect_value,
       f.ci_low, f.ci_high, f.unit, f.risk_of_bias, l.direct_population, l.direct_exposure, l.direct_comparator, l.direct_outcome,
       l.rationale, s.source_id, s.title AS source_title, s.year, s.doi, s.pmid, s.url, s.retraction_status
FROM claim_evidence AS l JOIN claims AS c USING (claim_id) JOIN findings AS f USING (finding_id) JOIN sources AS s USING (source_id)""",
}
"""Views by name: claims with their ratings, mentions with their claims, evidence for a claim."""


def database(edition: Edition) -> bytes:
    """The whole database as bytes. Raises ``sqlite3.IntegrityError`` if a row breaks what the schema declares."""
    tables = edition.tables
    with sqlite3.connect(":memory:", isolation_level=None) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN")
        for table in tables.values():
            connection.execute(create(table))
            fill(connection, table)
        for statement in [
            *indexes(tables.values()),
            *(f"CREATE VIEW {name} AS{query}" for name, query in VIEWS.items()),
        ]:
            connection.execute(statement)
        connection.execute("COMMIT")
        if dangling := connection.execute("PRAGMA foreign_key_check").fetchall():
            raise sqlite3.IntegrityError(f"{len(dangling)} references name no row, the first in {dangling[0][0]}")
        major, minor, patch = map(int, edition.version.split("."))
        connection.execute(f"PRAGMA user_version = {major * 1_000_000 + minor * 1_000 + patch}")
        connection.execute("VACUUM")
        return connection.serialize()


def create(table: Table) -> str:
    """The DDL of one table, with its title as a comment."""
    schema = table.schema
    parts = [column(f) for f in schema["fields"]]
    if key_fields(schema):
        parts.append(f"PRIMARY KEY ({names(key_fields(schema))})")
    parts += [f"UNIQUE ({names(key)})" for key in schema.get("uniqueKeys", [])]
    for key in schema.get("foreignKeys", []):
        target = key["reference"]["resource"] or table.name
        parts.append(
            f"FOREIGN KEY ({names(key['fields'])}) REFERENCES {quoted(target)} ({names(key['reference']['fields'])})"
        )
    return f"CREATE TABLE {quoted(table.name)} (\n  " + ",\n  ".join(parts) + "\n)"


def column(field: dict[str, Any]) -> str:
    """The DDL of one column."""
    limits, name = field.get("constraints", {}), quoted(field["name"])
    checks = []
    if field["type"] == "boolean":
        checks.append(f"{name} IN (0, 1)")
    if field["type"] == "date":
        checks.append(f"{name} GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'")
    if "enum" in limits:
        checks.append(f"{name} IN ({', '.join(literal(code) for code in limits['enum'])})")
    checks += [
        f"{name} {sign} {limits[limit]}" for limit, sign in (("minimum", ">="), ("maximum", "<=")) if limit in limits
    ]
    parts = [
        name,
        TYPES[field["type"]],
        "NOT NULL" if limits.get("required") else "",
        "UNIQUE" if limits.get("unique") else "",
    ]
    return " ".join([part for part in parts if part] + [f"CHECK ({check})" for check in checks])


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def names(columns: Iterable[str]) -> str:
    """Names as a list."""
    return ", ".join(map(quoted, columns))


def literal(value: str) -> str:
    """A text as SQL takes it."""
    return "'" + value.replace("'", "''") + "'"


def fill(connection: sqlite3.Connection, table: Table) -> None:
    """Insert the rows in their order; booleans as 0 and 1, dates as ISO text, missing values as NULL."""
    columns = [plain_column(table, f) for f in table.schema["fields"]]
    marks = ", ".join("?" * len(columns))
    connection.executemany(f"INSERT INTO {quoted(table.name)} VALUES ({marks})", zip(*columns, strict=True))


def plain_column(table: Table, field: dict[str, Any]) -> list[Any]:
    """The values of a column as SQLite stores them."""
    source = table.text if field["type"] in ("string", "date") else table.typed
    convert = {"integer": int, "number": float, "boolean": int}.get(field["type"], str)
    column = source[field["name"]]
    return [None if missing else convert(value) for value, missing in zip(column, column.isna(), strict=True)]


def indexes(tables: Iterable[Table]) -> Iterable[str]:
    """An index for each reference that no primary key serves."""
    for table in tables:
        key = key_fields(table.schema)
        for fields in {tuple(k["fields"]): None for k in table.schema.get("foreignKeys", [])}:
            if tuple(key[: len(fields)]) != fields:
                yield f"CREATE INDEX {quoted('_'.join([table.name, *fields]))} ON {quoted(table.name)} ({names(fields)})"
