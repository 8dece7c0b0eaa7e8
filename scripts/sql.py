"""Look at the released database in a browser, or ask it in SQL: Datasette with the usual questions at hand."""

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import _path  # noqa: F401
from kratom_claims import cli
from kratom_claims.faults import UnusableError


def main() -> int:
    """Exit status of Datasette; 2 if it is not installed or the tables cannot be read."""
    options = cli.parser(__doc__, "python scripts/sql.py --get /kratom-claims/refuted_claims.json")
    cli.add_package(options)
    options.add_argument("--port", default="8001", help="port on this machine (default 8001)")
    options.add_argument("--get", metavar="PATH", help="print one page instead of serving")
    chosen = options.parse_args()

    if find_spec("datasette") is None:
        raise UnusableError("datasette is not installed. Run `make sql`, which installs it.")

    from kratom_claims import package
    from kratom_claims.console import metadata, released_database
    from kratom_claims.edition import edition
    from kratom_claims.files import json_text

    with package.opened(chosen.path) as opened, tempfile.TemporaryDirectory() as folder:
        made = edition(opened)
        file, told = Path(folder) / f"{made.name}.sqlite", Path(folder) / "metadata.json"
        file.write_bytes(released_database(made))
        told.write_text(json_text(metadata(made)), encoding="utf-8")
        serve = ["--get", chosen.get] if chosen.get else ["--host", "127.0.0.1", "--port", chosen.port]
        command = [
            sys.executable,
            "-m",
            "datasette",
            "serve",
            "--immutable",
            str(file),
            "--metadata",
            str(told),
            *serve,
        ]
        try:
            return subprocess.run(command, check=False).returncode
        except KeyboardInterrupt:
            return 0


if __name__ == "__main__":
    cli.run(main)
