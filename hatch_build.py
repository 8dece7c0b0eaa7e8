"""Build hook of the wheel: it brings the released folder and the commands along."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

READING = ("_path", "cite", "diff", "explain", "quotes", "validate")
"""Commands that change nothing, and so make sense where there is no repository."""


class ReleasedFolder(BuildHookInterface):
    """Puts every file of the released folder into the wheel, under ``kratom_claims/released``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files, except to an editable install, which finds them in the repository."""
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "schemas"))
        from kratom_claims.bundle import members

        names = [*members(root), *(f"scripts/{name}.py" for name in READING)]
        build_data["force_include"] |= {str(root / name): f"kratom_claims/released/{name}" for name in names}
