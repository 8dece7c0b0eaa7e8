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


def screens(schema: dict[str, Any], key: list[str], odd: bool = True) -> list[pl.Expr]:
    """For each field, over a frame of text with blanks as null, whether its cell is suspect (null counts as no).

    ``odd`` adds the screens of the byte rules (B2 to B6) to those of the cell rules (S2).
    """
    found = []
    for field in schema["fields"]:
        found += cell_screens(field, field["name"] in key)
        if odd and field["type"] == "string":
            found += odd_screens(field, schema["name"] == "vocabulary")
    return found


def odd_screens(field: dict[str, Any], coded: bool) -> list[pl.Expr]:
    """Suspicions of a cell of text, whatever it says. Codes of an enum that are clean themselves need none."""
    codes = field.get("constraints", {}).get("enum", [])
    words = "|".join(sorted(map(re.escape, NA_LIKE if coded or codes else NA_LIKE | NOT_SAID)))
    odd = f"{UNPLAIN}|^(?i:{words})$"
    if codes and not any(re.search(odd.replace("(?i:", "(?:"), code.lower()) for code in codes):
        return []
    return [col(field["name"]).str.contains(odd)]


def cell_screens(field: dict[str, Any], in_key: bool) -> list[pl.Expr]:
    """Suspicions of one field under its type and constraints."""
    name, limits = field["name"], field.get("constraints", {})
    found = [col(name).is_null()] if limits.get("required") or in_key else []
    if field["type"] in FORMS:
        found.append(~col(name).str.contains(FORMS[field["type"]]))
    if field["type"] == "date":
        found.append(typed(field).is_null() & col(name).is_not_null())
    if "enum" in limits:
        found.append(~col(name).is_in(limits["enum"]))
    if "pattern" in limits:
        found.append(unlike(name, limits["pattern"]))
    value, length = typed(field), col(name).str.len_chars()
    bounds = {"minimum": value.__lt__, "maximum": value.__gt__, "minLength": length.__lt__, "maxLength": length.__gt__}
    return found + [outside(limits[limit]) for limit, outside in bounds.items() if limit in limits]


def unlike(name: str, pattern: str) -> pl.Expr:
    """Whether a cell has not the form of a pattern; every filled cell, where the engine cannot read the pattern."""
    whole = f"^(?:{pattern})$"
    try:
        pl.Series([""]).str.contains(whole)
    except pl.exceptions.ComputeError:
        return col(name).is_not_null()
    return ~col(name).str.contains(whole)


def typed(field: dict[str, Any]) -> pl.Expr:
    """A field of a frame of text as values; what is not written in the canonical way becomes null."""
    name, type_ = field["name"], field["type"]
    if type_ not in FORMS:
        return col(name)
    right = pl.when(col(name).str.contains(FORMS[type_])).then(col(name))
    if type_ == "boolean":
        return right.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean).alias(name)
    if type_ == "date":
        return right.str.to_date("%Y-%m-%d", strict=False).alias(name)
    return right.cast(pl.Int64 if type_ == "integer" else pl.Float64, strict=False).alias(name)
