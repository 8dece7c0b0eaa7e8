"""What machines read of the site: a JSON file for each claim, schema.org's Dataset and ClaimReview, the sitemap."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from xml.sax.saxutils import escape

from ..whatif import Outlook
from .book import Book, Row
from .looks import DECIDED

SERVED = "http://localhost:8000/"
"""Where `make serve` shows the site; addresses start with it until the descriptor names a ``homepage``."""


def base(book: Book) -> str:
    """The address under which the site is published, with a final slash."""
    return str(book.package.descriptor.get("homepage", SERVED)).rstrip("/") + "/"


def citation(book: Book, claim: Row) -> str:
    """How to cite one row of this version."""
    d = book.package.descriptor
    year, version = str(d.get("created", ""))[:4], d.get("version", "")
    return f"{d.get('name')} curators ({year}). {claim['claim_id']}: “{claim['statement']}” In {d.get('title', d.get('name'))} (version {version}) [Data set]."


def claim_json(book: Book, claim: Row) -> dict[str, Any]:
    """All rows on one claim as one object. Mentions are places in the articles, without their wording."""
    joined = {"rating", "steps", "left_out", "evidence", "said_in", "searches", "relations", "outlook"}
    outlook: Outlook = claim["outlook"]
    return {
        "claim": {k: v for k, v in claim.items() if k not in joined},
        "rating": claim["rating"],
        "rating_steps": claim["steps"],
        "evidence": [{**{k: v for k, v in e.items() if k not in ("finding", "source")}, "finding": e["finding"], "source": rows_of(e["source"], "findings", "captures")}
                     for e in claim["evidence"]],
        "mentions": [m for _, said in claim["said_in"] for m in said],
        "searches": claim["searches"],
        "relations": [{"relation": word, "claim_id": other["claim_id"], "statement": other["statement"], "basis": basis} for word, other, basis in claim["relations"]],
        "what_would_change_it": asdict(outlook),
        "version": book.package.descriptor.get("version"),
        "cite_as": citation(book, claim),
        "address": f"{base(book)}claims/{claim['claim_id']}.html",
    }  # fmt: skip


def rows_of(row: Row, *joined: str) -> Row:
    """A row without what was joined to it."""
    return {k: v for k, v in row.items() if k not in joined}


def claim_review(book: Book, claim: Row) -> dict[str, Any] | None:
    """schema.org's ClaimReview of a claim with a decided verdict; None for any other."""
    rating = claim["rating"]
    if rating["verdict"] not in DECIDED:
        return None
    words = f"{book.label(rating['verdict'], 'verdict')}, certainty: {book.label(rating['certainty'], 'certainty')} (rubric {rating['rubric_version']})"
    return {
        "@context": "https://schema.org", "@type": "ClaimReview", "url": f"{base(book)}claims/{claim['claim_id']}.html",
        "datePublished": str(book.package.descriptor.get("created", ""))[:10], "claimReviewed": claim["statement"], "author": curators(book),
        "reviewRating": {"@type": "Rating", "ratingValue": 5 if rating["verdict"] == "supported" else 1, "bestRating": 5, "worstRating": 1, "alternateName": words},
        "reviewBody": rating["explanation"],
        "itemReviewed": {"@type": "Claim", "name": claim["statement"],
                         "appearance": [{"@type": "CreativeWork", "name": article["source"]["title"], "url": article["source"].get("url")} for article, _ in claim["said_in"]]},
    }  # fmt: skip


def curators(book: Book) -> dict[str, str]:
    """Who made the data, as an organisation."""
    made = book.package.descriptor.get("contributors") or [{"title": f"{book.package.descriptor.get('name')} curators"}]
    return {"@type": "Organization", "name": made[0]["title"], "url": base(book)}


def dataset(book: Book) -> dict[str, Any]:
    """schema.org's Dataset of the whole package, each table a download."""
    d = book.package.descriptor
    downloads = [{"@type": "DataDownload", "name": r["name"], "encodingFormat": "text/csv", "contentUrl": base(book) + r["path"],
                  "contentSize": f"{r['bytes']} B", "sha256": str(r["hash"]).removeprefix("sha256:")} for r in d["resources"] if "hash" in r]  # fmt: skip
    return {
        "@context": "https://schema.org", "@type": "Dataset", "name": d.get("title", d.get("name")), "description": d.get("description", ""),
        "url": base(book), "version": d.get("version"), "dateModified": str(d.get("created", ""))[:10], "isAccessibleForFree": True,
        "keywords": d.get("keywords", []), "license": [licence["path"] for licence in d.get("licenses", []) if "path" in licence],
        "creator": curators(book), "distribution": downloads,
    }  # fmt: skip


def sitemap(book: Book, paths: Iterable[str]) -> str:
    """All pages, for search engines."""
    urls = "".join(f"<url><loc>{escape(base(book) + path)}</loc></url>\n" for path in paths)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
