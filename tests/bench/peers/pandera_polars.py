"""Pandera on polars, eager: a lazy frame would have its schema checked and none of its data."""

from pathlib import Path

import equal
import pandera.polars as pa
import polars as pl


def check(folder: Path) -> equal.Found:
    """Read, check and let go one table after the other; of those before only keys are kept."""
    found: equal.Found = set()
    keys: dict[str, pl.DataFrame] = {}
    for table in equal.tables():
        frame = pl.read_csv(folder / "data" / f"{table.name}.csv", infer_schema=False)
        try:
            schema(table).validate(frame, lazy=True)
        except pa.errors.SchemaErrors as error:
            found |= faults(table, frame, error.failure_cases)
        keys[table.name] = frame.select(table.kept)
        for column, (target, key) in table.references.items():
            there = keys[target].select(pl.col(key).alias(column))
            lost = keys[table.name].drop_nulls(column).join(there, on=column, how="anti")
            found |= {(table.name, row, column) for row in lost[table.key].fill_null("")}
    return found


def schema(table: equal.Table) -> pa.DataFrameSchema:
    """The schema of a table. All columns are text: the form of a number is checked before it is one."""
    columns = {c.name: pa.Column(pl.String, checks(c), nullable=not c.required) for c in table.columns}
    return pa.DataFrameSchema(columns, ordered(table), strict=True, ordered=True, unique=[table.key])


def checks(column: equal.Column) -> list[pa.Check]:
    """Built-in checks, and checks of our own where the text stands for another type."""
    made = []
    if column.pattern:
        made.append(pa.Check.str_matches(f"^{column.pattern}$"))
    if column.enum:
        made.append(pa.Check.isin(column.enum))
    if column.type == "date":
        made.append(pa.Check(lambda data: data.lazyframe.select(exists(pl.col(data.key)))))
    if column.minimum is not None:
        made.append(pa.Check(lambda data: data.lazyframe.select(integer(data.key) >= column.minimum)))
    if column.maximum is not None:
        made.append(pa.Check(lambda data: data.lazyframe.select(integer(data.key) <= column.maximum)))
    return made


def ordered(table: equal.Table) -> pa.Check | None:
    """The check of a whole frame that one column is less than another."""
    if not table.ordered:
        return None
    low, high = table.ordered
    return pa.Check(lambda data: data.lazyframe.select(integer(low) < integer(high)), name="ordered")


def integer(name: str) -> pl.Expr:
    """A column as integers; missing where it holds none."""
    return pl.col(name).cast(pl.Int64, strict=False)


def exists(cell: pl.Expr) -> pl.Expr:
    """Whether a date is in the calendar; blanks pass."""
    return cell.is_null() | cell.str.to_date("%Y-%m-%d", strict=False).is_not_null()


def faults(table: equal.Table, frame: pl.DataFrame, cases: pl.DataFrame) -> equal.Found:
    """The cases of a report. Those of the whole frame name no column, but the check."""
    columns = {"multiple_fields_uniqueness": table.key, "ordered": table.ordered and table.ordered[1]}
    keys = frame[table.key][cases["index"].to_list()].fill_null("")
    of = zip(keys, cases["column"], cases["check"], strict=True)
    return {(table.name, key, column or columns[check]) for key, column, check in of}
