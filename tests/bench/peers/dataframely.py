"""dataframely on polars: a schema a table, rows that fail by ``filter``; references by anti-join."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dataframely as dy
import equal
import polars as pl


def check(folder: Path) -> equal.Found:
    """Read, check and let go one table after the other; of those before only keys are kept."""
    found: equal.Found = set()
    keys: dict[str, pl.DataFrame] = {}
    for table in equal.tables():
        frame = pl.read_csv(folder / "data" / f"{table.name}.csv", infer_schema=False)
        _, failure = schema(table).filter(frame)
        if len(failure):
            found |= faults(table, failure.details())
        keys[table.name] = frame.select(table.kept)
        for column, (target, key) in table.references.items():
            there = keys[target].select(pl.col(key).alias(column))
            lost = keys[table.name].drop_nulls(column).join(there, on=column, how="anti")
            found |= {(table.name, row, column) for row in lost[table.key].fill_null("")}
    return found


def schema(table: equal.Table) -> type[dy.Schema]:
    """The schema class of a table. All columns are text: the form of a number is checked before it is one."""
    members: dict[str, Any] = {column.name: text(column, column.name == table.key) for column in table.columns}
    if table.ordered:
        low, high = (pl.col(name).cast(pl.Int64, strict=False) for name in table.ordered)
        members["ordered"] = dy.rule()(lambda cls: low < high)
    return type(table.name, (dy.Schema,), members)


def text(column: equal.Column, in_key: bool) -> dy.String:
    """The column of a schema."""
    rules: dict[str, Callable[[pl.Expr], pl.Expr]] = {}
    if column.enum:
        rules["enum"] = lambda cell: cell.is_in(column.enum)
    if column.type == "date":
        rules["date"] = lambda cell: cell.is_null() | cell.str.to_date("%Y-%m-%d", strict=False).is_not_null()
    if column.minimum is not None:
        rules["minimum"] = lambda cell: cell.cast(pl.Int64, strict=False) >= column.minimum
    if column.maximum is not None:
        rules["maximum"] = lambda cell: cell.cast(pl.Int64, strict=False) <= column.maximum
    regex = f"^{column.pattern}$" if column.pattern else None
    return dy.String(nullable=not column.required, primary_key=in_key, regex=regex, check=rules or None)


def faults(table: equal.Table, details: pl.DataFrame) -> equal.Found:
    """What the failed rules, which are columns named ``column|rule``, say of the rows that failed."""
    columns = {"primary_key": table.key} | ({"ordered": table.ordered[1]} if table.ordered else {})
    rules = [name for name in details.columns if name not in table.names]
    return {
        (table.name, key or "", columns.get(rule, rule.split("|")[0]))
        for rule in rules
        for key in details.filter(pl.col(rule) == "invalid")[table.key]
    }
