"""One contract on several engines: the same faults, row for row, on pandas, polars and Dask."""

import csv
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from damage import DESCRIPTOR, OPERATORS, Mutant, Whole
from hypothesis import given, settings
from hypothesis import strategies as st
from kratom_claims.check import run_rules
from kratom_claims.faults import Fault, UnusableError
from kratom_claims.package import HOME, Package, read_package
from kratom_claims.rules import CATALOGUE, Context
from kratom_claims.rules.anchors import SPANS
from kratom_claims.rules.base import faults_of
from kratom_claims.tables import Table, Tables, fill, read_tables
from tiny import SCHEMAS, Tiny

pytest.importorskip("polars", reason="the engines for large packages are not installed")

import polars as pl
from kratom_claims import engines
from kratom_claims.engines import large, reading, screens
from kratom_claims.engines.blocks import Measured, blocks, parsed, written_plainly
from kratom_claims.engines.pieces import LOCAL
from kratom_claims.engines.reading import Kept
from kratom_claims.synthetic import Wish, synthesize


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """The tiny package without a fault."""
    tiny = Tiny(tmp_path_factory.mktemp("sound") / "tiny")
    package = read_package(tiny.root / DESCRIPTOR)
    return Whole(package, read_tables(package), tiny.root / "texts")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """A synthetic package with known faults under dozens of rules."""
    folder = tmp_path_factory.mktemp("synthetic") / "planted"
    synthesize(folder, Wish(2_000, planted=True))
    return read_package(folder / DESCRIPTOR)


@pytest.fixture(scope="module")
def on_pandas(planted: Package) -> list[Fault]:
    return run_rules(planted, read_tables(planted), None).faults


def mutants(whole: Whole) -> Iterator[Mutant]:
    """Some mutants of each operator."""
    for name, make in OPERATORS.items():
        yield from list(make(whole, random.Random(f"engines/{name}")))[:4]


def local_on_pandas(package: Package, name: str, content: bytes) -> list[Fault]:
    """What the rules that look at each row say of a whole table."""
    table = fill(Table(name, package.paths[name], package.schemas[name]), content)
    context = Context(package, Tables({name: table}))
    return sorted({f for one in CATALOGUE.values() if one.id in LOCAL for f in faults_of(context, one)})


def local_on_polars(package: Package, name: str, folder: Path) -> list[Fault]:
    """What they say of it as its blocks are screened."""
    kept = Kept(1_000_000)
    reading.read_table(replace(package, root=folder), name, folder, kept, False, lambda _: None, LOCAL)
    return sorted(set(kept.faults))


def test_blocks_are_whole_rows_and_all_of_the_file(tmp_path: Path) -> None:
    rows = [f'{n},"a, ""b""\n{n}",x\n' if n % 3 else f"{n},b,x\n" for n in range(200)]
    path = tmp_path / "a.csv"
    path.write_text("id,text,end\n" + "".join(rows))
    measured = Measured()
    bodies = [body for _, body in blocks(path, measured, 64)]
    assert len(bodies) > 20 and b"".join(bodies) == "".join(rows).encode()
    assert all(body.count(b'"') % 2 == 0 and body.endswith(b"\n") for body in bodies)
    assert measured.size == path.stat().st_size and measured.lines == path.read_text().count("\n")


AS_WRITTEN = ["a,1,b\n", "a,-12,b\n", "a,,b\n", 'a,10,"b, c"\n', 'a,7,"say ""b"""\n', "a,9999999999999999,\n"]
"""Rows as this package writes them."""
OTHERWISE = ["a,+1,b\n", "a,01,b\n", "a, 1,b\n", "a,1 ,b\n", "a,-0,b\n", 'a,"1",b\n', 'a,1,"b"\n', 'a,1,""\n', 'a,1,b"c\n', "a,1\n", "a,1,b\r\n", '"a",1,"b, c"\n', 'a,1, "b"\n']  # fmt: skip
"""Rows that say something otherwise."""


def seen_plain(body: str) -> bool:
    """Whether some rows are seen to be written plainly, numbers read as such or as text."""
    schema = {
        "fields": [{"name": "x", "type": "string"}, {"name": "n", "type": "integer"}, {"name": "y", "type": "string"}]
    }
    frame = parsed(body.encode(), body.count("\n"), schema, True)
    return frame is not None and written_plainly(body.encode(), frame, ["y"])


