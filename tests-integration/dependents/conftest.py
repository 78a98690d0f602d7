"""An environment with our wheels and the published packages that depend on aiohttp."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.environment import build_environ, look_again
from tools.workspace import packages

CASES = Path(__file__).with_name("cases")
REQUIREMENTS = CASES / "requirements.txt"
PATIENCE = 400
"""Seconds that building or installing may take."""


def run(*command: str | Path, env: dict[str, str] | None = None) -> tuple[int, str]:
    """Run a command; return its status, 124 after too long a time, and what it printed."""
    try:
        done = subprocess.run(
            [os.fspath(part) for part in command],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        return 124, f"{exc}"
    return done.returncode, done.stdout


def wanted(config: pytest.Config) -> bool:
    """Return whether somebody asked for these tests: they take minutes and need an index."""
    return "dependents" in str(config.getoption("-m")) or bool(os.environ.get("AIOHTTP_DEPENDENTS"))


@pytest.fixture(scope="session")
def environment(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of the environment; skip where the index cannot be reached."""
    if not wanted(pytestconfig):
        pytest.skip("only on demand: nox -s dependents")
    folder = tmp_path_factory.mktemp("dependents")
    wheels = folder / "wheels"
    for package in packages():
        status, output = run(
            *(sys.executable, "-m", "build", "--wheel", "--no-isolation"),
            *("--outdir", wheels, package.folder),
            env=build_environ(os.environ.get("AIOHTTP_EXTENSIONS") or "auto"),
        )
        if status:
            pytest.fail(output[-10_000:], pytrace=False)
    python = folder / "venv" / "bin" / "python"
    if os.name == "nt":
        python = folder / "venv" / "Scripts" / "python.exe"
    uv = (sys.executable, "-m", "uv")
    status, output = run(*uv, "venv", "--python", sys.executable, folder / "venv")
    if status:
        pytest.fail(output, pytrace=False)
    ours = [f"{package.distribution}=={package.version}" for package in packages()]
    status, output = run(
        *(*uv, "pip", "install", "--python", python, "--find-links", wheels),
        *(*look_again(), "--requirements", REQUIREMENTS, *ours),
    )
    if status:
        pytest.skip(f"the dependents could not be installed: {output[-2000:]}")
    return python
