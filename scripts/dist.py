"""Write all shipped forms of this version: CSV bundle, SQLite, Parquet, wheel, and their metadata."""

from pathlib import Path

import _path  # noqa: F401
from kratom_claims import cli


def main() -> int:
    """Exit status 0 when written, 2 if the package or the folder cannot be used."""
    options = cli.parser(__doc__, "python scripts/dist.py --output dist")
    options.add_argument(
        "--output", type=Path, metavar="FOLDER", help="where to (default: dist/release in this repository)"
    )
    chosen = options.parse_args()

    from kratom_claims.edition import edition
    from kratom_claims.package import HOME, opened
    from kratom_claims.shipping import shipped, write_folder

    folder = chosen.output or HOME / "dist" / "release"
    with opened(HOME) as package:
        made = edition(package)
        files = shipped(made)
    write_folder(folder, files)
    print(f"{made.stem}: {len(files)} files in {folder}\n{made.swhid}")
    return 0


if __name__ == "__main__":
    cli.run(main)
