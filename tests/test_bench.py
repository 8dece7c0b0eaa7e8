"""The benchmark is fair: every peer finds exactly the planted faults, and the page shows the kept figures."""

import json
from pathlib import Path

import equal
import limited
import pytest
import render
import runner
from kratom_claims import tables
from kratom_claims.faults import UnusableError
from kratom_claims.package import HOME
from peers import PEERS

EQUAL = [name for name, peer in PEERS.items() if peer.kind == "equal"]
KEPT = HOME / "docs" / "performance.json"


def run(peer: str, size: int, seconds: float, peak: float = 100.0) -> runner.Run:
    return {"peer": peer, "size": size, "seconds": seconds, "cpu": seconds, "imports": 0.1, "baseline": 50.0, "peak": peak,
            "faults": 0, "all": [seconds] * 3}  # fmt: skip


RESULTS = {
    "machine": {"cores": 2, "memory_gb": 8},
    "versions": {"python": "3.11.7", "kratom-claims": "1.0.0", "duckdb": "2.0.0"},
    "planted": {"faults": 26, "found": {"duckdb_sql": 26, "dataframely": "finds 25 of 26"}},
    "inputs": {str(size): {"mentions": {"bytes": 10 * size, "lines": size + 1}} for size in (100_000, 1_000_000)},
    "runs": [run("floor", 100_000, 0.5), run("duckdb_sql", 100_000, 1.0), {"peer": "dataframely", "size": 100_000, "why": "finds 25 of 26"},
             run("floor", 1_000_000, 5.0), run("duckdb_sql", 1_000_000, 20.0, 400.0)],
}  # fmt: skip


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, equal.Found]:
    pytest.importorskip("polars")
    folder = tmp_path_factory.mktemp("planted")
    return folder, equal.plant(HOME, folder)


def found(name: str, folder: Path) -> equal.Found:
    """What a peer finds, in a process of its own: Frictionless changes how this one reads CSV by being imported."""
    told = runner.once(name, folder)
    if told.get("why", "").removeprefix("not installed: ") in PEERS[name].libraries:
        pytest.skip(f"{name}: {told['why']}")
    assert "why" not in told, told
    return {tuple(fault) for fault in told["found"]}


@pytest.mark.slow
@pytest.mark.parametrize("name", EQUAL)
def test_a_peer_finds_exactly_the_planted_faults(name: str, planted: tuple[Path, equal.Found]) -> None:
    folder, known = planted
    assert found(name, folder) == known


@pytest.mark.slow
@pytest.mark.parametrize("name", EQUAL)
def test_a_peer_finds_nothing_in_the_published_tables(name: str) -> None:
    assert found(name, HOME) == set()


def test_planted_faults_are_of_every_kind(planted: tuple[Path, equal.Found]) -> None:
    _, known = planted
    assert len(known) >= len(equal.PLANTED) + 2
    columns = {(table, column) for table, _, column in known}
    assert {(name, column) for name, one in equal.REFERENCES.items() for column in one} <= columns
    assert {(one.name, one.ordered[1]) for one in equal.tables() if one.ordered} <= columns
    assert {("mentions", "mention_id"), ("annotations", "annotation_id")} <= columns


def test_canonical_forms_are_those_of_the_rules() -> None:
    assert equal.CANONICAL == tables.CANONICAL


def test_a_run_has_a_process_of_its_own() -> None:
    told = runner.once("floor_bytes", HOME)
    assert told["faults"] == 0
    assert told["seconds"] > 0
    assert told["peak"] >= told["baseline"] > 0


def test_a_peer_that_is_not_there_is_named() -> None:
    assert runner.once("nobody", HOME)["why"] == "not installed: peers.nobody"


@pytest.mark.parametrize(
    ("code", "errors", "told"),
    [
        (1, "Traceback\nModuleNotFoundError: No module named 'duckdb'", "not installed: duckdb"),
        (-9, "", "killed, most likely for want of memory"),
        (1, "ValueError: x", "failed: ValueError: x"),
    ],
)
def test_failures_are_told_in_a_few_words(code: int, errors: str, told: str) -> None:
    assert runner.failure(code, errors) == told


def test_a_peer_that_misses_or_invents_faults_is_not_timed() -> None:
    known = {("claims", "C1", "negated"), ("claims", "C2", "negated")}
    assert runner.verdict({"found": [list(one) for one in known]}, known) == 2
    wrong = runner.verdict({"found": [["claims", "C1", "negated"], ["claims", "C9", "note"]]}, known)
    assert wrong == "finds 1 of 2 and 1 that are none"
    assert runner.reason("duckdb_sql", 1000, {"duckdb_sql": wrong}, []) == wrong


