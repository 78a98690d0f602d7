"""The Autobahn test-suite: installing it once, running it, reading its verdicts.

It runs under CPython 2.7 alone and gets an environment of its own in ``.autobahn/``.  Where no such
interpreter or no package index is found, :func:`wstest` says so.
"""

import asyncio
import glob
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tools.exclusive import exclusively

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".autobahn"
SUITE = HOME / "suite"
VERSION = "25.10.1"

GROUPS = {
    "protocol": (["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*"], 247),
    "limits": (["9.*"], 54),
    "compression": (["12.*"], 90),
    "windows": (["13.*"], 126),
}
"""Cases that run together, and how many they are; the first group takes seconds, others long."""
QUICK = ("protocol",)
INFORMATIONAL = {"7.1.6", "7.13.1", "7.13.2"}


class Unavailable(Exception):
    """The suite cannot run here; the text says why."""


def find_python27() -> str:
    found = shutil.which("python2.7")
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    candidates = sorted(glob.glob(f"{pyenv}/versions/2.7.*/bin/python2.7"), reverse=True)
    for candidate in [*candidates, *([found] if found else [])]:
        check = subprocess.run([candidate, "-c", "import ssl"], capture_output=True)
        if check.returncode == 0:
            return candidate
    raise Unavailable("the Autobahn test-suite needs CPython 2.7, and there is none")


def run(*command: str | os.PathLike[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=400)
    except subprocess.TimeoutExpired:
        raise Unavailable("the Autobahn test-suite could not be installed in time") from None
    if done.returncode:
        shown = (done.stderr or done.stdout)[-500:]
        raise Unavailable(f"the Autobahn test-suite could not be installed: {shown}")


def installed() -> bool:
    mark = HOME / "version"
    return mark.exists() and mark.read_text() == VERSION


def wstest() -> Path:
    """Return the path of the suite's command, installing it if need be."""
    command = SUITE / "bin" / "wstest"
    if installed():
        return command
    python27 = find_python27()
    with exclusively(HOME / "lock"):
        if not installed():
            maker = HOME / "maker"
            shutil.rmtree(maker, ignore_errors=True)
            shutil.rmtree(SUITE, ignore_errors=True)
            run(sys.executable, "-m", "venv", maker)
            run(maker / "bin" / "python", "-m", "pip", "install", "-q", "virtualenv<20.22")
            run(maker / "bin" / "python", "-m", "virtualenv", "-q", "-p", python27, SUITE)
            run(SUITE / "bin" / "pip", "install", "-q", f"autobahntestsuite=={VERSION}")
            (HOME / "version").write_text(VERSION)
    return command


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@asynccontextmanager
async def running(mode: str, spec: dict[str, Any], folder: Path) -> AsyncIterator[Any]:
    """Run ``wstest`` with *spec*; it is ended on leaving."""
    spec = {"outdir": str(folder / "reports"), "exclude-agent-cases": {}, **spec}
    path = folder / "spec.json"
    path.write_text(json.dumps(spec))
    with open(folder / "wstest.log", "wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(wstest(), "-m", mode, "-s", path, "--webport", "0"),
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def verdicts(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what the suite says of each case."""
    index = json.loads((folder / "reports" / "index.json").read_text())
    (cases,) = index.values()
    found: dict[str, dict[str, Any]] = cases
    return found


def complaints(cases: dict[str, dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """Return the cases that are not strictly right."""
    allowed = {name: {"OK", "INFORMATIONAL"} if name in INFORMATIONAL else {"OK"} for name in cases}
    return {
        name: (case["behavior"], case["behaviorClose"])
        for name, case in cases.items()
        if case["behavior"] not in allowed[name]
        or case["behaviorClose"] not in {"OK", "INFORMATIONAL"}
    }
