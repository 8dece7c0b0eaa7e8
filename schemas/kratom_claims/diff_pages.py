"""A difference as text, Markdown, HTML, JSON and CSV."""

import html
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field

from .diff import DEMANDS, Change, Difference
from .faults import show
from .files import csv_text, json_text
from .versions import numbers

LONGEST = 400
"""Longest value that a page shows, in characters."""
MOST = 50
"""Most rows of a section that a page shows; all are in the JSON and the CSV."""


@dataclass(frozen=True)
class Section:
    """A titled table of a page. ``most`` rows are shown."""

    title: str
    header: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def more(self) -> str:
        """What is not shown."""
        return f"and {len(self.rows) - MOST} more" if len(self.rows) > MOST else ""


def opening(d: Difference) -> str:
    """The first sentence: what is compared and what it demands."""
    if d.step == "none":
        return f"{d.old} → {d.new}: nothing differs."
    enough = "" if numbers(d.new) >= numbers(d.least) else f"; {d.new} is too small"
    return f"{d.old} → {d.new}: a {d.step} change, so at least version {d.least}{enough}."


def sections(d: Difference) -> list[Section]:
    """The parts of a page that are not empty, verdicts first."""
    contract = [c for c in d.changes if not c.row and c.kind != "verdict moved"]
    ids = [c for c in d.changes if c.kind in ("id retired", "id merged", "id gone")]
    rows = [c for c in d.changes if c.kind in ("row added", "row removed", "code added", "code removed")]
    cells = [c for c in d.changes if c.kind in ("value corrected", "code redefined")]
    found = [
        Section("Verdicts that moved", ("claim", "statement", "before", "after", "because"), [
            (m.claim, m.statement, m.old, m.new, "; ".join(c.words() for c in m.causes) or "no row that bears on it changed") for m in d.moves]),
        Section("What the changes are", ("change", "how many", "demands"), [(kind, str(n), DEMANDS[kind]) for kind, n in d.kinds.items()]),
        Section("The contract", ("change", "table", "column", "before", "after"), [(c.kind, c.table, c.column, c.old, c.new) for c in contract]),
        Section("Identifiers that went", ("change", "table", "id", "it said", "replaced by"), [(c.kind, c.table, c.row, c.old, c.new) for c in ids]),
        Section("Tables", ("table", "rows added", "rows removed", "cells changed"), counted(d.changes)),
        Section("Rows", ("change", "table", "row", "it says"), [(c.kind, c.table, c.row, c.new or c.old) for c in rows]),
        Section("Cells", ("table", "row", "column", "before", "after"), [(c.table, c.row, c.column, c.old, c.new) for c in cells]),
    ]  # fmt: skip
    return [section for section in found if section.rows]


def counted(changes: Iterable[Change]) -> list[tuple[str, ...]]:
    """Rows added, rows removed and cells changed, by table."""
    counts: dict[str, list[int]] = {}
    kinds = {"row added": 0, "code added": 0, "row removed": 1, "code removed": 1, "id retired": 1, "id merged": 1, "id gone": 1, "value corrected": 2, "computed again": 2, "code redefined": 2}  # fmt: skip
    for change in changes:
        if change.kind in kinds:
            counts.setdefault(change.table, [0, 0, 0])[kinds[change.kind]] += 1
    return [(table, *map(str, counts[table])) for table in sorted(counts)]


def as_text(d: Difference) -> str:
    """For a terminal."""
    lines = [opening(d)]
    for section in sections(d):
        lines += ["", f"{section.title} ({len(section.rows)})"]
        lines += ["  " + "  |  ".join(show(value or "(blank)", 200) for value in row) for row in section.rows[:MOST]]
        lines += [f"  {section.more}"] if section.more else []
    return "\n".join(lines) + "\n"


def as_markdown(d: Difference) -> str:
    """For a pull request."""

    def safe(value: str) -> str:
        return "".join(f"\\{c}" if c in "\\`*_[]<>|#" else c for c in show(value, LONGEST))

    parts = [f"**{safe(opening(d))}**\n"]
    for section in sections(d):
        lines = [
            section.header,
            ("---",) * len(section.header),
            *[tuple(map(safe, row)) for row in section.rows[:MOST]],
        ]
        parts.append(f"### {section.title}\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines))
        parts += [f"{section.more} (all are in the JSON and the CSV)\n"] if section.more else []
    return "\n".join(parts)


STYLE = "body{font:16px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{border:1px solid #999;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"  # fmt: skip


def as_html(d: Difference) -> str:
    """One page that needs nothing else."""
    body = [f"<h1>Difference</h1>\n<p>{html.escape(opening(d))}</p>"]
    for section in sections(d):
        head = "".join(f'<th scope="col">{name}</th>' for name in section.header)
        rows = ["".join(f"<td>{html.escape(show(value, LONGEST))}</td>" for value in row) for row in section.rows]
        body.append(f"<h2>{section.title}</h2>\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"
                    + "".join(f"<tr>{row}</tr>\n" for row in rows) + "</tbody>\n</table>")  # fmt: skip
    title = html.escape(f"{d.old} to {d.new}")
    return (f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{title}</title><style>{STYLE}</style></head>\n<body>\n" + "\n".join(body) + "\n</body>\n</html>\n")  # fmt: skip


def as_json(d: Difference) -> str:
    """Everything, for a program."""
    whole = {"old": d.old, "new": d.new, "step": d.step, "least": d.least, "kinds": d.kinds}
    return json_text(whole | {"moves": [asdict(m) for m in d.moves], "changes": [asdict(c) for c in d.changes]})


def as_csv(d: Difference) -> str:
    """Every change as a row."""
    rows = [(DEMANDS[c.kind], c.kind, c.table, c.row, c.column, c.old, c.new) for c in d.changes]
    return csv_text(["demands", "change", "table", "row", "column", "before", "after"], rows)


FORMATS: dict[str, Callable[[Difference], str]] = {
    "text": as_text, "markdown": as_markdown, "html": as_html, "json": as_json, "csv": as_csv}  # fmt: skip
"""All forms of a difference by name."""
SUFFIXES = {"text": "txt", "markdown": "md", "html": "html", "json": "json", "csv": "csv"}
"""The ending of a file in each form."""
