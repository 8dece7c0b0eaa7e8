"""What would change a rating: the rubric run again with findings that nobody has made yet, or without those that somebody has."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from .ratings import actions_of, claims_of, links_of, policy, searches_of
from .rubric import Claim, Link, Rating, dispatch, weigh
from .tables import Tables

LOW = {"risk_of_bias": "low"}
NEW_STUDIES: dict[str, list[tuple[str, list[dict[str, Any]]]]] = {
    "effect": [
        ("one randomised trial of 60 people", [{"design": "randomised_trial", "n": 60, **LOW}]),
        ("one randomised trial of 450 people", [{"design": "randomised_trial", "n": 450, **LOW}]),
        ("two randomised trials of 450 people each", [{"design": "randomised_trial", "n": 450, **LOW}] * 2),
        ("one cohort study of 1,000 people", [{"design": "cohort_study", "n": 1000, **LOW}]),
    ],
    "use": [("one representative survey of 1,000 people", [{"design": "population_survey", "n": 1000, **LOW}])],
    "mechanism": [
        ("a binding assay from one more laboratory", [{"design": "binding_assay", "stream": "in_vitro"}]),
        ("binding assays from two more laboratories", [{"design": "binding_assay", "stream": "in_vitro"}] * 2),
    ],
    "existential": [("one verified case report", [{"design": "case_report", "n": 1, **LOW}])],
    "record": [("one dated official record", [{"design": "register_entry", "stream": "record"}])],
    "identity": [("one entry of a database of record", [{"design": "register_entry", "stream": "record"}])],
    "background": [("one named guideline", [{"design": "guideline", "stream": "record"}])],
}
"""By kind of claim: what a reader might wait for, all of it at low risk of bias and about just what is claimed."""


@dataclass(frozen=True)
class Change:
    """A hypothetical body of evidence and what the rubric would then say. ``moves`` if that differs from today."""

    what: str
    direction: str
    verdict: str
    certainty: str
    moves: bool


@dataclass(frozen=True)
class Outlook:
    """What would change a claim's rating: new studies, and the present findings on which the verdict hangs."""

    changes: tuple[Change, ...] = ()
    hangs_on: tuple[tuple[str, str], ...] = ()


def outlooks(tables: Tables) -> dict[str, Outlook]:
    """The outlook of every claim, by id. Stability and harm play no part in it."""
    links, searches = links_of(tables), searches_of(tables)
    found = {}
    for claim in claims_of(tables, actions_of(tables)):
        own, looked = links.get(claim.claim_id, []), searches.get(claim.claim_id, [])

        def rated(body: Sequence[Link], claim: Claim = claim, looked: Any = looked) -> Rating:
            return weigh(claim, sorted(body, key=lambda link: link.finding_id), looked, policy())

        today = rated(own)
        found[claim.claim_id] = (
            Outlook()
            if today.verdict == "not_ratable"
            else Outlook(tuple(changes(claim, own, today, rated)), tuple(hanging(own, today, rated)))
        )
    return found


def changes(claim: Claim, own: list[Link], today: Rating, rated: Any) -> list[Change]:
    """The rating after each new study, for and against."""
    kind = next(name for name, rules in policy()["dispatch"].items() if rules is dispatch(policy(), claim.claim_type))
    made = []
    for what, studies in NEW_STUDIES[kind]:
        for direction in ("supports", "refutes"):
            new = [hypothetical(claim, number, direction, study) for number, study in enumerate(studies)]
            then = rated([*own, *new])
            moves = (then.verdict, then.certainty) != (today.verdict, today.certainty)
            made.append(Change(what, direction, then.verdict, then.certainty, moves))
    return made


def hypothetical(claim: Claim, number: int, direction: str, study: dict[str, Any]) -> Link:
    """A finding that nobody has made, its interval wholly on the side of the threshold that its direction says."""
    name = f"hypothetical-{number}"
    link = Link(finding_id=name, direction=direction, dataset_key=name, lab_key=name, interest="none_declared", **study)
    if claim.threshold_value is None:
        return link
    above = (claim.threshold_operator not in ("lt", "le")) == (direction == "supports")
    value, step = claim.threshold_value, max(abs(claim.threshold_value) / 4, 0.01)
    low, high = (value + step, value + 2 * step) if above else (value - 2 * step, value - step)
    return replace(link, ci_low=low, ci_high=high, interval_type="ci95", unit=claim.threshold_unit)


def hanging(own: list[Link], today: Rating, rated: Any) -> list[tuple[str, str]]:
    """Findings without which the verdict would be another, with that verdict."""
    without = ((link, rated([other for other in own if other is not link])) for link in own)
    return [(link.finding_id, then.verdict) for link, then in without if then.verdict != today.verdict]
