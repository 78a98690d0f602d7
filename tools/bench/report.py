"""Tables for people and JSON for plots, made from the same rows."""

import json
import os
import platform
import statistics
import time
from importlib import metadata
from pathlib import Path
from typing import Any


def median(values: list[float]) -> float:
    return statistics.median(values) if values else float("nan")


def table(title: str, header: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [f"### {title}", "", "| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def about() -> dict[str, str]:
    """Say on what the figures were measured; the order is that of a sentence."""
    try:
        with open("/proc/cpuinfo") as file:
            names = [line.partition(":")[2].strip() for line in file if "model name" in line]
    except OSError:
        names = []
    try:
        uvloop = f"uvloop {metadata.version('uvloop')}"
    except metadata.PackageNotFoundError:
        uvloop = "no uvloop"
    return {
        "date": time.strftime("%-d %B %Y", time.gmtime()),
        "machine": f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": f"{platform.python_implementation()} {platform.python_version()}, {uvloop}",
    }


def save(path: Path, data: dict[str, Any]) -> None:
    """Write the figures and what they were measured on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**data, "about": about()}, indent=1) + "\n")
