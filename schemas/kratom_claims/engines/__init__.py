"""The same contract on other engines: pandas for what is small, polars block by block for what is large, Dask for a cluster."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..check import Outcome
from ..faults import Fault, UnusableError
from ..package import Package
from ..tables import TABLE_LIMIT

ENGINES = ("auto", "pandas", "polars", "dask")
"""Engines by name; ``auto`` takes the one that fits the size."""
NEEDED = {"polars": ("polars",), "dask": ("polars", "pyarrow", "dask", "distributed")}
"""Libraries that an engine needs beside those of every validation."""


def chosen(package: Package, wanted: str, scheduler: str | None = None) -> str:
    """The engine for a package. Raises UnusableError if a library that it needs is not installed."""
    engine = wanted
    if wanted == "auto":
        engine = "dask" if scheduler else "polars" if is_large(package) else "pandas"
    if missing := [name for name in NEEDED.get(engine, ()) if find_spec(name) is None]:
        raise UnusableError(f"the engine {engine} needs {', '.join(missing)}. Install kratom-claims[engines].")
    return engine


def is_large(package: Package) -> bool:
    """Whether a package is more than single tables in memory: large files, parts, or Parquet."""
    files = [[package.root / part for part in package.parts(name)] for name in package.paths]
    size = sum(path.stat().st_size for parts in files for path in parts if path.is_file())
    return size > TABLE_LIMIT or any(len(parts) > 1 or parts[0].suffix != ".csv" for parts in files)


def check(
    package: Package,
    texts: Path | None,
    engine: str,
    progress: Callable[[str], Any] = lambda _: None,
    tell: Callable[[Fault], Any] = lambda _: None,
    scheduler: str | None = None,
) -> Outcome:
    """Run every rule of the catalogue on an engine for large packages, which tells each fault when it is found."""
    if engine == "polars":
        from . import large

        return large.check(package, texts, progress, tell)
    from . import cluster

    return cluster.check(package, texts, progress, tell, scheduler)
