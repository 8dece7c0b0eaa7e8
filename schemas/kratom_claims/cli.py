"""What all commands share: options, plain messages, exit statuses, bounds."""

import argparse
import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from .faults import UnusableError, show
from .package import HOME

COLLECT = 1_000_000
"""Objects made before Python looks for garbage: commands are short, and looking every 700 takes a tenth of their time."""
SECONDS, GIGABYTES = 120, 4
"""Most processor time and most memory that a bounded command may take, whatever it is given."""


def parser(what: str, example: str) -> argparse.ArgumentParser:
    """A parser with a description and an example."""
    return argparse.ArgumentParser(
        description=what, epilog=f"example:\n  {example}", formatter_class=argparse.RawDescriptionHelpFormatter
    )


def add_package(options: argparse.ArgumentParser) -> None:
    """The optional package: a folder, a descriptor or a zip; this repository's by default."""
    options.add_argument(
        "path",
        nargs="?",
        type=Path,
        default=HOME,
        help="folder, datapackage.json or zip of a package (default: this repository)",
    )


def run(command: Callable[[], int], bounded: bool = False) -> None:
    """Run a command and exit: with its status, or with 2 and a plain message when it cannot run.

    A ``bounded`` command is run in a child process, so that it ends with a message whatever it is given.
    """
    gc.set_threshold(COLLECT)
    sys.exit(supervised(command) if bounded and hasattr(os, "fork") else status(command))


def status(command: Callable[[], int]) -> int:
    """Exit status of a command; every error becomes one line."""
    try:
        return command()
    except UnusableError as error:
        return complain(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except MemoryError:
        return complain(f"this needs more than {GIGABYTES} GB of memory. Is it a package that you trust?")
    except OSError as error:
        return complain(f"{error.filename or 'a file'}: {error.strerror}.")
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return complain(
            f"a defect of this program ({type(error).__name__}: {error}; {Path(where.filename).name}:{where.lineno}). Please report it together with the package."
        )


def complain(message: str) -> int:
    """Say on one line why a command cannot run."""
    print(f"error: {show(message, 1000)}", file=sys.stderr)
    return 2


def unbounded() -> None:
    """Lift the bounds: what follows is large because it was asked to be, and keeps its own."""
    import resource

    for limit in (resource.RLIMIT_CPU, resource.RLIMIT_AS):
        _, above = resource.getrlimit(limit)
        resource.setrlimit(limit, (above, above))


def supervised(command: Callable[[], int]) -> int:
    """Exit status of a command that runs in a child with bounds on processor time and memory."""
    import resource

    sys.stdout.flush()
    child = os.fork()
    if not child:
        for limit, most in [(resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_AS, GIGABYTES << 30)]:
            _, above = resource.getrlimit(limit)
            resource.setrlimit(limit, (most if above == resource.RLIM_INFINITY else min(most, above), above))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        code = status(command)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    try:
        _, ended = os.waitpid(child, 0)
    except KeyboardInterrupt:
        os.waitpid(child, 0)
        return 130
    if os.WIFEXITED(ended):
        return os.WEXITSTATUS(ended)
    number = os.WTERMSIG(ended)
    if number in (signal.SIGXCPU, signal.SIGKILL):
        return complain(f"stopped by the system, after {SECONDS} seconds of processor time or for want of memory: a pattern of a schema runs away, or the tables are too large. Is it a package that you trust?")  # fmt: skip
    return complain(f"stopped ({signal.Signals(number).name}): this needs more than {GIGABYTES} GB of memory, or a library failed on it. Is it a package that you trust?")  # fmt: skip
