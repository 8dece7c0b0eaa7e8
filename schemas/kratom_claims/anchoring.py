"""Proposing segments of a text, and placing quotes in them."""

import re

import pandas as pd

from .faults import UnusableError
from .texts import CORPUS_VARIABLE, corpus, find_quote, read_text


def text_of(capture: str) -> str:
    """The text of a capture. Raises UnusableError if it is not at hand."""
    folder = corpus()
    path = folder / f"{capture}.txt" if folder else None
    if path is None or not path.is_file():
        raise UnusableError(
            f"the text of {capture} is not at hand. Set {CORPUS_VARIABLE} to the folder that holds {capture}.txt."
        )
    return read_text(path)


def anchor(
    text: str, quote: str, segments: pd.DataFrame, segment_no: int | None = None
) -> list[tuple[int | str, int, int]]:
    """All exact places of a quote: segment number (blank if it crosses segments), start, end."""
    own = segments if segment_no is None else segments[segments["segment_no"] == segment_no]
    bounds = [(int(n), int(a), int(b)) for n, a, b in own[["segment_no", "start", "end"]].itertuples(index=False)]
    low, high = (bounds[0][1], bounds[0][2]) if segment_no is not None and bounds else (0, len(text))
    return [
        (next((n for n, a, b in bounds if a <= start and end <= b), ""), start, end)
        for start, end in find_quote(text, quote, low, high)
    ]


def propose(text: str, language: str = "en") -> list[tuple[int, int, str]]:
    """Segments of a text in order: start, end, and a kind to begin with (bullets and short lines without a full stop are headings)."""
    from sentencex import segment

    spans: list[tuple[int, int, str]] = []
    for line in re.finditer(r"[^\n]+", text):
        at = 0
        for sentence in segment(language, line.group()):
            start = line.group().index(sentence, at)
            at = start + len(sentence)
            if core := sentence.strip():
                begin = line.start() + start + sentence.index(core)
                spans.append((begin, begin + len(core), "heading" if is_heading(line.group()) else "claim"))
    return spans


def is_heading(line: str) -> bool:
    """Whether a line looks like a bullet or a title."""
    return line.lstrip().startswith(("- ", "* ", "• ")) or (
        len(line) < 120 and not line.rstrip().endswith((".", "!", ":", "”", '"'))
    )
