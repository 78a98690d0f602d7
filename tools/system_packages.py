"""The real peers that integration tests talk to: nginx, curl, forward proxies and others.

Where the machine is a Debian on which we are root, what is missing is installed in the background
while other tests run.  Elsewhere, or when that fails, the tests that need a peer are skipped and
say so.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

from tools.environment import STATE, State, environ, say

# Any of these programs -> the package that brings one.
PEERS: dict[tuple[str, ...], str] = {
    ("curl",): "curl",
    ("nginx",): "nginx-light",
    ("wrk",): "wrk",
    ("ab",): "apache2-utils",
    ("h2load",): "nghttp2-client",
    ("node", "nodejs"): "nodejs",
    ("chromium", "chromium-browser", "google-chrome", "chrome"): "chromium",
    ("openssl",): "openssl",
    ("tinyproxy",): "tinyproxy-bin",
    ("squid",): "squid-openssl",
    ("stunnel4", "stunnel"): "stunnel4",
    ("microsocks",): "microsocks",
    ("danted",): "dante-server",
}
LIMIT = 240.0

# Debian asks this program whether a package that was just installed may start its services.
POLICY = Path("/usr/sbin/policy-rc.d")


def missing() -> list[str]:
    """Return the packages of which no program is on the path."""
    path = os.environ.get("PATH", os.defpath) + os.pathsep + "/usr/sbin"
    return [
        name
        for programs, name in PEERS.items()
        if not any(shutil.which(program, path=path) for program in programs)
    ]


@contextlib.contextmanager
def without_services() -> Iterator[None]:
    """Let no package start a service: the tests start the servers that they need."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)


class SystemPackages:
    """Installs missing peers in a thread; tried once per set of missing packages."""

    def __init__(self) -> None:
        """Find out what is missing; nothing is started yet."""
        self._missing = missing()
        self._thread: threading.Thread | None = None
        self._state = State(STATE / "system.json")

    def start(self) -> None:
        """Begin, if this machine lets us and it was not tried before."""
        key = " ".join(self._missing)
        is_root = getattr(os, "geteuid", lambda: 1)() == 0
        if not key or not is_root or shutil.which("apt-get") is None:
            return
        if self._state.is_current("tried", key):
            return
        self._state.note("tried", key)
        say(f"installing in the background: {key}")
        self._thread = threading.Thread(target=self._install, daemon=True)
        self._thread.start()

    def _install(self) -> None:
        env = environ(DEBIAN_FRONTEND="noninteractive")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": env}
        options = ["-o", "DPkg::Lock::Timeout=30", "-o", "Acquire::Retries=1"]
        try:
            subprocess.run(["apt-get", *options, "-q", "update"], timeout=90, **quiet)  # type: ignore[call-overload]
            with without_services():
                for name in self._missing:
                    # One by one: a package that does not exist must not take the others along.
                    subprocess.run(  # type: ignore[call-overload]
                        ["apt-get", *options, "-qy", "install", "--no-install-recommends", name],
                        timeout=LIMIT,
                        **quiet,
                    )
        except (OSError, subprocess.TimeoutExpired):
            return

    def finish(self) -> None:
        """Wait for the installation, within its limit, and say what is still not here."""
        if self._thread is not None:
            self._thread.join(LIMIT)
        absent = missing()
        if absent:
            say(f"not on this machine, tests that need them are skipped: {', '.join(absent)}")
