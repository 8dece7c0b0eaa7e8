"""The measuring: peers take turns on the same packages, each run in a process of its own."""

import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

import equal
import limited
import published
from kratom_claims.faults import UnusableError
from kratom_claims.package import HOME
from peers import PEERS

CACHE = HOME / ".cache" / "bench"
SIZES = [10_000, 100_000, 1_000_000, 10_000_000]
REPEATED = 1_000_000
"""Largest size that is run three times; those above once."""
PLANTED_SIZE = 2_000
LONGEST, DEADLINE = 600, 1200
"""Seconds that a run may be expected to take, and after which it is stopped."""
Run = dict[str, Any]
"""One run as ``once`` tells it, or why there is none: ``why``."""
Say = Callable[[str], Any]


def measured(sizes: list[int], say: Say, keep: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """Hold all peers to the planted faults, then time those that find them; ``keep`` is called after each size."""
    say(f"{PLANTED_SIZE:,} mentions with known faults")
    planted, results = judged(package(PLANTED_SIZE)), []
    told = {"machine": machine(), "versions": versions(), "planted": planted, "published": published.measured(say),
            "limited": [], "inputs": {}, "runs": results}  # fmt: skip
    for size in sorted(sizes):
        say(f"{size:,} mentions")
        folder = package(size)
        told["inputs"][str(size)] = {name: shape(folder / "data" / f"{name}.csv") for name in equal.TABLES}
        results += of_size(size, folder, planted["found"], results, say)
        if size in limited.LIMITS:
            say(f"{size:,} mentions in {limited.LIMITS[size]:,} MB")
            told["limited"].append(limited.limited(size, folder, *command("ours_full", folder)))
        keep(told)
    return told


def judged(folder: Path) -> dict[str, Any]:
    """How many planted faults each peer of the equal checks finds; no number, but a reason, if it is not exactly all."""
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as place:
        known = equal.plant(folder, Path(place))
        for name, peer in PEERS.items():
            if peer.kind == "equal":
                told[name] = verdict(once(name, Path(place)), known)
    return {"faults": len(known), "found": told}


def verdict(run: Run, known: equal.Found) -> int | str:
    """The number of faults, or what is wrong with those that were found."""
    if "why" in run:
        return str(run["why"])
    found = {tuple(fault) for fault in run["found"]}
    invented = f" and {len(found - known)} that are none" if found - known else ""
    return len(known) if found == known else f"finds {len(found & known)} of {len(known)}{invented}"


def of_size(size: int, folder: Path, found: dict[str, int | str], before: list[Run], say: Say) -> list[Run]:
    """The medians of all peers at one size; those that are not run with the reason."""
    reasons = {name: reason(name, size, found, before) for name in PEERS}
    turns: dict[str, list[Run]] = {name: [] for name, why in reasons.items() if not why}
    warm(folder)
    for turn in range(3 if size <= REPEATED else 1):
        for name, runs in turns.items():
            if not (runs and "why" in runs[-1]):
                say(f"{size:,} mentions, turn {turn + 1}: {name}")
                runs.append(once(name, folder))
    told = {name: median(turns[name]) if name in turns else {"why": reasons[name]} for name in PEERS}
    for name in (name for name, run in told.items() if PEERS[name].kind == "full" and "why" not in run):
        say(f"{size:,} mentions: memory of {name}")
        told[name]["peak"] = round(once(name, folder, "memory").get("peak", told[name]["peak"]), 3)
    return [{"peer": name, "size": size} | run for name, run in told.items()]


def reason(name: str, size: int, found: dict[str, int | str], before: list[Run]) -> str:
    """Why a peer is not run at a size, or nothing."""
    if isinstance(wrong := found.get(name), str):
        return wrong
    if size > PEERS[name].most:
        return f"not run above {PEERS[name].most:,} mentions"
    runs = [run for run in before if run["peer"] == name]
    if not runs:
        return ""
    if "why" in runs[-1]:
        return str(runs[-1]["why"])
    times = size / runs[-1]["size"]
    seconds = runs[-1]["seconds"] * times
    memory = runs[-1]["baseline"] + (runs[-1]["peak"] - runs[-1]["baseline"]) * times
    if seconds > LONGEST:
        return f"would take about {seconds / 60:.0f} minutes"
    if memory > available():
        return f"would need about {memory / 1024:.0f} GB of memory"
    return ""


def once(name: str, folder: Path, *look: str) -> Run:
    """One run in a fresh process, which may be told to look at ``memory``."""
    line, environment = command(name, folder)
    line += look
    try:
        done = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=DEADLINE)
    except subprocess.TimeoutExpired:
        return {"why": f"stopped after {DEADLINE // 60} minutes"}
    if done.returncode:
        return {"why": failure(done.returncode, done.stderr)}
    run: Run = json.loads(done.stdout.splitlines()[-1])
    return run


