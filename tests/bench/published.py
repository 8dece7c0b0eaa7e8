"""The time that validating the published tables takes, beside that of importing the libraries that it needs."""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kratom_claims.package import HOME
from kratom_claims.texts import corpus

TURNS = 5
LIBRARIES = "numpy, pandas, narwhals, jsonschema, rdkit.Chem"
"""What the first validation in a clone imports, in one process or the other; Pandera is loaded only where a value is suspect."""
CASES = {
    "imports": "importing its libraries alone",
    "first": "first run in a clone",
    "same": "nothing has changed since",
    "imports_too": "importing its libraries and Frictionless alone",
    "changed": "one table has changed (and is at fault), of which Frictionless is asked",
    "all": "all again, Frictionless too (`--no-cache`)",
}
"""What is timed, in the order in which it is done."""


def measured(say: Callable[[str], Any] = lambda _: None) -> list[dict[str, Any]]:
    """Medians of time and processor time of each case, each run a process of its own."""
    with tempfile.TemporaryDirectory() as place:
        clone = Path(place) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(HOME), str(clone)], check=True, capture_output=True)
        runs: dict[str, list[tuple[float, float]]] = {name: [] for name in CASES}
        for turn in range(TURNS):
            for name in CASES:
                say(f"published tables, turn {turn + 1}: {CASES[name]}")
                runs[name].append(timed(prepared(name, clone), clone))
    return [{"case": name, "seconds": middle(taken, 0), "cpu": middle(taken, 1)} for name, taken in runs.items()]


def prepared(name: str, clone: Path) -> list[str]:
    """Bring a clone into the state of a case; returns its command."""
    if name.startswith("imports"):
        return [sys.executable, "-c", f"import {LIBRARIES}{', frictionless' if name == 'imports_too' else ''}"]
    table = clone / "data" / "audits.csv"
    if name == "first":
        shutil.copy(HOME / "data" / "audits.csv", table)
        shutil.rmtree(clone / ".cache", ignore_errors=True)
    if name == "changed":
        table.write_bytes(table.read_bytes().replace(b"2026", b"2025", 1))
    if name == "all":
        shutil.copy(HOME / "data" / "audits.csv", table)
    return [sys.executable, "scripts/validate.py", *(["--no-cache"] if name == "all" else [])]


def timed(command: list[str], clone: Path) -> tuple[float, float]:
    """Seconds and processor seconds of a command, its children included."""
    texts = {"CORPUS_DIR": str(found)} if (found := corpus()) else {}
    before, start = spent(), time.perf_counter()
    subprocess.run(command, cwd=clone, env=os.environ | texts, capture_output=True, check=False)
    return time.perf_counter() - start, spent() - before


def spent() -> float:
    """Processor time of all processes that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def middle(taken: list[tuple[float, float]], which: int) -> float:
    """The median of one figure."""
    return round(statistics.median(run[which] for run in taken), 3)
