"""The page, and what a terminal shows, made from the kept figures alone."""

import math
from collections.abc import Callable, Iterable
from typing import Any

from peers import PEERS
from published import CASES

Results = dict[str, Any]
"""What ``runner.measured`` returns and docs/performance.json holds."""
Run = dict[str, Any]
WHOLE = [name for name, peer in PEERS.items() if peer.kind == "full"] + ["floor_all"]
"""Peers that read all tables."""
HEAD = ["peer", "time", "range", "CPU", "peak memory", "× DuckDB", "× reading"]
GROWTH = ["peer", "from", "to", "time", "memory"]
TOOLS = ["peer", "versions", "planted faults", "imports", "memory after imports", "what it does not do"]
WITHIN = ["mentions", "limit", "time", "faults"]
BLINK = ["run", "time", "CPU", "× imports"]
FROM = 100_000
"""Size from which growth is taken: below it, start-up hides it."""


METHOD = """Every tool makes the same checks of the same four tables (`claims`, `captures`, `mentions`, `annotations`) of synthetic packages:
canonical form of every number, boolean and date, dates that exist, required cells, enums, patterns over the whole text, bounds, primary
keys that are unique, start before end, and four foreign keys, one of them from millions of rows to millions of rows. `tests/bench/equal.py`
reads the list from the Table Schemas, names the foreign keys and the order, and hands the same to each. Each tool is written as its own
users would write it, in one file of `tests/bench/peers/`, and returns table, key and column of each fault.

Before a tool is timed it must return exactly the {faults} faults that are planted into a small package, and nothing else.

A run has a process of its own on the clean package, with its files in the page cache. Tools take turns. Times are medians of three runs
(above a million mentions: of one) and begin after imports; *range* is the fastest and the slowest run. CPU is user and system time of
the process and its children. Peak memory is that of the process, imports included; where it has children (all rules), that of all together in
a run of its own, looked at every 50 ms, pages that they share counted once. Machine: {cores} cores, {memory_gb} GB. Differences within the ranges are noise.

*Reading* is polars reading the same files as text and checking nothing: the four tables, and for the run of all rules all tables."""
PUBLISHED = """The tables of this repository, each run a process of its own in a clone, medians of five. What a release was made from was held
against Frictionless then, so the first run in a clone does not ask it again; what has changed since is asked.
Two processes share the work, so that a run takes less time than CPU: one loads pandas while the other reads the tables."""
LIMITED = """All rules in a process whose memory the kernel limits, page cache included (a control group): what needs more is killed."""
EXPONENTS = """The exponent *k* in time ∝ size^k, and the same of peak memory: 1 is linear. What a library takes at rest draws its exponent
below 1."""
RUN_IT = """```sh
make bench                                           # 10k, 100k, 1M and 10M mentions
.venv-bench/bin/python scripts/bench.py --sizes 10k,100k  # a minute or two
```

Left out, with the reason, are tools that are not installed, that miss a planted fault, or that would take more than ten minutes or more
memory than is free (judged by the size before). Packages are made once and kept under `.cache/bench`: half a kilobyte a mention."""


def page(results: Results) -> str:
    """docs/performance.md."""
    parts = [
        "# Performance",
        "This page is generated: `make bench` measures, `--render` draws it again from [performance.json](performance.json).",
        "![Time and peak memory by number of mentions, one line a tool](performance.svg)",
        "## What is measured",
        METHOD.format(faults=results["planted"]["faults"], **results["machine"]),
    ]
    for size in map(int, results["inputs"]):
        parts += [f"## {size:,} mentions", held(results, size), markdown(HEAD, size_rows(results, size))]
    if growing := growth_rows(results):
        parts += ["## Growth", EXPONENTS, markdown(GROWTH, growing)]
    if rows := limited_rows(results):
        parts += ["## Within a limit of memory", LIMITED, markdown(WITHIN, rows)]
    if rows := published_rows(results):
        parts += ["## The published tables", PUBLISHED, markdown(BLINK, rows)]
    parts += ["## The tools", markdown(TOOLS, tool_rows(results)), "## Run it", RUN_IT]
    return "\n\n".join(parts) + "\n"


def held(results: Results, size: int) -> str:
    """Rows and bytes of the tables of one size."""
    tables = results["inputs"][str(size)]
    rows = ", ".join(f"{name} {shape['lines'] - 1:,}" for name, shape in tables.items())
    return f"Rows: {rows}; {sum(shape['bytes'] for shape in tables.values()) / 1e6:,.0f} MB."


