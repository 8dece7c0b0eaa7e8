"""A: anchors. Offsets and hashes, with the texts where they are at hand."""

from collections.abc import Iterable
from typing import Any

import narwhals as nw

from ..tables import LINE, ROW, collected
from ..texts import is_nfc, read_text, sha256
from .base import CATALOGUE, Context, absent, at, rows, rule, text

col = nw.col
SPANS = ("segments", "mentions", "annotations")
"""Tables of spans; a package without annotations is none the worse."""


def span_tables(c: Context) -> list[str]:
    """Tables of spans that are there and can be read."""
    return [name for name in SPANS if name in c.tables and c.tables[name].usable]


@rule(
    "A1/offsets",
    "0 <= start < end <= length of the text",
    "an anchor outside the text points to nothing",
    "Run scripts/anchor.py on the capture and the quote again",
    tables="mentions segments captures",
    column="end",
)
def offsets(c: Context) -> Iterable[Any]:
    """Spans against the length of their capture."""
    for name in span_tables(c):
        spans = (
            getattr(c, name)
            .select(LINE, ROW, "capture_id", "start", "end")
            .join(c.captures.select("capture_id", "text_length"), on="capture_id", how="inner")
        )
        wrong = (col("start") < 0) | (col("start") >= col("end")) | (col("end") > col("text_length"))
        yield name, rows(spans, wrong, found=text(col("start"), " to ", col("end")),
                         allowed=text("start below end, and end at most ", col("text_length")))  # fmt: skip


@rule(
    "A1/mention-in-segment",
    "a mention or annotation lies inside its segment",
    "a claim is looked for in its sentence",
    "Correct segment_no or the offsets; scripts/anchor.py prints both",
    tables="mentions segments",
    column="start",
)
def mention_in_segment(c: Context) -> Iterable[Any]:
    """Offsets of mentions and annotations against those of their segment."""
    outer = c.segments.select("capture_id", "segment_no", col("start").alias("from"), col("end").alias("to"))
    for name in span_tables(c)[1:]:
        spans = (
            getattr(c, name)
            .select(LINE, ROW, "capture_id", "segment_no", "start", "end")
            .join(outer, on=["capture_id", "segment_no"], how="inner")
        )
        yield name, rows(spans, (col("start") < col("from")) | (col("end") > col("to")), found=text(col("start"), " to ", col("end")),
                         allowed=text("within ", col("from"), " to ", col("to")))  # fmt: skip


@rule(
    "A2/order",
    "segments are numbered from 1, in order, without overlap",
    "coverage can only be counted if nothing is counted twice",
    "Run scripts/segments.py on the capture, and keep its order",
    tables="segments",
    column="start",
)
def segment_order(c: Context) -> Iterable[Any]:
    """Each segment against the one before it."""
    follows = c.segments.select(LINE, ROW, "capture_id", "segment_no", "start").join(
        ends_before(c), on=["capture_id", "segment_no"], how="left"
    )
    yield rows(
        follows,
        col("start") < col("from"),
        found=col("start"),
        allowed=text("at least ", col("from"), ", the end of the segment before"),
    )
    gap = col("from").is_null() & (col("segment_no") != 1)
    yield rows(
        follows,
        gap,
        column="segment_no",
        found=col("segment_no"),
        allowed="the number after that of the segment before",
    )


def ends_before(c: Context) -> Any:
    """For each segment but the first, where the one before it ends."""
    return c.segments.select("capture_id", col("segment_no") + 1, col("end").alias("from")).drop_nulls()


@rule(
    "A2/coverage",
    "segments leave nothing but white space uncovered",
    "what is not covered was not read",
    "Add the missing segment (scripts/segments.py proposes it)",
    tables="segments captures",
    column="start",
)
def coverage(c: Context) -> Iterable[Any]:
    """Text between segments. Without the text at hand a gap of two characters or more is all that can be seen."""
    texts = dict(present_texts(c))
    at_hand = col("capture_id").is_in(list(texts))
    ends = c.captures.select("capture_id", col("text_length"))
    ranked = (
        c.segments.select(LINE, ROW, "capture_id", "segment_no", "start")
        .join(ends_before(c), on=["capture_id", "segment_no"], how="left")
        .with_columns(nw.when(col("segment_no") == 1).then(nw.lit(0)).otherwise(col("from")).alias("from"))
    )
    open_ = ranked.filter(((col("start") > col("from")) & at_hand) | (col("start") - col("from") > 2))
    for row in collected(open_).iter_rows(named=True):
        left = texts[row["capture_id"]][row["from"] : row["start"]] if row["capture_id"] in texts else ""
        if left.strip() or (row["capture_id"] not in texts and row["start"] - row["from"] > 2):
            yield at(c, CATALOGUE["A2/coverage"], "segments", row[LINE], row[ROW], "start",
                     f"{row['start'] - row['from']} characters before it are in no segment", "only white space between segments")  # fmt: skip
    last = (
        c.segments.group_by("capture_id")
        .agg(col("end").max(), col(LINE).max(), col(ROW).max())
        .join(ends, on="capture_id", how="inner")
    )
    open_ = last.filter(((col("text_length") > col("end")) & at_hand) | (col("text_length") - col("end") > 1))
    for row in collected(open_).iter_rows(named=True):
        left = texts[row["capture_id"]][row["end"] :] if row["capture_id"] in texts else ""
        if left.strip() or (row["capture_id"] not in texts and row["text_length"] - row["end"] > 1):
            yield at(c, CATALOGUE["A2/coverage"], "segments", row[LINE], row[ROW], "end",
                     f"{row['text_length'] - row['end']} characters after it are in no segment", "segments up to the end of the text")  # fmt: skip
    bare = absent(c.captures, c.segments, ["capture_id"])
    yield "captures", rows(bare, column="capture_id", found=col("capture_id"), allowed="a capture with segments")


