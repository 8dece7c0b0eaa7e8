"""How far two independent runs of a machine annotator agree. Not agreement between people, and never called that."""

from typing import Any

import numpy as np
import pandas as pd

CODES = ("claim_type", "stance", "hedging", "action")
DRAWS = 1000
"""Bootstrap draws of segments for the intervals."""


def agreement(annotations: pd.DataFrame, draws: int = DRAWS, seed: int = 1) -> dict[str, Any]:
    """Agreement of the two agents of a table of annotations.

    Returns counts, F1 of spans (exact, and overlapping by at least one character, matched one to one), and for each code
    Krippendorff's alpha (nominal) on the matched spans with a 95 % bootstrap interval over segments.
    """
    first, second = sorted(annotations["agent_id"].unique())
    runs = [annotations[annotations["agent_id"] == agent] for agent in (first, second)]
    pairs = matched(*runs)
    exact = int((pairs["start_a"].eq(pairs["start_b"]) & pairs["end_a"].eq(pairs["end_b"])).sum())
    sizes = [len(run) for run in runs]
    return {
        "agents": [first, second], "segments": int(annotations[["capture_id", "segment_no"]].drop_duplicates().shape[0]), "spans": sizes,
        "matched": len(pairs), "exact": exact, "f1_exact": f1(exact, sizes), "f1_overlapping": f1(len(pairs), sizes),
        "alpha": {code: alpha_with_interval(pairs, code, draws, seed) for code in CODES},
    }  # fmt: skip


def f1(hits: int, sizes: list[int]) -> float:
    """F1 of ``hits`` one-to-one matches between two sets of spans."""
    return 2 * hits / sum(sizes)


def matched(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Pairs of overlapping spans of the two runs, one to one, the best overlap first (ties in the order of the text)."""
    key = ["capture_id", "segment_no"]
    both = a.merge(b, on=key, suffixes=("_a", "_b"))
    common = np.minimum(both["end_a"], both["end_b"]) - np.maximum(both["start_a"], both["start_b"])
    whole = np.maximum(both["end_a"], both["end_b"]) - np.minimum(both["start_a"], both["start_b"])
    both = both.assign(overlap=(common / whole).astype(float))[common > 0]
    both = both.sort_values(["overlap", "annotation_id_a", "annotation_id_b"], ascending=[False, True, True])
    taken_a: set[str] = set()
    taken_b: set[str] = set()
    keep = []
    for row in both[["annotation_id_a", "annotation_id_b"]].itertuples(index=True, name=None):
        if row[1] not in taken_a and row[2] not in taken_b:
            taken_a.add(row[1])
            taken_b.add(row[2])
            keep.append(row[0])
    return both.loc[keep]


def alpha_with_interval(pairs: pd.DataFrame, code: str, draws: int, seed: int) -> dict[str, Any]:
    """Krippendorff's alpha of one code, its 95 % percentile interval over segments drawn with replacement, and the raw share."""
    from krippendorff import alpha

    values = sorted({*pairs[f"{code}_a"], *pairs[f"{code}_b"]})
    number = {value: place for place, value in enumerate(values)}
    data = np.array([pairs[f"{code}_a"].map(number), pairs[f"{code}_b"].map(number)], dtype=float)
    domain = list(range(len(values)))
    groups = [
        np.flatnonzero(part)
        for part in (
            pairs.groupby(["capture_id", "segment_no"]).ngroup().to_numpy() == g
            for g in range(pairs.groupby(["capture_id", "segment_no"]).ngroups)
        )
    ]
    rng = np.random.default_rng(seed)
    sampled = []
    for _ in range(draws):
        chosen = np.concatenate([groups[g] for g in rng.integers(0, len(groups), len(groups))])
        drawn = data[:, chosen]
        if len(np.unique(drawn)) > 1:
            sampled.append(alpha(drawn, value_domain=domain, level_of_measurement="nominal"))
    low, high = np.quantile(sampled, [0.025, 0.975])
    return {
        "alpha": float(alpha(data, value_domain=domain, level_of_measurement="nominal")),
        "low": float(low),
        "high": float(high),
        "same": float((data[0] == data[1]).mean()),
    }
