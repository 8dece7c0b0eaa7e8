"""J: judgement. Ratings are what the rubric computes, and claims that stand in a relation are rated alike."""

from collections.abc import Callable, Iterable
from typing import Any

import narwhals as nw

from .. import ratings as rt
from ..files import cell
from ..framing import MISATTRIBUTED, framed
from ..tables import LINE, ROW, Table, collected
from .base import CATALOGUE, Context, Rule, at, file_fault, rows, rule, text, wrong_rows

col = nw.col
INPUTS = "claims mentions claim_evidence findings sources claim_searches searches"
TIE = ["subject_claim_id", "relation", "object_claim_id"]
ONWARD = ["refines", "entails"]
"""Relations that lead from one claim to another, and may not lead back."""
RERUN = "Run `make rate`; never edit computed tables by hand"


@rule(
    "J1/ratings",
    "ratings equal what the rubric computes, cell for cell",
    "a rating that nobody can recompute is an opinion",
    RERUN,
    tables=f"ratings {INPUTS}",
    column="claim_id",
    cells=True,
)
def ratings(c: Context) -> Iterable[Any]:
    """The table ``ratings`` against the rubric."""
    yield from differences(c, "J1/ratings", "ratings", rt.RATING_COLUMNS, rt.rating_rows(c.computed), 1)


@rule(
    "J1/steps",
    "rating_steps equal what the rubric computes, cell for cell",
    "a reason that does not belong to its rating explains nothing",
    RERUN,
    tables=f"rating_steps {INPUTS}",
    column="claim_id",
    cells=True,
)
def steps(c: Context) -> Iterable[Any]:
    """The table ``rating_steps`` against the rubric."""
    yield from differences(c, "J1/steps", "rating_steps", rt.STEP_COLUMNS, rt.step_rows(c.computed), 2)


def differences(c: Context, id_: str, name: str, columns: list[str], right: list[list[Any]], key: int) -> Iterable[Any]:
    """Cells that differ, rows too many, and rows missing."""
    one, table = CATALOGUE[id_], c.tables[name]
    cells = [[cell(v) for v in row] for row in right]
    if [[cell or "" for cell in table.cells[name]] for name in columns] == list(map(list, zip(*cells, strict=True))):
        return
    yield from cell_differences(c, one, table, columns, cells, key)


def cell_differences(
    c: Context, one: Rule, table: Table, columns: list[str], cells: list[list[str]], key: int
) -> Iterable[Any]:
    """The same, when it is known that something differs."""
    import pandas as pd

    held, name = table.text.fillna(""), table.name
    wanted = pd.DataFrame(cells, columns=columns, dtype="str")
    both = held.merge(wanted, on=columns[:key], how="outer", suffixes=("", "_right"), indicator="side")
    for column in columns[key:]:
        wrong = both[(both["side"] == "both") & (both[column] != both[column + "_right"])]
        for row in wrong.to_dict("records"):
            yield at(
                c,
                one,
                name,
                int(row[LINE]),
                row[ROW],
                column,
                row[column] or "(blank)",
                row[column + "_right"] or "(blank)",
            )
    for row in both[both["side"] == "left_only"].to_dict("records"):
        yield at(c, one, name, int(row[LINE]), row[ROW], columns[0], allowed="no such row")
    for row in both[both["side"] == "right_only"].to_dict("records"):
        missing = "/".join(str(row[k]) for k in columns[:key])
        yield file_fault(one, table.file, found="(no row)", allowed=f"a row for {missing}", row=missing)


@rule(
    "J2/acyclic",
    "refines and entails lead nowhere back",
    "a claim that refines itself says nothing",
    "Remove the relation that closes the circle",
    tables="claim_relations",
    column="object_claim_id",
    cells=True,
)
def acyclic(c: Context) -> Iterable[Any]:
    """Relations that are part of a circle: what is left when claims without a further step are taken away."""
    ties = {tie for tie in c.tables["claim_relations"].keys(TIE) if tie[1] in ONWARD}
    while True:
        from_, to = {one for one, _, _ in ties}, {two for _, _, two in ties}
        onward = {(one, relation, two) for one, relation, two in ties if two in from_ and one in to}
        if onward == ties:
            break
        ties = onward
    circles = {tie: (f"{' '.join(tie)} is part of a circle", "") for tie in ties}
    yield from wrong_rows(c, "J2/acyclic", "claim_relations", TIE, circles)


def at_odds(c: Context, id_: str, relation: str, wrong: Callable[[Any, Any], bool]) -> Iterable[Any]:
    """Pairs in a relation that are rated as they must not be: ``wrong`` takes verdict and certainty of both."""
    rated = {one[0]: one[1:] for one in sorted(c.tables["ratings"].keys(["claim_id", "verdict", "certainty"]))}
    ties = [tie for tie in c.tables["claim_relations"].keys(TIE) if tie[1] == relation and {tie[0], tie[2]} <= rated.keys()]  # fmt: skip
    apart = {(one, relation, two): (f"{one} is {rated[one][0]} and {two} is {rated[two][0]}", "")
             for one, _, two in ties if wrong(rated[one], rated[two])}  # fmt: skip
    yield from wrong_rows(c, id_, "claim_relations", TIE, apart)


