"""A synthetic package of any size, made from the real tables: valid under every rule, and the same bytes for the same wishes."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..faults import UnusableError
from ..files import json_text
from ..package import HOME, Package, read_package
from .planting import Planting, planted
from .record import Record
from .sheets import Sheet
from .texts import BLOCK, TABLES, Plan, block, planned

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
    """What a synthetic package is to be.

    Number of mentions; seed; replicas of the record (None: as many as fit its size); parts and form (csv or parquet) of
    the files of the text side; whether known faults are ``planted``.
    """

    count: int
    seed: int = 1
    replicas: int | None = None
    parts: int = 1
    form: str = "csv"
    planted: bool = False

    @property
    def copies(self) -> int:
        """Replicas of the record: they grow slowly, with the fourth root of the size."""
        return max(1, round((self.count / RECORD) ** 0.25)) if self.replicas is None else self.replicas


def synthesize(folder: Path, wish: Wish, progress: Callable[[str], Any] = lambda _: None) -> dict[str, int]:
    """Write a synthetic package to a folder that is not there yet; returns the rows by table.

    Raises UnusableError if it cannot be made, or if the folder is there and holds anything.
    """
    checked(wish, folder)
    source = read_package(HOME / "datapackage.json")
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
        raise UnusableError(f"{wish.count} mentions: from {LEAST} to {MOST} can be made.")
    if not 1 <= wish.copies <= wish.count // RECORD:
        raise UnusableError(f"{wish.copies} replicas: each needs {RECORD} mentions. Take from 1 to {wish.count // RECORD}.")  # fmt: skip
    if wish.seed < 0 or wish.parts < 1:
        raise UnusableError("a seed is not negative, and there is at least one part.")
    if wish.planted and wish.form != "csv":
        raise UnusableError("faults are planted in text. Take CSV, or leave them out.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UnusableError(f"{folder}: is there already. Name a new folder, or remove that one.")


def write(root: Path, wish: Wish, source: Package, progress: Callable[[str], Any]) -> dict[str, int]:
    """Write the package; returns the rows by table."""
    progress("drawing captures")
    plan = planned(source, wish.count, wish.copies, wish.seed)
    if wish.parts > plan.captures:
        raise UnusableError(f"{wish.parts} parts, but {plan.captures} captures, which are kept whole. Take fewer parts.")  # fmt: skip
    progress("rating claims")
    record = Record(source, plan)
    faults = planted(source, plan, record) if wish.planted else None
    (root / "data").mkdir(parents=True)
    (root / "schemas").mkdir()
    for path in sorted((HOME / "schemas").glob("*.json")):
        shutil.copyfile(path, root / "schemas" / path.name)
    written = {name: curated(root, source, name, faults.curated(name, frame) if faults else frame) for name, frame in record.frames.items()}  # fmt: skip
    written |= texts(root, source, wish, plan, record, faults, progress)
    (root / "datapackage.json").write_text(json_text(described(source, wish, written)), encoding="utf-8")
    if faults:
        (root / "planted.json").write_text(json_text(faults.listed()), encoding="utf-8")
    return {name: sheet.rows for name, sheet in written.items()}


def curated(root: Path, source: Package, name: str, frame: "pl.DataFrame") -> Sheet:
    """Write a curated table, which is always one CSV file."""
    sheet = Sheet(root, name, source.schemas[name], [len(frame)], "csv")
    sheet.add(frame)
    return sheet.closed()


def texts(
    root: Path, source: Package, wish: Wish, plan: Plan, record: Record, faults: Planting | None, progress: Callable[[str], Any]
) -> dict[str, Sheet]:  # fmt: skip
    """Write the tables of the text side, block by block."""
    ends = np.linspace(0, plan.captures, wish.parts + 1).round().astype(int)[1:]
    sheets = {name: Sheet(root, name, source.schemas[name], plan.before[name][ends].tolist(), wish.form) for name in TABLES}  # fmt: skip
    for first in range(0, plan.captures, BLOCK):
        last = min(first + BLOCK, plan.captures)
        progress(f"{plan.before['mentions'][first]} of {plan.total('mentions')} mentions")
        for name, frame in block(plan, first, last, record.replicas).items():
            rows = frame.select(f["name"] for f in source.schemas[name]["fields"])
            sheets[name].add(faults.spoiled(name, rows, int(plan.before[name][first])) if faults else rows)
    return {name: sheet.closed() for name, sheet in sheets.items()}


def described(source: Package, wish: Wish, written: dict[str, Sheet]) -> dict[str, Any]:
    """The descriptor: that of the real package, with its resources as they were written."""
    about = {
        "name": f"{source.descriptor['name']}-synthetic",
        "title": f"Synthetic package of {wish.count} mentions",
        "description": f"Rows of {source.descriptor['name']} {source.descriptor['version']}, drawn and copied at random (seed {wish.seed}, {wish.copies} replicas of the record) to try programs on. Nothing in it is a finding.",
    }
    resources = [written[resource["name"]].described(resource) for resource in source.descriptor["resources"]]
    kept = {name: value for name, value in source.descriptor.items() if name != "sources"}
    return {**kept, **about, "resources": resources}
