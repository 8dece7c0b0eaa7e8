"""The rubric: worked examples, and properties that hold on tens of thousands of random evidence bodies."""

import copy
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from kratom_claims.ratings import policy
from kratom_claims.rubric import OPPOSITE, Claim, Link, Rating, Search, dispatch, rate, weigh, wilson

BODIES = 20_000
POLICY = policy()
LEVELS = ["none", *POLICY["levels"]]
EFFECT = Claim("C0001", "benefit")
BOTH_SIDES = [
    Search(side, place) for side in ("supporting", "disconfirming") for place in ("web_page_index", "repository_index")
]
STREAMS = POLICY["streams_by_design"]


def link(number: int, direction: str = "supports", design: str = "randomised_trial", **more: object) -> Link:
    """A link of low bias, exact directness and its own data."""
    fields = {
        "stream": STREAMS[design][0],
        "n": 450,
        "risk_of_bias": "low",
        "dataset_key": f"d{number}",
        "lab_key": f"l{number}",
    } | more
    return Link(f"F{number:04}", direction, design, **fields)  # type: ignore[arg-type]


def verdict(*links: Link, claim: Claim = EFFECT, searches: list[Search] | None = None) -> Rating:
    """Rating without the grid of alternative policies, which properties do not need."""
    return weigh(claim, sorted(links, key=lambda k: k.finding_id), searches or [], POLICY)


def test_worked_examples() -> None:
    survey = [link(n, design="self_report_survey", risk_of_bias="high") for n in range(3)]
    rats = [link(9, design="animal_experiment")]
    told = verdict(*survey, *rats)
    assert (told.verdict, told.certainty, told.lean) == ("insufficient", "very_low", "supports")
    assert verdict(*survey, link(20, n=60)).verdict == "insufficient", (
        "one trial of 60: two down for size, one for small studies"
    )
    large = verdict(*survey, link(20, n=450))
    assert (large.verdict, large.certainty) == ("supported", "moderate"), "capped, as it stands alone"
    binds = verdict(link(1, design="binding_assay"), link(2, design="binding_assay"), claim=Claim("C1", "mechanism"))
    assert (binds.verdict, binds.certainty) == ("supported", "high")
    assert verdict(link(1, design="binding_assay"), claim=Claim("C1", "mechanism")).certainty == "moderate", (
        "one laboratory"
    )
    record = verdict(link(1, design="agency_statement"), claim=Claim("C1", "record"))
    assert (record.verdict, record.certainty) == ("supported", "high")
    assert verdict(claim=Claim("C1", "existential"), searches=BOTH_SIDES).verdict == "no_evidence_found"
    assert verdict(claim=Claim("C1", "existential"), searches=BOTH_SIDES[:3]).verdict == "not_rated"
    unseen = verdict(link(1, "refutes", "case_series"), claim=Claim("C1", "existential"), searches=BOTH_SIDES)
    assert (unseen.verdict, unseen.n_refutes) == ("no_evidence_found", 1), "an instance that nobody saw may exist"
    assert (
        verdict(
            link(1, "refutes", "case_series"), link(2, design="case_report"), claim=Claim("C1", "existential")
        ).verdict
        == "supported"
    )
    vague = rate(Claim("C1", "absence", operationalised=False), [], [], POLICY)
    assert (vague.verdict, vague.certainty, vague.stability) == ("not_ratable", "none", None)
    advice = Claim("C1", "advice", harm_severity=4, hazard="if_believed", action="instructs", vulnerable_group=True)
    assert rate(advice, [], [], POLICY).harm_if_believed == "critical"


def test_small_trial_of_low_bias_reaches_low_only_beside_another() -> None:
    assert verdict(link(1, n=60), link(2, n=350)).certainty == "high"
    assert (
        verdict(link(1, n=60), link(2, n=60)).certainty == "moderate"
        or verdict(link(1, n=60), link(2, n=60)).certainty == "low"
    )


