"""A fault: what is wrong, where, and what to do about it."""

import difflib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

SHOWN = 80
"""Longest value shown in a message, in characters."""


class UnusableError(Exception):
    """The command cannot run at all (exit status 2); the message says why and what to do."""


@dataclass(frozen=True, order=True)
class Fault:
    """One fault in five parts: place, row, rule, found against allowed, remedy.

    ``line`` and ``column_no`` count from 1 (the header is line 1); 0 means the file or the column as a whole.
    """

    file: str
    line: int
    column_no: int
    column: str
    row: str
    rule: str
    found: str
    allowed: str
    nearest: str
    remedy: str

    @property
    def place(self) -> str:
        """``file:line:column`` as editors understand it."""
        return ":".join(
            [self.file, *([str(self.line)] if self.line else []), *([str(self.column_no)] if self.column_no else [])]
        )

    def message(self) -> str:
        """The fault on one line."""
        what = f"{show(self.column)} " if self.column else ""
        nearest = f" (nearest: {show(self.nearest)})" if self.nearest else ""
        row = f" {show(self.row)}" if self.row else ""
        return f"{show(self.place, 300)}{row} [{self.rule}] {what}{show(self.found)}; allowed: {show(self.allowed, 300)}{nearest}. {self.remedy}"

    def as_dict(self) -> dict[str, Any]:
        """The fault as plain values, for JSON."""
        return asdict(self)


def show(value: str, longest: int = SHOWN) -> str:
    """A value as it may safely stand on a terminal: control characters escaped, long values cut."""
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in value)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def nearest(value: str, allowed: Iterable[str]) -> str:
    """The allowed value that looks most like ``value``, or nothing if none is close."""
    return closest(value[:200], tuple(allowed))


@lru_cache(maxsize=10_000)
def closest(value: str, allowed: tuple[str, ...]) -> str:
    """The same, once for each value that stands in many rows."""
    close = difflib.get_close_matches(value, allowed, n=1, cutoff=0.6)
    return close[0] if close else ""
