"""Each rule has its smallest failing case: one fault in the tiny package, and that rule alone speaks.

Run as a script, this writes the messages of the cases to ``docs/rule-examples.json``, from which ``docs/rules.md`` is made.
"""

import ast
import inspect
import json
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from editions import commit, git, named
from kratom_claims import bundle
from kratom_claims.check import Outcome
from kratom_claims.files import json_text
from kratom_claims.package import HOME, read_package
from kratom_claims.pages import EXAMPLES
from kratom_claims.rules import CATALOGUE, Context
from kratom_claims.rules.base import faults_of, wrong_rows
from kratom_claims.tables import read_tables
from kratom_claims.texts import sha256
from tiny import SCHEMAS, Rows, Tiny

CASES: dict[str, tuple[str, Callable[[Tiny], None], frozenset[str]]] = {}
"""By the name of the fault: its rule, what breaks the tiny package, and rules that cannot but speak too."""


def case(rule: str, also: str = "") -> Callable:
    """Register a function that breaks the tiny package under the rule that it breaks."""

    def register(break_it: Callable[[Tiny], None]) -> Callable:
        CASES[break_it.__name__.replace("_", "-")] = (rule, break_it, frozenset(also.split()))
        return break_it

    return register


def rows_case(name: str, rule: str, change: Callable[[Rows], object]) -> None:
    """A case in which rows change; ratings, vocabulary and descriptor are made anew."""

    def break_it(tiny: Tiny) -> None:
        change(tiny.rows)
        tiny.write()

    CASES[name] = (rule, break_it, frozenset())


def set_to(table: str, place: int, **cells: object) -> Callable[[Rows], object]:
    """A change of cells of one row."""
    return lambda rows: rows[table][place].update(cells)


def added(table: str, place: int, **cells: object) -> Callable[[Rows], object]:
    """A change that adds a row like another, except for some cells."""
    return lambda rows: rows[table].append(rows[table][place] | cells)


def both(*changes: Callable[[Rows], object]) -> Callable[[Rows], object]:
    """Several changes."""
    return lambda rows: [change(rows) for change in changes]


def relation(subject: str, kind: str, object_: str) -> Callable[[Rows], object]:
    """A change that adds a relation between claims."""
    return lambda rows: rows["claim_relations"].append(
        {"subject_claim_id": subject, "relation": kind, "object_claim_id": object_, "basis": "Made up for the test."}
    )


SECOND = both(
    added("claims", 0, claim_id="C0005", statement="Willow bark relieves any headache."),
    added("findings", 0, finding_id="F0003", dataset_key="three", source_id="trial-two", summary="Another trial."),
    lambda rows: rows["claim_evidence"].append(
        rows["claim_evidence"][0] | {"claim_id": "C0005", "finding_id": "F0003"}
    ),
)
"""A second claim that is rated as the first is."""


@case("S1/columns")
def column_misspelt(tiny: Tiny) -> None:
    """One column has another name."""
    tiny.edit("agents", lambda b: b.replace(b"agent_type", b"agent_typ"))


@case("S1/tables")
def table_left_out(tiny: Tiny) -> None:
    """The descriptor does not list a table, and its file is gone."""
    tiny.file("retired_ids").unlink()
    tiny.descriptor["resources"] = [r for r in tiny.descriptor["resources"] if r["name"] != "retired_ids"]
    (tiny.root / "datapackage.json").write_text(json_text(tiny.descriptor), encoding="utf-8")


rows_case("language-in-words", "S2/cells", set_to("sources", 0, language="English"))
rows_case("agent-twice", "S3/unique", added("agents", 0))
rows_case("mention-that-is-not", "S4/references", set_to("annotations", 0, mention_id="M0009"))


@case("S5/enums")
def code_not_defined(tiny: Tiny) -> None:
    """A code of an enum has no row in the vocabulary."""
    tiny.rows["vocabulary"] = [r for r in tiny.rows["vocabulary"] if (r["scheme"], r["code"]) != ("verdict", "refuted")]
    tiny.write(vocabulary_too=False)


