"""The equal checks as this project's own rules make them: cells, keys and references, and the order of two columns."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import equal
import jsonschema  # noqa: F401  what reading a descriptor loads, imported here so that its import is not timed as checking
import narwhals as nw
from kratom_claims.check import run_rules
from kratom_claims.package import HOME, Package, read_package
from kratom_claims.rules import CATALOGUE
from kratom_claims.tables import LINE, ROW, Tables, collected, read_tables

MOST = 1_000_000
"""Faults of a kind that are kept, so that all planted ones are told."""


def on_pandas(folder: Path) -> equal.Found:
    """All tables read into memory."""
    package = part(folder)
    tables = read_tables(package)
    return found(run_rules(package, tables, None, rules=[CATALOGUE[rule] for rule in RULES]).faults, tables)


def on_polars(folder: Path) -> equal.Found:
    """Tables read block by block."""
    from kratom_claims.engines.reading import Kept, read

    with tempfile.TemporaryDirectory() as place:
        package, kept = part(folder), Kept(MOST)
        tables = read(
            package, Path(place), kept, rules=frozenset(RULES[:1]), besides=frozenset(equal.ORDERED["mentions"])
        )
        run_rules(package, tables, None, rules=[CATALOGUE[rule] for rule in RULES[1:]], take=kept.add)
        return found(kept.faults, tables)


RULES = ["S2/cells", "S3/unique", "S4/references"]


def part(folder: Path) -> Package:
    """The package of the four tables in a folder, with the references of the equal checks."""
    whole = replace(read_package(HOME / "datapackage.json"), root=folder)
    schemas = {name: schema(whole.schemas[name], name) for name in equal.TABLES}
    resources = [r for r in whole.descriptor["resources"] if r["name"] in schemas]
    return replace(whole, descriptor={**whole.descriptor, "resources": resources}, schemas=schemas, paths={name: whole.paths[name] for name in schemas})  # fmt: skip


def schema(given: dict[str, Any], name: str) -> dict[str, Any]:
    """A Table Schema with the references and the key of the equal checks."""
    keys = [{"fields": [ours], "reference": {"resource": target, "fields": [theirs]}} for ours, (target, theirs) in equal.REFERENCES.get(name, {}).items()]  # fmt: skip
    return {**{k: v for k, v in given.items() if k != "uniqueKeys"}, "foreignKeys": keys}


def found(faults: list[Any], tables: Tables) -> equal.Found:
    """Faults as the peers tell them, with those of the order of two columns."""
    told = {(Path(fault.file).stem, fault.row, fault.column) for fault in faults}
    for name, (low, high) in equal.ORDERED.items():
        wrong = tables[name].frame.filter(nw.col(low) >= nw.col(high)).select(LINE, ROW)
        told |= {(name, str(row), high) for _, row in collected(wrong).iter_rows()}
    return told
