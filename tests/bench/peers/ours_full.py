"""All rules of this project, on all tables of the package."""

from pathlib import Path
from typing import Any

import jsonschema  # noqa: F401  imported here so that its import is not timed as checking
from kratom_claims.engines import large
from kratom_claims.package import opened


def check(folder: Path) -> list[Any]:
    """The faults of all rules."""
    with opened(folder) as package:
        return large.check(package, None).faults
