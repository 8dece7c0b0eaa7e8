"""Whatever bytes stand in an input file, validation ends with a report or a refusal: no crash, no hang.

``make fuzz`` sets FUZZ to the number of inputs; without it a few are tried.
"""

import os
import random
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import mutation
import pytest
from damage import Whole
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kratom_claims import package, report
from kratom_claims.check import Outcome, run_rules
from kratom_claims.faults import UnusableError
from kratom_claims.rules import CATALOGUE
from kratom_claims.tables import Table, Tables, fill, read_tables
from tiny import SCHEMAS, Tiny

INPUTS = int(os.environ.get("FUZZ", "300"))
"""Tables that are read; a tenth as many descriptors and bundles, and a hundredth goes through the rules into every report."""
SLOWEST = 20.0
"""Seconds that one input may take."""
TOKENS = [b'"', b",", b"\n", b"\r\n", b"\r", b"\0", b"\xef\xbb\xbf", b"\xff", b"\xed\xa0\x80", "\u202e".encode(), "é".encode(), b"=", b"-", b"9" * 30, b"1e999", b"null", b"[", b"{", b"}",
          b"]", b":", b"\\ud800", b"..", b"/", b"NaN", b"true", b"0", b"-1", b"2026-02-30", b"0000-00-00", b"99999-01-01", b"%s", b"(a+)+", b"PK\x03\x04", b"C0001", b"supports", b"" , b"1.7976931348623157e309"]  # fmt: skip
edits = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 40), st.one_of(st.sampled_from(TOKENS), st.binary(max_size=12))),
    min_size=1,
    max_size=6,
)
"""Edits of bytes: where (share of the length), how many go, what comes."""
fuzzed = settings(
    max_examples=INPUTS,
    deadline=None,
    database=None,
    derandomize=INPUTS < 1000,
    suppress_health_check=list(HealthCheck),
)
packed = settings(fuzzed, max_examples=max(30, INPUTS // 10))
ruled = settings(fuzzed, max_examples=max(20, INPUTS // 100))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A valid package whose files are damaged one at a time."""
    return Tiny(tmp_path_factory.mktemp("fuzz") / "tiny")


@pytest.fixture(scope="module")
def whole(tiny: Tiny) -> Whole:
    """The same package, read."""
    return mutation.whole_package(tiny.root / "datapackage.json", tiny.root / "texts")


def edited(content: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    """Bytes with edits."""
    for share, gone, new in changes:
        at = int(share * len(content))
        content = content[:at] + new + content[at + gone :]
    return content


def swift(act: Callable[[], object]) -> None:
    """Run something that may refuse but must neither crash nor hang."""
    began = time.monotonic()
    try:
        act()
    except UnusableError as error:
        assert str(error)
    assert time.monotonic() - began < SLOWEST


def all_reports(outcome: Outcome) -> None:
    """Write every form of the report, as bytes."""
    for form in (report.summary, report.as_html, report.annotations):
        form(outcome).encode("utf-8")
    report.as_json(outcome), report.as_sarif(outcome)


@fuzzed
@given(name=st.sampled_from(sorted(SCHEMAS)), changes=edits)
def test_tables_are_read(whole: Whole, name: str, changes: list) -> None:
    """Any bytes as a table."""
    table = whole.tables[name]
    swift(lambda: fill(Table(name, table.file, table.schema), edited(table.content, changes)))


@packed
@given(name=st.sampled_from(["datapackage.json", *(f"schemas/{name}.json" for name in sorted(SCHEMAS))]), changes=edits)
def test_descriptors_and_schemas_are_read(tiny: Tiny, name: str, changes: list) -> None:
    """Any bytes as a descriptor or a schema."""
    path = tiny.root / name
    before = path.read_bytes()
    try:
        path.write_bytes(edited(before, changes))
        swift(lambda: package.read_package(tiny.root / "datapackage.json"))
    finally:
        path.write_bytes(before)


@packed
@given(changes=edits)
def test_bundles_are_read(tiny: Tiny, changes: list) -> None:
    """Any bytes as a bundle."""
    path = tiny.root.parent / "fuzz.zip"
    if not (sound := path.with_suffix(".sound")).exists():
        with zipfile.ZipFile(sound, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in ("datapackage.json", "schemas/agents.json", "data/agents.csv"):
                archive.write(tiny.root / name, name)
    path.write_bytes(edited(sound.read_bytes(), changes))

    def read() -> None:
        with package.opened(path) as opened:
            read_tables(opened)

    swift(read)


@ruled
@given(name=st.sampled_from(sorted(SCHEMAS)), changes=edits, seed=st.integers(0, 10**6))
def test_rules_hold_out(whole: Whole, name: str, changes: list, seed: int) -> None:
    """Any bytes as a table, or any words in its cells, through the rules and into the reports."""
    content = (
        edited(whole.tables[name].content, changes) if seed % 2 else words_in_cells(whole, name, random.Random(seed))
    )
    table = whole.tables[name]

    def act() -> None:
        tables = Tables({**whole.tables, name: fill(Table(name, table.file, table.schema), content)})
        rules = [
            one for one in CATALOGUE.values() if one.each or name in one.tables or not one.tables or seed % 20 == 0
        ]
        all_reports(run_rules(whole.package, tables, whole.texts, rules=rules, of={name}))

    swift(act)


def words_in_cells(whole: Whole, name: str, chance: random.Random) -> bytes:
    """A well-formed table with some cells replaced by words that other cells of the package hold, or by numbers out of range."""
    words = list(some_words(whole, chance))
    cells = {
        (i, c): chance.choice(words)
        for i in range(len(whole.rows[name]))
        for c in whole.tables[name].fields
        if chance.random() < 0.15
    }
    return whole.with_cells(name, cells)()[name]


def some_words(whole: Whole, chance: random.Random) -> Iterator[str]:
    """Words that mean something somewhere."""
    yield from (
        "",
        "0",
        "-1",
        "7",
        "1" * 15,
        "0.5",
        "1000000",
        "true",
        "false",
        "2026-01-02",
        "1677-09-20",
        "9999-12-31",
        "supports",
        "refutes",
    )
    for rows in whole.rows.values():
        for row in chance.sample(rows, min(2, len(rows))):
            yield from row


@pytest.mark.parametrize("found", sorted((Path(__file__).parent / "found").glob("*.csv")), ids=lambda p: p.name)
def test_found_inputs(whole: Whole, found: Path) -> None:
    """Inputs that once crashed: the name says which table they stand for."""
    name = found.name.split(".")[0]
    table = whole.tables[name]
    tables = Tables({**whole.tables, name: fill(Table(name, table.file, table.schema), found.read_bytes())})
    all_reports(run_rules(whole.package, tables, whole.texts))
