"""The picture, drawn from the kept figures alone: time and peak memory by size, all axes logarithmic."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from kratom_claims.site import charts
from peers import PEERS
from render import Results, Run, done, number, title

WIDTH, HEIGHT, PANEL, LEFT, PLOT = 880, 430, 440, 58, 206
"""In pixels: the picture, one panel with its axis, and within it the plot; names stand at its right."""
TOP, BOTTOM, GAP = 40, HEIGHT - 42, 15
"""Ends of the vertical axis, and the least distance of two names."""
COLOURS = {"ours": "refuted", "duckdb_sql": "supported", "floor": "not_ratable"}
"""Colours of lines by the start of a peer's name; the others are soft."""
HIDDEN = {"floor_bytes", "floor_all"}
"""Peers that would press all others together, or hide another one."""


@dataclass(frozen=True)
class Axis:
    """A logarithmic axis: the values at its ends, and where these stand."""

    low: float
    high: float
    first: float
    last: float

    def at(self, value: float) -> float:
        """Pixels of a value."""
        part = math.log(value / self.low) / (math.log(self.high / self.low) or 1)
        return self.first + (self.last - self.first) * part

    def ticks(self) -> list[float]:
        """Powers of ten within the axis; also twice and five times these if there are few."""
        steps = [1] if self.high / self.low > 300 else [1, 2, 5]
        return [v for n in range(-4, 8) for step in steps if self.low <= (v := step * 10.0**n) <= self.high]


def picture(results: Results) -> str:
    """docs/performance.svg."""
    shown = {name: runs for name in PEERS if name not in HIDDEN and (runs := done(results, name))}
    layers = panel(shown, "Time", "seconds", seconds, 0) + panel(shown, "Peak memory", "peak", megabytes, PANEL)
    said = "; ".join(f"{title(runs[-1])}: {number(runs[-1]['seconds'])} s and {runs[-1]['peak']:,.0f} MB at {runs[-1]['size']:,} mentions" for runs in shown.values())  # fmt: skip
    name = "Time and peak memory by number of mentions, one line a tool"
    return charts.alone(charts.svg(layers, WIDTH, HEIGHT, name, f"{said}."))


def panel(
    shown: dict[str, list[Run]], name: str, what: str, written: Callable[[float], str], left: float
) -> list[charts.Layer]:
    """One panel: axes, a line a peer, its name beside its last point."""
    sizes = sorted({run["size"] for runs in shown.values() for run in runs})
    values = [run[what] for runs in shown.values() for run in runs]
    across = Axis(min(sizes), max(sizes), left + LEFT, left + LEFT + PLOT)
    up = Axis(min(values), max(values), BOTTOM, TOP)
    layers = [*grid(across, up, sizes, written), charts.words([{"x": left, "y": 14, "text": name}], weight=600)]
    ends = []
    for peer, runs in shown.items():
        colour = next((c for start, c in COLOURS.items() if peer.startswith(start)), "soft")
        at = [(across.at(run["size"]), up.at(run[what])) for run in runs]
        parts = [{"x": x, "y": y, "x2": x2, "y2": y2} for (x, y), (x2, y2) in pairwise(at)]
        layers.append(charts.lines(parts, colour, 1.3 if colour == "soft" else 2.4))
        layers.append(charts.marks({"x": x, "y": y, "shape": "supported", "fill": colour, "size": 28} for x, y in at))
        ends.append({"x": at[-1][0], "y": at[-1][1], "text": PEERS[peer].title, "colour": colour})
    return layers + names(ends, left + LEFT + PLOT)


def grid(across: Axis, up: Axis, sizes: list[int], written: Callable[[float], str]) -> list[charts.Layer]:
    """Lines and numbers of the axes: every size that was measured, and round values."""
    rules = [{"x": across.at(v), "x2": across.at(v), "y": TOP, "y2": BOTTOM + 6} for v in sizes]
    rules += [{"x": across.first - 6, "x2": across.last, "y": up.at(v), "y2": up.at(v)} for v in up.ticks()]
    below = [{"x": across.at(v), "y": BOTTOM + 17, "text": short(v)} for v in sizes]
    below.append({"x": (across.first + across.last) / 2, "y": BOTTOM + 35, "text": "mentions"})
    beside = [{"x": across.first - 10, "y": up.at(v), "text": written(v)} for v in up.ticks()]
    return [charts.lines(rules), charts.words(below, "soft", 13, "center"), charts.words(beside, "soft", 13, "right")]


def names(ends: list[charts.Row], right: float) -> list[charts.Layer]:
    """Names at the right, far enough apart to be read, each tied to the last point of its line."""
    ordered = sorted(ends, key=lambda end: end["y"])
    places = apart([end["y"] for end in ordered])
    placed = list(zip(ordered, places, strict=True))
    ties = [{"x": end["x"] + 5, "y": end["y"], "x2": right + 15, "y2": y} for end, y in placed]
    own = {"soft": "ink", "not_ratable": "soft"}
    texts = [charts.words([{"x": right + 18, "y": y, "text": end["text"]}], own.get(end["colour"], end["colour"]), 13) for end, y in placed]  # fmt: skip
    return [charts.lines(ties), *texts]


def apart(places: list[float]) -> list[float]:
    """Ascending places moved down, and up again where they would leave the plot, until none is too near the next."""
    down: list[float] = []
    for place in places:
        down.append(max(place, down[-1] + GAP) if down else place)
    up: list[float] = []
    for place in reversed(down):
        up.append(min(place, up[-1] - GAP) if up else min(place, BOTTOM))
    return up[::-1]


def short(size: float) -> str:
    """A size as people write it."""
    return f"{size / 1e6:g}M" if size >= 1e6 else f"{size / 1e3:g}k" if size >= 1e3 else f"{size:g}"


def seconds(value: float) -> str:
    """A time on an axis, without decimals that the drawing would round."""
    return f"{value:g} s" if value >= 1 else f"{value * 1000:g} ms"


def megabytes(value: float) -> str:
    """A size of memory on an axis."""
    return f"{value / 1000:g} GB" if value >= 1000 else f"{value:g} MB"
