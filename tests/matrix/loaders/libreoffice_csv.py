"""LibreOffice, from the CSV bundle: every column with its type, or text turns into numbers and quotes into noise."""

# snippet
import json
import subprocess
import tempfile
from pathlib import Path

TYPES = {"string": 2, "integer": 10, "number": 10, "boolean": 10, "date": 5}


def load(folder, name):
    fields = json.loads(Path(folder, "schemas", f"{name}.json").read_text(encoding="utf-8"))["fields"]
    columns = "/".join(f"{number}/{TYPES[f['type']]}" for number, f in enumerate(fields, start=1))
    out = tempfile.mkdtemp()
    command = ["soffice", "--headless", "--convert-to", "fods", f"--infilter=CSV:44,34,76,1,{columns},1033,false,true"]
    subprocess.run(
        [*command, "--outdir", out, str(Path(folder, "data", f"{name}.csv"))], capture_output=True, check=True
    )
    return Path(out, f"{name}.fods")


# end

from xml.etree import ElementTree  # noqa: E402

OFFICE, TABLE, TEXT = (f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("office", "table", "text"))


def rows(path):
    """Rows as plain values, without the header; cells and rows that repeat are written once in the file."""
    found, width = [], 0
    for row in ElementTree.parse(path).iter(f"{TABLE}table-row"):
        cells = []
        for cell in row.iter(f"{TABLE}table-cell"):
            cells += [value(cell)] * int(cell.get(f"{TABLE}number-columns-repeated", 1))
        width = width or len([c for c in cells if c is not None])
        found += [(cells + [None] * width)[:width]] * int(row.get(f"{TABLE}number-rows-repeated", 1))
    filled = [number for number, row in enumerate(found) if any(c is not None for c in row)]
    return found[1 : filled[-1] + 1]


def value(cell):
    """The value of one cell."""
    kind = cell.get(f"{OFFICE}value-type")
    if kind == "float":
        return float(cell.get(f"{OFFICE}value"))
    if kind == "boolean":
        return cell.get(f"{OFFICE}boolean-value") == "true"
    if kind == "date":
        return cell.get(f"{OFFICE}date-value")[:10]
    return "\n".join("".join(spelled(p)) for p in cell.iter(f"{TEXT}p")) if kind == "string" else None


def spelled(paragraph):
    """The text of a paragraph; runs of spaces are elements."""
    yield paragraph.text or ""
    for child in paragraph:
        yield " " * int(child.get(f"{TEXT}c", 1)) if child.tag == f"{TEXT}s" else "".join(child.itertext())
        yield child.tail or ""
