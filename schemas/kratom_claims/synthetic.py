"""A synthetic package of any size, made from the real tables: valid under every rule, and the same bytes for the same wishes."""

import hashlib
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .faults import UnusableError
from .files import json_text
from .package import HOME, Package, read_package
from .synthetic_record import Record
from .synthetic_texts import BLOCK, TABLES, Plan, block, planned

if TYPE_CHECKING:
    import polars as pl

LEAST, MOST = 1_000, 100_000_000
"""Fewest and most mentions of a synthetic package."""
RECORD = 969
"""Mentions that one replica of the record needs, so that every claim keeps its own: those of the real tables."""
DRAFT = ".{}-draft"
"""Folder, beside the package, in which it is written."""


@dataclass(frozen=True)
class Wish:
    """What a synthetic package is to be: number of mentions, and how many replicas of the record (None: as many as fit its size)."""

    count: int
    seed: int = 1
    replicas: int | None = None

    @property
    def copies(self) -> int:
        """Replicas of the record: they grow slowly, with the fourth root of the size."""
        return max(1, round((self.count / RECORD) ** 0.25)) if self.replicas is None else self.replicas


def synthesize(folder: Path, wish: Wish, progress: Callable[[str], Any] = lambda _: None) -> dict[str, int]:
    """Write a synthetic package to a folder that is not there yet; returns the rows by table.

    Raises UnusableError if it cannot be made, or if the folder is there and holds anything.
    """
    source = read_package(HOME / "datapackage.json")
    checked(wish, folder)
    draft = folder.absolute().with_name(DRAFT.format(folder.absolute().name))
    shutil.rmtree(draft, ignore_errors=True)
    try:
        rows = write(draft, wish, source, progress)
        draft.replace(folder.absolute())
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return rows


def checked(wish: Wish, folder: Path) -> None:
    """Raise UnusableError if there is no such package, or no place for it."""
    if not LEAST <= wish.count <= MOST:
        raise UnusableError(f"{wish.count} mentions: at least {LEAST} and at most {MOST} can be made.")
    if not 1 <= wish.copies <= wish.count // RECORD or wish.seed < 0:
        raise UnusableError(f"{wish.copies} replicas, seed {wish.seed}: a replica needs {RECORD} mentions, and a seed is not negative. Take from 1 to {wish.count // RECORD} replicas.")  # fmt: skip
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UnusableError(f"{folder}: is there already. Name a new folder, or remove that one.")


def write(root: Path, wish: Wish, source: Package, progress: Callable[[str], Any]) -> dict[str, int]:
    """Write the package; returns the rows by table."""
    progress("drawing captures")
    plan = planned(source, wish.count, wish.copies, wish.seed)
    progress("rating claims")
    record = Record(source, plan)
    (root / "data").mkdir(parents=True)
    (root / "schemas").mkdir()
    for path in sorted((HOME / "schemas").glob("*.json")):
        shutil.copyfile(path, root / "schemas" / path.name)
    written = {name: small(root, name, frame) for name, frame in record.frames.items()}
    written |= texts(root, source, plan, record, progress)
    descriptor = described(source, wish, written)
    (root / "datapackage.json").write_text(json_text(descriptor), encoding="utf-8")
    return {name: facts["rows"] for name, facts in written.items()}


def small(root: Path, name: str, frame: "pl.DataFrame") -> dict[str, Any]:
    """Write a table at once; returns what the descriptor says of its file."""
    sheet = Sheet(root, f"data/{name}.csv")
    sheet.add(frame)
    return sheet.close()


def texts(root: Path, source: Package, plan: Plan, record: Record, progress: Callable[[str], Any]) -> dict[str, Any]:
    """Write the tables of the text side block by block; returns what the descriptor says of their files."""
    sheets = {name: Sheet(root, f"data/{name}.csv") for name in TABLES}
    for first in range(0, plan.captures, BLOCK):
        last = min(first + BLOCK, plan.captures)
        progress(f"{plan.before['mentions'][first]} of {plan.total('mentions')} mentions")
        made = block(plan, first, last, record.claim_width, record.most["claims"], record.framing)
        for name, sheet in sheets.items():
            sheet.add(made[name].select(f["name"] for f in source.schemas[name]["fields"]))
    return {name: sheet.close() for name, sheet in sheets.items()}


class Sheet:
    """A CSV file that is written part by part, and hashed as it goes."""

    def __init__(self, root: Path, path: str) -> None:
        """Begin the file."""
        self.path, self.stream = path, (root / path).open("wb")
        self.hash, self.bytes, self.rows = hashlib.sha256(), 0, 0

    def add(self, frame: "pl.DataFrame") -> None:
        """Add rows; the header comes with the first."""
        buffer = io.BytesIO()
        frame.write_csv(buffer, include_header=not self.bytes)
        content = buffer.getbuffer()
        self.stream.write(content)
        self.hash.update(content)
        self.bytes += len(content)
        self.rows += len(frame)

    def close(self) -> dict[str, Any]:
        """End the file; returns its path, hash, bytes and rows."""
        self.stream.close()
        return {"path": self.path, "hash": f"sha256:{self.hash.hexdigest()}", "bytes": self.bytes, "rows": self.rows}


def described(source: Package, wish: Wish, written: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The descriptor: that of the real package, with its resources as they were written."""
    about = {
        "name": f"{source.descriptor['name']}-synthetic",
        "title": f"Synthetic package of {wish.count} mentions",
        "description": f"Rows of {source.descriptor['name']} {source.descriptor['version']}, drawn and copied at random (seed {wish.seed}, {wish.copies} replicas of the record) to try programs on. Nothing in it is a finding.",
    }
    resources = [{**resource, **written[resource["name"]]} for resource in source.descriptor["resources"]]
    kept = {name: value for name, value in source.descriptor.items() if name != "sources"}
    return json.loads(json.dumps({**kept, **about, "resources": resources}))
