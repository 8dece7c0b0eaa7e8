"""The shipped forms of an edition, all from the same tables; nothing in them depends on clock, folder or locale."""

from .. import bundle
from ..edition import Edition

SUMS = "SHA256SUMS"


def build(edition: Edition) -> dict[str, bytes]:
    """Every file of ``dist/`` by its path: data first, then what describes them, then the crate that lists all."""
    from . import card, citation, claim_reviews, crate, croissant, parquet, sqlite, sssom

    data = {
        f"{edition.stem}.zip": bundle.zipped(edition.files),
        f"{edition.stem}.sqlite": sqlite.database(edition),
        **parquet.files(edition),
        "entity_xrefs.sssom.tsv": sssom.mapping_set(edition).encode(),
        "claim-reviews.jsonld": claim_reviews.reviews(edition).encode(),
    }
    about = {
        "README.md": card.card(edition),
        "CITATION.cff": citation.cff(edition),
        "datacite.json": citation.datacite(edition),
        "dataset.jsonld": citation.schema_org(edition, data),
        "croissant.json": croissant.croissant(edition, data),
    }
    made = data | {name: text.encode() for name, text in about.items()}
    return made | {"ro-crate-metadata.json": crate.crate(edition, made).encode()}
