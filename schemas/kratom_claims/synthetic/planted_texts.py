"""What is planted in captures, segments, mentions, annotations and the articles.

Faults that change how segments hold mentions come first and take all rows that they touch, so that no other fault hides theirs.
"""

from typing import TYPE_CHECKING

from .planting import NOWHERE, PLACE, Planting, Row

if TYPE_CHECKING:
    import polars as pl


def in_texts(p: Planting, first_mention: str) -> None:
    """All faults of the text side. ``first_mention`` is the identifier of the first mention of all."""
    framing_segment(p)
    bare_segment(p)
    gap(p)
    overlap(p)
    swapped(p)
    doubled(p, first_mention)
    cells_of_segments(p)
    cells_of_mentions(p)
    spans_of_mentions(p)
    cells_of_annotations(p)
    notes(p)
    captures(p)
    articles(p)


def of_segment(segment: Row) -> "pl.Expr":
    """The rows of a segment."""
    import polars as pl

    return (pl.col("capture_id") == segment["capture_id"]) & (pl.col("segment_no") == segment["segment_no"])


def spare() -> "pl.Expr":
    """Mentions that are not the first of their segment: without them the segment still has one."""
    import polars as pl

    return pl.int_range(pl.len()).over("capture_id", "segment_no") > 0


def framing_segment(p: Planting) -> None:
    """A segment that holds mentions is called framing, a code that no row used."""
    import polars as pl

    segment = p.take("segments", pl.col("kind") == "claim", capture=0)
    p.plant("segments", segment, "", kind="framing")
    p.tell_used("segment_kind", "framing")
    for _ in range(p.rows["mentions"].filter(of_segment(segment)).height):
        p.plant("mentions", p.take("mentions", of_segment(segment)), "A4/framing-has-none:segment_no")


def bare_segment(p: Planting) -> None:
    """The only mention of a segment that states something names a capture that is not there."""
    import polars as pl

    alone = pl.len().over("capture_id", "segment_no") == 1
    mention = p.take("mentions", alone, capture=1)
    p.plant("mentions", mention, "S4/references:capture_id S4/references:segment_no", capture_id="nowhere")
    p.plant("segments", p.take("segments", of_segment(mention)), "A4/claim-has-mention:kind", kind="claim")


def gap(p: Planting) -> None:
    """A segment ends too early: the next leaves a gap before it, and spans at its end lie outside."""
    import polars as pl

    segment = p.take("segments", pl.col("segment_no") == 2, capture=2)
    p.plant("segments", segment, "", end=str(segment["end"] - 5))
    following = of_segment({**segment, "segment_no": 3})
    p.plant("segments", p.take("segments", following), "A2/coverage:start")
    outside = of_segment(segment) & (pl.col("end") > segment["end"] - 5)
    for table in ("mentions", "annotations"):
        for _ in range(p.rows[table].filter(outside).height):
            p.plant(table, p.take(table, outside), "A1/mention-in-segment:start")


def overlap(p: Planting) -> None:
    """A segment begins before the one above it ends."""
    import polars as pl

    above = p.take("segments", pl.col("segment_no") == 2, capture=3)
    below = p.take("segments", of_segment({**above, "segment_no": 3}))
    p.plant("segments", below, "A2/order:start", start=str(above["end"] - 1))


def neighbours(p: Planting, table: str, capture: int) -> tuple[Row, Row]:
    """Two rows, one below the other, that no fault has taken; neither is the first of its segment."""
    import polars as pl

    pair = (pl.col("segment_no").shift(-1) == pl.col("segment_no")) & spare()
    free = ~(pl.col(PLACE) + 1).is_in(list(p.taken.get(table, ())))
    above = p.take(table, pair, free, capture=capture)
    return above, p.take(table, pl.col(PLACE) == above[PLACE] + 1)


def swapped(p: Planting) -> None:
    """Two mentions stand in the wrong order."""
    above, below = neighbours(p, "mentions", 2)
    p.plant("mentions", above, "", mention_id=below["mention_id"])
    p.plant("mentions", below, "B5/order:mention_id", mention_id=above["mention_id"])


def doubled(p: Planting, first_mention: str) -> None:
    """Keys that occur twice: that of the first mention of all, far below; that of a neighbour; a unique key in two captures."""
    import polars as pl

    mention = p.take("mentions", spare(), capture=3)
    p.plant("mentions", mention, "S3/unique:mention_id B5/order:mention_id", mention_id=first_mention)
    lost = pl.col("mention_id") == mention["mention_id"]
    for _ in range(p.rows["annotations"].filter(lost).height):
        p.plant("annotations", p.take("annotations", lost), "S4/references:mention_id")
    above, below = neighbours(p, "annotations", 0)
    p.plant("annotations", below, "S3/unique:annotation_id", annotation_id=above["annotation_id"])
    said, again = p.take("mentions", spare(), capture=0), p.take("mentions", spare(), capture=3)
    copied = {name: str(said[name]) for name in ("claim_id", "capture_id", "segment_no", "start", "end", "stance", "hedging", "framing")}  # fmt: skip
    p.plant("mentions", again, "S3/unique:end", **copied)


def cells_of_segments(p: Planting) -> None:
    """Single cells of segments."""
    import polars as pl

    row = p.take("segments", pl.col("start") > 0, capture=0)
    p.plant("segments", row, "S2/cells:start", start=f"0{row['start']}")
    p.plant("segments", p.take("segments", capture=1), "S2/cells:sha256", sha256="0")
    p.plant("segments", p.take("segments", capture=2), "B2/spaces:note", note="Read twice. ")
    p.plant("segments", p.take("segments", capture=3), "S2/cells:kind", kind="claims")


