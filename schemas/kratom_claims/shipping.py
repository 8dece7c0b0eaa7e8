"""Writing the shipped forms of an edition into a folder, the wheel among them."""

import subprocess
import sys
import tempfile
from pathlib import Path

from . import bundle
from .edition import Edition
from .faults import UnusableError
from .forms import SUMS, build


def shipped(edition: Edition) -> dict[str, bytes]:
    """Every shipped file by its path: the forms and, from a checkout, the wheel."""
    return build(edition) | wheel(edition.package.root)


def wheel(root: Path) -> dict[str, bytes]:
    """The wheel of a checkout, which holds code and released folder alike; nothing for a package without code."""
    if not (root / "pyproject.toml").is_file():
        return {}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        if done.returncode:
            raise UnusableError(f"the wheel cannot be built: {(done.stderr or done.stdout).strip().splitlines()[-1]}")
        return {path.name: path.read_bytes() for path in Path(folder).glob("*.whl")}


def write_folder(folder: Path, files: dict[str, bytes]) -> None:
    """Put the files and their checksums in place of the folder: all are written beside it before it is replaced."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists() and any(folder.iterdir()) and not (folder / SUMS).is_file():
        raise UnusableError(f"{folder}: holds other things than shipped files. Give an empty folder, or remove it.")
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as beside:
        ready = Path(beside) / "new"
        for name, content in (files | {SUMS: bundle.sums(files).encode()}).items():
            path = ready / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o644)
        if folder.exists():
            folder.rename(Path(beside) / "old")
        ready.rename(folder)
        for path in [folder, *(p for p in folder.rglob("*") if p.is_dir())]:
            path.chmod(0o755)
