"""Parquet files, one a table: 64-bit integers and floats, booleans, dates, text; required columns cannot be null."""

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..edition import Edition
from ..tables import Table

TYPES = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}


def files(edition: Edition) -> dict[str, bytes]:
    """All tables, by path."""
    return {f"parquet/{name}.parquet": written(arrow(table, edition)) for name, table in edition.tables.items()}


def arrow(table: Table, edition: Edition) -> pa.Table:
    """A table with its types, its descriptions and the version that it is of."""
    fields = table.schema["fields"]
    about = {"title": table.schema["title"], "description": table.schema["description"], "package": edition.stem}
    schema = pa.schema([arrow_field(f, table) for f in fields], metadata=about)
    return pa.Table.from_arrays([values(table, f) for f in fields], schema=schema)


def arrow_field(field: dict[str, Any], table: Table) -> pa.Field:
    """A column: not null where it is required or part of the key."""
    required = field.get("constraints", {}).get("required") or field["name"] in table.schema.get("primaryKey", [])
    return pa.field(
        field["name"], TYPES[field["type"]], nullable=not required, metadata={"description": field["description"]}
    )


def values(table: Table, field: dict[str, Any]) -> pa.Array:
    """The values of one column."""
    column = table.typed[field["name"]]
    if field["type"] == "date":
        return pa.array(
            [None if missing else day.date() for day, missing in zip(column, column.isna(), strict=True)], pa.date32()
        )
    return pa.array(column.array, TYPES[field["type"]], from_pandas=True)


def written(table: pa.Table) -> bytes:
    """A Parquet file as bytes, with the compression that every reader knows."""
    stream = io.BytesIO()
    pq.write_table(table, stream, compression="snappy")
    return stream.getvalue()
