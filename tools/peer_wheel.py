"""aiohttp's own wheel in an environment of its own: the peer of tests that compare."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tools.environment import STATE, in_venv, install, make_venv
from tools.exclusive import exclusively
from tools.workspace import ROOT

PEER = "aiohttp==3.14.5"


def peer_python() -> Path:
    """Return an interpreter that imports the wheel; install it if need be, one process at a time.

    Raises :class:`~tools.environment.CommandFailed` where it cannot be installed.
    """
    own = ROOT / ".venv-peer-aiohttp"
    with exclusively(STATE / "peer.lock"):
        for folder in (ROOT / ".venv-peers", own):
            python = in_venv(folder, "python")
            if python.is_file() and not subprocess.run([python, "-c", "import aiohttp"]).returncode:
                return python
        make_venv(own)
        python = in_venv(own, "python")
        install(python, [PEER])
        return python
