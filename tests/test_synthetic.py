"""Synthetic packages: of the size asked for, valid under every rule, the same each time, and with exactly the faults planted."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from kratom_claims import synthetic
from kratom_claims.check import Outcome, run_rules
from kratom_claims.faults import UnusableError
from kratom_claims.package import HOME, opened, read_package
from kratom_claims.synthetic import Wish, planting, synthesize
from kratom_claims.tables import read_tables

pl = pytest.importorskip("polars")
TEXTS = ("captures", "segments", "mentions", "annotations")


def judged(root: Path) -> tuple[Outcome, dict[str, str]]:
    """What the rules say of a package, and its tables by file."""
    with pd.option_context("mode.string_storage", "python"), opened(root) as package:
        return run_rules(package, read_tables(package), None), {path: name for name, path in package.paths.items()}


def files(root: Path) -> dict[str, bytes]:
    """All files of a package."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def resources(root: Path) -> dict[str, dict[str, Any]]:
    """Resources of a descriptor by name."""
    return {r["name"]: r for r in json.loads((root / "datapackage.json").read_text(encoding="utf-8"))["resources"]}


@pytest.mark.parametrize("table", read_package(HOME / "datapackage.json").paths)
def test_polars_writes_the_dialect_of_the_package(table: str) -> None:
    """A real table that polars reads as text is written again byte for byte."""
    path = HOME / "data" / f"{table}.csv"
    assert pl.read_csv(path, infer_schema=False).write_csv().encode() == path.read_bytes()


@pytest.mark.slow
def test_a_package_is_valid(tmp_path: Path) -> None:
    """Every rule runs and finds nothing; the number of mentions is the one asked for."""
    wish = Wish(2100, seed=5, replicas=2)
    rows = synthesize(tmp_path / "made", wish)
    outcome, _ = judged(tmp_path / "made")
    assert not outcome.faults and not outcome.skipped
    assert rows == outcome.rows and rows["mentions"] == wish.count
    assert rows["claims"] == wish.copies * (HOME / "data" / "claims.csv").read_bytes().count(b"\n") - wish.copies


@pytest.mark.slow
def test_what_is_planted_is_what_the_rules_find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of planted faults is the list of faults, none more and none less; also where rows come in several blocks."""
    monkeypatch.setattr(synthetic, "BLOCK", 4)
    monkeypatch.setattr(planting, "BLOCK", 4)
    rows = synthesize(tmp_path / "made", Wish(2000, planted=True))
    planted = json.loads((tmp_path / "made" / "planted.json").read_text(encoding="utf-8"))
    outcome, tables = judged(tmp_path / "made")
    found = sorted({(tables[f.file], f.row, f.rule, f.column) for f in outcome.faults})
    assert [(f["table"], f["row"], f["rule"], f["column"]) for f in planted] == found
    assert len({f["rule"] for f in planted}) >= 35 and len({(f["table"], f["row"]) for f in planted}) >= 70
    assert rows["mentions"] == 2000


def test_the_same_wish_gives_the_same_bytes(tmp_path: Path) -> None:
    """Nothing but the wish decides; another seed gives other rows."""
    for name, seed in (("one", 3), ("again", 3), ("other", 4)):
        synthesize(tmp_path / name, Wish(2000, seed=seed, planted=True))
    assert files(tmp_path / "one") == files(tmp_path / "again")
    assert files(tmp_path / "one")["data/mentions.csv"] != files(tmp_path / "other")["data/mentions.csv"]


def test_parts_are_the_table_cut_between_captures(tmp_path: Path) -> None:
    """Parts put together are the one file; the descriptor says of each what it is; no capture is in two."""
    synthesize(tmp_path / "whole", Wish(3000))
    synthesize(tmp_path / "cut", Wish(3000, parts=3))
    whole, cut = files(tmp_path / "whole"), files(tmp_path / "cut")
    for name in TEXTS:
        resource = resources(tmp_path / "cut")[name]
        parts = [cut[path] for path in resource["path"]]
        header = whole[f"data/{name}.csv"].partition(b"\n")[0] + b"\n"
        assert header + b"".join(part.removeprefix(header) for part in parts) == whole[f"data/{name}.csv"]
        facts = [{"path": path, "hash": f"sha256:{hashlib.sha256(part).hexdigest()}", "bytes": len(part), "rows": part.count(b"\n") - 1}
                 for path, part in zip(resource["path"], parts, strict=True)]  # fmt: skip
        assert resource["parts"] == facts and not {"hash", "bytes", "rows"} & set(resource)
        captures = [set(pl.read_csv(part, infer_schema=False)["capture_id"]) for part in parts]
        assert not captures[0] & captures[1] and not captures[1] & captures[2]
    assert resources(tmp_path / "cut")["claims"] == resources(tmp_path / "whole")["claims"]


def test_parquet_holds_the_same_rows_with_their_types(tmp_path: Path) -> None:
    """Parquet written out as CSV is the CSV; the types are those of the Table Schema."""
    pytest.importorskip("pyarrow")
    types = {"string": pl.String, "integer": pl.Int64, "boolean": pl.Boolean, "date": pl.Date}
    synthesize(tmp_path / "csv", Wish(2000))
    synthesize(tmp_path / "parquet", Wish(2000, form="parquet"))
    csv, package = files(tmp_path / "csv"), read_package(HOME / "datapackage.json")
    for name in TEXTS:
        resource = resources(tmp_path / "parquet")[name]
        frame = pl.read_parquet(tmp_path / "parquet" / resource["path"])
        assert frame.schema == {f["name"]: types[f["type"]] for f in package.schemas[name]["fields"]}
        stream = io.BytesIO()
        frame.write_csv(stream)
        assert stream.getvalue() == csv[f"data/{name}.csv"]
        assert resource["format"] == "parquet" and "encoding" not in resource
        assert resource["rows"] == len(frame)


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (Wish(999), "999 mentions"),
        (Wish(100_000_001), "100000001 mentions"),
        (Wish(2000, replicas=3), "Take from 1 to 2"),
        (Wish(2000, replicas=0), "Take from 1 to 2"),
        (Wish(2000, seed=-1), "a seed is not negative"),
        (Wish(2000, parts=0), "at least one part"),
        (Wish(2000, parts=99), "Take fewer parts"),
        (Wish(1200, planted=True), "some hundred mentions more"),
        (Wish(2000, planted=True, form="parquet"), "planted in text"),
    ],
)
def test_what_cannot_be_made_is_refused(tmp_path: Path, wish: Wish, why: str) -> None:
    """A plain message says why, and nothing is left behind."""
    with pytest.raises(UnusableError, match=why):
        synthesize(tmp_path / "made", wish)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_holds_something_is_not_touched(tmp_path: Path) -> None:
    """A package is written to a folder that is not there yet."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UnusableError, match="is there already"):
        synthesize(tmp_path, Wish(1000))
    assert files(tmp_path) == {"mine.txt": b"mine"}