@case("S5/used")
def unused_code_without_reason(tiny: Tiny) -> None:
    """A code that no row uses does not say why it is kept."""
    next(r for r in tiny.rows["vocabulary"] if r["code"] == "refuted").update(unused_reason=None)
    tiny.write(vocabulary_too=False)


@case("B1/file")
def byte_order_mark(tiny: Tiny) -> None:
    """A file begins with a byte order mark."""
    tiny.edit("agents", lambda b: b"\xef\xbb\xbf" + b)


rows_case("trailing-space", "B2/spaces", set_to("agents", 0, name="A curator "))
rows_case("cyrillic-letter", "B3/look-alikes", set_to("agents", 0, name="A \u0441urator"))
rows_case("formula", "B4/formulas", set_to("agents", 0, note="=1+1"))


@case("B5/order")
def rows_out_of_order(tiny: Tiny) -> None:
    """Two rows have changed places."""
    lines = tiny.file("entities").read_bytes().splitlines(keepends=True)
    tiny.edit("entities", lambda b: b"".join([lines[0], lines[2], lines[1], *lines[3:]]))


rows_case("accent-in-registry-id", "B6/ascii-ids", set_to("sources", 1, registry_id="r\u00e9gistre-1"))
rows_case("span-of-nothing", "A1/offsets", set_to("annotations", 0, start=20, end=20, sha256=sha256("")))
rows_case("annotation-in-other-segment", "A1/mention-in-segment", set_to("annotations", 0, segment_no=3))
rows_case("segment-number-left-out", "A2/order", set_to("segments", 3, segment_no=5))
rows_case("last-segment-missing", "A2/coverage", lambda rows: rows["segments"].pop())
rows_case("hash-of-text-one-digit-off", "A3/text", set_to("captures", 0, text_sha256="0" * 64))
rows_case("hash-of-span-one-digit-off", "A3/spans", set_to("annotations", 0, sha256="0" * 64))
rows_case("claim-without-mention", "A4/claim-has-mention", set_to("segments", 0, kind="claim"))
rows_case("mention-in-framing", "A4/framing-has-none", set_to("segments", 2, kind="framing"))
rows_case("claim-that-nobody-makes", "P1/stated", added("claims", 1, claim_id="C0005", statement="People should rest."))
rows_case("source-not-read", "P2/read", set_to("sources", 1, verified_extent="metadata"))
rows_case("interval-reversed", "P2/numbers", set_to("findings", 0, ci_low=0.6, ci_high=0.4))
rows_case("mouse-among-people", "P2/stream", set_to("findings", 0, species="Mus musculus"))
rows_case("source-without-address", "P3/locatable", set_to("sources", 0, url=None))
rows_case("two-sources-of-one-doi", "P3/one-source", set_to("sources", 2, doi="10.1000/one"))
rows_case("doi-swapped", "P3/address-agrees", set_to("sources", 1, doi="10.1000/oen"))
rows_case("cas-digit-wrong", "P3/curies", set_to("entity_xrefs", 0, object_id="cas:64-17-6"))
rows_case(
    "nobody-looked",
    "P4/evidence-or-search",
    both(added("claims", 0, claim_id="C0005", statement="Willow bark is best."), relation("C0005", "refines", "C0003")),
)


@case("P4/none-found", also="J1/ratings J6/framing")
def none_found_without_search(tiny: Tiny) -> None:
    """A verdict of no evidence found on too few searches; the rubric would not give it, so J1 and J6 speak too."""
    tiny.rows["ratings"][0].update(verdict="no_evidence_found")
    tiny.rows["vocabulary"] = [r | ({"unused_reason": None} if (r["scheme"], r["code"]) == ("verdict", "no_evidence_found") else
                                    {"unused_reason": "Not needed here."} if (r["scheme"], r["code"]) == ("verdict", "supported") else {}) for r in tiny.rows["vocabulary"]]  # fmt: skip
    tiny.write(rate=False, vocabulary_too=False)


