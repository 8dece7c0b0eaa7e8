"""The rubric: from findings to a verdict and a certainty.

``rate`` is a pure function: no clock, no model, no network, no file. Every number it uses stands in the policy
(``schemas/rubric.json``). Ratings are GRADE-informed; they are not GRADE.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import product
from math import sqrt
from typing import Any, NamedTuple

Policy = dict[str, Any]
OPPOSITE = {"supports": "refutes", "refutes": "supports"}
NONE = "none"


@dataclass(frozen=True)
class Claim:
    """What of a claim decides how it is rated. ``action`` is the strongest of its mentions."""

    claim_id: str
    claim_type: str
    operationalised: bool = True
    threshold_operator: str | None = None
    threshold_value: float | None = None
    threshold_unit: str | None = None
    harm_severity: int = 0
    hazard: str = NONE
    displaces_care: bool = False
    vulnerable_group: bool = False
    action: str = NONE


@dataclass(frozen=True)
class Link:
    """A finding as it bears on a claim: the link's direction and directness, the finding's design, size and bias."""

    finding_id: str
    direction: str
    design: str
    stream: str = "human"
    directness: tuple[str | None, ...] = ("exact", "exact", "exact", "exact")
    n: int | None = None
    n_events: int | None = None
    effect_type: str | None = None
    effect_value: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    interval_type: str | None = None
    unit: str | None = None
    risk_of_bias: str = "not_assessed"
    dose_response: bool = False
    n_probable: int | None = None
    dataset_key: str = ""
    lab_key: str | None = None
    source_type: str = "journal_article"
    retraction_status: str = "none_found"
    interest: str = "unknown"


@dataclass(frozen=True)
class Search:
    """A documented search: what it was worded to find, and where."""

    purpose: str
    database: str


class Step(NamedTuple):
    """One step of a rating: the part of the rubric, the levels moved, and why."""

    component: str
    change: int | None
    reason: str


@dataclass(frozen=True)
class Rating:
    """The outcome for one claim, with the steps that led there."""

    verdict: str
    certainty: str = NONE
    lean: str = NONE
    n_supports: int = 0
    n_refutes: int = 0
    n_inconclusive: int = 0
    n_excluded: int = 0
    stratum: str | None = None
    stability: float | None = None
    harm_if_believed: str = NONE
    harm_if_ignored: str = NONE
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Body:
    """The findings of one stratum, judged: where they point, how surely (index into the levels), and why."""

    name: str
    decides: bool
    direction: str
    level: int
    supports: int
    refutes: int
    steps: tuple[Step, ...]


class Side(tuple[Link, ...]):
    """Findings, with the figures that are held against thresholds, each computed once."""

    @cached_property
    def human(self) -> "Side":
        """Those in people."""
        return Side(link for link in self if link.stream == "human")

    @cached_property
    def people(self) -> int:
        """Participants; a finding without a number counts as one."""
        return sum(link.n or 1 for link in self)

    @cached_property
    def counted(self) -> int:
        """Participants of the findings that give their number."""
        return sum(link.n or 0 for link in self)

    @cached_property
    def largest(self) -> int:
        """Participants of the largest finding."""
        return max((link.n or 0 for link in self), default=0)

    @cached_property
    def laboratories(self) -> int:
        """Independent laboratories."""
        return len({link.lab_key or link.dataset_key or link.finding_id for link in self})

    @cached_property
    def probable(self) -> int:
        """Cases of at least probable causality."""
        return sum(link.n_probable or 0 for link in self)

    @cached_property
    def shares(self) -> dict[str, float]:
        """Shares that were asked for, by name."""
        return {}

    def share(self, name: str, chosen: Callable[[Link], bool]) -> float:
        """Share of the participants who are in the chosen findings; the name stands for the choice."""
        if name not in self.shares:
            self.shares[name] = Side(link for link in self if chosen(link)).people / self.people
        return self.shares[name]


@dataclass
class Stand:
    """How the findings of a stratum that point anywhere stand: how many on each side, and those that carry the direction."""

    supports: int
    refutes: int
    side: Side


@dataclass
class Evidence:
    """The links of a claim under the rules of its type: which are admitted, and how they stand in each stratum.

    Neither thresholds nor start levels decide any of this, so alternative policies share it.
    """

    claim: Claim
    links: Sequence[Link]
    rules: dict[str, Any]
    policy: Policy
    stands: dict[str, Stand] = field(default_factory=dict)
    reduced: dict[tuple[str, ...], "Evidence"] = field(default_factory=dict)

    @cached_property
    def admitted(self) -> tuple[list[Link], tuple[Step, ...]]:
        """Links that may bear the claim, and why the others may not."""
        return admit(self.claim, self.links, self.rules, self.policy)

    @property
    def kept(self) -> list[Link]:
        """Links that may bear the claim."""
        return self.admitted[0]

    def without(self, ids: Sequence[str]) -> "Evidence":
        """The same without some findings."""
        out = tuple(ids)
        if out not in self.reduced:
            left = [link for link in self.links if link.finding_id not in out]
            self.reduced[out] = Evidence(self.claim, left, self.rules, self.policy)
        return self.reduced[out]

    def stand(self, stratum: dict[str, Any]) -> Stand:
        """How the findings of a stratum stand."""
        if stratum["name"] not in self.stands:
            self.stands[stratum["name"]] = stand(self.claim, self.kept, stratum)
        return self.stands[stratum["name"]]


def rate(claim: Claim, links: Iterable[Link], searches: Iterable[Search], policy: Policy) -> Rating:
    """Rate one claim. The order of links and searches does not matter."""
    searches, evidence = list(searches), evidence_of(claim, links, policy)
    core = weighed(evidence, searches, policy)
    if core.stratum is not None:
        share, step = stability(evidence, searches, policy, core.verdict)
        core = replace(core, stability=share, steps=(*core.steps, step))
    believed, ignored, step = harm(claim, policy)
    return replace(core, harm_if_believed=believed, harm_if_ignored=ignored, steps=(*core.steps, step))


def evidence_of(claim: Claim, links: Iterable[Link], policy: Policy) -> Evidence:
    """The links of a claim, in order, under the rules of its type (none if such claims are not rated)."""
    ordered = sorted(links, key=lambda link: link.finding_id)
    ratable = claim.claim_type not in policy["not_ratable_types"]
    return Evidence(claim, ordered, dispatch(policy, claim.claim_type) if ratable else {}, policy)


def weigh(claim: Claim, links: Sequence[Link], searches: Sequence[Search], policy: Policy) -> Rating:
    """Verdict and certainty under one policy: steps 1 to 5 of the rubric."""
    return weighed(evidence_of(claim, links, policy), searches, policy)


def weighed(evidence: Evidence, searches: Sequence[Search], policy: Policy) -> Rating:
    """Verdict and certainty of a claim whose links are at hand as evidence."""
    claim = evidence.claim
    if claim.claim_type in policy["not_ratable_types"]:
        return Rating(
            "not_ratable",
            steps=(
                Step(
                    "dispatch",
                    None,
                    f"A claim of type {claim.claim_type} is neither true nor false, so it is not rated; its harm is.",
                ),
            ),
        )
    if not claim.operationalised:
        return Rating(
            "not_ratable",
            steps=(
                Step(
                    "dispatch",
                    None,
                    "As stated the claim has no measure that could decide it; the claims that refine it carry one.",
                ),
            ),
        )
    kept, dropped = evidence.admitted
    told = (Step("dispatch", None, f"Claims of type {claim.claim_type}: {evidence.rules['admits']}."), *dropped)
    excluded = len(evidence.links) - len(kept)
    if not kept:
        return replace(nothing_left(searches, policy, told), n_excluded=excluded)
    rating = conclude(evidence, searches, policy)
    count = {d: sum(link.direction == d for link in kept) for d in ("supports", "refutes", "inconclusive")}
    return replace(rating, n_supports=count["supports"], n_refutes=count["refutes"], n_inconclusive=count["inconclusive"],
                   n_excluded=excluded, steps=(*told, *rating.steps))  # fmt: skip


def conclude(evidence: Evidence, searches: Sequence[Search], policy: Policy) -> Rating:
    """Verdict and certainty that the admitted links give."""
    rules = dispatch(policy, evidence.claim.claim_type)
    if evidence.claim.claim_type != "existential" or any(link.direction == "supports" for link in evidence.kept):
        return robust(evidence, decide(evidence, rules, policy), rules, policy)
    unseen = f"Findings that looked and show no instance: {len(evidence.kept)}; that does not show that there is none."
    return nothing_left(searches, policy, (Step("direction", None, unseen),))


def dispatch(policy: Policy, claim_type: str) -> dict[str, Any]:
    """The part of the policy for a type of claim."""
    return next(rules for rules in policy["dispatch"].values() if claim_type in rules["claim_types"])


def admit(
    claim: Claim, links: Sequence[Link], rules: dict[str, Any], policy: Policy
) -> tuple[list[Link], tuple[Step, ...]]:
    """Links that may bear the claim, one for each data set, held against its threshold; and why the others may not."""
    steps, kept, admissible = [], [], all_starts(rules)
    for link in links:
        if why := barred(link, admissible, policy):
            steps.append(Step("exclusion", None, f"{link.finding_id} is left out: {why}."))
        else:
            kept.append(held_against_threshold(claim, link, policy))
    best: dict[str, Link] = {}
    for link in sorted(kept, key=lambda k: precedence(k, policy)):
        first = best.setdefault(link.dataset_key or link.finding_id, link)
        if first is not link:
            steps.append(
                Step(
                    "duplicate_data",
                    None,
                    f"{link.finding_id} is left out: it rests on the same data as {first.finding_id}.",
                )
            )
    kept = sorted(best.values(), key=lambda k: k.finding_id)
    direct = {link.finding_id: link.direction for link in links}
    steps += [Step("threshold", None, f"{k.finding_id} counts as inconclusive: its interval is not wholly on the side of the threshold that its link says.")
              for k in kept if k.direction != direct[k.finding_id]]  # fmt: skip
    return kept, tuple(steps)


def precedence(link: Link, policy: Policy) -> tuple[bool, int, int, str]:
    """Which of several findings from the same data is kept: one that points somewhere, strongest design, largest, first."""
    return link.direction == "inconclusive", policy["design_rank"].index(link.design), -(link.n or 0), link.finding_id


def barred(link: Link, admissible: set[str], policy: Policy) -> str:
    """Why a link may not bear claims of this kind; empty if it may."""
    never = policy["never"]
    return (
        never["retraction_statuses"].get(link.retraction_status)
        or never["source_types"].get(link.source_type)
        or never["designs"].get(link.design)
        or (
            ""
            if link.design in admissible
            else f"a {link.design.replace('_', ' ')} is not admissible for this type of claim"
        )
    )


def all_starts(rules: dict[str, Any]) -> set[str]:
    """All designs that some stratum admits."""
    return {design for stratum in rules["strata"] for design in stratum["start"]}


def held_against_threshold(claim: Claim, link: Link, policy: Policy) -> Link:
    """The link, turned inconclusive if its interval is measured as the threshold is and not wholly on the side it is said to be on."""
    side = side_of_threshold(claim, link, policy)
    return link if side in (None, link.direction) else replace(link, direction="inconclusive")


def side_of_threshold(claim: Claim, link: Link, policy: Policy) -> str | None:
    """On which side of the claim's threshold the interval of a finding wholly lies; None if the two cannot be compared."""
    if claim.claim_type not in policy["threshold_claims"] or claim.threshold_value is None:
        return None
    low, high = interval(link)
    if low is None or high is None or link.unit != claim.threshold_unit:
        return None
    value = claim.threshold_value
    if claim.threshold_operator == "eq":
        return "inconclusive" if low <= value <= high else "refutes"
    below = claim.threshold_operator in ("lt", "le")
    if high < value:
        return "supports" if below else "refutes"
    if low > value:
        return "refutes" if below else "supports"
    return "inconclusive"


