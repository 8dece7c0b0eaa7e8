"""From tables to a folder of pages: the same tables give the same bytes."""

import re
import shutil
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import jinja2
from markdown_it import MarkdownIt
from markupsafe import Markup

from .. import bundle
from ..console import released_database
from ..diff import difference
from ..diff_pages import opening, sections
from ..edition import Edition
from ..faults import UnusableError
from ..files import csv_text, json_text
from ..package import HOME
from ..ratings import policy
from ..rules import CATALOGUE
from ..versions import at, has_tag, records
from . import charts, linked, looks
from .book import Book, Row

HERE = Path(__file__).parent
SAFE_PATH = re.compile(r"(?:[a-z]+/)?[A-Za-z0-9](?:[._-]?[A-Za-z0-9]+)*")
"""What a file of the site may be called."""
MODULES = HOME / "node_modules"
"""Where npm puts what package.json pins."""
VENDORED = {
    "minisearch.js": "minisearch/dist/umd/index.js",
    "minisearch-licence.txt": "minisearch/LICENSE.txt",
    "serif-600.woff2": "@fontsource/source-serif-4/files/source-serif-4-latin-600-normal.woff2",
    "sans-400.woff2": "@fontsource/source-sans-3/files/source-sans-3-latin-400-normal.woff2",
    "sans-600.woff2": "@fontsource/source-sans-3/files/source-sans-3-latin-600-normal.woff2",
    "serif-licence.txt": "@fontsource/source-serif-4/LICENSE",
    "sans-licence.txt": "@fontsource/source-sans-3/LICENSE",
}
"""Local copies of what others keep, by the name they get on the site."""


def build(edition: Edition, out: Path, modules: Path = MODULES) -> tuple[Book, int]:
    """Write the whole site to ``out``, which it replaces once all is written; returns the book and the number of pages.

    The released folder is a part of it, so the site's own address is one to load the package from.
    """
    book = Book(edition)
    downloads = edition.files | {
        f"{edition.stem}.zip": bundle.zipped(edition.files),
        f"{edition.stem}.sqlite": released_database(edition),
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".site-") as folder:
        fresh = Path(folder) / "site"
        files = downloads | assets(modules) | {path: text.encode() for path, text in contents(book, downloads)}
        for path, content in files.items():
            write(fresh, path, content)
        shutil.rmtree(out, ignore_errors=True)
        fresh.replace(out)
    return book, sum(path.endswith(".html") for path in files)


def write(folder: Path, path: str, content: bytes) -> None:
    """Write one file of the site. Ids name files, so a path is looked at before it is used."""
    if not SAFE_PATH.fullmatch(path):
        raise UnusableError(f"{path!r} cannot name a page, so some id is not well formed. Run `make validate`.")
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def assets(modules: Path) -> dict[str, bytes]:
    """Style, script and the local copies of what others keep."""
    if missing := [place for place in VENDORED.values() if not (modules / place).is_file()]:
        raise UnusableError(f"{modules.name}/{missing[0]}: missing. Run `npm ci`, or `make site`, which does.")
    style = looks.palette_css().encode() + (HERE / "static/style.css").read_bytes()
    own = {"assets/style.css": style, "assets/find.js": (HERE / "static/find.js").read_bytes()}
    return own | {f"assets/{name}": (modules / place).read_bytes() for name, place in VENDORED.items()}