@pytest.mark.parametrize(
    ("name", "size", "before", "told"),
    [
        ("frictionless", 1_000_000, [], "not run above 100,000 mentions"),
        ("duckdb_sql", 10_000_000, [run("duckdb_sql", 1_000_000, 90.0)], "would take about 15 minutes"),
        ("duckdb_sql", 10_000_000, [run("duckdb_sql", 1_000_000, 1.0, 1e8)], "would need about 976562 GB of memory"),
        ("duckdb_sql", 10_000_000, [{"peer": "duckdb_sql", "size": 1_000_000, "why": "killed"}], "killed"),
        ("duckdb_sql", 10_000_000, [run("duckdb_sql", 1_000_000, 1.0)], ""),
    ],
)
def test_what_would_take_too_long_is_left_out(name: str, size: int, before: list[runner.Run], told: str) -> None:
    assert runner.reason(name, size, {}, before) == told


def test_the_median_is_taken_figure_by_figure() -> None:
    middle = runner.median([run("floor", 10, seconds) for seconds in (3.0, 1.0, 2.0)])
    assert (middle["seconds"], middle["all"]) == (2.0, [1.0, 2.0, 3.0])


def test_sizes_are_written_as_people_do() -> None:
    assert runner.parsed(["10k", "1M", "5000"]) == [10_000, 1_000_000, 5_000]
    with pytest.raises(UnusableError, match="--sizes takes numbers"):
        runner.parsed(["many"])


def test_ratios_and_growth() -> None:
    first = render.size_rows(RESULTS, 100_000)
    assert [(row[0], row[-2:]) for row in first[:2]] == [("read with polars", ["0.50", "1.00"]), ("DuckDB, SQL by hand", ["1.00", "2.00"])]  # fmt: skip
    assert first[2][:2] == ["dataframely", "finds 25 of 26"]
    grown = {row[0]: row[3:] for row in render.growth_rows(RESULTS)}
    assert grown == {"read with polars": ["1.00", "0.00"], "DuckDB, SQL by hand": ["1.30", "0.60"]}


def test_all_rules_are_held_against_reading_all_tables() -> None:
    results = RESULTS | {
        "runs": [run("floor", 100_000, 1.0), run("floor_all", 100_000, 2.0), run("ours_full", 100_000, 8.0)]
    }
    assert {row[0]: row[-1] for row in render.size_rows(results, 100_000)} == {
        "read with polars": "1.00", "read all tables with polars": "1.00", "kratom-claims, all rules": "4.00"}  # fmt: skip


def test_limits_and_published_tables_have_rows() -> None:
    told = RESULTS | {"limited": [{"size": 10, "limit": 1024, "seconds": 1.5, "faults": 0}, {"size": 20, "limit": 1536, "why": "killed: it needs more"}],
                      "published": [{"case": "imports", "seconds": 0.5, "cpu": 0.6}, {"case": "first", "seconds": 1.0, "cpu": 1.2}]}  # fmt: skip
    assert render.limited_rows(told) == [["10", "1,024 MB", "1.50 s", "0"], ["20", "1,536 MB", "killed: it needs more", ""]]  # fmt: skip
    assert [row[1:] for row in render.published_rows(told)] == [["0.50 s", "0.60 s", "1.00"], ["1.00 s", "1.20 s", "2.00"]]  # fmt: skip


def test_where_no_limit_can_be_set_that_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(limited, "GROUPS", tmp_path / "none")
    assert limited.limited(1_000_000, tmp_path, ["true"], {})["why"].startswith("no limit could be set here")


def test_the_memory_of_children_counts() -> None:
    told = runner.once("floor_bytes", HOME, "memory")
    assert "why" not in told and told["peak"] > 0


def test_the_picture_has_a_line_a_peer() -> None:
    pytest.importorskip("vl_convert")
    from picture import picture

    drawn = picture(RESULTS)
    assert "DuckDB, SQL by hand" in drawn
    assert picture(RESULTS) == drawn


@pytest.mark.skipif(not KEPT.exists(), reason="nothing has been measured")
def test_the_page_shows_the_kept_figures() -> None:
    results = json.loads(KEPT.read_text(encoding="utf-8"))
    assert KEPT.with_suffix(".md").read_text(encoding="utf-8") == render.page(results)
