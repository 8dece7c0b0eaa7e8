"""Each kind of change of the version policy is told apart, demands its step, and too small a number is refused."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from editions import commit, copied, field, git
from kratom_claims.diff import Difference, difference, read_by
from kratom_claims.diff_pages import FORMATS, as_csv, as_html, as_json, as_markdown, as_text
from kratom_claims.files import csv_text, json_text
from kratom_claims.package import read_package
from kratom_claims.rules import CATALOGUE, Context
from kratom_claims.rules.base import faults_of
from kratom_claims.tables import read_tables
from kratom_claims.versions import at, is_at, least
from tiny import Tiny

Rows = list[dict[str, Any]]
RETIREMENT = {
    "table": "mentions",
    "id": "M0002",
    "status": "withdrawn",
    "reason": "It was wrong.",
    "retired_in": "2.0.0",
}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A repository with a tiny package that was released as 1.0.0."""
    root = tmp_path_factory.mktemp("released")
    git(root, "init", "--quiet")
    git(root, "config", "user.name", "Tester")
    git(root, "config", "user.email", "tester@example.org")
    tiny = Tiny(root)
    tiny.descriptor["version"] = "1.0.0"
    tiny.describe()
    (root / "CHANGELOG.md").write_text("# Changelog\n\n## 1.0.0\n\nFirst.\n", encoding="utf-8")
    (root / "releases.json").write_text(json_text([{"version": "1.0.0"}]), encoding="utf-8")
    commit(root, "Release 1.0.0")
    git(root, "tag", "v1.0.0")
    return tiny


@pytest.fixture
def later(released: Tiny, tmp_path: Path) -> Tiny:
    """The same repository after the release, to be changed."""
    return copied(released, tmp_path / "later")


def rewrite(tiny: Tiny, table: str, change: Callable[[dict[str, Any], Rows], Any]) -> None:
    """Change schema and rows of a table, and write both: cells follow the fields of the schema."""
    schema_path = tiny.root / "schemas" / f"{table}.json"
    schema = json.loads(schema_path.read_text(encoding="utf-8"))
    with tiny.file(table).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    change(schema, rows)
    names = [f["name"] for f in schema["fields"]]
    schema_path.write_text(json_text(schema), encoding="utf-8")
    tiny.file(table).write_text(csv_text(names, [[row.get(n, "") for n in names] for row in rows]), encoding="utf-8")
    tiny.describe()


def fields(change: Callable[[list[dict[str, Any]]], Any], table: str = "claims") -> Callable[[Tiny], None]:
    """A change of the fields of a table."""
    return lambda tiny: rewrite(tiny, table, lambda schema, rows: change(schema["fields"]))


def constraint(name: str, value: Any, column: str = "harm_severity", table: str = "claims") -> Callable[[Tiny], None]:
    """A change of one constraint; None takes it away."""

    def change(schema: dict[str, Any], _: Rows) -> None:
        limits = field(schema, column).setdefault("constraints", {})
        limits.pop(name, None) if value is None else limits.update({name: value})

    return lambda tiny: rewrite(tiny, table, change)


def rows(table: str, change: Callable[[Rows], Any], rate: bool = False) -> Callable[[Tiny], None]:
    """A change of the rows of a table; ratings are computed again if asked for."""

    def apply(tiny: Tiny) -> None:
        change(tiny.rows[table])
        tiny.write(rate=rate, vocabulary_too=False)

    return apply


def prop(name: str, value: Any, table: str = "claims") -> Callable[[Tiny], None]:
    """A change of a property of a Table Schema."""
    return lambda tiny: rewrite(tiny, table, lambda schema, _: schema.update({name: value}))


def without_table(name: str) -> Callable[[Tiny], None]:
    def apply(tiny: Tiny) -> None:
        tiny.descriptor["resources"] = [r for r in tiny.descriptor["resources"] if r["name"] != name]
        tiny.describe()

    return apply


