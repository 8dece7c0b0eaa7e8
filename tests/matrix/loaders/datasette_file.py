"""Datasette, from the SQLite file (`datasette kratom-claims-1.0.0.sqlite` serves it to a browser)."""

# snippet
import json
import subprocess
import sys
from pathlib import Path


def load(path, name):
    database = Path(path).stem.replace(".", "~2E")
    address = f"/{database}/{name}.json?_shape=arrays&_size=max"
    command = [
        sys.executable,
        "-m",
        "datasette",
        str(path),
        "--get",
        address,
        "--setting",
        "max_returned_rows",
        "1000000",
    ]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["rows"]


# end


def rows(found):
    """Rows as plain values."""
    return found
