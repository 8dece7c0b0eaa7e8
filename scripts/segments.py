"""Propose the segments of a text: one a heading, bullet or sentence. Prints CSV; the kinds are for a reader to set."""

import sys
from pathlib import Path

import _path  # noqa: F401
from kratom_claims import cli
from kratom_claims.faults import UnusableError


def main() -> int:
    """Exit status 0 when proposed, 2 if the text cannot be read."""
    options = cli.parser(__doc__, "python scripts/segments.py ../shared/corpus/000_1598d040a0b025ef.txt > proposal.csv")
    options.add_argument(
        "text", type=Path, help="a text file (UTF-8, NFC, LF); its name without ending becomes the capture_id"
    )
    options.add_argument("--language", default="en", help="language of the text (default en)")
    chosen = options.parse_args()

    from kratom_claims import texts
    from kratom_claims.anchoring import propose
    from kratom_claims.files import csv_text

    try:
        text = texts.read_text(chosen.text)
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableError(f"{chosen.text}: cannot be read as UTF-8 text ({error}).") from error
    if not texts.is_nfc(text):
        raise UnusableError(
            f"{chosen.text}: not in Unicode NFC with LF line ends. Normalise it first; hashes hold for one form only."
        )
    spans = propose(text, chosen.language)
    rows = [
        (chosen.text.stem, number, start, end, texts.sha256(text[start:end]), kind, "")
        for number, (start, end, kind) in enumerate(spans, start=1)
    ]
    sys.stdout.write(csv_text(["capture_id", "segment_no", "start", "end", "sha256", "kind", "note"], rows))
    return 0


if __name__ == "__main__":
    cli.run(main)
