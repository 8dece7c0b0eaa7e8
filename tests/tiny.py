"""A package of a few rows that holds every rule, to be broken one fault at a time."""

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kratom_claims import ratings
from kratom_claims.check import Outcome, run_rules
from kratom_claims.descriptor import refreshed
from kratom_claims.files import csv_text, json_text
from kratom_claims.package import HOME, key_fields, read_package
from kratom_claims.tables import read_tables
from kratom_claims.texts import sha256

TEXT = "Willow bark\n\nWillow bark eases headache. Ask a doctor first. Read on.\n"
CAPTURE = "tiny_text"
DAY = "2026-01-02"
Rows = dict[str, list[dict[str, Any]]]
SCHEMAS = {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in sorted((HOME / "schemas").glob("*.json"))}
SCHEMAS = {name: schema for name, schema in SCHEMAS.items() if "fields" in schema}


def span(quote: str) -> dict[str, Any]:
    """Offsets and hash of a quote of the tiny text."""
    start = TEXT.index(quote)
    return {"start": start, "end": start + len(quote), "sha256": sha256(quote)}


def tiny_rows() -> Rows:
    """The rows of the tiny package; computed tables are empty until it is written."""
    source = {"language": "en", "verified_on": DAY, "retraction_status": "none_found", "interest": "unknown"}
    claim = {"topic": "pain", "subject_id": "willow", "predicate": "treats", "object_id": "headache", "negated": False, "operationalised": True,
             "harm_severity": 2, "hazard": "if_believed", "displaces_care": False, "vulnerable_group": False, "agent_id": "curator"}  # fmt: skip
    mention = {
        "capture_id": CAPTURE,
        "stance": "asserts",
        "hedging": "none",
        "framing": "undetermined",
        "action": "none",
        "match": "exact",
        "agent_id": "curator",
    }
    finding = {"locus": "abstract", "stream": "human", "species": "Homo sapiens", "exposure_id": "willow", "exposure_form": "extract", "outcome_id": "headache",
               "risk_of_bias": "low", "agent_id": "curator"}  # fmt: skip
    link = {
        "direct_population": "exact",
        "direct_exposure": "exact",
        "direct_comparator": "exact",
        "direct_outcome": "exact",
        "agent_id": "curator",
    }
    return {
        "agents": [{"agent_id": "curator", "agent_type": "computational_model", "name": "A curator"}],
        "sources": [
            source | {"source_id": "article", "source_type": "web_article", "title": "Willow", "year": 2020, "url": "https://example.org/willow", "verified_extent": "full_text", "retraction_status": "not_applicable"},
            source | {"source_id": "trial-one", "source_type": "journal_article", "title": "Trial one", "year": 2019, "doi": "10.1000/one", "url": "https://doi.org/10.1000/one", "verified_extent": "abstract"},
            source | {"source_id": "trial-two", "source_type": "journal_article", "title": "Trial two", "year": 2021, "pmid": "123", "url": "https://pubmed.ncbi.nlm.nih.gov/123/", "verified_extent": "full_text"},
        ],
        "captures": [{"capture_id": CAPTURE, "source_id": "article", "media_type": "text/plain", "normalisation": "nfc_lf", "text_sha256": sha256(TEXT), "text_length": len(TEXT), "redistributable": False}],
        "segments": [
            {"capture_id": CAPTURE, "segment_no": n, "kind": kind} | span(quote)
            for n, (quote, kind) in enumerate([("Willow bark", "heading"), ("Willow bark eases headache.", "claim"), ("Ask a doctor first.", "advice"), ("Read on.", "framing")], start=1)
        ],
        "entities": [
            {"entity_id": "doctor", "label": "doctor", "entity_type": "practice", "definition": "A physician."},
            {"entity_id": "headache", "label": "headache", "entity_type": "symptom", "definition": "Pain in the head."},
            {"entity_id": "salicin", "label": "salicin", "entity_type": "compound", "definition": "A glucoside.", "smiles": "CCO", "inchikey": "LFQSCWFLJHTTHZ-UHFFFAOYSA-N", "formula": "C2H6O"},
            {"entity_id": "willow", "label": "willow bark", "entity_type": "preparation", "definition": "Bark of willow.", "broader_id": "salicin"},
        ],
        "entity_names": [{"entity_id": "willow", "name": "Salix", "language": "la", "name_type": "synonym"}, {"entity_id": "willow", "name": "Wi\u0399\u0399ow", "language": "en", "name_type": "homoglyph"}],
        "entity_xrefs": [{"subject_id": "salicin", "predicate_id": "skos:closeMatch", "object_id": "cas:64-17-5", "object_label": "ethanol", "mapping_justification": "semapv:ManualMappingCuration", "verified_on": DAY, "verified_url": "https://example.org/x", "agent_id": "curator"}],
        "claims": [
            claim | {"claim_id": "C0001", "statement": "Willow bark relieves headache.", "claim_type": "benefit"},
            claim | {"claim_id": "C0002", "statement": "People should ask a doctor.", "claim_type": "advice", "operationalised": False, "predicate": "recommends", "object_id": "doctor", "hazard": "if_ignored"},
            claim | {"claim_id": "C0003", "statement": "Willow bark is safe.", "claim_type": "absence", "operationalised": False, "predicate": "has_property"},
            claim | {"claim_id": "C0004", "statement": "Fewer than 10 percent of users bleed.", "claim_type": "absence", "predicate": "causes", "threshold_metric": "share who bleed", "threshold_operator": "lt", "threshold_value": 10.0, "threshold_unit": "percent"},
        ],
        "claim_relations": [
            {"subject_claim_id": "C0004", "relation": "refines", "object_claim_id": "C0003", "basis": "It states a threshold."},
            {"subject_claim_id": "C0004", "relation": "contradicts", "object_claim_id": "C0001", "basis": "Made up for the test."},
        ],
        "mentions": [
            mention | {"mention_id": "M0001", "claim_id": "C0001", "segment_no": 2, "framing": "faithful"} | span("Willow bark eases headache"),
            mention | {"mention_id": "M0002", "claim_id": "C0003", "segment_no": 2, "match": "broader"} | span("Willow bark eases"),
            mention | {"mention_id": "M0003", "claim_id": "C0002", "segment_no": 3, "action": "instructs"} | span("Ask a doctor"),
        ],
        "findings": [
            finding | {"finding_id": "F0001", "source_id": "trial-one", "design": "randomised_trial", "n": 450, "effect_type": "risk_ratio", "effect_value": 0.5, "ci_low": 0.4, "ci_high": 0.6, "interval_type": "ci95", "unit": "ratio", "p_operator": "lt", "p_value": 0.01, "dataset_key": "one", "summary": "Half as many had headache."},
            finding | {"finding_id": "F0002", "source_id": "trial-two", "design": "randomised_trial", "n": 500, "n_events": 5, "effect_type": "proportion", "effect_value": 1.0, "unit": "percent", "dataset_key": "two", "summary": "One in a hundred bled."},
        ],
        "claim_evidence": [
            link | {"claim_id": "C0001", "finding_id": "F0001", "direction": "supports", "rationale": "Same outcome."},
            link | {"claim_id": "C0004", "finding_id": "F0002", "direction": "inconclusive", "rationale": "Other bleeding."},
        ],
        "searches": [
            {"search_id": f"Q000{n}", "purpose": purpose, "database": "web_page_index", "question": "q-willow", "query": f"willow {purpose}", "searched_on": DAY, "hits": 3, "screened": 3, "included": 1}
            for n, purpose in enumerate(["supporting", "disconfirming"], start=1)
        ],
        "claim_searches": [{"claim_id": claim, "search_id": search} for claim in ("C0001", "C0004") for search in ("Q0001", "Q0002")],
        "annotations": [{"annotation_id": "N0001", "agent_id": "curator", "capture_id": CAPTURE, "segment_no": 2, "claim_type": "benefit", "stance": "asserts", "hedging": "none",
                         "action": "none", "mention_id": "M0001", "resolution": "kept"} | span("Willow bark eases headache")],
        "audits": [{"audit_id": "X0001", "claim_id": "C0001", "finding_id": "F0001", "audited_on": DAY, "said_by_source": "yes", "numbers_right": "yes", "direction_right": "yes",
                    "error": "none", "agent_id": "curator"}],
        "exclusions": [], "ratings": [], "rating_steps": [], "retired_ids": [],
        "vocabulary": [],
    }  # fmt: skip


