"""Validation of a package: all rules, both engines, one list of faults.

The work is done by two processes, on two processor cores. While this one reads the tables and runs the rules that go by
cells, the second one loads pandas; then it runs the rules that look at frames.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from .beside import Beside
from .cache import AGAIN, SAID, Cache, Found, on_disk, targets, vouched
from .conformance import Conformance, only_new
from .faults import Fault
from .outcome import Outcome as Outcome
from .package import Package
from .rules import CATALOGUE, Context, Rule
from .rules.base import faults_of
from .tables import Tables, unfitness
from .watched import WatchedContext, WatchedTables, hashes

FRICTIONLESS = "Frictionless"


@dataclass(frozen=True, order=True)
class Piece:
    """A piece of the work: a rule, or Frictionless; on one table, or on the whole package (blank)."""

    by: str
    table: str = ""

    @property
    def name(self) -> str:
        """The name of its entry in the cache."""
        return f"{self.by} {self.table}".strip()


Results = dict[Piece, tuple[set[str], Found]]
"""What pieces of work looked at, and what they found."""


class Share(NamedTuple):
    """What the second process is to do: some pieces of work on a package, with the texts that are at hand."""

    package: Package
    texts: Path | None
    todo: list[Piece]


def share(ask: Callable[[], Share]) -> Results:
    """What the second process does. It reads the tables that it needs itself, as that takes no longer than being told them."""
    import pandas as pd

    package, texts, todo = ask()
    # On tables of this size Python's own strings are faster than Arrow's, which pandas takes wherever Arrow is there.
    with pd.option_context("mode.string_storage", "python"):
        return run_pieces(WatchedContext(package, WatchedTables(package), texts), todo)


class Second(Beside[Share, Results]):
    """The second process."""

    def __init__(self) -> None:
        """Start it."""
        super().__init__(share)


def check(
    package: Package,
    texts: Path | None,
    progress: Callable[[str], Any] = lambda _: None,
    cache: Cache | None = None,
    second: Second | None = None,
) -> Outcome:
    """Run every rule of the catalogue on a package, and Frictionless; collect all faults. ``second`` is the second process, if it runs already.

    With a ``cache``, what an earlier run found on the same bytes is taken from there, and a note says how much that is.
    """
    with second or Second() as beside:
        progress("reading tables")
        files = on_disk(package.root, texts) if cache else None
        tables = WatchedTables(package)
        known = known_of(cache, package, tables, files) if cache else Known()
        todo = [piece for piece in pieces(tables) if not known.covers(piece)]
        theirs = second_half(todo)
        if theirs:
            beside.tell(Share(package, texts, theirs))
        done = run_first_half(
            WatchedContext(package, tables, texts), [piece for piece in todo if piece not in theirs], progress
        )
        if theirs:
            progress("the rules of the second process")
            done |= beside.result()
    found = {piece: done[piece][1] if piece in done else known.found(piece) for piece in pieces(tables)}
    outcome = whole(package, tables, found)
    outcome.notes += known.vouched(found)
    if cache:
        if files == on_disk(package.root, texts):  # or the two processes may have read different bytes
            cache.keep_pieces(known.kept | new_entries(done, known.inputs))
            if files:
                cache.keep_whole(files, outcome)
        outcome.notes += reused(found, known.kept)
    return outcome


@dataclass
class Known:
    """What need not be done: what earlier runs found on the same bytes, and what the last release vouches for."""

    inputs: dict[str, str] = field(default_factory=dict)
    kept: dict[str, tuple[dict[str, str], Found]] = field(default_factory=dict)
    released: str = ""
    sure: set[str] = field(default_factory=set)

    def covers(self, piece: Piece) -> bool:
        """Whether a piece of the work need not be done."""
        return piece.name in self.kept or (piece.by == FRICTIONLESS and piece.table in self.sure)

    def found(self, piece: Piece) -> Found:
        """What was found then."""
        return self.kept[piece.name][1] if piece.name in self.kept else Found()

    def vouched(self, found: Collection[Piece]) -> list[str]:
        """A note on the tables that the last release vouches for, if there are any."""
        theirs = [piece for piece in found if piece.by == FRICTIONLESS and piece.table]
        told = f"{sum(piece.table in self.sure for piece in theirs)} of {len(theirs)} tables"
        return [f"Frictionless: {told} as when {self.released} was released from the same bytes ({AGAIN})"] if theirs and self.sure else []  # fmt: skip


def known_of(cache: Cache, package: Package, tables: Tables, files: dict[str, str] | None) -> Known:
    """What need not be done; ``files`` are the hashes of all files."""
    inputs = hashes(package, tables, files)
    released, sure = vouched(package, files) if files and not unreadable(tables) else ("", set())
    return Known(inputs, earlier(cache, inputs), released, sure)


def pieces(tables: Tables) -> list[Piece]:
    """All pieces of the work, in the order in which they are told."""
    rules = [Piece(one.id, name) for one in CATALOGUE.values() for name in (tables if one.each else ("",))]
    theirs = [] if unreadable(tables) else [Piece(FRICTIONLESS, name) for name in ("", *tables)]
    return [*sorted(rules, key=late), *theirs]  # the sort is stable: rules of judgement come last


def late(piece: Piece) -> bool:
    """Whether a piece is told last: the rules of judgement, which compute all ratings again."""
    return piece.by.startswith("J")


def second_half(todo: list[Piece]) -> list[Piece]:
    """About half of the work: the rules that look at frames, or all rules if there is something to ask of Frictionless."""
    rules = [piece for piece in todo if piece.by != FRICTIONLESS]
    return [piece for piece in rules if len(rules) < len(todo) or not CATALOGUE[piece.by].cells]


def earlier(cache: Cache, inputs: Mapping[str, str]) -> dict[str, tuple[dict[str, str], Found]]:
    """The entries of which every input has the hash of today."""
    return {piece: entry for piece, entry in cache.pieces().items()
            if all(inputs.get(name) == hash_ for name, hash_ in entry[0].items())}  # fmt: skip


def new_entries(done: Results, inputs: Mapping[str, str]) -> dict[str, tuple[dict[str, str], Found]]:
    """Entries for what was done now, but for what looked at something that cannot be hashed."""
    return {piece.name: ({name: inputs[name] for name in sorted(touched)}, found)
            for piece, (touched, found) in done.items() if touched <= inputs.keys()}  # fmt: skip


def run_pieces(context: WatchedContext, todo: Iterable[Piece], progress: Callable[[str], Any] = lambda _: None) -> Results:  # fmt: skip
    """Run some rules; what each of them looks at is noted."""
    results: Results = {}
    for piece in todo:
        progress(piece.by)
        context.touched.clear()
        found, said = Found(), len(context.said)
        one = CATALOGUE[piece.by]
        if unfit := {name: why for name in one.tables if (why := unfitness(context.tables, name))}:
            found.skipped = "; ".join(f"{name} {why}" for name, why in unfit.items())
        else:
            found.faults = faults_of(context, one, {piece.table} if piece.table else None)
        found.said = context.said[said:]
        results[piece] = set(context.touched), found
    return results


def run_first_half(context: WatchedContext, todo: list[Piece], progress: Callable[[str], Any]) -> Results:
    """What some rules find, and what Frictionless finds."""
    results = run_pieces(context, [piece for piece in todo if piece.by != FRICTIONLESS], progress)
    return results | run_frictionless(context, [piece.table for piece in todo if piece.by == FRICTIONLESS])


def run_frictionless(context: WatchedContext, todo: list[str]) -> Results:
    """What Frictionless says of the package (a blank name) and of some tables."""
    if not todo:
        return {}
    engine, schemas = Conformance(context.package, context.tables), context.package.schemas
    results: Results = {Piece(FRICTIONLESS): ({"descriptor"}, Found(engine.of_package()))}
    for name in filter(None, todo):
        named = {name, *targets(name, schemas[name])}
        looked_at = {"contract", f"described {name}", *(f"table {n}" for n in named)}
        results[Piece(FRICTIONLESS, name)] = ({"descriptor"} if engine.refused else looked_at, Found(engine.of_table(name)))  # fmt: skip
    return results


def whole(package: Package, tables: Tables, found: Mapping[Piece, Found]) -> Outcome:
    """The outcome of all pieces of the work. What Frictionless says where our rules speak already is not told again."""
    outcome = Outcome(package, {name: table.count for name, table in tables.items()})
    outcome.skipped = {piece.by: one.skipped for piece, one in found.items() if one.skipped}
    if unread := unreadable(tables):
        outcome.skipped[FRICTIONLESS] = f"{', '.join(unread)} cannot be read"
    outcome.ran = [id_ for id_ in CATALOGUE if id_ not in outcome.skipped]
    outcome.notes = list(dict.fromkeys(note for one in found.values() for note in one.said))
    theirs = {piece: one.faults for piece, one in found.items() if piece.by == FRICTIONLESS}
    ours = [fault for piece, one in found.items() if piece not in theirs for fault in one.faults]
    refused = theirs.get(Piece(FRICTIONLESS))
    told = refused or [fault for faults in theirs.values() for fault in faults]
    outcome.faults = sorted({*ours, *only_new(ours, told)})
    return outcome


def unreadable(tables: Tables) -> list[str]:
    """Files that Frictionless is not made to read."""
    return [table.file for table in tables.values() if table.unreadable]


def reused(found: Iterable[Piece], kept: Collection[str]) -> list[str]:
    """A note on how much was not done again, if anything was not."""
    rules, again = (
        {piece.by for piece in found} - {FRICTIONLESS},
        {piece.by for piece in found if piece.name not in kept},
    )
    theirs = [piece for piece in found if piece.by == FRICTIONLESS and piece.table]
    looked = f", and Frictionless on {sum(piece.name in kept for piece in theirs)} of {len(theirs)} tables"
    told = "" if theirs and not any(piece.name in kept for piece in theirs) else looked
    return [f"{len(rules - again)} of {len(rules)} rules{told}, {SAID}"] if kept else []


def run_rules(
    package: Package,
    tables: Tables,
    texts: Path | None,
    progress: Callable[[str], Any] = lambda _: None,
    rules: Iterable[Rule] = CATALOGUE.values(),
    of: Collection[str] | None = None,
    take: Callable[[list[Fault]], Any] | None = None,
    at_once: int = 1,
) -> Outcome:
    """Run the rules of the catalogue (or some of them; those of each table on the tables named by ``of``), some ``at_once``.

    Rules whose tables cannot be read, or are not those of the contract (S1 says so), are named as not run. Faults go to
    ``take`` as they come, or else into the outcome.
    """
    outcome = Outcome(package, {name: table.count for name, table in tables.items()})
    context, able = Context(package, tables, texts), []
    for one in rules:
        if unfit := {name: why for name in one.tables if (why := unfitness(tables, name))}:
            outcome.skipped[one.id] = "; ".join(f"{name} {why}" for name, why in unfit.items())
        else:
            able.append(one)
    outcome.ran = [one.id for one in able]
    with ThreadPoolExecutor(at_once) as pool:
        found = pool.map if at_once > 1 else map
        for id_, faults in zip(outcome.ran, found(lambda one: faults_of(context, one, of), able), strict=True):
            (take or outcome.faults.extend)(faults)
            progress(id_)
    outcome.notes = sorted(context.said)
    outcome.faults = sorted(set(outcome.faults))
    return outcome
