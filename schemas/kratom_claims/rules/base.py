"""What all rules share: the catalogue, the context they look at, and the frames they return."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import narwhals as nw

from .. import bundle
from ..diff import Difference, since_last_release
from ..faults import Fault
from ..outcome import Asked
from ..package import Package
from ..ratings import rated
from ..rubric import Rating
from ..tables import LINE, ROW, Tables, collected

CATALOGUE: dict[str, "Rule"] = {}
"""All rules by id, in the order of their families."""


@dataclass(frozen=True)
class Rule(Asked):
    """A rule: its id (family and name), what it asks, why, and what to do when it fails.

    A rule of ``each`` table takes the context and one table; the others take the context alone. A ``local`` one looks at
    each row by itself, so that it may be asked of a table piece by piece. One that goes by ``cells`` makes frames only to
    tell faults, so that it needs no pandas where there are none.
    """

    tables: tuple[str, ...]
    column: str
    each: bool
    local: bool
    cells: bool
    check: Callable[..., Iterable[Any]]


@dataclass
class Context:
    """What a rule may look at: the package, its tables, and the texts where they are at hand."""

    package: Package
    tables: Tables
    texts: Path | None = None
    said: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        """The typed frame of a table."""
        return getattr(self.tables, name)

    @cached_property
    def computed(self) -> dict[str, Rating]:
        """Ratings that the rubric computes from the tables, once for all rules."""
        return rated(self.tables)

    @cached_property
    def since_last(self) -> Difference | None:
        """What changed since the last release, once for all rules; None, and it is said why, if there is nothing to compare with."""
        found, why_not = since_last_release(self.package, self.tables)
        self.said += [why_not] if why_not else []
        return found

    @cached_property
    def bundled(self) -> tuple[dict[str, bytes], bytes]:
        """The files of the released folder, and the zip that they make, once for all rules."""
        files = bundle.members(self.package.root)
        return files, bundle.zipped(files)

    @cached_property
    def released_on(self) -> str:
        """Date of this version (the descriptor's ``created``), as ISO text; nothing is dated after it."""
        return str(self.package.descriptor.get("created", ""))[:10]


def rule(
    id_: str,
    asks: str,
    why: str,
    remedy: str,
    tables: str = "",
    column: str = "",
    each: bool = False,
    local: bool = False,
    cells: bool = False,
) -> Callable:
    """Register a rule. ``tables`` are those it needs, the first being the one its rows are of (unless they say)."""

    def register(check: Callable[..., Iterable[Any]]) -> Callable:
        if id_ in CATALOGUE:
            raise ValueError(f"two rules are called {id_}")
        CATALOGUE[id_] = Rule(id_, asks, why, remedy, tuple(tables.split()), column, each, local, cells, check)
        return check

    return register


def rows(frame: Any, only: nw.Expr | None = None, **told: Any) -> Any:
    """The rows of a frame (``only`` those for which something holds) as offences: line, row id, and whatever is ``told``
    of them (an expression or a text). None if there are none, as far as that can be seen at once."""
    if isinstance(frame, nw.DataFrame) and (frame.is_empty() if only is None else not frame.select(only.any()).item()):
        return None
    frame = frame if only is None else frame.filter(only)
    told = {name: (value if isinstance(value, nw.Expr) else nw.lit(str(value))) for name, value in told.items()}
    return frame.select(LINE, ROW, **{name: value.cast(nw.String) for name, value in told.items()})


def text(*parts: Any) -> nw.Expr:
    """Expressions and plain texts joined into one text; missing values show as nothing."""
    as_text = [p.cast(nw.String).fill_null("") if isinstance(p, nw.Expr) else nw.lit(str(p)) for p in parts]
    return nw.concat_str(as_text, separator="")


def absent(left: Any, right: Any, on: list[str], right_on: list[str] | None = None) -> Any:
    """Rows of ``left`` whose key (without blanks) is not in ``right``.

    Here and elsewhere ``unique`` names its columns: Dask cannot join what it made unique over all of them.
    """
    if len(on) == 1 and isinstance(left, nw.DataFrame) and left.implementation.is_pandas():
        known = collected(right.select((right_on or on)[0]).drop_nulls())[(right_on or on)[0]]
        return left.filter(~nw.col(on[0]).is_null() & ~nw.col(on[0]).is_in(known))
    there = ~nw.any_horizontal(*[nw.col(c).is_null() for c in on], ignore_nulls=False)
    keys = right.select(right_on or on).drop_nulls().unique(right_on or on)
    return left.filter(there).join(keys, left_on=on, right_on=right_on or on, how="anti")


def faults_of(context: Context, one: Rule, of: Collection[str] | None = None) -> list[Fault]:
    """Run one rule and turn its offences into faults. An offence is a frame (see ``rows``), alone or with the name of its
    table, or a Fault.

    A rule of each table is asked of all tables, or ``of`` those named.
    """
    found: list[Fault] = []
    for offence in offences(context, one, of):
        if isinstance(offence, Fault):
            found.append(offence)
        else:
            name, frame = offence if isinstance(offence, tuple) else (one.tables[0], offence)
            found.extend(row_faults(context, one, name, frame) if frame is not None else ())
    return found


def offences(context: Context, one: Rule, of: Collection[str] | None) -> Iterable[Any]:
    """What a rule finds."""
    if not one.each:
        yield from one.check(context)
        return
    for name in context.tables:
        if of is None or name in of:
            yield from one.check(context, context.tables[name])


def row_faults(context: Context, one: Rule, name: str, frame: nw.DataFrame) -> Iterable[Fault]:
    """The faults of a frame of offending rows."""
    for row in collected(frame).iter_rows(named=True):
        column = row.get("column") or one.column
        yield at(
            context,
            one,
            name,
            int(row[LINE]),
            str(row[ROW]),
            column,
            **{k: row.get(k) for k in ("found", "allowed", "nearest")},
        )


def wrong_rows(
    context: Context,
    id_: str,
    name: str,
    columns: list[str],
    wrong: Mapping[tuple[Any, ...], tuple[str, str]],
    column: str = "",
) -> Iterable[Fault]:
    """Faults of the rows of a table whose key over some columns is a ``wrong`` one: each says what is found, and what is allowed."""
    if wrong:
        frame, one = getattr(context, name).select(LINE, ROW, *columns), CATALOGUE[id_]
        suspects = collected(frame.filter(nw.col(columns[0]).is_in(sorted({key[0] for key in wrong}))))
        for line, row, *key in suspects.iter_rows():
            if tuple(key) in wrong:
                yield at(context, one, name, line, row, column or one.column, *wrong[tuple(key)])


def at(
    context: Context,
    one: Rule,
    name: str,
    line: int,
    row: str,
    column: str,
    found: Any = None,
    allowed: Any = None,
    nearest: Any = None,
) -> Fault:
    """A fault at a place of a table."""
    table = context.tables[name]
    column_no = table.column_no(column)
    shown = cell_text(context, name, line, column) if found is None else str(found)
    return Fault(
        *table.place(int(line)),
        column_no,
        column,
        row,
        one.id,
        shown,
        str(allowed or one.asks),
        str(nearest or ""),
        one.remedy,
    )


def cell_text(context: Context, name: str, line: int, column: str) -> str:
    """The text of one cell, for a message."""
    table = context.tables[name]
    if column not in table.cells:
        return ""
    return (table.cells[column][table.lines.index(line)] if line in table.lines else None) or "(blank)"


def file_fault(
    one: Rule,
    file: str,
    line: int = 0,
    found: str = "",
    allowed: str = "",
    column_no: int = 0,
    near: str = "",
    column: str = "",
    row: str = "",
) -> Fault:
    """A fault of a file rather than of a row."""
    return Fault(file, line, column_no, column, row, one.id, found, allowed or one.asks, near, one.remedy)
