"""What is planted in the curated tables, in rows that leave every other rating as it is."""

from typing import TYPE_CHECKING

from .planting import NOWHERE, PLACE, Planting

if TYPE_CHECKING:
    import polars as pl


def in_record(p: Planting, unmentioned: list[str]) -> None:
    """All faults of the curated side. ``unmentioned`` are the claims that no mention states: they refine others."""
    computed(p, unmentioned)
    circle(p)
    tied(p)
    bare_relations(p, unmentioned)
    claims(p)
    findings(p)
    links(p)
    looked(p)
    things(p)


def rated(p: Planting, side: str) -> "pl.DataFrame":
    """Claims with verdict and certainty, under names of one side of a relation."""
    import polars as pl

    columns = {f"{side}_claim_id": "claim_id", f"{side}_verdict": "verdict", f"{side}_certainty": "certainty"}
    return p.rows["ratings"].select(pl.col(held).alias(name) for name, held in columns.items())


def related(p: Planting) -> "pl.DataFrame":
    """Relations with the ratings of both claims, and how often each claim stands on its side."""
    import polars as pl

    frame = p.rows["claim_relations"]
    for side in ("subject", "object"):
        frame = frame.join(rated(p, side), on=f"{side}_claim_id", how="left", maintain_order="left")
    return frame.with_columns(
        subjects=pl.len().over("subject_claim_id"), objects=pl.len().over("object_claim_id", "relation")
    )


def computed(p: Planting, unmentioned: list[str]) -> None:
    """Ratings and steps that are not what the rubric computes. The claim whose verdict is wrong has no mention, or its framing would be wrong too."""
    import polars as pl

    wrong = p.take("ratings", pl.col("claim_id").is_in(unmentioned), pl.col("verdict") == "insufficient")
    p.plant("ratings", wrong, "J1/ratings:verdict", verdict="conflicting")
    row = p.take("ratings")
    p.plant("ratings", row, "J1/ratings:n_excluded", n_excluded=str(int(row["n_excluded"]) + 1))
    p.plant("rating_steps", p.take("rating_steps"), "J1/steps:reason", reason="Nobody knows why.")
    missing = p.take("rating_steps", pl.col("component") == "start")
    p.drop("rating_steps", missing)
    p.tell("rating_steps", p.key("rating_steps", missing), "J1/steps:")


def circle(p: Planting) -> None:
    """A claim entails one that entails it: both relations are told. No other path leads from the one to the other."""
    import polars as pl

    same = (pl.col("subject_verdict") == pl.col("object_verdict")) & (pl.col("relation") == "entails")
    alone = pl.len().over("subject_claim_id") == 1
    onward = related(p).filter(same & alone)
    edge = onward.row(0, named=True)
    there = {"subject_claim_id": edge["subject_claim_id"], "object_claim_id": edge["object_claim_id"]}
    held = p.take("claim_relations", *[pl.col(name) == value for name, value in there.items()])
    p.plant("claim_relations", held, "J2/acyclic:object_claim_id")
    p.add("claim_relations", "J2/acyclic:object_claim_id", subject_claim_id=there["object_claim_id"], relation="entails",
          object_claim_id=there["subject_claim_id"], basis="Planted.")  # fmt: skip


def tied(p: Planting) -> None:
    """Claims that are called equivalent, a code that no row used, and are not rated alike; supported claims that are said to contradict each other."""
    import polars as pl

    ratings = p.rows["ratings"]
    supported = ratings.filter(pl.col("verdict") == "supported")["claim_id"].sort()
    refuted = ratings.filter(pl.col("verdict") == "refuted")["claim_id"].sort()
    p.add("claim_relations", "J2/equivalents:relation", subject_claim_id=supported[0], relation="equivalent",
          object_claim_id=refuted[0], basis="Planted.")  # fmt: skip
    p.tell_used("relation", "equivalent")
    p.add("claim_relations", "J3/contradictions:relation", subject_claim_id=supported[1], relation="contradicts",
          object_claim_id=supported[-1], basis="Planted.")  # fmt: skip


def bare_relations(p: Planting, unmentioned: list[str]) -> None:
    """A vague claim loses the one claim that refines it, and a claim that nobody states loses its tie to one that somebody does."""
    import polars as pl

    vague = p.rows["claims"].filter(pl.col("operationalised") == "false", ~pl.col("claim_type").is_in(["advice", "opinion"]))  # fmt: skip
    once = (pl.col("relation") == "refines") & (pl.col("subjects") == 1)
    is_vague = pl.col("object_claim_id").is_in(vague["claim_id"].implode())
    only = related(p).filter(once, is_vague, pl.col("objects") == 1).row(0, named=True)
    p.plant("claim_relations", p.take("claim_relations", pl.col(PLACE) == only[PLACE]), "", relation="contradicts")
    bare = p.take("claims", pl.col("claim_id") == only["object_claim_id"])
    p.plant("claims", bare, "J5/refined:operationalised")
    silent = pl.col("subject_claim_id").is_in(unmentioned)
    tie = related(p).filter(once, silent, ~is_vague).row(0, named=True)
    p.drop("claim_relations", p.take("claim_relations", pl.col(PLACE) == tie[PLACE]))
    p.plant("claims", p.take("claims", pl.col("claim_id") == tie["subject_claim_id"]), "P1/stated:claim_id")