def cells_of_mentions(p: Planting) -> None:
    """Single cells of mentions: values that are not written in the one way, codes, blanks, references, and a wrong framing."""
    import polars as pl

    row = p.take("mentions", spare(), capture=0)
    p.plant("mentions", row, "S2/cells:start", start=f"{row['start']}.0")
    row = p.take("mentions", spare(), capture=0)
    p.plant("mentions", row, "S2/cells:segment_no", segment_no=f"0{row['segment_no']}")
    row = p.take("mentions", spare(), capture=1)
    p.plant("mentions", row, "S2/cells:end", end=f" {row['end']}")
    p.plant("mentions", p.take("mentions", spare(), capture=1), "S2/cells:sha256", sha256="F" * 64)
    p.plant("mentions", p.take("mentions", spare(), capture=2), "S2/cells:match", match="equal")
    p.plant("mentions", p.take("mentions", spare(), capture=2), "S2/cells:agent_id", agent_id=None)
    p.plant("mentions", p.take("mentions", spare(), capture=3), "S4/references:claim_id", claim_id=f"C{NOWHERE}")
    p.plant("mentions", p.take("mentions", spare(), capture=3), "S4/references:segment_no", segment_no="9999")
    faithful = p.take("mentions", spare(), pl.col("framing") == "faithful", capture=3)
    p.plant("mentions", faithful, "J6/framing:framing", framing="overstated")


def spans_of_mentions(p: Planting) -> None:
    """Spans outside the text, without length, and outside their segment. Only in captures whose segments can be read."""
    import polars as pl

    row = p.take("mentions", spare(), capture=1)
    beyond = p.rows["captures"].sort(PLACE)["text_length"][1] + 1
    p.plant("mentions", row, "A1/offsets:end A1/mention-in-segment:start", end=str(beyond))
    row = p.take("mentions", spare(), capture=1)
    p.plant("mentions", row, "A1/offsets:end", end=str(row["start"]))
    for table, capture in (("mentions", 3), ("annotations", 1)):
        row = p.take(table, spare(), pl.col("segment_no") > 3, capture=capture)
        p.plant(table, row, "A1/mention-in-segment:start", start="0", end="1")


def cells_of_annotations(p: Planting) -> None:
    """Single cells of annotations."""
    row = p.take("annotations", capture=2)
    p.plant("annotations", row, "S2/cells:annotation_id", annotation_id=f"{row['annotation_id']}x")
    p.plant("annotations", p.take("annotations", capture=3), "S4/references:mention_id", mention_id=f"M{NOWHERE}")
    p.plant("annotations", p.take("annotations", capture=2), "S2/cells:start", start=None)
    p.plant("annotations", p.take("annotations", capture=3), "S2/cells:claim_type", claim_type="benefits")
    everything = "S2/cells:agent_id S4/references:agent_id B3/look-alikes:agent_id B6/ascii-ids:agent_id"
    p.plant("annotations", p.take("annotations", capture=0), everything, agent_id="cur\u0430tor-a")


def notes(p: Planting) -> None:
    """Notes of annotations: a normal form, a script, a formula, a word for missing, and a tab, which is a fault of the file."""
    p.plant("annotations", p.take("annotations", capture=0), "B2/spaces:note", note="Cafe\u0301 talk.")
    p.plant("annotations", p.take("annotations", capture=1), "B3/look-alikes:note", note="The word kr\u0430tom.")
    p.plant("annotations", p.take("annotations", capture=2), "B4/formulas:note", note="=1+1")
    p.plant("annotations", p.take("annotations", capture=3), "B4/formulas:note", note="n/a")
    p.plant("annotations", p.take("annotations", capture=1), "", note="Before\tafter.")
    p.tell("annotations", "", "B1/file:")


def captures(p: Planting) -> None:
    """One fault in each capture: a boolean, a date, a reference (whose source nobody uses any more), and a text that is there twice."""
    import polars as pl

    first, second, third, fourth = p.rows["captures"].sort(PLACE).iter_rows(named=True)
    p.plant("captures", first, "S2/cells:redistributable", redistributable=" true")
    p.plant("captures", second, "S2/cells:captured_on", captured_on="2026-02-30")
    p.plant("captures", third, "S4/references:source_id", source_id="nowhere")
    unused = p.take("sources", pl.col("source_id") == third["source_id"])
    p.plant("sources", unused, "P6/used:source_id")
    p.plant("captures", fourth, "S3/unique:text_sha256", text_sha256=first["text_sha256"])


def articles(p: Planting) -> None:
    """Articles as sources: identifiers, addresses and dates. They come after the source with a DOI whose name is first."""
    import polars as pl

    article = pl.col("source_type") == "web_article"
    taken = p.take("sources", pl.col("doi").is_not_null(), pl.col("source_id") < "article")
    p.plant("sources", p.take("sources", article), "P3/one-source:doi", doi=taken["doi"])
    told = "https://doi.org/10.5555/another"
    p.plant("sources", p.take("sources", article), "P3/address-agrees:doi", verified_url=told)
    p.plant("sources", p.take("sources", article), "P3/locatable:url", url=None)
    p.plant("sources", p.take("sources", article), "S2/cells:year", year="1700")
    p.plant("sources", p.take("sources", article), "S2/cells:verified_on", verified_on="2026-13-01")
    itself = p.take("sources", article)
    p.plant("sources", itself, "P8/superseded:superseded_by", superseded_by=itself["source_id"])
    p.plant("sources", p.take("sources", article), "P8/dates:verified_on", verified_on="2099-01-01")
