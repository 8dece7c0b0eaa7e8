"""R: releases. The descriptor says what the files are, and versions keep their promises."""

import hashlib
from collections.abc import Iterable
from typing import Any

from ..faults import Fault
from .base import CATALOGUE, Context, file_fault, rule

DESCRIPTOR = "datapackage.json"


@rule(
    "R1/descriptor",
    "hash, bytes and number of rows of each resource in the descriptor are the file's",
    "a download that changed on its way must show",
    "Run `make package` after the tables are right",
)
def descriptor(c: Context) -> Iterable[Fault]:
    """Derived properties of each resource against its file."""
    one = CATALOGUE["R1/descriptor"]
    for resource in c.package.descriptor["resources"]:
        table = c.tables[resource["name"]]
        if not table.content:
            continue
        for name, right in facts(table.content, len(table.text) if table.usable else None).items():
            if right is not None and resource.get(name) != right:
                yield file_fault(
                    one,
                    DESCRIPTOR,
                    found=f"{resource['name']}: {name} {resource.get(name)}",
                    allowed=str(right),
                    column=name,
                    row=resource["name"],
                )


def facts(content: bytes, rows: int | None) -> dict[str, Any]:
    """What the descriptor says of a file: hash, bytes, rows."""
    return {"hash": "sha256:" + hashlib.sha256(content).hexdigest(), "bytes": len(content), "rows": rows}


@rule(
    "R2/retired",
    "an identifier that was retired is not used again, and its successor exists",
    "a citation must keep its meaning",
    "Give the row a new id, or correct retired_ids",
    tables="retired_ids",
    column="id",
)
def retired(c: Context) -> Iterable[Any]:
    """Retired ids against the ids in use."""
    one = CATALOGUE["R2/retired"]
    for row in c.retired_ids.iter_rows(named=True):
        table = c.tables.get(row["table"])
        ids = set(table.text["_row"]) if table is not None and table.usable else set()
        if table is None:
            yield file_fault(
                one,
                c.tables["retired_ids"].file,
                row["_line"],
                row["table"],
                "a table of this package",
                1,
                column="table",
                row=row["_row"],
            )
        elif row["id"] in ids:
            yield file_fault(
                one,
                table.file,
                found=f"{row['id']} is in use again",
                allowed="an id that was never retired",
                row=row["id"],
            )
        elif row["replaced_by"] is not None and row["replaced_by"] not in ids:
            yield file_fault(
                one,
                c.tables["retired_ids"].file,
                row["_line"],
                row["replaced_by"],
                f"an id of {table.file}",
                4,
                column="replaced_by",
                row=row["_row"],
            )


@rule(
    "R4/changelog",
    "the changelog names the version of the descriptor",
    "a version without a word on what changed cannot be trusted",
    "Add a heading with this version to CHANGELOG.md, or correct the version",
)
def changelog(c: Context) -> Iterable[Fault]:
    """The version against CHANGELOG.md, where the package has one."""
    path, version = c.package.root / "CHANGELOG.md", str(c.package.descriptor.get("version", ""))
    if path.is_file() and f"## {version}" not in path.read_text(encoding="utf-8"):
        yield file_fault(
            CATALOGUE["R4/changelog"], "CHANGELOG.md", found="no heading for it", allowed=f"## {version}", row=version
        )


@rule(
    "R4/one-version",
    "pyproject.toml and CITATION.cff do not contradict the version of the descriptor",
    "one version, one number",
    "Run `make package`, which carries the version over",
)
def one_version(c: Context) -> Iterable[Fault]:
    """The version in other files of a checkout."""
    version = str(c.package.descriptor.get("version", ""))
    for name, mark in [("pyproject.toml", f'\nversion = "{version}"\n'), ("CITATION.cff", f"\nversion: {version}\n")]:
        path = c.package.root / name
        if path.is_file() and mark not in path.read_text(encoding="utf-8"):
            yield file_fault(
                CATALOGUE["R4/one-version"], name, found="another version, or none", allowed=version, row=version
            )