@pytest.mark.parametrize("row", AS_WRITTEN)
def test_rows_as_they_are_written_are_plain(row: str) -> None:
    assert seen_plain(row) and seen_plain(row + "".join(AS_WRITTEN))


@pytest.mark.parametrize("row", OTHERWISE)
def test_rows_that_are_written_otherwise_are_not(row: str) -> None:
    """Alone, among others, and twice, so that what one has too much another may have too little."""
    others = "".join(AS_WRITTEN)
    assert not any(seen_plain(body) for body in (row, others + row, row + others, row + others + row))


def test_no_row_that_is_written_otherwise_hides_another() -> None:
    """Of random rows, those that are plain are what writing their cells gives; the others may be told from them by more."""
    chance, cells, plain = (
        random.Random(3),
        ["x", "", "1", "01", '"a, b"', '"a"', 'a"b', '"a ""b"""', '""', '"a"b', '"a,b"c'],
        0,
    )
    for _ in range(10_000):
        body = "".join(",".join(chance.choice(cells) for _ in range(3)) + "\n" for _ in range(chance.randint(1, 3)))
        if seen_plain(body):
            plain += 1
            stream = io.StringIO()
            csv.writer(stream, lineterminator="\n").writerows(csv.reader(io.StringIO(body), strict=True))
            assert stream.getvalue() == body and not re.search(r"(?m)^[^,]*,0", body.replace('"a, b"', "x"))
    assert plain > 100


@pytest.mark.slow
def test_mutants_are_told_alike_block_by_block(whole: Whole, tmp_path: Path) -> None:
    """Every fault that a local rule finds in a damaged table is found by its screens, and no other."""
    told = 0
    for number, mutant in enumerate(mutants(whole)):
        for name, content in mutant.change().items():
            if name == DESCRIPTOR:
                continue
            expected = local_on_pandas(whole.package, name, content)
            path = tmp_path / str(number) / whole.package.paths[name]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            assert local_on_polars(whole.package, name, tmp_path / str(number)) == expected, mutant.where
            told += len(expected)
    assert told > 100, "the damage should show"


@pytest.mark.slow
def test_planted_faults_on_polars(planted: Package, on_pandas: list[Fault], monkeypatch: pytest.MonkeyPatch) -> None:
    """In one block and in many, in memory and from disk."""
    assert len({fault.rule for fault in on_pandas}) > 30
    assert large.check(planted, None).faults == on_pandas
    monkeypatch.setattr(reading, "IN_MEMORY", 100_000)
    monkeypatch.setattr(reading, "LARGE", 10_000)
    monkeypatch.setattr(reading.blocks, "__defaults__", (50_000,))
    assert large.check(planted, None).faults == on_pandas
    monkeypatch.setattr(large, "PORTION", 100_000)
    outcome = large.check(planted, None)
    assert outcome.faults == on_pandas and len(outcome.ran) == len(set(outcome.ran)) == len(CATALOGUE)


def test_a_package_without_mentions_comes_to_an_end(planted: Package) -> None:
    """The process that judges the record is told that there are none."""
    left = [name for name in planted.paths if name != "mentions"]
    resources = [r for r in planted.descriptor["resources"] if r["name"] in left]
    package = replace(planted, descriptor={**planted.descriptor, "resources": resources}, paths={n: planted.paths[n] for n in left}, schemas={n: planted.schemas[n] for n in left})  # fmt: skip
    outcome = large.check(package, None)
    assert "mentions is not in the package" in outcome.skipped["J1/ratings"] and "P2/read" in outcome.ran


def test_texts_are_apart_and_none_is_forgotten(planted: Package, tmp_path: Path) -> None:
    """All rows of a text are in the same portion, of every table of spans."""
    tables = reading.read(planted, tmp_path, Kept(1_000_000))
    rules = [one for one in CATALOGUE.values() if one.id in ("A1/offsets", "P2/read")]
    whole, *parts = large.portions(tables, rules, 5)
    assert [one.id for one in whole[1]] == ["P2/read"] and len(parts) == 5
    for name in large.OF_TEXTS:
        texts = [set(some[name].distinct("capture_id")) for some, _ in parts]
        assert sum(map(len, texts)) == len(set().union(*texts)) == len(tables[name].distinct("capture_id")) > 5
    assert large.portions(tables, rules, 1).__next__()[1] == rules


