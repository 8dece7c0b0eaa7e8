"""The pictures, drawn by Vega. Every position is computed here, so no machine's fonts move anything.

Colours stand in the SVG as CSS variables: a page in dark mode, or on paper, recolours its pictures by itself.
"""

import math
import re
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable
from html import escape
from typing import Any

import vl_convert

from ..ratings import policy
from . import looks
from .book import Book, Row, standing

FONT = "'Source Sans 3', Helvetica, Arial, sans-serif"
Layer = dict[str, Any]
"""A Vega mark with its own rows."""
SIZES = {"high": 150, "moderate": 105, "low": 62}
"""Area of a mark by certainty, in square pixels; the others as low."""
PALE = {"no_evidence_found", "not_ratable", "not_rated"}
"""Verdicts in whose bars dark text is read better."""
WIDE, NARROW = 880, 344
"""Widths of a picture on a page and on a phone, in pixels."""


def layer(kind: str, rows: Iterable[Row], fields: str, **fixed: Any) -> Layer:
    """A Vega mark: ``fields`` are read from the rows, in pixels from the left and the top; the rest is the same for all."""
    encode = {name: {"field": name} for name in fields.split()} | {
        name: {"value": value} for name, value in fixed.items()
    }
    return {"type": kind, "rows": list(rows), "encode": {"enter": encode}}


def marks(rows: Iterable[Row]) -> Layer:
    """Shapes at ``x`` and ``y``: each row with ``shape`` (a verdict), ``size``, and ``fill`` if it is not the verdict's colour."""
    return layer(
        "symbol", [r | {"shape": looks.SHAPES[r["shape"]]} for r in map(coloured, rows)], "x y shape size fill"
    )


def words(rows: Iterable[Row], colour: str = "ink", size: int = 14, align: str = "left", weight: int = 400) -> Layer:
    """Texts at ``x`` and ``y``: each row with ``text``."""
    return layer(
        "text",
        rows,
        "x y text",
        fill=f"var(--{colour})",
        fontSize=size,
        align=align,
        baseline="middle",
        fontWeight=weight,
    )


def lines(rows: Iterable[Row], colour: str = "line", width: float = 1, dash: tuple[int, ...] = ()) -> Layer:
    """Lines from ``x``, ``y`` to ``x2``, ``y2``."""
    return layer("rule", rows, "x y x2 y2", stroke=f"var(--{colour})", strokeWidth=width, strokeDash=list(dash))


def bars(rows: Iterable[Row], gap: float = 1) -> Layer:
    """Rectangles from ``x``, ``y`` to ``x2``, ``y2``, with ``fill``, parted by a gap of paper."""
    return layer("rect", map(coloured, rows), "x y x2 y2 fill", stroke="var(--paper)", strokeWidth=gap)


def coloured(row: Row) -> Row:
    """A row whose ``fill``, or else ``shape``, names the variable of its colour."""
    return row | {"fill": f"var(--{row.get('fill', row.get('shape'))})"}


def svg(layers: list[Layer], width: float, height: float, title: str, description: str) -> str:
    """The layers as one SVG with a text alternative."""
    data = [{"name": f"rows{n}", "values": one["rows"]} for n, one in enumerate(layers)]
    drawing = [
        {"type": one["type"], "from": {"data": f"rows{n}"}, "encode": one["encode"]} for n, one in enumerate(layers)
    ]
    drawn = vl_convert.vega_to_svg(
        {
            "width": width,
            "height": height,
            "padding": 0,
            "autosize": "none",
            "background": None,
            "data": data,
            "marks": drawing,
        }
    )
    key = re.sub(r"[^a-z0-9]+", "-", f"{title} {width}".lower()).strip("-")
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="img" aria-labelledby="{key}-t {key}-d" width="{width:g}" height="{height:g}" '
            f'viewBox="0 0 {width:g} {height:g}"><title id="{key}-t">{escape(title)}</title><desc id="{key}-d">{escape(description)}</desc>')  # fmt: skip
    return head + slim(drawn[drawn.index(">") + 1 :])