rows_case(
    "retracted-source",
    "P5/not-evidence",
    both(set_to("sources", 1, retraction_status="retracted"), set_to("mentions", 0, framing="undetermined")),
)
rows_case("agent-of-nothing", "P6/used", added("agents", 0, agent_id="nobody", name="Nobody"))
rows_case("formula-of-other-compound", "P7/structures", set_to("entities", 2, formula="C2H6O2"))
rows_case("search-in-future", "P8/dates", set_to("searches", 0, searched_on="2199-01-01"))
rows_case("superseded-by-older", "P8/superseded", set_to("sources", 2, superseded_by="trial-one"))


@case("J1/ratings")
def rating_edited(tiny: Tiny) -> None:
    """A rating was edited by hand."""
    tiny.rows["ratings"][0].update(n_excluded=7)
    tiny.write(rate=False)


@case("J1/steps")
def step_reworded(tiny: Tiny) -> None:
    """A step of a rating was reworded by hand."""
    tiny.rows["rating_steps"][0].update(reason="It seems so.")
    tiny.write(rate=False)


rows_case("circle-of-refinements", "J2/acyclic", relation("C0003", "refines", "C0004"))
rows_case("equivalents-rated-apart", "J2/equivalents", relation("C0001", "equivalent", "C0004"))
rows_case(
    "consequence-refuted",
    "J2/entailed",
    both(
        SECOND,
        lambda rows: rows["claim_evidence"][-1].update(direction="refutes"),
        relation("C0001", "entails", "C0005"),
    ),
)
rows_case("contradictions-both-supported", "J3/contradictions", both(SECOND, relation("C0001", "contradicts", "C0005")))
rows_case("directness-blank", "J4/directness", set_to("claim_evidence", 0, direct_population=None))
rows_case("threshold-without-unit", "J5/threshold", set_to("claims", 3, threshold_unit=None))
rows_case("vague-claim-not-refined", "J5/refined", lambda rows: rows["claim_relations"].pop(0))
rows_case("framing-unlike-the-verdict", "J6/framing", set_to("mentions", 0, framing="overstated"))


@case("R1/descriptor")
def bytes_miscounted(tiny: Tiny) -> None:
    """The descriptor says one byte too many."""
    tiny.descriptor["resources"][0]["bytes"] += 1
    (tiny.root / "datapackage.json").write_text(json_text(tiny.descriptor), encoding="utf-8")


@case("R2/retired")
def retired_id_in_use(tiny: Tiny) -> None:
    """An id that is in use is said to be retired."""
    tiny.rows["retired_ids"] = [
        {"table": "claims", "id": "C0001", "status": "withdrawn", "reason": "It was wrong.", "retired_in": "0.0.1"}
    ]
    tiny.write()


def released(tiny: Tiny) -> None:
    """Release the tiny package as it is."""
    (tiny.root / "releases.json").write_text(json_text([{"version": tiny.descriptor["version"]}]), encoding="utf-8")
    git(tiny.root, "init", "--quiet")
    git(tiny.root, "config", "user.name", "Tester")
    git(tiny.root, "config", "user.email", "tester@example.org")
    commit(tiny.root, "Release")
    git(tiny.root, "tag", f"v{tiny.descriptor['version']}")


@case("R2/ids")
def id_vanished(tiny: Tiny) -> None:
    """A mention of the last release is gone, and nothing says why; the version is one that allows it."""
    tiny.rows["mentions"].append(tiny.rows["mentions"][1] | {"mention_id": "M0004"})
    tiny.write()
    released(tiny)
    tiny.rows["mentions"].pop()
    tiny.descriptor["version"] = "1.0.0"
    named(tiny.root, "1.0.0")
    tiny.write()