def interval(link: Link) -> tuple[float | None, float | None]:
    """The 95 % interval of a finding: as reported, or Wilson's for a proportion in percent with its n."""
    if link.ci_low is not None and link.ci_high is not None and link.interval_type in ("ci95", "ci99", "ci90"):
        return link.ci_low, link.ci_high
    if link.effect_type == "proportion" and link.n and (link.n_events is not None or link.effect_value is not None):
        share = link.n_events / link.n if link.n_events is not None else (link.effect_value or 0.0) / 100
        return wilson(share, link.n)
    return None, None


def wilson(share: float, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's score interval of a proportion, in percent (Wilson 1927)."""
    centre, spread = share + z * z / (2 * n), z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return 100 * (centre - spread) / (1 + z * z / n), 100 * (centre + spread) / (1 + z * z / n)


def nothing_left(searches: Sequence[Search], policy: Policy, told: tuple[Step, ...]) -> Rating:
    """No admissible finding: documented searches on both sides in enough databases, or nobody has looked."""
    places = {side: {s.database for s in searches if s.purpose == side} for side in ("supporting", "disconfirming")}
    enough = all(len(found) >= policy["databases_needed"] for found in places.values())
    counted = ", ".join(
        f"{sum(s.purpose == side for s in searches)} {side} in {len(found)} databases" for side, found in places.items()
    )
    step = Step("search", None, f"No admissible finding speaks to it; documented searches: {counted}.")
    return Rating("no_evidence_found" if enough else "not_rated", steps=(*told, step))


def decide(evidence: Evidence, rules: dict[str, Any], policy: Policy) -> Rating:
    """Judge each stratum and let the most certain one that says anything decide; ties go to the stronger design."""
    bodies = [body for stratum in rules["strata"] if (body := judge(evidence, stratum, rules, policy)) is not None]
    steps = tuple(step for body in bodies for step in body.steps)
    if not bodies:
        step = Step(
            "decision", None, "Every admissible finding is inconclusive, so the claim is neither supported nor refuted."
        )
        return Rating("insufficient", stratum=first_stratum(evidence.kept, rules), steps=(step,))
    able = [body for body in bodies if body.decides]
    if not able:
        return preclinical_only(bodies[0], steps)
    first = max(able, key=lambda body: body.level)
    levels = policy["levels"]
    opposed = [b for b in able if b.direction == OPPOSITE.get(first.direction) and b.level >= levels.index("low")]
    if opposed:
        return Rating(
            "conflicting",
            levels[first.level],
            stratum=first.name,
            steps=(*steps, Step("decision", None, f"{words(first)} and {words(opposed[0])} point opposite ways.")),
        )
    return outcome(evidence.claim, first, evidence.kept, steps, policy)


def outcome(claim: Claim, body: Body, kept: Sequence[Link], steps: tuple[Step, ...], policy: Policy) -> Rating:
    """The verdict that the deciding stratum gives."""
    levels = policy["levels"]
    certainty, lean = levels[body.level], body.direction if body.direction in OPPOSITE else NONE
    if body.direction == "conflicting":
        verdict, why = (
            ("conflicting", "its findings point both ways")
            if body.level >= levels.index("low")
            else ("insufficient", "its findings point both ways and are too weak to weigh")
        )
    elif body.level < levels.index("low"):
        verdict, why = "insufficient", "certainty below low does not decide"
    elif needs_interval(claim, policy) and not any(
        side_of_threshold(claim, link, policy) == body.direction for link in kept
    ):
        verdict, why = "insufficient", "no finding has an interval wholly on that side of the threshold"
    elif claim.claim_type == "background" and not any(
        link.design in policy["background_needs"] and link.direction == body.direction for link in kept
    ):
        verdict, why = "insufficient", "no named criterion or guideline says so"
    else:
        verdict, why = (
            ("supported", "it is enough to decide")
            if body.direction == "supports"
            else ("refuted", "it is enough to decide")
        )
        lean = body.direction
    return Rating(
        verdict,
        certainty,
        lean,
        stratum=body.name,
        steps=(*steps, Step("decision", None, f"{words(body)} decides: {why}.")),
    )


def needs_interval(claim: Claim, policy: Policy) -> bool:
    """Whether only an interval held against the threshold can decide the claim."""
    return claim.claim_type in policy["threshold_claims"] and claim.threshold_value is not None


def preclinical_only(body: Body, steps: tuple[Step, ...]) -> Rating:
    """Animals, the bench and testimony never decide a claim about people."""
    lean = body.direction if body.direction in OPPOSITE else NONE
    step = Step(
        "decision",
        None,
        "Only animals, the bench or testimony speak to it, and these never decide a claim about people.",
    )
    return Rating("insufficient", "very_low", lean, stratum=body.name, steps=(*steps, step))


def first_stratum(kept: Sequence[Link], rules: dict[str, Any]) -> str:
    """The strongest stratum that holds any finding."""
    return next(s["name"] for s in rules["strata"] if any(link.design in s["start"] for link in kept))


def words(body: Body) -> str:
    """A stratum in words, to begin a sentence."""
    return f"The stratum {body.name.replace('_', ' ')} ({body.supports} for, {body.refutes} against)"


def stand(claim: Claim, kept: Sequence[Link], stratum: dict[str, Any]) -> Stand:
    """How the findings of a stratum stand: how many point which way, and which carry the direction."""
    here = [link for link in kept if link.design in stratum["start"] and link.direction in OPPOSITE]
    for_ = sum(link.direction == "supports" for link in here)
    against = len(here) - for_
    if claim.claim_type == "existential" and for_:
        carried: Sequence[str] = ("supports",)
    else:
        carried = [*OPPOSITE] if for_ == against else ["supports" if for_ > against else "refutes"]
    return Stand(for_, against, Side(link for link in here if link.direction in carried))


def pointed(claim: Claim, stand: Stand, policy: Policy) -> str:
    """Where the findings of a stratum point; one instance is enough for a claim that something exists."""
    if claim.claim_type == "existential":
        return "supports"
    limit, total = policy["thresholds"]["direction_share"], stand.supports + stand.refutes
    return (
        "supports"
        if stand.supports / total >= limit
        else "refutes"
        if stand.refutes / total >= limit
        else "conflicting"
    )


def judge(evidence: Evidence, stratum: dict[str, Any], rules: dict[str, Any], policy: Policy) -> Body | None:
    """Direction and certainty of one stratum; None if no finding in it points anywhere."""
    claim, stood = evidence.claim, evidence.stand(stratum)
    if not stood.side:
        return None
    for_, against, side = stood.supports, stood.refutes, stood.side
    direction = pointed(claim, stood, policy)
    levels = policy["levels"]
    start = max(levels.index(stratum["start"][link.design]) for link in side)
    steps = [
        Step(
            "start",
            None,
            f"{stratum['name'].replace('_', ' ').capitalize()}: findings that carry the direction: {len(side)}; the design starts at {levels[start].replace('_', ' ')}.",
        )
    ]
    moved = [
        step
        for domain in rules["domains"]
        if (step := DOMAINS[domain](claim, side, min(for_, against), start, policy)) is not None
    ]
    level, steps = settle(claim, start, [*steps, *moved], side, rules, policy)
    steps.append(
        Step(
            "direction",
            None,
            f"{stratum['name'].replace('_', ' ').capitalize()}: {for_} for and {against} against, so it {'points both ways' if direction == 'conflicting' else direction + ' the claim'}; certainty {levels[level].replace('_', ' ')}.",
        )
    )
    return Body(stratum["name"], stratum["decides"], direction, level, for_, against, tuple(steps))


def settle(
    claim: Claim, start: int, steps: list[Step], side: Side, rules: dict[str, Any], policy: Policy
) -> tuple[int, list[Step]]:
    """The level after all moves: nothing falls below the lowest, upgrades need a clean record, caps and floors come last."""
    levels, limit = policy["levels"], policy["thresholds"]
    downs = [step for step in steps if step.change is not None and step.change < 0]
    if downs:
        steps = [step for step in steps if step.component != "upgrade"]
    level = max(0, start + sum(step.change or 0 for step in downs))
    rise = sum(step.change or 0 for step in steps if step.component == "upgrade")
    if rise:
        level = max(level, min(level + rise, levels.index(limit["upgrade_cap"])))
    cap = levels.index(limit["single_study_cap"])
    if (
        "cap" in rules["domains"]
        and len(side) == 1
        and claim.claim_type in limit["single_study_capped_types"]
        and level > cap
    ):
        steps.append(Step("cap", cap - level, "One study alone cannot carry more than moderate certainty here."))
        level = cap
    floor = signature(claim, side, rules, policy)
    if floor > level:
        steps.append(
            Step(
                "signature",
                floor - level,
                f"{side.probable} cases of at least probable causality by a named tool hold the level up.",
            )
        )
        level = floor
    return level, steps


def risk_of_bias(_: Claim, side: Side, __: int, start: int, policy: Policy) -> Step | None:
    """One level for half the participants at high risk, two for half at critical risk; nothing at the lowest start."""
    if start == 0 or not (human := side.human):
        return None
    limit = policy["thresholds"]["risk_of_bias_share"]
    biased = human.share("biased", lambda link: link.risk_of_bias in policy["biased"])
    critical = human.share("critical", lambda link: link.risk_of_bias == "critical")
    change = -2 if critical >= limit else -1 if biased >= limit else 0
    why = f"{biased:.0%} of participants are in findings at high, critical or unassessed risk of bias, {critical:.0%} at critical."
    return Step("risk_of_bias", change, why) if change else None


def inconsistency(_: Claim, __: Side, minority: int, ___: int, ____: Policy) -> Step | None:
    """One level for any finding on the other side."""
    return Step("inconsistency", -1, f"Findings that point the other way: {minority}.") if minority else None


def indirectness(_: Claim, side: Side, __: int, ___: int, policy: Policy) -> Step | None:
    """One level if most participants are one step away from the claim, two if they are further."""
    limit = policy["thresholds"]["indirect_share"]
    one = side.share("indirect", lambda k: "low" in k.directness or "moderate" in k.directness)
    two = side.share("far", lambda k: "low" in k.directness or k.directness.count("moderate") >= 2)
    change = -2 if two > limit else -1 if one > limit else 0
    why = f"{one:.0%} of the evidence differs from the claim in population, exposure, comparison or outcome, {two:.0%} of it much."
    return Step("indirectness", change, why) if change else None


def imprecision(_: Claim, side: Side, __: int, ___: int, policy: Policy) -> Step | None:
    """One or two levels for few participants, two for a single study whose interval spans no effect and a relevant one."""
    if not (human := side.human):
        return None
    limit, total, only = policy["thresholds"], human.counted, human[0]
    wide = (len(human) == 1 and only.effect_type in policy["ratio_types"] and only.ci_low is not None and only.ci_high is not None
            and only.ci_low < limit["interval_low"] and only.ci_high > limit["interval_high"])  # fmt: skip
    change = (
        -2 if wide or total < limit["participants_two_down"] else -1 if total < limit["participants_one_down"] else 0
    )
    why = f"{total} participants in all" + (", and the only interval spans both benefit and harm" if wide else "")
    return Step("imprecision", change, f"{why}.") if change else None


def publication_bias(_: Claim, side: Side, __: int, ___: int, policy: Policy) -> Step | None:
    """One level if all findings are small, or half or more have an interested funder."""
    if not (human := side.human):
        return None
    limit, interested = policy["thresholds"], sum(link.interest in policy["interested"] for link in human)
    if human.largest < limit["small_study"]:
        return Step("publication_bias", -1, "All findings come from small studies.")
    if interested / len(human) >= limit["interested_share"]:
        why = f"{interested} of {len(human)} findings have an interested funder or author."
        return Step("publication_bias", -1, why)
    return None


def replication(_: Claim, side: Side, __: int, ___: int, policy: Policy) -> Step | None:
    """One level if fewer than two laboratories carry the direction."""
    few = side.laboratories < policy["thresholds"]["laboratories"]
    return Step("replication", -1, f"Independent laboratories that carry it: {side.laboratories}.") if few else None


def upgrade(_: Claim, side: Side, minority: int, start: int, policy: Policy) -> Step | None:
    """One or two levels for a large effect, one for a dose-response, in comparative observational bodies only."""
    comparative = policy["dispatch"]["effect"]["strata"][1]["start"]
    if minority or any(link.design not in comparative for link in side):
        return None
    limit, ratios = policy["thresholds"], policy["ratio_types"]
    sizes = [max(k.effect_value, 1 / k.effect_value) for k in side if k.effect_type in ratios and k.effect_value]
    large = 0
    if len(sizes) == len(side):
        large = 2 if min(sizes) >= limit["ratio_two_up"] else 1 if min(sizes) >= limit["ratio_one_up"] else 0
    rise = large + any(link.dose_response for link in side)
    why = "The effect is large or grows with dose, and nothing lowers the certainty."
    return Step("upgrade", rise, why) if rise else None


def signature(claim: Claim, side: Side, rules: dict[str, Any], policy: Policy) -> int:
    """The least level that cases of probable causality give to a rare harm with an established clinical signature."""
    if claim.claim_type != "harm" or "signature" not in rules["domains"]:
        return 0
    limit = policy["thresholds"]
    least = "moderate" if side.probable >= limit["signature_moderate"] else "low" if side.probable >= limit["signature_low"] else "very_low"  # fmt: skip
    return policy["levels"].index(least)


def nothing(*_: Any) -> Step | None:
    """A part of the rubric that is settled after the domains."""
    return None


DOMAINS = {"risk_of_bias": risk_of_bias, "inconsistency": inconsistency, "indirectness": indirectness, "imprecision": imprecision,
           "publication_bias": publication_bias, "replication": replication, "upgrade": upgrade, "cap": nothing, "signature": nothing}  # fmt: skip


def robust(evidence: Evidence, rating: Rating, rules: dict[str, Any], policy: Policy) -> Rating:
    """Hold a verdict only if it stands when any of the findings against it are left out.

    Without this an opposing finding could, by weakening its own stratum, hand the decision to the other side.
    """
    side = {"supported": "refutes", "refuted": "supports"}.get(rating.verdict)
    if side is None or evidence.claim.claim_type == "existential":
        return rating
    against = opposing(evidence, side, rules, policy)
    if not against:
        return rating
    if len(against) > policy["thresholds"]["robustness_most"]:
        why = f"{len(against)} data sets speak against the verdict, more than it can be held against"
    elif fallen := overturned(evidence, against, rating.verdict, rules, policy):
        why = (
            f"without {', '.join(fallen)} the verdict would not stand, so it rests on which opposing findings are known"
        )
    else:
        stands = f"The verdict stands whichever of the opposing findings (from {len(against)} data sets) are left out."
        return replace(rating, steps=(*rating.steps, Step("robustness", None, stands)))
    return replace(
        rating,
        verdict="conflicting",
        lean=NONE,
        steps=(*rating.steps, Step("robustness", None, f"Conflicting: {why}.")),
    )


def opposing(evidence: Evidence, side: str, rules: dict[str, Any], policy: Policy) -> list[list[Link]]:
    """Links of one direction by data set, the one that would be kept first; only of strata that could take the decision."""
    groups: dict[str, list[Link]] = {}
    able = {d for stratum in rules["strata"] if could_decide(evidence.claim, stratum, policy) for d in stratum["start"]}
    against = [link for link in evidence.links if link.direction == side]
    for link in sorted(against, key=lambda k: precedence(k, policy)):
        if not barred(link, able, policy):
            groups.setdefault(link.dataset_key or link.finding_id, []).append(link)
    return list(groups.values())


def could_decide(claim: Claim, stratum: dict[str, Any], policy: Policy) -> bool:
    """Whether a stratum can ever reach low certainty: its designs start above the lowest level, or cases may lift a harm."""
    lowest = policy["levels"][0]
    return stratum["decides"] and (
        claim.claim_type == "harm" or any(level != lowest for level in stratum["start"].values())
    )


def overturned(
    evidence: Evidence, against: Sequence[Sequence[Link]], verdict: str, rules: dict[str, Any], policy: Policy
) -> list[str]:
    """Ids of opposing findings without which the verdict would be another; empty if there are none.

    Of each data set one finding counts, so what can be left out is its first, its first two, and so on.
    """
    for choice in product(*[range(len(group) + 1) for group in against]):
        out = [link.finding_id for count, group in zip(choice, against, strict=True) for link in group[:count]]
        if out:
            left = evidence.without(out)
            if not left.kept or decide(left, rules, policy).verdict != verdict:
                return out
    return []


def stability(evidence: Evidence, searches: Sequence[Search], policy: Policy, verdict: str) -> tuple[float, Step]:
    """Share of the alternative policies under which the verdict stays.

    They differ in thresholds and start levels, neither of which decides what is admitted, or matters where nothing
    points anywhere.
    """
    claim_type = evidence.claim.claim_type
    effect = claim_type in policy["dispatch"]["effect"]["claim_types"]
    verdicts: list[str] = []
    for start, moves in alternatives(PolicyKey(policy), effect):
        pointing = any(link.direction in OPPOSITE for link in evidence.kept)
        verdicts += verdicts_under(evidence, searches, start, moves) if pointing else [verdict] * len(moves)
    stays = sum(found == verdict for found in verdicts)
    share = round(stays / len(verdicts), 2)
    different = sorted({found for found in verdicts if found != verdict})
    changed = f"; otherwise {', '.join(different).replace('_', ' ')}" if different else ""
    return share, Step(
        "stability", None, f"The verdict stays under {stays} of {len(verdicts)} alternative policies{changed}."
    )


class Limit(float):
    """A threshold that notes what it is compared with."""

    def __init__(self, _: float) -> None:
        """Nothing was compared yet."""
        self.met: list[float] = []

    def __lt__(self, other: float) -> bool:
        """Whether it is below a number."""
        self.met.append(other)
        return float(self) < other

    def __le__(self, other: float) -> bool:
        """Whether it is at most a number."""
        self.met.append(other)
        return float(self) <= other

    def __gt__(self, other: float) -> bool:
        """Whether it is above a number."""
        self.met.append(other)
        return float(self) > other

    def __ge__(self, other: float) -> bool:
        """Whether it is at least a number."""
        self.met.append(other)
        return float(self) >= other

    def matters(self, moved: float) -> bool:
        """Whether any comparison could end otherwise, were the threshold moved."""
        low, high = sorted((float(self), moved))
        return any(low <= number <= high for number in self.met)


def verdicts_under(
    evidence: Evidence, searches: Sequence[Search], start: Policy, moves: Sequence[tuple[str, float]]
) -> list[str]:
    """The verdict under a policy with each of some moves of a threshold; those that no comparison notices change nothing."""
    limits = {name: Limit(start["thresholds"][name]) for name, _ in moves}
    unmoved = conclude(evidence, searches, {**start, "thresholds": {**start["thresholds"], **limits}}).verdict
    return [
        conclude(evidence, searches, {**start, "thresholds": {**start["thresholds"], name: value}}).verdict
        if limits[name].matters(value)
        else unmoved
        for name, value in moves
    ]


class PolicyKey:
    """A policy as a key of the cache: the same object is the same policy."""

    def __init__(self, policy: Policy) -> None:
        """Remember the policy."""
        self.policy = policy

    def __hash__(self) -> int:
        """By identity."""
        return id(self.policy)

    def __eq__(self, other: object) -> bool:
        """By identity."""
        return isinstance(other, PolicyKey) and self.policy is other.policy


@cache
def alternatives(key: PolicyKey, effect: bool) -> tuple[tuple[Policy, tuple[tuple[str, float], ...]], ...]:
    """Each threshold moved down and up; for claims of effect under each of the three published start rules, which are about effects.

    By start rule the policy and the moves of its thresholds. Another start rule is an alternative also without a move,
    which is a move of a threshold to where it is.
    """
    policy, given = key.policy, key.policy["alternatives"]
    moves = tuple((name, value) for name, values in given["thresholds"].items() for value in values)
    name = moves[0][0]
    still = (name, policy["thresholds"][name])
    others = tuple((started(policy, start), (still, *moves)) for start in given["starts"].values()) if effect else ()
    return ((policy, moves), *others)


def started(policy: Policy, start: dict[str, Any]) -> Policy:
    """A policy with other start levels for effects."""
    effect = policy["dispatch"]["effect"]
    strata = [{**s, "start": {d: start["effect"].get(d, level) for d, level in s["start"].items()}} for s in effect["strata"]]  # fmt: skip
    return {**policy, "dispatch": {**policy["dispatch"], "effect": {**effect, "strata": strata}}}


def harm(claim: Claim, policy: Policy) -> tuple[str, str, Step]:
    """Harm if the claim is believed and if it is ignored: severity, less what the wording does not ask for, more for the vulnerable."""
    levels, action = policy["harm"]["levels"], policy["harm"]["actions"][claim.action]
    worse = claim.displaces_care or claim.vulnerable_group
    level = levels[min(max(claim.harm_severity - (2 - action) + worse, 0), 4)] if claim.hazard != NONE else NONE
    why = f"Severity {claim.harm_severity} of 4; the wording {'tells readers to act' if action == 2 else 'draws readers towards acting' if action else 'asks for no act'}"
    why += "; it takes the place of effective care or addresses people who are easily harmed" if worse else ""
    believed, ignored = (level if claim.hazard == side else NONE for side in ("if_believed", "if_ignored"))
    return (
        believed,
        ignored,
        Step(
            "harm",
            None,
            f"{why}; so harm {claim.hazard.replace('_', ' ')} is {level}."
            if claim.hazard != NONE
            else "Neither believing nor ignoring the claim is foreseen to harm.",
        ),
    )
