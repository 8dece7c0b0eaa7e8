"""Write a synthetic package of any size, made from the real tables, to try programs on: valid under every rule."""

import sys
from pathlib import Path

import _path  # noqa: F401
from kratom_claims import cli


def main() -> int:
    """Exit status 0 when written, 2 if it cannot be."""
    options = cli.parser(__doc__, "python scripts/synthesize.py 1000000 million")
    options.add_argument("count", type=int, help="number of mentions, from 1000 to 100000000")
    options.add_argument("folder", type=Path, help="folder to write to; it must not be there yet")
    options.add_argument("--seed", type=int, default=1, metavar="N", help="another seed gives other rows (default 1)")
    options.add_argument("--replicas", type=int, metavar="K", help="replicas of claims and evidence (default: fourth root of the size)")  # fmt: skip
    options.add_argument("--format", choices=("csv", "parquet"), default="csv", help="form of captures, segments, mentions and annotations")  # fmt: skip
    options.add_argument("--parts", type=int, default=1, metavar="N", help="files of each of these tables (default 1)")
    options.add_argument("--planted", action="store_true", help="plant known faults, and list them all in planted.json")
    chosen = options.parse_args()

    from kratom_claims.synthetic import Wish, synthesize

    tty = sys.stderr.isatty()
    wish = Wish(chosen.count, chosen.seed, chosen.replicas, chosen.parts, chosen.format, chosen.planted)
    rows = synthesize(
        chosen.folder, wish, lambda step: print(f"\r\033[K{step}", end="", file=sys.stderr) if tty else None
    )
    print("\r\033[K" if tty else "", end="", file=sys.stderr)
    print("\n".join(f"{name:16} {count:>12,}" for name, count in rows.items()))
    return 0


if __name__ == "__main__":
    cli.run(main)
