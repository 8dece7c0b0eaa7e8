"""Croissant 1.1 with its responsible-AI properties."""

from typing import Any

from .. import bundle
from ..edition import Edition
from ..files import json_text
from ..package import key_fields
from .citation import dataset

CONTEXT: dict[str, Any] = {
    "@language": "en", "@vocab": "https://schema.org/", "arrayShape": "cr:arrayShape", "citeAs": "cr:citeAs", "column": "cr:column",
    "conformsTo": "dct:conformsTo", "containedIn": "cr:containedIn", "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/", "data": {"@id": "cr:data", "@type": "@json"}, "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/", "description": {"@container": "@language"}, "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract", "field": "cr:field", "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject", "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes", "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key", "md5": "cr:md5", "name": {"@container": "@language"},
    "parentField": "cr:parentField", "path": "cr:path", "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex",
    "repeated": "cr:repeated", "replace": "cr:replace", "samplingRate": "cr:samplingRate", "sc": "https://schema.org/", "separator": "cr:separator",
    "source": "cr:source", "subField": "cr:subField", "transform": "cr:transform",
}  # fmt: skip
"""The published context of Croissant 1.1, written out so that nothing is fetched."""
TYPES = {"string": "sc:Text", "integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean", "date": "sc:Date"}
RESPONSIBLE: dict[str, str | list[str]] = {
    "dataCollection": "Web articles on kratom were read sentence by sentence; studies, laws and records that bear on their claims were searched for and read, mostly as abstracts. Each search is a row of the table searches, with its query, date and hits.",
    "dataCollectionType": ["Secondary Data Analysis", "Document Analysis"],
    "dataCollectionMissingData": "A blank cell is a value that the source read did not give. Nothing was imputed.",
    "dataCollectionRawData": "The articles' texts are not republished: mentions are offsets and hashes into texts that users hold themselves.",
    "dataAnnotationProtocol": "docs/annotation.md and docs/evidence.md of the bundle say how articles became claims and how evidence was linked; schemas/rubric.json holds every number of the rating.",
    "machineAnnotationTools": "The table agents names each machine agent; the columns agent_id say which rows it made.",
    "dataUseCases": ["Checking claims about kratom against the record", "Building and testing systems that find, match or check health claims", "Studying how rating rules change verdicts"],
    "dataLimitations": ["Curated by machine agents and not reviewed by clinicians", "Mostly abstracts were read", "The rubric is informed by GRADE and is not GRADE; it has not been validated against published GRADE bodies", "Not medical advice, and not fit to decide about treatment"],
    "dataBiases": ["The articles come from one site and are not a sample of what the web says", "English sources prevail", "Searches ran on stored copies of public pages, so recent and paywalled work is missing"],
    "dataSocialImpact": "A verdict may be read as advice. Each states its certainty, what lowers it, and the harm of believing or ignoring the claim.",
    "personalSensitiveInformation": "None: case reports are summarised without anything that identifies a person beyond what their authors published.",
    "dataReleaseMaintenancePlan": "Versions are numbered by what changed; identifiers are never reused; retired ones are listed; each release ships its difference to the last one.",
}  # fmt: skip
"""The responsible-AI properties, in plain words; the dataset card says the same."""


def croissant(edition: Edition, made: dict[str, bytes]) -> str:
    """The metadata file.

    Records come from the Parquet files beside it: mlcroissant reads a CSV with pandas' defaults, which eat the text NA and make
    floats of a column of digits with blanks.
    """
    from ..cite import bibtex, item

    whole = dataset(edition) | {
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
    }
    names = [f"{edition.stem}.zip", *(file_of(name) for name in edition.tables)]
    files = [file_object(name, made[name]) for name in names]
    responsible = {f"rai:{name}": words for name, words in RESPONSIBLE.items()}
    return json_text({"@context": CONTEXT, **whole, "citeAs": bibtex(item(edition)), "isLiveDataset": False, **responsible,
                      "distribution": files, "recordSet": [record_set(name, edition) for name in edition.tables]})  # fmt: skip


def file_of(table: str) -> str:
    """The Parquet file of a table."""
    return f"parquet/{table}.parquet"


def file_object(name: str, content: bytes) -> dict[str, Any]:
    """A shipped file; Croissant's readers know Parquet under its older media type."""
    type_ = "application/zip" if name.endswith(".zip") else "application/x-parquet"
    return {"@type": "cr:FileObject", "@id": name, "name": name, "contentUrl": name, "contentSize": f"{len(content)} B",
            "encodingFormat": type_, "sha256": bundle.sha256(content)}  # fmt: skip


def record_set(name: str, edition: Edition) -> dict[str, Any]:
    """A table as a RecordSet, with its key and its references to other tables.

    Croissant knows no reference of a table to itself (mlcroissant takes it for a cycle) and none of two columns.
    """
    schema = edition.tables[name].schema
    targets = {k["fields"][0]: f"{k['reference']['resource']}/{k['reference']['fields'][0]}" for k in schema.get("foreignKeys", []) if len(k["fields"]) == 1 and k["reference"]["resource"] not in ("", name)}  # fmt: skip
    return {
        "@type": "cr:RecordSet", "@id": name, "name": name, "description": schema["description"],
        "key": [{"@id": f"{name}/{k}"} for k in key_fields(schema)],
        "field": [record_field(name, f, file_of(name), targets.get(f["name"])) for f in schema["fields"]],
    }  # fmt: skip


def record_field(table: str, field: dict[str, Any], file: str, target: str | None) -> dict[str, Any]:
    """A column as a Field."""
    return {
        "@type": "cr:Field", "@id": f"{table}/{field['name']}", "name": f"{table}/{field['name']}", "description": field["description"],
        "dataType": TYPES[field["type"]],
        "source": {"fileObject": {"@id": file}, "extract": {"column": field["name"]}},
        **({"references": {"field": {"@id": target}}} if target else {}),
    }  # fmt: skip
