"""A real gunicorn with our workers, as a process of its own."""

import contextlib
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any

import pytest

BOUND = 90
"""Seconds after which a gunicorn of these tests ends by itself."""

APPLICATION = """
    import asyncio
    import os

    from aiohttp_web import AppRunner, Application, Response

    VERSION = "1"
    WAITING = []


    async def hello(request):
        loop = type(asyncio.get_running_loop()).__module__.partition(".")[0]
        return Response(text=f"{os.getpid()} {VERSION} {loop}")


    async def slow(request):
        # Tells that it runs, and waits for a word.
        fifo = request.query["fifo"]
        os.write(2, b"slow request runs\\n")
        loop = asyncio.get_running_loop()

        def wait():
            with open(fifo, "rb") as file:
                file.read()

        await loop.run_in_executor(None, wait)
        return Response(text=f"{os.getpid()} done")


    async def ended(app):
        os.write(2, b"cleanup is done\\n")


    def make():
        app = Application()
        app.router.add_get("/", hello)
        app.router.add_get("/slow", slow)
        app.on_cleanup.append(ended)
        return app


    app = make()


    async def factory():
        return make()


    async def runner():
        return AppRunner(make(), access_log=None, keepalive_timeout=0)


    async def broken():
        app = make()

        async def fail(app):
            raise ValueError("no database")

        app.on_startup.append(fail)
        return app


    async def nothing():
        return 42


    def plain():
        return make()
"""


class Gunicorn:
    """One arbiter with its workers and what they have said."""

    def __init__(self, folder: Path, entry: str, *options: str) -> None:
        self.folder = folder
        module = folder / "gapp.py"
        if not module.exists():
            module.write_text(textwrap.dedent(APPLICATION))
        env = {**os.environ, "HOME": os.fspath(folder), "PYTHONUNBUFFERED": "1"}
        worker = () if "-k" in options else ("-k", "aiohttp_web.gunicorn.GunicornWebWorker")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", f"gapp:{entry}", "-b", "127.0.0.1:0"),
                *(*worker, "--pid", "pid", *options),
            ],
            cwd=folder,
            env=env,
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

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def wait(self, pattern: str, count: int = 1) -> "re.Match[str]":
        """Wait until *pattern* was said *count* times; return the last of them."""

        def found() -> Any:
            hits = [hit for line in self.lines if (hit := re.search(pattern, line))]
            return hits[count - 1] if len(hits) >= count else None

        with self._changed:
            hit = self._changed.wait_for(found, 40)
        assert hit, f"{pattern!r} was not said:\n{self.text}"
        return hit  # type: ignore[no-any-return]

    @property
    def port(self) -> int:
        return int(self.wait(r"Listening at: https?://127\.0\.0\.1:(\d+)")[1])

    def connect(self, context: ssl.SSLContext | None = None) -> HTTPConnection:
        if context is None:
            return HTTPConnection("127.0.0.1", self.port, timeout=30)
        return HTTPSConnection("127.0.0.1", self.port, timeout=30, context=context)

    def get(self, path: str = "/", context: ssl.SSLContext | None = None) -> str:
        """Ask on a connection of its own."""
        connection = self.connect(context)
        try:
            connection.request("GET", path, headers={"Connection": "close"})
            answer = connection.getresponse()
            assert answer.status == 200, answer.status
            return answer.read().decode()
        finally:
            connection.close()

    def until(self, condition: Callable[[], Any], seconds: float = 40) -> Any:
        """Wait until *condition* is true and return what it gave."""
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < deadline, self.text
            time.sleep(0.02)
        return found

    def pids(self, count: int) -> set[str]:
        """Ask until *count* workers have answered."""
        found: set[str] = set()
        self.until(lambda: found.add(self.get().split()[0]) or len(found) == count)
        return found

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the arbiter."""
        self.process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask the arbiter to end; return its status."""
        self.send(number)
        return self.status()

    def status(self) -> int:
        """Wait for the end."""
        status = self.process.wait(40)
        self._reader.join(10)
        return status

    def kill(self) -> None:
        """End everything."""
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
def gunicorn(tmp_path: Path) -> Iterator[Callable[..., Gunicorn]]:
    """Return a function that starts gunicorn: ``gunicorn("factory", "-w", "2")``."""
    pytest.importorskip("gunicorn", reason="gunicorn is not installed")
    started: list[Gunicorn] = []

    def start(entry: str, *options: str) -> Gunicorn:
        started.append(Gunicorn(tmp_path, entry, *options))
        return started[-1]

    yield start
    for each in started:
        each.close()


class Slow:
    """A request that waits until it is released."""

    def __init__(self, server: Gunicorn) -> None:
        self._fifo = server.folder / f"fifo-{time.monotonic_ns()}"
        os.mkfifo(self._fifo)
        self._socket = socket.create_connection(("127.0.0.1", server.port), 60)
        request = f"GET /slow?fifo={self._fifo} HTTP/1.1\r\nHost: a\r\n\r\n"
        self._socket.sendall(request.encode())
        server.wait("slow request runs")

    def release(self) -> bytes:
        """Let it end and return the answer; the connection is closed then."""
        with open(self._fifo, "wb"):
            pass
        with self._socket as sock:
            answer = b""
            while piece := sock.recv(65536):
                answer += piece
        return answer


@pytest.fixture
def slow() -> type[Slow]:
    """Return the class of requests that wait."""
    return Slow
