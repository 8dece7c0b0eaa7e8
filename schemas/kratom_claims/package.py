"""Opening a data package: a folder, a descriptor, or a bundle (zip)."""

import json
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from .faults import UnusableError
from .files import finish

INSTALLED = Path(__file__).resolve().parent / "released"
"""The released folder that a wheel brings with it."""
HOME = INSTALLED if INSTALLED.is_dir() else Path(__file__).resolve().parents[2]
"""Root of the package that this code goes with: what the wheel brought, or the repository that the code stands in."""
BUNDLE_LIMIT = 512 * 1024 * 1024
"""Most bytes that a bundle may unpack to."""
BUNDLE_FILES = 10_000
"""Most files that a bundle may hold."""
JSON_LIMIT = 16 * 1024 * 1024
"""Most bytes of a descriptor or schema."""


@dataclass(frozen=True)
class Package:
    """A data package on disk: its root, its descriptor, and its Table Schemas by resource name."""

    root: Path
    descriptor: dict[str, Any]
    schemas: dict[str, dict[str, Any]]
    paths: dict[str, str]

    def path(self, table: str) -> Path:
        """Absolute path of a table's file."""
        return self.root / self.paths[table]

    def parts(self, table: str) -> list[str]:
        """Paths of the files of a table, relative to the root; nearly always one."""
        named = next(r["path"] for r in self.descriptor["resources"] if r["name"] == table)
        return named if isinstance(named, list) else [self.paths[table]]


@contextmanager
def opened(where: Path) -> Iterator[Package]:
    """The package at a folder, a ``datapackage.json`` or a zip bundle.

    Raises UnusableError if there is none, if it is not a package, or if a path in it leaves its folder.
    """
    if where.absolute() == HOME:
        settle(HOME)
    if not where.exists():
        raise UnusableError(
            f"{where}: there is no such file or folder. Give the folder, datapackage.json or zip of a package."
        )
    if where.is_file() and where.suffix == ".zip":
        with tempfile.TemporaryDirectory() as folder:
            unpack(where, Path(folder))
            yield read_package(find_descriptor(Path(folder)))
    else:
        yield read_package(where / "datapackage.json" if where.is_dir() else where)


def settle(root: Path) -> None:
    """Put in place what a killed command had written out for a repository."""
    finish(root)
    finish(root / "data")


def find_descriptor(folder: Path) -> Path:
    """The descriptor at the top of an unpacked bundle, or in its only folder."""
    found = sorted([*folder.glob("datapackage.json"), *folder.glob("*/datapackage.json")])
    if not found:
        raise UnusableError(
            "datapackage.json: the bundle holds none at its top or in its first folder. Is it a data package?"
        )
    return found[0]


def unpack(bundle: Path, folder: Path) -> None:
    """Unpack a zip, refusing what is too large, names that leave the folder, and links."""
    try:
        archive = zipfile.ZipFile(bundle)
    except OSError:
        raise
    except Exception as error:  # damage of its index has many names
        raise UnusableError(f"{bundle}: not a zip file that can be read ({error}). Download it again.") from error
    with archive:
        members = archive.infolist()
        if len(members) > BUNDLE_FILES:
            raise UnusableError(f"{bundle}: {len(members)} files; at most {BUNDLE_FILES} are unpacked.")
        left = BUNDLE_LIMIT
        for member in members:
            name = PurePosixPath(member.filename)
            if name.is_absolute() or ".." in name.parts or "\\" in member.filename or member.external_attr >> 28 == 0xA:
                raise UnusableError(
                    f"{bundle}: the member {member.filename!r} would leave the folder or is a link. Do not trust this bundle."
                )
            if member.is_dir():
                continue
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            left = extract(archive, member, target, left)


def extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Copy one member out, counting what really comes (sizes in a zip's index may lie); returns the bytes left."""
    try:
        with archive.open(member) as source, target.open("wb") as sink:
            while chunk := source.read(1 << 20):
                left -= len(chunk)
                if left < 0:
                    raise UnusableError(
                        f"{archive.filename}: unpacks to more than {BUNDLE_LIMIT >> 20} MB, the most that is unpacked."
                    )
                sink.write(chunk)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise UnusableError(
            f"{archive.filename}: {member.filename} cannot be unpacked ({error}). Download it again."
        ) from error
    except Exception as error:  # zlib.error has no common base with the others
        if isinstance(error, UnusableError):
            raise
        raise UnusableError(
            f"{archive.filename}: {member.filename} is damaged ({error}). Download it again."
        ) from error
    return left


def read_json(path: Path, root: Path) -> Any:
    """A JSON file inside ``root``. Raises UnusableError with the place of the first error."""
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    try:
        if path.stat().st_size > JSON_LIMIT:
            raise UnusableError(f"{shown}: larger than {JSON_LIMIT >> 20} MB, the most that is read of a JSON file.")
        if path.exists() and not path.is_file():
            raise UnusableError(f"{shown}: not a file. Give the folder, datapackage.json or zip of a package.")
        return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse_constant)
    except FileNotFoundError as error:
        raise UnusableError(f"{shown}: the file is missing. Put it back, or correct the path that names it.") from error
    except UnicodeDecodeError as error:
        raise UnusableError(f"{shown}: not UTF-8 at byte {error.start}. Save it as UTF-8 without BOM.") from error
    except json.JSONDecodeError as error:
        raise UnusableError(f"{shown}:{error.lineno}:{error.colno}: not JSON ({error.msg}). Mend it there.") from error
    except ValueError as error:
        raise UnusableError(f"{shown}: holds a number that no reader takes ({error}). Shorten it.") from error
    except RecursionError as error:
        raise UnusableError(f"{shown}: nested too deeply to be a descriptor or schema.") from error
    except OSError as error:
        raise UnusableError(f"{shown}: cannot be read ({error.strerror}).") from error


