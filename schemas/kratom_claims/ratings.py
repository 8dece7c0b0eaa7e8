"""Ratings of a package: the rubric run over its tables, and the outcome as rows."""

import json
from collections import defaultdict
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

import narwhals as nw
import pandas as pd

from .package import HOME
from .rubric import Claim, Link, Policy, Rating, Search, rate
from .tables import Tables, collected
from .words import explanation

POLICY = HOME / "schemas" / "rubric.json"
"""The policy: every number and list that the rubric uses."""
RATING_COLUMNS = ["claim_id", "rubric_version", "verdict", "certainty", "lean", "n_supports", "n_refutes", "n_inconclusive", "n_excluded",
                  "stratum", "stability", "harm_if_believed", "harm_if_ignored", "explanation"]  # fmt: skip
STEP_COLUMNS = ["claim_id", "step_no", "component", "change", "reason"]


@cache
def policy() -> Policy:
    """The policy in force."""
    return json.loads(POLICY.read_text(encoding="utf-8"))


def rated(tables: Tables, actions: dict[str, str] | None = None) -> dict[str, Rating]:
    """The rating of every claim of a package, by id in order; ``actions`` are the strongest ones, if they are known already."""
    links, searches = links_of(tables), searches_of(tables)
    claims = claims_of(tables, actions_of(tables) if actions is None else actions)
    ratings = {c.claim_id: rated_once(c, tuple(links.get(c.claim_id, [])), tuple(searches.get(c.claim_id, []))) for c in claims}  # fmt: skip
    return {claim_id: rating for claim_id, rating in ratings.items() if rating is not None}


@lru_cache(maxsize=100_000)
def rated_once(claim: Claim, links: tuple[Link, ...], searches: tuple[Search, ...]) -> Rating | None:
    """The rating of one claim; the same evidence is weighed once. None if its numbers cannot be (P2 says so)."""
    try:
        return rate(claim, links, searches, policy())
    except (ArithmeticError, ValueError):
        return None


@cache
def codes(name: str) -> dict[str, list[str]]:
    """The codes of each coded column of a table of the contract."""
    schema = json.loads((HOME / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    return {f["name"]: f["constraints"]["enum"] for f in schema["fields"] if "enum" in f.get("constraints", {})}


def sound(tables: Tables, name: str) -> pd.DataFrame:
    """The typed rows of a table; codes that the contract does not know are missing (S2 says so)."""
    frame = tables[name].typed
    return frame.assign(**{column: frame[column].where(frame[column].isin(known)) for column, known in codes(name).items()})  # fmt: skip


def records(frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """Rows as plain dictionaries, missing values as None."""
    # to_dict would look at the type of every cell, and at Arrow's column names in every row.
    names = frame.columns.tolist()
    columns = [frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in names]
    return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))


def claims_of(tables: Tables, actions: dict[str, str]) -> list[Claim]:
    """Claims as the rubric takes them. A row that lacks what the rubric needs is passed over (S2 says so)."""
    frame = sound(tables, "claims").dropna(
        subset=[
            "claim_id",
            "claim_type",
            "operationalised",
            "harm_severity",
            "hazard",
            "displaces_care",
            "vulnerable_group",
        ]
    )
    names = [name for name in Claim.__dataclass_fields__ if name != "action"]
    return [Claim(**row, action=actions.get(row["claim_id"], "none")) for row in records(frame[names])]


def actions_of(tables: Tables) -> dict[str, str]:
    """The strongest action of the mentions of each claim."""
    strength = policy()["harm"]["actions"]
    said = tables.mentions.select("claim_id", "action").filter(nw.col("action").is_in(list(strength)))
    pairs = collected(said.drop_nulls().unique(["claim_id", "action"])).iter_rows()
    return dict(sorted(pairs, key=lambda pair: (strength[pair[1]], pair[1])))  # the last of a claim is the strongest


def links_of(tables: Tables) -> dict[str, list[Link]]:
    """Links with their findings and sources, by claim."""
    frame = sound(tables, "claim_evidence").merge(
        sound(tables, "findings").drop(columns=["_line", "_row", "agent_id"]), on="finding_id"
    )
    frame = frame.merge(
        sound(tables, "sources")[["source_id", "source_type", "retraction_status", "interest"]], on="source_id"
    )
    frame = frame.dropna(
        subset=[
            "claim_id",
            "direction",
            "design",
            "stream",
            "risk_of_bias",
            "dataset_key",
            "source_type",
            "retraction_status",
            "interest",
        ]
    )
    frame = frame[frame["design"].isin(policy()["design_rank"])]
    direct = ["direct_population", "direct_exposure", "direct_comparator", "direct_outcome"]
    names = [name for name in Link.__dataclass_fields__ if name not in ("directness", "dose_response")]
    by_claim: dict[str, list[Link]] = defaultdict(list)
    for row in records(frame[["claim_id", "dose_response", *direct, *names]]):
        link = Link(
            **{name: row[name] for name in names},
            directness=tuple(row[d] for d in direct),
            dose_response=bool(row["dose_response"]),
        )
        by_claim[row["claim_id"]].append(link)
    return by_claim


def searches_of(tables: Tables) -> dict[str, list[Search]]:
    """Documented searches, by claim."""
    frame = sound(tables, "claim_searches").merge(sound(tables, "searches"), on="search_id")
    by_claim: dict[str, list[Search]] = defaultdict(list)
    for row in records(frame[["claim_id", "purpose", "database"]].dropna()):
        by_claim[row["claim_id"]].append(Search(row["purpose"], row["database"]))
    return by_claim


def rating_rows(ratings: dict[str, Rating]) -> list[list[Any]]:
    """Rows of the table ``ratings``."""
    plain = RATING_COLUMNS[2:-1]
    return [
        [claim, policy()["version"], *(getattr(r, name) for name in plain), explanation(r, policy()["version"])]
        for claim, r in sorted(ratings.items())
    ]


def step_rows(ratings: dict[str, Rating]) -> list[list[Any]]:
    """Rows of the table ``rating_steps``."""
    return [
        [claim, number, step.component, step.change, step.reason]
        for claim, r in sorted(ratings.items())
        for number, step in enumerate(r.steps, start=1)
    ]