def with_table(tiny: Tiny) -> None:
    schema = json.loads((tiny.root / "schemas" / "agents.json").read_text(encoding="utf-8"))
    (tiny.root / "schemas" / "people.json").write_text(json_text(schema | {"name": "people"}), encoding="utf-8")
    shutil.copy(tiny.file("agents"), tiny.file("people"))
    tiny.descriptor["resources"].append({"name": "people"})
    tiny.describe()


def renamed_table(tiny: Tiny) -> None:
    with_table(tiny)
    without_table("exclusions")(tiny)


def other_rubric(tiny: Tiny) -> None:
    path = tiny.root / "schemas" / "rubric.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"version": "1.0.0"', '"version": "1.0.1"'), encoding="utf-8"
    )


def retire(**more: Any) -> Callable[[Tiny], None]:
    def apply(tiny: Tiny) -> None:
        tiny.rows["mentions"] = [m for m in tiny.rows["mentions"] if m["mention_id"] != "M0002"]
        tiny.rows["retired_ids"] = [RETIREMENT | more]
        tiny.write(rate=False, vocabulary_too=False)

    return apply


def title(tiny: Tiny) -> None:
    tiny.descriptor["title"] = "Another title"
    tiny.describe()


NEW_FIELD = {"name": "extra", "title": "Extra", "description": "More.", "type": "string", "example": "x"}
CODE = {
    "scheme": "topic",
    "code": "weather",
    "label": "weather",
    "definition": "Rain or shine.",
    "unused_reason": "Not needed here.",
}
AGENT = {"agent_id": "other", "agent_type": "manual_agent", "name": "Another"}
DIRECTIONS = ["inconclusive", "refutes", "supports"]
CASES: dict[str, tuple[str, str, Callable[[Tiny], Any]]] = {
    "column removed": ("major", "column removed", fields(lambda f: f.pop(-2))),
    "column renamed": ("major", "column removed", fields(lambda f: f[-2].update(name="remark"))),
    "verdict renamed": ("major", "column removed", fields(lambda f: next(x for x in f if x["name"] == "verdict").update(name="judgement"), "ratings")),
    "evidence removed": ("major", "table removed", without_table("claim_evidence")),
    "column retyped": ("major", "column retyped", fields(lambda f: next(x for x in f if x["name"] == "harm_severity").update(type="number"))),
    "columns reordered": ("major", "columns reordered", fields(lambda f: f.reverse())),
    "column added inside": ("major", "columns reordered", fields(lambda f: f.insert(1, NEW_FIELD))),
    "key changed": ("major", "key changed", prop("primaryKey", ["claim_id", "topic"])),
    "table removed": ("major", "table removed", without_table("exclusions")),
    "table renamed": ("major", "table removed", renamed_table),
    "code redefined": ("major", "code redefined", rows("vocabulary", lambda r: r[0].update(definition="Something else."))),
    "code removed": ("major", "code removed", rows("vocabulary", lambda r: r.pop())),
    "id retired": ("major", "id retired", retire()),
    "enum narrowed": ("major", "constraint tightened", constraint("enum", DIRECTIONS[1:], "direction", "claim_evidence")),
    "maximum lowered": ("major", "constraint tightened", constraint("maximum", 3)),
    "pattern changed": ("major", "constraint tightened", constraint("pattern", "(?:C[0-9]{4,10})", "claim_id")),
    "made required": ("major", "constraint tightened", constraint("required", True, "note")),
    "reference added": ("major", "constraint tightened", prop("foreignKeys", [{"fields": ["table"], "reference": {"resource": "agents", "fields": ["agent_id"]}}], "retired_ids")),
    "row added": ("minor", "row added", rows("agents", lambda r: r.append(AGENT))),
    "link removed": ("minor", "row removed", rows("claim_searches", lambda r: r.pop())),
    "column added at the end": ("minor", "column added", fields(lambda f: f.append(NEW_FIELD))),
    "table added": ("minor", "table added", with_table),
    "code added": ("minor", "code added", rows("vocabulary", lambda r: r.append(CODE))),
    "id merged": ("minor", "id merged", retire(status="merged", replaced_by="M0001")),
    "enum widened": ("minor", "constraint loosened", constraint("enum", [*DIRECTIONS, "unclear"], "direction", "claim_evidence")),
    "maximum raised": ("minor", "constraint loosened", constraint("maximum", 5)),
    "minimum lowered": ("minor", "constraint loosened", constraint("minimum", -1)),
    "no longer required": ("minor", "constraint loosened", constraint("required", None, "topic")),
    "reference dropped": ("minor", "constraint loosened", prop("foreignKeys", [])),
    "verdict moved": ("minor", "verdict moved", rows("findings", lambda r: r[0].update(n=40), rate=True)),
    "rubric changed": ("minor", "rubric changed", other_rubric),
    "value corrected": ("patch", "value corrected", rows("sources", lambda r: r[1].update(title="Trial number one"))),
    "rating without verdict": ("patch", "value corrected", rows("findings", lambda r: r[0].update(n=451, n_events=7), rate=True)),
    "field described": ("patch", "documentation changed", fields(lambda f: f[0].update(description="Other words."))),
    "table described": ("patch", "documentation changed", prop("description", "Other words.")),
    "package described": ("patch", "documentation changed", title),
    "nothing": ("none", "", lambda tiny: None),
}  # fmt: skip


