"""The released folder: which files it holds, its zip, its checksums and its intrinsic identifier."""

import hashlib
import io
import zipfile
from pathlib import Path

FILES = ("CHANGELOG.md", "CITATION.cff", "DATASHEET.md", "LICENSE", "README.md", "datapackage.json")
"""Single files of a release, where the package has them."""
PATTERNS = ("data/*.csv", "docs/*.md", "schemas/*.json")
"""All other files of a release."""
OF_CODE = "docs/performance.md"
"""A page on the code, not on the data; it is no part of a release."""
BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The one time stamp of all members of a zip: the earliest that the format knows."""


def names(root: Path) -> list[str]:
    """The paths, with slashes and in code point order, of every file of the released folder."""
    paths = [root / name for name in FILES] + [path for pattern in PATTERNS for path in root.glob(pattern)]
    return sorted({path.relative_to(root).as_posix() for path in paths if path.is_file()} - {OF_CODE})


def members(root: Path) -> dict[str, bytes]:
    """Every file of the released folder, by its path."""
    return {name: (root / name).read_bytes() for name in names(root)}


def zipped(files: dict[str, bytes]) -> bytes:
    """The files as a zip whose bytes depend on their names and contents alone.

    They are stored, not compressed: compressors differ between versions, and a release must be rebuilt to the byte in years to come.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(member(name), content)
    return stream.getvalue()


def member(name: str) -> zipfile.ZipInfo:
    """The entry of one file: no clock, no owner, readable by all."""
    info = zipfile.ZipInfo(name, BEGINNING)
    info.create_system, info.external_attr = 3, 0o100644 << 16
    return info


def sha256(content: bytes) -> str:
    """SHA-256 in lower-case hex."""
    return hashlib.sha256(content).hexdigest()


def sums(files: dict[str, bytes]) -> str:
    """Checksums as ``sha256sum --check`` reads them."""
    return "".join(f"{sha256(content)}  {name}\n" for name, content in sorted(files.items()))


def swhid(files: dict[str, bytes]) -> str:
    """Software Heritage's intrinsic identifier of the folder that holds these files (and nothing else)."""
    return f"swh:1:dir:{tree(files).hex()}"


def tree(files: dict[str, bytes]) -> bytes:
    """The git tree hash of a folder: entries in the order in which git sorts them (a folder as if its name ended in a slash)."""
    entries = {name: (b"100644", git_hash(b"blob", content)) for name, content in files.items() if "/" not in name}
    for folder in {name.split("/", 1)[0] for name in files if "/" in name}:
        inner = {name.split("/", 1)[1]: content for name, content in files.items() if name.startswith(f"{folder}/")}
        entries[f"{folder}/"] = (b"40000", tree(inner))
    lines = [mode + b" " + name.rstrip("/").encode() + b"\0" + hash_ for name, (mode, hash_) in sorted(entries.items())]
    return git_hash(b"tree", b"".join(lines))


def git_hash(kind: bytes, content: bytes) -> bytes:
    """The SHA-1 that git gives to an object."""
    return hashlib.sha1(kind + b" %d\0" % len(content) + content, usedforsecurity=False).digest()
