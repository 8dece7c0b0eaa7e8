"""Ratings in plain words, generated from the rating alone."""

from .rubric import Rating

OPENINGS = {
    "supported": "The evidence supports this claim",
    "refuted": "The evidence speaks against this claim",
    "conflicting": "The evidence points both ways",
    "insufficient": "There is evidence, but it is too weak to decide",
    "no_evidence_found": "No admissible evidence was found on either side, although two databases were searched for both",
    "not_ratable": "This is not rated",
    "not_rated": "Nobody has looked for evidence yet",
}
KINDS = {
    "randomised": "randomised trials in people",
    "comparative": "comparative studies in people without random allocation",
    "other_human": "uncontrolled reports from people: surveys, case series, case reports or single-group studies",
    "preclinical": "animals, cells or testimony, none of which shows what happens in people",
    "population": "surveys of representative samples",
    "convenience": "surveys of people who were easy to reach, or cohorts",
    "bench": "laboratory work on receptors, cells, tissues or samples",
    "human_mechanism": "measurements in people",
    "animal_mechanism": "measurements in animals",
    "model_mechanism": "computer models",
    "instance": "verified instances",
    "records": "official records, registers, databases or analyses",
    "criteria": "diagnostic criteria, guidelines and textbooks of record",
}
LOWERED = {
    "risk_of_bias": "risk of bias",
    "inconsistency": "findings that disagree",
    "indirectness": "evidence about something other than what is claimed",
    "imprecision": "small numbers",
    "publication_bias": "small or interested studies",
    "replication": "a single laboratory",
}


def explanation(rating: Rating, version: str) -> str:
    """One short paragraph for a lay reader that says no more than the steps do."""
    first = f"{OPENINGS[rating.verdict]}{why_not_rated(rating)}."
    if rating.stratum is None:
        return " ".join([first, *left_out(rating)])
    return " ".join([first, counted(rating), *lowered(rating), sure(rating, version), *left_out(rating)])


def why_not_rated(rating: Rating) -> str:
    """Why a claim is not ratable, from its only step."""
    if rating.verdict != "not_ratable":
        return ""
    advice = "neither true nor false" in rating.steps[0].reason
    return (": it is advice or opinion, which is neither true nor false" if advice
            else ": as stated it has no measure that could decide it; look at the claims that refine it")  # fmt: skip


def counted(rating: Rating) -> str:
    """How many findings, which way, and of what kind those that decide are."""
    both = f"{rating.n_supports} for, {rating.n_refutes} against" + (
        f", {rating.n_inconclusive} inconclusive" if rating.n_inconclusive else ""
    )
    leaning = {"supports": " It leans towards the claim.", "refutes": " It leans against the claim."}
    lean = leaning.get(rating.lean, "") if rating.verdict == "insufficient" else ""
    return f"Independent findings weighed: {both}; the deciding ones are {KINDS[rating.stratum or '']}.{lean}"


def lowered(rating: Rating) -> list[str]:
    """What lowered the certainty of the deciding stratum."""
    begin = [
        i
        for i, s in enumerate(rating.steps)
        if s.component == "start" and s.reason.lower().startswith((rating.stratum or "").replace("_", " "))
    ]
    if not begin:
        return []
    end = next(
        (i for i, s in enumerate(rating.steps) if i > begin[0] and s.component == "direction"), len(rating.steps)
    )
    why = [LOWERED[s.component] for s in rating.steps[begin[0] : end] if (s.change or 0) < 0 and s.component in LOWERED]
    return [f"What lowers certainty: {', '.join(why)}."] if why else []


def sure(rating: Rating, version: str) -> str:
    """Certainty and stability, named as this rubric's."""
    stays = (
        ""
        if rating.stability is None
        else f", and the verdict stays under {rating.stability:.0%} of alternative policies"
    )
    return f"Certainty: {rating.certainty.replace('_', ' ')} (rubric {version}){stays}."


def left_out(rating: Rating) -> list[str]:
    """How many linked findings were left out."""
    return [f"Linked findings left out, with reasons in the steps: {rating.n_excluded}."] if rating.n_excluded else []