def refuse_constant(name: str) -> Any:
    """NaN and Infinity are no JSON."""
    raise ValueError(name)


def inside(root: Path, name: Any, where: str) -> Path:
    """The file that ``name`` points to, if it is a relative path that stays in ``root``."""
    if not isinstance(name, str) or not name or "://" in name or "\\" in name or "\0" in name:
        raise UnusableError(
            f"{where}: {name!r} is not a relative path. Paths of a package are relative and stay inside its folder."
        )
    path = root / name
    try:
        stays = not PurePosixPath(name).is_absolute() and ".." not in PurePosixPath(name).parts
        stays = stays and path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError) as error:  # a circle of links, or no name that a file can have
        raise UnusableError(
            f"{where}: {name!r} cannot be followed ({type(error).__name__}). Correct the path."
        ) from error
    if not stays:
        raise UnusableError(
            f"{where}: {name!r} leaves the folder of the package. Paths of a package stay inside its folder."
        )
    return path


def read_package(descriptor: Path) -> Package:
    """The package whose descriptor this is. Raises UnusableError if it does not describe tables."""
    root = descriptor.parent
    content = read_json(descriptor, root)
    conforming(content, "package", "datapackage.json")
    schemas, paths = {}, {}
    for resource in content["resources"]:
        name, where = resource["name"], f"datapackage.json: resource {resource['name']}"
        if name in paths:
            raise UnusableError(f"{where}: there are two of this name. Give each resource its own.")
        parts = resource["path"] if isinstance(resource["path"], list) else [resource["path"]]
        for part in parts:
            inside(root, part, where)
        schema = resource["schema"]
        if isinstance(schema, str):
            where, schema = schema, read_json(inside(root, schema, where), root)
        schemas[name], paths[name] = checked_schema(schema, where), parts[0]
    for name, schema in schemas.items():
        checked_references(name, schema, schemas)
    return Package(root, content, schemas, paths)


@cache
def profile(name: str) -> Any:
    """The validator of one definition of ``schemas/profile.schema.json``: what the engines rely on."""
    from jsonschema import Draft202012Validator

    whole = json.loads((HOME / "schemas" / "profile.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator({**whole, "$ref": f"#/$defs/{name}"})


@lru_cache(maxsize=100)
def deviation(name: str, text: str) -> Any:
    """The first deviation of a value, as JSON, from a definition of the profile, or None; the same text is looked at once."""
    return next(iter(profile(name).iter_errors(json.loads(text))), None)


def conforming(value: Any, name: str, where: str) -> None:
    """Raise UnusableError with the place of the first deviation from a definition of the profile."""
    try:
        error = deviation(name, json.dumps(value))
    except RecursionError as deep:
        raise UnusableError(f"{where}: nested too deeply to be a descriptor or schema.") from deep
    if error is not None:
        raise UnusableError(
            f"{where}: {error.json_path.removeprefix('$.')}: {error.message[:200]}. Correct it there; docs/dictionary.md shows the form."
        )


def checked_schema(schema: Any, where: str) -> dict[str, Any]:
    """The Table Schema, if it has the shape that the engines rely on."""
    conforming(schema, "table", where)
    names = [field["name"] for field in schema["fields"]]
    if len(set(names)) < len(names):
        raise UnusableError(f"{where}: two fields have the same name. Give each field its own.")
    keys = [key_fields(schema), *schema.get("uniqueKeys", []), *[k["fields"] for k in schema.get("foreignKeys", [])]]
    if missing := [field for key in keys for field in key if field not in names]:
        raise UnusableError(f"{where}: a key names {missing[0]}, which is not a field of its schema. Correct the key.")
    for field in schema["fields"]:
        try:
            re.compile(field.get("constraints", {}).get("pattern", ""))
        except (re.error, RecursionError, OverflowError) as error:
            raise UnusableError(
                f"{where}: the pattern of {field['name']} is no regular expression ({error})."
            ) from error
    return schema


def checked_references(name: str, schema: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Raise UnusableError if a foreign key names a table or field that is not there, or one of another type."""
    for key in schema.get("foreignKeys", []):
        target = schemas.get(key["reference"]["resource"] or name, {"fields": []})
        ours, theirs = ({f["name"]: f["type"] for f in s["fields"]} for s in (schema, target))
        if [ours[f] for f in key["fields"]] != [theirs.get(f) for f in key["reference"]["fields"]]:
            raise UnusableError(
                f"{name}: the foreign key of {', '.join(key['fields'])} names a table or fields that are not there, or of another type. Correct the key."
            )


def key_fields(schema: dict[str, Any]) -> list[str]:
    """Fields of the primary key, always as a list."""
    key = schema.get("primaryKey", [])
    return [key] if isinstance(key, str) else list(key)
