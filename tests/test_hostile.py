"""A package from a stranger: validation ends with a message, within its bounds, and nothing of it is run or followed."""

import faulthandler
import json
import os
import signal
import stat
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kratom_claims import cli, package, report, tables
from kratom_claims.check import check, run_rules
from kratom_claims.faults import UnusableError
from kratom_claims.files import json_text
from kratom_claims.tables import COLUMN_LIMIT, TABLE_LIMIT, read_tables
from tiny import Tiny


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A valid package."""
    return Tiny(tmp_path_factory.mktemp("pattern") / "tiny")


@pytest.fixture
def tiny(pattern: Tiny, tmp_path: Path) -> Tiny:
    """A copy of it, to be made hostile."""
    return pattern.copy(tmp_path / "tiny")


def describe(tiny: Tiny, **changes: Any) -> Path:
    """Change the first resource of the descriptor."""
    tiny.descriptor["resources"][0].update(changes)
    path = tiny.root / "datapackage.json"
    path.write_text(json_text(tiny.descriptor), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["../agents.csv", "/etc/passwd.csv", "https://example.org/agents.csv", "file:///etc/agents.csv", "data\\agents.csv", "a\0.csv", "",
                                  "data/agents.csv.gz", "data/agents.xlsx", "x" * 5000 + ".csv"])  # fmt: skip
def test_paths_stay_inside(tiny: Tiny, name: str) -> None:
    """A path that leaves the folder, is an address or names no CSV is refused with its place."""
    with pytest.raises(UnusableError, match=r"datapackage[.]json"):
        package.read_package(describe(tiny, path=name))


@pytest.mark.parametrize("key, value", [("dialect", "https://example.org/d.json"), ("dialect", {"delimiter": ";"}), ("data", []), ("compression", "gz"), ("encoding", "utf-16"),
                                        ("scheme", "https"), ("format", "xlsx"), ("profile", "https://example.org/p.json"), ("schema", "https://example.org/s.json"),
                                        ("schema", "../s.json"), ("schema", {}), ("schema", 7), ("name", "<script>"), ("name", "a\x1b[31m")])  # fmt: skip
def test_nothing_is_fetched_or_unpacked(tiny: Tiny, key: str, value: Any) -> None:
    """Whatever would be fetched, unpacked or read in another way is refused."""
    with pytest.raises(UnusableError, match=r"datapackage[.]json"):
        package.read_package(describe(tiny, **{key: value}))


def test_link_out_of_the_folder(tiny: Tiny, tmp_path: Path) -> None:
    """A link to a file outside is not followed."""
    (tmp_path / "secret.csv").write_text("secret\n")
    tiny.file("agents").unlink()
    tiny.file("agents").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(UnusableError, match="leaves the folder"):
        package.read_package(tiny.root / "datapackage.json")


def test_circle_of_links(tiny: Tiny) -> None:
    """A link to itself is refused, not followed for ever."""
    tiny.file("agents").unlink()
    tiny.file("agents").symlink_to(tiny.file("agents"))
    with pytest.raises(UnusableError, match=r"agents"):
        package.read_package(tiny.root / "datapackage.json")


def test_pipe_instead_of_file(tiny: Tiny) -> None:
    """A named pipe is not waited for."""
    tiny.file("agents").unlink()
    os.mkfifo(tiny.file("agents"))
    assert any(f.found == "not a file" for f in tiny.check().faults)


def test_folder_instead_of_file(tiny: Tiny) -> None:
    """A folder is not a table."""
    tiny.file("agents").unlink()
    tiny.file("agents").mkdir()
    assert any(f.rule == "S1/columns" and f.found == "not a file" for f in tiny.check().faults)


def bundle(tiny: Tiny, add: Callable[[zipfile.ZipFile], object]) -> Path:
    """The tiny package as a zip, with something more in it."""
    path = tiny.root.parent / "tiny.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(tiny.root.rglob("*")):
            archive.write(file, file.relative_to(tiny.root))
        add(archive)
    return path


def link(archive: zipfile.ZipFile) -> None:
    """A symbolic link as a member."""
    member = zipfile.ZipInfo("data/link.csv")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(member, "/etc/passwd")


@pytest.mark.parametrize("add, said", [(lambda a: a.writestr("../slip.csv", "x"), "leave the folder"), (lambda a: a.writestr("/slip.csv", "x"), "leave the folder"),
                                       (link, "leave the folder"), (lambda a: a.writestr("bomb.csv", b"0" * (9 << 20)), "unpacks to more"),
                                       (lambda a: [a.writestr(f"{n}.csv", "") for n in range(60)], "files; at most")], ids=["slip", "absolute", "link", "bomb", "many"])  # fmt: skip
def test_bundles(tiny: Tiny, monkeypatch: pytest.MonkeyPatch, add: Callable, said: str) -> None:
    """Zip slips, links and bombs are refused before they are out."""
    monkeypatch.setattr(package, "BUNDLE_LIMIT", 8 << 20)
    monkeypatch.setattr(package, "BUNDLE_FILES", 100)
    with pytest.raises(UnusableError, match=said), package.opened(bundle(tiny, add)):
        pass
    assert not (tiny.root.parent / "slip.csv").exists()


@pytest.mark.parametrize("value", [b"\x75\x00", b"\xff\xff"])
def test_bundle_of_another_zip_version(tiny: Tiny, value: bytes) -> None:
    """The index of a zip may ask for a version that no reader has."""
    path = bundle(tiny, lambda a: None)
    content = path.read_bytes()
    asked = content.index(b"PK\x01\x02") + 6
    path.write_bytes(content[:asked] + value + content[asked + 2 :])
    with pytest.raises(UnusableError, match="not a zip file that can be read"), package.opened(path):
        pass


def test_sound_bundle(tiny: Tiny) -> None:
    """A bundle without tricks is read."""
    with package.opened(bundle(tiny, lambda a: None)) as opened:
        assert run_rules(opened, read_tables(opened), None).faults == []


@pytest.mark.parametrize("content, said", [(b"[" * 100_000, "nested too deeply"), (b'{"a":' * 100_000, "nested too deeply"), (b"{", "not JSON"), (b"\xff\xfe{}", "not UTF-8"), (b"", "not JSON"),
                                           (b"[]", "object"), (b"9" * 5000, "number"), (b'{"resources": NaN}', "number"), (b'{"resources": []}', "resources"),
                                           (b'{"resources": [{"name": "\\ud800"}]}', "resources")], ids=range(10))  # fmt: skip
def test_descriptors(tiny: Tiny, content: bytes, said: str) -> None:
    """Whatever stands where the descriptor should be, there is a message."""
    (tiny.root / "datapackage.json").write_bytes(content)
    with pytest.raises(UnusableError, match=said):
        package.read_package(tiny.root / "datapackage.json")


def test_descriptor_too_large(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    """A huge descriptor is not read."""
    monkeypatch.setattr(package, "JSON_LIMIT", 100)
    with pytest.raises(UnusableError, match="larger than"):
        package.read_package(tiny.root / "datapackage.json")


@pytest.mark.parametrize("change", [{"type": "geojson"}, {"type": []}, {"constraints": []}, {"constraints": {"pattern": "("}}, {"constraints": {"pattern": "(" * 600}}, {"constraints": {"enum": "x"}},
                                    {"constraints": {"minimum": 1}}, {"name": ["x"]}, {"name": "_line"}, {"name": "agent_type"}, {"format": "email"}, {"constraints": {"pattern": "a{99999999999}"}}],
                         ids=range(12))  # fmt: skip
def test_schemas(tiny: Tiny, change: dict[str, Any]) -> None:
    """A Table Schema that the engines cannot rely on is refused with its place."""
    path = tiny.root / "schemas" / "agents.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema["fields"][0].update(change)
    path.write_text(json.dumps(schema), encoding="utf-8")
    with pytest.raises(UnusableError, match="agents"):
        package.read_package(tiny.root / "datapackage.json")


@pytest.mark.parametrize("content, said", [(b"x" * (TABLE_LIMIT + 1), "at most"), (b'"' + b"x" * 200_000 + b'"\n', "field larger"), (b"x," * 1_000_000 + b"x\n", f"at most {COLUMN_LIMIT}"),
                                           (b"agent_id,agent_type,name,version,note\n" + b"," * 1_000_000 + b"\n", "1000001 cells"), (b'"' * 99_999, ""), (b"\0" * 10_000, "")], ids=range(6))  # fmt: skip
def test_monstrous_tables(tiny: Tiny, content: bytes, said: str) -> None:
    """Cells of megabytes and a million columns end with a message, soon; Frictionless is not made to read them."""
    tiny.file("agents").write_bytes(content)
    opened = package.read_package(tiny.root / "datapackage.json")
    began = time.monotonic()
    outcome = check(opened, None)
    assert time.monotonic() - began < 60
    assert any(f.file == "data/agents.csv" and said in f.found for f in outcome.faults)
    assert all(len(line) < 1000 for line in report.summary(outcome).splitlines())


def test_pattern_that_runs_away(tiny: Tiny, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture) -> None:
    """A pattern that would take years is stopped after the stated time, with a message and exit status 2."""
    path = tiny.root / "schemas" / "agents.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema["fields"][2]["constraints"] = {"pattern": "(a+)+b"}
    path.write_text(json.dumps(schema), encoding="utf-8")
    tiny.edit("agents", lambda b: b.replace(b"A curator", b"a" * 60), describe=False)
    monkeypatch.setattr(cli, "SECONDS", 5)
    opened = package.read_package(tiny.root / "datapackage.json")
    assert cli.supervised(lambda: check(opened, None).exit_status) == 2
    assert "a pattern of a schema runs away" in capfd.readouterr().err


def crash() -> int:
    """What a library does that reaches beyond its memory; pytest's own account of it is not wanted."""
    faulthandler.disable()
    os.kill(os.getpid(), signal.SIGSEGV)
    return 0


