"""The demo, as a new user runs it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_once() -> None:
    done = subprocess.run(
        [sys.executable, "demo/run.py", "--once", "--port", "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "BAD" not in done.stdout
    assert done.stdout.count("  ok  ") >= 8
    assert done.stderr == ""
