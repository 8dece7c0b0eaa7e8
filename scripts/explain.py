"""Explain a claim: what it says, where, what was found, and each step of its rating."""

import _path  # noqa: F401
from kratom_claims import cli
from kratom_claims.faults import UnusableError


def main() -> int:
    """Exit status 0 when explained, 2 if there is no such claim."""
    options = cli.parser(__doc__, "python scripts/explain.py C0001")
    options.add_argument("claim", help="claim_id")
    chosen = options.parse_args()

    from kratom_claims import package, tables
    from kratom_claims.explain import explained

    with package.opened(package.HOME) as opened:
        data = tables.read_tables(opened)
    known = data["claims"].typed["claim_id"].tolist()
    if chosen.claim not in known:
        from kratom_claims.faults import nearest

        near = nearest(chosen.claim, known)
        raise UnusableError(
            f"there is no claim {chosen.claim}{f'; did you mean {near}' if near else ''}. Claims are in data/claims.csv."
        )
    print(explained(data, chosen.claim))
    return 0


if __name__ == "__main__":
    cli.run(main)
