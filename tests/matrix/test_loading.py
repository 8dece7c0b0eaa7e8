"""Every reader gets the same rows and the same typed values from what is shipped."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from checksums import checksum, expected
from kratom_claims.package import HOME
from shipping_case import Shipped

LOADERS = Path(__file__).parent / "loaders"
CACHE = HOME / ".cache" / "matrix"
BACK_ENDS: dict[str, Any] = {"str": "str", "python": "string[python]", "pyarrow": "string[pyarrow]", "object": "object", "arrow": pd.ArrowDtype(pa.string())}  # fmt: skip


def loader(name: str) -> ModuleType:
    """A loader as a module."""
    spec = importlib.util.spec_from_file_location(name, LOADERS / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def loaded(shipped: Shipped, name: str, where: Path | None = None) -> dict[str, tuple[int, str]]:
    """Rows and checksum of every table as a Python loader reads it."""
    module = loader(name)
    return {
        t: checksum(shipped.bundle, t, module.rows(module.load(where or shipped.bundle, t)))
        for t in shipped.edition.tables
    }


def right(shipped: Shipped) -> dict[str, tuple[int, str]]:
    """Rows and checksum of every table."""
    return {t: expected(shipped.bundle, t) for t in shipped.edition.tables}


def printed(shipped: Shipped, command: list[str], **environment: str) -> dict[str, tuple[int, str]]:
    """What a loader in another language prints."""
    done = subprocess.run(
        [*command, str(shipped.bundle), *shipped.edition.tables],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {name: (int(rows), hash_) for name, rows, hash_ in map(str.split, done.stdout.splitlines())}


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_pandas(shipped: Shipped, back_end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = loader("pandas_csv")
    monkeypatch.setitem(module.TYPES, "string", BACK_ENDS[back_end])
    found = {
        t: checksum(shipped.bundle, t, module.rows(module.load(shipped.bundle, t))) for t in shipped.edition.tables
    }
    assert found == right(shipped)


@pytest.mark.parametrize("name", ["polars_csv", "duckdb_csv", "frictionless_csv"])
def test_csv(shipped: Shipped, name: str) -> None:
    assert loaded(shipped, name) == right(shipped)


@pytest.mark.parametrize("name", ["pandas_parquet", "polars_parquet", "duckdb_parquet", "croissant"])
def test_parquet(shipped: Shipped, name: str) -> None:
    assert loaded(shipped, name, shipped.folder) == right(shipped)


@pytest.mark.parametrize("name", ["sqlite_file", "datasette_file"])
def test_sqlite(shipped: Shipped, name: str) -> None:
    assert loaded(shipped, name, shipped.folder / f"{shipped.edition.stem}.sqlite") == right(shipped)


def test_libreoffice(shipped: Shipped) -> None:
    if not shutil.which("soffice"):
        pytest.skip("not run here: no soffice on this machine")
    assert loaded(shipped, "libreoffice_csv") == right(shipped)


def test_r(shipped: Shipped) -> None:
    if not shutil.which("Rscript"):
        pytest.skip("not run here: no Rscript on this machine")
    assert printed(shipped, ["Rscript", "--vanilla", str(LOADERS / "readr.R")], LC_ALL="C.UTF-8") == right(shipped)


def test_node(shipped: Shipped, tmp_path: Path) -> None:
    if not shutil.which("node"):
        pytest.skip("not run here: no node on this machine")
    if not (CACHE / "node_modules" / "csv-parse").is_dir():
        pytest.skip("not run here: csv-parse is not installed (tests/matrix/setup.sh installs it)")
    shutil.copy(LOADERS / "node.mjs", CACHE)  # an ES module finds packages from its own folder
    assert printed(shipped, ["node", str(CACHE / "node.mjs")]) == right(shipped)


def test_a_spoiled_value_shows(shipped: Shipped) -> None:
    """The checksum is worth something: one changed character, a lost NA, a number off by one bit, each show."""
    module = loader("pandas_csv")
    rows = [list(row) for row in module.rows(module.load(shipped.bundle, "findings"))]
    types = [f["type"] for f in shipped.edition.tables["findings"].schema["fields"]]
    for type_, spoil in [
        ("string", lambda v: v + " "),
        ("number", lambda v: v * (1 + 2**-52)),
        ("integer", lambda v: v + 1),
    ]:
        row, column = next(
            (r, c) for r, cells in enumerate(rows) for c, v in enumerate(cells) if types[c] == type_ and v
        )
        spoiled = [list(cells) for cells in rows]
        spoiled[row][column] = spoil(spoiled[row][column])
        assert checksum(shipped.bundle, "findings", spoiled) != expected(shipped.bundle, "findings")
