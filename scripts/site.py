"""Build the explorer, a static site, into dist/site, and the evidence map into docs."""

import time
from pathlib import Path

import _path  # noqa: F401
from kratom_claims import cli


def main() -> int:
    """Exit status 0 when built, 2 if the tables cannot be read or a part is missing."""
    options = cli.parser(__doc__, "python scripts/site.py kratom-claims-1.0.0.zip --out /srv/kratom")
    cli.add_package(options)
    options.add_argument(
        "--out", type=Path, metavar="DIR", help="where to (default dist/site); what is there is replaced"
    )
    chosen = options.parse_args()

    from kratom_claims import package
    from kratom_claims.edition import edition
    from kratom_claims.files import write_all_atomically
    from kratom_claims.package import HOME
    from kratom_claims.site import build, linked

    out, began = chosen.out or HOME / "dist" / "site", time.monotonic()
    with package.opened(chosen.path) as opened:
        book, made = build.build(edition(opened), out)
    if chosen.path == HOME:
        write_all_atomically({HOME / "docs" / name: text for name, text in build.evidence_map(book).items()})
    print(f"{made} pages in {out} ({time.monotonic() - began:.1f} s)")
    if linked.base(book) == linked.SERVED:
        print(
            f"addresses in the sitemap begin with {linked.SERVED}; set homepage in datapackage.json before publishing"
        )
    return 0


if __name__ == "__main__":
    cli.run(main)
