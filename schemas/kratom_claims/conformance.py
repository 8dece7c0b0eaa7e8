"""What the stock Frictionless says of a package, as faults under the same rules."""

import logging
from collections.abc import Iterable
from pathlib import Path
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


def frictionless_faults(package: Package, tables: Tables) -> list[Fault]:
    """All errors of Frictionless on the package, or the reason why it could not run.

    Returns one fault an error; the message of Frictionless stands as what is allowed.
    """
    from frictionless import FrictionlessException, settings, validate

    logging.getLogger("frictionless").setLevel(logging.ERROR)
    settings.DEFAULT_LIMIT_ERRORS = MOST
    try:
        report = validate(Path(package.root / "datapackage.json"), type="package", limit_errors=MOST)
    except FrictionlessException as error:
        return [descriptor_fault(str(error.error.note))]
    except Exception as error:
        return [descriptor_fault(f"{type(error).__name__}: {error}")]
    faults = [descriptor_fault(error.message) for error in report.errors]
    for task in report.tasks:
        faults += [error_fault(tables, task.name, error) for error in task.errors]
    return faults


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