def claims(p: Planting) -> None:
    """Cells of claims that do not bear on ratings. Subject and topic are those of many claims, so that neither falls out of use."""
    import polars as pl

    told = p.rows["claims"]
    often = {name: told[name].mode().sort()[0] for name in ("topic", "subject_id")}
    p.plant("claims", p.take("claims", pl.col("threshold_metric").is_not_null()), "J5/threshold:threshold_metric", threshold_metric=None)  # fmt: skip
    p.plant("claims", p.take("claims", pl.col("topic") == often["topic"]), "S2/cells:topic", topic="pains")
    subject = p.take("claims", pl.col("subject_id") == often["subject_id"])
    p.plant("claims", subject, "S4/references:subject_id", subject_id="nothing")
    said = p.take("claims")
    p.plant("claims", p.take("claims", pl.col(PLACE) > len(told) // 2), "S3/unique:statement", statement=said["statement"])  # fmt: skip
    p.plant("claims", p.take("claims", pl.col("jurisdiction").is_null()), "S2/cells:jurisdiction", jurisdiction="us")
    p.plant("claims", p.take("claims"), "P8/dates:valid_as_of", valid_as_of="2099-01-01")
    p.plant("claims", p.take("claims"), "B2/spaces:note", note="Seen  twice.")


def findings(p: Planting) -> None:
    """Findings: a source of which too little was read, another species, half a p value, and one that no claim uses."""
    import polars as pl

    held = p.rows["findings"]
    alone = held.filter(pl.len().over("source_id") == 1)["source_id"]
    source = p.take("sources", pl.col("source_id").is_in(alone.implode()))
    p.plant("sources", source, "", verified_extent="metadata")
    p.tell_used("verified_extent", "metadata")
    p.plant("findings", p.take("findings", pl.col("source_id") == source["source_id"]), "P2/read:source_id")
    person = p.take("findings", pl.col("species") == "Homo sapiens", pl.col("stream") == "human")
    p.plant("findings", person, "P2/stream:species", species="Rattus norvegicus")
    p.plant("findings", p.take("findings", pl.col("p_operator") == "lt"), "P2/numbers:p_value", p_operator=None)
    spare = p.take("findings")
    p.add("findings", "P6/used:finding_id", **plain(spare) | {"finding_id": after(held["finding_id"], 1), "summary": "Planted, and used by no claim."})  # fmt: skip


def links(p: Planting) -> None:
    """Links of claims that are not rated: one without directness, one to what an article says of itself, one to a finding that is not there."""
    import polars as pl

    not_rated = p.rows["ratings"].filter(pl.col("verdict") == "not_ratable")["claim_id"].to_list()
    link, finding = plain(p.take("claim_evidence", pl.col("direction") == "supports")), p.take("findings")
    p.add("claim_evidence", "J4/directness:direct_outcome", **link | {"claim_id": not_rated[0], "finding_id": finding["finding_id"], "direct_outcome": None})  # fmt: skip
    p.add("claim_evidence", "S4/references:finding_id", **link | {"claim_id": not_rated[1], "finding_id": f"F{NOWHERE}"})  # fmt: skip
    article = p.take("sources", pl.col("source_type") == "web_article")
    told = after(p.rows["findings"]["finding_id"], 2)
    p.add("findings", "", **plain(finding) | {"finding_id": told, "source_id": article["source_id"], "summary": "Planted, told by an article."})  # fmt: skip
    p.add("claim_evidence", "P5/not-evidence:finding_id", **link | {"claim_id": not_rated[-1], "finding_id": told})


def looked(p: Planting) -> None:
    """Searches, what they served, what they left out, and audits."""
    import polars as pl

    p.plant("searches", p.take("searches"), "S2/cells:hits", hits="+8")
    p.plant("searches", p.take("searches"), "P8/dates:searched_on", searched_on="2099-01-01")
    claim = p.rows["claim_searches"]["claim_id"].max()
    p.add("claim_searches", "S4/references:search_id", claim_id=claim, search_id=f"Q{NOWHERE}")
    p.plant("exclusions", p.take("exclusions"), "S2/cells:url", url="ftp://example.org")
    p.plant("audits", p.take("audits", pl.col("note").is_null()), "S4/references:finding_id", finding_id=f"F{NOWHERE}")


def things(p: Planting) -> None:
    """Entities, their cross references, the vocabulary, and an identifier that is retired and in use."""
    import polars as pl

    compound = p.take("entities", pl.col("formula").is_not_null())
    p.plant("entities", compound, "P7/structures:formula", formula="H2O")
    number = p.take("entity_xrefs", pl.col("object_id").str.starts_with("cas:"))
    digit = (int(number["object_id"][-1]) + 1) % 10
    p.plant("entity_xrefs", number, "P3/curies:object_id", object_id=f"{number['object_id'][:-1]}{digit}")
    p.plant("vocabulary", p.take("vocabulary", pl.col("unused_reason").is_null()), "S2/cells:iri", iri="not an address")
    kept = p.take("claims")["claim_id"]
    p.add("retired_ids", "", table="claims", id=kept, status="withdrawn", replaced_by=None, reason="Planted.", retired_in="1.0.0")  # fmt: skip
    p.tell("claims", kept, "R2/retired:")
    p.tell_used("retired_status", "withdrawn")


def plain(row: dict) -> dict:
    """A row without its place."""
    return {name: value for name, value in row.items() if name != PLACE}


def after(ids: "pl.Series", step: int) -> str:
    """An identifier some steps after the highest."""
    last = str(ids.max())
    return f"{last[0]}{int(last[1:]) + step:0{len(last) - 1}d}"
