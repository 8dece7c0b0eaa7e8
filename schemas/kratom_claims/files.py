"""Writing so that nothing is ever half-written, and the one CSV dialect of this package."""

import csv
import io
import json
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

PENDING = ".pending"
"""Folder, beside the files to be written, that holds them until all are written out."""


def write_atomically(path: Path, content: str) -> None:
    """Write ``content`` as UTF-8 to ``path``: whoever looks sees the old file or the new one."""
    write_all_atomically({path: content})


def write_all_atomically(contents: dict[Path, str]) -> None:
    """Write several files so that, whenever this is stopped, all or none of them are new.

    They are written out to a folder of their own, which is renamed when it is whole: from then on they are all to
    be put in place, by this call or, if it is killed, by the next command (see ``finish``).
    """
    if not contents:
        return
    base = Path(os.path.commonpath([path.absolute().parent for path in contents]))
    finish(base)
    draft = base / f"{PENDING}-draft"
    draft.mkdir()
    try:
        for number, (path, content) in enumerate(contents.items()):
            write_out(draft / str(number), content)
            path.parent.mkdir(parents=True, exist_ok=True)
        names = [os.path.relpath(path.absolute(), base) for path in contents]
        write_out(draft / "names.json", json.dumps(names))
        draft.replace(base / PENDING)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    finish(base)


def write_out(path: Path, content: str) -> None:
    """Write a file down to the disk."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def finish(base: Path) -> None:
    """Put in place what a killed command had written out in full; throw away what it had not."""
    draft, pending = base / f"{PENDING}-draft", base / PENDING
    shutil.rmtree(draft, ignore_errors=True)
    if not pending.is_dir():
        return
    names = json.loads((pending / "names.json").read_text(encoding="utf-8"))
    for number, name in enumerate(names):
        if (pending / str(number)).exists():
            (pending / str(number)).replace(base / name)
    pending.replace(draft)
    shutil.rmtree(draft)


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
