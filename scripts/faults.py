"""Damage the tables in thousands of ways and count how many the rules catch."""

import sys
import tempfile
from pathlib import Path

import _path  # noqa: F401
from kratom_claims import cli


def main() -> int:
    """Exit status 0 if every survivor is explained, 1 if one is not (or no longer survives), 2 if the command cannot run."""
    options = cli.parser(__doc__, "python scripts/faults.py --operator offset-moved")
    options.add_argument(
        "--operator", action="append", default=[], metavar="NAME", help="only this operator (may be repeated)"
    )
    options.add_argument(
        "--seed", type=int, default=1, metavar="N", help="another seed gives other mutants (default 1)"
    )
    options.add_argument(
        "--tiny", action="store_true", help="damage the tiny package of the tests instead of the real tables"
    )
    chosen = options.parse_args()

    from kratom_claims.check import run_rules
    from kratom_claims.faults import UnusableError
    from kratom_claims.package import HOME
    from kratom_claims.texts import corpus

    sys.path.insert(0, str(HOME / "tests"))
    import mutation
    from damage import OPERATORS
    from tiny import Tiny

    if unknown := [name for name in chosen.operator if name not in OPERATORS]:
        raise UnusableError(f"there is no operator {unknown[0]}. There are: {', '.join(OPERATORS)}.")
    with tempfile.TemporaryDirectory() as folder:
        if chosen.tiny:
            tiny = Tiny(Path(folder) / "tiny")
            whole = mutation.whole_package(tiny.root / "datapackage.json", tiny.root / "texts")
        else:
            whole = mutation.whole_package(HOME / "datapackage.json", corpus())
        standing = frozenset(run_rules(whole.package, whole.tables, whole.texts).faults)
        if standing:
            print(f"note: {len(standing)} faults stand in the tables already; only new ones count")
        if whole.texts is None:
            print("note: the texts are not at hand (CORPUS_DIR), so wrong offsets and hashes cannot show")
        mutants = mutation.mutants(whole, chosen.seed, chosen.operator)
        results = mutation.all_judged(whole, mutants, standing)
        text, status = mutation.verdict(results, mutation.harmless_told(whole, standing), mutation.known_survivors())
    print(text, end="")
    return status


if __name__ == "__main__":
    cli.run(main)
