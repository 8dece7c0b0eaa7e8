"""Validate a package: structure, bytes, anchors, provenance, judgement, releases."""

import json
import sys
from pathlib import Path
from typing import Any

import _path  # noqa: F401
from kratom_claims import cli


def validated(chosen: Any, kept: Any) -> Any:
    """The outcome of a run, in which what was kept of earlier ones is not done again."""
    from kratom_claims import check, engines, package, report
    from kratom_claims.texts import corpus

    tty = sys.stderr.isatty()
    progress = lambda step: print(f"\r\033[K{step}", end="", file=sys.stderr) if tty else None  # noqa: E731
    with check.Second() as second, package.opened(chosen.path) as opened:
        engine = engines.chosen(opened, chosen.engine, chosen.scheduler)
        if engine == "pandas":
            outcome = check.check(opened, corpus(), progress, kept, second)
        else:
            second.end()
            cli.unbounded()
            outcome = engines.check(opened, corpus(), engine, progress, report.teller(chosen.most), chosen.scheduler)
    print("\r\033[K" if tty else "", end="", file=sys.stderr)
    return outcome


def main() -> int:
    """Exit status 0 if nothing is wrong, 1 if a rule fails, 2 if the command cannot run."""
    options = cli.parser(__doc__, "python scripts/validate.py kratom-claims-1.0.0.zip --json report.json")
    cli.add_package(options)
    options.add_argument("--json", type=Path, metavar="FILE", help="write the whole report as JSON (schemas/report.schema.json)")  # fmt: skip
    options.add_argument("--html", type=Path, metavar="FILE", help="write the whole report as one HTML page")
    options.add_argument("--sarif", type=Path, metavar="FILE", help="write the faults as SARIF 2.1.0")
    options.add_argument("--annotations", action="store_true", help="print the faults as annotations of a CI run")
    options.add_argument(
        "--most", type=int, default=20, metavar="N", help="print at most N faults of a rule (default 20)"
    )
    options.add_argument("--engine", choices=["auto", "pandas", "polars", "dask"], default="auto", help="what runs the rules (default: auto, by the size of the package)")  # fmt: skip
    options.add_argument("--scheduler", metavar="ADDRESS", help="Dask scheduler of a cluster whose workers see the package under the same path")  # fmt: skip
    options.add_argument("--no-cache", action="store_true", help="do all again, even what was done on the same bytes (of this repository only)")  # fmt: skip
    chosen = options.parse_args()

    from kratom_claims import cache, report
    from kratom_claims.files import write_atomically
    from kratom_claims.texts import corpus

    afresh = chosen.no_cache or chosen.engine != "auto" or chosen.scheduler
    kept = None if afresh else cache.cache_of(chosen.path)
    outcome = (kept and kept.whole(corpus())) or validated(chosen, kept)
    print(report.summary(outcome, chosen.most))
    if chosen.annotations:
        print(report.annotations(outcome), end="")
    written = {chosen.json: report.as_json, chosen.sarif: report.as_sarif, chosen.html: report.as_html}
    for path, form in written.items():
        if path:
            content = form(outcome)
            write_atomically(path, content if isinstance(content, str) else json.dumps(content, indent=2) + "\n")
    return outcome.exit_status


if __name__ == "__main__":
    cli.run(main, bounded=True)
