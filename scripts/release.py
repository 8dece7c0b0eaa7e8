"""Make a release: check everything, write all shipped forms, record and tag. Nothing goes to the network (docs/releasing.md)."""

import sys
from pathlib import Path

import _path  # noqa: F401
from kratom_claims import cli


def main() -> int:
    """Exit status 0 when made, 1 if it is refused, 2 if the command cannot run."""
    options = cli.parser(__doc__, "python scripts/release.py 1.0.0")
    options.add_argument("version", help="three numbers, as CHANGELOG.md names it")
    options.add_argument(
        "--output", type=Path, metavar="FOLDER", help="where the files go (default: dist/release in this repository)"
    )
    chosen = options.parse_args()

    from kratom_claims.package import HOME
    from kratom_claims.releasing import RefusedError, release

    folder = chosen.output or HOME / "dist" / "release"
    try:
        entry = release(HOME, chosen.version, folder)
    except RefusedError as error:
        print(f"refused: {error}", file=sys.stderr)
        return 1
    print(
        f"released {entry['version']} ({entry['date']}): {sum(entry['rows'].values())} rows, {len(entry['shipped'])} files in {folder}"
    )
    print(f"{entry['swhid']}\nNothing was sent anywhere. docs/releasing.md says what a person does next.")
    return 0


if __name__ == "__main__":
    cli.run(main)
