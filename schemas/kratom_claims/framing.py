"""How a mention's wording stands to the record on its claim: a table of the policy, read for many mentions at once."""

import pandas as pd

from .rubric import OPPOSITE, Policy

MISATTRIBUTED = "misattributed"
"""A judgement of the curator that the table cannot make; it may stand in place of any other code."""


def framings(mentions: pd.DataFrame, ratings: pd.DataFrame, policy: Policy) -> pd.Series:
    """The framing of each mention (same index) by verdict, lean, certainty, stance and hedging; missing where no rating is known.

    What an article only reports counts as hedged; what it denies is held against the opposite verdict.
    """
    rated = mentions[["claim_id", "stance", "hedging"]].merge(
        ratings[["claim_id", "verdict", "certainty", "lean"]], on="claim_id", how="left"
    )
    denied = rated["stance"] == "denies"
    turned = {"supported": "refuted", "refuted": "supported"}
    verdict = rated["verdict"].where(~denied, rated["verdict"].replace(turned))
    lean = rated["lean"].where(~denied, rated["lean"].replace(OPPOSITE))
    key = verdict.where(verdict != "insufficient", "insufficient, leans " + lean)
    key = key.where(~((verdict == "supported") & (rated["certainty"] == "low")), "supported, certainty low")
    hedging = rated["hedging"].where(rated["stance"] != "reports", "hedged")
    table = pd.Series(
        {(row, column): code for row, codes in policy["framing"].items() for column, code in codes.items()}
    )
    found = table.reindex(pd.MultiIndex.from_arrays([key, hedging]))
    return pd.Series(found.to_numpy(), index=mentions.index, dtype="str")
