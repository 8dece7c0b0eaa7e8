"""The commands of ``scripts/`` for those who installed the wheel: ``kratom-claims validate``, ``kratom-claims explain C0001``."""

import runpy
import sys

from kratom_claims.package import HOME

COMMANDS = sorted(path.stem for path in (HOME / "scripts").glob("[a-z]*.py"))


def main() -> None:
    """Run one command, with the rest of the line as its arguments; exits with its status, or 2 if there is no such command."""
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        print(f"usage: kratom-claims COMMAND ...\ncommands: {', '.join(COMMANDS)} (each with --help)", file=sys.stderr)
        sys.exit(2)
    script = HOME / "scripts" / f"{sys.argv.pop(1)}.py"
    sys.path.insert(0, str(script.parent))
    sys.argv[0] = f"kratom-claims {script.stem}"
    runpy.run_path(str(script), run_name="__main__")


if __name__ == "__main__":
    main()
