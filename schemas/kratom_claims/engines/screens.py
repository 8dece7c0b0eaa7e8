"""Screens: expressions that say, cheaply and for many rows at once, which rows cannot be called clean.

A screen is built from the Table Schema. It may suspect a clean row, never clear a faulty one: the rules themselves judge
what it suspects, so that there is one set of rules. ``tests/test_engines.py`` holds it against every kind of damage.
"""

import re
from typing import Any

import polars as pl

from ..rules.bytes_ import NA_LIKE, NOT_SAID
from ..tables import CANONICAL

col = pl.col
FORMS = {name: f"^(?:{form})$" for name, form in CANONICAL.items()}
"""Canonical forms of the typed columns, for the whole cell."""
UNPLAIN = "[^ -~]|^[ =+@-]| $|  "
"""What no clean cell of plain ASCII text has: other characters, an outer or doubled space, a beginning that a spreadsheet runs."""
LONG = 10**16
"""The least whole number that has more digits than the canonical form allows."""
PLAIN = r"(?:\(\?:|[)*+?]|\[[a-zA-Z0-9._-]+\]|[a-zA-Z0-9_-]|\{[0-9,]+\})*"
"""A pattern of letters, digits, points, hyphens and low lines only."""
BEGINNING = r"\(\?:(?:[A-Za-z0-9]|\[(?:0-9|1-9|a-f|a-z|A-Z)+\])(?![?*{]?[?*{]0|[?*])"
"""A pattern that begins with a letter or digit that cannot be left out."""


def value(name: str) -> str:
    """The column that holds the value of a typed cell, beside that of its text."""
    return f"value of {name}"


def screens(schema: dict[str, Any], key: list[str], odd: bool = True) -> list[pl.Expr]:
    """Suspicions of the cells of a block (see ``blocks.with_values``); null counts as no.

    ``odd`` adds the screens of the byte rules (B2 to B6) to those of the cell rules (S2).
    """
    found = []
    for field in schema["fields"]:
        found += cell_screens(field, field["name"] in key)
        if odd and field["type"] == "string":
            found += odd_screens(field, schema["name"] == "vocabulary")
    return found


def cell_screens(field: dict[str, Any], in_key: bool) -> list[pl.Expr]:
    """Suspicions of one field under its type and constraints."""
    name, limits = field["name"], field.get("constraints", {})
    found = [col(name).is_null()] if limits.get("required") or in_key else []
    if field["type"] in FORMS:
        found.append(col(value(name)).is_null() & col(name).is_not_null())
    if field["type"] == "integer":
        found.append(col(value(name)).abs() >= LONG)
    if "enum" in limits:
        found.append(~col(name).is_in(limits["enum"]))
    if "pattern" in limits:
        found.append(unlike(name, limits["pattern"]))
    held, length = col(value(name)), col(name).str.len_chars()
    bounds = {"minimum": held.__lt__, "maximum": held.__gt__, "minLength": length.__lt__, "maxLength": length.__gt__}
    return found + [outside(limits[limit]) for limit, outside in bounds.items() if limit in limits]


def odd_screens(field: dict[str, Any], coded: bool) -> list[pl.Expr]:
    """Suspicions of a cell of text, whatever it says; none where the field's other screens leave only clean cells."""
    name, limits = col(field["name"]), field.get("constraints", {})
    codes, pattern = limits.get("enum", []), limits.get("pattern", "")
    words = NA_LIKE if coded or codes else NA_LIKE | NOT_SAID
    if codes and not any(re.search(UNPLAIN, code) or code.lower() in words for code in codes):
        return []
    if is_plain(pattern):
        wrong = sorted(word for word in words if re.fullmatch(pattern, word, re.IGNORECASE))
        if not wrong:
            return []
        if not re.search("[A-Z]", pattern):
            return [name.is_in(wrong)]
    listed = "|".join(sorted(map(re.escape, words)))
    return [name.str.contains(f"{UNPLAIN}|^(?i:{listed})$")]


def is_plain(pattern: str) -> bool:
    """Whether a pattern is seen to allow only letters, digits, points, hyphens and low lines, none of the last three first."""
    return bool(re.fullmatch(PLAIN, pattern) and re.match(BEGINNING, pattern))


def is_free(field: dict[str, Any]) -> bool:
    """Whether a column holds text of any kind, rather than codes, ids or values."""
    limits = field.get("constraints", {})
    return field["type"] == "string" and "enum" not in limits and not is_plain(limits.get("pattern", ""))


def unlike(name: str, pattern: str) -> pl.Expr:
    """Whether a cell has not the form of a pattern; every filled cell, where the engine cannot read the pattern."""
    whole = f"^(?:{pattern})$"
    try:
        pl.Series([""]).str.contains(whole)
    except pl.exceptions.ComputeError:
        return col(name).is_not_null()
    return ~col(name).str.contains(whole)


def typed(field: dict[str, Any]) -> pl.Expr:
    """The values of a field of a frame of text; what is not written in the canonical way becomes null."""
    name, type_ = field["name"], field["type"]
    right = pl.when(col(name).str.contains(FORMS[type_])).then(col(name))
    if type_ == "boolean":
        return right.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
    if type_ == "date":
        return right.str.to_date("%Y-%m-%d", strict=False)
    return right.cast(pl.Int64 if type_ == "integer" else pl.Float64, strict=False)
