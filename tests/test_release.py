"""Releases: what refuses them, what they write, and that anyone can make and check the same bytes again."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from editions import checkout, commit, copied, git, named
from kratom_claims import bundle
from kratom_claims.forms import SUMS
from kratom_claims.releasing import RefusedError, release
from kratom_claims.verifying import verify
from kratom_claims.versions import records
from tiny import Tiny

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A repository that is ready for its first release."""
    return checkout(tmp_path_factory.mktemp("fresh"))


@pytest.fixture(scope="module")
def released(fresh: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A repository that was released as 1.0.0, with its shipped files in dist/."""
    tiny = copied(fresh, tmp_path_factory.mktemp("released") / "repository")
    done = run(tiny.root, "release.py", "1.0.0")
    assert done.returncode == 0, done.stderr
    return tiny


@pytest.fixture
def unreleased(fresh: Tiny, tmp_path: Path) -> Tiny:
    """A copy of the first."""
    return copied(fresh, tmp_path / "repository")


@pytest.fixture
def later(released: Tiny, tmp_path: Path) -> Tiny:
    """A copy of the second."""
    return copied(released, tmp_path / "repository")


def run(root: Path, script: str, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run a script of a repository with that repository's own code."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | more.pop("env", {})
    return subprocess.run(
        [sys.executable, str(root / "scripts" / script), *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        **more,
    )


def refused(tiny: Tiny, version: str) -> str:
    """Why a release is refused; the repository must be as it was before."""
    before = (
        git(tiny.root, "rev-parse", "HEAD"),
        git(tiny.root, "status", "--porcelain"),
        git(tiny.root, "tag"),
        list((tiny.root / "dist" / "release").glob("*")),
    )
    with pytest.raises(RefusedError) as caught:
        release(tiny.root, version, tiny.root / "dist" / "release")
    assert before == (
        git(tiny.root, "rev-parse", "HEAD"),
        git(tiny.root, "status", "--porcelain"),
        git(tiny.root, "tag"),
        list((tiny.root / "dist" / "release").glob("*")),
    )
    return str(caught.value)


ALL = [("claims", "C0003"), ("claims", "C0004"), ("mentions", "M0002"), ("findings", "F0002"), ("sources", "trial-two")]
"""Two claims, one refining the other, and what only they use."""


def withdraw(tiny: Tiny, ids: list[tuple[str, str]]) -> None:
    """Withdraw all of these rows and the links between them; ``ids`` are said to be retired."""
    gone = {id_ for _, id_ in ALL}
    for table in ("claims", "mentions", "findings", "sources", "claim_relations", "claim_evidence", "claim_searches"):
        tiny.rows[table] = [row for row in tiny.rows[table] if not gone & {str(value) for value in row.values()}]
    tiny.rows["retired_ids"] = [
        {"table": table, "id": id_, "status": "withdrawn", "reason": "It was wrong.", "retired_in": "2.0.0"}
        for table, id_ in ids
    ]
    tiny.write()
    for version in ("1.1.0", "2.0.0"):
        named(tiny.root, version)
    commit(tiny.root, "Withdraw two claims")


def test_a_release_is_a_commit_a_tag_a_record_and_files(released: Tiny) -> None:
    (entry,) = records(released.root)
    assert (entry["version"], entry["date"], entry["rows"]["claims"]) == ("1.0.0", "2026-01-03", 4)
    assert git(released.root, "status", "--porcelain") == ""
    assert git(released.root, "rev-parse", "v1.0.0^{commit}") == git(released.root, "rev-parse", "HEAD")
    assert entry["swhid"] in git(released.root, "tag", "--list", "--format", "%(contents)", "v1.0.0")
    descriptor = json.loads((released.root / "datapackage.json").read_text(encoding="utf-8"))
    assert (descriptor["version"], descriptor["created"]) == ("1.0.0", "2026-01-03T00:00:00Z")
    dist = released.root / "dist" / "release"
    assert json.loads((dist / "validation.json").read_text(encoding="utf-8"))["valid"] is True
    listed = {line.split("  ")[1] for line in (dist / SUMS).read_text(encoding="utf-8").splitlines()}
    assert listed == {p.relative_to(dist).as_posix() for p in dist.rglob("*") if p.is_file()} - {SUMS}
    assert subprocess.run(["sha256sum", "--check", "--quiet", SUMS], cwd=dist, check=False).returncode == 0


def test_the_identifier_is_what_git_computes(released: Tiny, tmp_path: Path) -> None:
    """A second implementation: git's own tree of the unpacked bundle."""
    (archive,) = (released.root / "dist" / "release").glob("*.zip")
    zipfile.ZipFile(archive).extractall(tmp_path)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all", "--force")
    assert records(released.root)[0]["swhid"] == f"swh:1:dir:{git(tmp_path, 'write-tree').strip()}"


def test_verify_from_tag_bundle_folder_and_files(released: Tiny, tmp_path: Path) -> None:
    (archive,) = (released.root / "dist" / "release").glob("*.zip")
    zipfile.ZipFile(archive).extractall(tmp_path)
    for where in (None, archive, tmp_path, released.root / "dist" / "release"):
        findings = verify(released.root, "1.0.0", where)
        assert len(findings) > 20 and all(right for _, right in findings), where


@pytest.mark.parametrize("spoil", ["change", "add", "remove"])
def test_verify_notices(spoil: str, released: Tiny, tmp_path: Path) -> None:
    (archive,) = (released.root / "dist" / "release").glob("*.zip")
    zipfile.ZipFile(archive).extractall(tmp_path / "alone")
    table = tmp_path / "alone" / "data" / "agents.csv"
    if spoil == "change":
        table.write_bytes(table.read_bytes() + b" ")
    elif spoil == "add":
        shutil.copy(table, table.with_name("people.csv"))
    else:
        table.unlink()
    wrong = [name for name, right in verify(released.root, "1.0.0", tmp_path / "alone") if not right]
    assert wrong == ["data/people.csv" if spoil == "add" else "data/agents.csv", records(released.root)[0]["swhid"]]
    done = run(released.root, "verify.py", "1.0.0", str(tmp_path / "alone"))
    assert done.returncode == 1 and "2 of" in done.stdout


def test_verify_notices_another_report_or_form(released: Tiny, tmp_path: Path) -> None:
    shutil.copytree(released.root / "dist" / "release", tmp_path / "dist" / "release")
    (tmp_path / "dist" / "release" / "validation.txt").write_text("all is well", encoding="utf-8")
    (tmp_path / "dist" / "release" / "croissant.json").unlink()
    assert [name for name, right in verify(released.root, "1.0.0", tmp_path / "dist" / "release") if not right] == [
        "croissant.json",
        "validation.txt",
    ]


def test_commands_say_what_is_missing(released: Tiny) -> None:
    for arguments, words in [(["verify.py", "3.0.0"], "1.0.0"), (["verify.py", "1.0.0", "nowhere.zip"], "no such file"), (["diff.py", "v9"], "Tags: v1.0.0"),
                             (["release.py", "1.0"], "three numbers"), (["cite.py", "--row", "claims/C9999"], "no such row")]:  # fmt: skip
        done = run(released.root, *arguments)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
        assert words in done.stderr


def test_a_dirty_tree_is_refused(unreleased: Tiny) -> None:
    (unreleased.root / "notes.txt").write_text("unsaved", encoding="utf-8")
    assert "notes.txt" in refused(unreleased, "1.0.0")


def test_a_version_without_a_changelog_entry_is_refused(unreleased: Tiny) -> None:
    assert "R4/changelog" in refused(unreleased, "1.1.0")


def test_a_failing_rule_refuses(unreleased: Tiny) -> None:
    unreleased.edit("sources", lambda b: b.replace(b"10.1000/one", b"10.1000/ONE", 1))
    commit(unreleased.root, "A fault")
    assert "S2/cells" in refused(unreleased, "1.0.0")


@pytest.mark.parametrize("version", ["1.0.0", "0.9.0"])
def test_a_version_is_made_once_and_never_goes_back(version: str, later: Tiny) -> None:
    named(later.root, version)
    commit(later.root, "More")
    assert "higher number" in refused(later, version)


def test_a_lost_tag_refuses(later: Tiny) -> None:
    git(later.root, "tag", "--delete", "v1.0.0")
    assert "git fetch --tags" in refused(later, "1.0.1")


def test_a_claim_withdrawn_without_a_word_is_refused(later: Tiny) -> None:
    withdraw(later, ALL[:1] + ALL[2:])
    said = refused(later, "2.0.0")
    assert "R2/ids" in said and "C0004 is gone" in said


def test_a_claim_withdrawn_with_a_word_makes_a_major_version(later: Tiny) -> None:
    withdraw(later, ALL)
    assert "R3/version" in refused(later, "1.1.0")
    entry = release(later.root, "2.0.0", later.root / "dist" / "release")
    assert [r["version"] for r in records(later.root)] == ["1.0.0", "2.0.0"] and entry["rows"]["claims"] == 2
    changes = (later.root / "dist" / "release" / "changes.md").read_text(encoding="utf-8")
    assert "1.0.0 → 2.0.0: a major change" in changes and "| id retired | claims | C0004 |" in changes
    assert all(right for version in ("1.0.0", "2.0.0") for _, right in verify(later.root, version, None))


def test_bytes_that_depend_on_the_surroundings_are_refused(unreleased: Tiny) -> None:
    path = unreleased.root / "schemas" / "kratom_claims" / "forms" / "crate.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('"@id": "./",', '"@id": "./", "temporal": __import__("os").environ.get("TZ", ""),', 1),
        encoding="utf-8",
    )
    commit(unreleased.root, "Depends on the time zone")
    done = run(unreleased.root, "release.py", "1.0.0")
    assert done.returncode == 1 and "R6" in done.stderr and "ro-crate-metadata.json" in done.stderr


