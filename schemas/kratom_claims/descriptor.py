"""What of the descriptor and of other files is derived, and from what."""

import json
import re
from pathlib import Path
from typing import Any

from .edition import Edition
from .files import json_text
from .forms.citation import cff
from .package import HOME, Package
from .pages import pages
from .tables import Table, Tables, facts, parse


def derived(root: Path = HOME) -> dict[Path, str]:
    """Every derived file of a checkout with the text that it should have."""
    descriptor = refreshed(json.loads((root / "datapackage.json").read_text(encoding="utf-8")), root)
    texts = {root / "datapackage.json": json_text(descriptor)}
    texts |= {root / name: text for name, text in pages(root).items()}
    pyproject = (root / "pyproject.toml").read_text(encoding="utf-8")
    texts[root / "pyproject.toml"] = re.sub(r'(?m)^version = ".*"$', f'version = "{descriptor["version"]}"', pyproject)
    texts[root / "CITATION.cff"] = cff(Edition(Package(root, descriptor, {}, {}), Tables(), {}), inside=True)
    return texts


def refreshed(descriptor: dict[str, Any], root: Path) -> dict[str, Any]:
    """The descriptor with its resources brought up to date; their order and everything else are kept."""
    return {**descriptor, "resources": [resource(r["name"], root) for r in descriptor["resources"]]}


def resource(name: str, root: Path) -> dict[str, Any]:
    """A resource as its Table Schema and its file say."""
    schema = json.loads((root / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    content = (root / "data" / f"{name}.csv").read_bytes()
    table = Table(name, f"data/{name}.csv", schema, content)
    parse(table, content.decode("utf-8"))
    return {
        "name": name, "type": "table", "title": schema["title"], "description": schema["description"],
        "path": f"data/{name}.csv", "scheme": "file", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
        "schema": f"schemas/{name}.json", **facts(content, len(table.text)),
    }  # fmt: skip