@rule(
    "J2/equivalents",
    "equivalent claims share a verdict",
    "the same proposition cannot be true and undecided",
    "Link the same evidence to both, or correct the relation",
    tables="claim_relations ratings",
    column="relation",
    cells=True,
)
def equivalents(c: Context) -> Iterable[Any]:
    """Equivalent claims with different verdicts."""
    yield from at_odds(c, "J2/equivalents", "equivalent", lambda one, two: one[0] != two[0])


@rule(
    "J2/entailed",
    "a claim is not refuted with the certainty with which one that entails it is supported",
    "what follows from a true claim is true",
    "Look at the evidence of both claims, or correct the relation",
    tables="claim_relations ratings",
    column="relation",
    cells=True,
)
def entailed(c: Context) -> Iterable[Any]:
    """Entailing claims supported whose consequence is refuted with equal certainty."""
    yield from at_odds(
        c, "J2/entailed", "entails", lambda one, two: one == ("supported", two[1]) and two[0] == "refuted"
    )


@rule(
    "J3/contradictions",
    "two claims that contradict each other are not both supported",
    "both cannot be true",
    "Look at the evidence of both claims, or correct the relation",
    tables="claim_relations ratings",
    column="relation",
    cells=True,
)
def contradictions(c: Context) -> Iterable[Any]:
    """Contradicting claims that are both supported."""
    yield from at_odds(c, "J3/contradictions", "contradicts", lambda one, two: one[0] == two[0] == "supported")


@rule(
    "J4/directness",
    "a link that supports or refutes carries all four directness values",
    "evidence about something else must show that it is",
    "Judge population, exposure, comparator and outcome",
    tables="claim_evidence",
    column="direct_population",
)
def directness(c: Context) -> Iterable[Any]:
    """Directed links with a blank directness."""
    for column in ("direct_population", "direct_exposure", "direct_comparator", "direct_outcome"):
        yield rows(
            c.claim_evidence,
            (col("direction") != "inconclusive") & col(column).is_null(),
            column=column,
            found="(blank)",
            allowed="exact, high, moderate or low",
        )


@rule(
    "J5/threshold",
    "absence and use claims have a threshold or are not operationalised; a threshold is whole",
    "rare and low mean what each reader thinks",
    "Give metric, operator, value and unit, or set operationalised to false and add a refinement",
    tables="claims",
    column="threshold_value",
)
def threshold(c: Context) -> Iterable[Any]:
    """Claims that need a threshold and have none, and thresholds with a part missing."""
    parts = ["threshold_metric", "threshold_operator", "threshold_value", "threshold_unit"]
    blank = [col(p).is_null() for p in parts]
    need = col("claim_type").is_in(["absence", "use"]) & col("operationalised")
    yield rows(
        c.claims,
        need & nw.all_horizontal(*blank, ignore_nulls=False),
        found="(blank)",
        allowed="a threshold, or operationalised false",
    )
    for part in parts:
        yield rows(
            c.claims,
            col(part).is_null() & ~nw.all_horizontal(*blank, ignore_nulls=False),
            column=part,
            found="(blank)",
            allowed="all four parts of the threshold",
        )


@rule(
    "J5/refined",
    "a claim that is not operationalised, and is no advice or opinion, is refined by one that is",
    "underspecified claims are refined, not forced",
    "Add a claim with a threshold and the relation refines",
    tables="claims claim_relations",
    column="operationalised",
    cells=True,
)
def refined(c: Context) -> Iterable[Any]:
    """Underspecified claims without a refinement."""
    claims = c.tables["claims"].keys(["claim_id", "operationalised", "claim_type"])
    vague = {claim for claim, decidable, kind in claims if not decidable and kind not in ("advice", "opinion")}
    sharp = {claim for claim, decidable, _ in claims if decidable}
    ties = c.tables["claim_relations"].keys(TIE)
    if bare := vague - {two for one, relation, two in ties if relation == "refines" and one in sharp}:
        yield rows(c.claims, col("claim_id").is_in(sorted(bare)), found="not operationalised, and no claim refines it")


@rule(
    "J6/framing",
    "the framing of a mention is that of the policy's table for its verdict, stance and hedging, or misattributed",
    "overstated must mean the same in every row",
    "Set framing to the code allowed, or to misattributed if the wording credits what does not bear it",
    tables="mentions ratings",
    column="framing",
)
def framing(c: Context) -> Iterable[Any]:
    """Framing of mentions against the ratings, looked up once for all mentions alike."""
    said = ["claim_id", "stance", "hedging", "framing"]
    ratings = c.ratings.select("claim_id", "verdict", "certainty", "lean")
    alike = framed(c.mentions.select(said).unique(said).join(ratings, on="claim_id", how="inner"), rt.policy())
    wrong = alike.filter((col("framing") != col("right")) & (col("framing") != MISATTRIBUTED)).select(*said, "right")
    if not collected(wrong).is_empty():
        bad = c.mentions.join(wrong, on=said, how="inner")
        yield rows(bad, found=col("framing"), allowed=text(col("right"), " or misattributed"))
