"""Version numbers, releases.json, and the packages behind a version: a tag of the repository, a folder or a bundle."""

import io
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .bundle import git_hash
from .faults import UnusableError
from .package import HOME, Package, opened, read_json

RECORDS = "releases.json"
"""The file of a repository that records its releases, oldest first."""
STEPS = ("none", "patch", "minor", "major")
"""How far a version must move, least first."""


def numbers(version: str) -> tuple[int, int, int]:
    """A version as three numbers, which compare as versions do. Raises UnusableError for anything else."""
    if not re.fullmatch(r"(?:0|[1-9][0-9]*)(?:[.](?:0|[1-9][0-9]*)){2}", version):
        raise UnusableError(f"{version!r} is not a version. Write three numbers without leading zeros, such as 1.0.0.")
    major, minor, patch = map(int, version.split("."))
    return major, minor, patch


def least(last: str, step: str) -> str:
    """The least version after ``last`` that a difference of this step may bear; ``last`` itself if nothing differs."""
    major, minor, patch = numbers(last)
    after = {"none": (major, minor, patch), "patch": (major, minor, patch + 1), "minor": (major, minor + 1, 0), "major": (major + 1, 0, 0)}  # fmt: skip
    return ".".join(map(str, after[step]))


def records(root: Path) -> list[dict[str, Any]]:
    """The recorded releases of a repository, oldest first; none if it has no releases.json."""
    path = root / RECORDS
    found = read_json(path, root) if path.is_file() else []
    if not isinstance(found, list) or not all(isinstance(r, dict) and isinstance(r.get("version"), str) for r in found):
        raise UnusableError(f"{RECORDS}: not a list of releases with a version. Restore it from the last commit.")
    return found


def record(root: Path, version: str) -> dict[str, Any]:
    """The record of one release. Raises UnusableError, naming those there are, if it was never made."""
    known = {r["version"]: r for r in records(root)}
    if version not in known:
        raise UnusableError(f"{version}: no such release. {RECORDS} has {', '.join(known) or 'none yet'}.")
    return known[version]


def git(root: Path, *arguments: str, binary: bool = False) -> Any:
    """The output of a git command in a repository, as text or bytes. Raises UnusableError with what git said."""
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=True)
    except FileNotFoundError as error:
        raise UnusableError("git is not installed. Install it, or compare folders and bundles.") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip() or error.stdout.decode(errors="replace").strip()
        raise UnusableError(f"git {arguments[0]} failed: {said}") from error
    return done.stdout if binary else done.stdout.decode("utf-8").strip()


def tag_of(version: str) -> str:
    """The name of a version's tag."""
    return f"v{version}"


def has_tag(root: Path, version: str) -> bool:
    """Whether the repository at ``root`` holds the tag of a version; false for a folder that is no repository."""
    return (root / ".git").exists() and tag_of(version) in git(root, "tag", "--list", tag_of(version)).split()


def is_at(root: Path, revision: str, names: list[str]) -> bool:
    """Whether files of a repository are byte for byte those of a revision, which has no others where they are."""
    folders = sorted({name.split("/")[0] for name in names})
    lines = git(root, "ls-tree", "-r", "-z", f"{revision}^{{commit}}", "--", *folders, binary=True).decode().split("\0")
    held = {line.split("\t")[1]: line.split()[2] for line in lines if line}
    there = {name for name in held if name.endswith((".csv", ".json"))}
    return there == set(names) and all(
        (root / name).is_file() and git_hash(b"blob", (root / name).read_bytes()).hex() == held[name] for name in names
    )


@contextmanager
def checked_out(root: Path, revision: str) -> Iterator[Path]:
    """The files of a revision in a temporary folder, byte for byte as committed."""
    name = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    content = git(root, "-c", "core.autocrlf=false", "archive", "--format=tar", name, binary=True)
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(folder, filter="data")
        yield Path(folder)


@contextmanager
def at(where: str, root: Path = HOME) -> Iterator[Package]:
    """The package at a folder, descriptor or zip, or else at a version, tag or other revision of the repository."""
    if Path(where).exists():
        with opened(Path(where)) as package:
            yield package
    elif not (root / ".git").exists():
        raise UnusableError(f"{where}: no such file or folder, and there is no repository here to look for a tag in.")
    else:
        revision = tag_of(where) if re.fullmatch(r"[0-9]+[.][0-9]+[.][0-9]+", where) else where
        if not revision_exists(root, revision):
            known = ", ".join(git(root, "tag", "--list", "v*").split()) or "none"
            raise UnusableError(f"{where}: neither a file or folder nor a tag or revision here. Tags: {known}.")
        with checked_out(root, revision) as folder, opened(folder) as package:
            yield package


def revision_exists(root: Path, revision: str) -> bool:
    """Whether git knows a revision."""
    try:
        return bool(git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"))
    except UnusableError:
        return False
