"""Verifying a release: its checksums and its intrinsic identifier computed again from its tag, its bundle or its files."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from . import bundle
from .faults import UnusableError
from .forms import SUMS
from .package import unpack
from .versions import checked_out, has_tag, record, tag_of

Finding = tuple[str, bool]
"""What was compared, and whether it is as recorded."""


def verify(root: Path, version: str, where: Path | None) -> list[Finding]:
    """Compare a release with its record in releases.json.

    ``where`` is its zip, its unpacked folder or the folder of all shipped files; its tag is taken if there is none.
    Raises UnusableError if there is no such record, or nothing to compare it with.
    """
    entry = record(root, version)
    if where is None:
        if not has_tag(root, version):
            raise UnusableError(
                f"the tag {tag_of(version)} is not here. `git fetch --tags` brings it, or give the bundle."
            )
        with checked_out(root, tag_of(version)) as folder:
            return [*folder_findings(entry, folder), zip_finding(entry, bundle.zipped(bundle.members(folder)))]
    if not where.exists():
        raise UnusableError(
            f"{where}: no such file or folder. Give the zip, the unpacked folder or the folder of shipped files."
        )
    if where.is_file():
        with tempfile.TemporaryDirectory() as folder:
            unpack(where, Path(folder))
            return [zip_finding(entry, where.read_bytes()), *folder_findings(entry, Path(folder))]
    return list(shipped_findings(entry, where) if (where / SUMS).is_file() else folder_findings(entry, where))


def zip_finding(entry: dict[str, Any], content: bytes) -> Finding:
    """The zip against its recorded checksum."""
    name = next(name for name in entry["shipped"] if name.endswith(".zip"))
    return name, bundle.sha256(content) == entry["shipped"][name]


def folder_findings(entry: dict[str, Any], folder: Path) -> list[Finding]:
    """Every recorded file of the released folder, every file too many, and the identifier of the whole."""
    files = bundle.members(folder)
    found = {name: bundle.sha256(content) for name, content in files.items()}
    names = sorted(entry["files"].keys() | found.keys())
    return [
        *((name, found.get(name) == entry["files"].get(name)) for name in names),
        (entry["swhid"], bundle.swhid(files) == entry["swhid"]),
    ]


def shipped_findings(entry: dict[str, Any], folder: Path) -> Iterable[Finding]:
    """Every recorded file of ``dist/``. Reports are made by ``release`` alone, so they may be absent, but not other ones."""
    for name, right in (entry["shipped"] | entry["reports"]).items():
        path = folder / name
        if path.is_file() or name in entry["shipped"]:
            yield name, path.is_file() and bundle.sha256(path.read_bytes()) == right
