"""Cite a version, a filtered part of it, or one row, as APA text, BibTeX, RIS or CSL-JSON."""

import sys

import _path  # noqa: F401
from kratom_claims import cli


def main() -> int:
    """Exit status 0 when printed, 2 if there is no such version, table, column or row."""
    options = cli.parser(__doc__, "python scripts/cite.py 1.0.0 --table claims --where topic=pain --format bibtex")
    options.add_argument(
        "version", nargs="?", help="version, tag, folder, datapackage.json or zip (default: this repository)"
    )
    options.add_argument("--format", choices=["apa", "bibtex", "ris", "csl-json"], default="apa")
    options.add_argument("--row", metavar="TABLE/KEY", help="cite one row, such as claims/C0001")
    options.add_argument("--table", help="cite rows of this table: all, or those that --where chooses")
    options.add_argument(
        "--where", action="append", default=[], metavar="COLUMN=VALUE", help="repeat it to narrow the rows"
    )
    chosen = options.parse_args()
    if chosen.where and not chosen.table:
        options.error("--where needs --table")
    if chosen.row and chosen.table:
        options.error("--row and --table exclude each other")

    from kratom_claims import cite
    from kratom_claims.edition import edition
    from kratom_claims.package import HOME
    from kratom_claims.versions import at, records

    with at(chosen.version or str(HOME)) as package:
        cited = edition(package)
        if chosen.row:
            item = cite.row_item(cited, *chosen.row.partition("/")[::2])
        else:
            item = cite.subset_item(cited, chosen.table, chosen.where) if chosen.table else cite.item(cited)
        released = {entry["swhid"] for entry in records(HOME)}
        if cited.swhid not in released:
            print(f"note: this is no recorded release; cite one if you can (state of {cited.version})", file=sys.stderr)
    sys.stdout.write(cite.STYLES[chosen.format](item).rstrip("\n") + "\n")
    return 0


if __name__ == "__main__":
    cli.run(main)
