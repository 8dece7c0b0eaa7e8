"""The explorer without a browser: links, escaping, bytes, weight, pictures, what would change a rating, the console."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from demo import demo_package
from editions import described, edition_of, git
from kratom_claims import console, whatif
from kratom_claims.edition import edition
from kratom_claims.faults import UnusableError
from kratom_claims.files import json_text
from kratom_claims.forms.sqlite import database
from kratom_claims.package import HOME, read_package
from kratom_claims.site import build, charts, linked, looks
from kratom_claims.site.book import Book
from tiny import Tiny

MARKUP = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    """Stand-ins for what npm installs, so that these tests need no npm."""
    folder = tmp_path_factory.mktemp("node_modules")
    for place in build.VENDORED.values():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(b"stand-in")
    return folder


@pytest.fixture
def tiny(tmp_path):
    return described(tmp_path / "tiny")


@pytest.fixture(scope="module")
def site(tmp_path_factory, modules):
    """The site of the tiny package, to be read only."""
    folder = tmp_path_factory.mktemp("read-only")
    return built(described(folder / "tiny"), folder / "site", modules)


def built(package: Tiny, out: Path, modules: Path) -> Path:
    build.build(edition_of(package), out, modules)
    return out


class Page(HTMLParser):
    """What a page links to, loads, defines and says."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links, self.loads, self.ids, self.text, self.scripts, self.on = [], [], set(), "", [], []
        self.tags: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        self.tags.append(tag)
        self.ids |= {told["id"]} if "id" in told else set()
        self.links += [told["href"]] if tag == "a" and "href" in told else []
        self.on += [name for name in told if name.startswith("on")]
        if tag in ("script", "img", "iframe") and "src" in told:
            self.loads.append(told["src"])
        if tag == "link" and told["rel"] != "canonical":
            self.loads.append(told["href"])
        if tag == "script":
            self.scripts.append(told)

    def handle_data(self, data):
        self.text += data


