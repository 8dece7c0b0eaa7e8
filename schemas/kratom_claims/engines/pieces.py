"""One block of a table: what the rules that look at each row say of it, and its values for the rules that do not."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import polars as pl

from ..faults import Fault
from ..package import Package, key_fields
from ..rules import CATALOGUE, Context
from ..rules.base import faults_of
from ..tables import LINE, Table, Tables, fill
from .blocks import Block, numbered, parsed, values, with_values, written_plainly
from .screens import is_free, screens

LOCAL = frozenset(one.id for one in CATALOGUE.values() if one.local)
"""Rules that look at each row by itself."""
ON_READING = LOCAL | {"B5/order"}
"""Those, and the one that holds each row against the one before it."""
BYTES = LOCAL - {"S2/cells"}
"""Those of them that ask for more than the right values."""


@dataclass
class Piece:
    """What came of a block: typed values of the columns asked for, number of rows, faults, and why it cannot be read, if so."""

    frame: pl.DataFrame
    rows: int
    faults: list[Fault]
    unreadable: str = ""
    unreadable_at: int = 0


@dataclass(frozen=True)
class Reader:
    """How the blocks of one file of a table are read: which columns are put down, and which local rules are run."""

    package: Package
    name: str
    file: str
    header: bytes
    columns: tuple[str, ...]
    rules: frozenset[str] = LOCAL

    @property
    def schema(self) -> dict[str, Any]:
        """The Table Schema."""
        return self.package.schemas[self.name]

    @property
    def fields(self) -> list[str]:
        """Declared columns."""
        return [f["name"] for f in self.schema["fields"]]

    @property
    def key(self) -> list[str]:
        """Columns of the primary key, or the first one."""
        return key_fields(self.schema) or self.fields[:1]

    @cached_property
    def screens(self) -> list[pl.Expr]:
        """Suspicions of the cells of a block."""
        return screens(self.schema, key_fields(self.schema), bool(self.rules & BYTES))

    @cached_property
    def free(self) -> list[str]:
        """Columns in which a comma may stand."""
        return [f["name"] for f in self.schema["fields"] if is_free(f)]

    def piece(self, block: Block, body: bytes) -> Piece:
        """Read a block and run the local rules on those of its rows that cannot be called clean."""
        if self.header == (",".join(self.fields) + "\n").encode():
            for numbers in (True, False) if self.rules & BYTES else (False,):
                text = parsed(body, block.lines, self.schema, numbers)
                if text is not None and (not self.rules & BYTES or written_plainly(body, text, self.free)):
                    return self.screened(numbered(text, block.line))
        return self.exact(block, body)

    def screened(self, text: pl.DataFrame) -> Piece:
        """Rows that are rightly written: only what their screens suspect is shown to the rules."""
        both = with_values(text, self.schema)
        suspects = both.filter(pl.any_horizontal(self.screens)).select(text.columns)
        faults = self.judged(suspects) if suspects.height else []
        return Piece(values(both, self.schema, self.key, self.columns), text.height, faults)

    def judged(self, suspects: pl.DataFrame) -> list[Fault]:
        """Faults of some rows of a plain block."""
        lines = suspects[LINE].to_list()
        content = self.header + suspects.drop(LINE).write_csv(include_header=False).encode()
        table = self.table(content)
        held = [replace(f, line=lines[f.line - 2]) for f in self.said(table, self.rules & {"B1/file"}) if f.line > 1]
        return held + self.said(table.on_lines(lines), self.rules - {"B1/file"})

    def exact(self, block: Block, body: bytes) -> Piece:
        """A block that is not written plainly: read by the reader of single tables, and shown to the rules as a whole."""
        table, shift = self.table(self.header + body), block.line - 2
        faults = [
            replace(f, line=f.line + shift) if f.line > 1 else f for f in self.said(table, self.rules & {"B1/file"})
        ]
        if not block.last:
            faults = [f for f in faults if not f.found.startswith(("no newline", "an empty line at the end"))]
        if not table.usable:
            return Piece(pl.DataFrame(), 0, faults, table.unreadable, table.unreadable_at + shift if table.unreadable_at else 0)  # fmt: skip
        table = table.on_lines([line + shift for line in table.lines])
        faults += self.said(table, self.rules - {"B1/file"})
        return Piece(self.values_of(table), table.count, faults)

    def values_of(self, table: Table) -> pl.DataFrame:
        """The typed values of a table that the reader of single tables has read."""
        text = pl.DataFrame(table.cells, schema=dict.fromkeys(self.fields, pl.String))
        text = text.with_columns(pl.Series(LINE, table.lines, dtype=pl.Int64))
        return values(with_values(text, self.schema), self.schema, self.key, self.columns)

    def table(self, content: bytes) -> Table:
        """The table of a header and some rows."""
        return fill(Table(self.name, self.file, self.schema), content)

    def said(self, table: Table, rules: Iterable[str]) -> list[Fault]:
        """What some rules say of a table."""
        context = Context(self.package, Tables({self.name: table}))
        return [fault for id_ in sorted(rules) for fault in faults_of(context, CATALOGUE[id_])]
