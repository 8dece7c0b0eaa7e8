"""A made-up package of the size of the real one, for looking at: about 200 claims, seeded, valid under every rule.

Nothing in it is a finding: studies, numbers and articles are drawn at random.
"""

import json
import random
import sys
from collections.abc import Iterator
from itertools import chain, count, product
from pathlib import Path
from typing import Any

from kratom_claims.framing import framings
from kratom_claims.package import HOME, read_package
from kratom_claims.ratings import policy
from kratom_claims.tables import read_tables
from kratom_claims.texts import sha256
from tiny import DAY, SCHEMAS, Rows, Tiny

# fmt: off
BY = {"agent_id": "curator"}
ENTITIES = {
    "taxon": "kratom", "compound": "mitragynine;7-hydroxymitragynine;speciogynine", "preparation": "kratom tea;kratom extract;kratom leaf;kratom shot",
    "symptom": "opioid withdrawal;pain;low mood;craving;insomnia;fatigue;anxiety;hair loss;nausea;ADHD symptoms",
    "adverse_effect": "liver injury;seizure;slowed breathing;dependence;high blood pressure;psychosis",
    "receptor": "mu-opioid receptor;kappa-opioid receptor;delta-opioid receptor;alpha-2 receptor;serotonin 2A receptor",
    "organisation": "FDA;DEA;WHO", "place": "Thailand;Malaysia;Indonesia", "route": "injection;swallowing", "practice": "asking a doctor;tapering",
}
TOPICS = {"opioid withdrawal": "opioid_withdrawal", "pain": "pain", "low mood": "mood", "craving": "cravings", "insomnia": "sleep", "ADHD symptoms": "adhd",
          "dependence": "dependence", "injection": "route"}
DESIGNS = {
    "effect": "self_report_survey self_report_survey cross_sectional_study case_series animal_experiment randomised_trial cohort_study case_report surveillance_series",
    "use": "self_report_survey population_survey", "mechanism": "binding_assay functional_assay animal_experiment pharmacokinetic_study docking_study",
    "existential": "case_report surveillance_series", "record": "agency_statement legal_text register_entry",
    "identity": "register_entry chemical_analysis", "background": "guideline diagnostic_criteria",
}
KIND = {"benefit": "effect", "harm": "effect", "absence": "effect"}
STREAM = {"animal_experiment": "animal", "binding_assay": "in_vitro", "functional_assay": "in_vitro", "chemical_analysis": "in_vitro", "docking_study": "in_silico",
          "agency_statement": "record", "legal_text": "record", "register_entry": "record", "guideline": "record", "diagnostic_criteria": "record"}
AUTHORS = ["singh", "garcia", "hassan", "smith", "boyer", "kruse", "tanaka", "prozialeck"]
SPECIES = {"human": "Homo sapiens", "animal": "Rattus norvegicus"}


def slug(label: str) -> str:
    """The id of an entity."""
    return label.lower().replace(" ", "-")


PLANT = ["Kratom", "Kratom tea", "Kratom extract", "Mitragynine", "7-Hydroxymitragynine", "Kratom shot"]
EASED = ENTITIES["symptom"].split(";")


def said(statement: str, kind: str, subject: str, predicate: str, object_: str, **more: Any) -> dict[str, Any]:
    """A claim without its id."""
    topic = TOPICS.get(object_, {"record": "law", "mechanism": "pharmacology", "identity": "naming", "harm": "adverse_effects"}.get(kind, "practice"))
    return {"statement": statement, "claim_type": kind, "topic": topic, "subject_id": slug(subject), "predicate": predicate, "object_id": slug(object_),
            "negated": False, "operationalised": kind not in ("advice", "opinion"), "harm_severity": 2, "hazard": "if_believed",
            "displaces_care": object_ == "opioid withdrawal", "vulnerable_group": object_ in ("opioid withdrawal", "injection"), **BY, **more}


