"""Print the wording of mentions, for those who hold the texts. Never writes into the repository."""

import _path  # noqa: F401
from kratom_claims import cli
from kratom_claims.faults import UnusableError


def main() -> int:
    """Exit status 0 when printed, 1 if an anchor does not hold, 2 if the texts are not at hand."""
    options = cli.parser(__doc__, "python scripts/quotes.py --claim C0001")
    options.add_argument("--claim", metavar="ID", help="only mentions of this claim")
    options.add_argument("--capture", metavar="ID", help="only mentions in this capture")
    chosen = options.parse_args()

    from kratom_claims import package, tables, texts
    from kratom_claims.anchoring import text_of

    with package.opened(package.HOME) as opened:
        data = {name: tables.read_table(opened, name).typed for name in ("mentions", "claims")}
    mentions = data["mentions"].merge(data["claims"][["claim_id", "statement"]], on="claim_id")
    for option, column in [("claim", "claim_id"), ("capture", "capture_id")]:
        if wanted := getattr(chosen, option):
            mentions = mentions[mentions[column] == wanted]
    if mentions.empty:
        raise UnusableError("no mention fits. Look the id up in data/claims.csv or data/captures.csv.")
    bodies = {capture: text_of(capture) for capture in mentions["capture_id"].unique()}
    broken = 0
    for m in mentions.sort_values(["claim_id", "mention_id"]).itertuples():
        quote = bodies[m.capture_id][m.start : m.end]
        holds = texts.sha256(quote) == m.sha256
        broken += not holds
        print(
            f"{m.mention_id} {m.claim_id} {m.capture_id}:{m.segment_no} [{m.stance}, {m.hedging}, {m.action}, {m.match}] {m.statement}"
        )
        print(f"    {quote if holds else '(the text at these offsets is not the one that was anchored)'}")
    return 1 if broken else 0


if __name__ == "__main__":
    cli.run(main)
