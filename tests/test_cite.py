"""Citations of a version, of some rows, and of one row."""

import json
from pathlib import Path

import pytest
from editions import described, edition_of
from kratom_claims import cite
from kratom_claims.bundle import sha256
from kratom_claims.edition import Edition
from kratom_claims.faults import UnusableError


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return edition_of(described(tmp_path_factory.mktemp("cite")))


def test_apa(edition: Edition) -> None:
    title = "Kratom claims: what web articles claim about kratom, held against the record"
    assert (
        cite.apa(cite.item(edition))
        == f"kratom-claims curators. (2026). {title} (Version 0.1.0) [Dataset]. kratom-claims. {edition.swhid}"
    )


def test_bibtex_is_read_by_another_parser(edition: Edition) -> None:
    from citeproc.source.bibtex import BibTeX

    cited = cite.subset_item(edition, "claims", ["claim_type=benefit"])
    text = cite.bibtex(cited)
    assert "claim\\_type" in text, "LaTeX would stop at a bare underscore"
    path = Path(edition.package.root) / "cited.bib"
    path.write_text(text, encoding="utf-8")
    (entry,) = BibTeX(str(path), encoding="utf-8").values()
    assert str(entry["title"]).startswith("Kratom claims")
    assert entry["issued"]["year"] == 2026 and "curators" in str(entry["author"][0])


def test_ris_has_its_tags(edition: Edition) -> None:
    lines = cite.ris(cite.item(edition)).splitlines()
    assert lines[0] == "TY  - DATA" and lines[-1].startswith("ER  -")
    assert {"AU  - kratom-claims curators", "PY  - 2026", "ET  - 0.1.0", f"N1  - {edition.swhid}"} <= set(lines)
    assert all(line[2:6] == "  - " for line in lines)


def test_csl_json_is_the_item(edition: Edition) -> None:
    (cited,) = json.loads(cite.csl_json(cite.item(edition)))
    assert (cited["type"], cited["version"], cited["issued"]) == ("dataset", "0.1.0", {"date-parts": [[2026, 1, 2]]})
    assert "DOI" not in cited and "URL" not in cited


def test_some_rows_are_cited_with_filter_and_hash(edition: Edition) -> None:
    cited = cite.subset_item(edition, "agents", [])
    assert cited["note"].endswith(sha256(edition.tables["agents"].content)), "all rows are the file"
    narrowed = cite.subset_item(edition, "claims", ["topic=pain", "claim_type=benefit"])
    assert narrowed["title"].endswith("claims, where topic=pain and claim_type=benefit (1 row)")
    assert narrowed["note"] != cite.subset_item(edition, "claims", ["topic=pain"])["note"]
    assert narrowed["note"].split(": ")[-1] == cite.row_item(edition, "claims", "C0001")["note"].split(": ")[-1]


def test_one_row(edition: Edition) -> None:
    cited = cite.row_item(edition, "claim_evidence", "C0001/F0001")
    assert cited["title"].endswith("row C0001/F0001 of claim_evidence")


@pytest.mark.parametrize(
    ("table", "conditions", "words"),
    [
        ("claim", [], "did you mean claims"),
        ("claims", ["topics=pain"], "did you mean topic"),
        ("claims", ["topic"], "column=value|not column"),
        ("claims", ["topic=weather"], "no row of claims"),
    ],
)
def test_what_does_not_exist_is_not_cited(table: str, conditions: list[str], words: str, edition: Edition) -> None:
    with pytest.raises(UnusableError, match=words):
        cite.subset_item(edition, table, conditions)


def test_an_unknown_row_is_not_cited(edition: Edition) -> None:
    with pytest.raises(UnusableError, match="did you mean claims/C0001"):
        cite.row_item(edition, "claims", "C00O1")
