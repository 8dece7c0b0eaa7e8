"""Every metadata file passes a reader that this project did not write, and that reader notices a fault planted in it."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import rdflib
import yaml
from kratom_claims.package import HOME
from shipping_case import Shipped

CFF = HOME / ".cache" / "matrix" / "cff" / "cffconvert" / "schemas" / "1.2.0" / "schema.json"


def content(shipped: Shipped, name: str) -> Any:
    """A shipped JSON file."""
    return json.loads((shipped.folder / name).read_text(encoding="utf-8"))


def planted(shipped: Shipped, name: str, old: str, new: str) -> Path:
    """A copy of a shipped file, beside it, in which a fault was planted."""
    text = (shipped.folder / name).read_text(encoding="utf-8")
    assert old in text
    path = shipped.folder / f"planted-{name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_croissant(shipped: Shipped) -> None:
    import mlcroissant

    dataset = mlcroissant.Dataset(jsonld=shipped.folder / "croissant.json")
    issues = dataset.metadata.ctx.issues
    assert not issues.errors and not issues.warnings
    assert dataset.metadata.ctx.is_v1_1()
    for property_ in (
        "data_biases",
        "data_limitations",
        "data_use_cases",
        "data_collection",
        "data_annotation_protocol",
        "personal_sensitive_information",
    ):
        assert getattr(dataset.metadata, property_), property_


def test_croissant_notices_another_file(shipped: Shipped) -> None:
    import mlcroissant

    right = next(
        f["sha256"] for f in content(shipped, "croissant.json")["distribution"] if f["name"] == "parquet/claims.parquet"
    )
    dataset = mlcroissant.Dataset(jsonld=planted(shipped, "croissant.json", right, "0" * 64))
    with pytest.raises(mlcroissant.GenerationError) as caught:
        list(dataset.records("claims"))
    assert "Hash of downloaded file" in repr(caught.value.__cause__)


def test_citation_file(shipped: Shipped) -> None:
    if not CFF.is_file():
        pytest.skip("not run here: the schema of CFF 1.2.0 is not installed (tests/matrix/setup.sh installs it)")
    validator = jsonschema.Draft7Validator(json.loads(CFF.read_text(encoding="utf-8")))
    for path in (shipped.folder / "CITATION.cff", HOME / "CITATION.cff"):
        assert not list(validator.iter_errors(yaml.safe_load(path.read_text(encoding="utf-8")))), path
    about = yaml.safe_load((shipped.folder / "CITATION.cff").read_text(encoding="utf-8"))
    assert list(validator.iter_errors(about | {"date-released": "24 November"}))
    assert list(validator.iter_errors(about | {"identifiers": [{"type": "swh", "value": "swh:1:dir:1"}]}))


def test_datacite(shipped: Shipped) -> None:
    from datacite import schema45

    about = content(shipped, "datacite.json")
    schema45.validator.validate(about)
    assert shipped.edition.version in schema45.tostring(about)
    with pytest.raises(jsonschema.ValidationError):
        schema45.validator.validate(about | {"types": {"resourceTypeGeneral": "Data package"}})


def test_ro_crate(shipped: Shipped) -> None:
    from rocrate.rocrate import ROCrate

    crate = ROCrate(str(shipped.folder))
    root = crate.root_dataset
    assert (crate.version, root["version"]) == ("1.2", shipped.edition.version)
    assert root["license"] and root["creator"] and root["datePublished"] == shipped.edition.day
    described = {entity.id for entity in crate.data_entities if entity.type == "File"}
    here = {
        p.relative_to(shipped.folder).as_posix()
        for p in shipped.folder.rglob("*")
        if p.is_file() and not p.name.startswith("planted-")
    }
    assert described == here - {"ro-crate-metadata.json"}


def test_mapping_set(shipped: Shipped) -> None:
    from sssom.parsers import parse_sssom_table
    from sssom.validators import validate

    found = parse_sssom_table(str(shipped.folder / "entity_xrefs.sssom.tsv"))
    assert len(found.df) == len(shipped.edition.tables["entity_xrefs"].text)
    assert found.metadata["mapping_set_version"] == shipped.edition.version
    assert not [result for report in validate(found).values() for result in report.results]
    wrong = parse_sssom_table(
        str(planted(shipped, "entity_xrefs.sssom.tsv", "semapv:ManualMappingCuration", "semapv:Guess"))
    )
    assert [result for report in validate(wrong, fail_on_error=False).values() for result in report.results]


def test_dataset_card(shipped: Shipped) -> None:
    from huggingface_hub import DatasetCard

    data = DatasetCard.load(shipped.folder / "README.md").data
    assert data.license == shipped.edition.licences[0]["name"].lower()
    assert [c["config_name"] for c in data.configs] == list(shipped.edition.tables)
    assert all((shipped.folder / c["data_files"]).is_file() for c in data.configs)


def test_frictionless_reads_the_zip_itself(shipped: Shipped) -> None:
    from frictionless import validate

    report = validate(str(shipped.folder / f"{shipped.edition.stem}.zip"), type="package")
    assert len(report.tasks) == len(shipped.edition.tables)
    wrong = {error.type for task in report.tasks for error in task.errors}
    assert wrong <= {"constraint-error"}, "the hazards break patterns, and nothing else may be wrong"


def conforms(path: Path) -> tuple[bool, rdflib.Graph]:
    """Whether a JSON-LD file conforms to our shapes, and its graph."""
    import pyshacl

    graph = rdflib.Graph().parse(path, format="json-ld")
    right, _, said = pyshacl.validate(graph, shacl_graph=str(Path(__file__).parent / "shapes.ttl"))
    print(said)
    return right, graph


def test_schema_org_dataset(shipped: Shipped) -> None:
    right, graph = conforms(shipped.folder / "dataset.jsonld")
    assert right
    downloads = set(graph.objects(predicate=rdflib.URIRef("https://schema.org/contentUrl")))
    assert rdflib.Literal(f"{shipped.edition.stem}.zip") in downloads
    assert not conforms(planted(shipped, "dataset.jsonld", '"sha256": "', '"sha256": "x'))[0]


def test_claim_reviews(shipped: Shipped) -> None:
    right, graph = conforms(shipped.folder / "claim-reviews.jsonld")
    assert right
    decided = shipped.edition.tables["ratings"].text["verdict"].isin(["supported", "refuted"]).sum()
    assert len(list(graph.subjects(rdflib.RDF.type, rdflib.URIRef("https://schema.org/ClaimReview")))) == decided > 0
    assert not conforms(planted(shipped, "claim-reviews.jsonld", '"alternateName": "', '"alternateName": "Grade: '))[0]


def test_intrinsic_identifier(shipped: Shipped) -> None:
    from swh.model.from_disk import Directory

    assert (
        str(Directory.from_disk(path=bytes(shipped.bundle), max_content_length=None).swhid()) == shipped.edition.swhid
    )
    assert re.fullmatch("swh:1:dir:[0-9a-f]{40}", shipped.edition.swhid)
