"""The real peers that integration tests talk to: nginx, curl, forward proxies and others.

Where the machine is a Debian on which we are root, what is missing is installed while other tests
run.  Elsewhere, or when that fails, the tests that need a peer are skipped and say so.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tools.environment import STATE, State, environ

# Any of these programs -> the package that brings one.
PEERS: dict[tuple[str, ...], str] = {
    ("curl",): "curl",
    ("nginx",): "nginx-light",
    ("wrk",): "wrk",
    ("ab",): "apache2-utils",
    ("h2load",): "nghttp2-client",
    ("supervisord",): "supervisor",
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
"""Seconds for all of it; the tests wait no longer."""

# Debian asks this program whether a package that was just installed may start its services.
POLICY = Path("/usr/sbin/policy-rc.d")
NO_SERVICES = "#!/bin/sh\n# While the tests of aiohttp install their peers.\nexit 101\n"


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
    if POLICY.exists() and POLICY.read_text() != NO_SERVICES:
        yield  # the machine has a policy of its own
        return
    # Also when the command is interrupted, and what a killed one has left is taken over.
    atexit.register(POLICY.unlink, missing_ok=True)
    POLICY.write_text(NO_SERVICES)
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)


class SystemPackages:
    """Installs missing peers; tried once per set of missing packages."""

    def __init__(self) -> None:
        """Find out what is missing; nothing is started yet."""
        self._missing = missing()
        self._state = State(STATE / "system.json")

    def install(self) -> list[str]:
        """Install if this machine lets us and it was not tried before; return what to say."""
        key = " ".join(self._missing)
        is_root = getattr(os, "geteuid", lambda: 1)() == 0
        known = self._state.is_current("tried", key)
        if key and is_root and shutil.which("apt-get") and not known:
            self._state.note("tried", key)
            self._install()
        absent = missing()
        if not absent:
            return []
        return [f"not on this machine, tests that need them are skipped: {', '.join(absent)}"]

    def _install(self) -> None:
        env = environ(DEBIAN_FRONTEND="noninteractive")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": env}
        options = ["-o", "DPkg::Lock::Timeout=30", "-o", "Acquire::Retries=1"]
        deadline = time.monotonic() + LIMIT
        try:
            subprocess.run(["apt-get", *options, "-q", "update"], timeout=90, **quiet)  # type: ignore[call-overload]
            with without_services():
                for name in self._missing:
                    # One by one: a package that does not exist must not take the others along.
                    subprocess.run(  # type: ignore[call-overload]
                        ["apt-get", *options, "-qy", "install", "--no-install-recommends", name],
                        timeout=max(1.0, deadline - time.monotonic()),
                        **quiet,
                    )
        except (OSError, subprocess.TimeoutExpired):
            return