def first_claims() -> Iterator[dict[str, Any]]:
    """Those that the tests look for."""
    yield said("Kratom eases the symptoms of opioid withdrawal in people.", "benefit", "kratom", "treats", "opioid withdrawal", harm_severity=3)
    yield said("Kratom has been injected by people.", "existential", "kratom", "administered_by", "injection", harm_severity=4)
    yield said("Kratom can be injected to ease opioid withdrawal.", "advice", "kratom", "administered_by", "injection", harm_severity=4)
    yield said("Kratom has a low potential for addiction.", "absence", "kratom", "causes", "dependence", operationalised=False, harm_severity=3)
    for share in (5, 10, 20, 30):
        yield said(f"Fewer than {share} percent of regular users of kratom meet any criterion of a use disorder.", "absence", "kratom", "causes", "dependence",
                   threshold_metric="share with any criterion", threshold_operator="lt", threshold_value=float(share), threshold_unit="percent", harm_severity=3)


def effects() -> Iterator[dict[str, Any]]:
    """Benefits, harms and mechanisms."""
    for p, s in product(PLANT, EASED):
        if (p, s) != ("Kratom", "opioid withdrawal"):
            yield said(f"{p} eases {s} in people.", "benefit", p, "treats", s)
    for p, s in product(PLANT, [*ENTITIES["adverse_effect"].split(";"), "nausea", "hair loss"]):
        yield said(f"{p} can bring about {s}.", "harm", p, "causes", s, hazard="if_ignored", harm_severity=3)
    for p, r in product(PLANT[3:5], ENTITIES["receptor"].split(";")):
        for verb, predicate in [("binds to", "binds"), ("activates", "activates"), ("blocks", "blocks")]:
            yield said(f"{p} {verb} the {r}.", "mechanism", p, predicate, r, harm_severity=0, hazard="none")


def others() -> Iterator[dict[str, Any]]:
    """Records, use, names, advice and background."""
    for body, act in product(["FDA", "DEA", "WHO"], ["approved a kratom product", "banned kratom", "warned of kratom"]):
        yield said(f"The {body} has {act}.", "record", "kratom", "has_status", body, valid_as_of=DAY, harm_severity=1)
    for place, share in product(ENTITIES["place"].split(";"), (1, 5, 20)):
        yield said(f"More than {share} percent of adults in {place} use kratom.", "use", "kratom", "used_for", place, harm_severity=0, hazard="none",
                   threshold_metric="share of adults", threshold_operator="gt", threshold_value=float(share), threshold_unit="percent")
    for p, r in product(["Speciogynine", "Mitragynine"], ["kratom", "kratom leaf", "kratom shot"]):
        yield said(f"{p} is found in {r}.", "identity", p, "component_of", r, harm_severity=0, hazard="none")
    for what, why in product(["asking a doctor", "tapering"], ["first", "after a week", "in pregnancy", "with other drugs", "at night"]):
        yield said(f"People who use kratom should consider {what} {why}.", "advice", "kratom", "recommends", what, hazard="if_ignored")
    for s in EASED:
        yield said(f"{s[0].upper() + s[1:]} often brings about another symptom.", "background", s, "causes", "insomnia", harm_severity=0, hazard="none")