def present_texts(c: Context) -> Iterable[tuple[str, str]]:
    """Texts at hand, by capture."""
    if c.texts is not None:
        files = {path.stem: path for path in sorted(c.texts.glob("*.txt")) if path.is_file()}
        held = collected(c.captures.filter(col("capture_id").is_in(list(files))).select("capture_id"))
        for capture in held["capture_id"].to_list():
            yield capture, read_text(files[capture])


@rule(
    "A3/text",
    "the text at hand is the one that was anchored: hash, length, normal form",
    "an anchor holds for one text only",
    "Put the right text into CORPUS_DIR, or capture the new text under a new capture_id",
    tables="captures",
    column="text_sha256",
)
def capture_text(c: Context) -> Iterable[Any]:
    """Captures against their texts. Says how many texts are at hand."""
    texts = dict(present_texts(c))
    c.said.append(f"anchors checked against {len(texts)} of {c.tables['captures'].count} texts"
                  + ("" if texts else ": form only (set CORPUS_DIR to the folder of texts)"))  # fmt: skip
    for capture, body in texts.items():
        one = col("capture_id") == capture
        for column, right in [("text_sha256", sha256(body)), ("text_length", len(body))]:
            same = (col(column) == right).fill_null(False)
            yield rows(c.captures, one & ~same, column=column, allowed=f"{right}, as the text at hand has it")
        if not is_nfc(body):
            yield rows(c.captures, one, column="normalisation", found="a text that is not NFC with LF", allowed="NFC with LF")  # fmt: skip


@rule(
    "A3/spans",
    "the hash of every span equals that of the text at its offsets",
    "whoever holds the text can check every anchor",
    "Run scripts/anchor.py on the capture and the quote again",
    tables="mentions segments captures",
    column="sha256",
)
def span_hashes(c: Context) -> Iterable[Any]:
    """Spans, hash for hash, where the text is at hand."""
    texts = dict(present_texts(c))
    for name in span_tables(c) if texts else []:
        columns = [LINE, ROW, "capture_id", "start", "end", "sha256"]
        known = getattr(c, name).select(columns).filter(col("capture_id").is_in(list(texts))).drop_nulls()
        spans = collected(known)
        for line, row, capture, start, end, found in zip(*(spans[n].to_list() for n in columns), strict=True):
            if found != (right := sha256(texts[capture][start:end])):
                yield at(c, CATALOGUE["A3/spans"], name, line, row, "sha256", found, right)


@rule(
    "A4/claim-has-mention",
    "a claim or advice segment has at least one mention",
    "a sentence without a mention was skipped",
    "Add the mention, or correct the kind of the segment",
    tables="segments mentions",
    column="kind",
)
def claim_has_mention(c: Context) -> Iterable[Any]:
    """Segments that state something and have no mention."""
    stating = c.segments.filter(col("kind").is_in(["claim", "advice"]))
    yield rows(absent(stating, c.mentions, ["capture_id", "segment_no"]), found=text(col("kind"), " without a mention"))


@rule(
    "A4/framing-has-none",
    "no mention stands in a framing segment",
    "framing states nothing; if it does, it is a claim segment",
    "Correct the kind of the segment, or remove the mention",
    tables="mentions segments",
    column="segment_no",
)
def framing_has_none(c: Context) -> Iterable[Any]:
    """Mentions in segments of kind framing."""
    framing = c.segments.filter(col("kind") == "framing").select("capture_id", "segment_no")
    yield rows(
        c.mentions.join(framing, on=["capture_id", "segment_no"], how="inner"),
        found=text("segment ", col("segment_no"), ", which is framing"),
    )
