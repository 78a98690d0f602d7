"""Programs that call ``run_app``, as processes of their own, and what stands in front of them."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

BOUND = 60
"""Seconds after which a program of these tests ends by itself."""


class Program:
    """A running program and what it has said."""

    def __init__(self, command: list[str], folder: Path, pass_fds: tuple[int, ...] = ()) -> None:
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            pass_fds=pass_fds,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self._watchdog = threading.Timer(BOUND, self.kill)
        self._watchdog.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._changed:
                self.lines.append(line)
                self._changed.notify_all()
        with self._changed:
            self.lines.append("")
            self._changed.notify_all()

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def wait(self, pattern: str) -> "re.Match[str]":
        """Wait until a line with *pattern* was said."""

        def found() -> Any:
            for line in self.lines:
                if hit := re.search(pattern, line):
                    return hit
            return self.lines and not self.lines[-1]

        with self._changed:
            hit = self._changed.wait_for(found, 40)
        assert isinstance(hit, re.Match), f"{pattern!r} was not said:\n{self.text}"
        return hit

    def running(self) -> str:
        """Wait for the banner; return the places."""
        return self.wait(r"^======== Running on (.*) ========$")[1]

    def port(self) -> int:
        """Return the port of the first place."""
        found = re.search(r":(\d+)(,|$)", self.running())
        assert found
        return int(found[1])

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def status(self) -> int:
        """Wait for the end."""
        status = self.process.wait(40)
        self._reader.join(10)
        return status

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def close(self) -> None:
        self._watchdog.cancel()
        self.kill()
        self.process.wait()
        self._reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder whose name is short enough for Unix sockets."""
    made = Path(os.path.realpath(tmp_path_factory.mktemp("d")))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def program(folder: Path) -> Iterator[Callable[..., Program]]:
    """Return a function that runs a program text, or a command if it is a list."""
    started: list[Program] = []

    def start(what: Any, pass_fds: tuple[int, ...] = ()) -> Program:
        if isinstance(what, str):
            (folder / "program.py").write_text(textwrap.dedent(what))
            what = [sys.executable, "program.py"]
        started.append(Program(what, folder, pass_fds))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture
def nginx_binary() -> str:
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if found is None:
        pytest.skip("nginx is not installed")
    return found


@pytest.fixture
def ask() -> Callable[..., bytes]:
    """Return a function that sends bytes to a port or path and returns all that comes."""

    def send(where: int | str, data: bytes = b"", context: Any = None) -> bytes:
        family = socket.AF_UNIX if isinstance(where, str) else socket.AF_INET
        sock: socket.socket = socket.socket(family)
        with contextlib.ExitStack() as stack:
            stack.callback(lambda: sock.close())
            sock.settimeout(30)
            sock.connect(where if isinstance(where, str) else ("127.0.0.1", where))
            if context is not None:
                sock = context.wrap_socket(sock, server_hostname="127.0.0.1")
            sock.sendall(data or b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            answer = b""
            while piece := sock.recv(65536):
                answer += piece
        return answer

    return send