def studied(rng: random.Random, claim: dict[str, Any], numbers: Iterator[int], rows: Rows) -> None:
    """Draw findings and links for one claim, with a source for each."""
    kind = KIND.get(claim["claim_type"], claim["claim_type"])
    first = claim["claim_id"] == "C0001"
    belief = 0.98 if first else rng.choice([0.02, 0.2, 0.5, 0.8, 0.98, 0.98])
    for _ in range(0 if "injected" in claim["statement"] else 24 if first else rng.choice([1, 1, 2, 3, 4, 6])):
        i, design = next(numbers), rng.choice(["self_report_survey", "animal_experiment"] if first else DESIGNS[kind].split())
        stream = STREAM.get(design, "human")
        source = f"{rng.choice(AUTHORS)}-{rng.randint(2008, 2025)}-{i}"
        rows["sources"].append({"source_id": source, "source_type": "agency_record" if stream == "record" else "journal_article", "title": f"A made-up {design.replace('_', ' ')} of {claim['subject_id']} and {claim['object_id']}",
            "creators": f"{source.split('-')[0].title()} A, Example B", "year": int(source.split("-")[1]), "container": "Journal of Examples", "doi": f"10.1000/example.{i}", "url": f"https://doi.org/10.1000/example.{i}",
            "language": "en", "verified_extent": rng.choice(["abstract", "full_text"]), "verified_on": DAY, "retraction_status": "none_found", "interest": rng.choice(["unknown", "none_declared", "industry"])})
        value = rng.uniform(2, 40)
        number: dict[str, Any] = {}
        if "threshold_metric" in claim or design.endswith("survey"):
            number = {"effect_type": "proportion", "unit": "percent", "effect_value": round(value, 1), "ci_low": round(value * 0.8, 1), "ci_high": round(value * 1.25, 1), "interval_type": "ci95"}
        elif kind == "effect" and stream == "human" and not design.startswith("case"):
            number = {"effect_type": "odds_ratio", "unit": "ratio", "effect_value": round(value / 15, 2), "ci_low": round(value / 22, 2), "ci_high": round(value / 10, 2), "interval_type": "ci95"}
        rows["findings"].append({"finding_id": f"F{i:04}", "source_id": source, "locus": "abstract", "stream": stream, "design": design, "species": SPECIES.get(stream), "population": "adults who use kratom" if stream == "human" else None,
            "n": {"record": None, "in_silico": None}.get(stream, 1 if design == "case_report" else rng.choice([12, 60, 136, 410, 2800])), "exposure_id": claim["subject_id"], "exposure_form": rng.choice(["leaf", "extract", "isolated_alkaloid"]), "outcome_id": claim["object_id"],
            "risk_of_bias": rng.choice(["low", "some_concerns", "high"]), "bias_basis": "Drawn at random.", "dataset_key": f"data-{i}", "lab_key": f"lab-{rng.randint(1, 9)}" if stream in ("animal", "in_vitro", "in_silico") else None,
            "summary": f"In this made-up {design.replace('_', ' ')}, {claim['object_id'].replace('-', ' ')} was {'less' if rng.random() < 0.5 else 'more'} common than in those it was compared with, by a margin drawn at random.", **number, **BY})
        direction = rng.choices(["supports", "refutes", "inconclusive"], [belief, 1 - belief, 0.15])[0]
        rows["claim_evidence"].append({"claim_id": claim["claim_id"], "finding_id": f"F{i:04}", "direction": direction, "rationale": "The outcome is that of the claim; the people are not.", **BY,
            **{f"direct_{part}": rng.choice(["exact", "high", "high", "moderate", "low"]) for part in ("population", "exposure", "comparator", "outcome")}})


def demo() -> tuple[Rows, dict[str, str]]:
    """Rows and texts of the demo package."""
    rng = random.Random(7)
    rows: Rows = {name: [] for name in SCHEMAS}
    rows["agents"] = [{"agent_id": "curator", "agent_type": "computational_model", "name": "A made-up curator", "note": "Drew every row at random."}]
    rows["entities"] = [{"entity_id": slug(label), "label": label, "entity_type": kind, "definition": f"A made-up definition of {label}.", "broader_id": "kratom" if kind == "preparation" else None}
                        for kind, labels in ENTITIES.items() for label in labels.split(";")]
    rows["entity_names"] = [{"entity_id": "kratom", "language": lang, "name": name, "name_type": kind} for name, lang, kind in
                            [("ketum", "ms", "synonym"), ("biak", "th", "synonym"), ("krypton", "en", "erroneous"), ("cratum", "en", "misspelling"), ("\u039aratom", "en", "homoglyph")]]
    rows["entity_xrefs"] = [{"subject_id": "mitragynine", "predicate_id": "skos:exactMatch", "object_id": "cas:4098-40-2", "object_label": "mitragynine", "mapping_justification": "semapv:ManualMappingCuration",
                             "verified_on": DAY, "verified_url": "https://example.org/mitragynine", **BY}]
    rows["claims"] = [{"claim_id": f"C{n:04}"} | claim for n, claim in enumerate(chain(first_claims(), effects(), others()), start=1)]
    rows["claim_relations"] = [{"subject_claim_id": f"C000{n}", "relation": "refines", "object_claim_id": "C0004", "basis": "It states a threshold."} for n in range(5, 9)]
    rows["searches"] = [{"search_id": f"Q{n:04}", "purpose": purpose, "database": database, "question": "q-kratom", "query": f"kratom {purpose} evidence", "searched_on": DAY, "hits": 10, "screened": 10, "included": 2, "note": "Other plants."}
                        for n, (purpose, database) in enumerate(product(["supporting", "disconfirming"], ["web_page_index", "documentation_index"]), start=1)]
    numbers = count(1)
    for claim in rows["claims"]:
        if claim["operationalised"]:
            studied(rng, claim, numbers, rows)
            rows["claim_searches"] += [{"claim_id": claim["claim_id"], "search_id": search["search_id"]} for search in rows["searches"]]
    return rows, articles(rng, rows)


