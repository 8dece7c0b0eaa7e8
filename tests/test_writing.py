"""Nothing is ever half-written: whenever a writing command is killed, the tree is as before or as after."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from kratom_claims import files
from kratom_claims.package import HOME

BEFORE = {"one.csv": "old 1\n", "deep/two.csv": "old 2\n", "three.md": "old 3\n"}
AFTER = {name: text.replace("old", "new") for name, text in BEFORE.items()}
KILLS = int(os.environ.get("KILLS", "6"))
"""How often each writing command is killed; `make kills` sets 200."""


def tree(root: Path) -> dict[str, bytes]:
    """All files below a folder, apart from what git ignores and caches."""
    return {
        str(p.relative_to(root)): p.read_bytes()
        for p in sorted(root.rglob("*"))
        if p.is_file() and "__pycache__" not in p.parts
    }


def written(root: Path, contents: dict[str, str]) -> None:
    """Write files in one go."""
    files.write_all_atomically({root / name: text for name, text in contents.items()})


def in_child(act: Callable[[], None]) -> int:
    """Run something in a child process; returns its process id."""
    child = os.fork()
    if not child:
        try:
            act()
        finally:
            os._exit(0)
    return child


def test_all_are_written(tmp_path: Path) -> None:
    """What is written is there, and nothing else."""
    written(tmp_path, BEFORE)
    assert tree(tmp_path) == {name: text.encode() for name, text in sorted(BEFORE.items())}


@pytest.mark.parametrize("step", range(40))
def test_killed_at_each_step(tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before its n-th change of the disk, the tree is as before or, once the next command has run, as after."""
    written(tmp_path, BEFORE)
    left = step

    def counted(do: Callable) -> Callable:
        def act(*args: object, **kwargs: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return do(*args, **kwargs)

        return act

    def act() -> None:
        for name in ("mkdir", "replace", "open"):
            setattr(Path, name, counted(getattr(Path, name)))
        for name in ("rmdir", "unlink", "fsync"):
            setattr(os, name, counted(getattr(os, name)))
        written(tmp_path, AFTER)

    os.waitpid(in_child(act), 0)
    files.finish(tmp_path)
    assert tree(tmp_path) in [{n: t.encode() for n, t in sorted(state.items())} for state in (BEFORE, AFTER)]


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["rate", "package"])
def test_command_killed_at_random_moments(tmp_path: Path, verb: str) -> None:
    """Each writing command, killed many times at random moments of its run on a copy of this repository."""
    home = copy_of_home(tmp_path / "home")
    stale(home)
    before = tree(home)
    whole = subprocess.run([sys.executable, f"scripts/{verb}.py"], cwd=home, capture_output=True, text=True)
    assert whole.returncode == 0, whole.stdout + whole.stderr
    after = tree(home)
    assert before != after
    assert killed_often(home, verb, before, after, KILLS) == KILLS


def killed_often(home: Path, verb: str, before: dict[str, bytes], after: dict[str, bytes], times: int) -> int:
    """Run a command and kill it at a random moment, half of the times towards its end, where it writes."""
    chance, longest = random.Random(5), run_time(home, verb, before)
    for kills in range(times):
        restore(home, before)
        child = started(home, verb)
        time.sleep(longest * (chance.uniform(0, 1.1) if kills % 2 else chance.uniform(0.8, 1.1)))
        child.kill()
        child.wait()
        for folder in (home, home / "data"):
            files.finish(folder)
        assert tree(home) in (before, after)
    return times


def started(home: Path, verb: str) -> subprocess.Popen:
    """A command of a copied repository."""
    return subprocess.Popen([sys.executable, f"scripts/{verb}.py"], cwd=home, stdout=subprocess.DEVNULL)


def run_time(home: Path, verb: str, before: dict[str, bytes]) -> float:
    """Seconds that a command takes to its end."""
    restore(home, before)
    began = time.monotonic()
    assert started(home, verb).wait() == 0
    return time.monotonic() - began


def copy_of_home(home: Path) -> Path:
    """A copy of the repository without history and caches."""
    skip = shutil.ignore_patterns(
        ".git",
        ".venv*",
        "node_modules",
        ".*_cache",
        ".hypothesis",
        "__pycache__",
        ".cache",
        "build",
        "dist",
        ".pending*",
    )
    return Path(shutil.copytree(HOME, home, ignore=skip))


def stale(home: Path) -> None:
    """Make everything that the commands write out of date."""
    for name in ("ratings", "rating_steps"):
        path = home / "data" / f"{name}.csv"
        path.write_text(path.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    for name in ("docs/rules.md", "docs/dictionary.md"):
        (home / name).write_text("old\n", encoding="utf-8")


def restore(home: Path, state: dict[str, bytes]) -> None:
    """Put the tree back."""
    for name, content in state.items():
        if not (home / name).exists() or (home / name).read_bytes() != content:
            (home / name).write_bytes(content)
    for name in set(tree(home)) - set(state):
        (home / name).unlink()
