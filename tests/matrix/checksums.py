"""One checksum for the typed values of a table, whichever reader they come from."""

import csv
import datetime
import hashlib
import json
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

CELL, ROW = "\x1f", "\x1e"


def fields(bundle: Path, name: str) -> list[dict[str, Any]]:
    """The fields of a table."""
    return json.loads((bundle / "schemas" / f"{name}.json").read_text(encoding="utf-8"))["fields"]


def expected(bundle: Path, name: str) -> tuple[int, str]:
    """Rows and checksum from the bytes of the CSV, read with nothing but Python's csv module."""
    read = {"integer": int, "number": float, "boolean": {"true": True, "false": False}.__getitem__}
    kinds = [read.get(f["type"], str) for f in fields(bundle, name)]
    with (bundle / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        _, *rows = csv.reader(stream)
    return checksum(
        bundle, name, [[kind(cell) if cell else None for kind, cell in zip(kinds, row, strict=True)] for row in rows]
    )


def checksum(bundle: Path, name: str, rows: Iterable[Sequence[Any]]) -> tuple[int, str]:
    """Rows and SHA-256 of the typed values of a table."""
    types = [f["type"] for f in fields(bundle, name)]
    lines = [CELL.join(plain(value, type_) for value, type_ in zip(row, types, strict=True)) for row in rows]
    return len(lines), hashlib.sha256(ROW.join(lines).encode()).hexdigest()


def plain(value: Any, type_: str) -> str:
    """The one text of a typed value: numbers as the bits of a double, so that no digit is lost in printing."""
    if value is None:
        return ""
    if type_ == "boolean":
        assert value in (True, False), value
        return "true" if value else "false"
    if type_ == "integer":
        assert value == int(value), value
        return str(int(value))
    if type_ == "number":
        return struct.pack(">d", float(value)).hex()
    if type_ == "date" and isinstance(value, datetime.date):
        return value.isoformat()[:10]
    assert isinstance(value, str), (value, type_)
    return value
