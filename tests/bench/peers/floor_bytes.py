"""The floor below the floor: the bytes of the four files are read and hashed."""

import hashlib
from pathlib import Path

import equal


def check(folder: Path) -> equal.Found:
    """SHA-256 of every file."""
    for name in equal.TABLES:
        with (folder / "data" / f"{name}.csv").open("rb") as stream:
            hashlib.file_digest(stream, "sha256")
    return set()