def slim(drawn: str) -> str:
    """An SVG without what draws nothing."""
    drawn = re.sub(r'<path class="(?:back|fore)ground"[^>]*/>', "", drawn)
    drawn = re.sub(r' (?:role|aria-[a-z]+|pointer-events|class|stroke-miterlimit)="[^"]*"| (?:opacity|stroke-opacity)="1"| stroke-width="0"'
                   r'| stroke-dasharray=""| font-weight="400"| text-anchor="start"| font-family="[^"]*"|(?<=font-size="..)px', "", drawn)  # fmt: skip
    drawn = re.sub(r"-?[0-9]+\.[0-9]{2,}", lambda m: f"{float(m.group()):.1f}".removesuffix(".0"), drawn)
    return re.sub(r'<g( transform="translate\(0,0\)")?></g>', "", drawn)


def alone(picture: str) -> str:
    """A picture to be seen without a page: it brings its colours along."""
    end = picture.index(">") + 1
    return f"{picture[:end]}<style>{looks.palette_css()}text{{font-family:{FONT}}}</style>{picture[end:]}\n"


def counted(counts: dict[str, int], book: Book) -> str:
    """Counts of verdicts as a sentence part."""
    return ", ".join(f"{counts[v]} {book.label(v, 'verdict').lower()}" for v in looks.VERDICTS if counts.get(v))


def legend(book: Book, shown: list[str], width: float) -> tuple[list[Layer], float]:
    """Marks with the names of their verdicts, in as many lines as they need; and the height of it."""
    x, y, shapes, texts = 8.0, 10.0, [], []
    for verdict in shown:
        name = book.label(verdict, "verdict")
        room = 26 + 6.8 * len(name)
        if x + room > width and x > 8:
            x, y = 8.0, y + 22
        shapes.append({"x": x, "y": y, "shape": verdict, "size": 95})
        texts.append({"x": x + 11, "y": y + 0.5, "text": name})
        x += room
    return [marks(shapes), words(texts, "soft")], y + 16