def test_each_domain_moves_what_it_says() -> None:
    base = [link(1), link(2)]
    assert verdict(*base).certainty == "high"
    for change, component in [
        ({"risk_of_bias": "high"}, "risk_of_bias"),
        ({"directness": ("moderate", "exact", "exact", "exact")}, "indirectness"),
        ({"n": 120}, "imprecision"),
        ({"interest": "industry"}, "publication_bias"),
    ]:
        worse = verdict(*[replace(k, **change) for k in base])
        assert worse.certainty == "moderate", component
        assert [s.component for s in worse.steps if (s.change or 0) < 0] == [component]
    assert verdict(*[replace(k, risk_of_bias="critical") for k in base]).certainty == "low"
    assert verdict(*[replace(k, directness=("low", "exact", "exact", "exact")) for k in base]).certainty == "low"
    divided = verdict(*base, link(3), link(4), link(5, "refutes"))
    assert ("inconsistency", -1) in {(s.component, s.change) for s in divided.steps}
    assert (divided.verdict, divided.certainty) == ("supported", "moderate")


def test_upgrades_need_a_clean_comparative_body_and_stop_at_moderate() -> None:
    def cohort(n: int, value: float) -> Link:
        return link(
            n,
            design="cohort_study",
            n=2000,
            effect_type="odds_ratio",
            effect_value=value,
            ci_low=value / 2,
            ci_high=value * 2,
        )

    harm = Claim("C1", "harm")
    assert verdict(cohort(1, 1.5), cohort(2, 1.5), claim=harm).certainty == "low"
    assert verdict(cohort(1, 2.5), cohort(2, 2.5), claim=harm).certainty == "moderate"
    assert verdict(cohort(1, 9.0), cohort(2, 9.0), claim=harm).certainty == "moderate"
    assert (
        verdict(cohort(1, 9.0), replace(cohort(2, 9.0), n=9, risk_of_bias="high"), claim=harm).certainty == "moderate"
    )
    assert verdict(*[replace(cohort(n, 9.0), risk_of_bias="high") for n in (1, 2)], claim=harm).certainty == "very_low"


def test_rare_harms_with_a_signature() -> None:
    def series(probable: int) -> Rating:
        return verdict(link(1, design="case_series", n=30, n_probable=probable), claim=Claim("C1", "harm"))

    assert [series(n).certainty for n in (0, 3, 12)] == ["very_low", "low", "moderate"]
    assert [series(n).verdict for n in (0, 3, 12)] == ["insufficient", "supported", "supported"]


def test_threshold_is_held_against_the_interval() -> None:
    claim = Claim("C1", "use", threshold_operator="ge", threshold_value=50, threshold_unit="percent")

    def survey(events: int, direction: str = "supports") -> Link:
        return link(
            1,
            direction,
            "population_survey",
            n=1000,
            n_events=events,
            effect_type="proportion",
            effect_value=events / 10,
            unit="percent",
        )

    assert verdict(survey(600), claim=claim).verdict == "supported"
    assert verdict(survey(510), claim=claim).n_inconclusive == 1
    assert verdict(survey(400, "refutes"), claim=claim).verdict == "refuted"
    assert verdict(survey(400, "supports"), claim=claim).n_inconclusive == 1, "the interval contradicts the link"
    unlike = verdict(replace(survey(600), unit="people"), claim=claim)
    assert (unlike.verdict, unlike.lean) == ("insufficient", "supports"), (
        "what cannot be compared leans and does not decide"
    )
    exact = replace(claim, threshold_operator="eq", threshold_value=60)
    assert verdict(survey(600), claim=exact).n_inconclusive == 1
    assert verdict(survey(400, "refutes"), claim=exact).verdict == "refuted"


def test_wilson_interval_is_that_of_the_textbook() -> None:
    low, high = wilson(0.5, 100)
    assert (round(low, 2), round(high, 2)) == (40.38, 59.62)


def test_background_needs_a_named_criterion() -> None:
    claim = Claim("C1", "background")
    assert verdict(link(1, design="textbook"), claim=claim).verdict == "insufficient"
    assert verdict(link(1, design="diagnostic_criteria"), claim=claim).verdict == "supported"


def test_another_human_stratum_that_points_the_other_way_conflicts() -> None:
    trials = [link(n) for n in (1, 2)]
    cohorts = [link(n, "refutes", "cohort_study", n=1000) for n in (3, 4)]
    assert verdict(*trials, *cohorts).verdict == "conflicting"


