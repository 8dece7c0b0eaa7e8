"""All rules in a process whose memory Linux limits, page cache included: what needs more is killed."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LIMITS = {1_000_000: 1024, 10_000_000: 1536}
"""By number of mentions, the MB in which all rules must find room."""
GROUPS = Path("/sys/fs/cgroup")


def limited(size: int, folder: Path, command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    """One run within the limit of its size, or why there is none."""
    told: dict[str, Any] = {"size": size, "limit": LIMITS[size]}
    try:
        with group(LIMITS[size]) as entry:
            # A shell puts itself into the group and becomes the command, so that no moment of it is outside.
            line = ["sh", "-c", 'echo $$ > "$0" && exec "$@"', str(entry), *command]
            done = subprocess.run(line, env=environment, capture_output=True, text=True)
    except (OSError, StopIteration, ValueError) as error:
        return told | {"why": f"no limit could be set here ({error.__class__.__name__})"}
    if done.returncode:
        return told | {"why": "killed: it needs more" if done.returncode == -9 else f"failed: {done.stderr[-120:]}"}
    run = json.loads(done.stdout.splitlines()[-1])
    return told | {"seconds": round(run["seconds"], 3), "faults": run["faults"]}


@contextmanager
def group(megabytes: int) -> Iterator[Path]:
    """A control group below that of this process, with a limit of memory; yields the file that takes processes in.

    Raises OSError where none may be made, StopIteration where there are none.
    """
    lines = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    old = next((path for _, kinds, path in lines if "memory" in kinds.split(",")), None)
    above = GROUPS / "memory" / old.lstrip("/") if old else GROUPS / next(path for _, _, path in lines).lstrip("/")
    own = above / f"bench-{os.getpid()}"
    own.mkdir()
    try:
        limit = own / ("memory.limit_in_bytes" if old else "memory.max")
        limit.write_text(str(megabytes << 20))
        yield own / "cgroup.procs"
    finally:
        own.rmdir()
