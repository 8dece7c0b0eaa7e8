"""Verify a release: compute its checksums again from its tag, its bundle or its files, against releases.json."""

from pathlib import Path

import _path  # noqa: F401
from kratom_claims import cli


def main() -> int:
    """Exit status 0 if all is as recorded, 1 if not, 2 if there is nothing to compare."""
    options = cli.parser(__doc__, "python scripts/verify.py 1.0.0 kratom-claims-1.0.0.zip")
    options.add_argument("version", help="a version of releases.json")
    options.add_argument(
        "where", nargs="?", type=Path, help="its zip, unpacked folder or folder of shipped files (default: its tag)"
    )
    chosen = options.parse_args()

    from kratom_claims.package import HOME
    from kratom_claims.verifying import verify

    findings = verify(HOME, chosen.version, chosen.where)
    for name, right in findings:
        print(f"{'ok      ' if right else 'DIFFERS '} {name}")
    wrong = sum(not right for _, right in findings)
    print(
        f"{chosen.version}: {f'{wrong} of {len(findings)} differ' if wrong else f'all {len(findings)} are as recorded'}"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    cli.run(main)
