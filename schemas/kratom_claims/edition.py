"""An edition: one version of the package with everything that its shipped forms are made from."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from . import bundle
from .diff import readable
from .package import Package
from .tables import Tables, read_tables


@dataclass(frozen=True)
class Edition:
    """A package, its tables and the files of its released folder."""

    package: Package
    tables: Tables
    files: dict[str, bytes]

    @property
    def about(self) -> dict[str, Any]:
        """The descriptor."""
        return self.package.descriptor

    @property
    def name(self) -> str:
        """The name of the package."""
        return str(self.about["name"])

    @property
    def version(self) -> str:
        """The version, as three numbers."""
        return str(self.about["version"])

    @property
    def day(self) -> str:
        """The date of the version as ISO text."""
        return str(self.about["created"])[:10]

    @property
    def stem(self) -> str:
        """Name and version, as files of this edition begin."""
        return f"{self.name}-{self.version}"

    @property
    def creators(self) -> list[str]:
        """Who made it, as they are to be cited (a remark in brackets is left out)."""
        people = self.about.get("contributors", [])
        return [str(p["title"]).split(" (")[0] for p in people if "author" in p.get("roles", [])] or [
            f"{self.name} curators"
        ]

    @property
    def licences(self) -> list[dict[str, str]]:
        """Licences of the descriptor, that of the data first."""
        return list(self.about.get("licenses", []))

    @property
    def doi(self) -> str:
        """The DOI of the descriptor's ``id``, once one was minted; never made up."""
        id_ = str(self.about.get("id", ""))
        return id_.removeprefix("https://doi.org/") if "10." in id_ else ""

    @property
    def home(self) -> str:
        """The public address of the package, once it has one; never made up."""
        return f"https://doi.org/{self.doi}" if self.doi else str(self.about.get("homepage", ""))

    @cached_property
    def swhid(self) -> str:
        """The intrinsic identifier of the released folder."""
        return bundle.swhid(self.files)


def edition(package: Package) -> Edition:
    """The edition that a package is. Raises UnusableError if a table cannot be read."""
    return Edition(package, readable(package, read_tables(package)), bundle.members(package.root))