def vocabulary(rows: Rows) -> list[dict[str, Any]]:
    """All codes of all fields, with a reason for those that no row uses."""
    used: dict[str, set[Any]] = {}
    codes: dict[str, set[str]] = {}
    for name, schema in SCHEMAS.items():
        for f in schema["fields"]:
            if "vocabulary" in f:
                codes.setdefault(f["vocabulary"], set()).update(f["constraints"]["enum"])
                used.setdefault(f["vocabulary"], set()).update(row.get(f["name"]) for row in rows[name])
    return [
        {
            "scheme": s,
            "code": c,
            "label": c,
            "definition": "A code.",
            "unused_reason": None if c in used[s] else "Not needed here.",
        }
        for s in sorted(codes)
        for c in sorted(codes[s])
    ]


class Tiny:
    """A tiny package in a folder: change rows or files, then ``check`` it."""

    def __init__(self, folder: Path, rows: Rows | None = None, texts: dict[str, str] | None = None) -> None:
        """Write the whole package: the tiny rows and text, or those given."""
        self.root = folder
        self.rows: Rows = {name: [] for name in SCHEMAS} | copy.deepcopy(rows or tiny_rows())
        shutil.copytree(HOME / "schemas", folder / "schemas", ignore=shutil.ignore_patterns("kratom_claims"))
        (folder / "data").mkdir()
        (folder / "texts").mkdir()
        for capture, text in (texts or {CAPTURE: TEXT}).items():
            (folder / "texts" / f"{capture}.txt").write_text(text, encoding="utf-8")
        (folder / "CHANGELOG.md").write_text("# Changelog\n\n## 0.1.0\n\nFirst.\n", encoding="utf-8")
        self.descriptor = {
            "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
            "name": "tiny",
            "version": "0.1.0",
            "created": f"{DAY}T00:00:00Z",
            "resources": [{"name": n} for n in SCHEMAS],
        }
        self.write()

    def copy(self, folder: Path) -> "Tiny":
        """The same package in another folder, to be broken by itself."""
        other = copy.deepcopy(self)
        other.root = Path(shutil.copytree(self.root, folder))
        return other

    def write(self, rate: bool = True, vocabulary_too: bool = True) -> None:
        """Write rows, computed tables and descriptor anew."""
        if vocabulary_too:
            self.rows["vocabulary"] = vocabulary(self.rows)
        for name in SCHEMAS:
            self.write_table(name)
        self.describe()
        if rate:
            computed = ratings.rated(read_tables(read_package(self.root / "datapackage.json")))
            for name, columns, made in [
                ("ratings", ratings.RATING_COLUMNS, ratings.rating_rows(computed)),
                ("rating_steps", ratings.STEP_COLUMNS, ratings.step_rows(computed)),
            ]:
                self.rows[name] = [dict(zip(columns, row, strict=True)) for row in made]
            if vocabulary_too:
                self.rows["vocabulary"] = vocabulary(self.rows)
            for name in ("ratings", "rating_steps", "vocabulary"):
                self.write_table(name)
            self.describe()

    def write_table(self, name: str) -> None:
        """Write one table in the order of its key."""
        columns = [f["name"] for f in SCHEMAS[name]["fields"]]
        ordered = sorted(self.rows[name], key=lambda row: tuple(row.get(k) or "" for k in key_fields(SCHEMAS[name])))
        self.file(name).write_text(
            csv_text(columns, [[row.get(c) for c in columns] for row in ordered]), encoding="utf-8"
        )

    def describe(self) -> None:
        """Bring the descriptor up to date."""
        self.descriptor = refreshed(self.descriptor, self.root)
        (self.root / "datapackage.json").write_text(json_text(self.descriptor), encoding="utf-8")

    def file(self, name: str) -> Path:
        """The CSV of a table."""
        return self.root / "data" / f"{name}.csv"

    def edit(self, name: str, change: Callable[[bytes], bytes], describe: bool = True) -> None:
        """Change the bytes of a table, and by default bring the descriptor up to date so that only the bytes are at fault."""
        self.file(name).write_bytes(change(self.file(name).read_bytes()))
        if describe:
            self.describe_bytes(name)

    def describe_bytes(self, name: str) -> None:
        """Hash, bytes and rows of one table in the descriptor, whatever state its file is in."""
        from kratom_claims.tables import facts

        package = read_package(self.root / "datapackage.json")
        table = read_tables(package)[name]
        for resource in self.descriptor["resources"]:
            if resource["name"] == name:
                resource.update(
                    {
                        k: v
                        for k, v in facts(table.content, len(table.text) if table.usable else None).items()
                        if v is not None
                    }
                )
        (self.root / "datapackage.json").write_text(json_text(self.descriptor), encoding="utf-8")

    def check(self, texts: bool = True) -> Outcome:
        """All rules, without Frictionless."""
        package = read_package(self.root / "datapackage.json")
        return run_rules(package, read_tables(package), self.root / "texts" if texts else None)
