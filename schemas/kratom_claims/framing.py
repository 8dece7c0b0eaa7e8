"""How a mention's wording stands to the record on its claim: a table of the policy, read for many mentions at once."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import narwhals as nw

from .rubric import OPPOSITE, Policy

if TYPE_CHECKING:
    import pandas as pd

MISATTRIBUTED = "misattributed"
"""A judgement of the curator that the table cannot make; it may stand in place of any other code."""
TURNED = {"supported": "refuted", "refuted": "supported"}
"""What the verdict on a claim is for its denial."""
col = nw.col


def framed(rated: Any, policy: Policy) -> Any:
    """Mentions joined to the ratings of their claims, with the framing they should have in a column ``right``.

    What an article only reports counts as hedged; what it denies is held against the opposite verdict.
    """
    denied = col("stance") == "denies"
    turned = rated.with_columns(
        verdict=nw.when(denied).then(exchanged("verdict", TURNED)).otherwise(col("verdict")),
        lean=nw.when(denied).then(exchanged("lean", OPPOSITE)).otherwise(col("lean")),
        worded=nw.when(col("stance") == "reports").then(nw.lit("hedged")).otherwise(col("hedging")),
    )
    return turned.with_columns(kind=kind_of_record()).with_columns(right=looked_up(policy["framing"]))


def exchanged(column: str, other: dict[str, str]) -> nw.Expr:
    """A column with some of its values exchanged for others."""
    found = col(column)
    for old, new in other.items():
        found = nw.when(col(column) == old).then(nw.lit(new)).otherwise(found)
    return found


def kind_of_record() -> nw.Expr:
    """The row of the policy's table: the verdict, with the lean or the low certainty where the table asks for it."""
    leaning = nw.concat_str(nw.lit("insufficient, leans "), col("lean"))
    unsure = (col("verdict") == "supported") & (col("certainty") == "low")
    decided = nw.when(unsure).then(nw.lit("supported, certainty low")).otherwise(col("verdict"))
    return nw.when(col("verdict") == "insufficient").then(leaning).otherwise(decided)


def looked_up(table: dict[str, dict[str, str]]) -> nw.Expr:
    """The code that the table gives for ``kind`` and ``worded``; missing where it gives none."""
    cases: dict[str, list[str]] = defaultdict(list)
    for kind, codes in table.items():
        for worded, code in codes.items():
            cases[code].append(f"{kind} / {worded}")
    case, found = nw.concat_str("kind", "worded", separator=" / "), nw.lit(None, dtype=nw.String)
    for code, those in cases.items():
        found = nw.when(case.is_in(those)).then(nw.lit(code)).otherwise(found)
    return found


def framings(mentions: "pd.DataFrame", ratings: "pd.DataFrame", policy: Policy) -> "pd.Series":
    """The framing of each mention (same index) by the ratings; missing where no rating is known."""
    import pandas as pd

    columns = ["claim_id", "verdict", "certainty", "lean"]
    rated = mentions[["claim_id", "stance", "hedging"]].merge(ratings[columns], on="claim_id", how="left")
    right = framed(nw.from_native(rated, eager_only=True), policy)["right"].to_native()
    return pd.Series(right.to_numpy(), index=mentions.index, dtype="str")
