"""The text side of a synthetic package: whole captures drawn from the real ones, with their segments, mentions and annotations."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..package import Package

if TYPE_CHECKING:
    import polars as pl

TABLES = ("captures", "segments", "mentions", "annotations")
"""Tables that grow with the number of captures."""
BLOCK = 500
"""Captures that are made at a time: about 100,000 mentions."""


def read(package: Package, name: str) -> "pl.DataFrame":
    """A table of a package as text, blank cells missing."""
    import polars as pl

    return pl.read_csv(package.path(name), infer_schema=False)


def as_declared(frame: "pl.DataFrame", schema: dict[str, Any]) -> "pl.DataFrame":
    """Text as the types that a Table Schema declares; columns that it does not name stay as they are."""
    import polars as pl

    types = {"integer": pl.Int64, "number": pl.Float64, "date": pl.Date}
    fields = {f["name"]: f["type"] for f in schema["fields"] if f["type"] != "string" and f["name"] in frame.columns}
    return frame.with_columns(
        pl.col(name) == "true" if type_ == "boolean" else pl.col(name).cast(types[type_])
        for name, type_ in fields.items()
    )


def numbered(prefix: str, numbers: Any, width: int) -> "pl.Series":
    """Identifiers: a prefix and a number, padded to a width so that they sort as the numbers do."""
    import polars as pl

    digits = pl.Series(numbers, dtype=pl.Int64).cast(pl.String).str.zfill(width)
    return pl.select(pl.lit(prefix) + digits).to_series()


def width(most: int) -> int:
    """Digits of identifiers whose highest number is ``most``."""
    return max(4, len(str(most)))


@dataclass(frozen=True)
class Originals:
    """The real captures, ready to be copied: rows of all of them by table, those of one together.

    Of each original (the last is the cut one): ``starts`` and ``counts`` of its rows by table, and its number of
    different ``spans``. Rows have ``original``; spans have ``span``, counted from 0 in each original; mentions have
    the number of their ``claim``; annotations have the place of their ``mention`` in the original.
    """

    rows: dict[str, "pl.DataFrame"]
    starts: dict[str, np.ndarray]
    counts: dict[str, np.ndarray]
    spans: np.ndarray


def originals(package: Package, frames: dict[str, "pl.DataFrame"]) -> Originals:
    """The originals that these rows hold, which are in the order of their ``original``."""
    import polars as pl

    whole = int(frames["captures"]["original"].max()) + 1  # type: ignore[arg-type]
    spans = pl.concat([frames[name].select("original", "start", "end") for name in TABLES[1:]]).unique().sort(pl.all())
    spans = spans.with_columns(span=pl.int_range(pl.len()).over("original"))
    rows = {name: frames[name].join(spans, on=["original", "start", "end"], how="left", maintain_order="left") for name in TABLES[1:]}  # fmt: skip
    rows = {"captures": frames["captures"], **rows}
    counts = {name: np.bincount(frame["original"].to_numpy(), minlength=whole) for name, frame in rows.items()}
    starts = {name: before(count) for name, count in counts.items()}
    return Originals(rows, starts, counts, np.bincount(spans["original"].to_numpy(), minlength=whole))


def before(counts: np.ndarray) -> np.ndarray:
    """How many come before each."""
    return np.cumsum(counts) - counts


def real_rows(package: Package) -> dict[str, "pl.DataFrame"]:
    """Rows of the real captures by table, with what ``Originals`` says beside them."""
    import polars as pl

    frames = {name: as_declared(read(package, name), package.schemas[name]) for name in TABLES}
    known = frames["captures"].select("capture_id").with_row_index("original").cast({"original": pl.Int64})
    frames = {name: frame.join(known, on="capture_id", maintain_order="left").sort("original", maintain_order=True) for name, frame in frames.items()}  # fmt: skip
    mentions = frames["mentions"].with_columns(
        claim=pl.col("claim_id").str.slice(1).cast(pl.Int64), mention=pl.int_range(pl.len()).over("original")
    )
    places = mentions.select("mention_id", "original", "mention")
    notes = frames["annotations"].join(places, on=["mention_id", "original"], how="left", maintain_order="left")
    return {**frames, "mentions": mentions, "annotations": notes}


def cut_short(frames: dict[str, "pl.DataFrame"], original: int, keep: int, number: int) -> dict[str, "pl.DataFrame"]:
    """A copy of one original under a new number that ends with the segment of the mention that is kept last.

    It is as if the article were shorter: segments behind that one are left out, and so are annotations of the mentions left out.
    """
    import polars as pl

    own = {name: frame.filter(pl.col("original") == original) for name, frame in frames.items()}
    mentions = own["mentions"].head(keep)
    segments = own["segments"].filter(pl.col("segment_no") <= mentions["segment_no"].max())
    notes = own["annotations"].filter(pl.col("segment_no") <= mentions["segment_no"].max())
    notes = notes.filter(pl.col("mention").is_null() | (pl.col("mention") < keep))
    captures = own["captures"].with_columns(text_length=pl.lit(segments["end"].max(), pl.Int64))
    cut = {"captures": captures, "segments": segments, "mentions": mentions, "annotations": notes}
    return {name: frame.with_columns(original=pl.lit(number, pl.Int64)) for name, frame in cut.items()}


@dataclass(frozen=True)
class Plan:
    """Which captures a synthetic package has: the original of each, and the rows by table before each (and in all, last).

    The first ``base`` captures hold every original once for each replica of the record, so that every claim that has
    a mention keeps it. The last capture is ``cut`` short, or none is.
    """

    seed: int
    replicas: int
    base: int
    cut: bool
    of: np.ndarray
    before: dict[str, np.ndarray]
    originals: Originals

    @property
    def captures(self) -> int:
        """Number of captures."""
        return len(self.of)

    def total(self, table: str) -> int:
        """Number of rows of a table."""
        return int(self.before[table][-1])

    def ids(self, table: str, prefix: str, places: Any) -> "pl.Series":
        """Identifiers of the rows at these places (from 0) of a table; a missing place has none."""
        return numbered(prefix, places + 1, width(self.total(table)))


def planned(package: Package, count: int, replicas: int, seed: int) -> Plan:
    """The plan of a package of ``count`` mentions, of which there are enough for the base."""
    import polars as pl

    frames = real_rows(package)
    size = np.bincount(frames["mentions"]["original"].to_numpy())
    base = np.tile(np.arange(len(size)), replicas)
    left = count - replicas * int(size.sum())
    drawn = np.random.default_rng([seed, 0]).integers(0, len(size), left // int(size.min()) + 1)
    ends = np.cumsum(size[drawn])
    whole = int(np.searchsorted(ends, left, side="right"))
    of = np.concatenate([base, drawn[:whole]])
    keep = left - (int(ends[whole - 1]) if whole else 0)
    if keep:
        cut = cut_short(frames, int(drawn[whole]), keep, len(size))
        frames = {name: pl.concat([frame, cut[name]]) for name, frame in frames.items()}
        of = np.append(of, len(size))
    held = originals(package, frames)
    rows = {name: np.concatenate([[0], np.cumsum(held.counts[name][of])]) for name in TABLES}
    return Plan(seed, replicas, len(base), keep > 0, of, rows, held)


@dataclass(frozen=True)
class Replicas:
    """What mentions need to know of the replicas of the record.

    The highest number of a claim in the first, the digits of claims, and the framing of all mentions of the originals,
    replica after replica.
    """

    most: int
    digits: int
    framing: "pl.Series"


def block(plan: Plan, first: int, last: int, replicas: Replicas) -> dict[str, "pl.DataFrame"]:
    """Rows of the captures from ``first`` to before ``last``, by table, typed, in the order of their keys."""
    rng = np.random.default_rng([plan.seed, 1, first])
    of, held, numbers = plan.of[first:last], plan.originals, np.arange(first, last)
    hashes = random_hashes(rng, int(held.spans[of].sum()) + len(of))
    texts, span_base = hashes[-len(of) :], before(held.spans[of])
    names = capture_ids(plan, numbers, texts)
    made, run, row = {}, {}, {}
    for table in TABLES:
        run[table], row[table] = copies(held.starts[table][of], held.counts[table][of])
        frame = held.rows[table][row[table]].with_columns(capture_id=names[run[table]])
        if table != "captures":
            frame = frame.with_columns(sha256=hashes[span_base[run[table]] + frame["span"].to_numpy()])
        made[table] = frame
    replica = replicas_drawn(rng, plan, numbers[run["mentions"]])
    return {
        "captures": made["captures"].with_columns(source_id=article_ids(plan, numbers), text_sha256=texts),
        "segments": made["segments"],
        "mentions": made["mentions"].with_columns(
            mention_id=own_ids(plan, "mentions", "M", first, last),
            claim_id=numbered("C", made["mentions"]["claim"].to_numpy() + replica * replicas.most, replicas.digits),
            framing=replicas.framing[replica * len(held.rows["mentions"]) + row["mentions"]],
        ),
        "annotations": made["annotations"].with_columns(
            annotation_id=own_ids(plan, "annotations", "N", first, last),
            mention_id=plan.ids("mentions", "M", plan.before["mentions"][numbers][run["annotations"]] + made["annotations"]["mention"]),
        ),
    }  # fmt: skip


def capture_ids(plan: Plan, captures: np.ndarray, hashes: "pl.Series") -> "pl.Series":
    """Identifiers of captures: number and the beginning of the hash of the text."""
    import polars as pl

    return pl.select(numbered("", captures, width(plan.captures)) + "_" + hashes.str.slice(0, 16)).to_series()


def own_ids(plan: Plan, table: str, prefix: str, first: int, last: int) -> "pl.Series":
    """Identifiers of the rows of the captures from ``first`` to before ``last``."""
    return plan.ids(table, prefix, np.arange(*plan.before[table][[first, last]]))


def article_ids(plan: Plan, captures: np.ndarray) -> "pl.Series":
    """Identifiers of the sources of captures."""
    return numbered("article-", captures, width(plan.captures))


def copies(starts: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For runs of rows that are copied one after the other: the number of the run of each copy, and the row copied."""
    run = np.repeat(np.arange(len(counts)), counts)
    return run, np.arange(len(run)) + (starts - before(counts))[run]


def replicas_drawn(rng: np.random.Generator, plan: Plan, captures: np.ndarray) -> np.ndarray:
    """The replica of the record to whose claim each mention goes: the first is drawn most often, the n-th 1/n as often.

    Captures of the base take one replica each.
    """
    share = 1 / np.arange(1, plan.replicas + 1)
    drawn = rng.choice(plan.replicas, len(captures), p=share / share.sum())
    each = plan.base // plan.replicas
    return np.where(captures < plan.base, captures // each, drawn)


def random_hashes(rng: np.random.Generator, count: int) -> "pl.Series":
    """Random texts in the form of SHA-256."""
    import polars as pl

    content = np.frombuffer(rng.bytes(32 * count), dtype=np.uint8).reshape(count, 32)
    return pl.Series(content).cast(pl.List(pl.UInt8)).cast(pl.Binary).bin.encode("hex")
