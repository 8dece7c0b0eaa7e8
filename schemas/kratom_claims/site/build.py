"""From tables to a folder of pages: the same tables give the same bytes."""

import json
import re
import shutil
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
from markdown_it import MarkdownIt
from markupsafe import Markup

from ..faults import UnusableError
from ..files import csv_text, json_text
from ..package import HOME, Package
from ..ratings import POLICY, policy
from ..rules import CATALOGUE
from ..tables import Tables
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


def build(package: Package, tables: Tables, out: Path, modules: Path = MODULES) -> tuple[Book, int]:
    """Write the whole site to ``out``, which it replaces once all is written; returns the book and the number of pages."""
    book = Book(package, tables)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".site-") as folder:
        fresh = Path(folder) / "site"
        paths = [write(fresh, path, text) for path, text in contents(book)]
        copy_assets(fresh, modules)
        copy_data(package, fresh)
        shutil.rmtree(out, ignore_errors=True)
        fresh.replace(out)
    return book, sum(path.endswith(".html") for path in paths)


def write(folder: Path, path: str, text: str) -> str:
    """Write one file of the site; returns its path. Ids name files, so a path is looked at before it is used."""
    if not SAFE_PATH.fullmatch(path):
        raise UnusableError(f"{path!r} cannot name a page, so some id is not well formed. Run `make validate`.")
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="\n")
    return path


def copy_assets(folder: Path, modules: Path) -> None:
    """Style, script and the local copies of what others keep."""
    assets = folder / "assets"
    assets.mkdir()
    (assets / "style.css").write_text(looks.palette_css() + (HERE / "static/style.css").read_text(encoding="utf-8"), encoding="utf-8")  # fmt: skip
    shutil.copyfile(HERE / "static/find.js", assets / "find.js")
    for name, place in VENDORED.items():
        if not (modules / place).exists():
            raise UnusableError(f"{modules.name}/{place}: missing. Run `npm ci`, or `make site`, which does.")
        shutil.copyfile(modules / place, assets / name)


def copy_data(package: Package, folder: Path) -> None:
    """The package itself, so that the site's own address is one to load it from."""
    names = ["datapackage.json", *package.paths.values(), *(r["schema"] for r in package.descriptor["resources"] if isinstance(r.get("schema"), str))]  # fmt: skip
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(package.root / name, folder / name)


def contents(book: Book) -> Iterator[tuple[str, str]]:
    """All files that are made from the tables, by path."""
    env = environment(book)
    paths = []
    for path, template, told in pages(book):
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
    d = book.package.descriptor
    meta = {"title": d.get("name", ""), "description": "", "version": "", "created": "", "licenses": []} | d
    env.globals |= {"book": book, "meta": meta, "looks": looks, "base": linked.base(book), "policy": policy()}
    env.filters |= {"label": book.label, "sentence": sentence, "web": web, "letters": letters, "anchored": anchored, "size": size, "number": number}
    return env


def pages(book: Book) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every page: its path, its template, and what it shows."""
    yield "index.html", "front.html", front(book)
    yield "claims/index.html", "claims.html", {"claims": book.ordered(), "topics": charts.topic_counts(book)}
    for topic, own in charts.topic_counts(book):
        yield f"topics/{topic}.html", "list.html", {"title": sentence(book.label(topic, "topic")), "kind": "Topic", "claims": own, "meaning": meaning(book, "topic", topic)}
    for verdict in looks.VERDICTS:
        own = book.ordered(lambda claim, verdict=verdict: claim["rating"]["verdict"] == verdict)  # type: ignore[misc]
        yield f"verdicts/{verdict}.html", "list.html", {"title": sentence(book.label(verdict, "verdict")), "kind": "Verdict", "claims": own, "meaning": meaning(book, "verdict", verdict)}
    for id_, claim in book.claims.items():
        yield f"claims/{id_}.html", "claim.html", {"claim": claim, **claim_pictures(book, claim), "review": linked.claim_review(book, claim), "cite": linked.citation(book, claim)}
    yield "articles/index.html", "articles.html", {"pictures": both(charts.by_article, book)}
    for id_, article in book.articles.items():
        yield f"articles/{id_}.html", "article.html", {"article": article, "strip": Markup(charts.strip(article, book))}
    yield "entities/index.html", "entities.html", {"entities": sorted(book.entities.values(), key=lambda e: (e["entity_type"], e["label"].lower()))}
    for id_, entity in book.entities.items():
        yield f"entities/{id_}.html", "entity.html", {"entity": entity}
    yield "sources/index.html", "sources.html", {"sources": sorted(book.sources.values(), key=lambda s: (s["source_type"], -(s["year"] or 0), s["source_id"]))}
    for id_, source in book.sources.items():
        yield f"sources/{id_}.html", "source.html", {"source": source}
    yield "method.html", "method.html", {"rubric": json.loads(POLICY.read_text(encoding="utf-8"))}
    yield "dictionary.html", "dictionary.html", {"schemas": book.package.schemas}
    yield "rules.html", "rules.html", {"rules": list(CATALOGUE.values())}
    yield "versions.html", "versions.html", versions(book.package)
    yield "data.html", "data.html", {}  # fmt: skip


def front(book: Book) -> dict[str, Any]:
    """What the front page shows."""
    dangerous = [c for c in book.ordered() if c["rating"]["harm_if_believed"] in ("critical", "high") and c["rating"]["verdict"] != "supported"]  # fmt: skip
    firm = book.ordered(lambda c: c["rating"]["verdict"] in looks.DECIDED and c["rating"]["certainty"] in ("high", "moderate"))
    return {
        "counts": book.verdicts(book.claims.values()),
        "firm": {v: [c for c in firm if c["rating"]["verdict"] == v] for v in looks.DECIDED},
        "dangerous": sorted(dangerous, key=lambda c: looks.HARMS.index(c["rating"]["harm_if_believed"])),
        "topics": charts.topic_counts(book),
        "map": both(charts.evidence_map, book),
        "by_article": both(charts.by_article, book),
        "by_design": both(charts.by_design, book),
        "dataset": linked.dataset(book),
    }


def both(chart: Any, book: Book) -> dict[str, Markup]:
    """A picture for pages and for phones."""
    return {"wide": Markup(chart(book, charts.WIDE)), "narrow": Markup(chart(book, charts.NARROW))}


def claim_pictures(book: Book, claim: Row) -> dict[str, Markup | None]:
    """The direction plot of a claim with evidence, and the forest plot of one with three findings that share a measure."""
    some = len(charts.counting(claim)) > 1
    return {
        "directions": Markup(charts.directions(claim, book)) if some else None,
        "forest": Markup(charts.forest(claim, book)) if len(charts.intervals(claim)) > 1 else None,
    }


def versions(package: Package) -> dict[str, Any]:
    """The changelog as HTML (its own markup escaped) and the records of the releases."""
    log, releases = package.root / "CHANGELOG.md", package.root / "releases.json"
    text = log.read_text(encoding="utf-8") if log.exists() else ""
    known = json.loads(releases.read_text(encoding="utf-8")) if releases.exists() else []
    listed = known.get("releases", []) if isinstance(known, dict) else known
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(re.sub(r"\A# .*\n", "", text))
    return {"changelog": Markup(html), "releases": listed}


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


def number(value: Any) -> str:
    """A number without needless digits."""
    return f"{value:,.6g}" if isinstance(value, float) else f"{value:,}"
