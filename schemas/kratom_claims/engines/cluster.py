"""Validation on a Dask cluster: blocks are read by its workers, and the rules on whole tables are run on Dask's frames.

A worker that is lost loses nothing: its blocks are read again by another one. All workers must see the files of the
package under the same path.
"""

import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from ..check import Outcome, run_rules
from ..faults import Fault, UnusableError
from ..package import Package, key_fields
from ..rules import CATALOGUE, Context, Rule
from ..rules.anchors import SPANS
from ..rules.base import faults_of
from ..tables import Table, Tables
from .blocks import Block, Measured, blocks
from .large import MOST, concluded, whole_rules
from .pieces import LOCAL, ON_READING, Piece, Reader
from .reading import LARGE, Held, Kept, ascending, columns, empty, read_table
from .streamed import Streamed, named_rows

WORKERS = 2
"""Workers of a cluster of this machine's own."""
warnings.filterwarnings("ignore", "Dask support is moving out of Narwhals", FutureWarning)
SETTINGS = {
    "dataframe.convert-string": False,
    "dataframe.shuffle.method": "tasks",
    "distributed.scheduler.allowed-failures": 10,
}
"""Frames stay as they are made; rows are exchanged by tasks, which can be done again when a worker is lost."""


class Spread(Streamed):
    """A table whose blocks lie with the workers."""

    futures: list[Any]

    @cached_property
    def frame(self) -> Any:
        """The values as the rules see them: a Dask frame."""
        dd: Any = import_module("dask.dataframe")
        shape = as_pandas(Piece(empty(self, tuple(self.fields)), 0, []), self.schema)
        parts = [delayed_frame(future, self.schema) for future in self.futures]
        return nw.from_native(dd.from_delayed(parts, meta=shape) if parts else dd.from_pandas(shape, npartitions=1))

    def repeated(self, key: list[str]) -> Any:
        """All rows, unless the keys were seen to ascend."""
        return None if key == key_fields(self.schema) and self.ascending else self.frame

    def loose(self, key: dict[str, Any], target: Table) -> Any:
        """All rows, and all of the target."""
        return self.frame, target.frame


class Lent(Spread):
    """A table at hand, as the rules see it beside tables that are spread."""

    def __init__(self, table: Streamed) -> None:
        """The same table."""
        super().__init__(table.package, table.name)
        self.__dict__ |= {name: value for name, value in table.__dict__.items() if name != "frame"}
        self.held = table

    @cached_property
    def frame(self) -> Any:
        """All its rows as a Dask frame."""
        dd: Any = import_module("dask.dataframe")
        rows = as_pandas(Piece(self.held.lazy.collect(), 0, []), self.schema)
        return nw.from_native(dd.from_pandas(rows, npartitions=1))


def delayed_frame(future: Any, schema: dict[str, Any]) -> Any:
    """The values of a block, to be made into a pandas frame where the block lies."""
    delayed: Any = import_module("dask").delayed
    return delayed(as_pandas)(delayed(future), schema)


def as_pandas(piece: Piece, schema: dict[str, Any]) -> Any:
    """The values of a block as Dask holds them: pandas over Arrow, days as midnights."""
    frame = named_rows(piece.frame.lazy(), schema).with_columns(pl.col(pl.Date).cast(pl.Datetime("us"))).collect()
    return frame.to_pandas(use_pyarrow_extension_array=True)


def read_block(reader: Reader, block: Block) -> Piece:
    """What a worker does: read a block from its file, run the local rules, and those on the order of its rows."""
    piece = reader.piece(block, block.body())
    if piece.frame.width and (key := key_fields(reader.schema)) and not piece.frame.select(ascending(key)).item():
        piece.faults += order_faults(reader.package, reader.name, piece.frame)
    return piece


def order_faults(package: Package, name: str, rows: pl.DataFrame) -> list[Fault]:
    """What the rule on order says of some rows."""
    table = Held(Table(name, package.paths[name], package.schemas[name]), rows)
    return faults_of(Context(package, Tables({name: table})), CATALOGUE["B5/order"])


def told(piece: Piece, key: list[str]) -> tuple[Piece, bool]:
    """What the driver needs of a block: all but its rows, of which the first and the last; and whether its keys ascend."""
    frame = piece.frame
    if not frame.width:
        return piece, True
    edges = pl.concat([frame.head(1), frame.tail(1)]) if frame.height else frame
    return Piece(edges, piece.rows, piece.faults, piece.unreadable, piece.unreadable_at), bool(not key or frame.select(ascending(key)).item())  # fmt: skip


