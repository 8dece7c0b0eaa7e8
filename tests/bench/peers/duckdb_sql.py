"""DuckDB: SQL as written by hand. Each file is scanned once; only keys and the names of broken columns are kept."""

from pathlib import Path

import duckdb
import equal


def check(folder: Path) -> equal.Found:
    """Three questions a table: broken cells, repeated keys, dangling references."""
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    found: equal.Found = set()
    for table in equal.tables():
        connection.execute(scan(table, folder / "data" / f"{table.name}.csv"))
        for sql in (broken(table), repeated(table), *(dangling(table, column) for column in table.references)):
            found |= {(table.name, key or "", column) for key, column in connection.execute(sql).fetchall()}
    return found


def scan(table: equal.Table, path: Path) -> str:
    """Read a file into a narrow table: its keys, and the columns whose cells are broken, parted by blanks."""
    types = ", ".join(f"{text(name)}: 'VARCHAR'" for name in table.names)
    cases = [f"CASE WHEN {' OR '.join(tests)} THEN {text(c.name)} END" for c in table.columns if (tests := failing(c))]
    if table.ordered:
        low, high = table.ordered
        cases.append(f"CASE WHEN {number(low)} >= {number(high)} THEN {text(high)} END")
    kept = ", ".join(f'"{name}"' for name in table.kept)
    return f"""
        CREATE TABLE {table.name} AS
        SELECT {kept}, concat_ws(' ', {", ".join(cases)}) AS broken
        FROM read_csv({text(str(path))}, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
                      nullstr = '', columns = {{{types}}})"""


def failing(column: equal.Column) -> list[str]:
    """Conditions under which a cell is broken; none of them holds of a cell that may be blank and is."""
    name, tests = f'"{column.name}"', []
    if column.required:
        tests.append(f"{name} IS NULL")
    if column.pattern:
        tests.append(f"NOT regexp_full_match({name}, {text(column.pattern)})")
    if column.enum:
        tests.append(f"{name} NOT IN ({', '.join(map(text, column.enum))})")
    if column.type == "date":
        tests.append(f"{name} IS NOT NULL AND TRY_CAST({name} AS DATE) IS NULL")
    if column.minimum is not None:
        tests.append(f"{number(column.name)} < {column.minimum}")
    if column.maximum is not None:
        tests.append(f"{number(column.name)} > {column.maximum}")
    return tests


def broken(table: equal.Table) -> str:
    """Keys and columns of broken cells."""
    return f"SELECT {table.key}, unnest(string_split(broken, ' ')) FROM {table.name} WHERE broken <> ''"


def repeated(table: equal.Table) -> str:
    """Keys that stand more than once."""
    return f"SELECT {table.key}, {text(table.key)} FROM {table.name} WHERE {table.key} IS NOT NULL GROUP BY ALL HAVING count(*) > 1"


def dangling(table: equal.Table, column: str) -> str:
    """Keys of rows that name a row that is not there."""
    target, key = table.references[column]
    return f"""
        SELECT t.{table.key}, {text(column)} FROM {table.name} t ANTI JOIN {target} o ON t.{column} = o.{key}
        WHERE t.{column} IS NOT NULL"""


def number(name: str) -> str:
    """A column as an integer; missing where it is none."""
    return f'TRY_CAST("{name}" AS BIGINT)'


def text(value: str) -> str:
    """A value as a literal of SQL."""
    return "'" + value.replace("'", "''") + "'"
