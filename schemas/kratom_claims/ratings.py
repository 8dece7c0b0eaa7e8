"""Ratings of a package: the rubric run over its tables, and the outcome as rows."""

import json
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

import pandas as pd

from .package import HOME
from .rubric import Claim, Link, Policy, Rating, Search, rate
from .tables import Tables
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


def rated(tables: Tables) -> dict[str, Rating]:
    """The rating of every claim of a package, by id in order."""
    links, searches, actions = links_of(tables), searches_of(tables), actions_of(tables)
    claims = claims_of(tables, actions)
    return {c.claim_id: rated_once(c, tuple(links.get(c.claim_id, [])), tuple(searches.get(c.claim_id, []))) for c in claims}  # fmt: skip


@cache
def rated_once(claim: Claim, links: tuple[Link, ...], searches: tuple[Search, ...]) -> Rating:
    """The rating of one claim; the same evidence is weighed once."""
    return rate(claim, links, searches, policy())


def records(frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """Rows as plain dictionaries, missing values as None."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def claims_of(tables: Tables, actions: dict[str, str]) -> list[Claim]:
    """Claims as the rubric takes them. A row that lacks what the rubric needs is passed over (S2 says so)."""
    frame = tables["claims"].typed.dropna(
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
    frame = tables["mentions"].typed[["claim_id", "action"]].dropna()
    ranked = (
        frame.assign(rank=frame["action"].map(strength)).sort_values("rank").drop_duplicates("claim_id", keep="last")
    )
    return dict(zip(ranked["claim_id"], ranked["action"], strict=True))


def links_of(tables: Tables) -> dict[str, list[Link]]:
    """Links with their findings and sources, by claim."""
    frame = tables["claim_evidence"].typed.merge(
        tables["findings"].typed.drop(columns=["_line", "_row", "agent_id"]), on="finding_id"
    )
    frame = frame.merge(
        tables["sources"].typed[["source_id", "source_type", "retraction_status", "interest"]], on="source_id"
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
    frame = tables["claim_searches"].typed.merge(tables["searches"].typed, on="search_id")
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
