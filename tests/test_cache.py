"""What was found on the same bytes is not looked for again, and never trusted on other ones."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from editions import git
from kratom_claims import cache, check
from kratom_claims.bundle import members, sha256
from kratom_claims.cache import FOLDER, Cache
from kratom_claims.files import json_text
from kratom_claims.outcome import Outcome
from kratom_claims.package import HOME, read_package
from kratom_claims.rules import CATALOGUE
from tiny import SCHEMAS, Tiny

EACH = {one.id for one in CATALOGUE.values() if one.each}
OF_ALL = {"S1/tables", "S5/enums", "S5/used", "R1/descriptor", "R2/ids", "R3/version", "R4/changelog", "R4/one-version", "R5/bundle", "R6/same-bytes"}  # fmt: skip
"""Rules that look at every table, or at every file."""


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A sound package that was checked once."""
    tiny = Tiny(tmp_path_factory.mktemp("checked") / "tiny")
    run(tiny)
    return tiny


@pytest.fixture
def tiny(checked: Tiny, tmp_path: Path) -> Tiny:
    """A copy of it with its cache."""
    return checked.copy(tmp_path / "tiny")


def run(tiny: Tiny, library: str = "this") -> Outcome:
    """The outcome of all pieces of work, with the cache of the package."""
    package = read_package(tiny.root / "datapackage.json")
    return check.check(package, tiny.root / "texts", cache=Cache(tiny.root, library))


def uncached(tiny: Tiny) -> Outcome:
    """The outcome without a cache."""
    return check.check(read_package(tiny.root / "datapackage.json"), tiny.root / "texts")


def told(outcome: Outcome) -> list[Any]:
    """All of an outcome but the note on what was not done again."""
    notes = [note for note in outcome.notes if cache.SAID not in note]
    return [outcome.rows, outcome.ran, outcome.skipped, notes, outcome.faults]


