"""What machines read of the site: a JSON file for each claim, schema.org's Dataset and ClaimReview, the sitemap."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from xml.sax.saxutils import escape

from ..bundle import sha256
from ..cite import row_item
from ..forms.citation import dataset, media_type
from ..forms.claim_reviews import reviews
from ..whatif import Outlook
from .book import Book, Row

SERVED = "http://localhost:8000/"
"""Where `make serve` shows the site; addresses start with it until the descriptor names a ``homepage``."""


def base(book: Book) -> str:
    """The address under which the site is published, with a final slash."""
    return str(book.edition.about.get("homepage", SERVED)).rstrip("/") + "/"


def citation(book: Book, claim: Row) -> str:
    """How to cite the row of a claim, on one line, with what identifies its bytes."""
    made = book.edition
    cited = row_item(made, "claims", claim["claim_id"])
    return f"{', '.join(made.creators)} ({made.day[:4]}). {cited['title']} (version {made.version}) [Data set]. {base(book)}claims/{claim['claim_id']}.html. {cited['note']}"


def claim_json(book: Book, claim: Row) -> dict[str, Any]:
    """All rows on one claim as one object. Mentions are places in the articles, without their wording."""
    joined = ("rating", "steps", "left_out", "turned", "evidence", "said_in", "searches", "relations", "outlook")
    outlook: Outlook = claim["outlook"]
    return {
        "claim": without(claim, *joined),
        "rating": claim["rating"],
        "rating_steps": claim["steps"],
        "evidence": [{**without(e, "finding", "source", "weighed_as"), "finding": e["finding"], "source": without(e["source"], "findings", "captures")}
                     for e in claim["evidence"]],
        "mentions": [m for _, said in claim["said_in"] for m in said],
        "searches": claim["searches"],
        "relations": [{"relation": word, "claim_id": other["claim_id"], "statement": other["statement"], "basis": basis} for word, other, basis in claim["relations"]],
        "what_would_change_it": asdict(outlook),
        "version": book.edition.version,
        "cite_as": citation(book, claim),
        "address": f"{base(book)}claims/{claim['claim_id']}.html",
    }  # fmt: skip


def without(row: Row, *joined: str) -> Row:
    """A row without what was joined to it."""
    return {k: v for k, v in row.items() if k not in joined}


def claim_reviews(book: Book) -> dict[str, dict[str, Any]]:
    """The shipped ClaimReviews of claims with a decided verdict, by claim, each at the address of its page."""
    shipped = json.loads(reviews(book.edition))
    by_claim = {one["@id"].rsplit(":", 1)[-1]: one for one in shipped["@graph"]}
    return {
        id_: {"@context": "https://schema.org", **one, "url": f"{base(book)}claims/{id_}.html"}
        for id_, one in by_claim.items()
    }


def described(book: Book, downloads: dict[str, bytes]) -> dict[str, Any]:
    """schema.org's Dataset of the whole, with what can be downloaded here."""
    parts = [{"@type": "DataDownload", "name": name, "contentUrl": base(book) + name, "encodingFormat": media_type(name),
              "contentSize": f"{len(content)} B", "sha256": sha256(content)} for name, content in downloads.items() if name.startswith((book.edition.stem, "data/"))]  # fmt: skip
    return {"@context": "https://schema.org", **dataset(book.edition), "url": base(book), "distribution": parts}


def sitemap(book: Book, paths: Iterable[str]) -> str:
    """All pages, for search engines."""
    urls = "".join(f"<url><loc>{escape(base(book) + path)}</loc></url>\n" for path in paths)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
