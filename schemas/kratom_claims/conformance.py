"""What the stock Frictionless says of a package, as faults under the same rules."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from .faults import Fault
from .package import Package
from .rules import CATALOGUE
from .tables import Tables

RULE_OF = {
    "type-error": "S2/cells", "constraint-error": "S2/cells", "missing-cell": "B1/file", "extra-cell": "B1/file", "blank-row": "B1/file",
    "primary-key": "S3/unique", "unique-error": "S3/unique", "foreign-key": "S4/references",
    "blank-header": "S1/columns", "duplicate-label": "S1/columns", "blank-label": "S1/columns", "extra-label": "S1/columns",
    "missing-label": "S1/columns", "incorrect-label": "S1/columns", "hash-count": "R1/descriptor", "byte-count": "R1/descriptor",
    "row-count": "R1/descriptor", "encoding-error": "B1/file", "source-error": "B1/file", "scheme-error": "S1/columns",
    "format-error": "B1/file", "file-error": "S1/columns",
}  # fmt: skip
"""Our rule for each type of error that Frictionless knows."""
MOST = 1_000_000
"""Errors after which Frictionless stops; its own default of 1,000 would hide wrong hashes."""


class Conformance:
    """Frictionless on one package: the descriptor with its schemas first, then table by table.

    Each error becomes one fault; the message of Frictionless stands as what is allowed. If it refuses the package,
    it looks at no table.
    """

    def __init__(self, package: Package, tables: Tables) -> None:
        """Nothing is read yet."""
        self.package, self.tables = package, tables
        self.loaded: Any = None
        self.refused = False

    def of_package(self) -> list[Fault]:
        """What it says of the descriptor and the schemas, or the reason why it could not run."""
        from frictionless.resources import PackageResource

        logging.getLogger("frictionless").setLevel(logging.ERROR)
        faults = self.attempt(lambda: self.load(PackageResource(path=str(self.package.root / "datapackage.json"))))
        self.refused = bool(faults)
        return faults

    def load(self, resource: Any) -> list[Fault]:
        """Read the descriptor."""
        self.loaded = resource.read_metadata()
        self.loaded.to_descriptor(validate=True)
        return []

    def of_table(self, name: str) -> list[Fault]:
        """What it says of a table, after ``of_package``."""
        return [] if self.refused else self.attempt(lambda: self.read(name))

    def read(self, name: str) -> list[Fault]:
        """Read one table."""
        from frictionless import settings

        settings.DEFAULT_LIMIT_ERRORS = MOST
        report = self.loaded.get_resource(name).validate(limit_errors=MOST)
        said = [descriptor_fault(error.message) for error in report.errors]
        return said + [error_fault(self.tables, name, error) for task in report.tasks for error in task.errors]

    def attempt(self, act: Callable[[], list[Fault]]) -> list[Fault]:
        """What an act finds, or the reason why it could not be done."""
        from frictionless import FrictionlessException

        try:
            return act()
        except FrictionlessException as error:
            return [descriptor_fault(one.message) for one in error.to_errors()]
        except Exception as error:
            return [descriptor_fault(f"{type(error).__name__}: {error}")]


def frictionless_faults(package: Package, tables: Tables) -> list[Fault]:
    """All that Frictionless says of a package."""
    engine = Conformance(package, tables)
    return [*engine.of_package(), *(fault for name in package.paths for fault in engine.of_table(name))]


def descriptor_fault(message: str) -> Fault:
    """A fault of the descriptor or the schemas."""
    return Fault(
        "datapackage.json",
        0,
        0,
        "",
        "",
        "S1/columns",
        "Frictionless refuses it",
        message,
        "",
        "Correct the descriptor or the schema that it names",
    )


def error_fault(tables: Tables, name: str, error: Any) -> Fault:
    """One error of Frictionless as a fault."""
    table, content = tables[name], error.to_dict()
    rule = CATALOGUE[RULE_OF.get(error.type, "S2/cells")]
    column, line = content.get("fieldName", ""), int(content.get("rowNumber", 0))
    row = ""
    if line and table.usable and 2 <= line <= len(table.text) + 1:
        row = str(table.text.iloc[line - 2]["_row"])
        line = int(table.text.iloc[line - 2]["_line"])
    file = "datapackage.json" if rule.id.startswith("R1") else table.file
    found = str(content.get("cell", name if rule.id.startswith("R1") else ""))
    return Fault(
        file,
        line,
        int(content.get("fieldNumber", 0)),
        column,
        row,
        rule.id,
        found,
        f"{error.note} (Frictionless)",
        "",
        rule.remedy,
    )


def only_new(ours: Iterable[Fault], theirs: Iterable[Fault]) -> list[Fault]:
    """Faults of Frictionless at places where our engine said nothing under that rule.

    A key fault is said by us of the later row and the last column of the key; one at the row or file is enough.
    """
    ours = list(ours)
    lines = {(f.file, f.line, f.rule) for f in ours}
    files = {(f.file, f.rule) for f in ours if f.rule.startswith(("R1", "B1", "S1"))}
    return [f for f in theirs if (f.file, f.line, f.rule) not in lines and (f.file, f.rule) not in files]
