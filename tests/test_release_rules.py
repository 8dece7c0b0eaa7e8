"""Rules of releases, each broken by one fault that makes exactly it fire."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from editions import copied, named
from kratom_claims import bundle
from tiny import Tiny

WITHDRAWN = {
    "table": "mentions",
    "id": "M0009",
    "status": "withdrawn",
    "reason": "It was wrong.",
    "retired_in": "0.1.0",
}


def retired(**more: Any) -> Any:
    """A tiny package that says that an id was retired."""
    return lambda tiny, _: (tiny.rows["retired_ids"].append(WITHDRAWN | more), tiny.write())


def elsewhere(tiny: Tiny, _: pytest.MonkeyPatch) -> None:
    """A table outside the folders that a bundle holds."""
    (tiny.root / "more").mkdir()
    tiny.file("agents").rename(tiny.root / "more" / "agents.csv")
    text = (tiny.root / "datapackage.json").read_text(encoding="utf-8")
    (tiny.root / "datapackage.json").write_text(text.replace("data/agents.csv", "more/agents.csv"), encoding="utf-8")


def clocked(tiny: Tiny, patch: pytest.MonkeyPatch) -> None:
    """A bundle that takes over the time stamps of files."""

    def members(root: Path) -> dict[str, bytes]:
        return {"stamp": str((root / "datapackage.json").stat().st_mtime_ns).encode(), **right(root)}

    right = bundle.members
    patch.setattr(bundle, "members", members)


CASES: dict[str, Any] = {
    "": lambda tiny, _: None,
    " a withdrawn id": retired(),
    " a merged id": retired(status="merged", replaced_by="M0001"),
    "R2/retired in use again": retired(id="M0001"),
    "R2/retired unknown successor": retired(status="merged", replaced_by="M0008"),
    "R2/retired unknown table": retired(table="people"),
    "R3/version no number": lambda tiny, _: (named(tiny.root, "1.0"), tiny.descriptor.update(version="1.0"), tiny.describe()),
    "R4/changelog nothing said": lambda tiny, _: (tiny.descriptor.update(version="0.2.0"), tiny.describe()),
    "R4/one-version another number": lambda tiny, _: (tiny.root / "CITATION.cff").write_text("cff-version: 1.2.0\nversion: 0.0.9\n", encoding="utf-8"),
    "R5/bundle a table elsewhere": elsewhere,
    "R5/bundle a stray table": lambda tiny, _: (tiny.root / "data" / "draft.csv").write_text("a\n", encoding="utf-8"),
    "R6/same-bytes a clock": clocked,
}  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return Tiny(tmp_path_factory.mktemp("sound"))


@pytest.mark.parametrize("case", CASES)
def test_exactly_this_rule_fires(case: str, sound: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = copied(sound, tmp_path / "broken")
    CASES[case](tiny, monkeypatch)
    assert {fault.rule for fault in tiny.check().faults} == (
        {case.split()[0]} if not case.startswith(" ") and case else set()
    )


def test_a_zip_is_its_names_and_contents() -> None:
    files = {"b/c.csv": b"1\n", "a.txt": "µ".encode()}
    archive = bundle.zipped(files)
    assert archive == bundle.zipped(dict(reversed(files.items())))
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        assert [(i.filename, i.date_time, i.external_attr >> 16) for i in opened.infolist()] == [
            (name, (1980, 1, 1, 0, 0, 0), 0o100644) for name in sorted(files)
        ]
        assert {name: opened.read(name) for name in files} == files


def test_folders_sort_as_git_sorts_them() -> None:
    """Git puts ``a-b`` before the folder ``a`` (as if it were ``a/``) and ``a0`` after it."""
    files = {"a/x": b"1", "a-b": b"2", "a0": b"3"}
    assert bundle.swhid(files) == "swh:1:dir:cca0522255866961ae30d3a16d9f129c6f4c3388"
