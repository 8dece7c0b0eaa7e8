"""How to cite an edition, for machines: CITATION.cff, DataCite and schema.org."""

from typing import Any

import yaml

from .. import bundle
from ..edition import Edition
from ..files import json_text

MEDIA_TYPES = {".csv": "text/csv", ".zip": "application/zip", ".sqlite": "application/vnd.sqlite3", ".parquet": "application/vnd.apache.parquet", ".tsv": "text/tab-separated-values",
               ".jsonld": "application/ld+json", ".json": "application/json", ".md": "text/markdown", ".cff": "application/yaml"}  # fmt: skip


def media_type(name: str) -> str:
    """The media type of a shipped file, by its ending."""
    return MEDIA_TYPES["." + name.rsplit(".", 1)[-1]]


def cff(edition: Edition, inside: bool = False) -> str:
    """CITATION.cff 1.2.0. ``inside`` the released folder it cannot bear that folder's own identifier."""
    about: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use these data, please cite the version that you used.",
        "type": "dataset",
        "title": edition.about["title"],
        "abstract": edition.about["description"],
        "authors": [{"name": name} for name in edition.creators],
        "version": edition.version,
        "date-released": edition.day,
        "license": [licence["name"] for licence in edition.licences],
        "keywords": edition.about.get("keywords", []),
        **({"doi": edition.doi} if edition.doi else {"url": edition.home} if edition.home else {}),
    }
    if not inside:
        about["identifiers"] = [{"type": "swh", "value": edition.swhid, "description": "The released folder"}]
    return yaml.safe_dump(about, sort_keys=False, allow_unicode=True, width=100)


def datacite(edition: Edition) -> str:
    """DataCite metadata (schema 4.5). There is a DOI in it only once one was minted."""
    return json_text({
        **({"doi": edition.doi} if edition.doi else {}),
        **({"url": edition.home} if edition.home else {}),
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Data package"},
        "creators": [{"name": name, "nameType": "Organizational"} for name in edition.creators],
        "titles": [{"title": edition.about["title"]}],
        "publisher": {"name": edition.name},
        "publicationYear": edition.day[:4],
        "dates": [{"date": edition.day, "dateType": "Issued"}],
        "language": "en",
        "version": edition.version,
        "subjects": [{"subject": word} for word in edition.about.get("keywords", [])],
        "rightsList": [{"rights": licence.get("title", licence["name"]), "rightsUri": licence["path"], "rightsIdentifier": licence["name"],
                        "rightsIdentifierScheme": "SPDX"} for licence in edition.licences],
        "descriptions": [{"description": edition.about["description"], "descriptionType": "Abstract"}],
        "alternateIdentifiers": [{"alternateIdentifier": edition.swhid, "alternateIdentifierType": "SWHID"}],
        "formats": sorted({media_type(f"x.{ending}") for ending in ("zip", "sqlite", "parquet")}),
        "schemaVersion": "http://datacite.org/schema/kernel-4",
    })  # fmt: skip


def schema_org(edition: Edition, made: dict[str, bytes]) -> str:
    """A schema.org Dataset whose downloads are the files beside it."""
    downloads = [{"@type": "DataDownload", "name": name, "contentUrl": name, "encodingFormat": media_type(name), "contentSize": f"{len(content)} B",
                  "sha256": bundle.sha256(content)} for name, content in sorted(made.items())]  # fmt: skip
    return json_text({"@context": {"@vocab": "https://schema.org/"}, **dataset(edition), "distribution": downloads})


def dataset(edition: Edition) -> dict[str, Any]:
    """What schema.org, Croissant and RO-Crate say alike of the whole."""
    return {
        "@type": "Dataset",
        "name": edition.name,
        "alternateName": edition.about["title"],
        "description": edition.about["description"],
        "version": edition.version,
        "datePublished": edition.day,
        "license": [licence["path"] for licence in edition.licences],
        "creator": [{"@type": "Organization", "name": name} for name in edition.creators],
        "publisher": {"@type": "Organization", "name": edition.name},
        "keywords": edition.about.get("keywords", []),
        "inLanguage": "en",
        "isAccessibleForFree": True,
        "identifier": [edition.swhid, *([f"https://doi.org/{edition.doi}"] if edition.doi else [])],
        **({"url": edition.home} if edition.home else {}),
    }
