"""DuckDB, from the CSV bundle."""

# snippet
import json
from pathlib import Path

import duckdb

TYPES = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE"}


def load(folder, name):
    fields = json.loads(Path(folder, "schemas", f"{name}.json").read_text(encoding="utf-8"))["fields"]
    columns = {f["name"]: TYPES[f["type"]] for f in fields}
    return duckdb.execute(
        "FROM read_csv($path, columns = $columns, auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"')",
        {"path": str(Path(folder, "data", f"{name}.csv")), "columns": columns},
    )


# end


def rows(result):
    """Rows as plain values."""
    return result.fetchall()