def test_many_weak_findings_do_not_outweigh_a_trial() -> None:
    weak = [link(n, design="self_report_survey", risk_of_bias="high") for n in range(9)] + [
        link(n, design="animal_experiment") for n in range(10, 19)
    ]
    assert verdict(*weak, link(30, "refutes", n=450)).verdict == "refuted"
    assert verdict(*weak, link(30, n=450)).verdict == "supported"
    many = [link(n, "refutes", design="binding_assay") for n in range(7)]
    assert (
        verdict(
            *many, *[link(n, design="binding_assay") for n in range(40, 80)], claim=Claim("C1", "mechanism")
        ).verdict
        == "conflicting"
    )


def test_stability_is_a_share_and_says_what_else() -> None:
    rating = rate(EFFECT, [link(n, design="self_report_survey", risk_of_bias="high") for n in range(3)], [], POLICY)
    assert rating.stability == 1.0
    shaky = rate(EFFECT, [link(1, n=410, interest="industry", design="cohort_study")], [], POLICY)
    assert shaky.stability is not None and 0 < shaky.stability < 1
    assert "alternative policies" in shaky.steps[-2].reason


@pytest.mark.slow
def test_stability_is_that_of_every_alternative_policy() -> None:
    """Policies that no comparison notices are passed over; asking each of them tells the same."""
    seen: set[float] = set()
    for _, claim, links, searches in bodies(BODIES // 4, seed=7):
        rating = rate(claim, links, searches, POLICY)
        if rating.stability is not None:
            found = [weigh(claim, links, searches, other).verdict for other in all_alternatives(claim.claim_type)]
            assert rating.stability == round(sum(one == rating.verdict for one in found) / len(found), 2)
            seen.add(rating.stability)
    assert len(seen) > 10, "the bodies must be of every stability"


def all_alternatives(kind: str) -> Iterator[dict[str, Any]]:
    """Each threshold moved, under each start rule for claims of effect; the policy itself is no alternative."""
    given = POLICY["alternatives"]
    moves = [{}, *({name: value} for name, values in given["thresholds"].items() for value in values)]
    effect = kind in POLICY["dispatch"]["effect"]["claim_types"]
    for start in [None, *(given["starts"].values() if effect else ())]:
        policy = copy.deepcopy(POLICY)
        for stratum in policy["dispatch"]["effect"]["strata"]:
            stratum["start"] |= {
                d: level for d, level in (start or {"effect": {}})["effect"].items() if d in stratum["start"]
            }
        for move in moves if start else moves[1:]:
            yield {**policy, "thresholds": {**policy["thresholds"], **move}}


def test_evidence_turned_round_turns_the_verdict_round() -> None:
    """One for and four against is held against the threshold as four for and one against is."""
    mixed = [link(0, "supports", "textbook"), *[link(n, "refutes", "guideline") for n in range(1, 5)]]
    turned = [replace(one, direction=OPPOSITE[one.direction]) for one in mixed]
    two = [rate(Claim("C1", "background"), links, [], POLICY) for links in (mixed, turned)]
    assert [one.verdict for one in two] == ["refuted", "supported"]
    assert two[0].stability == two[1].stability == 1.0


def bodies(count: int, seed: int = 1) -> Iterator[tuple[random.Random, Claim, list[Link], list[Search]]]:
    """Random claims of effect or mechanism with up to eight findings and a few searches."""
    rng = random.Random(seed)
    designs = {
        kind: [d for s in dispatch(POLICY, kind)["strata"] for d in s["start"]]
        for kind in ("benefit", "harm", "absence", "mechanism")
    }
    for _ in range(count):
        kind = rng.choice(list(designs))
        links = [random_link(rng, number, rng.choice(designs[kind])) for number in range(rng.randint(0, 8))]
        searches = [
            Search(rng.choice(["supporting", "disconfirming"]), rng.choice(["web_page_index", "repository_index"]))
            for _ in range(rng.randint(0, 5))
        ]
        yield rng, Claim("C0001", kind), links, searches


def random_link(rng: random.Random, number: int, design: str) -> Link:
    """A finding of any size, bias, directness and interest."""
    ratio = rng.choice([None, 0.1, 0.4, 0.9, 1.1, 2.5, 6.0])
    return link(
        number, rng.choice(["supports", "supports", "refutes", "inconclusive"]), design, n=rng.choice([None, 5, 60, 150, 450, 3000]),
        risk_of_bias=rng.choice(["low", "some_concerns", "high", "critical", "not_assessed"]),
        directness=tuple(rng.choice(["exact", "high", "moderate", "low"]) for _ in range(4)), interest=rng.choice(["unknown", "industry", "none_declared"]),
        lab_key=rng.choice([None, "a", "b"]), dose_response=rng.random() < 0.2, n_probable=rng.choice([None, None, 4, 20]),
        effect_type="odds_ratio" if ratio else None, effect_value=ratio, ci_low=ratio * 0.6 if ratio else None, ci_high=ratio * 1.7 if ratio else None, interval_type="ci95" if ratio else None,
    )  # fmt: skip


def outcome(rating: Rating) -> tuple[object, ...]:
    """What of a rating a reader acts on."""
    return rating.verdict, rating.certainty, rating.lean, rating.n_supports, rating.n_refutes


@pytest.mark.slow
def test_properties_on_random_bodies() -> None:
    seen: set[str] = set()
    for rng, claim, links, searches in bodies(BODIES):
        first = verdict(*links, claim=claim, searches=searches)
        seen.add(first.verdict)
        shuffled = rng.sample(links, len(links))
        assert rate_core(claim, shuffled, searches) == outcome(first), "order changes nothing"
        assert_nothing_added_counts(claim, links, searches, first, rng)
        assert_animals_never_decide(claim, links)
        if not links:
            assert first.verdict == ("no_evidence_found" if enough(searches) else "not_rated")
        refuted = (
            verdict(
                *links,
                random_link(rng, 90, rng.choice(links).design if links else "cohort_study").__class__(
                    **{**random_link(rng, 90, "cohort_study").__dict__, "direction": "refutes"}
                ),
                claim=claim,
            )
            if claim.claim_type != "mechanism"
            else None
        )
        assert refuted is None or refuted.verdict != "supported" or first.verdict == "supported", (
            "a refuting finding never makes a claim supported"
        )
        muted = verdict(
            *links,
            replace(random_link(rng, 91, "binding_assay"), direction="inconclusive"),
            claim=claim,
            searches=searches,
        )
        assert LEVELS.index(muted.certainty) <= LEVELS.index(first.certainty), (
            "an inconclusive finding never raises certainty"
        )
        assert_swap(claim, links, searches, first)
    assert seen >= {"supported", "refuted", "conflicting", "insufficient", "no_evidence_found", "not_rated"}, (
        "the bodies must reach every verdict"
    )


def rate_core(claim: Claim, links: list[Link], searches: list[Search]) -> tuple[object, ...]:
    """Outcome of the full rating, whose order of links is free."""
    return outcome(weigh(claim, sorted(links, key=lambda k: k.finding_id), searches, POLICY))


def enough(searches: list[Search]) -> bool:
    """Both sides in two databases each."""
    return all(
        len({s.database for s in searches if s.purpose == side}) >= 2 for side in ("supporting", "disconfirming")
    )


def assert_nothing_added_counts(
    claim: Claim, links: list[Link], searches: list[Search], first: Rating, rng: random.Random
) -> None:
    """A review, a fact-check, a background sentence, a retracted paper and the same data again change nothing."""
    idle = [link(80, rng.choice(["supports", "refutes"]), "narrative_review"), link(81, "refutes", "background_statement"),
            link(82, "supports", "randomised_trial", source_type="fact_check"), link(83, "refutes", "randomised_trial", retraction_status="retracted"),
            link(84, "refutes", "legal_text")]  # fmt: skip
    for more in idle:
        assert outcome(verdict(*links, more, claim=claim, searches=searches)) == outcome(first), more.design
    if links:
        again = replace(rng.choice(links), finding_id="F0085")
        assert outcome(verdict(*links, again, claim=claim, searches=searches)) == outcome(first), "the same data again"


def assert_animals_never_decide(claim: Claim, links: list[Link]) -> None:
    """Animals alone never decide a claim about people."""
    if claim.claim_type != "mechanism":
        animals = [replace(k, design="animal_experiment", stream="animal") for k in links]
        assert verdict(*animals, claim=claim).verdict in ("insufficient", "not_rated")


def assert_swap(claim: Claim, links: list[Link], searches: list[Search], first: Rating) -> None:
    """Turning every direction turns the verdict and leaves the certainty."""
    turned = verdict(
        *[replace(k, direction=OPPOSITE.get(k.direction, k.direction)) for k in links], claim=claim, searches=searches
    )
    mirror = {"supported": "refuted", "refuted": "supported"}
    assert (turned.verdict, turned.certainty) == (mirror.get(first.verdict, first.verdict), first.certainty)
