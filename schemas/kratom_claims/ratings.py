"""Ratings of a package: the rubric run over its tables, and the outcome as rows."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

from .package import HOME
from .rubric import Claim, Link, Policy, Rating, Search, rate
from .tables import Tables
from .words import explanation

POLICY = HOME / "schemas" / "rubric.json"
"""The policy: every number and list that the rubric uses."""
RATING_COLUMNS = ["claim_id", "rubric_version", "verdict", "certainty", "lean", "n_supports", "n_refutes", "n_inconclusive", "n_excluded",
                  "stratum", "stability", "harm_if_believed", "harm_if_ignored", "explanation"]  # fmt: skip
STEP_COLUMNS = ["claim_id", "step_no", "component", "change", "reason"]
DIRECTNESS = ["direct_population", "direct_exposure", "direct_comparator", "direct_outcome"]
OF_CLAIMS = (["claim_id", "claim_type", "operationalised", "harm_severity", "hazard", "displaces_care", "vulnerable_group"],
             ["threshold_operator", "threshold_value", "threshold_unit"])  # fmt: skip
OF_LINKS = ["claim_id", "finding_id", "direction"], DIRECTNESS
OF_SOURCES = ["source_id", "source_type", "retraction_status", "interest"]
OF_FINDINGS = (["finding_id", "source_id", "design", "stream", "risk_of_bias", "dataset_key"],
               ["n", "n_events", "effect_type", "effect_value", "ci_low", "ci_high", "interval_type", "unit", "dose_response", "n_probable", "lab_key"])  # fmt: skip
"""Columns of each table that the rubric takes: those that it needs, and others."""


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


def records(tables: Tables, name: str, needed: Sequence[str], more: Sequence[str] = ()) -> Iterable[dict[str, Any]]:
    """Rows of a table as plain values of some columns; codes that the contract does not know are missing.

    A row that lacks what is ``needed`` is passed over (S2 says so).
    """
    table, known, columns = tables[name], codes(name), [*needed, *more]
    held = [[v if v in known[c] else None for v in table.values(c)] if c in known else table.values(c) for c in columns]
    return (dict(zip(columns, row, strict=True)) for row in zip(*held, strict=True) if None not in row[: len(needed)])


def claims_of(tables: Tables, actions: dict[str, str]) -> list[Claim]:
    """Claims as the rubric takes them."""
    return [Claim(**row, action=actions.get(row["claim_id"], "none")) for row in records(tables, "claims", *OF_CLAIMS)]


def actions_of(tables: Tables) -> dict[str, str]:
    """The strongest action of the mentions of each claim."""
    strength = policy()["harm"]["actions"]
    said = [pair for pair in tables["mentions"].keys(["claim_id", "action"]) if pair[1] in strength]
    return dict(sorted(said, key=lambda pair: (strength[pair[1]], pair[1])))  # the last of a claim is the strongest


def links_of(tables: Tables) -> dict[str, list[Link]]:
    """Links with their findings and sources, by claim."""
    sources = {row.pop("source_id"): row for row in records(tables, "sources", OF_SOURCES)}
    findings = {row.pop("finding_id"): row | sources[row.pop("source_id")] | {"dose_response": bool(row["dose_response"])}
                for row in records(tables, "findings", *OF_FINDINGS)
                if row["source_id"] in sources and row["design"] in policy()["design_rank"]}  # fmt: skip
    by_claim: dict[str, list[Link]] = defaultdict(list)
    for row in records(tables, "claim_evidence", *OF_LINKS):
        if row["finding_id"] in findings:
            direct = tuple(row[name] for name in DIRECTNESS)
            by_claim[row["claim_id"]].append(Link(row["finding_id"], row["direction"], directness=direct, **findings[row["finding_id"]]))  # fmt: skip
    return by_claim


def searches_of(tables: Tables) -> dict[str, list[Search]]:
    """Documented searches, by claim."""
    searches = {row["search_id"]: Search(row["purpose"], row["database"]) for row in records(tables, "searches", ["search_id", "purpose", "database"])}  # fmt: skip
    by_claim: dict[str, list[Search]] = defaultdict(list)
    for row in records(tables, "claim_searches", ["claim_id", "search_id"]):
        if row["search_id"] in searches:
            by_claim[row["claim_id"]].append(searches[row["search_id"]])
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
