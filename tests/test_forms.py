"""Shipped forms: what SQLite refuses, what its views answer, Parquet's types, and what metadata say and never make up."""

import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from editions import described, edition_of
from kratom_claims import forms
from kratom_claims.descriptor import derived
from kratom_claims.edition import Edition
from kratom_claims.forms import citation, claim_reviews, crate, croissant, parquet, sqlite, sssom
from kratom_claims.loading import LOADERS, page
from kratom_claims.package import HOME
from tiny import Tiny


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return described(tmp_path_factory.mktemp("forms"))


@pytest.fixture(scope="module")
def edition(tiny: Tiny) -> Edition:
    return edition_of(tiny)


@pytest.fixture
def database(edition: Edition) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.deserialize(sqlite.database(edition))
    connection.execute("PRAGMA foreign_keys = ON")
    yield connection
    connection.close()


def test_sqlite_holds_all_rows_and_is_sound(edition: Edition, database: sqlite3.Connection) -> None:
    counts = {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in edition.tables}
    assert counts == {name: len(table.text) for name, table in edition.tables.items()}
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert database.execute("PRAGMA user_version").fetchone() == (1_000,)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE claims SET topic = 'weather'", "CHECK"),
        ("UPDATE claims SET harm_severity = 5", "CHECK"),
        ("UPDATE claims SET negated = 2", "CHECK"),
        ("UPDATE sources SET verified_on = '2 Jan'", "CHECK"),
        ("UPDATE claims SET statement = NULL", "NOT NULL"),
        ("UPDATE claims SET statement = 'Same.'", "UNIQUE"),
        ("UPDATE mentions SET claim_id = 'C0001', start = 1, \"end\" = 2", "UNIQUE"),
        ("UPDATE claim_evidence SET claim_id = 'C9999' WHERE claim_id = 'C0001'", "FOREIGN KEY"),
        ("UPDATE mentions SET segment_no = 99", "FOREIGN KEY"),
        ("UPDATE entities SET broader_id = 'nobody'", "FOREIGN KEY"),
        ("DELETE FROM sources WHERE source_id = 'trial-one'", "FOREIGN KEY"),
        ("INSERT INTO claims SELECT * FROM claims", "UNIQUE"),
    ],
)
def test_sqlite_refuses(statement: str, why: str, database: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=why):
        database.execute(statement)


def test_views_answer_the_usual_questions(database: sqlite3.Connection) -> None:
    ask = lambda query: database.execute(query).fetchall()  # noqa: E731
    assert ask("SELECT verdict, certainty FROM claims_with_ratings WHERE claim_id = 'C0001'") == [
        ("supported", "moderate")
    ]
    assert ask("SELECT mention_id, source_id FROM mentions_with_claims WHERE claim_id = 'C0001'") == [
        ("M0001", "article")
    ]
    assert ask("SELECT finding_id, direction, source_id, n FROM evidence_for_claims WHERE claim_id = 'C0001'") == [
        ("F0001", "supports", "trial-one", 450)
    ]


def test_references_are_served_by_an_index(database: sqlite3.Connection) -> None:
    (plan,) = database.execute("EXPLAIN QUERY PLAN SELECT * FROM mentions WHERE claim_id = 'C0001'").fetchall()
    assert "USING INDEX" in plan[3]


def test_a_row_that_breaks_a_reference_is_not_shipped(tmp_path: Path) -> None:
    broken = described(tmp_path)
    broken.edit("claim_evidence", lambda b: b.replace(b"F0001", b"F0009"))
    with pytest.raises(sqlite3.IntegrityError, match="claim_evidence"):
        sqlite.database(edition_of(broken))


def test_parquet_has_types_and_says_what_may_be_null(edition: Edition) -> None:
    schema = pq.read_schema(io.BytesIO(parquet.files(edition)["parquet/claims.parquet"]))
    types = {
        name: str(schema.field(name).type)
        for name in ("claim_id", "harm_severity", "negated", "threshold_value", "valid_as_of")
    }
    assert types == {
        "claim_id": "string",
        "harm_severity": "int64",
        "negated": "bool",
        "threshold_value": "double",
        "valid_as_of": "date32[day]",
    }
    assert (schema.field("claim_id").nullable, schema.field("note").nullable) == (False, True)
    assert schema.metadata[b"package"] == b"kratom-claims-0.1.0"


