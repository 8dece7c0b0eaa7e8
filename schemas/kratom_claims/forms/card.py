"""The dataset card: what a dataset hub shows."""

import yaml

from ..edition import Edition
from ..pages import grid
from .croissant import RESPONSIBLE


def card(edition: Edition) -> str:
    """Markdown with the hub's front matter; each table is a configuration over its Parquet file."""
    from ..cite import apa, bibtex, item

    front = {
        "pretty_name": edition.about["title"],
        "license": edition.licences[0]["name"].lower(),
        "language": ["en"],
        "tags": edition.about.get("keywords", []),
        "configs": [{"config_name": name, "data_files": f"parquet/{name}.parquet", **({"default": True} if name == "claims" else {})} for name in edition.tables],
    }  # fmt: skip
    rows = [(f"`{t.name}`", len(t.text), t.schema["description"]) for t in edition.tables.values()]
    parts = [
        f"---\n{yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=100)}---\n",
        f"# {edition.about['title']}\n\nVersion {edition.version}, {edition.day}.\n\n{edition.about['description']}\n",
        "## Tables\n\n" + grid(["table", "rows", "a row is"], rows),
        *(f"## {title}\n\n{listed(RESPONSIBLE[name])}" for title, name in SECTIONS.items()),
        f"## How to cite\n\n{apa(item(edition))}\n\n```bibtex\n{bibtex(item(edition))}```\n",
    ]
    return "\n".join(parts)


SECTIONS = {"Uses": "dataUseCases", "How it was made": "dataCollection", "Annotation": "dataAnnotationProtocol", "Limitations": "dataLimitations", "Biases": "dataBiases",
            "Social impact": "dataSocialImpact", "Personal information": "personalSensitiveInformation", "Maintenance": "dataReleaseMaintenancePlan"}  # fmt: skip
"""Sections of the card, each from one responsible-AI property."""


def listed(words: str | list[str]) -> str:
    """A paragraph or a list."""
    return f"{words}\n" if isinstance(words, str) else "".join(f"- {word}\n" for word in words)
