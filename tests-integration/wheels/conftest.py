"""All distributions, built once: an sdist each, and a wheel from that sdist."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.environment import build_environ
from tools.workspace import packages


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build everything; what a compiler can build it must build."""
    folder = tmp_path_factory.mktemp("artifacts")
    # A broken compilation would otherwise hide behind the plain fallback.
    mode = os.environ.get("AIOHTTP_EXTENSIONS") or "require"
    for package in packages():
        # Without --wheel or --sdist this builds the sdist, and the wheel from it.
        command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder]
        done = subprocess.run(
            [*command, package.folder],
            env=build_environ(mode),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=400,
            check=False,
        )
        assert done.returncode == 0, done.stdout
    return folder
