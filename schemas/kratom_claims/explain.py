"""A claim in plain words: statement, mentions, findings with direction and directness, steps of the rating."""

from typing import Any

import pandas as pd

from .tables import Tables


def explained(tables: Tables, claim_id: str) -> str:
    """Everything this package holds on one claim, as text."""
    t = {name: table.typed for name, table in tables.items()}
    claim = t["claims"][t["claims"]["claim_id"] == claim_id].iloc[0]
    parts = [
        f"{claim_id}  {claim['statement']}",
        f"  {claim['claim_type']}, {claim['topic']}" + ("" if claim["operationalised"] else ", not operationalised"),
        *threshold_lines(claim),
        *relation_lines(t, claim_id),
        *section("Stated in", mention_lines(t, claim_id), "no article; it refines or opposes a claim that is"),
        *section("Evidence", evidence_lines(t, claim_id), "none linked"),
        *section("Searches", search_lines(t, claim_id), "none linked"),
        *rating_lines(t, claim_id),
    ]
    return "\n".join(parts)


def section(title: str, lines: list[str], otherwise: str) -> list[str]:
    """A titled list, or what to say when it is empty."""
    return ["", f"{title}:" if lines else f"{title}: {otherwise}.", *lines]


def threshold_lines(claim: pd.Series) -> list[str]:
    """The threshold that decides the claim, if it has one."""
    if pd.isna(claim["threshold_value"]):
        return []
    words = {"lt": "below", "le": "at most", "eq": "equal to", "ge": "at least", "gt": "above"}
    return [
        f"  decided by: {claim['threshold_metric']} {words[claim['threshold_operator']]} {claim['threshold_value']:g} {claim['threshold_unit']}"
    ]


def relation_lines(t: dict[str, pd.DataFrame], claim_id: str) -> list[str]:
    """Relations to other claims, with their statements."""
    said = dict(zip(t["claims"]["claim_id"], t["claims"]["statement"], strict=True))
    r = t["claim_relations"]
    out = [
        f"  {row.relation} {row.object_claim_id}: {said.get(row.object_claim_id)}"
        for row in r[r["subject_claim_id"] == claim_id].itertuples()
    ]
    return out + [
        f"  {row.subject_claim_id} {row.relation} it: {said.get(row.subject_claim_id)}"
        for row in r[r["object_claim_id"] == claim_id].itertuples()
    ]


def mention_lines(t: dict[str, pd.DataFrame], claim_id: str) -> list[str]:
    """Where the claim is stated, and how."""
    m = t["mentions"][t["mentions"]["claim_id"] == claim_id]
    return [
        f"  {r.mention_id}  {r.capture_id} segment {r.segment_no}, characters {r.start} to {r.end}: {r.stance}, hedging {r.hedging}, action {r.action}, {r.framing}"
        for r in m.itertuples()
    ]


def evidence_lines(t: dict[str, pd.DataFrame], claim_id: str) -> list[str]:
    """Linked findings: direction, design, directness, summary, source, rationale."""
    links = t["claim_evidence"][t["claim_evidence"]["claim_id"] == claim_id]
    links = links.merge(t["findings"], on="finding_id").merge(
        t["sources"][["source_id", "title", "url"]], on="source_id"
    )
    lines: list[str] = []
    for r in links.sort_values(["direction", "finding_id"]).itertuples():
        size = f", n = {r.n}" if pd.notna(r.n) else ""
        direct = ", ".join(f"{name} {value}" for name, value in [("population", r.direct_population), ("exposure", r.direct_exposure),
                           ("comparator", r.direct_comparator), ("outcome", r.direct_outcome)] if pd.notna(value))  # fmt: skip
        lines += [f"  {r.finding_id} {r.direction} ({r.design.replace('_', ' ')}, {r.stream.replace('_', ' ')}{size}; risk of bias {r.risk_of_bias.replace('_', ' ')})",
                  f"      {r.summary}", f"      {r.rationale}" + (f" Directness: {direct}." if direct else ""), f"      {r.source_id}: {r.title} {r.url}"]  # fmt: skip
    return lines


def search_lines(t: dict[str, pd.DataFrame], claim_id: str) -> list[str]:
    """Searches that served the claim."""
    s = t["claim_searches"][t["claim_searches"]["claim_id"] == claim_id].merge(t["searches"], on="search_id")
    return [
        f"  {r.search_id} {r.purpose}, {r.database.replace('_', ' ')}, {r.searched_on:%Y-%m-%d}: {r.query} ({r.hits} hits, {r.included} included)"
        for r in s.itertuples()
    ]


def rating_lines(t: dict[str, pd.DataFrame], claim_id: str) -> list[str]:
    """The rating and each of its steps."""
    rating: Any = t["ratings"][t["ratings"]["claim_id"] == claim_id]
    if rating.empty:
        return ["", "Rating: none; run `make rate`."]
    r = rating.iloc[0]
    steps = t["rating_steps"][t["rating_steps"]["claim_id"] == claim_id].sort_values("step_no")
    moved = [
        f"  {s.step_no:>2} {s.component.replace('_', ' ')}{'' if pd.isna(s.change) else f' ({s.change:+d})'}: {s.reason}"
        for s in steps.itertuples()
    ]
    head = f"Rating (rubric {r['rubric_version']}): {r['verdict'].replace('_', ' ')}, certainty: {r['certainty'].replace('_', ' ')} (rubric {r['rubric_version']})"
    return ["", head, f"  {r['explanation']}", *moved]