def since(released: Tiny, later: Tiny) -> Difference:
    """What changed."""
    with at("v1.0.0", released.root) as old:
        return difference(old, read_package(later.root / "datapackage.json"))


def compared(tiny: Tiny) -> Context:
    """The package as the rules see it, beside its last release."""
    package = read_package(tiny.root / "datapackage.json")
    return Context(package, read_tables(package))


def version_faults(context: Context, version: str) -> int:
    """How many faults R3 finds in the package if it bears this version."""
    context.package.descriptor["version"] = version
    return len(faults_of(context, CATALOGUE["R3/version"]))


def too_small(step: str) -> list[str]:
    """Versions after 1.0.0 that a change of this step may not bear."""
    return {
        "major": ["1.0.0", "1.0.1", "1.1.0", "1.99.99"],
        "minor": ["1.0.0", "1.0.1", "1.0.99"],
        "patch": ["1.0.0"],
        "none": ["0.9.9"],
    }[step]


@pytest.mark.parametrize("case", CASES)
def test_each_change_demands_its_step(case: str, later: Tiny) -> None:
    step, kind, change = CASES[case]
    change(later)
    context = compared(later)
    found = context.since_last
    assert found is not None and (found.step, found.least) == (step, least("1.0.0", step))
    assert not kind or kind in found.kinds
    assert [version_faults(context, version) for version in too_small(step)] == [1] * len(too_small(step))
    assert version_faults(context, least("1.0.0", step)) == 0


