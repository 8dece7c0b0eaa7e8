"""The tiny package as an edition with this repository's descriptor, and as a checkout that can be released."""

import copy
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from kratom_claims.edition import Edition, edition
from kratom_claims.package import HOME, read_package
from tiny import Tiny

CODE = (
    "docs/annotation.md",
    "docs/rule-examples.json",
    "schemas",
    "scripts",
    "tests/matrix/loaders",
    "pyproject.toml",
    "hatch_build.py",
    "LICENSE",
    ".gitignore",
)
DAY = {"GIT_AUTHOR_DATE": "2026-01-03T12:00:00Z", "GIT_COMMITTER_DATE": "2026-01-03T12:00:00Z"}
README = "# kratom-claims\n\n<!-- tables -->\n<!-- /tables -->\n<!-- loading -->\n<!-- /loading -->\n"


def described(folder: Path) -> Tiny:
    """The tiny package under the descriptor of this repository."""
    folder.mkdir(parents=True, exist_ok=True)
    tiny = Tiny(folder)
    about = json.loads((HOME / "datapackage.json").read_text(encoding="utf-8"))
    tiny.descriptor = {
        **about,
        "version": "0.1.0",
        "created": tiny.descriptor["created"],
        "resources": tiny.descriptor["resources"],
    }
    tiny.describe()
    return tiny


def edition_of(tiny: Tiny) -> Edition:
    """The edition that a tiny package is."""
    return edition(read_package(tiny.root / "datapackage.json"))


def hazardous(tiny: Tiny) -> Tiny:
    """Text, numbers and dates that one reader or another is known to spoil; no rule would let all of them pass.

    Numbers have at most 15 significant digits: readr and LibreOffice do not read more of them exactly.
    """
    texts = ["NA", "null", "NaN", "None", "N/A", "TRUE", "0123", "1e5", "1,5", "2020-01-02", "=1+1", "12345678901234567890", '“curly” β-µ "quoted", 日本 🌿',
             "two  spaces", " led and trailed ", "it's 100 % \\ ; | tab?"]  # fmt: skip
    claim = tiny.rows["claims"][0]
    for number, text in enumerate(texts, start=100):
        more = {"claim_id": f"C{number:04}", "statement": f"Hazard {number}.", "population": text, "note": text, "valid_as_of": "1969-12-31", "threshold_value": number / 1000}  # fmt: skip
        tiny.rows["claims"].append(claim | more | {"dose": None, "negated": number % 2 == 0})
    tiny.rows["sources"][1] |= {"jurisdiction": "NA", "pmid": "007", "issued_on": "2016-02-29"}
    tiny.rows["findings"][0] |= {
        "effect_value": 0.1,
        "ci_low": 0.123456789012345,
        "ci_high": 12345.678,
        "p_value": 0.0001,
        "n": 2147483647,
    }
    tiny.write(rate=False)
    return tiny


def git(root: Path, *arguments: str) -> str:
    """Run git in a repository, on a day after the tiny package's."""
    return subprocess.run(
        ["git", "-C", str(root), *arguments], check=True, capture_output=True, text=True, env=os.environ | DAY
    ).stdout


def checkout(folder: Path) -> Tiny:
    """A repository with this one's code and the tiny package, committed, with 1.0.0 in the changelog."""
    root = folder / "repository"
    root.mkdir()
    tiny = described(folder / "tiny")
    tiny.root = root
    for name in CODE:
        put(HOME / name, root / name)
    for name in ("data", "texts"):
        shutil.copytree(folder / "tiny" / name, root / name)
    for name in ("README.md", "DATASHEET.md"):
        (root / name).write_text(README, encoding="utf-8")
    (root / "CHANGELOG.md").write_text("# Changelog\n\n## 1.0.0\n\nFirst.\n", encoding="utf-8")
    tiny.describe()
    git(root, "init", "--quiet", "--initial-branch", "main")
    git(root, "config", "user.name", "Tester")
    git(root, "config", "user.email", "tester@example.org")
    commit(root, "First")
    return tiny


def copied(tiny: Tiny, root: Path) -> Tiny:
    """The same package in another folder, to be changed; its history comes along if it has one."""
    shutil.copytree(tiny.root, root)
    other = copy.copy(tiny)
    other.rows, other.root = copy.deepcopy(tiny.rows), root
    other.descriptor = json.loads((root / "datapackage.json").read_text(encoding="utf-8"))
    return other


def put(source: Path, target: Path) -> None:
    """Copy a file or a folder, without what Python leaves behind."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def commit(root: Path, message: str) -> None:
    """Commit everything."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", message)


def named(root: Path, version: str) -> None:
    """Name a version in the changelog."""
    path = root / "CHANGELOG.md"
    path.write_text(path.read_text(encoding="utf-8") + f"\n## {version}\n\nMore.\n", encoding="utf-8")


def field(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """A field of a Table Schema."""
    return next(f for f in schema["fields"] if f["name"] == name)
