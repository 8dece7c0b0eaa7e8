"""What all commands share: options, plain messages, exit statuses."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from .faults import UnusableError
from .package import HOME


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


def run(command: Callable[[], int]) -> None:
    """Run a command and exit: with its status, or with 2 and a plain message when it cannot run."""
    try:
        sys.exit(command())
    except UnusableError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(2)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        sys.exit(130)
