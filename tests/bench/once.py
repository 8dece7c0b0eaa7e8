"""One run of one peer in this process: ``python once.py PEER FOLDER`` prints what it took as JSON on its last line.

With ``memory`` as a third word it looks at its children's memory all the while, which takes time.
"""

import importlib
import json
import os
import resource
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread

SHOWN = 1000
"""Most faults that are written out."""


def main() -> None:
    """Import, check, tell. Imports are timed apart; memory in MB, of this process and its children together."""
    name, folder, *look = sys.argv[1:]
    start = time.perf_counter()
    check = importlib.import_module(f"peers.{name}").check
    imports, baseline = time.perf_counter() - start, peak()
    together = Together()
    if look:
        together.start()
    start, before = time.perf_counter(), cpu()
    found = check(Path(folder))
    seconds, worked = time.perf_counter() - start, cpu() - before
    told = {
        "seconds": seconds,
        "cpu": worked,
        "imports": imports,
        "baseline": baseline,
        "peak": max(peak(), together.most),
    }
    some = sorted(found)[:SHOWN] if isinstance(found, set) else []
    print("\n" + json.dumps(told | {"faults": len(found), "found": some}))


def cpu() -> float:
    """Processor time so far, user and system, of this process and the children that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def peak() -> float:
    """Largest resident memory of this process so far.

    Linux hands ``ru_maxrss`` down from the process that started this one, so the kernel's own mark is read there.
    """
    status = Path("/proc/self/status")
    if status.exists():
        own = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(own.split()[1]) / 1024
    unit = 1024 if sys.platform == "darwin" else 1
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / unit


class Together(Thread):
    """Looks, while this process has children, at what all of them hold; pages that they share count once."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        super().__init__(daemon=True)
        self.most = 0.0

    def run(self) -> None:
        """Look every 50 ms."""
        while True:
            time.sleep(0.05)
            with suppress(OSError):  # a child may end while it is looked at
                if children := Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
                    self.most = max(self.most, sum(map(share, ["self", *children])))


def share(process: str) -> float:
    """Resident memory of a process in MB; of pages that others hold too, its share."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1024


if __name__ == "__main__":
    main()
