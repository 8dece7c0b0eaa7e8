"""Bring what is derived up to date: descriptor, generated pages, version in other files."""

import _path  # noqa: F401
from kratom_claims import cli


def main() -> int:
    """Exit status 0 when written, or when --check finds no drift; 1 when --check does."""
    options = cli.parser(__doc__, "python scripts/package.py --check")
    options.add_argument("--check", action="store_true", help="write nothing; exit 1 if something has drifted")
    chosen = options.parse_args()

    from kratom_claims.descriptor import derived
    from kratom_claims.files import write_all_atomically
    from kratom_claims.package import HOME

    stale = {path: text for path, text in derived().items() if not path.exists() or path.read_bytes() != text.encode()}
    names = ", ".join(str(path.relative_to(HOME)) for path in stale)
    if stale and chosen.check:
        print(f"{names}: not what the schemas and tables say. Run `make package`.")
        return 1
    write_all_atomically(stale)
    print(f"{names or 'nothing'} written")
    return 0


if __name__ == "__main__":
    cli.run(main)