def size_rows(results: Results, size: int) -> list[list[str]]:
    """One row a peer at one size, the fastest first; those not run last, with the reason."""
    runs = at_size(results, size)
    duckdb, four, all_ = (times(runs.get(name)) for name in ("duckdb_sql", "floor", "floor_all"))
    rows = []
    for run in sorted((run for run in runs.values() if "why" not in run), key=lambda run: run["seconds"]):
        span = "–".join(number(run["all"][n]) for n in (0, -1)) if len(run["all"]) > 1 else ""
        faults = f" (**{run['faults']} faults**)" if run["faults"] else ""
        rows.append([title(run) + faults, f"{number(run['seconds'])} s", span, f"{number(run['cpu'])} s", f"{run['peak']:,.0f} MB",
                     duckdb(run), (all_ if run["peer"] in WHOLE else four)(run)])  # fmt: skip
    return rows + [[title(run), run["why"], "", "", "", "", ""] for run in runs.values() if "why" in run]


def limited_rows(results: Results) -> list[list[str]]:
    """One row a run within a limit."""
    return [[f"{run['size']:,}", f"{run['limit']:,} MB", *([run["why"], ""] if "why" in run else [f"{number(run['seconds'])} s", str(run["faults"])])]
            for run in results.get("limited", [])]  # fmt: skip


def published_rows(results: Results) -> list[list[str]]:
    """One row a case of the published tables, beside the imports that it needs."""
    runs = {run["case"]: run for run in results.get("published", [])}
    base = {name: "imports_too" if name in ("imports_too", "changed", "all") else "imports" for name in runs}
    return [[CASES[name], f"{number(run['seconds'])} s", f"{number(run['cpu'])} s", number(run["seconds"] / runs[base[name]]["seconds"])]
            for name, run in runs.items()]  # fmt: skip


def at_size(results: Results, size: int) -> dict[str, Run]:
    """The runs of one size by peer."""
    return {run["peer"]: run for run in results["runs"] if run["size"] == size}


def times(base: Run | None) -> Callable[[Run], str]:
    """What says how many times as long as ``base`` a run took; nothing if that was not run."""
    if base is None or "why" in base:
        return lambda run: ""
    return lambda run: number(run["seconds"] / base["seconds"])


def growth_rows(results: Results) -> list[list[str]]:
    """Exponents of time and memory of each peer that has been run above ``FROM`` mentions too."""
    rows = []
    for name in PEERS:
        runs = done(results, name)
        first, last = next((run for run in runs if run["size"] == FROM), None), runs[-1] if runs else None
        if first and last and last["size"] > FROM:
            exponents = [f"{round(exponent(first, last, what), 2) + 0:.2f}" for what in ("seconds", "peak")]
            rows.append([title(first), f"{first['size']:,}", f"{last['size']:,}", *exponents])
    return rows


def done(results: Results, name: str) -> list[Run]:
    """The runs of a peer that came to an end, the smallest first."""
    return sorted((r for r in results["runs"] if r["peer"] == name and "why" not in r), key=lambda r: r["size"])


def exponent(first: Run, last: Run, what: str) -> float:
    """Growth of a figure between two sizes."""
    return math.log(last[what] / first[what]) / math.log(last["size"] / first["size"])


def tool_rows(results: Results) -> list[list[str]]:
    """Versions, planted faults found, cost of imports and what is lacking, of every peer."""
    rows = []
    for name, peer in PEERS.items():
        libraries = [f"{one} {results['versions'].get(one, 'not installed')}" for one in peer.libraries]
        versions = ", ".join(libraries) or f"Python {results['versions']['python']}"
        found = results["planted"]["found"].get(name, "not asked")
        found = f"all {found}" if isinstance(found, int) else found
        runs = done(results, name)
        rest = [f"{number(runs[0]['imports'])} s", f"{runs[0]['baseline']:,.0f} MB"] if runs else ["", ""]
        rows.append([peer.title, versions, found, *rest, peer.lacks])
    return rows


def title(run: Run) -> str:
    """The name of a run's peer for people."""
    return PEERS[run["peer"]].title if run["peer"] in PEERS else run["peer"]


def number(value: float) -> str:
    """Three digits at most after the point, fewer for larger numbers."""
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}" if value < 10 else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"  # fmt: skip


def markdown(head: list[str], rows: Iterable[list[str]]) -> str:
    """A Markdown table."""
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def plain(results: Results) -> str:
    """The tables of all sizes and of growth for a terminal."""
    blocks = [(f"{int(size):,} mentions", HEAD, size_rows(results, int(size))) for size in results["inputs"]]
    if growing := growth_rows(results):
        blocks.append(("growth", GROWTH, growing))
    return "\n".join(f"{name}\n{aligned([head, *rows])}\n" for name, head, rows in blocks)


def aligned(rows: list[list[str]]) -> str:
    """Columns side by side; a reason, which stands where figures would, may be as long as it likes."""
    widths = [max(len(row[n]) for row in rows if n == 0 or row[-2]) for n in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(w) if not n else cell.rjust(w) for n, (cell, w) in enumerate(zip(row, widths, strict=True))).rstrip() for row in rows)  # fmt: skip
