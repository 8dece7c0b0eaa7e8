"""pandas, from the CSV bundle."""

# snippet
import json
from pathlib import Path

import pandas as pd

TYPES = {"string": "str", "integer": "Int64", "number": "Float64", "boolean": "boolean"}


def load(folder, name):
    fields = json.loads(Path(folder, "schemas", f"{name}.json").read_text(encoding="utf-8"))["fields"]
    types = {f["name"]: TYPES[f["type"]] for f in fields if f["type"] != "date"}
    dates = [f["name"] for f in fields if f["type"] == "date"]
    path = Path(folder, "data", f"{name}.csv")
    return pd.read_csv(path, dtype=types, parse_dates=dates, keep_default_na=False, na_values=[""])


# end


def rows(frame):
    """Rows as plain values."""
    return frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)
