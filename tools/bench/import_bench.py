"""What an installation weighs and how long its import takes, beside aiohttp and httpx.

Every library is installed from wheels into an environment of its own, ours as a user would get it
(compiled).  Imports are timed in fresh processes, interleaved, in processor time, with their
bytecode on the disk as in any installation; bytes are those that the installer recorded, for the
distribution with all it depends on.  The floor is what a client
cannot do without: asyncio, TLS, URLs, multidicts, JSON, zlib.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from . import report
from .environment import ROOT

BASE = "aiohttp 3.14.5"
FLOOR = "asyncio, socket, ssl, json, zlib, multidict, yarl, aiosignal, aiohappyeyeballs"
LIBRARIES = {
    BASE: ("aiohttp==3.14.5", "aiohttp"),
    "httpx": ("httpx", "httpx"),
    "floor": ("multidict yarl aiosignal aiohappyeyeballs", FLOOR),
    "ours: aiohttp-client": ("aiohttp-client", "aiohttp_client"),
    "ours: aiohttp-web": ("aiohttp-web", "aiohttp_web"),
    "ours: aiohttp": ("aiohttp==3.90.0", "aiohttp"),
}

IMPORT = """
import sys, time
started = time.process_time()
import {module}
print(time.process_time() - started, len(sys.modules))
"""

SIZE = """
import importlib.metadata as metadata, json, os, re, sys

def closure(name, seen):
    name = re.sub(r"[-_.]+", "-", name).lower()
    if name in seen:
        return seen
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return seen
    seen[name] = sum(
        os.path.getsize(found.locate_file(file))
        for file in found.files or ()
        if file.suffix != ".pyc" and os.path.exists(found.locate_file(file))
    )
    for requirement in found.requires or ():
        if "extra ==" not in requirement:
            closure(re.match(r"[A-Za-z0-9._-]+", requirement)[0], seen)
    return seen

found = {}
for name in sys.argv[1:]:
    closure(name, found)
print(json.dumps(found))
"""


def warm() -> dict[str, str]:
    """Return an environment in which bytecode is written once and read afterwards."""
    unwanted = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONPROFILEIMPORTTIME")
    return {name: value for name, value in os.environ.items() if name not in unwanted}


def build_wheels(folder: Path) -> None:
    """Build the seven wheels into *folder*."""
    for package in sorted((ROOT / "packages").iterdir()):
        if (package / "pyproject.toml").exists():
            subprocess.run(
                [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, package],
                check=True,
            )


def install(requirements: str, wheels: Path, folder: Path) -> Path:
    """Make an environment with *requirements*; return its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    command = [python, "-m", "pip", "install", "-q", "--find-links", wheels]
    command += requirements.split()
    subprocess.run(command, check=True)
    return python


def main(argv: list[str]) -> int:
    """Measure, print a table."""
    parser = argparse.ArgumentParser(prog="tools/bench imports", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "wheels").mkdir()
        build_wheels(folder / "wheels")
        pythons = {
            name: install(requirements, folder / "wheels", folder / f"env{number}")
            for number, (name, (requirements, _)) in enumerate(LIBRARIES.items())
        }
        times: dict[str, list[float]] = {name: [] for name in LIBRARIES}
        modules, sizes = {}, {}
        for number in range(options.rounds + 1):
            for name, (_, module) in LIBRARIES.items():
                done = subprocess.run(
                    [pythons[name], "-c", IMPORT.format(module=module)],
                    capture_output=True,
                    text=True,
                    check=True,
                    env=warm(),
                )
                seconds, count = done.stdout.split()
                if number:  # the first run wrote the bytecode
                    times[name].append(float(seconds))
                modules[name] = int(count)
        for name, (requirements, _) in LIBRARIES.items():
            done = subprocess.run(
                [pythons[name], "-c", SIZE, *(r.partition("==")[0] for r in requirements.split())],
                capture_output=True,
                text=True,
                check=True,
            )
            sizes[name] = sum(json.loads(done.stdout).values())
    rows = []
    for name in LIBRARIES:
        ms = report.median(times[name]) * 1000
        rows.append(
            [
                name,
                f"{ms:.1f}",
                f"**{ms / (report.median(times[BASE]) * 1000):.2f}**",
                str(modules[name]),
                f"{sizes[name] / 1e6:.2f}",
                f"**{sizes[name] / sizes[BASE]:.2f}**",
            ]
        )
    header = ["library", "import ms", "of aiohttp", "modules loaded", "installed MB", "of aiohttp"]
    print(report.table("sizes and imports", header, rows), flush=True)
    if options.json:
        report.save(
            options.json, {"imports": {"seconds": times, "bytes": sizes, "modules": modules}}
        )
    return 0