def test_nothing_is_made_up(edition: Edition) -> None:
    """No DOI and no address as long as the descriptor has none."""
    for name, content in forms.build(edition).items():
        if name.endswith((".json", ".jsonld", ".cff", ".md")):
            text = content.decode()
            assert (
                "https://doi.org" not in text
                and '"doi":' not in text
                and "\ndoi:" not in text
                and '"url": ""' not in text
            ), name


def test_a_minted_doi_reaches_every_form(tmp_path: Path) -> None:
    tiny = described(tmp_path)
    tiny.descriptor["id"] = "https://doi.org/10.5281/zenodo.1234567"
    tiny.describe()
    made = forms.build(edition_of(tiny))
    for name in (
        "CITATION.cff",
        "datacite.json",
        "dataset.jsonld",
        "croissant.json",
        "ro-crate-metadata.json",
        "claim-reviews.jsonld",
        "README.md",
    ):
        assert b"10.5281/zenodo.1234567" in made[name], name


def test_only_decided_claims_are_reviewed(edition: Edition) -> None:
    reviews = json.loads(claim_reviews.reviews(edition))["@graph"]
    assert [(r["@id"].split(":")[-1], r["reviewRating"]["alternateName"]) for r in reviews] == [
        ("C0001", "Supported; certainty: moderate (rubric 1.0.0)")
    ]
    assert reviews[0]["itemReviewed"]["appearance"] == [{"@type": "CreativeWork", "url": "https://example.org/willow"}]
    assert "GRADE" not in json.dumps(reviews)


def test_the_crate_lists_every_file_with_its_hash(edition: Edition) -> None:
    made = {"a.zip": b"1", "b.json": b"{}"}
    parts = {e["@id"]: e for e in json.loads(crate.crate(edition, made))["@graph"] if e["@type"] == "File"}
    assert set(parts) == set(made)
    assert parts["a.zip"]["sha256"] == "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"


def test_mappings_carry_their_prefixes(edition: Edition) -> None:
    header = yaml.safe_load(
        "".join(line[1:] for line in sssom.mapping_set(edition).splitlines(keepends=True) if line.startswith("#"))
    )
    assert {"cas", "semapv", "skos", sssom.OURS} == set(header["curie_map"])
    assert header["mapping_set_id"] == f"{edition.swhid};path=/data/entity_xrefs.csv"


def test_the_citation_file_inside_has_no_identifier_of_its_own_folder(edition: Edition) -> None:
    assert edition.swhid in citation.cff(edition)
    assert "swh:" not in citation.cff(edition, inside=True)


def test_croissant_says_what_users_must_know(edition: Edition) -> None:
    about = json.loads(croissant.croissant(edition, forms.build(edition)))
    assert {name for name in about if name.startswith("rai:")} == {f"rai:{name}" for name in croissant.RESPONSIBLE}
    assert any("clinicians" in words for words in about["rai:dataLimitations"])


def test_the_loading_page_shows_every_loader() -> None:
    shown = page(HOME)
    for path in (HOME / LOADERS).iterdir():
        if path.is_file():
            title = path.read_text(encoding="utf-8").splitlines()[0].strip('"#/ ').rstrip(".")
            assert f"{title}:" in shown, path.name


def test_the_citation_file_of_the_repository_is_derived(tmp_path: Path) -> None:
    tiny = described(tmp_path)
    for name in ("README.md", "DATASHEET.md", "pyproject.toml"):
        (tmp_path / name).write_bytes((HOME / name).read_bytes())
    for path in (HOME / LOADERS).iterdir():
        if path.is_file():
            (tmp_path / LOADERS).mkdir(parents=True, exist_ok=True)
            (tmp_path / LOADERS / path.name).write_bytes(path.read_bytes())
    about = yaml.safe_load(derived(tiny.root)[tiny.root / "CITATION.cff"])
    assert (about["version"], about["title"]) == ("0.1.0", tiny.descriptor["title"])