def test_two_clones_build_the_same_bytes(released: Tiny, tmp_path: Path) -> None:
    surroundings = [
        ({"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"}, 0o077),
        ({"TZ": "America/Los_Angeles", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"}, 0o002),
    ]
    sums = []
    for number, (environment, umask) in enumerate(surroundings):
        clone = tmp_path / f"clone {number}"
        git(released.root, "clone", "--quiet", str(released.root), str(clone))
        done = run(clone, "dist.py", env=environment, umask=umask, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        sums.append((clone / "dist" / "release" / SUMS).read_text(encoding="utf-8"))
        assert {p.stat().st_mode & 0o777 for p in (clone / "dist" / "release").rglob("*") if p.is_file()} == {0o644}
    assert sums[0] == sums[1]
    assert {line.split("  ")[1]: line.split("  ")[0] for line in sums[0].splitlines()} == records(released.root)[0][
        "shipped"
    ]


def test_the_bundle_validates_alone(released: Tiny, tmp_path: Path) -> None:
    (archive,) = (released.root / "dist" / "release").glob("*.zip")
    shutil.copy(archive, tmp_path)
    done = run(released.root, "validate.py", str(tmp_path / archive.name), cwd=tmp_path)
    assert done.returncode == 0 and "valid: no faults" in done.stdout, done.stdout
    assert "not compared with a last release" in done.stdout


def test_a_difference_reads_well_from_the_command_line(released: Tiny, tmp_path: Path) -> None:
    (archive,) = (released.root / "dist" / "release").glob("*.zip")
    done = run(
        released.root, "diff.py", "1.0.0", str(archive), "--format", "markdown", "--output", str(tmp_path / "d.md")
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "d.md").read_text(encoding="utf-8") == "**1.0.0 → 1.0.0: nothing differs.**\n"


def test_other_things_in_the_folder_are_left_alone(released: Tiny, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious", encoding="utf-8")
    done = run(released.root, "dist.py", "--output", str(tmp_path))
    assert done.returncode == 2 and (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "precious"


def test_the_wheel_brings_tables_rules_and_commands(released: Tiny, tmp_path: Path) -> None:
    (wheel,) = (released.root / "dist" / "release").glob("*.whl")
    assert wheel.name == "kratom_claims-1.0.0-py3-none-any.whl"
    site = tmp_path / "site"
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--disable-pip-version-check",
        "--target",
        str(site),
        str(wheel),
    ]
    subprocess.run(command, check=True)
    code = """
import kratom_claims, pandas
claims = kratom_claims.load("claims")
print(kratom_claims.__file__, kratom_claims.version(), len(claims), kratom_claims.path("claims").is_file())
print(*(str(claims[name].dtype) for name in ("claim_id", "harm_severity", "negated", "threshold_value", "valid_as_of")))
try:
    kratom_claims.load("claim")
except KeyError as error:
    print(error)
"""
    environment = os.environ | {"PYTHONPATH": str(site)}
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert said[0].startswith(str(site)) and said[0].endswith("1.0.0 4 True")
    assert said[1] == "str Int64 boolean Float64 datetime64[s]"
    assert "no such table; there are agents, " in said[2]
    assert bundle.swhid(bundle.members(site / "kratom_claims" / "released")) == records(released.root)[0]["swhid"]
    for arguments, status in [(["validate"], 0), (["explain", "C0001"], 0), (["release"], 2)]:
        done = subprocess.run(
            [sys.executable, "-m", "kratom_claims", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
