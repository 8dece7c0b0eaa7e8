"""How a mention's wording stands to the record on its claim: a table of the policy, read for many mentions at once."""

from collections import defaultdict
from itertools import product
from typing import TYPE_CHECKING, Any

import narwhals as nw

from .ratings import codes
from .rubric import OPPOSITE, Policy

if TYPE_CHECKING:
    import pandas as pd

MISATTRIBUTED = "misattributed"
"""A judgement of the curator that the table cannot make; it may stand in place of any other code."""
TURNED = {"supported": "refuted", "refuted": "supported"}
"""What the verdict on a claim is for its denial."""
CASE = ["stance", "hedging", "verdict", "certainty", "lean"]
"""What decides how a mention is framed: two columns of it, and three of the rating of its claim."""


def framed(rated: Any, policy: Policy) -> Any:
    """Mentions joined to the ratings of their claims, with the framing they should have in a column ``right``; missing where the table gives none."""
    case, right = nw.col("case"), nw.lit(None, dtype=nw.String)
    for framing, those in cases(policy).items():
        right = nw.when(case.is_in(those)).then(nw.lit(framing)).otherwise(right)
    return rated.with_columns(case=nw.concat_str(CASE, separator="/")).with_columns(right=right)


def cases(policy: Policy) -> dict[str, list[str]]:
    """By framing, the cases in which it is the right one, each as text."""
    known, found = codes("mentions") | codes("ratings"), defaultdict(list)
    for case in product(*(known[column] for column in CASE)):
        if right := framing_of(policy["framing"], *case):
            found[right].append("/".join(case))
    return found


def framing_of(
    table: dict[str, dict[str, str]], stance: str, hedging: str, verdict: str, certainty: str, lean: str
) -> str | None:
    """The framing that the policy's table gives for a case.

    What an article only reports counts as hedged; what it denies is held against the opposite verdict.
    """
    if stance == "denies":
        verdict, lean = TURNED.get(verdict, verdict), OPPOSITE.get(lean, lean)
    kind = f"insufficient, leans {lean}" if verdict == "insufficient" else verdict
    if verdict == "supported" and certainty == "low":
        kind = "supported, certainty low"
    return table.get(kind, {}).get("hedged" if stance == "reports" else hedging)


def framings(mentions: "pd.DataFrame", ratings: "pd.DataFrame", policy: Policy) -> "pd.Series":
    """The framing of each mention (same index) by the ratings; missing where no rating is known."""
    import pandas as pd

    columns = ["claim_id", "verdict", "certainty", "lean"]
    rated = mentions[["claim_id", "stance", "hedging"]].merge(ratings[columns], on="claim_id", how="left")
    right = framed(nw.from_native(rated, eager_only=True), policy)["right"].to_native()
    return pd.Series(right.to_numpy(), index=mentions.index, dtype="str")