@case("R3/version")
def version_not_raised(tiny: Tiny) -> None:
    """A row was added after the release, under the same version."""
    released(tiny)
    tiny.rows["entity_names"].append(tiny.rows["entity_names"][0] | {"name": "Salix alba"})
    tiny.write()


@case("R5/bundle")
def stray_table(tiny: Tiny) -> None:
    """A file lies among the tables that is none of them."""
    (tiny.root / "data" / "draft.csv").write_text("a\n", encoding="utf-8")


@case("R6/same-bytes")
def bundle_with_a_clock(tiny: Tiny) -> None:
    """The bundle takes over the time stamps of files."""
    right, checked = bundle.members, tiny.check

    def clocked(root: Path) -> dict[str, bytes]:
        return {"stamp": str((root / "datapackage.json").stat().st_mtime_ns).encode(), **right(root)}

    def check(texts: bool = True) -> Outcome:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bundle, "members", clocked)
            return checked(texts)

    tiny.check = check  # type: ignore[method-assign]


@case("R4/changelog")
def version_without_a_word(tiny: Tiny) -> None:
    """The changelog does not name the version."""
    tiny.descriptor["version"] = "0.2.0"
    tiny.write()


@case("R4/one-version")
def citation_of_other_version(tiny: Tiny) -> None:
    """CITATION.cff names another version."""
    (tiny.root / "CITATION.cff").write_text("cff-version: 1.2.0\nversion: 0.0.9\n", encoding="utf-8")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """The tiny package without a fault."""
    return Tiny(tmp_path_factory.mktemp("sound") / "tiny")


def outcome_of(name: str, sound: Tiny, folder: Path) -> Outcome:
    """The outcome of the tiny package with one fault."""
    tiny = sound.copy(folder / name)
    CASES[name][1](tiny)
    return tiny.check()


@pytest.mark.parametrize("name", CASES)
def test_one_fault_one_rule(name: str, sound: Tiny, tmp_path: Path) -> None:
    """Exactly the rule of the case speaks, and its documented message is the one that it gives."""
    rule, _, also = CASES[name]
    outcome = outcome_of(name, sound, tmp_path)
    assert {fault.rule for fault in outcome.faults} == {rule} | also, [f.message() for f in outcome.faults]
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    assert examples[rule] == example(outcome, rule), "run `make examples`, then `make package`"


def test_tiny_holds_every_rule(sound: Tiny) -> None:
    """Without a fault no rule speaks, and every rule is run."""
    outcome = sound.check()
    assert outcome.faults == []
    assert outcome.ran == list(CATALOGUE)


def test_every_rule_has_a_case() -> None:
    """No rule without a failing case, and no example without a rule."""
    assert {rule for rule, _, _ in CASES.values()} == set(CATALOGUE)
    assert json.loads(EXAMPLES.read_text(encoding="utf-8")).keys() == CATALOGUE.keys()


@pytest.mark.parametrize("rule", CATALOGUE)
def test_rules_declare_their_tables(rule: str) -> None:
    """A rule looks at no table that it does not declare (or asks for first), so that it never meets a package without it."""
    one = CATALOGUE[rule]
    tree = ast.parse(textwrap.dedent(inspect.getsource(one.check)))
    tables = {
        n.attr
        for n in ast.walk(tree)
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "c"
    } & SCHEMAS.keys()
    assert tables <= set(one.tables), f"{rule} looks at {tables - set(one.tables)}"


