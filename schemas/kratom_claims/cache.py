"""What earlier runs found on the same bytes, kept in ``.cache/validate`` of this repository.

Nothing here is needed, and nothing is trusted without its hash: an entry holds the SHA-256 of every input that it was
made from, and its own. It counts only if they all are those of today. Only the standard library is imported, so that a
validation of which nothing has changed is told at once.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

from . import bundle
from .faults import Fault, UnusableError
from .outcome import Asked, Outcome
from .package import HOME, INSTALLED, Package, inside, settle
from .versions import git, records, tag_of

FOLDER = Path(".cache") / "validate"
"""Where the entries are, in the root of the repository; ``make clean`` removes it."""
CODE = Path(__file__).resolve().parent
"""The library, whose own bytes are an input of all that it finds."""
BESIDE = ("pyproject.toml", "releases.json")
"""Files that rules read and that no release holds."""
TEXT = "text "
"""How the names of texts begin among the inputs."""
MOST_FAULTS = 10_000
"""Faults above which a result is not kept."""
MOST_BYTES = 64 * 1024 * 1024
"""Most bytes that are read of an entry, or of an input."""
AGAIN = "--no-cache does all again"
SAID = f"as in an earlier run on the same bytes (.cache/validate; {AGAIN})"
"""How the report says that something was not done again."""


@dataclass
class Found:
    """What one piece of the work found: faults, notes, or why it could not be done."""

    faults: list[Fault] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    skipped: str = ""

    def plain(self) -> dict[str, Any]:
        """As values for JSON."""
        return {"faults": plain_faults(self.faults), "said": self.said, "skipped": self.skipped}


@dataclass
class Cache:
    """The entries of a repository: those of single pieces of work, and that of a whole run."""

    root: Path
    library: str

    def pieces(self) -> dict[str, tuple[dict[str, str], Found]]:
        """All sound entries: by piece of work, the hashes of its inputs and what it found."""
        sound = {}
        for piece, entry in as_dict(self.read("pieces")).items():
            try:
                inputs, found = entry["inputs"], entry["found"]
                if entry["sha256"] == digest([self.library, piece, inputs, found]):
                    sound[piece] = (inputs, Found(faults(found["faults"]), found["said"], found["skipped"]))
            except (KeyError, TypeError, ValueError):
                continue
        return sound

    def keep_pieces(self, entries: Mapping[str, tuple[dict[str, str], Found]]) -> None:
        """Keep what each piece of work found, in place of all that was kept before."""
        content = {}
        for piece, (inputs, found) in entries.items():
            if len(found.faults) <= MOST_FAULTS:
                plain = found.plain()
                content[piece] = {"inputs": inputs, "found": plain, "sha256": digest([self.library, piece, inputs, plain])}  # fmt: skip
        self.write("pieces", content)

    def whole(self, texts: Path | None) -> Outcome | None:
        """The outcome of an earlier run, if every file that it read is what it was then."""
        entry = as_dict(self.read("run"))
        try:
            inputs, told = entry["inputs"], entry["outcome"]
            if entry["sha256"] != digest([self.library, "run", inputs, told]) or inputs != on_disk(self.root, texts):
                return None
            descriptor = json.loads((self.root / "datapackage.json").read_text(encoding="utf-8"))
            return Outcome(Package(self.root, descriptor, {}, {}), told["rows"], told["ran"], told["skipped"], [*told["notes"], f"all {SAID}"],
                           faults(told["faults"]), catalogue={one[0]: Asked(*one) for one in told["catalogue"]})  # fmt: skip
        except (KeyError, TypeError, ValueError, OSError):
            return None

    def keep_whole(self, inputs: dict[str, str], outcome: Outcome) -> None:
        """Keep the outcome of a run; ``inputs`` are the files that it read, which must not have changed since."""
        if len(outcome.faults) > MOST_FAULTS:
            return
        about = [[one.id, one.asks, one.why, one.remedy] for one in outcome.catalogue.values()]
        told = {"rows": outcome.rows, "ran": outcome.ran, "skipped": outcome.skipped, "notes": outcome.notes,
                "faults": plain_faults(outcome.faults), "catalogue": about}  # fmt: skip
        self.write("run", {"inputs": inputs, "outcome": told, "sha256": digest([self.library, "run", inputs, told])})

    def read(self, name: str) -> Any:
        """The content of a file of the cache; None if there is none that can be read."""
        path = self.root / FOLDER / f"{name}.json"
        try:
            return json.loads(path.read_bytes()) if path.stat().st_size <= MOST_BYTES else None
        except (OSError, ValueError, RecursionError):
            return None

    def write(self, name: str, content: Any) -> None:
        """Write a file of the cache whole or not at all; where that cannot be, there is none, and nothing is lost."""
        folder = self.root / FOLDER
        draft = folder / f"{name}.{os.getpid()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(content), encoding="utf-8")
            draft.replace(folder / f"{name}.json")
        except (OSError, ValueError):
            with suppress(OSError):
                draft.unlink()


def cache_of(where: Path) -> Cache | None:
    """The cache of the package at a folder or descriptor, if it is this repository; nothing is written into any other."""
    if HOME == INSTALLED or where.absolute() not in (HOME, HOME / "datapackage.json"):
        return None
    settle(HOME)
    return Cache(HOME, library())


def library() -> str:
    """The hash of all that results follow from besides the inputs: our code and contract, Python, what is installed."""
    ours = [[path.relative_to(base).as_posix(), file_hash(path)] for base, pattern in ((CODE, "**/*.py"), (HOME / "schemas", "*.json"))
            for path in sorted(base.glob(pattern))]  # fmt: skip
    return digest([ours, sys.version, sys.platform, sorted(installed(sys.path))])


def installed(path: Iterable[str]) -> Iterable[str]:
    """Every installed distribution with its version, as the names of its folder say."""
    for folder in map(Path, path):
        if folder.is_dir():
            yield from (entry.name for entry in folder.iterdir() if entry.suffix in (".dist-info", ".egg-info"))


def on_disk(root: Path, texts: Path | None) -> dict[str, str] | None:
    """The hashes of all files that a validation may read, by name; None if one of them is none that can be hashed.

    Names that are listed (tables, pages, texts) are an input too: a further one is a further name here.
    """
    try:
        descriptor = json.loads((root / "datapackage.json").read_text(encoding="utf-8"))
        named = [r[key] for r in descriptor["resources"] for key in ("path", "schema") if isinstance(r.get(key), str)]
        paths = {name: inside(root, name, "") for name in {*named, *BESIDE, *bundle.names(root)}}
        hashes = {name: file_hash(path) for name, path in sorted(paths.items())}
        return hashes | {"tag": tag(root)} | {f"{TEXT}{path.name}": file_hash(path) for path in text_files(texts)}
    except (UnusableError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def vouched(package: Package, files: Mapping[str, str]) -> tuple[str, set[str]]:
    """The last release, and the tables of it that Frictionless looked at then with all that bears on them as it is today.

    No release is made without asking Frictionless, and releases.json holds the hash of each file. A blank name stands for
    the descriptor with its schemas. ``files`` are the hashes of today.
    """
    last = records(package.root)[-1:]
    held = as_dict(last[0].get("files")) if last else {}
    same = {name for name, hash_ in files.items() if held.get(name) == hash_}
    resources = {r["name"]: r for r in package.descriptor["resources"]}
    before = {r["name"]: r for r in released_resources(package, held, "datapackage.json" in same)}
    if not before or not same.issuperset(str(r["schema"]) for r in resources.values()):
        return "", set()
    alike = {name for name, r in resources.items() if before.get(name) == r and str(r["path"]) in same}
    found = {name for name in alike if alike.issuperset(targets(name, package.schemas[name]))}
    return str(last[0]["version"]), found | ({""} if "datapackage.json" in same else set())


def released_resources(package: Package, held: dict[str, Any], same: bool) -> list[dict[str, Any]]:
    """The resources as the descriptor of the last release has them; none if it is not at hand."""
    if same:
        return list(package.descriptor["resources"])
    commit = tag(package.root)
    content = git(package.root, "show", f"{commit}:datapackage.json", binary=True) if commit else b""
    return (
        json.loads(content)["resources"] if hashlib.sha256(content).hexdigest() == held.get("datapackage.json") else []
    )


def targets(name: str, schema: dict[str, Any]) -> set[str]:
    """The tables that the foreign keys of a table name."""
    return {key["reference"]["resource"] or name for key in schema.get("foreignKeys", [])}


def tag(root: Path) -> str:
    """The commit of the last release, as far as it is at hand."""
    made = records(root)
    if made and (root / ".git").exists():
        with suppress(UnusableError):  # there is no such tag
            return str(
                git(root, "rev-parse", "--verify", "--quiet", f"refs/tags/{tag_of(made[-1]['version'])}^{{commit}}")
            )
    return ""


def text_files(texts: Path | None) -> list[Path]:
    """The files of texts that are at hand, in order."""
    return sorted(texts.glob("*.txt")) if texts else []


def parted(files: dict[str, str]) -> dict[str, str]:
    """The hashes of the package and of the texts, from those of all files."""
    texts = {name: hash_ for name, hash_ in files.items() if name.startswith(TEXT)}
    return {"texts": digest(texts), "package": digest({name: files[name] for name in files.keys() - texts.keys()})}


def file_hash(path: Path) -> str:
    """SHA-256 of a file; blank if there is none. Raises OSError for what is no file, and for one that is too large."""
    if not path.exists():
        return ""
    if not path.is_file() or path.stat().st_size > MOST_BYTES:
        raise OSError(f"{path} is not hashed")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digest(value: Any) -> str:
    """SHA-256 of a value as JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def as_dict(value: Any) -> dict[str, Any]:
    """A value if it is an object of JSON, else an empty one."""
    return value if isinstance(value, dict) else {}


def plain_faults(found: Iterable[Fault]) -> list[list[Any]]:
    """Faults as values for JSON."""
    return [[int(value) if name in ("line", "column_no") else str(value) for name, value in zip(Fault.__dataclass_fields__, astuple(fault), strict=True)]
            for fault in found]  # fmt: skip


def faults(plain: Iterable[list[Any]]) -> list[Fault]:
    """Faults from values of JSON."""
    return [Fault(*values) for values in plain]
