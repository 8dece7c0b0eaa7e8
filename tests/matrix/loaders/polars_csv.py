"""polars, from the CSV bundle."""

# snippet
import json
from pathlib import Path

import polars as pl

TYPES = {"string": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean, "date": pl.Date}


def load(folder, name):
    fields = json.loads(Path(folder, "schemas", f"{name}.json").read_text(encoding="utf-8"))["fields"]
    return pl.read_csv(Path(folder, "data", f"{name}.csv"), schema={f["name"]: TYPES[f["type"]] for f in fields})


# end


def rows(frame):
    """Rows as plain values."""
    return frame.iter_rows()
