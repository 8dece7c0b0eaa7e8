"""Anchor a quote in a capture: prints its offsets, its segment and its SHA-256."""

import _path  # noqa: F401
from kratom_claims import cli
from kratom_claims.faults import UnusableError


def main() -> int:
    """Exit status 0 if the quote stands exactly once, 1 if it is absent or ambiguous, 2 if the command cannot run."""
    options = cli.parser(__doc__, 'python scripts/anchor.py 000_1598d040a0b025ef "mitragynine" --segment 1')
    options.add_argument("capture", help="capture_id; the text is CORPUS_DIR/<capture>.txt")
    options.add_argument("quote", help="the exact wording, letter for letter")
    options.add_argument("--segment", type=int, metavar="N", help="look in this segment only")
    options.add_argument("--occurrence", type=int, metavar="K", help="take the K-th place if there are several")
    chosen = options.parse_args()

    from kratom_claims import package, tables, texts
    from kratom_claims.anchoring import anchor, text_of

    with package.opened(package.HOME) as opened:
        segments = tables.read_table(opened, "segments").typed
    text = text_of(chosen.capture)
    own = segments[segments["capture_id"] == chosen.capture]
    if chosen.segment is not None and chosen.segment not in set(own["segment_no"]):
        raise UnusableError(f"{chosen.capture} has no segment {chosen.segment}; it has 1 to {own['segment_no'].max()}.")
    places = anchor(text, chosen.quote, own, chosen.segment)
    if not places:
        print(
            "absent: the quote does not stand in the text letter for letter (mind curly quotes, look-alike letters and line ends)"
        )
        return 1
    if (len(places) > 1 and chosen.occurrence is None) or (chosen.occurrence or 1) > len(places):
        print(f"ambiguous: the quote stands at {len(places)} places; choose one with --segment or --occurrence")
    wanted = places if chosen.occurrence is None else places[chosen.occurrence - 1 : chosen.occurrence]
    print("segment_no,start,end,sha256")
    for segment, start, end in wanted:
        print(f"{segment},{start},{end},{texts.sha256(text[start:end])}")
    return 0 if len(wanted) == 1 else 1


if __name__ == "__main__":
    cli.run(main)
