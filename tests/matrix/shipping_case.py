"""Shipped files as the matrix reads them."""

from dataclasses import dataclass
from pathlib import Path

from kratom_claims.edition import Edition


@dataclass(frozen=True)
class Shipped:
    """Shipped files in ``folder``, and the bundle unpacked in ``bundle``."""

    edition: Edition
    folder: Path
    bundle: Path