def contents(book: Book, downloads: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """All files that are made from the tables, by path."""
    env = environment(book)
    paths = []
    for path, template, told in pages(book, downloads):
        paths.append(path)
        yield path, env.get_template(template).render(root="../" * path.count("/"), path=path, **told)
    for id_, claim in book.claims.items():
        yield f"claims/{id_}.json", json_text(linked.claim_json(book, claim))
    yield "sitemap.xml", linked.sitemap(book, paths)
    yield "robots.txt", f"User-agent: *\nAllow: /\nSitemap: {linked.base(book)}sitemap.xml\n"
    yield from evidence_map(book).items()


def evidence_map(book: Book) -> dict[str, str]:
    """The evidence map for use elsewhere: the picture, its claims and the evidence by design and year as data."""
    claims = [(c["topic"], c["rating"]["verdict"], c["rating"]["certainty"], c["claim_id"], c["statement"]) for _, own in charts.topic_counts(book) for c in own]  # fmt: skip
    years = Counter((f["design"], f["stream"], book.sources[f["source_id"]]["year"]) for f in book.rows["findings"] if f["source_id"] in book.sources)  # fmt: skip
    by_year = sorted(((*key, n) for key, n in years.items()), key=lambda row: (row[0], row[1], row[2] or 0))
    return {
        "evidence-map.svg": charts.alone(charts.evidence_map(book, charts.WIDE)),
        "evidence-map.csv": csv_text(["topic", "verdict", "certainty", "claim_id", "statement"], claims),
        "evidence-by-year.csv": csv_text(["design", "stream", "year", "findings"], by_year),
    }


def environment(book: Book) -> jinja2.Environment:
    """The templates' environment: everything is escaped, and a missing name is an error."""
    env = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined,
                             trim_blocks=True, lstrip_blocks=True)  # fmt: skip
    env.globals |= {
        "book": book,
        "edition": book.edition,
        "looks": looks,
        "base": linked.base(book),
        "policy": policy(),
    }
    env.filters |= {
        "label": book.label,
        "sentence": sentence,
        "web": web,
        "letters": letters,
        "anchored": anchored,
        "size": size,
        "number": number,
        "in_words": in_words,
    }
    return env


