"""How to load what is shipped, from the very programs that the loading tests run."""

import re
from pathlib import Path

LOADERS = "tests/matrix/loaders"
"""The folder of the programs; each has a part between the marks ``snippet`` and ``end``."""
PAGE = [
    ("The CSV bundle", "Unzip `kratom-claims-VERSION.zip` into a folder; `load(folder, \"claims\")` gives one table with its types.", ["pandas_csv.py", "polars_csv.py", "duckdb_csv.py", "frictionless_csv.py", "readr.R", "node.mjs", "libreoffice_csv.py"]),
    ("The SQLite file", "References, codes and ranges are declared in it, and the views `claims_with_ratings`, `mentions_with_claims` and `evidence_for_claims` answer the usual questions. Booleans are 0 and 1, dates are ISO text.", ["sqlite_file.py", "datasette_file.py"]),
    ("Parquet and Croissant", "Types and blanks are in the files themselves.", ["pandas_parquet.py", "polars_parquet.py", "duckdb_parquet.py", "croissant.py"]),
]  # fmt: skip
README = ["pandas_csv.py", "readr.R", "duckdb_parquet.py"]
"""The programs that the README shows."""
LANGUAGES = {".py": "python", ".R": "r", ".mjs": "js"}


def page(root: Path) -> str:
    """The page of all snippets."""
    parts = ["# Loading\n", "Each snippet is run by `make matrix` on shipped files full of hazards, and must give the same rows and the same checksum of",
             "typed values as every other. Numbers of more than 15 significant digits are read exactly by all but readr and LibreOffice.\n"]  # fmt: skip
    for title, words, names in PAGE:
        parts += [f"## {title}\n\n{words}\n", *(shown(root / LOADERS / name) for name in names)]
    parts.append(WHEEL)
    return "\n".join(parts)


WHEEL = """## The Python package

The wheel brings the tables, the rules and the commands; its version is that of the data.

```python
import kratom_claims

claims = kratom_claims.load("claims")  # a typed DataFrame
kratom_claims.path("claims")  # the CSV
```

`kratom-claims validate` runs all rules on what was installed; `kratom-claims explain C0001` explains a claim.
"""


def readme_part(root: Path) -> str:
    """The snippets of the README."""
    return "\n".join(shown(root / LOADERS / name) for name in README)


def shown(path: Path) -> str:
    """The title of a program and its snippet, as Markdown."""
    text = path.read_text(encoding="utf-8")
    title = text.splitlines()[0].strip('"#/ ').rstrip(".")
    snippet = re.search(r"(?s)(?:#|//) snippet\n(.*?)(?:#|//) end\n", text)
    if snippet is None:
        raise ValueError(f"{path.name}: no part between the marks snippet and end")
    return f"{title}:\n\n```{LANGUAGES[path.suffix]}\n{snippet.group(1).strip()}\n```\n"
