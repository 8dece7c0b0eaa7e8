"""Validate a package: structure, bytes, anchors, provenance, judgement, releases."""

import json
import sys
from pathlib import Path
from typing import Any

import _path  # noqa: F401
from kratom_claims import cli


def validated(path: Path, kept: Any) -> Any:
    """The outcome of a run, in which what was kept of earlier ones is not done again."""
    from kratom_claims import check, package
    from kratom_claims.texts import corpus

    tty = sys.stderr.isatty()
    with package.opened(path) as opened:
        outcome = check.check(
            opened, corpus(), lambda step: print(f"\r\033[K{step}", end="", file=sys.stderr) if tty else None, kept
        )
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
    options.add_argument("--no-cache", action="store_true", help="do all again, even what was done on the same bytes (of this repository only)")  # fmt: skip
    chosen = options.parse_args()

    from kratom_claims import cache, report
    from kratom_claims.files import write_atomically
    from kratom_claims.texts import corpus

    kept = None if chosen.no_cache else cache.cache_of(chosen.path)
    outcome = (kept and kept.whole(corpus())) or validated(chosen.path, kept)
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
