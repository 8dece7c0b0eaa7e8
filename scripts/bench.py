"""Time this project against its peers on the same checks of the same synthetic packages; draw docs/performance.md anew."""

import json
import sys
from typing import Any

import _path  # noqa: F401
from kratom_claims import cli


def main() -> int:
    """Exit status 0, or 2 if the command cannot run. The figures are kept in docs/performance.json."""
    options = cli.parser(__doc__, "python scripts/bench.py --sizes 10k,100k")
    options.add_argument(
        "--sizes", default="10k,100k,1M,10M", metavar="N,…", help="numbers of mentions (default 10k,100k,1M,10M)"
    )
    options.add_argument("--render", action="store_true", help="draw page and picture again without measuring")
    chosen = options.parse_args()

    from kratom_claims.faults import UnusableError
    from kratom_claims.files import json_text, write_all_atomically
    from kratom_claims.package import HOME

    sys.path.insert(0, str(HOME / "tests" / "bench"))
    import picture
    import render
    import runner

    kept = HOME / "docs" / "performance.json"
    tty = sys.stderr.isatty()

    def say(step: str) -> None:
        print(f"\r\033[K{step}", end="", file=sys.stderr) if tty else None

    def keep(results: dict[str, Any]) -> None:
        made = {".json": json_text(results), ".md": render.page(results), ".svg": picture.picture(results)}
        write_all_atomically({kept.with_suffix(suffix): text for suffix, text in made.items()})

    if not chosen.render:
        results = runner.measured(runner.parsed(chosen.sizes.split(",")), say, keep)
        say("")
        print(render.plain(results), end="")
    elif kept.exists():
        keep(json.loads(kept.read_text(encoding="utf-8")))
    else:
        raise UnusableError("docs/performance.json is not there. Run this without --render, which measures.")
    return 0


if __name__ == "__main__":
    cli.run(main)