@pytest.mark.parametrize("act, said", [(lambda: len(bytearray(64 << 30)), "GB of memory"), (crash, "SIGSEGV"), (lambda: 1 // 0, "a defect of this program"),
                                       (lambda: len(Path("/nowhere/x").read_text()), "/nowhere/x: No such file")], ids=["memory", "crash", "defect", "file"])  # fmt: skip
def test_bounds(capfd: pytest.CaptureFixture, act: Callable[[], int], said: str) -> None:
    """Too much memory, a library that crashes and a defect of our own end with one line and exit status 2."""
    assert cli.supervised(act) == 2
    error = capfd.readouterr().err
    assert said in error and "Traceback" not in error and error.count("\n") == 1


def test_status_is_passed_on() -> None:
    """A bounded command keeps its exit status."""
    assert [cli.supervised(lambda n=n: n) for n in (0, 1)] == [0, 1]


NASTY = "<img src=x onerror=alert(1)>\x1b[31m\u202e=cmd"


def nasty_outcome(tiny: Tiny) -> Any:
    """The outcome of a package with HTML, terminal and formula tricks in a cell, a header, an id and the descriptor."""
    tiny.descriptor["version"] = NASTY
    tiny.edit("agents", lambda b: b.replace(b"A curator", NASTY.encode()))
    tiny.edit("audits", lambda b: b.replace(b"audit_id", NASTY.encode(), 1))
    tiny.rows["entities"][0]["entity_id"] = NASTY
    tiny.write_table("entities")
    return tiny.check()


def test_tricks_are_shown_not_run(tiny: Tiny) -> None:
    """No form of the report holds a live tag, a control character or an end of an annotation."""
    outcome = nasty_outcome(tiny)
    page, text, lines = report.as_html(outcome), report.summary(outcome, 1000), report.annotations(outcome)
    assert "&lt;img src=x" in page and "<img" not in page
    for form in (page, text, lines, json.dumps(report.as_json(outcome)), json.dumps(report.as_sarif(outcome))):
        assert all(c.isprintable() or c == "\n" for c in form)
    assert len(lines.splitlines()) == len(outcome.faults)


def test_no_wide_numbers(tiny: Tiny) -> None:
    """Numbers that no engine holds are faults, not crashes."""
    tiny.edit("segments", lambda b: b.replace(b",1,0,", b",1," + b"9" * 400 + b","))
    assert any(f.rule == "S2/cells" for f in tiny.check().faults)
    assert tables.values(["1" + "0" * 300], "number") == [None]


def test_an_error_in_the_second_process_is_told_as_it_is(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong beside the other rules is not taken for want of time."""

    def fail(*_: Any) -> None:
        raise ZeroDivisionError("beside")

    monkeypatch.setattr("kratom_claims.check.share", fail)
    with pytest.raises(ZeroDivisionError, match="beside"):
        check(package.read_package(tiny.root / "datapackage.json"), None)