def test_what_is_as_released_is_not_compared_again(released: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes as the tag: no difference, seen without reading the tables of then; else they are read."""
    monkeypatch.setattr("kratom_claims.diff.difference", lambda *_: pytest.fail("read again"))
    found = compared(released).since_last
    assert found is not None and (found.step, found.changes, found.new) == ("none", (), "1.0.0")


@pytest.mark.parametrize("name, content", [("data/more.csv", "id\n"), ("schemas/more.json", "{}"), ("data/agents.csv", None)])  # fmt: skip
def test_one_other_file_is_not_as_released(later: Tiny, name: str, content: str | None) -> None:
    package, path = read_package(later.root / "datapackage.json"), later.root / name
    assert is_at(later.root, "v1.0.0", read_by(package))
    path.write_text(path.read_text(encoding="utf-8") + " " if content is None else content, encoding="utf-8")
    assert is_at(later.root, "v1.0.0", read_by(package)) is (name == "data/more.csv"), "which is no table"


def test_a_moved_verdict_comes_first_with_what_moved_it(released: Tiny, later: Tiny) -> None:
    later.rows["claim_evidence"][0]["direction"] = "refutes"
    later.rows["findings"][0]["n"] = 451
    later.write()
    found = since(released, later)
    (move,) = found.moves
    assert (move.claim, move.old, move.new) == ("C0001", "supported, moderate", "refuted, moderate")
    assert [c.words() for c in move.causes] == [
        "claim_evidence C0001/F0001 direction: supports → refutes",
        "findings F0001 n: 450 → 451",
    ]
    text = as_text(found)
    assert text.splitlines()[2].startswith("Verdicts that moved")
    assert "F0001 direction: supports → refutes" in text


def test_a_new_link_is_a_cause(released: Tiny, later: Tiny) -> None:
    finding = later.rows["findings"][0] | {
        "finding_id": "F0003",
        "source_id": "trial-two",
        "dataset_key": "three",
        "summary": "Twice as many had headache.",
    }
    later.rows["findings"].append(finding)
    later.rows["claim_evidence"].append(
        later.rows["claim_evidence"][0] | {"finding_id": "F0003", "direction": "refutes", "rationale": "Other outcome."}
    )
    later.write()
    (move,) = since(released, later).moves
    assert {c.words() for c in move.causes} >= {
        "claim_evidence C0001/F0003 added (refutes)",
        "findings F0003 added (Twice as many had headache.)",
    }


def test_rows_are_compared_by_key_wherever_they_stand(released: Tiny, later: Tiny) -> None:
    later.edit("claims", lambda b: b"\n".join([b.split(b"\n")[0], *reversed(b.strip().split(b"\n")[1:])]) + b"\n")
    assert since(released, later).changes == ()


def test_all_forms_say_the_same(released: Tiny, later: Tiny) -> None:
    later.rows["sources"][1]["title"] = 'A | <b>bold</b> *title*\u202e, "quoted"'
    later.write(rate=False, vocabulary_too=False)
    found = since(released, later)
    assert json.loads(as_json(found))["changes"][0]["new"] == later.rows["sources"][1]["title"]
    assert next(csv.DictReader(as_csv(found).splitlines()))["after"] == later.rows["sources"][1]["title"]
    assert "<b>" not in as_html(found) and "&lt;b&gt;bold" in as_html(found)
    row = next(line for line in as_markdown(found).splitlines() if "Trial one" in line)
    assert "A \\| \\<b\\>bold" in row and "\\*title\\*" in row and "\u202e" not in row
    assert row.replace("\\|", "").count("|") == 6
    assert all(FORMATS[name](found) == FORMATS[name](since(released, later)) for name in FORMATS)


def test_an_id_that_vanished_is_refused_until_it_is_retired(released: Tiny, later: Tiny) -> None:
    later.rows["mentions"] = [m for m in later.rows["mentions"] if m["mention_id"] != "M0002"]
    later.write(rate=False, vocabulary_too=False)
    assert [f.row for f in ids_faults(later)] == ["M0002"]
    retire()(later)
    assert ids_faults(later) == []


def test_a_retired_id_is_not_forgotten(released: Tiny, later: Tiny) -> None:
    retire()(later)
    commit(later.root, "Release 2.0.0")
    (later.root / "releases.json").write_text(json_text([{"version": "2.0.0"}]), encoding="utf-8")
    git(later.root, "tag", "v2.0.0")
    later.rows["retired_ids"] = []
    later.write(rate=False, vocabulary_too=False)
    assert [f.row for f in ids_faults(later)] == ["mentions/M0002"]


def ids_faults(tiny: Tiny) -> list[Any]:
    """What R2/ids says."""
    return faults_of(compared(tiny), CATALOGUE["R2/ids"])


@pytest.mark.parametrize("state", ["no record", "no tag", "unreadable"])
def test_it_is_said_why_nothing_is_compared(state: str, released: Tiny, later: Tiny) -> None:
    if state == "no record":
        (later.root / "releases.json").unlink()
    elif state == "no tag":
        git(later.root, "tag", "--delete", "v1.0.0")
    else:
        later.edit("claims", lambda b: b.replace(b"claim_id,", b"claim,", 1), describe=False)
    context = compared(later)
    assert context.since_last is None
    assert len(context.said) == 1 and context.said[0].startswith("not compared with")
