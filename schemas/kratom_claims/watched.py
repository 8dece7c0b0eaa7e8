"""Tables and context that note what a rule looks at, and the hash of each thing that can be looked at."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .cache import digest, parted
from .package import Package
from .rules import Context
from .tables import Table, Tables, read_table

SHARED = ("computed", "since_last", "bundled", "released_on")
"""What a context makes once for all rules."""
DERIVED = ("hash", "bytes", "rows")
"""What the descriptor says of the file of a table."""


class WatchedTables(Tables):
    """The tables of a package, each read when it is first looked at. They note which of them are looked at, and whether
    it is asked which there are."""

    def __init__(self, package: Package) -> None:
        """Nothing is read yet."""
        unread: dict[str, Any] = dict.fromkeys(package.paths)
        super().__init__(unread)
        self.__dict__ |= {"touched": set(), "package": package}

    def __getitem__(self, name: str) -> Table:
        """One table."""
        self.__dict__["touched"].add(f"table {name}" if dict.__contains__(self, name) else "names")
        if dict.get(self, name, ...) is None:
            self[name] = read_table(self.__dict__["package"], name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """One table, if it is there."""
        there = name in self
        return self[name] if there else default

    def __contains__(self, name: object) -> bool:
        """Whether there is a table of this name."""
        self.__dict__["touched"].add("names")
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        """The names of the tables."""
        self.__dict__["touched"].add("names")
        return super().__iter__()

    def __len__(self) -> int:
        """The number of tables."""
        self.__dict__["touched"].add("names")
        return super().__len__()

    def keys(self) -> Any:
        """The names of the tables."""
        return list(self)

    def values(self) -> Any:
        """All tables."""
        return [self[name] for name in self]

    def items(self) -> Any:
        """All tables with their names."""
        return [(name, self[name]) for name in self]


class WatchedContext(Context):
    """A context that notes what is looked at; what it makes once for all rules counts for each rule that asks for it."""

    def __init__(self, package: Package, tables: WatchedTables, texts: Path | None) -> None:
        """What rules may look at."""
        self.touched: set[str] = tables.__dict__["touched"]
        self.made: dict[str, tuple[Any, set[str], list[str]]] = {}
        super().__init__(package, tables, texts)

    def __getattribute__(self, name: str) -> Any:
        """An attribute; the package and the texts are noted."""
        if name in SHARED:
            return self.shared(name)
        if name in ("package", "texts"):
            self.touched.add(name)
        return super().__getattribute__(name)

    def shared(self, name: str) -> Any:
        """Something made once for all rules; what was looked at and said for it counts for each of them."""
        if name not in self.made:
            before, said = set(self.touched), len(self.said)
            self.touched.clear()
            value = super().__getattribute__(name)
            looked_at = {"created"} if name == "released_on" else set(self.touched)
            self.made[name] = value, looked_at, self.said[said:]
            del self.said[said:]
            self.touched.clear()
            self.touched.update(before)
        value, looked_at, told = self.made[name]
        self.touched.update(looked_at)
        self.said.extend(told)
        return value


def hashes(package: Package, tables: Tables, files: dict[str, str] | None) -> dict[str, str]:
    """The hash of each thing that a rule may look at, by the name under which it is noted.

    ``files`` are the hashes of all files: those of texts are ``texts``, all others ``package``. ``contract`` and
    ``described`` are what Frictionless takes from the descriptor. What is not here cannot be hashed, and what looked at
    it is not kept.
    """
    about = package.descriptor
    bare = [{k: v for k, v in r.items() if k not in DERIVED} for r in about["resources"]]
    found = {f"table {name}": table_hash(table) for name, table in tables.items()}
    found |= {f"described {r['name']}": digest([r.get(k) for k in DERIVED]) for r in about["resources"]}
    found |= {"names": digest(list(package.paths)), "created": digest(about.get("created")),
              "descriptor": digest([about, package.schemas]), "contract": digest([bare, package.schemas])}  # fmt: skip
    return found | (parted(files) if files else {})


def table_hash(table: Table) -> str:
    """The hash of all that a table is made from."""
    return digest([table.name, table.file, table.schema, table.unreadable, table.facts])
