"""Compute ratings and rating_steps from the tables under the published rubric, and write them."""

import _path  # noqa: F401
from kratom_claims import cli


def main() -> int:
    """Exit status 0 when written, or when --check finds nothing to write; 1 when --check does."""
    options = cli.parser(__doc__, "python scripts/rate.py --check")
    options.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if the tables are not what the rubric computes"
    )
    chosen = options.parse_args()

    from kratom_claims import package, ratings, tables
    from kratom_claims.files import csv_text, write_all_atomically

    with package.opened(package.HOME) as opened:
        computed = ratings.rated(tables.read_tables(opened))
        contents = {
            opened.path("ratings"): csv_text(ratings.RATING_COLUMNS, ratings.rating_rows(computed)),
            opened.path("rating_steps"): csv_text(ratings.STEP_COLUMNS, ratings.step_rows(computed)),
        }
    changed = {p: text for p, text in contents.items() if not p.exists() or p.read_bytes() != text.encode()}
    if changed and chosen.check:
        print(f"{', '.join(p.name for p in changed)}: not what the rubric computes. Run `make rate`.")
        return 1
    write_all_atomically(changed)
    print(f"{len(computed)} claims rated; {', '.join(p.name for p in changed) or 'nothing'} written")
    return 0


if __name__ == "__main__":
    cli.run(main)
