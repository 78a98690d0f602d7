"""The page of benchmarks: its plots and its tables, made anew from what was measured.

    python3 tools/dev.py bench page results/*.json

draws ``docs/_static/plots/*.svg`` and writes what stands in ``docs/benchmarks.md`` between the
comments ``figures`` and ``end of figures``: one section for each family and event loop, with its
plot, the table of its figures, and the machine that they were measured on.  What is measured again
replaces what stood there, so give the JSON of all families at once.  Standard library only.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import plot
from .report import median

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
PLOTS = ROOT / "docs" / "_static" / "plots"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
UNITS = {"websocket": "messages"}


def _ratio(base: float, cost: float) -> str:
    return f"**{base / cost:.2f}**" if base and cost else ""


def _base(costs: Mapping[str, float]) -> float:
    return next((cost for name, cost in costs.items() if name.startswith(plot.BASE)), 0.0)


def loaded_rows(data: Mapping[str, Any], family: str, loop: str) -> list[list[str]]:
    """Return the rows of a family that was measured under load."""
    unit = UNITS.get(family, "requests")
    rows = [["scenario", "program", f"{unit}/s", f"CPU µs/{unit[:-1]}", "ratio by CPU"]]
    for key, programs in data.items():
        parts = key.split()
        if len(parts) < 3 or (parts[0], parts[-1]) != (family, loop):
            continue
        costs = {name: median(s["cpu"]) for name, s in programs.items() if s.get("cpu")}
        scenario = " ".join(parts[1:-1])
        scenario += " concurrent" * scenario.isdigit()
        for name, cost in costs.items():
            rate = f"{median(programs[name]['rate']):,.0f}"
            rows.append([scenario, name, rate, f"{cost:.2f}", _ratio(_base(costs), cost)])
            scenario = ""
    return rows


def import_rows(programs: Mapping[str, Any]) -> list[list[str]]:
    """Return the rows of start-up times and weights."""
    seconds = {name: median(times) for name, times in programs["seconds"].items()}
    rows = [["library", "import ms", "of aiohttp's", "modules", "installed MB", "of aiohttp's"]]
    for name, took in seconds.items():
        size = programs["bytes"][name]
        rows.append(
            [
                name,
                f"{took * 1000:.1f}",
                f"**{took / _base(seconds):.2f}**",
                str(programs["modules"][name]),
                f"{size / 1e6:.2f}",
                f"**{size / _base(programs['bytes']):.2f}**",
            ]
        )
    return rows


def case_rows(panels: Sequence[plot.Panel]) -> list[list[str]]:
    """Return the rows of work that has no requests: ratios alone."""
    programs = list(dict.fromkeys(bar.name for panel in panels for bar in panel.bars))
    rows = [["", *programs]]
    for panel in panels:
        ratios = {bar.name: f"{bar.ratio:.2f}" for bar in panel.bars}
        rows.append([panel.title, *(ratios.get(name, "") for name in programs)])
    return rows


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown, numbers to the right."""
    head, *body = rows
    numbers = [
        all(
            not row[n] or row[n].strip("*").replace(",", "").replace(".", "").isdigit()
            for row in body
        )
        for n in range(len(head))
    ]
    lines = ["| " + " | ".join(head) + " |"]
    lines.append("|" + "|".join("---:" if right else "---" for right in numbers) + "|")
    lines += ["| " + " | ".join(row) + " |" for row in body]
    return "\n".join(lines) + "\n"


def sections(data: Mapping[str, Any], pictures: Mapping[str, Sequence[plot.Panel]]) -> str:
    """Return everything that stands between the two comments."""
    parts = []
    if about := data.get("about"):
        parts.append("Measured on " + "; ".join(about.values()) + ".\n")
    for name, panels in pictures.items():
        family, _, loop = name.partition(" ")
        if name == "imports":
            rows = import_rows(data[name])
        elif loop:
            rows = loaded_rows(data, family, loop)
        else:
            rows = case_rows(panels)
        title = plot.title_of(name)
        image = f"_static/plots/{name.replace(' ', '-')}.svg"
        described = f"{title}: ratios to aiohttp 3.14.5; the table below has the same figures."
        parts.append(f"### {title}\n\n![{described}]({image})\n\n{table(rows)}")
    return "\n".join(parts)


def fill(page: str, text: str) -> str:
    """Return *page* with *text* between the two comments; a page without them is an error."""
    found = re.search(f"{BEGIN}.*?{END}", page, re.DOTALL)
    if found is None:
        raise ValueError(f"the page has no {BEGIN} ... {END}")
    return f"{page[: found.start()]}{BEGIN}\n\n{text}\n{END}{page[found.end() :]}"


def main(argv: Sequence[str]) -> int:
    """Draw the plots and fill the page."""
    parser = argparse.ArgumentParser(
        prog="tools.bench page",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="JSON")
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--plots", type=Path, default=PLOTS)
    options = parser.parse_args(argv)
    data = plot.read(options.files)
    pictures = plot.figures(data)
    if not pictures:
        print("nothing to draw: no scenario has figures of aiohttp and of others", file=sys.stderr)
        return 1
    page = fill(options.page.read_text(encoding="utf-8"), sections(data, pictures))
    for old in options.plots.glob("*.svg"):
        old.unlink()
    plot.write(pictures, options.plots)
    options.page.write_text(page, encoding="utf-8")
    print(f"{options.page}: {len(pictures)} plots and tables")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
