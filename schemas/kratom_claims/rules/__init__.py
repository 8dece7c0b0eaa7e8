"""The rules of a release: one small function each, registered with what it asks, why, and what to do.

A rule takes the context and returns the offending rows as narwhals frames with the columns ``_line``, ``_row`` and,
where it can say more, ``found``, ``allowed``, ``nearest`` and ``column``.
"""

from .base import CATALOGUE, Context, Rule

from . import structure, bytes_, anchors, provenance, judgement, releases  # isort: skip

__all__ = ["CATALOGUE", "Context", "Rule", "anchors", "bytes_", "judgement", "provenance", "releases", "structure"]