def command(name: str, folder: Path) -> tuple[list[str], dict[str, str]]:
    """What is run, and its environment: it finds its own modules and this project's, and nothing of what tests put on the path."""
    here = Path(__file__).parent
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(here), str(HOME / "schemas")])}
    return [sys.executable, str(here / "once.py"), name, str(folder)], environment


def failure(code: int, errors: str) -> str:
    """A failed run in a few words."""
    last = (errors.strip().splitlines() or ["no message"])[-1]
    if code < 0:
        return "killed, most likely for want of memory" if code == -9 else f"killed by signal {-code}"
    if last.startswith("ModuleNotFoundError"):
        return f"not installed: {last.split(chr(39))[1]}"
    return f"failed: {last[:120]}"


def median(runs: list[Run]) -> Run:
    """The run in the middle by time, with the times of all; a failed one is all there is to tell."""
    if failed := next((run for run in runs if "why" in run), None):
        return failed
    middle = {key: round(statistics.median(run[key] for run in runs), 3) for key in ("seconds", "cpu", "imports", "baseline", "peak")}  # fmt: skip
    return middle | {"faults": runs[0]["faults"], "all": sorted(round(run["seconds"], 3) for run in runs)}


def warm(folder: Path) -> None:
    """Read the files once, so that the first peer does not pay for the disk."""
    for path in (folder / "data").glob("*.csv"):
        with path.open("rb") as stream:
            while stream.read(1 << 24):
                pass


def package(size: int) -> Path:
    """The synthetic package of a size, kept from an earlier run unless the real tables or the generator have changed."""
    script = HOME / "scripts" / "synthesize.py"
    if not script.exists():
        raise UnusableError("scripts/synthesize.py, which makes the packages that are measured, is not there.")
    sources = [
        HOME / "datapackage.json",
        script,
        *sorted((HOME / "schemas" / "kratom_claims" / "synthetic").glob("*.py")),
    ]
    digest = hashlib.sha256(b"\0".join([str(size).encode(), *(source.read_bytes() for source in sources)]))
    folder = CACHE / f"{size}-{digest.hexdigest()[:12]}"
    if not folder.exists():
        for old in CACHE.glob(f"{size}-*"):
            shutil.rmtree(old)
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as place:
            made = Path(place) / "package"
            done = subprocess.run([sys.executable, str(script), str(size), str(made)], capture_output=True, text=True)
            if done.returncode:
                why = done.stderr.strip().removeprefix("error: ")
                raise UnusableError(f"scripts/synthesize.py {size} failed: {why[-300:]}")
            made.rename(folder)
    return folder


def shape(path: Path) -> dict[str, int]:
    """Bytes and lines of a file."""
    with path.open("rb") as stream:
        lines = sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 24), b""))
    return {"bytes": path.stat().st_size, "lines": lines}


def available() -> float:
    """Memory that may still be had, in MB."""
    told = Path("/proc/meminfo")
    if told.exists():
        line = next(line for line in told.read_text().splitlines() if line.startswith("MemAvailable"))
        return int(line.split()[1]) / 1024
    return memory()


def memory() -> float:
    """Memory of this machine in MB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20


def machine() -> dict[str, int]:
    """All that is told of this machine."""
    return {"cores": os.cpu_count() or 1, "memory_gb": round(memory() / 1024)}


def versions() -> dict[str, str]:
    """Python and the libraries of the peers."""
    told = {"python": sys.version.split()[0], "kratom-claims": own_version()}
    for library in dict.fromkeys(name for peer in PEERS.values() for name in peer.libraries):
        if library not in told:
            told |= installed(library)
    return told


def own_version() -> str:
    """The version of this project, as its descriptor has it."""
    return str(json.loads((HOME / "datapackage.json").read_text(encoding="utf-8"))["version"])


def installed(library: str) -> dict[str, str]:
    """The version of a library, if it is there."""
    try:
        return {library: metadata.version(library)}
    except metadata.PackageNotFoundError:
        return {}


def parsed(sizes: Iterable[str]) -> list[int]:
    """Sizes as people write them: 10k, 1M, 5000."""
    units = {"k": 1_000, "M": 1_000_000}
    try:
        return [int(size.rstrip("kM")) * units.get(size[-1:], 1) for size in sizes]
    except ValueError:
        raise UnusableError("--sizes takes numbers of mentions such as 10k,100k,1M.") from None
