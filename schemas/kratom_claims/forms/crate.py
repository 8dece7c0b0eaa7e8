"""RO-Crate metadata: the folder of shipped files as a research object."""

from typing import Any

from .. import bundle
from ..edition import Edition
from ..files import json_text
from .citation import dataset, media_type


def crate(edition: Edition, made: dict[str, bytes]) -> str:
    """The metadata file of the crate whose root is the folder that holds the files."""
    whole = dataset(edition)
    agents = {
        f"#{name}": {"@id": f"#{name}", "@type": "Organization", "name": name}
        for name in [*edition.creators, edition.name]
    }
    licences = [
        {"@id": licence["path"], "@type": "CreativeWork", "name": licence.get("title", licence["name"])}
        for licence in edition.licences
    ]
    root = whole | {
        "@id": "./",
        "creator": [{"@id": f"#{name}"} for name in edition.creators],
        "publisher": {"@id": f"#{edition.name}"},
        "license": [{"@id": licence["@id"]} for licence in licences],
        "hasPart": [{"@id": name} for name in sorted(made)],
    }
    about = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"},
    }
    graph = [about, root, *agents.values(), *licences, *(part(name, content) for name, content in sorted(made.items()))]
    return json_text({"@context": "https://w3id.org/ro/crate/1.2/context", "@graph": graph})


def part(name: str, content: bytes) -> dict[str, Any]:
    """One file of the crate."""
    return {
        "@id": name,
        "@type": "File",
        "name": name,
        "encodingFormat": media_type(name),
        "contentSize": str(len(content)),
        "sha256": bundle.sha256(content),
    }
