"""Frictionless: a package with Table Schemas, and one check of our own for what a Table Schema cannot say."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import equal
from frictionless import Check, Checklist, Package, Resource, Row, Schema, errors

MOST = 1_000_000
"""Errors that a table may have; after 1,000 the default reads no further."""


class Forms(Check):
    """Canonical forms of numbers and dates, and columns of which one must be less than another."""

    type = "forms"
    Errors = [errors.CellError]  # noqa: RUF012

    def connect(self, resource: Resource) -> None:
        """Look up once what each row is held to."""
        super().connect(resource)
        (table,) = (one for one in equal.tables() if one.name == resource.name)
        self.forms = [(n, c.name, re.compile(c.pattern).fullmatch) for n, c in enumerate(table.columns) if c.type in equal.CANONICAL and c.pattern]  # fmt: skip
        self.ordered = table.ordered

    def validate_row(self, row: Row) -> Iterator[errors.CellError]:
        """An error for each cell that a reader would take, but that is not written in the one way."""
        for number, name, right in self.forms:
            cell = row.cells[number]
            if cell and not right(cell):
                yield errors.CellError.from_row(row, note="not canonical", field_name=name)
        if self.ordered:
            low, high = row[self.ordered[0]], row[self.ordered[1]]
            if low is not None and high is not None and low >= high:
                yield errors.CellError.from_row(row, note="not after the start", field_name=self.ordered[1])


def check(folder: Path) -> equal.Found:
    """Validate the package in one go; its report names a row by its cells."""
    tables = {table.name: table for table in equal.tables()}
    package = Package(
        resources=[
            Resource(name=name, path=f"data/{name}.csv", schema=Schema.from_descriptor(schema(table)))
            for name, table in tables.items()
        ],
        basepath=str(folder),
    )
    report = package.validate(Checklist(checks=[Forms()]), limit_errors=MOST)
    return {fault(tables[task.name], error) for task in report.tasks for error in task.errors}


def schema(table: equal.Table) -> dict[str, Any]:
    """The Table Schema that holds these checks and no others."""
    keys = [
        {"fields": [column], "reference": {"resource": target, "fields": [key]}}
        for column, (target, key) in table.references.items()
    ]
    return {"fields": [field(c) for c in table.columns], "primaryKey": [table.key], "foreignKeys": keys}


def field(column: equal.Column) -> dict[str, Any]:
    """One field. A pattern ends with the text, as ``$`` alone would let a line break pass."""
    pattern = rf"{column.pattern}\Z" if column.pattern and column.type == "string" else None
    limits = {"pattern": pattern, "enum": column.enum, "minimum": column.minimum, "maximum": column.maximum}
    limits = {name: value for name, value in limits.items() if value is not None}
    words = {"trueValues": ["true"], "falseValues": ["false"]} if column.type == "boolean" else {}
    return {"name": column.name, "type": column.type, "constraints": {"required": column.required, **limits}, **words}


def fault(table: equal.Table, error: Any) -> tuple[str, str, str]:
    """An error as table, key and column."""
    column = {"primary-key": lambda: table.key, "foreign-key": lambda: error.field_names[0]}.get(error.type)
    return table.name, error.cells[table.names.index(table.key)], column() if column else error.field_name
