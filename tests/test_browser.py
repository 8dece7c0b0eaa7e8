"""The explorer in a real browser: Debian's Chromium, driven by Playwright. Run by `make browser`."""

import os
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from demo import demo_package
from editions import edition_of
from kratom_claims.package import HOME
from kratom_claims.site import build, looks

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
MARKUP = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>"
KINDS = ["index.html", "claims/index.html", "claims/C0001.html", "claims/C0004.html", "topics/law.html", "verdicts/refuted.html", "articles/index.html", "articles/000_demo.html",
         "entities/index.html", "entities/kratom.html", "sources/index.html", "sources/article-1.html", "method.html", "dictionary.html", "rules.html", "versions/index.html", "data.html"]  # fmt: skip
"""One page of each kind."""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The site of the demo package, into which somebody has written markup."""
    root = tmp_path_factory.mktemp("explorer")
    demo = demo_package(root / "demo")
    demo.rows["claims"][2]["statement"] = f"Kratom can be injected to ease opioid withdrawal {MARKUP}."
    demo.rows["entities"][0]["label"] = demo.rows["findings"][0]["summary"] = MARKUP
    demo.write()
    build.build(edition_of(demo), root / "site")
    return root / "site"


@pytest.fixture(scope="module")
def address(folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, address):
    """Open a page; at the end nothing may have been said on the console, and nothing asked of another host."""
    contexts, faults = [], []

    def opened(path, width=1200, **options):
        context = chromium.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: faults.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: None if request.url.startswith((address, "data:")) else faults.append(request.url))  # fmt: skip
        page.on("response", lambda response: faults.append(f"{response.status} {response.url}") if response.status >= 400 else None)  # fmt: skip
        page.goto(address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults


def shown(page) -> list[str]:
    """The claims that the list shows."""
    return page.locator("#claims > li > a").all_inner_texts()


def test_a_claim_is_found_from_the_front_page_in_three_steps(open_page):
    page = open_page("index.html")
    page.get_by_label("Search the claims").fill("injecting kratom")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Kratom has been injected by people.").click()
    assert page.locator("h1").inner_text() == "Kratom has been injected by people."
    assert page.get_by_text("No evidence found").first.is_visible()
    assert page.get_by_role("heading", name="Who says it").is_visible()


def test_search_finds_words_names_and_ids(open_page):
    page = open_page("claims/index.html")
    every = len(shown(page))
    for query, wanted in [
        ("injection", "injected"),
        ("ketum", "ratom"),
        ("C0001", "opioid withdrawal"),
        ("seizures", "seizure"),
    ]:
        page.get_by_label("Search").fill(query)
        found = shown(page)
        assert 0 < len(found) < every and wanted in found[0], query
        assert page.locator("#count").inner_text() == f"{len(found)} of {every} claims"
    page.get_by_label("Search").fill("zzzzzz")
    assert not shown(page) and "No claim fits" in page.locator("#count").inner_text()
    page.get_by_role("button", name="Clear all").click()
    playwright.expect(page.locator("#claims > li")).to_have_count(every)


def test_facets_answer_which_claims_are_refuted_with_at_least_moderate_certainty(open_page, folder):
    page = open_page("claims/index.html")
    page.get_by_label("Verdict").select_option("refuted")
    page.get_by_label("Certainty at least").select_option("moderate")
    items = page.locator("#claims > li").evaluate_all("all => all.map(li => ({...li.dataset}))")
    assert {i["verdict"] for i in items} == {"refuted"} and {i["certainty"] for i in items} <= {"high", "moderate"}
    rows = (folder / "evidence-map.csv").read_text(encoding="utf-8").splitlines()
    assert len(items) == sum(row.split(",")[1:3] in (["refuted", "high"], ["refuted", "moderate"]) for row in rows) > 0
    again = open_page(f"claims/index.html{page.evaluate('location.search')}")
    assert shown(again) == shown(page), "the address should bring the same list back"


@pytest.mark.parametrize("facet", ["Topic", "Harm at least", "Article", "Claim type"])
def test_every_facet_narrows_the_list(open_page, facet):
    page = open_page("claims/index.html")
    every = len(shown(page))
    choice = page.get_by_label(facet).locator("option").nth(1).get_attribute("value")
    page.get_by_label(facet).select_option(choice)
    assert 0 < len(shown(page)) < every


def test_sorting(open_page):
    page = open_page("claims/index.html")
    for order, key in [("findings", "li => -li.dataset.findings"), ("id", "li => +li.dataset.claim.slice(1)")]:
        page.get_by_label("Sort by").select_option(order)
        keys = page.locator("#claims > li").evaluate_all(f"all => all.map({key})")
        assert keys == sorted(keys) and len(set(keys)) > 1


def test_it_works_by_keyboard_alone(open_page):
    page = open_page("claims/index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("injected by people")
    first = shown(page)[0]
    for _ in range(9):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == first
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('injected by people')")


@pytest.mark.parametrize(("scheme", "palette"), [("dark", looks.DARK), ("light", looks.LIGHT)])
def test_pages_and_pictures_follow_the_readers_colours(open_page, scheme, palette):
    page = open_page("claims/C0001.html", color_scheme=scheme)
    ink, paper = (tuple(int(palette[name][i : i + 2], 16) for i in (1, 3, 5)) for name in ("ink", "paper"))
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == f"rgb{paper}"
    assert f"rgb{ink}" in page.locator(".picture text").evaluate_all("all => all.map(t => getComputedStyle(t).fill)")


def test_paper_is_white(open_page):
    page = open_page("claims/C0001.html", color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.get_by_role("navigation").is_visible()


@pytest.mark.parametrize("path", KINDS)
def test_a_phone_needs_no_sideways_scrolling(open_page, path):
    page = open_page(path, width=360, is_mobile=True, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("path", ["claims/index.html", "claims/C0001.html", "index.html"])
def test_pages_read_well_without_script(open_page, folder, path):
    page = open_page(path, java_script_enabled=False)
    text = page.locator("main").inner_text()
    assert "Kratom" in text
    if path == "claims/index.html":
        assert page.locator("#claims > li").count() == len(list(folder.glob("claims/C*.html")))
        assert not page.locator("#find").is_visible() and page.get_by_text("the decided ones first").is_visible()
    if path == "claims/C0001.html":
        for heading in ["Why", "Who says it", "What would change this", "What was found"]:
            assert heading in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", KINDS)
def test_axe_finds_no_serious_fault(open_page, path, scheme):
    page = open_page(path, color_scheme=scheme)
    page.evaluate((HOME / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(result => result.violations)")
    serious = [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")]
    assert not serious


def test_markup_in_cells_stays_text(open_page):
    for path in ["claims/C0003.html", "claims/C0001.html", "claims/index.html", "entities/kratom.html", "topics/route.html", "index.html"]:  # fmt: skip
        page = open_page(path)
        assert page.title() != "owned" and page.locator("main img").count() == 0
    page = open_page("claims/C0003.html")
    assert MARKUP in page.locator("h1").inner_text()


def test_it_opens_from_a_folder_without_a_server(chromium, folder):
    page = chromium.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((folder / "claims/index.html").as_uri() + "?q=injected")
    assert 0 < page.locator("#claims > li").count() < 10
    page.locator("#claims > li > a").first.click()
    assert page.locator("h1").inner_text()
    page.close()
    assert not said