@pytest.mark.slow
def test_planted_faults_on_dask_with_a_worker_lost(planted: Package, on_pandas: list[Fault]) -> None:
    """A worker is killed in the middle, and nothing is missed."""
    distributed = pytest.importorskip("distributed", reason="Dask is not installed")
    from kratom_claims.engines import cluster

    lost = []

    def kill(there: object) -> None:
        time.sleep(6)
        pid = next(iter(there.run(os.getpid).values()))  # type: ignore[attr-defined]
        os.kill(pid, signal.SIGKILL)
        lost.append(pid)

    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as own,
        distributed.Client(own) as there,
    ):
        thread = threading.Thread(target=kill, args=(there,))
        thread.start()
        outcome = cluster.check(planted, None, scheduler=own.scheduler_address, least=1_000)
        thread.join()
    assert lost and outcome.faults == on_pandas


@pytest.mark.parametrize("form, parts", [("csv", 3), ("parquet", 1), ("parquet", 2)])
def test_parts_and_parquet(tmp_path: Path, form: str, parts: int) -> None:
    """Tables in several files, or in Parquet, hold the same rules; a changed byte of a part shows."""
    pytest.importorskip("pyarrow")
    synthesize(tmp_path / "p", Wish(1_000, form=form, parts=parts))
    package = read_package(tmp_path / "p" / DESCRIPTOR)
    assert engines.chosen(package, "auto") == "polars"
    assert large.check(package, None).faults == []
    part = package.root / package.parts("mentions")[-1]
    if form == "csv":
        lines = part.read_text().splitlines(keepends=True)
        part.write_text("".join([*lines[:-1], re.sub(r",asserts,|,denies,|,reports,", ",shouts,", lines[-1], count=1)]))
    else:
        frame = pl.read_parquet(part)
        frame.with_columns(
            stance=pl.when(pl.int_range(pl.len()) == 3).then(pl.lit("shouts")).otherwise("stance")
        ).write_parquet(part)
    faults = large.check(package, None).faults
    place = {(fault.file, fault.line) for fault in faults if fault.rule == "S2/cells"}
    assert place == {(package.parts("mentions")[-1], len(lines) if form == "csv" else 5)}
    assert "R1/descriptor" in {fault.rule for fault in faults}


def test_curated_tables_in_parts_and_parquet(tmp_path: Path, planted: Package, on_pandas: list[Fault]) -> None:
    """Rules that go by cells find the same in a table of several files, and in Parquet, as in one CSV."""
    shutil.copytree(planted.root, tmp_path / "p")
    descriptor = json.loads((tmp_path / "p" / DESCRIPTOR).read_text(encoding="utf-8"))
    places: dict[tuple[str, int], tuple[str, int]] = {}
    for resource in descriptor["resources"]:
        path = tmp_path / "p" / resource["path"]
        if resource["name"] == "vocabulary":
            pl.read_csv(path, infer_schema=False).write_parquet(path.with_suffix(".parquet"))
            places |= {("data/vocabulary.csv", line): ("data/vocabulary.parquet", line) for line in range(1_000)}
            resource |= {
                "path": "data/vocabulary.parquet",
                "format": "parquet",
                "mediatype": "application/vnd.apache.parquet",
            }
        elif resource["name"] not in SPANS:
            header, *lines = path.read_bytes().splitlines(keepends=True)
            resource["path"] = [f"data/{resource['name']}-{part}.csv" for part in (1, 2)]
            half = len(lines) // 2
            for file, part, before in zip(resource["path"], (lines[:half], lines[half:]), (0, half), strict=True):
                (tmp_path / "p" / file).write_bytes(b"".join([header, *part]))
                places |= {(f"data/{path.name}", line + before): (file, line) for line in range(2, len(part) + 2)}
            places[f"data/{path.name}", 0] = resource["path"][0], 0
    (tmp_path / "p" / DESCRIPTOR).write_text(json.dumps(descriptor), encoding="utf-8")
    found = {
        (f.file, f.line, f.rule, f.row, f.column, f.found)
        for f in large.check(read_package(tmp_path / "p" / DESCRIPTOR), None).faults
    }
    right = {(*places.get((f.file, f.line), (f.file, f.line)), f.rule, f.row, f.column, f.found) for f in on_pandas}
    assert by_cells(found) == by_cells(right) and len(by_cells(right)) > 20


