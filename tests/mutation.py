"""The mutation harness: does the rule that a fault belongs to speak, at the right place?"""

import csv
import json
import multiprocessing
import os
import random
import shutil
import tempfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from damage import DESCRIPTOR, HARMLESS, OPERATORS, REFUSED, Mutant, Whole
from kratom_claims.check import run_rules
from kratom_claims.faults import Fault, UnusableError
from kratom_claims.package import Package, read_package
from kratom_claims.rules import CATALOGUE
from kratom_claims.tables import Table, Tables, facts, fill, read_table, read_tables

SURVIVORS = Path(__file__).with_name("survivors.csv")
"""Mutants that are known to survive: operator, table, why."""


@dataclass(frozen=True)
class Result:
    """What became of a mutant: killed or not, and which other rules spoke."""

    mutant: str
    operator: str
    table: str
    killed: bool
    others: str = ""


def whole_package(descriptor: Path, texts: Path | None) -> Whole:
    """The undamaged package."""
    package = read_package(descriptor)
    return Whole(package, read_tables(package), texts)


def mutants(whole: Whole, seed: int, operators: Collection[str] = ()) -> list[Mutant]:
    """All mutants, the same ones for the same seed."""
    return [m for name, make in OPERATORS.items() if not operators or name in operators
            for m in make(whole, random.Random(f"{seed}/{name}"))]  # fmt: skip


def judged(whole: Whole, mutant: Mutant, standing: frozenset[Fault]) -> Result:
    """Run the rules that a mutant belongs to until one speaks at its place; if none does, all, to see who does."""
    contents = mutant.change()
    try:
        package, tables = damaged(whole, contents, mutant.described)
    except UnusableError as error:
        killed = REFUSED in mutant.rules
        return Result(mutant.where, mutant.operator, mutant.table, killed, "" if killed else str(error))
    told = lambda rules: rules_on(whole, package, tables, rules, contents) - standing  # noqa: E731
    killed = any(at_place(fault, mutant) for rule in mutant.rules for fault in told([rule]))
    return Result(
        mutant.where, mutant.operator, mutant.table, killed, "" if killed else seen_by_others(told(CATALOGUE))
    )


def rules_on(
    whole: Whole, package: Package, tables: Tables, rules: Iterable[str], contents: Collection[str]
) -> set[Fault]:
    """Faults that some rules find; those of each table are run on the damaged tables, S4 also on those that point to them."""
    chosen = [CATALOGUE[rule] for rule in rules if rule in CATALOGUE]
    if DESCRIPTOR in contents:
        return set(run_rules(package, tables, whole.texts, rules=chosen).faults)
    pointing = {*contents, *(source for name in contents for source, _, _ in whole.pointing.get(name, []))}
    found: set[Fault] = set()
    for one in chosen:
        of = pointing if one.id == "S4/references" else set(contents)
        found |= set(run_rules(package, tables, whole.texts, rules=[one], of=of).faults)
    return found


def damaged(whole: Whole, contents: dict[str, bytes], described: bool) -> tuple[Package, Tables]:
    """The package with some of its files replaced. Undamaged tables are not read again."""
    tables = Tables(whole.tables)
    if DESCRIPTOR in contents:
        package = redescribed(whole, contents[DESCRIPTOR])
        old, new = ({n: (p.paths[n], p.schemas[n]) for n in p.paths} for p in (whole.package, package))
        return package, Tables((n, whole.tables[n] if new[n] == old.get(n) else read_table(package, n)) for n in new)
    for name, content in contents.items():
        table = whole.tables[name]
        tables[name] = fill(Table(name, table.file, table.schema), content)
    return (described_anew(whole.package, tables, contents) if described else whole.package), tables


def described_anew(package: Package, tables: Tables, names: Collection[str]) -> Package:
    """The package with hash, bytes and rows of some tables brought up to date."""
    resources = [
        {**r, **{k: v for k, v in facts(tables[r["name"]].content, len(tables[r["name"]].text)).items() if v is not None}}
        if r["name"] in names else r for r in package.descriptor["resources"]
    ]  # fmt: skip
    return replace(package, descriptor={**package.descriptor, "resources": resources})


