"""Writing so that nothing is ever half-written, and the one CSV dialect of this package."""

import csv
import io
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any


def write_atomically(path: Path, content: str) -> None:
    """Write ``content`` as UTF-8 to ``path`` by way of a temporary file in the same folder and a rename."""
    write_all_atomically({path: content})


def write_all_atomically(contents: dict[Path, str]) -> None:
    """Write several files: all are written out in full before the first is renamed into place."""
    ready: list[tuple[str, Path]] = []
    try:
        for path, content in contents.items():
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            ready.append((name, path))
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).chmod(0o644)
        while ready:
            name, path = ready.pop(0)
            Path(name).replace(path)
    finally:
        for name, _ in ready:
            Path(name).unlink(missing_ok=True)


def cell(value: Any) -> str:
    """The text of one value in a CSV cell: blank for None, lower-case booleans, numbers without a needless ``.0``."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    return str(value)


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A CSV in the dialect of this package (RFC 4180 quoting only where needed, LF, one final newline)."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return stream.getvalue()


def json_text(value: Any) -> str:
    """JSON as this package writes it: two spaces, unescaped, one final newline."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
