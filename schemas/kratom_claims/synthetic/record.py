"""The curated side of a synthetic package: replicas of the real record, rated by the real rubric."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .. import ratings as rt
from ..files import csv_text
from ..framing import MISATTRIBUTED, framings
from ..package import Package
from ..tables import Table, Tables, fill
from .texts import TABLES, Plan, Replicas, article_ids, numbered, read, width

if TYPE_CHECKING:
    import polars as pl

REPLICATED = ("sources", "claims", "claim_relations", "findings", "claim_evidence", "searches", "claim_searches", "exclusions", "audits")  # fmt: skip
"""Tables of which every replica has all rows."""
NUMBERED = {"claim_id": "claims", "subject_claim_id": "claims", "object_claim_id": "claims", "finding_id": "findings",
            "search_id": "searches", "audit_id": "audits"}  # fmt: skip
"""Columns of identifiers that are a letter and a number, with the table whose key they hold."""
NAMED = ("source_id", "superseded_by", "dataset_key", "lab_key")
"""Columns of identifiers that are words."""
KEYS = {"claims": "claim_id", "findings": "finding_id", "searches": "search_id", "audits": "audit_id"}


class Record:
    """The curated tables of a synthetic package as text, by name, and the framing of mentions that follows from them."""

    def __init__(self, package: Package, plan: Plan) -> None:
        """Make all curated tables of ``plan.replicas`` replicas, and rate them."""
        import polars as pl

        self.package, self.plan = package, plan
        self.frames = {name: read(package, name) for name in package.paths if name not in TABLES}
        self.most = {name: int(self.frames[name][key].str.slice(1).cast(pl.Int64).max()) for name, key in KEYS.items()}  # type: ignore[arg-type]
        articles = read(package, "captures")["source_id"]
        told = self.frames["sources"]
        self.frames["sources"] = told.filter(~pl.col("source_id").is_in(articles.implode()))
        self.frames |= {name: pl.concat([self.replica(name, r) for r in range(plan.replicas)]) for name in REPLICATED}
        self.rate()  # before the many articles come, which bear on no rating
        self.frames["sources"] = pl.concat([self.frames["sources"], article_rows(told, plan)]).sort("source_id")

    @property
    def claim_width(self) -> int:
        """Digits of identifiers of claims."""
        return width(self.most["claims"] * self.plan.replicas)

    @property
    def replicas(self) -> Replicas:
        """What mentions need to know of the replicas."""
        return Replicas(self.most["claims"], self.claim_width, self.framing)

    def replica(self, name: str, number: int) -> "pl.DataFrame":
        """One replica of a table. The first is the record itself; the others have identifiers of their own."""
        import polars as pl

        frame = self.frames[name]
        ids = [pl.col(c).str.slice(0, 1) + self.number(c, number) for c in NUMBERED if c in frame.columns]
        frame = frame.with_columns(ids)
        if number == 0:
            return frame
        frame = frame.with_columns(pl.col(c) + f"-copy{number}" for c in NAMED if c in frame.columns)
        if name == "claims":
            return frame.with_columns(pl.col("statement").str.strip_suffix(".") + f" (copy {number}).")
        return identified(frame, number) if name == "sources" else frame

    def number(self, column: str, replica: int) -> "pl.Expr":
        """The number of an identifier in a replica, padded."""
        import polars as pl

        most = self.most[NUMBERED[column]]
        moved = pl.col(column).str.slice(1).cast(pl.Int64) + replica * most
        return moved.cast(pl.String).str.zfill(width(most * self.plan.replicas))

    def rate(self) -> None:
        """Compute ratings, their steps, and the framing of every mention of the originals in every replica."""
        import polars as pl

        said = self.mentions()
        with pd.option_context("mode.string_storage", "python"):
            inputs = {name: self.frames[name] for name in ("claims", "claim_evidence", "findings", "sources", "claim_searches", "searches")}  # fmt: skip
            inputs["mentions"] = said.unique(["claim_id", "action"], maintain_order=True)
            computed = rt.rated(Tables((name, self.table(name, frame)) for name, frame in inputs.items()))
            texts = {"ratings": csv_text(rt.RATING_COLUMNS, rt.rating_rows(computed)),
                     "rating_steps": csv_text(rt.STEP_COLUMNS, rt.step_rows(computed))}  # fmt: skip
            self.frames |= {name: pl.read_csv(text.encode(), infer_schema=False) for name, text in texts.items()}
            wording = said.select("claim_id", "stance", "hedging")
            rated = self.table("ratings", self.frames["ratings"]).typed
            right = framings(pd.DataFrame(wording.to_dict(as_series=False)), rated, rt.policy())
        held = said["framing"]
        self.framing = pl.Series(right.to_list(), dtype=pl.String).zip_with(held != MISATTRIBUTED, held)

    def mentions(self) -> "pl.DataFrame":
        """Mentions of the originals, once in each replica, with the claim of that replica."""
        import polars as pl

        held, times = self.plan.originals.rows["mentions"], self.plan.replicas
        claims = np.concatenate([held["claim"].to_numpy() + r * self.most["claims"] for r in range(times)])
        return pl.concat([held] * times).with_columns(claim_id=numbered("C", claims, self.claim_width))

    def table(self, name: str, frame: "pl.DataFrame") -> Table:
        """A table as the rubric takes it."""
        schema = self.package.schemas[name]
        columns = [f["name"] for f in schema["fields"]]
        return fill(Table(name, self.package.paths[name], schema), frame.select(columns).write_csv().encode())


def identified(sources: "pl.DataFrame", replica: int) -> "pl.DataFrame":
    """Sources with identifiers and addresses that nobody else has: DOIs of the prefix for examples, numbers beyond all that were given."""
    import polars as pl

    place = pl.int_range(pl.len()) + replica * len(sources)
    doi = pl.lit("10.5555/kratom-claims.") + place.cast(pl.String)
    kept = pl.col("doi").is_not_null()
    by_doi = pl.col("url").str.starts_with("https://doi.org/") & kept
    page = pl.lit("https://example.org/sources/") + pl.col("source_id")
    return sources.with_columns(
        doi=pl.when(kept).then(doi),
        pmid=pl.when(pl.col("pmid").is_not_null()).then((place + 900_000_000).cast(pl.String)),
        pmcid=pl.when(pl.col("pmcid").is_not_null()).then(pl.lit("PMC") + (place + 900_000_000).cast(pl.String)),
        registry_id=pl.col("registry_id") + f" (copy {replica})",
        url=pl.when(by_doi).then(pl.lit("https://doi.org/") + doi).when(pl.col("url").is_not_null()).then(page),
        verified_url=pl.when(pl.col("verified_url").is_not_null()).then(page),
    )


def article_rows(sources: "pl.DataFrame", plan: Plan) -> "pl.DataFrame":
    """Rows of ``sources`` for the articles of all captures, each like that of its original."""
    import polars as pl

    real = plan.originals.rows["captures"].select("source_id").join(sources, on="source_id", how="left", maintain_order="left")  # fmt: skip
    copied = real[plan.of].with_columns(source_id=article_ids(plan, np.arange(plan.captures)))
    page = pl.lit("https://example.org/articles/") + pl.col("source_id")
    none = {name: pl.lit(None, pl.String) for name in ("doi", "pmid", "pmcid", "registry_id")}
    return copied.select(sources.columns).with_columns(url=page, container=pl.lit("example.org"), **none)
