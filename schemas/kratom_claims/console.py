"""The SQL console: what Datasette is told of the released database, from the descriptor and the Table Schemas."""

import sqlite3
from pathlib import Path
from typing import Any

from .edition import Edition
from .faults import UnusableError
from .forms.sqlite import database

QUERIES = Path(__file__).parent / "queries"
"""The usual questions: one SQL file each, its first line a comment that says what it asks."""


def released_database(edition: Edition) -> bytes:
    """The database as it is shipped. Raises UnusableError if a row breaks what the schemas declare."""
    try:
        return database(edition)
    except sqlite3.IntegrityError as error:
        raise UnusableError(f"the tables are not valid ({error}). Run `make validate`, which says where.") from error


def metadata(edition: Edition) -> dict[str, Any]:
    """Datasette's metadata: tables and columns described, the usual questions as canned queries."""
    about = edition.about
    licence = edition.licences[0] if edition.licences else {}
    return {
        "title": about.get("title", edition.name),
        "description": about.get("description", ""),
        "license": licence.get("title", licence.get("name", "")),
        "license_url": licence.get("path", ""),
        "databases": {edition.name: {"tables": {name: described(schema) for name, schema in edition.package.schemas.items()}, "queries": queries()}},
    }  # fmt: skip


def described(schema: dict[str, Any]) -> dict[str, Any]:
    """One table: its description and that of each column."""
    return {"description": schema.get("description", ""), "columns": {f["name"]: f.get("description", "") for f in schema["fields"]}}  # fmt: skip


def queries() -> dict[str, dict[str, str]]:
    """The canned queries by name."""
    found = {path.stem: path.read_text(encoding="utf-8") for path in sorted(QUERIES.glob("*.sql"))}
    return {name: {"title": text.splitlines()[0].removeprefix("-- "), "sql": text} for name, text in found.items()}