def by_cells(found: set[tuple]) -> set[tuple]:
    """Faults of rules on whole tables that go by cells, or that are run on the curated record."""
    return {one for one in found if one[2].startswith(("P", "J", "S5/used"))}


def test_many_faults_are_counted_and_the_first_kept(whole: Whole, tmp_path: Path) -> None:
    told: list[Fault] = []
    kept = Kept(2, told.append)
    kept.add([Fault("a.csv", line, 1, "x", "", "S2/cells", "", "", "", "") for line in range(5)])
    assert [fault.line for fault in told] == [0, 1] and kept.counts["S2/cells", "a.csv", "x"] == 5


def test_a_quote_that_is_never_closed_ends_with_a_message(
    tmp_path: Path, whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kratom_claims.engines.blocks.LONGEST", 1_000)
    path = tmp_path / "a.csv"
    path.write_text('id,text\n1,"' + "a\n" * 5_000)
    with pytest.raises(ValueError, match="quote never closed"):
        list(blocks(path, Measured(), 500))


PLAIN = sorted({f["constraints"]["pattern"] for schema in SCHEMAS.values() for f in schema["fields"]
                if screens.is_plain(f.get("constraints", {}).get("pattern", ""))})  # fmt: skip


@pytest.mark.parametrize("pattern", PLAIN)
def test_what_a_plain_pattern_allows_is_plain(pattern: str) -> None:
    """Where the screens trust a pattern, nothing odd fits it."""

    @settings(max_examples=50, deadline=None, database=None)
    @given(st.from_regex(pattern, fullmatch=True))
    def holds(value: str) -> None:
        assert value.isascii() and not re.search(screens.UNPLAIN, value)

    holds()


@pytest.mark.parametrize(
    "pattern", ["(?:.*)", "(?:[A-Z0-9].*[.])", "(?:-[a-z]+)", "(?:[a-z]?-x)", "(?:[0-z]+)", "(?:a|-)", "(?:[^ ]+)", ""]
)
def test_other_patterns_are_not_trusted(pattern: str) -> None:
    assert not screens.is_plain(pattern)


def test_an_engine_that_is_not_installed_is_named(whole: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    assert engines.chosen(whole.package, "auto") == "pandas"
    with pytest.raises(UnusableError, match="polars"):
        engines.chosen(whole.package, "polars")


@pytest.mark.slow
def test_the_command_takes_an_engine(whole: Whole, tmp_path: Path) -> None:
    """Faults are written as they are found, then grouped; the exit status is that of any engine."""
    root = Path(shutil.copytree(whole.package.root, tmp_path / "tiny"))
    table = root / "data" / "mentions.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",asserts,", ",shouts,"), encoding="utf-8")
    command = [sys.executable, "scripts/validate.py", str(root), "--most", "1", "--engine"]
    polars, pandas = (
        subprocess.run([*command, name], cwd=HOME, capture_output=True, text=True) for name in ("polars", "pandas")
    )
    assert polars.returncode == pandas.returncode == 1
    assert "one of asserts" in polars.stderr and "one of asserts" not in pandas.stderr
    assert [line for line in polars.stdout.splitlines() if "S2/cells:" in line] == [
        line for line in pandas.stdout.splitlines() if "S2/cells:" in line
    ]


@pytest.mark.slow
def test_a_scheduler_that_does_not_answer_is_named(whole: Whole) -> None:
    pytest.importorskip("distributed", reason="Dask is not installed")
    from kratom_claims.engines import cluster

    with pytest.raises(UnusableError, match="no scheduler answers"):
        cluster.check(whole.package, None, scheduler="tcp://127.0.0.1:1")


def test_the_report_says_how_many_were_not_kept(whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(shutil.copytree(whole.package.root, tmp_path / "tiny"))
    table = root / "data" / "mentions.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace(",asserts,", ",shouts,"), encoding="utf-8")
    monkeypatch.setattr(large, "MOST", 1)
    outcome = large.check(read_package(root / DESCRIPTOR), None)
    count = text.count(",asserts,")
    assert (
        count > 1
        and f"S2/cells data/mentions.csv stance: {count} faults, of which the first 1 are kept" in outcome.notes
    )
