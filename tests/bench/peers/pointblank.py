"""Pointblank on polars: one step a column and question; the rows that fail a step are its extract."""

from pathlib import Path
from typing import Any

import equal
import pointblank as pb
import polars as pl

MOST = 1_000_000
"""Rows that a step may extract; the default keeps 500."""
AS_INTEGER = " as integer"
"""What the name of a column of text is followed by where it holds integers."""
Step = tuple[str, str, dict[str, Any]]
"""Column that is to blame, method and arguments."""


def check(folder: Path) -> equal.Found:
    """Read, check and let go one table after the other; of those before only keys are kept."""
    found: equal.Found = set()
    keys: dict[str, pl.DataFrame] = {}
    for table in equal.tables():
        frame = pl.read_csv(folder / "data" / f"{table.name}.csv", infer_schema=False)
        keys[table.name] = frame.select(table.kept)
        numbers = [c.name for c in table.columns if c.type == "integer"]
        plan = pb.Validate(frame.with_columns(pl.col(numbers).cast(pl.Int64, strict=False).name.suffix(AS_INTEGER)))
        steps = [step for column in table.columns for step in of_column(column)] + of_table(table, keys)
        for _, method, arguments in steps:
            plan = getattr(plan, method)(**arguments)
        plan.interrogate(collect_tbl_checked=False, extract_limit=MOST)
        if not plan.all_passed():
            found |= faults(table, plan, [blamed for blamed, _, _ in steps])
    return found


def of_column(column: equal.Column) -> list[Step]:
    """The steps of one column. Blanks are for the first."""
    name = column.name
    steps: list[tuple[str, dict[str, Any]]] = []
    if column.required:
        steps.append(("col_vals_not_null", {"columns": name}))
    if column.pattern:
        steps.append(("col_vals_regex", {"columns": name, "pattern": f"^{column.pattern}$", "na_pass": True}))
    if column.enum:
        allowed = column.enum if column.required else [*column.enum, None]
        steps.append(("col_vals_in_set", {"columns": name, "set": allowed}))
    if column.type == "date":
        steps.append(("col_vals_expr", {"expr": exists(pl.col(name))}))
    if column.minimum is not None:
        steps.append(("col_vals_ge", {"columns": name + AS_INTEGER, "value": column.minimum, "na_pass": True}))
    if column.maximum is not None:
        steps.append(("col_vals_le", {"columns": name + AS_INTEGER, "value": column.maximum, "na_pass": True}))
    return [(name, *step) for step in steps]


def of_table(table: equal.Table, keys: dict[str, pl.DataFrame]) -> list[Step]:
    """The steps that see a whole row, a whole table, or two tables."""
    steps: list[Step] = [(table.key, "rows_distinct", {"columns_subset": [table.key]})]
    if table.ordered:
        low, high = (name + AS_INTEGER for name in table.ordered)
        steps.append((table.ordered[1], "col_vals_lt", {"columns": low, "value": pb.col(high), "na_pass": True}))
    for column, (target, key) in table.references.items():
        reference = {"columns": column, "ref_table": keys[target], "ref_column": key, "na_pass": True}
        steps.append((column, "col_vals_in_table", reference))
    return steps


def exists(cell: pl.Expr) -> pl.Expr:
    """Whether a date is in the calendar; blanks pass."""
    return cell.is_null() | cell.str.to_date("%Y-%m-%d", strict=False).is_not_null()


def faults(table: equal.Table, plan: pb.Validate, blamed: list[str]) -> equal.Found:
    """The keys of the extracts."""
    extracts = plan.get_data_extracts()
    return {
        (table.name, key or "", column)
        for number, column in enumerate(blamed, start=1)
        if (extract := extracts.get(number)) is not None
        for key in extract[table.key]
    }