def pages_of(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def broken(site: Path) -> list[str]:
    """Links and loads of a site that lead nowhere."""
    pages = pages_of(site)
    lost = []
    for path, page in pages.items():
        for link in [*page.links, *page.loads]:
            if link.startswith(("https://", "http://", "data:")):
                continue
            name, _, anchor = link.partition("#")
            target = (path.parent / name.split("?")[0]).resolve() if name else path
            if not target.is_file() or (anchor and target in pages and anchor not in pages[target].ids):
                lost.append(f"{path.relative_to(site)}: {link}")
    return lost


def test_all_links_lead_somewhere(site, tmp_path):
    assert not broken(site)
    shutil.copytree(site, tmp_path / "less")
    (tmp_path / "less/claims/C0003.html").unlink()
    assert broken(tmp_path / "less"), "a page was taken away and no link missed it"


def test_every_row_that_has_a_page_has_one(site, tiny):
    for table, folder, key in [("claims", "claims", "claim_id"), ("sources", "sources", "source_id"), ("entities", "entities", "entity_id"), ("captures", "articles", "capture_id")]:  # fmt: skip
        for row in tiny.rows[table]:
            assert (site / folder / f"{row[key]}.html").is_file()


def test_nothing_is_loaded_from_elsewhere(site):
    loads = {load for page in pages_of(site).values() for load in page.loads}
    assert loads and not [load for load in loads if re.match(r"(?:[a-z]+:)?//", load)]
    assert "http" not in (site / "assets/style.css").read_text(encoding="utf-8")


@pytest.mark.slow
def test_cells_with_markup_stay_text(tiny, tmp_path, modules):
    tiny.rows["claims"][0]["statement"] = f"Willow {MARKUP}."
    tiny.rows["entities"][1]["label"] = tiny.rows["entity_names"][0]["name"] = tiny.rows["searches"][0]["query"] = (
        MARKUP
    )
    tiny.rows["sources"][0] |= {"title": MARKUP, "url": "javascript:alert(1)"}
    tiny.rows["findings"][0]["summary"] = tiny.rows["claim_evidence"][0]["rationale"] = MARKUP
    tiny.write()
    (tiny.root / "CHANGELOG.md").write_text(
        f"# Changelog\n\n## 0.1.0\n\n{MARKUP} [x](javascript:alert(1))\n", encoding="utf-8"
    )
    pages = pages_of(built(tiny, tmp_path / "site", modules))
    own = [s for page in pages.values() for s in page.scripts if s.get("type") not in ("application/ld+json", "application/json") and not s.get("src", "").endswith(("find.js", "minisearch.js"))]  # fmt: skip
    assert not own and not [p for p in pages.values() if "img" in p.tags or p.on]
    assert not [link for page in pages.values() for link in page.links if link.startswith("javascript")]
    claim = pages[tmp_path / "site/claims/C0001.html"]
    assert MARKUP in claim.text, "the markup should be read as text"
    for path in [tmp_path / "site/claims/C0001.html", tmp_path / "site/index.html"]:
        for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', path.read_text(encoding="utf-8"), re.S):  # fmt: skip
            json.loads(block)


@pytest.mark.slow
def test_an_id_that_would_leave_the_folder_is_refused(tiny, tmp_path, modules):
    tiny.rows["entities"].append(tiny.rows["entities"][0] | {"entity_id": "../../outside", "label": "outside"})
    tiny.write()
    with pytest.raises(UnusableError, match="cannot name a page"):
        built(tiny, tmp_path / "deep" / "site", modules)
    assert not list(tmp_path.rglob("outside*"))


def test_tables_that_are_not_valid_are_refused_in_plain_words(tiny, tmp_path, modules):
    tiny.rows["entities"].append(tiny.rows["entities"][0] | {"entity_id": "twin"})
    tiny.write()
    with pytest.raises(UnusableError, match="make validate"):
        built(tiny, tmp_path / "site", modules)


def test_missing_parts_are_named(tiny, tmp_path):
    with pytest.raises(UnusableError, match="npm ci"):
        built(tiny, tmp_path / "site", tmp_path / "none")


def test_claim_json_holds_its_rows(site, tiny):
    told = json.loads((site / "claims/C0001.json").read_text(encoding="utf-8"))
    rows = {name: [r for r in tiny.rows[name] if r.get("claim_id") == "C0001"] for name in ("mentions", "rating_steps", "claims")}  # fmt: skip
    assert [m["mention_id"] for m in told["mentions"]] == [m["mention_id"] for m in rows["mentions"]]
    assert [s["reason"] for s in told["rating_steps"]] == [s["reason"] for s in rows["rating_steps"]]
    assert told["claim"]["statement"] == rows["claims"][0]["statement"] and set(told["claim"]) == {f["name"] for f in json.loads((HOME / "schemas/claims.json").read_text())["fields"]}  # fmt: skip
    assert told["evidence"][0]["source"]["source_id"] == "trial-one"


@pytest.mark.slow
def test_pages_count_findings_as_the_rating_does(tmp_path):
    demo = demo_package(tmp_path / "demo")
    ratings = {r["claim_id"]: r for r in demo.rows["ratings"]}
    book = Book(edition_of(demo))
    for id_, claim in book.claims.items():
        drawn = Counter(e["weighed_as"] for e in charts.counting(claim))
        r = ratings[id_]
        assert (drawn["supports"], drawn["refutes"], drawn["inconclusive"]) == (r["n_supports"], r["n_refutes"], r["n_inconclusive"])  # fmt: skip
    assert any(claim["turned"] for claim in book.claims.values())


def test_claim_review_on_decided_claims_only(tiny):
    book = Book(edition_of(tiny))
    decided = {r["claim_id"] for r in tiny.rows["ratings"] if r["verdict"] in looks.DECIDED}
    assert decided and set(linked.claim_reviews(book)) == decided


def test_evidence_map_counts_every_claim_once(tiny):
    book = Book(edition_of(tiny))
    lines = build.evidence_map(book)["evidence-map.csv"].splitlines()
    assert len(lines) == 1 + len(tiny.rows["claims"])
    picture = charts.evidence_map(book, charts.WIDE)
    shapes = picture.count("<path ")
    legend = len({r["verdict"] for r in tiny.rows["ratings"]}) + len(charts.SIZES)
    assert shapes == legend + len(tiny.rows["claims"])


@pytest.mark.slow
def test_the_evidence_map_in_docs_is_that_of_the_tables():
    book = Book(edition(read_package(HOME / "datapackage.json")))
    stale = [name for name, text in build.evidence_map(book).items() if (HOME / "docs" / name).read_text(encoding="utf-8") != text]  # fmt: skip
    assert not stale, f"docs: {', '.join(stale)} not what the tables say. Run `make site`."


def test_pictures_take_their_colours_from_the_page_and_say_what_they_show(tiny):
    book = Book(edition_of(tiny))
    made = [charts.evidence_map(book, charts.NARROW), charts.by_article(book, charts.WIDE), charts.by_design(book, charts.WIDE),
            charts.strip(book, charts.WIDE, book.articles["tiny_text"]), charts.directions(book.claims["C0001"], book), charts.forest(book.claims["C0001"], book)]  # fmt: skip
    for picture in made:
        assert "<title" in picture and "<desc" in picture and 'role="img"' in picture
        assert not re.search(r'(?:fill|stroke)="(?!none|var\(--)', picture)
    assert "<style>" in charts.alone(made[0])


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return sum(w * (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4) for w, p in zip((0.2126, 0.7152, 0.0722), parts, strict=True))  # fmt: skip


@pytest.mark.parametrize("palette", [looks.LIGHT, looks.DARK], ids=["light", "dark"])
def test_colours_stand_out(palette):
    def contrast(one: str, other: str) -> float:
        low, high = sorted(luminance(palette[name]) for name in (one, other))
        return (high + 0.05) / (low + 0.05)

    assert all(contrast(text, ground) >= 4.5 for text in ("ink", "soft", "link") for ground in ("paper", "wash"))
    assert all(contrast(mark, "paper") >= 3 for mark in ("supported", "refuted", "conflicting", "insufficient", "no_evidence_found"))  # fmt: skip
    assert len({looks.SHAPES[verdict] for verdict in looks.VERDICTS}) == len(looks.VERDICTS)


@pytest.mark.parametrize(("number", "design", "n"), [(0, "randomised_trial", 60), (2, "randomised_trial", 450), (6, "cohort_study", 1000)])  # fmt: skip
@pytest.mark.parametrize("side", [0, 1])
def test_what_would_change_a_rating_is_what_the_rubric_says_once_it_is_there(tiny, number, design, n, side):
    change = whatif.outlooks(edition_of(tiny).tables)["C0001"].changes[number + side]
    new = {"finding_id": "F0009", "design": design, "n": n, "dataset_key": "new", "risk_of_bias": "low", "ci_low": None, "ci_high": None, "interval_type": None, "effect_type": None, "effect_value": None, "unit": None, "p_operator": None, "p_value": None}  # fmt: skip
    tiny.rows["findings"].append(tiny.rows["findings"][0] | new)
    tiny.rows["claim_evidence"].append(tiny.rows["claim_evidence"][0] | {"finding_id": "F0009", "direction": change.direction})  # fmt: skip
    tiny.write()
    rating = next(r for r in tiny.rows["ratings"] if r["claim_id"] == "C0001")
    assert (rating["verdict"], rating["certainty"]) == (change.verdict, change.certainty)


def test_a_verdict_hangs_on_the_finding_without_which_it_is_another(tiny):
    outlook = whatif.outlooks(edition_of(tiny).tables)["C0001"]
    tiny.rows["claim_evidence"] = [e for e in tiny.rows["claim_evidence"] if e["claim_id"] != "C0001"]
    tiny.write()
    rating = next(r for r in tiny.rows["ratings"] if r["claim_id"] == "C0001")
    assert outlook.hangs_on == (("F0001", rating["verdict"]),)


def test_a_claim_without_a_measure_says_what_refines_it(site):
    page = Page(site / "claims/C0003.html")
    assert "has no measure that could decide it" in page.text and "C0004.html" in page.links


@pytest.mark.slow
def test_differences_between_tagged_versions_have_a_page(tiny, tmp_path, modules):
    records = [{"version": v, "date": "2026-01-02", "rubric_version": "1.0.0", "swhid": "swh:1:dir:0"} for v in ("0.1.0", "0.1.1")]  # fmt: skip
    (tiny.root / "releases.json").write_text(json_text(records), encoding="utf-8")
    git(tiny.root, "init", "-q")
    for version, summary in [("0.1.0", "Half as many had headache."), ("0.1.1", "Half of them had headache.")]:
        tiny.rows["findings"][0]["summary"] = summary
        tiny.descriptor["version"] = version
        tiny.write()
        git(tiny.root, "add", "-A")
        git(tiny.root, "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", version)
        git(tiny.root, "-c", "user.name=x", "-c", "user.email=x@example.org", "tag", f"v{version}")
    site = built(tiny, tmp_path / "site", modules)
    assert "Half of them had headache." in Page(site / "versions/0.1.1.html").text
    assert "0.1.1.html" in Page(site / "versions/index.html").links


def test_every_canned_query_runs_and_every_column_is_described(tiny):
    made = edition_of(tiny)
    connection = sqlite3.connect(":memory:")
    connection.deserialize(database(made))
    told = console.metadata(made)["databases"][made.name]
    for name, query in told["queries"].items():
        found = connection.execute(query["sql"], {"words": "headache", "claim_id": "C0001"}).fetchall()
        assert found or name in ("searches_without_result", "refuted_claims", "dangerous_to_believe"), f"{name} finds nothing"  # fmt: skip
    for table in [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]:
        columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        assert columns == set(told["tables"][table]["columns"]) and all(told["tables"][table]["columns"].values())


@pytest.mark.slow
def test_the_console_answers(tiny):
    command = [sys.executable, HOME / "scripts/sql.py", tiny.root, "--get", "/kratom-claims/who_says_it.json?words=headache&_shape=array"]  # fmt: skip
    rows = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert {row["claim_id"] for row in rows} == {"C0001"}


@pytest.mark.slow
def test_a_site_of_full_size(tmp_path, modules):
    demo = demo_package(tmp_path / "demo")
    assert not demo.check().faults, "the demo package should hold every rule"
    site = built(demo, tmp_path / "site", modules)
    assert not broken(site)
    heavy = {path.name: path.stat().st_size for path in site.glob("claims/C*.html") if path.stat().st_size >= 100_000}
    assert not heavy
    listed = [
        link for link in Page(site / "claims/index.html").links if re.fullmatch(r"\.\./claims/C[0-9]+\.html", link)
    ]
    assert len(listed) == len(set(listed)) == len(demo.rows["claims"])


@pytest.mark.slow
def test_the_same_tables_give_the_same_bytes(tiny, tmp_path, modules):
    site = built(tiny, tmp_path / "site", modules)
    code = ("import sys; from pathlib import Path; from kratom_claims.edition import edition; from kratom_claims.package import read_package; "
            "from kratom_claims.site.build import build; build(edition(read_package(Path(sys.argv[1]))), Path(sys.argv[2]), Path(sys.argv[3]))")  # fmt: skip
    surroundings = {
        "PYTHONPATH": str(HOME / "schemas"),
        "TZ": "Asia/Tokyo",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "7",
        "PATH": "/usr/bin",
    }
    subprocess.run([sys.executable, "-c", code, tiny.root / "datapackage.json", tmp_path / "again" / "site", modules], check=True, env=surroundings, cwd=tmp_path)  # fmt: skip
    files = {path.relative_to(site): path.read_bytes() for path in site.rglob("*") if path.is_file()}
    again = {path.relative_to(tmp_path / "again/site"): path.read_bytes() for path in (tmp_path / "again/site").rglob("*") if path.is_file()}  # fmt: skip
    assert len(files) > 40 and files == again
