"""One run of one peer in this process: ``python once.py PEER FOLDER`` prints what it took as JSON on its last line."""

import importlib
import json
import resource
import sys
import time
from pathlib import Path

SHOWN = 1000
"""Most faults that are written out."""


def main() -> None:
    """Import, check, tell. Imports are timed apart; memory in MB, of this process and its largest child together."""
    name, folder = sys.argv[1:]
    start = time.perf_counter()
    check = importlib.import_module(f"peers.{name}").check
    imports, baseline = time.perf_counter() - start, peak()
    start, before = time.perf_counter(), cpu()
    found = check(Path(folder))
    seconds, worked = time.perf_counter() - start, cpu() - before
    told = {"seconds": seconds, "cpu": worked, "imports": imports, "baseline": baseline, "peak": peak()}
    some = sorted(found)[:SHOWN] if isinstance(found, set) else []
    print("\n" + json.dumps(told | {"faults": len(found), "found": some}))


def cpu() -> float:
    """Processor time so far, user and system, of this process and the children that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def peak() -> float:
    """Largest resident memory so far.

    Linux hands ``ru_maxrss`` down from the process that started this one, so the kernel's own mark is read there.
    """
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    status = Path("/proc/self/status")
    if status.exists():
        own = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(own.split()[1]) / 1024 + children
    unit = 1024 if sys.platform == "darwin" else 1
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / unit + children


if __name__ == "__main__":
    main()
