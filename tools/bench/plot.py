"""Plots of benchmarks, as SVG: one bar for each program, as a ratio to aiohttp.

    python -m tools.bench.plot server.json client.json --out docs/_static/plots

Each family and event loop becomes one file, with a panel for each scenario.  A bar is the work per
second of processor time relative to aiohttp 3.14.5, for weights and start-up times the inverse
ratio: longer is better everywhere.  What the JSON says is what ``--json`` of the benchmarks wrote.

The picture brings its own background and follows the reader's choice of light or dark.  Standard
library only.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

BASE = "aiohttp"
OURS = "ours"
#: Families that are measured under load, a sample of processor time per unit of work each.
LOADED = ("server", "client", "websocket")
#: Programs that do no HTTP worth the name; they show how far away the floor is.
FLOORS = ("constant", "floor")

WIDTH = 860
LABEL = 220
RIGHT = 70
BAR = 18
GAP = 7
HEAD = 34
TOP = 58
BOTTOM = 30

STYLE = """
text { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #24292f }
.title { font-size: 17px; font-weight: 600 }
.note { font-size: 12px; fill: #57606a }
.panel { font-weight: 600 }
.number { font-variant-numeric: tabular-nums }
.card { fill: #ffffff; stroke: #d0d7de }
.one { stroke: #57606a; stroke-dasharray: 3 3 }
.ours { fill: #2563eb } .second { fill: #7fb0ff } .base { fill: #d97706 }
.peer { fill: #8c959f } .floor { fill: #c9d1d9 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .note { fill: #9198a1 }
  .card { fill: #15181c; stroke: #3d444d } .one { stroke: #9198a1 }
  .ours { fill: #4c8dff } .second { fill: #2a4f8f } .base { fill: #e3912d }
  .peer { fill: #6e7681 } .floor { fill: #3d444d }
}
""".strip()


@dataclass(frozen=True)
class Bar:
    """One program in one scenario."""

    name: str
    ratio: float

    @property
    def kind(self) -> str:
        """What the bar is coloured by."""
        if self.name.startswith(OURS):
            return "second" if "interpreted" in self.name else "ours"
        if self.name.startswith(BASE):
            return "base"
        return "floor" if self.name in FLOORS else "peer"


@dataclass(frozen=True)
class Panel:
    """One scenario."""

    title: str
    bars: Sequence[Bar]


def by_ratio(costs: Mapping[str, float]) -> list[Bar]:
    """Return bars from what one unit of work costs; nothing without a base to compare with."""
    base = next((cost for name, cost in costs.items() if name.startswith(BASE)), None)
    if not base:
        return []
    bars = [Bar(name, base / cost) for name, cost in costs.items() if cost > 0]
    return sorted(bars, key=lambda bar: -bar.ratio)


def _median(values: Iterable[float]) -> float:
    found = [value for value in values if not math.isnan(value)]
    return statistics.median(found) if found else 0.0


def _import_panels(programs: Mapping[str, Any]) -> list[Panel]:
    weights = {
        "import time": {n: _median(t) for n, t in programs["seconds"].items()},
        "modules loaded": dict(programs["modules"]),
        "installed size": dict(programs["bytes"]),
    }
    return [Panel(title, by_ratio(costs)) for title, costs in weights.items()]


def _case_panels(prefix: str, columns: Mapping[str, Mapping[str, float]]) -> list[Panel]:
    """Return a panel for each case of a table that has a column for each program."""
    cases = list(dict.fromkeys(case for by_case in columns.values() for case in by_case))
    return [
        Panel(prefix + case, by_ratio({n: c[case] for n, c in columns.items() if case in c}))
        for case in cases
    ]


def _multipart_panels(data: Mapping[str, Any]) -> list[Panel]:
    kinds: dict[str, dict[str, Any]] = {}
    for key, by_case in data.items():
        kind, comma, program = key.partition(", ")
        if comma and kind in ("read", "write"):
            kinds.setdefault(kind, {})[program] = by_case
    return [
        panel for kind, columns in kinds.items() for panel in _case_panels(f"{kind}: ", columns)
    ]


def figures(data: Mapping[str, Any]) -> dict[str, list[Panel]]:
    """Return the panels of each picture: ``{"server uvloop": [...], "imports": [...]}``."""
    found: dict[str, list[Panel]] = {}
    for key, programs in data.items():
        if key == "imports":
            found[key] = _import_panels(programs)
        elif key in ("parser", "memory"):
            found[key] = _case_panels("", programs)
        elif len(parts := key.split()) >= 3 and parts[0] in LOADED:
            family, scenario, loop = parts[0], " ".join(parts[1:-1]), parts[-1]
            costs = {name: _median(s["cpu"]) for name, s in programs.items() if s.get("cpu")}
            title = f"{scenario} concurrent" if scenario.isdigit() else scenario
            found.setdefault(f"{family} {loop}", []).append(Panel(title, by_ratio(costs)))
    found["multipart"] = _multipart_panels(data)
    with_bars = {name: [p for p in panels if p.bars] for name, panels in found.items()}
    return {name: panels for name, panels in with_bars.items() if panels}


def _clipped_scale(panels: Sequence[Panel]) -> float:
    """Return the ratio at the right edge: floors may be cut, everybody else fits."""
    counted = [b.ratio for p in panels for b in p.bars if b.kind != "floor"]
    return max(counted, default=1.0) * 1.05


def draw(title: str, note: str, panels: Sequence[Panel]) -> str:
    """Return one picture."""
    height = TOP + BOTTOM + sum(HEAD + len(p.bars) * (BAR + GAP) for p in panels)
    scale = (WIDTH - LABEL - RIGHT) / _clipped_scale(panels)
    described = "; ".join(
        f"{p.title}: " + ", ".join(f"{b.name} {b.ratio:.2f}" for b in p.bars) for p in panels
    )
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"',
        f'  width="{WIDTH}" height="{height}" role="img" aria-labelledby="t d">',
        f'<title id="t">{escape(title)}</title>',
        f'<desc id="d">{escape(described)}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="card" x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>',
        f'<text class="title" x="20" y="28">{escape(title)}</text>',
        f'<text class="note" x="20" y="47">{escape(note)}</text>',
    ]
    y = TOP
    for panel in panels:
        out.append(f'<text class="panel" x="20" y="{y + 22}">{escape(panel.title)}</text>')
        top = y + HEAD
        y = top
        for bar in panel.bars:
            long = bar.ratio * scale
            room = WIDTH - LABEL - RIGHT
            cut = long > room
            width = min(long, room)
            middle = y + BAR / 2 + 4.5
            name = escape(bar.name)
            out.append(f'<text x="{LABEL - 10}" y="{middle:.1f}" text-anchor="end">{name}</text>')
            out.append(
                f'<rect class="{bar.kind}" x="{LABEL}" y="{y}" width="{width:.1f}" '
                f'height="{BAR}" rx="2"/>'
            )
            arrow = " →" if cut else ""
            out.append(
                f'<text class="number" x="{LABEL + width + 8:.1f}" y="{middle:.1f}">'
                f"{bar.ratio:.2f}{arrow}</text>"
            )
            y += BAR + GAP
        x = LABEL + scale
        out.append(f'<line class="one" x1="{x:.1f}" x2="{x:.1f}" y1="{top - 4}" y2="{y - 3}"/>')
    out.append("</svg>")
    return "\n".join(out) + "\n"


NOTES = {
    "imports": "aiohttp divided by the program: longer is less. The dashed line is aiohttp 3.14.5.",
    "memory": "aiohttp divided by the program: longer is less. The dashed line is aiohttp 3.14.5.",
    "": "Work per second of processor time, relative to aiohttp 3.14.5 (dashed line). "
    "Longer is faster.",
}


def title_of(name: str) -> str:
    """Return the heading of a picture: ``server uvloop`` is *Server, uvloop*."""
    family, _, loop = name.partition(" ")
    return family.capitalize() + (f", {loop}" if loop else "")


def merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add the figures of another run; the later one of two figures wins."""
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value


def read(files: Iterable[Path]) -> dict[str, Any]:
    """Return what several runs have written, as one: each may have weighed something."""
    data: dict[str, Any] = {}
    for file in files:
        merge(data, json.loads(file.read_text(encoding="utf-8")))
    return data


def write(pictures: Mapping[str, Sequence[Panel]], folder: Path) -> dict[str, Path]:
    """Draw the pictures into *folder*; return where each of them is."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for name, panels in pictures.items():
        path = folder / f"{name.replace(' ', '-')}.svg"
        note = NOTES.get(name.partition(" ")[0], NOTES[""])
        path.write_text(draw(title_of(name), note, panels), encoding="utf-8")
        paths[name] = path
    return paths


def main(argv: Sequence[str]) -> int:
    """Write the pictures and say where."""
    parser = argparse.ArgumentParser(
        prog="tools.bench.plot",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="JSON")
    parser.add_argument("--out", type=Path, default=Path("docs/_static/plots"))
    options = parser.parse_args(argv)
    pictures = figures(read(options.files))
    if not pictures:
        print("nothing to draw: no scenario has figures of aiohttp and of others", file=sys.stderr)
        return 1
    for path in write(pictures, options.out).values():
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
