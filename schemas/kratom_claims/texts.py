"""The articles' texts, where they are at hand, and the anchoring of quotes in them."""

import hashlib
import os
import unicodedata
from pathlib import Path

from .package import HOME

CORPUS_VARIABLE = "CORPUS_DIR"


def sha256(text: str) -> str:
    """SHA-256 over the UTF-8 bytes of a text, in lower-case hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def corpus() -> Path | None:
    """The folder of texts: ``CORPUS_DIR``, or ``../shared/corpus`` beside the repository; None if neither is there."""
    named = os.environ.get(CORPUS_VARIABLE)
    folder = Path(named) if named else HOME.parent / "shared" / "corpus"
    return folder if folder.is_dir() else None


def read_text(path: Path) -> str:
    """A capture's text as it stands, without any change of line ends."""
    with path.open(encoding="utf-8", newline="") as stream:
        return stream.read()


def find_quote(text: str, quote: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """All places (code points, half-open) at which ``quote`` stands exactly in a text; never by similarity."""
    end = len(text) if end is None else end
    places, at = [], text.find(quote, start, end)
    while at >= 0 and quote:
        places.append((at, at + len(quote)))
        at = text.find(quote, at + 1, end)
    return places


def is_nfc(text: str) -> bool:
    """Whether a text is in Unicode normal form C with line feeds only."""
    return unicodedata.is_normalized("NFC", text) and "\r" not in text
