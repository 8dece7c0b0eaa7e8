"""Compare two versions: verdicts that moved and why, the contract, rows, cells, and the version that they demand."""

import sys
from pathlib import Path

import _path  # noqa: F401
from kratom_claims import cli


def main() -> int:
    """Exit status 0 when compared (whether or not anything differs), 2 if a version cannot be read."""
    options = cli.parser(__doc__, "python scripts/diff.py 1.0.0 . --format markdown")
    where = "version, tag, folder, datapackage.json or zip"
    options.add_argument("old", help=where)
    options.add_argument("new", nargs="?", default=None, help=f"{where} (default: this repository)")
    options.add_argument("--format", choices=["text", "markdown", "html", "json", "csv"], default="text")
    options.add_argument("--output", type=Path, metavar="FILE", help="write there instead of printing")
    chosen = options.parse_args()

    from kratom_claims.diff import difference
    from kratom_claims.diff_pages import FORMATS
    from kratom_claims.files import write_atomically
    from kratom_claims.package import HOME
    from kratom_claims.versions import at

    with at(chosen.old) as old, at(chosen.new or str(HOME)) as new:
        text = FORMATS[chosen.format](difference(old, new))
    if chosen.output:
        write_atomically(chosen.output, text)
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    cli.run(main)