@pytest.fixture
def did(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of the pieces of work that are done from here on."""
    seen: set[str] = set()
    work = check.run_pieces, check.run_frictionless

    def rules(context: Any, todo: Any, *more: Any) -> Any:
        seen.update(piece.name for piece in todo)
        return work[0](context, todo, *more)

    def frictionless(context: Any, todo: list[str]) -> Any:
        seen.update(f"Frictionless {name}".strip() for name in todo)
        return work[1](context, todo)

    monkeypatch.setattr(check, "run_pieces", rules)
    monkeypatch.setattr(check, "run_frictionless", frictionless)
    monkeypatch.delattr(os, "fork")  # so that all is done, and seen, in this process
    return seen


def test_nothing_changed_nothing_done(tiny: Tiny, did: set[str]) -> None:
    """A second run does nothing and tells the same, and says that it did nothing."""
    outcome = run(tiny)
    assert not did
    assert told(outcome) == told(uncached(tiny)) and not outcome.faults
    assert outcome.notes[-1] == f"{len(CATALOGUE)} of {len(CATALOGUE)} rules, and Frictionless on {len(SCHEMAS)} of {len(SCHEMAS)} tables, {cache.SAID}"  # fmt: skip


def test_one_table_changed(tiny: Tiny, did: set[str]) -> None:
    """Only what looks at the changed table is done again, and the fault is found."""
    tiny.edit("audits", lambda b: b.replace(b"curator", b"curator "))
    outcome = run(tiny)
    assert did == {f"{rule} audits" for rule in EACH} | OF_ALL | {"P6/used", "P8/dates", "Frictionless", "Frictionless audits"}  # fmt: skip
    assert {f.rule for f in outcome.faults} == {"B2/spaces", "S2/cells", "S4/references"}
    assert told(outcome) == told(uncached(tiny))


def test_target_of_references_changed(tiny: Tiny, did: set[str]) -> None:
    """A row that others refer to goes: the references of other tables are looked at again."""
    tiny.edit("agents", lambda b: b.replace(b"curator,", b"another,"))
    outcome = run(tiny)
    assert {"S4/references claims", "Frictionless claims", "P6/used"} <= did
    assert not {"S2/cells claims", "A1/offsets", "J1/ratings", "S4/references segments"} & did
    assert told(outcome) == told(uncached(tiny)) and outcome.faults


def test_text_changed(tiny: Tiny, did: set[str]) -> None:
    """Another text: only the rules on anchors that read it are asked again."""
    path = next((tiny.root / "texts").glob("*.txt"))
    path.write_text(path.read_text(encoding="utf-8").replace("eases", "helps"), encoding="utf-8")
    outcome = run(tiny)
    assert did == {"A2/coverage", "A3/text", "A3/spans"}
    assert {f.rule for f in outcome.faults} == {"A3/text", "A3/spans"}


def test_file_that_frictionless_is_spared(tiny: Tiny) -> None:
    """What Frictionless said earlier is not told once a table cannot be read."""
    tiny.edit("agents", lambda b: b"\xff\xfe" + b, describe=False)
    assert told(run(tiny)) == told(uncached(tiny))


def test_faults_are_kept(tiny: Tiny, did: set[str]) -> None:
    """Faults come from the cache as they were found."""
    tiny.edit("sources", lambda b: b.replace(b"journal_article", b"jurnal_article", 1))
    first = run(tiny)
    did.clear()
    again = run(tiny)
    assert not did and first.faults and told(again) == told(first)
    kept = Cache(tiny.root, "this").whole(tiny.root / "texts")
    assert kept is not None and told(kept) == told(first)


def entries(tiny: Tiny, name: str) -> tuple[Path, Any]:
    """A file of the cache and what it holds."""
    path = tiny.root / FOLDER / f"{name}.json"
    return path, json.loads(path.read_text(encoding="utf-8"))


def test_changed_entry_is_not_trusted(tiny: Tiny, did: set[str]) -> None:
    """Entries with other faults, other inputs, or a wrong hash are done again."""
    path, content = entries(tiny, "pieces")
    content["S2/cells agents"]["found"]["faults"] = [["data/agents.csv", 2, 1, "", "", "S2/cells", "x", "y", "", "z"]]
    content["S2/cells claims"]["inputs"] = {}
    content["S2/cells sources"]["sha256"] = "0" * 64
    content["S2/cells audits"] = ["garbage"]
    content["B2/spaces agents"] |= {"found": {"faults": 1}}
    path.write_text(json.dumps(content), encoding="utf-8")
    assert run(tiny).faults == []
    assert did == {"S2/cells agents", "S2/cells claims", "S2/cells sources", "S2/cells audits", "B2/spaces agents"}


@pytest.mark.parametrize("garbage", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"inputs": {}, "outcome": {}}'])
def test_garbage_is_not_read(tiny: Tiny, garbage: bytes) -> None:
    """Whatever stands in the files of the cache, the outcome is the same."""
    for name in ("pieces", "run"):
        (tiny.root / FOLDER / f"{name}.json").write_bytes(garbage)
    kept = Cache(tiny.root, "this")
    assert kept.whole(tiny.root / "texts") is None and kept.pieces() == {}
    assert run(tiny).faults == []


def test_whole_run_tampered(tiny: Tiny) -> None:
    """An outcome that was edited is not told."""
    path, content = entries(tiny, "run")
    content["outcome"]["rows"]["agents"] += 1
    path.write_text(json.dumps(content), encoding="utf-8")
    assert Cache(tiny.root, "this").whole(tiny.root / "texts") is None


@pytest.mark.parametrize("name, content", [("data/agents.csv", None), ("data/draft.csv", "a\n"), ("texts/tiny_text.txt", "Other."), ("texts/other.txt", "Other."), ("CHANGELOG.md", "# None\n"),
                                           ("pyproject.toml", 'version = "0.2.0"\n'), ("docs/x.md", "x\n"), ("schemas/agents.json", "{}"), ("datapackage.json", "{}")])  # fmt: skip
def test_whole_run_needs_every_file(tiny: Tiny, name: str, content: str | None) -> None:
    """The outcome of a whole run is told only if no file was changed, added or removed."""
    kept = Cache(tiny.root, "this")
    assert kept.whole(tiny.root / "texts") is not None
    path = tiny.root / name
    path.parent.mkdir(exist_ok=True)
    path.unlink() if content is None else path.write_text(content, encoding="utf-8")
    assert kept.whole(tiny.root / "texts") is None


def test_deleted_cache_changes_nothing(tiny: Tiny, did: set[str]) -> None:
    """Without the cache all is done, with the same outcome."""
    before = told(run(tiny))
    shutil.rmtree(tiny.root / ".cache")
    assert told(run(tiny)) == before
    assert {f"S2/cells {name}" for name in SCHEMAS} | {"J1/ratings", "Frictionless"} <= did


def test_what_changed_meanwhile_is_not_kept(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes may have read different bytes if a file changed while they worked."""
    shutil.rmtree(tiny.root / FOLDER)
    known_of = check.known_of

    def changing(*known: Any) -> Any:
        tiny.edit("audits", lambda b: b + b"\n")
        return known_of(*known)

    monkeypatch.setattr(check, "known_of", changing)
    run(tiny)
    assert not (tiny.root / FOLDER).exists()


def test_other_library(tiny: Tiny, did: set[str]) -> None:
    """What other code found is not taken."""
    assert Cache(tiny.root, "other").whole(tiny.root / "texts") is None
    run(tiny, "other")
    assert len({name.split()[0] for name in did}) == len(CATALOGUE) + 1


@pytest.fixture
def released(tiny: Tiny) -> Tiny:
    """A copy that was released: recorded and tagged, with nothing in its cache."""
    shutil.rmtree(tiny.root / FOLDER)
    git(tiny.root, "init", "--quiet")
    git(tiny.root, "config", "user.name", "Tester")
    git(tiny.root, "config", "user.email", "tester@example.org")
    hashes = {name: sha256(content) for name, content in members(tiny.root).items()}
    record = {"version": tiny.descriptor["version"], "files": hashes}
    (tiny.root / "releases.json").write_text(json_text([record]), encoding="utf-8")
    git(tiny.root, "add", "--all", "--", ":!texts")
    git(tiny.root, "commit", "--quiet", "--message", "one")
    git(tiny.root, "tag", f"v{record['version']}")
    return tiny


def asked(did: set[str]) -> set[str]:
    """What Frictionless was asked of."""
    return {name.removeprefix("Frictionless").strip() for name in did if name.startswith("Frictionless")}


def test_frictionless_is_not_asked_of_what_was_released(released: Tiny, did: set[str]) -> None:
    """Bytes that a release vouches for are told to be that; a run without the cache asks all the same."""
    outcome = run(released)
    assert not asked(did) and not outcome.faults
    assert any(
        note.startswith(f"Frictionless: {len(SCHEMAS)} of {len(SCHEMAS)} tables as when") for note in outcome.notes
    )
    assert not any(note.startswith("Frictionless") for note in uncached(released).notes)
    assert asked(did) == {"", *SCHEMAS}


@pytest.mark.parametrize("describe", [True, False])
def test_frictionless_is_asked_of_what_has_changed_since(released: Tiny, did: set[str], describe: bool) -> None:
    """A changed table, those that refer to it, and a descriptor that has changed with it."""
    released.edit("agents", lambda b: b.replace(b",", b", ", 1), describe=describe)
    run(released)
    refer = {name for name, schema in SCHEMAS.items() if "agents" in cache.targets(name, schema)}
    assert asked(did) == {"agents", *refer} | ({""} if describe else set()) and len(refer) < len(SCHEMAS) - 1


@pytest.mark.parametrize("spoilt", ["schemas/agents.json", "data/agents.csv", "datapackage.json"])
def test_no_record_vouches_for_other_bytes(released: Tiny, did: set[str], spoilt: str) -> None:
    """A record with another hash, as after a change of what it is said to hold."""
    path = released.root / "releases.json"
    records = json.loads(path.read_text(encoding="utf-8"))
    records[0]["files"][spoilt] = "0" * 64
    path.write_text(json_text(records), encoding="utf-8")
    run(released)
    assert asked(did) == {"", *SCHEMAS} if spoilt != "data/agents.csv" else "agents" in asked(did)


def test_no_record_vouches_for_a_schema_inside_the_descriptor(released: Tiny, did: set[str]) -> None:
    path = released.root / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    descriptor["resources"][0]["schema"] = SCHEMAS[descriptor["resources"][0]["name"]]
    path.write_text(json_text(descriptor), encoding="utf-8")
    run(released)
    assert asked(did) == {"", *SCHEMAS}


def test_library_is_its_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One changed character of our code, or another version of a library, is another library."""
    shutil.copytree(cache.CODE, tmp_path / "code", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(cache, "CODE", tmp_path / "code")
    before = cache.library()
    assert before == cache.library()
    (tmp_path / "pandas-99.0.0.dist-info").mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path, str(tmp_path)])
        assert cache.library() != before
    path = tmp_path / "code" / "rules" / "structure.py"
    path.write_text(path.read_text(encoding="utf-8") + "#\n", encoding="utf-8")
    assert cache.library() != before


def test_only_this_repository(tmp_path: Path) -> None:
    """Packages from elsewhere are never written into."""
    assert cache.cache_of(tmp_path) is None and cache.cache_of(tmp_path / "x.zip") is None
    assert cache.cache_of(HOME) is not None and cache.cache_of(HOME / "datapackage.json") is not None


def test_read_only_folder(tiny: Tiny) -> None:
    """Where nothing can be written, nothing is kept, and nothing is lost."""
    shutil.rmtree(tiny.root / ".cache")
    (tiny.root / ".cache").write_text("no folder", encoding="utf-8")
    assert run(tiny).faults == []


TOLD_ALONE = """
import sys
from pathlib import Path
from kratom_claims import cache, report
root = Path(sys.argv[1])
outcome = cache.Cache(root, "this").whole(root / "texts")
print(report.summary(outcome), report.as_json(outcome)["valid"], len(report.as_sarif(outcome)["runs"][0]["tool"]["driver"]["rules"]))
print(sorted({"pandas", "narwhals", "pandera", "frictionless", "numpy", "jsonschema", "rdkit"} & sys.modules.keys()))
"""


def test_told_without_libraries(tiny: Tiny) -> None:
    """The outcome of an earlier run is told with the standard library alone, faults and all."""
    tiny.edit("agents", lambda b: b"\xef\xbb\xbf" + b)
    run(tiny)
    done = subprocess.run([sys.executable, "-c", TOLD_ALONE, tiny.root], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(HOME / "schemas")})  # fmt: skip
    assert "B1/file: 1 fault" in done.stdout and f"False {len(CATALOGUE)}" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_command(tmp_path: Path) -> None:
    """The command tells an earlier outcome without pandas, and does all again if asked to."""
    command = [sys.executable, "-X", "importtime", "scripts/validate.py"]
    first, again = (subprocess.run(command, cwd=HOME, capture_output=True, text=True) for _ in range(2))
    assert first.returncode == again.returncode
    assert f"all {cache.SAID}" in again.stdout and "| pandas" not in again.stderr and "frictionless" not in again.stderr
    assert first.stdout.splitlines()[0] == again.stdout.splitlines()[0]
    full = subprocess.run([*command, "--no-cache"], cwd=HOME, capture_output=True, text=True)
    assert cache.SAID not in full.stdout and "| pandas" in full.stderr
