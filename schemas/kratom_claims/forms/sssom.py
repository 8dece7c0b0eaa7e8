"""The cross references of entities as an SSSOM mapping set."""

import csv
import io
from typing import Any

import yaml

from ..edition import Edition
from ..package import read_json

OURS = "kratom_entity"
"""Prefix of our own entities. Its expansion is a name, no address: nothing is published there."""


def mapping_set(edition: Edition) -> str:
    """A TSV with its metadata in front, as SSSOM wants it."""
    header = yaml.safe_dump(metadata(edition), sort_keys=False, allow_unicode=True, width=1000)
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerows(mappings(edition))
    return "".join(f"#{line}\n" for line in header.splitlines()) + stream.getvalue()


COLUMNS = ["subject_id", "subject_label", "predicate_id", "object_id", "object_label", "mapping_justification", "author_label", "mapping_date", "see_also"]  # fmt: skip


def mappings(edition: Edition) -> list[dict[str, Any]]:
    """The rows of ``entity_xrefs`` with the labels of entities and agents."""
    t = edition.tables
    labels, agents = (dict(zip(t[name].text[key], t[name].text[label], strict=True))
                      for name, key, label in [("entities", "entity_id", "label"), ("agents", "agent_id", "name")])  # fmt: skip
    return [
        {"subject_id": f"{OURS}:{row.subject_id}", "subject_label": labels[row.subject_id], "predicate_id": row.predicate_id, "object_id": row.object_id,
         "object_label": row.object_label, "mapping_justification": row.mapping_justification, "author_label": agents[row.agent_id],
         "mapping_date": row.verified_on, "see_also": row.verified_url}
        for row in t["entity_xrefs"].text.itertuples()
    ]  # fmt: skip


def metadata(edition: Edition) -> dict[str, Any]:
    """What stands above the mappings: the set's identifier is that of the released folder and the file in it."""
    prefixes = read_json(edition.package.root / "schemas" / "prefixes.json", edition.package.root)
    rows = edition.tables["entity_xrefs"].text
    used = {
        str(curie).split(":")[0]
        for name in ("predicate_id", "object_id", "mapping_justification")
        for curie in rows[name]
    }
    return {
        "curie_map": {OURS: f"urn:{edition.name}:entity:"} | {p: prefixes[p]["uri_format"].partition("$1")[0] for p in sorted(used | {"semapv", "skos"})},
        "license": edition.licences[0]["path"],
        "mapping_set_id": f"{edition.swhid};path=/data/entity_xrefs.csv",
        "mapping_set_title": f"Cross references of entities in {edition.name}",
        "mapping_set_version": edition.version,
    }  # fmt: skip
