"""Where interpreters of the measured programs come from.

Peers live in an environment of their own, so that the black-box ``aiohttp`` never meets ours.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCH = Path(__file__).resolve().parent
OURS = ROOT / ".venv" / "bin" / "python"
PEERS = ROOT / ".venv-peers" / "bin" / "python"
PEER_REQUIREMENTS = (
    "aiohttp==3.14.5",
    "uvloop",
    "uvicorn",
    "granian",
    "httptools",
    "httpx",
    "websockets",
    "picows",
    "python-multipart",
    "Brotli",
)


def ensure_peers() -> None:
    """Make the environment of the peers once; does nothing when it exists."""
    if PEERS.exists():
        return
    print("installing the peers into .venv-peers ...", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", str(PEERS.parents[1])], check=True)
    subprocess.run([str(PEERS), "-m", "pip", "install", "-q", *PEER_REQUIREMENTS], check=True)