def articles(rng: random.Random, rows: Rows) -> dict[str, str]:
    """Five made-up texts that state all claims, some of them several times, with their segments and mentions."""
    texts, number = {}, count(1)
    for a in range(5):
        source, capture = f"article-{a + 1}", f"00{a}_demo"
        own = [c for n, c in enumerate(rows["claims"]) if n % 5 == a or n < 4 or rng.random() < 0.12]
        parts = [("heading", f"Made-up article {a + 1}", [])]
        while own:
            parts.append(("framing", f"Sentence {len(parts)} announces what follows.", []) if rng.random() < 0.15 else
                         ("claim", f"Sentence {len(parts)} states something{' at some length, as such sentences do' * rng.randint(0, 2)}.", [own.pop() for _ in range(min(len(own), rng.randint(1, 3)))]))
        texts[capture] = text = "\n".join(part[1] for part in parts) + "\n"
        rows["sources"].append({"source_id": source, "source_type": "web_article", "title": f"Made-up article {a + 1}: what kratom is said to do", "year": 2024, "url": f"https://example.org/{a + 1}", "language": "en",
                                "verified_extent": "full_text", "verified_on": DAY, "retraction_status": "not_applicable", "interest": "unknown"})
        rows["captures"].append({"capture_id": capture, "source_id": source, "media_type": "text/plain", "normalisation": "nfc_lf", "text_sha256": sha256(text), "text_length": len(text), "redistributable": False})
        start = 0
        for n, (kind, quote, claims) in enumerate(parts, start=1):
            at = {"start": start, "end": start + len(quote), "sha256": sha256(quote)}
            rows["segments"].append({"capture_id": capture, "segment_no": n, "kind": kind, **at})
            rows["mentions"] += [{"mention_id": f"M{next(number):04}", "claim_id": c["claim_id"], "capture_id": capture, "segment_no": n, "stance": "asserts", "hedging": rng.choice(["none", "hedged"]),
                "framing": "undetermined", "action": "instructs" if c["claim_type"] == "advice" else "none", "match": "exact", **at, **BY} for c in claims]
            start += len(quote) + 1
    used = {f["exposure_id"] for f in rows["findings"]} | {c[k] for c in rows["claims"] for k in ("subject_id", "object_id")}
    rows["entities"] = [e for e in rows["entities"] if e["entity_id"] in used]
    return texts


def demo_package(folder: Path) -> Tiny:
    """The demo package, written to a folder under the descriptor of this repository."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Tiny(folder, *demo())
    tables = read_tables(read_package(folder / "datapackage.json"))
    for mention, framing in zip(made.rows["mentions"], framings(tables["mentions"].typed, tables["ratings"].typed, policy()), strict=True):
        mention["framing"] = framing
    made.write()
    about = json.loads((HOME / "datapackage.json").read_text(encoding="utf-8"))
    made.descriptor = {**about, "version": "0.1.0", "created": made.descriptor["created"], "resources": made.descriptor["resources"]}
    made.describe()
    return made


if __name__ == "__main__":
    demo_package(Path(sys.argv[1]))
