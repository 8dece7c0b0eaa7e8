"""The contract of kratom-claims: reading, structure, rules and rubric.

The structural truth is the Table Schemas in ``schemas/*.json``; everything here is built from them.

For users of the installed wheel: ``load("claims")`` is a typed DataFrame, ``path("claims")`` its CSV, ``names()`` are all tables,
``version()`` is the version of the data, which is that of the wheel.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from .package import Package

__all__ = ["load", "names", "path", "version"]


def load(name: str) -> "pd.DataFrame":
    """A table as a DataFrame: ``str``, ``Int64``, ``Float64``, ``boolean`` and ``datetime64[s]`` columns, blanks missing.

    Raises KeyError, with the names there are, if there is no such table.
    """
    from .tables import read_table

    table = read_table(_package(), _known(name))
    return table.typed[table.fields]


def path(name: str) -> Path:
    """The CSV file of a table. Raises KeyError if there is no such table."""
    return _package().path(_known(name))


def names() -> list[str]:
    """All tables, in the order of the descriptor."""
    return list(_package().paths)


def version() -> str:
    """The version of the data."""
    return str(_package().descriptor["version"])


def _package() -> "Package":
    """The package that this code goes with."""
    from .package import HOME, read_package

    return read_package(HOME / "datapackage.json")


def _known(name: str) -> str:
    """The name of a table, if it is one."""
    if name not in names():
        raise KeyError(f"{name}: no such table; there are {', '.join(names())}")
    return name
