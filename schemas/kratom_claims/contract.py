"""Pandera schemas, built from the Table Schemas."""

from typing import Any

from .package import key_fields

DTYPES = {"string": "str", "integer": "Int64", "number": "Float64", "boolean": "boolean", "date": "datetime64[s]"}
"""Column types of a typed table, by Table Schema type."""


def pandera_schema(schema: dict[str, Any], pa: Any) -> Any:
    """The ``DataFrameSchema`` of a Table Schema.

    ``pa`` is the Pandera module of the back end (``pandera.pandas``). Columns are strict and ordered and nothing is
    coerced; foreign keys span tables and are rules of their own (S4), as are further unique keys (S3).
    """
    key = set(key_fields(schema))
    return pa.DataFrameSchema(
        {f["name"]: column(f, f["name"] in key, pa) for f in schema["fields"]},
        strict=True,
        ordered=True,
        coerce=False,
        unique=key_fields(schema) or None,
        name=schema.get("name"),
        title=schema.get("title"),
        description=schema.get("description"),
    )


def column(field: dict[str, Any], in_key: bool, pa: Any) -> Any:
    """The Pandera column of one field."""
    constraints = field.get("constraints", {})
    return pa.Column(
        DTYPES[field["type"]],
        checks=[check for name, value in constraints.items() if (check := one_check(name, value, pa))],
        nullable=not (constraints.get("required") or in_key),
        unique=constraints.get("unique", False),
        title=field.get("title"),
        description=field.get("description"),
    )


def one_check(name: str, value: Any, pa: Any) -> Any:
    """The Pandera check of one constraint, or None for those that are no check of values."""
    builders = {
        # Python's $ also matches before a last line break; Rust's, which polars uses, does not, and there is no \\Z.
        "pattern": lambda: pa.Check.str_matches(f"^(?:{value})" + ("$" if "polars" in pa.__name__ else r"\Z")),
        "enum": lambda: pa.Check.isin(value),
        "minimum": lambda: pa.Check.ge(value),
        "maximum": lambda: pa.Check.le(value),
        "minLength": lambda: pa.Check.str_length(min_value=value),
        "maxLength": lambda: pa.Check.str_length(max_value=value),
    }
    return builders[name]() if name in builders else None
