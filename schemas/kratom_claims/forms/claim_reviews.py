"""ClaimReview JSON-LD for claims with a decided verdict."""

from typing import Any

from ..edition import Edition
from ..files import json_text

DECIDED = ("supported", "refuted")


def reviews(edition: Edition) -> str:
    """One ClaimReview a decided claim, in the order of the claims."""
    t = edition.tables
    claims = t["claims"].text.merge(t["ratings"].text, on="claim_id").fillna("")
    decided = claims[claims["verdict"].isin(DECIDED)]
    places = appearances(edition)
    return json_text(
        {
            "@context": {"@vocab": "https://schema.org/"},
            "@graph": [review(edition, row, places.get(row.claim_id, [])) for row in decided.itertuples()],
        }
    )


def review(edition: Edition, row: Any, places: list[str]) -> dict[str, Any]:
    """The review of one claim: its rating is words, as a number would pretend to a scale that the rubric does not have."""
    curators = {"@type": "Organization", "name": edition.creators[0]}
    words = f"{row.verdict.capitalize()}; certainty: {row.certainty.replace('_', ' ')} (rubric {row.rubric_version})"
    return {
        "@type": "ClaimReview",
        "@id": f"urn:{edition.name}:{edition.version}:claim:{row.claim_id}",
        "claimReviewed": row.statement,
        "datePublished": edition.day,
        "author": curators,
        **({"url": edition.home} if edition.home else {}),
        "itemReviewed": {
            "@type": "Claim",
            "text": row.statement,
            "appearance": [{"@type": "CreativeWork", "url": url} for url in places],
        },
        "reviewRating": {"@type": "Rating", "alternateName": words, "ratingExplanation": row.explanation},
        "isPartOf": {"@type": "Dataset", "name": edition.name, "version": edition.version, "identifier": edition.swhid},
    }


def appearances(edition: Edition) -> dict[str, list[str]]:
    """Addresses of the articles that state each claim."""
    t = edition.tables
    said = (
        t["mentions"]
        .text[["claim_id", "capture_id"]]
        .merge(t["captures"].text[["capture_id", "source_id"]], on="capture_id")
    )
    said = (
        said.merge(t["sources"].text[["source_id", "url"]], on="source_id")
        .dropna()
        .drop_duplicates(["claim_id", "url"])
    )
    return {str(claim): sorted(urls) for claim, urls in said.groupby("claim_id")["url"]}