PARTS: list[tuple[str, Callable[[Rows], object], set[tuple[str, str]]]] = [
    ("P2/stream", set_to("findings", 0, stream="in_silico"), {("F0001", "randomised_trial as in_silico")}),
    ("P5/not-evidence", set_to("sources", 1, source_type="news"), {("C0001/F0001", "trial-one is a news")}),
    ("P5/not-evidence", set_to("sources", 1, retraction_status="retracted"), {("C0001/F0001", "trial-one is retracted")}),
    ("P5/not-evidence", both(set_to("findings", 0, source_id="article"), set_to("sources", 0, source_type="preprint")), {("C0001/F0001", "article makes this claim itself")}),
    ("J2/acyclic", both(relation("C0003", "refines", "C0004"), relation("C0001", "refines", "C0004"), relation("C0003", "refines", "C0002")),
     {("C0004/refines/C0003", "C0004 refines C0003 is part of a circle"), ("C0003/refines/C0004", "C0003 refines C0004 is part of a circle")}),
    ("A3/text", both(set_to("captures", 0, text_length=71), added("captures", 0, capture_id="other", text_length=1)), {("tiny_text", "71")}),
]  # fmt: skip
"""For parts of a rule: what breaks them, and what exactly the rule then says of which rows."""


@pytest.mark.parametrize("rule, change, said", PARTS)
def test_parts_of_rules(sound: Tiny, tmp_path: Path, rule: str, change: Callable, said: set) -> None:
    """Each part of a rule speaks of the rows that are at fault, and of no others."""
    tiny = sound.copy(tmp_path / "tiny")
    change(tiny.rows)
    tiny.write()
    package = read_package(tiny.root / "datapackage.json")
    context = Context(package, read_tables(package), tiny.root / "texts")
    assert {(fault.row, fault.found) for fault in faults_of(context, CATALOGUE[rule])} == said


def test_rows_at_fault_are_told_by_their_whole_key(sound: Tiny, tmp_path: Path) -> None:
    """A row that shares the first part of a wrong key is not at fault."""
    tiny = sound.copy(tmp_path / "tiny")
    tiny.edit("findings", lambda b: b.replace(b",human,", b",in_vitro,", 1))
    package = read_package(tiny.root / "datapackage.json")
    context = Context(package, read_tables(package))
    pairs = list(zip(*(context.tables["findings"].cells[name] for name in ("species", "stream")), strict=True))
    species = [one for one, _ in pairs]
    wrong = {pairs[0]: ("this", "that")}
    assert species.count(pairs[0][0]) > pairs.count(pairs[0]) == 1
    (fault,) = wrong_rows(context, "P2/stream", "findings", ["species", "stream"], wrong, "species")
    assert (fault.line, fault.column, fault.found, fault.allowed) == (2, "species", "this", "that")


BY_CELLS = """
import sys
from pathlib import Path
from kratom_claims.package import read_package
from kratom_claims.rules import CATALOGUE, Context
from kratom_claims.rules.base import faults_of
from kratom_claims.tables import read_tables

package = read_package(Path(sys.argv[1]) / "datapackage.json")
context = Context(package, read_tables(package), Path(sys.argv[1]) / "texts")
rules = [one for one in CATALOGUE.values() if one.cells]
print(len(rules), [fault.message() for one in rules for fault in faults_of(context, one)], "pandas" in sys.modules)
"""


def test_rules_that_go_by_cells_need_no_pandas(sound: Tiny) -> None:
    """Where they find nothing, they make no frames; the process that runs them does not load pandas."""
    by_cells = [one.id for one in CATALOGUE.values() if one.cells]
    done = subprocess.run([sys.executable, "-c", BY_CELLS, sound.root], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(HOME / "schemas")})  # fmt: skip
    assert done.stdout.strip() == f"{len(by_cells)} [] False" and 20 < len(by_cells) < len(CATALOGUE)


def example(outcome: Outcome, rule: str) -> str:
    """The message of the rule in a case."""
    return next(fault.message() for fault in outcome.faults if fault.rule == rule)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        tiny = Tiny(Path(folder) / "tiny")
        by_rule = {CASES[name][0]: example(outcome_of(name, tiny, Path(folder)), CASES[name][0]) for name in CASES}
    EXAMPLES.write_text(json_text({rule: by_rule[rule] for rule in CATALOGUE}), encoding="utf-8")
    print(f"{EXAMPLES.relative_to(HOME)} written; now run `make package`")