@contextmanager
def client(scheduler: str | None) -> Iterator[Any]:
    """A client of the cluster at an address, or of one of this machine's own that ends with the work."""
    try:
        distributed: Any = import_module("dask.distributed")
    except ImportError as error:
        raise UnusableError(
            "Dask is not installed. Install kratom-claims[engines], or take --engine polars."
        ) from error
    own = (
        None if scheduler else distributed.LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None)
    )
    try:
        there = distributed.Client(scheduler or own, timeout=10)
    except (OSError, ValueError) as error:
        raise UnusableError(f"no scheduler answers at {scheduler}. Start one with `dask scheduler`, or correct the address.") from error  # fmt: skip
    try:
        with there:
            yield there
    finally:
        if own:
            own.close()


def check(
    package: Package,
    texts: Path | None,
    progress: Callable[[str], Any] = lambda _: None,
    tell: Callable[[Fault], Any] = lambda _: None,
    scheduler: str | None = None,
    least: int = LARGE,
) -> Outcome:
    """Run every rule of the catalogue; tables of more than ``least`` bytes lie with the workers of a cluster."""
    dask: Any = import_module("dask")
    kept = Kept(MOST, tell)
    with (
        client(scheduler) as there,
        tempfile.TemporaryDirectory() as folder,
        dask.config.set(SETTINGS),
    ):
        far = spread_names(package, least)
        near: dict[str, Streamed] = {}
        for name in package.paths:
            near[name] = spread(there, package, name, kept, progress) if name in far else read_table(package, name, Path(folder), kept, True, progress, ON_READING)  # fmt: skip
        lent = Tables((name, table if name in far else Lent(table)) for name, table in near.items())
        outcome = Outcome(package, {name: table.count for name, table in near.items()})
        for one in whole_rules(Tables(near)):
            for tables, of in sides(one, Tables(near), lent, far):
                part = run_rules(package, tables, texts, progress, [one], of, kept.add)
                outcome.skipped |= part.skipped
                outcome.ran += part.ran
                outcome.notes += [note for note in part.notes if note not in outcome.notes]
    return concluded(outcome, kept, Tables(near))


def spread_names(package: Package, least: int) -> set[str]:
    """Tables that are spread: those of spans, if any of them is larger than ``least`` bytes."""
    spans = [name for name in SPANS if name in package.paths and package.path(name).is_file()]
    return set(spans) if any(package.path(name).stat().st_size > least for name in spans) else set()


def sides(one: Rule, near: Tables, lent: Tables, far: set[str]) -> list[tuple[Tables, set[str] | None]]:
    """On which tables a rule is run: on those at hand as they are, on Dask's frames where a spread one takes part."""
    if not one.each:
        return [(lent if far & set(one.tables) else near, None)]
    return [(near, set(near) - far), (lent, far)] if far else [(near, None)]


def spread(there: Any, package: Package, name: str, kept: Kept, progress: Callable[[str], Any]) -> Spread:
    """Have the workers read a table; what they find comes as they find it."""
    table, path, measured = Spread(package, name), package.path(name), Measured()
    table.futures, table.parts = [], [(0, table.file)]
    if not path.is_file():
        table.unreadable = "no such file" if not path.exists() else "not a file"
        return table
    key, answers = key_fields(table.schema), []
    names = columns(table, False, True, None)
    for block, _ in blocks(path, measured):
        table.header = measured.fields
        reader = Reader(package, name, table.file, measured.header, names, LOCAL)
        table.futures.append(there.submit(read_block, reader, block, pure=False))
        answers.append(there.submit(told, table.futures[-1], key, pure=False))
    table.header = table.header or measured.fields
    last: pl.DataFrame | None = None
    for number, answer in enumerate(answers, start=1):
        piece, ascends = answer.result()
        progress(f"reading {name}: block {number} of {len(answers)}")
        last = taken(table, piece, ascends, last, kept)
    table.measures[table.file] = measured.facts(table.rows if table.usable else None)  # fmt: skip
    return table


def taken(table: Spread, piece: Piece, ascends: bool, last: pl.DataFrame | None, kept: Kept) -> pl.DataFrame | None:
    """Take in what is told of a block; returns its last row, for the next one."""
    kept.add(piece.faults)
    table.rows += piece.rows
    table.ascending = table.ascending and ascends
    if piece.unreadable:
        table.unreadable, table.unreadable_at = piece.unreadable, piece.unreadable_at
    key = key_fields(table.schema)
    if last is not None and key and piece.frame.height:
        seam = pl.concat([last, piece.frame.head(1)])
        if not seam.select(ascending(key)).item():
            table.ascending = False
            kept.add(order_faults(table.package, table.name, seam))
    return piece.frame.tail(1) if piece.frame.height else last