def evidence_map(book: Book, width: int) -> str:
    """One mark a claim, in a line for its topic: shape and colour say the verdict, size the certainty."""
    topics = topic_counts(book)
    label = 150 if width >= WIDE else 112
    step = 16.0
    across = int((width - label - 36) // step)
    shown = [v for v in looks.VERDICTS if book.verdicts(book.claims.values())[v]]
    layers, y = legend(book, shown, width)
    sizes: list[Row] = [{"x": 8.0 + 100 * n, "y": y + 8, "shape": "supported", "fill": "soft", "size": SIZES[c]} for n, c in enumerate(SIZES)]  # fmt: skip
    names = [
        {"x": s["x"] + 11, "y": s["y"], "text": f"{c} certainty" if not n else c}
        for n, (s, c) in enumerate(zip(sizes, SIZES, strict=True))
    ]
    for row in [*sizes[1:], *names[1:]]:
        row["x"] += 34
    y += 34
    shapes, texts, totals, rules = list(sizes), [], [], []
    for topic, claims in topics:
        for n, claim in enumerate(claims):
            shapes.append({"x": label + 8 + step * (n % across), "y": y + 10 + step * (n // across), "shape": claim["rating"]["verdict"],
                           "size": SIZES.get(claim["rating"]["certainty"], SIZES["low"])})  # fmt: skip
        name = textwrap.wrap(book.label(topic, "topic"), int(label / 7))
        height = max(step * math.ceil(len(claims) / across), step * len(name)) + 7
        texts += [{"x": 0, "y": y + 10 + step * n, "text": line} for n, line in enumerate(name)]
        totals.append({"x": width - 2, "y": y + 10, "text": str(len(claims))})
        rules.append({"x": 0, "x2": width, "y": y + height - 1.5, "y2": y + height - 1.5})
        y += height
    text = f"{len(book.claims)} claims by topic: " + "; ".join(f"{book.label(t, 'topic')}: {counted(book.verdicts(c), book)}" for t, c in topics)  # fmt: skip
    return svg([lines(rules), *layers, marks(shapes), words(names, "soft"), words(texts), words(totals, "soft", align="right")],
               width, y, "Evidence map: every claim by topic, verdict and certainty", text + ".")  # fmt: skip


def topic_counts(book: Book) -> list[tuple[str, list[Row]]]:
    """Topics with their claims, the largest first."""
    own: dict[str, list[Row]] = defaultdict(list)
    for claim in book.ordered():
        own[claim["topic"]].append(claim)
    return sorted(own.items(), key=lambda item: (-len(item[1]), item[0]))


def by_article(book: Book, width: int) -> str:
    """A bar an article: its claims by verdict."""
    bar: list[Row] = []
    texts: list[Row] = []
    inside: dict[bool, list[Row]] = {False: [], True: []}
    totals: list[Row] = []
    most = max((len(a["claims"]) for a in book.articles.values()), default=1) or 1
    shown = [v for v in looks.VERDICTS if book.verdicts(book.claims.values())[v]]
    layers, y = legend(book, shown, width)
    for article in book.articles.values():
        y += 14
        texts.append({"x": 0, "y": y, "text": shortened(article["source"]["title"], int(width / 6.9))})
        x, counts = 0.0, book.verdicts(article["claims"])
        for verdict in looks.VERDICTS:
            if n := counts[verdict]:
                wide = n * (width - 40) / most
                bar.append({"x": x, "x2": x + wide, "y": y + 12, "y2": y + 34, "fill": verdict})
                if wide > 20:
                    inside[verdict in PALE].append({"x": x + wide / 2, "y": y + 23.5, "text": str(n)})
                x += wide
        totals.append({"x": x + 8, "y": y + 23.5, "text": str(len(article["claims"]))})
        y += 46
    said = "; ".join(
        f"{a['source']['title']}: {counted(book.verdicts(a['claims']), book)}" for a in book.articles.values()
    )
    return svg([*layers, bars(bar), words(texts), words(inside[False], "paper", 13, "center", 600),
                words(inside[True], "ink", 13, "center", 600), words(totals, "soft")],
               width, y, "Verdicts on the claims of each article", said + ".")  # fmt: skip


def shortened(text: str, most: int) -> str:
    """A text that is cut at a word if it is too long."""
    return text if len(text) <= most else text[: text.rfind(" ", 0, most)] + " …"


def by_design(book: Book, width: int) -> str:
    """Findings by design and year of their source, as areas."""
    rank = {d: n for n, d in enumerate(policy()["design_rank"])}
    dated = [(f["design"], book.sources[f["source_id"]]["year"]) for f in book.rows["findings"] if f["source_id"] in book.sources and book.sources[f["source_id"]]["year"]]  # fmt: skip
    counts = Counter(dated)
    designs = sorted({d for d, _ in dated}, key=lambda d: (rank.get(d, 99), d))
    years = sorted({y for _, y in dated}) or [2000]
    first, last = max(years[0], years[-1] - 29), years[-1]
    counts = sum((Counter({(d, max(y, first)): n}) for (d, y), n in counts.items()), Counter())
    label, most = (190 if width >= WIDE else 138), max(counts.values(), default=1)
    scale = (width - label - 44) / max(last - first, 1)
    row, top = 24.0, 26.0
    place = {d: top + row * n + 14 for n, d in enumerate(designs)}
    x = {year: label + 14 + scale * (year - first) for year in range(first, last + 1)}
    ticks = [year for year in x if year % (5 if width >= WIDE or last - first < 12 else 10) == 0]
    grid = [{"x": x[t], "x2": x[t], "y": top, "y2": top + row * len(designs)} for t in ticks]
    grid += [{"x": 0, "x2": width, "y": place[d] + row / 2, "y2": place[d] + row / 2} for d in designs]
    dots = [{"x": x[y], "y": place[d], "shape": "supported", "fill": "soft", "size": 16 + (400 if width >= WIDE else 170) * n / most} for (d, y), n in sorted(counts.items())]  # fmt: skip
    totals = Counter(d for d, _ in dated)
    text = f"{len(dated)} findings from {years[0]} to {last}: " + ", ".join(
        f"{book.label(d, 'design').lower()} {totals[d]}" for d in designs
    )
    return svg([lines(grid), words([{"x": x[t], "y": 12, "text": f"{t}{' and before' if t == first > years[0] else ''}"} for t in ticks], "soft", 13, "center"),
                words([{"x": 0, "y": place[d], "text": shortened(book.label(d, "design"), int(label / 6.6))} for d in designs]), marks(dots),
                words([{"x": width - 2, "y": place[d], "text": str(totals[d])} for d in designs], "soft", align="right")],
               width, top + row * len(designs) + 4, "Findings by design and year", text + ".")  # fmt: skip


def strip(book: Book, width: int, article: Row) -> str:
    """The segments of an article side by side, as wide as they are long, coloured by the verdicts on what they state."""
    end = max((s["end"] for s in article["segments"]), default=1) or 1
    height, boxes, ticks = 76.0, [], []
    for s in article["segments"]:
        x, x2 = width * s["start"] / end, width * s["end"] / end
        verdicts = [m["claim"]["rating"]["verdict"] for m in sorted(s["stated"], key=lambda m: standing(m["claim"]))]
        part = height / max(len(verdicts), 1)
        boxes += [{"x": x, "x2": x2, "y": part * n, "y2": part * (n + 1), "fill": v} for n, v in enumerate(verdicts)]
        if not verdicts:
            boxes.append({"x": x, "x2": x2, "y": 0, "y2": height, "fill": "line"})
        if s["segment_no"] % (10 if width >= WIDE else 20) == 0:
            ticks.append({"x": (x + x2) / 2, "y": height + 12, "text": str(s["segment_no"])})
    silent = sum(not s["stated"] for s in article["segments"])
    text = f"{len(article['segments'])} segments, {silent} of them without a claim; claims stated: {counted(book.verdicts(article['claims']), book)}."
    return svg(
        [bars(boxes, 0.6), words(ticks, "soft", 12, "center")],
        width,
        height + 22,
        "The article, segment by segment",
        text,
    )


def directions(claim: Row, book: Book) -> str:
    """A claim's evidence: one mark a finding, by design and direction, as large as the study. Those left out are not drawn."""
    cells: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for e in counting(claim):
        cells[e["finding"]["design"], e["weighed_as"]].append(e["finding"])
    designs = list(dict.fromkeys(design for design, _ in cells))
    label, column, step = 140.0, 66.0, 15.0
    across = 4
    x = {d: label + column * n for n, d in enumerate(["refutes", "inconclusive", "supports"])}
    y, shapes, texts, rules = 26.0, [], [], []
    for design in designs:
        tall = max(math.ceil(len(cells[design, d]) / across) for d in x)
        for d in x:
            shapes += [{"x": x[d] + 10 + step * (n % across), "y": y + 12 + step * (n // across), "shape": looks.AS_VERDICT[d], "size": size_of(f["n"])}
                       for n, f in enumerate(cells[design, d])]  # fmt: skip
        texts.append({"x": 0, "y": y + 12, "text": shortened(book.label(design, "design"), 24)})
        y += step * tall + 9
        rules.append({"x": 0, "x2": NARROW, "y": y - 0.5, "y2": y - 0.5})
    heads = [
        {"x": x[d] + 3, "y": 11, "text": t}
        for d, t in [("refutes", "Against"), ("inconclusive", "Unclear"), ("supports", "For")]
    ]
    counts = Counter(e["weighed_as"] for e in counting(claim))
    text = f"{counts['supports']} findings for, {counts['refutes']} against, {counts['inconclusive']} inconclusive; " + "; ".join(
        f"{book.label(d, 'design').lower()}: {len(cells[d, 'supports'])} for, {len(cells[d, 'refutes'])} against" for d in designs)  # fmt: skip
    return svg([lines(rules), words(heads, "soft", 13), words(texts), marks(shapes)], NARROW, y + 2, "Findings by design and direction", text + ".")  # fmt: skip


def counting(claim: Row) -> list[Row]:
    """The evidence that the rating weighed."""
    return [e for e in claim["evidence"] if e["finding_id"] not in claim["left_out"]]


def size_of(n: int | None) -> float:
    """Area of a mark by number of participants: small, under 100, under 1,000, more."""
    return 40.0 if not n or n < 30 else 70.0 if n < 100 else 110.0 if n < 1000 else 150.0


def intervals(claim: Row) -> list[Row]:
    """The largest group of weighed findings that give the same measure in the same unit with an interval."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for e in counting(claim):
        f = e["finding"]
        ends = (f["ci_low"], f["effect_value"], f["ci_high"])
        positive = f["effect_type"] not in policy()["ratio_types"] or min(v or 0 for v in ends) > 0
        if None not in ends and (f["interval_type"] or "").startswith("ci") and positive:
            groups[f["effect_type"], f["unit"]].append(e)
    return max(groups.values(), key=len, default=[])


def forest(claim: Row, book: Book) -> str:
    """A forest plot of the findings that share a measure: estimate and interval, against no effect or the claim's threshold."""
    shown = intervals(claim)
    first = shown[0]["finding"]
    ratio = first["effect_type"] in policy()["ratio_types"]
    mark = 1.0 if ratio else claim["threshold_value"] if claim["threshold_unit"] == first["unit"] else None
    scale = math.log if ratio else float
    ends = [scale(e["finding"][k]) for e in shown for k in ("ci_low", "ci_high")] + (
        [scale(mark)] if mark is not None else []
    )
    low, high = min(ends), max(ends)
    left, right = 118.0, NARROW - 12.0

    def at(value: float) -> float:
        return left + (right - left) * (scale(value) - low) / ((high - low) or 1)

    row, top = 24.0, 8.0
    rules, shapes, texts = [], [], []
    for n, e in enumerate(shown):
        f, y = e["finding"], top + row * n + 12
        rules.append({"x": at(f["ci_low"]), "x2": at(f["ci_high"]), "y": y, "y2": y})
        shapes.append(
            {"x": at(f["effect_value"]), "y": y, "shape": looks.AS_VERDICT[e["weighed_as"]], "size": size_of(f["n"])}
        )
        texts.append({"x": 0, "y": y, "text": shortened(short_name(e["source"]), 17)})
    bottom = top + row * len(shown)
    ticks = axis_ticks(math.exp(low) if ratio else low, math.exp(high) if ratio else high, ratio)
    layers = [lines([{"x": left, "x2": right, "y": bottom + 4, "y2": bottom + 4}]), lines([{"x": at(t), "x2": at(t), "y": bottom + 4, "y2": bottom + 9} for t in ticks]),
              words([{"x": at(t), "y": bottom + 18, "text": f"{t:g}"} for t in ticks], "soft", 13, "center"),
              words([{"x": right, "y": bottom + 36, "text": f"{book.label(first['effect_type'], 'effect_type')}, {first['unit']}"}], "soft", 13, "right")]  # fmt: skip
    if mark is not None:
        layers.append(lines([{"x": at(mark), "x2": at(mark), "y": top, "y2": bottom + 4}], "soft", 1, (3, 3)))
    text = "; ".join(f"{short_name(e['source'])}: {e['finding']['effect_value']:g} ({e['finding']['ci_low']:g} to {e['finding']['ci_high']:g})" for e in shown)  # fmt: skip
    return svg([*layers, lines(rules, "ink", 1.5), marks(shapes), words(texts)], NARROW, bottom + 46,
               f"{book.label(first['effect_type'], 'effect_type')} in {len(shown)} findings", text + ".")  # fmt: skip


def short_name(source: Row) -> str:
    """A source as a plot names it: first name of its creators, and the year."""
    name = re.split(r"[ ,;]", source.get("creators") or source.get("container") or source["source_id"])[0]
    return f"{name} {source.get('year') or ''}".strip()


def axis_ticks(low: float, high: float, ratio: bool) -> list[float]:
    """A few round numbers within the range."""
    if ratio:
        candidates = [m * 10.0**e for e in range(-4, 5) for m in (1, 2, 5)]
    else:
        step = 10 ** math.floor(math.log10((high - low) or 1))
        step = step / 2 if (high - low) / step < 3 else step * 2 if (high - low) / step > 6 else step
        candidates = [step * n for n in range(math.floor(low / step), math.ceil(high / step) + 1)]
    inside = [t for t in candidates if low - 1e-9 <= t <= high + 1e-9]
    return inside[:: math.ceil(len(inside) / 5) or 1] if inside else []
