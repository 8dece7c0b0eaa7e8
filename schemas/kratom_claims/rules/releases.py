"""R: releases. The descriptor says what the files are, and versions keep their promises."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import narwhals as nw

from .. import bundle
from ..faults import Fault, UnusableError
from ..package import opened
from ..tables import ROW, Table, collected
from ..versions import numbers
from .base import CATALOGUE, Context, file_fault, rule

DESCRIPTOR = "datapackage.json"


@rule(
    "R1/descriptor",
    "hash, bytes and number of rows of each resource in the descriptor are the file's",
    "a download that changed on its way must show",
    "Run `make package` after the tables are right",
    cells=True,
)
def descriptor(c: Context) -> Iterable[Fault]:
    """Derived properties of each resource against its file."""
    one = CATALOGUE["R1/descriptor"]
    for resource in c.package.descriptor["resources"]:
        parts = {part["path"]: part for part in resource.get("parts", [])}
        for file, facts in c.tables[resource["name"]].facts.items():
            said = parts.get(file, resource)
            for name, right in facts.items():
                if right is not None and said.get(name) != right:
                    found = f"{resource['name']}: {name} {said.get(name)}" + (f" of {file}" if parts else "")
                    yield file_fault(
                        one, DESCRIPTOR, found=found, allowed=str(right), column=name, row=resource["name"]
                    )


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
    gone = list(collected(c.retired_ids).iter_rows(named=True))
    named = [row[name] for row in gone for name in ("id", "replaced_by") if isinstance(row[name], str)]
    for row in gone:
        table = c.tables.get(row["table"])
        ids = held_ids(table, named) if table is not None and table.usable else set()
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
        elif isinstance(row["replaced_by"], str) and row["replaced_by"] not in ids:  # a blank comes as NaN
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


def held_ids(table: Table, named: list[str]) -> set[str]:
    """Those of the ids that rows of a table have."""
    return set(collected(table.frame.select(ROW).filter(nw.col(ROW).is_in(named)))[ROW].to_list())


@rule(
    "R2/ids",
    "no identifier of the last release is gone without a row in retired_ids, and no retired one is forgotten",
    "rows that vanish between releases break every citation of them",
    "Put the row back, or say in retired_ids what became of it",
    cells=True,
)
def ids(c: Context) -> Iterable[Fault]:
    """Identifiers of the last release against those of today."""
    one = CATALOGUE["R2/ids"]
    for change in c.since_last.changes if c.since_last else ():
        if change.kind == "id gone":
            yield file_fault(one, c.tables[change.table].file, found=f"{change.row} is gone", allowed="its row, or one in retired_ids", row=change.row)  # fmt: skip
        elif change.kind == "row removed" and change.table == "retired_ids":
            yield file_fault(one, c.tables["retired_ids"].file, found="no longer said to be retired", allowed="the row of the last release", row=change.row)  # fmt: skip


@rule(
    "R3/version",
    "the version is at least what the difference to the last release demands",
    "users pin versions, and trust what their numbers promise",
    "Raise the version in datapackage.json; scripts/diff.py shows what changed",
    cells=True,
)
def version_enough(c: Context) -> Iterable[Fault]:
    """The version of the descriptor against the least that the changes allow."""
    one, version = CATALOGUE["R3/version"], str(c.package.descriptor.get("version", ""))
    try:
        found = numbers(version)
    except UnusableError as error:
        yield file_fault(one, DESCRIPTOR, found=version, allowed=str(error), column="version")
        return
    if c.since_last and found < numbers(c.since_last.least):
        what = ", ".join(c.since_last.kinds)
        yield file_fault(one, DESCRIPTOR, found=version, column="version",
                         allowed=f"at least {c.since_last.least}, as since {c.since_last.old} there is a {c.since_last.step} change ({what})")  # fmt: skip


@rule(
    "R4/changelog",
    "the changelog names the version of the descriptor",
    "a version without a word on what changed cannot be trusted",
    "Add a heading with this version to CHANGELOG.md, or correct the version",
    cells=True,
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
    cells=True,
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


@rule(
    "R5/bundle",
    "the bundle, unpacked alone in an empty folder, opens and holds the same tables",
    "what is shipped must be what was checked",
    "Keep tables in data/ and Table Schemas in schemas/, which are what a bundle holds",
    cells=True,
)
def bundle_alone(c: Context) -> Iterable[Fault]:
    """The zip of the package, read back by itself."""
    one = CATALOGUE["R5/bundle"]
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "bundle.zip"
        archive.write_bytes(c.bundled[1])
        try:
            with opened(archive) as alone:
                for name, table in c.tables.items():
                    if table.content and (
                        not alone.path(name).is_file() or alone.path(name).read_bytes() != table.content
                    ):
                        yield file_fault(one, table.file, found="not in the bundle", allowed="the same file in the bundle", row=name)  # fmt: skip
                for name in sorted(
                    {n for n in bundle.members(alone.root) if n.startswith("data/")}
                    - {part for one_table in alone.paths for part in alone.parts(one_table)}
                ):
                    yield file_fault(
                        one, name, found="no resource of the descriptor", allowed="no other files in data/ than tables"
                    )
        except UnusableError as error:
            yield file_fault(one, DESCRIPTOR, found=str(error), allowed="a bundle that opens alone")


@rule(
    "R6/same-bytes",
    "the same files give the same bundle, whatever their folder, time stamps and permissions",
    "a checksum is worth something only if anyone can make it again",
    "Let nothing but names and contents of files into the bundle (schemas/kratom_claims/bundle.py)",
    cells=True,
)
def same_bytes(c: Context) -> Iterable[Fault]:
    """The bundle of the package against that of a copy elsewhere with other time stamps and permissions."""
    files, archive = c.bundled
    with tempfile.TemporaryDirectory() as folder:
        for name, content in reversed(files.items()):
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o600)
            os.utime(path, (0, 0))
        if bundle.zipped(bundle.members(Path(folder))) != archive:
            yield file_fault(CATALOGUE["R6/same-bytes"], DESCRIPTOR, found="another bundle from a copy of the same files", allowed="the same bytes")  # fmt: skip
