"""Making a release: everything is made and checked in a clone, and the repository moves only when all has passed."""

import datetime
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import bundle, report
from .check import Outcome, check
from .descriptor import derived
from .diff import Difference, since_last_release
from .diff_pages import FORMATS, SUFFIXES
from .edition import Edition, edition
from .faults import UnusableError
from .files import json_text, write_all_atomically, write_atomically
from .forms import SUMS
from .package import opened, unpack
from .ratings import policy
from .shipping import shipped, write_folder
from .texts import corpus
from .versions import RECORDS, git, has_tag, numbers, records, tag_of

ELSEWHERE = {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONHASHSEED": "1"}
"""Circumstances of the second build, which must not show in any byte."""


class RefusedError(Exception):
    """The release is refused; the message says why and what to do. Nothing was changed."""


def release(root: Path, version: str, out: Path) -> dict[str, Any]:
    """Make a release of the repository at ``root``: commit, tag, record, and shipped files in ``out``.

    Returns the record. Raises RefusedError, with the repository as it was, if anything speaks against it.
    """
    refuse_early(root, version)
    with cloned(root) as clone:
        prepare(clone, version, committed_on(root))
        outcome = checked(clone)
        with opened(clone) as package:
            made = edition(package)
            files = shipped(made)
            refuse_unless_alone(files[f"{made.stem}.zip"])
            since, _ = since_last_release(package)
        told = reports(outcome, since)
        entry = entry_of(made, files, told)
        commit(root, clone, entry)
        refuse_unless_same(clone, files)
        write_folder(out, files | told)
        git(root, "fetch", "--quiet", "--no-tags", str(clone), "HEAD")
        git(root, "merge", "--quiet", "--ff-only", "FETCH_HEAD")
        git(root, "fetch", "--quiet", str(clone), "tag", tag_of(version))
    return entry


def refuse_early(root: Path, version: str) -> None:
    """What can be told without any work: a dirty tree, a number that is taken or too small."""
    if not (root / ".git").exists():
        raise UnusableError(f"{root}: not a git repository. Releases are made in a clone of the repository.")
    number, made = numbers(version), records(root)
    if changed := git(root, "status", "--porcelain"):
        raise RefusedError(
            f"the tree is dirty:\n{changed}\nCommit these files or put them away; a release is made from a commit."
        )
    if has_tag(root, version) or version in [r["version"] for r in made]:
        raise RefusedError(f"{version} was released already. Versions are never made twice; take a higher number.")
    if made and number <= numbers(made[-1]["version"]):
        raise RefusedError(f"{version} is not above {made[-1]['version']}, the last release. Take a higher number.")
    if made and not has_tag(root, made[-1]["version"]):
        raise RefusedError(
            f"the tag {tag_of(made[-1]['version'])} of the last release is not here. `git fetch --tags` brings it."
        )


@contextmanager
def cloned(root: Path) -> Iterator[Path]:
    """A clone of a repository in a temporary folder, at the commit that is checked out."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        git(root, "clone", "--quiet", "--no-hardlinks", str(root), str(clone))
        git(clone, "checkout", "--quiet", "--detach", git(root, "rev-parse", "HEAD"))
        yield clone


def committed_on(root: Path) -> str:
    """The day (UTC) of the commit that is released: the date of the release, so that no clock is needed."""
    seconds = int(git(root, "show", "--no-patch", "--format=%ct", "HEAD"))
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).date().isoformat()


def prepare(clone: Path, version: str, day: str) -> None:
    """Write version and date into the descriptor, and what is derived from it everywhere."""
    path = clone / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    write_atomically(path, json_text(descriptor | {"version": version, "created": f"{day}T00:00:00Z"}))
    write_all_atomically(derived(clone))


def checked(root: Path) -> Outcome:
    """All rules on a folder. Raises RefusedError with the report if one fails, or if the last release cannot be compared with."""
    with opened(root) as package:
        outcome = check(package, corpus())
    if outcome.faults:
        raise RefusedError(report.summary(outcome) + "\nMend the faults, commit, and release again.")
    return outcome


def refuse_unless_alone(archive: bytes) -> None:
    """R5: the bundle, unpacked alone in an empty folder, passes all rules."""
    with tempfile.TemporaryDirectory() as folder:
        path, alone = Path(folder) / "bundle.zip", Path(folder) / "alone"
        path.write_bytes(archive)
        unpack(path, alone)
        checked(alone)


def refuse_unless_same(clone: Path, files: dict[str, bytes]) -> None:
    """R6: another clone of the commit builds the same bytes in another time zone, locale, umask and folder."""
    with cloned(clone) as other:
        command = [sys.executable, str(other / "scripts" / "dist.py"), "--output", str(other / "dist")]
        done = subprocess.run(command, cwd=other.parent, env=os.environ | ELSEWHERE, umask=0o077, capture_output=True, text=True, check=False)  # fmt: skip
        if done.returncode:
            raise RefusedError(f"the commit cannot be built elsewhere: {done.stderr.strip() or done.stdout.strip()}")
        again = (other / "dist" / SUMS).read_text(encoding="utf-8").splitlines()
    if apart := sorted({line.split("  ")[1] for line in set(again) ^ set(bundle.sums(files).splitlines())}):
        raise RefusedError(
            f"R6: built again elsewhere, these files differ: {', '.join(apart)}. Find what of the surroundings they depend on."
        )


def entry_of(made: Edition, files: dict[str, bytes], told: dict[str, bytes]) -> dict[str, Any]:
    """The record of a release for releases.json."""
    return {
        "version": made.version,
        "date": made.day,
        "rubric_version": policy()["version"],
        "swhid": made.swhid,
        "rows": {name: len(table.text) for name, table in made.tables.items()},
        "files": {name: bundle.sha256(content) for name, content in made.files.items()},
        "shipped": {name: bundle.sha256(content) for name, content in sorted(files.items())},
        "reports": {name: bundle.sha256(content) for name, content in sorted(told.items())},
    }


def commit(root: Path, clone: Path, entry: dict[str, Any]) -> None:
    """Record, commit and tag in the clone, in the name of whoever works in ``root``."""
    write_atomically(clone / RECORDS, json_text([*records(clone), entry]))
    for name in ("user.name", "user.email"):
        git(clone, "config", name, who(root, name))
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message", f"Release {entry['version']}")
    git(
        clone,
        "tag",
        "--annotate",
        tag_of(entry["version"]),
        "--message",
        f"Release {entry['version']}\n\n{entry['swhid']}",
    )


def who(root: Path, name: str) -> str:
    """A setting of git that says who commits."""
    try:
        return str(git(root, "config", name))
    except UnusableError as error:
        raise UnusableError(f"git does not know who you are. Set it with: git config {name} ...") from error


def reports(outcome: Outcome, since: Difference | None) -> dict[str, bytes]:
    """The validation report and, unless it is the first release, the difference to the last one in all forms."""
    found = {"validation.txt": report.summary(outcome), "validation.json": json_text(report.as_json(outcome))}
    if since:
        found |= {f"changes.{SUFFIXES[name]}": form(since) for name, form in FORMATS.items()}
    return {name: text.encode() for name, text in found.items()}