def redescribed(whole: Whole, content: bytes) -> Package:
    """The package under another descriptor, read from a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "data").mkdir()
        shutil.copytree(
            whole.package.root / "schemas",
            root / "schemas",
            ignore=shutil.ignore_patterns("kratom_claims", "__pycache__"),
        )
        (root / DESCRIPTOR).write_bytes(content)
        return replace(read_package(root / DESCRIPTOR), root=whole.package.root)


def at_place(fault: Fault, mutant: Mutant) -> bool:
    """Whether a fault is told where the mutant is."""
    return (
        fault.rule in mutant.rules
        and mutant.file in ("*", fault.file)
        and (mutant.lines is None or fault.line in mutant.lines)
        and (mutant.columns is None or fault.column in mutant.columns or not fault.column)
    )


def seen_by_others(faults: Iterable[Fault]) -> str:
    """Rules that spoke, each with the place where it first did."""
    first: dict[str, str] = {}
    for fault in sorted(faults):
        first.setdefault(fault.rule, f"{fault.rule} at {fault.place}")
    return ", ".join(first.values()) or "nobody"


_shared: tuple[Whole, list[Mutant], frozenset[Fault]]
"""What worker processes inherit."""


def judge_one(number: int) -> Result:
    """One mutant by its number, in a worker process."""
    whole, chosen, standing = _shared
    return judged(whole, chosen[number], standing)


def all_judged(whole: Whole, chosen: list[Mutant], standing: frozenset[Fault]) -> list[Result]:
    """All mutants, on all processors."""
    global _shared
    _shared = whole, chosen, standing
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        return list(pool.imap(judge_one, range(len(chosen)), chunksize=20))


def harmless_told(whole: Whole, standing: frozenset[Fault]) -> dict[str, set[Fault]]:
    """What is said of changes that are no damage; nothing should be."""
    told = {}
    for name, change in HARMLESS.items():
        package, tables = damaged(whole, change(whole), described=True)
        found = set(run_rules(package, tables, whole.texts).faults) - standing
        # Right after a release a change of documentation asks for a higher version, which is no fault of the change.
        told[name] = {fault for fault in found if fault.rule != "R3/version"}
    return told


def known_survivors() -> dict[tuple[str, str], str]:
    """Known survivors: the reason by operator and table."""
    with SURVIVORS.open(encoding="utf-8", newline="") as stream:
        return {(row["operator"], row["table"]): row["reason"] for row in csv.DictReader(stream)}


def table_of(results: list[Result]) -> str:
    """Killed and total by operator."""
    names = list(dict.fromkeys(r.operator for r in results))
    width = max(map(len, names))
    counts = {name: [r.killed for r in results if r.operator == name] for name in names}
    return "".join(f"  {name:<{width}} {sum(kills):>5} / {len(kills)}\n" for name, kills in counts.items())


def verdict(results: list[Result], told: dict[str, set[Fault]], known: dict[tuple[str, str], str]) -> tuple[str, int]:
    """The report, and 0 if every survivor is explained, every explanation is needed, and no harmless change is refused."""
    alive = [r for r in results if not r.killed]
    places = {(r.operator, r.table) for r in results}
    lines = [table_of(results)]
    lines += [
        f"  survived: {r.operator} {r.mutant}; seen by {r.others}. {known.get((r.operator, r.table), 'UNEXPLAINED')}\n"
        for r in alive
    ]
    stale = [pair for pair in known if pair in places and pair not in {(r.operator, r.table) for r in alive}]
    lines += [f"  no longer survives, take it out of {SURVIVORS.name}: {', '.join(pair)}\n" for pair in stale]
    lines += [
        f"  no damage, but refused: {name}: {sorted(faults)[0].message()}\n" for name, faults in told.items() if faults
    ]
    killed = len(results) - len(alive)
    lines.append(
        f"{killed} of {len(results)} mutants killed ({killed / len(results):.2%}) by {len({r.operator for r in results})} operators; {len(told)} harmless changes\n"
    )
    unexplained = any((r.operator, r.table) not in known for r in alive)
    return "".join(lines), int(unexplained or bool(stale) or any(told.values()) or killed / len(results) < 0.995)


def as_json(results: list[Result]) -> str:
    """Every mutant and what became of it."""
    return json.dumps([vars(r) for r in results], indent=1)