def pages(book: Book, downloads: dict[str, bytes]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every page: its path, its template, and what it shows."""
    yield "index.html", "front.html", front(book) | {"dataset": linked.described(book, downloads)}
    yield "claims/index.html", "claims.html", {"claims": book.ordered(), "topics": charts.topic_counts(book)}
    for topic, own in charts.topic_counts(book):
        yield (
            f"topics/{topic}.html",
            "list.html",
            {
                "title": sentence(book.label(topic, "topic")),
                "kind": "Topic",
                "claims": own,
                "meaning": meaning(book, "topic", topic),
            },
        )
    for verdict in looks.VERDICTS:
        own = book.ordered(lambda claim, verdict=verdict: claim["rating"]["verdict"] == verdict)  # type: ignore[misc]
        yield (
            f"verdicts/{verdict}.html",
            "list.html",
            {
                "title": sentence(book.label(verdict, "verdict")),
                "kind": "Verdict",
                "claims": own,
                "meaning": meaning(book, "verdict", verdict),
            },
        )
    reviews = linked.claim_reviews(book)
    for id_, claim in book.claims.items():
        yield (
            f"claims/{id_}.html",
            "claim.html",
            {
                "claim": claim,
                **claim_pictures(book, claim),
                "review": reviews.get(id_),
                "cite": linked.citation(book, claim),
            },
        )
    yield "articles/index.html", "articles.html", {"pictures": both(charts.by_article, book)}
    for id_, article in book.articles.items():
        yield f"articles/{id_}.html", "article.html", {"article": article, "strip": both(charts.strip, book, article)}
    yield (
        "entities/index.html",
        "entities.html",
        {"entities": sorted(book.entities.values(), key=lambda e: (e["entity_type"], e["label"].lower()))},
    )
    for id_, entity in book.entities.items():
        yield f"entities/{id_}.html", "entity.html", {"entity": entity}
    yield (
        "sources/index.html",
        "sources.html",
        {"sources": sorted(book.sources.values(), key=lambda s: (s["source_type"], -(s["year"] or 0), s["source_id"]))},
    )
    for id_, source in book.sources.items():
        yield f"sources/{id_}.html", "source.html", {"source": source}
    yield "method.html", "method.html", {"rubric": policy()}
    yield "dictionary.html", "dictionary.html", {"schemas": book.edition.package.schemas}
    yield "rules.html", "rules.html", {"rules": list(CATALOGUE.values())}
    yield from versions(book.edition.package.root)
    yield "data.html", "data.html", {"downloads": downloads}  # fmt: skip


def front(book: Book) -> dict[str, Any]:
    """What the front page shows."""
    dangerous = [c for c in book.ordered() if c["rating"]["harm_if_believed"] in ("critical", "high") and c["rating"]["verdict"] != "supported"]  # fmt: skip
    firm = book.ordered(
        lambda c: c["rating"]["verdict"] in looks.DECIDED and c["rating"]["certainty"] in ("high", "moderate")
    )
    return {
        "counts": book.verdicts(book.claims.values()),
        "firm": {v: [c for c in firm if c["rating"]["verdict"] == v] for v in looks.DECIDED},
        "dangerous": sorted(dangerous, key=lambda c: looks.HARMS.index(c["rating"]["harm_if_believed"])),
        "topics": charts.topic_counts(book),
        "map": both(charts.evidence_map, book),
        "by_article": both(charts.by_article, book),
        "by_design": both(charts.by_design, book),
    }


def both(chart: Any, book: Book, *of: Any) -> dict[str, Markup]:
    """A picture for pages and for phones."""
    return {"wide": Markup(chart(book, charts.WIDE, *of)), "narrow": Markup(chart(book, charts.NARROW, *of))}


def claim_pictures(book: Book, claim: Row) -> dict[str, Markup | None]:
    """The direction plot of a claim with evidence, and the forest plot of one with three findings that share a measure."""
    some = len(charts.counting(claim)) > 1
    return {
        "directions": Markup(charts.directions(claim, book)) if some else None,
        "forest": Markup(charts.forest(claim, book)) if len(charts.intervals(claim)) > 1 else None,
    }


def versions(root: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The page of all versions, and one for each difference between neighbours whose tags are at hand."""
    releases = records(root)
    told = [one["version"] for one in releases if has_tag(root, one["version"])]
    pairs = list(pairwise(told))
    log = root / "CHANGELOG.md"
    text = log.read_text(encoding="utf-8") if log.exists() else ""
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(re.sub(r"\A# .*\n", "", text))
    yield (
        "versions/index.html",
        "versions.html",
        {"releases": releases, "since": {new: old for old, new in pairs}, "changelog": Markup(html)},
    )
    for old, new in pairs:
        with at(old, root) as before, at(new, root) as after:
            found = difference(before, after)
        yield (
            f"versions/{new}.html",
            "difference.html",
            {"found": found, "opening": opening(found), "sections": sections(found)},
        )


def meaning(book: Book, scheme: str, code: str) -> str:
    """The definition of a code."""
    return next((v["definition"] for v in book.rows["vocabulary"] if (v["scheme"], v["code"]) == (scheme, code)), "")


def sentence(text: str) -> str:
    """A text with a capital first letter."""
    return text[:1].upper() + text[1:]


def web(address: str | None) -> str:
    """An address, if it is one of the web; anything else leads nowhere."""
    return address if address and re.match(r"https?://", address) else ""


def letters(name: str) -> str:
    """The names of the letters of a name that are not Latin, for names that only look right."""
    odd = dict.fromkeys(c for c in name if c.isalpha() and "LATIN" not in unicodedata.name(c, ""))
    return ", ".join(unicodedata.name(c, f"U+{ord(c):04X}").capitalize() for c in odd)


def anchored(text: str) -> Markup:
    """A text in which finding ids lead to the findings of the same page."""
    return Markup(re.sub(r"\b(F[0-9]{4,9})\b", r'<a href="#\1">\1</a>', str(Markup.escape(text))))


def size(count: int | None) -> str:
    """Bytes as people read them."""
    return "" if count is None else f"{count / 1000:,.0f} kB" if count >= 1000 else f"{count} bytes"


def in_words(count: int) -> str:
    """A small number as a word, to begin a sentence; a large one in digits."""
    words = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"]
    return words[count] if count < len(words) else str(count)


def number(value: Any) -> str:
    """A number without needless digits."""
    return f"{value:,.6g}" if isinstance(value, float) else f"{value:,}"
