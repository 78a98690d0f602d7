"""Workers seen from the parent: options, messages, signals."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aiohttp_web.worker_launch import SignalInbox, WorkerProcess, interpreter_options
from aiohttp_web.worker_process import WorkerSettings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="workers need Unix")

PRINT = "from aiohttp_web.worker_launch import interpreter_options; print(*interpreter_options())"


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["-O"],
        ["-OO", "-B"],
        ["-W", "error::ResourceWarning", "-X", "dev"],
        ["-X", "utf8=1", "-s"],
    ],
)
def test_options_of_the_interpreter_are_passed_on(options: list[str]) -> None:
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, *options, "-c", PRINT], capture_output=True, text=True, env=env, check=True
    )
    found = done.stdout.split()
    assert all(option in found for option in options)
    assert interpreter_options() is not None


@pytest.fixture
def end_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a function that starts a worker whose end of the lifeline is in our hands."""
    made: list[Any] = []

    class Popen:
        pid = 7

        def __init__(self, command: list[str], *, pass_fds: list[int]) -> None:
            self.command = command
            self.theirs = socket.socket(fileno=os.dup(pass_fds[0]))
            made.append(self)

    monkeypatch.setattr("aiohttp_web.worker_launch.subprocess.Popen", Popen)
    workers = []

    def start() -> tuple[WorkerProcess, Any]:
        worker = WorkerProcess(WorkerSettings(entry="a:b"), [])
        workers.append(worker)
        return worker, made[-1]

    yield start
    for worker in workers:
        worker.close()
    for popen in made:
        popen.theirs.close()


def test_messages(end_of: Any) -> None:
    worker, popen = end_of()
    assert worker.pid == 7
    assert worker.fileno() >= 0
    assert worker.messages() == ([], True)
    popen.theirs.sendall(b'{"ready": tr')
    assert worker.messages() == ([], True)
    popen.theirs.sendall(b'ue}\n{"files": []}\n[1]\nnonsense\n')
    assert worker.messages() == ([{"ready": True}, {"files": []}], True)
    popen.theirs.shutdown(socket.SHUT_RDWR)
    assert worker.messages() == ([], False)
    worker.close()
    assert worker.messages() == ([], False)


def test_endless_messages_are_dropped(end_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiohttp_web.worker_launch._LONGEST_MESSAGE", 100)
    worker, popen = end_of()
    popen.theirs.sendall(b"x" * 150)
    assert worker.messages() == ([], True)
    popen.theirs.sendall(b'{"ready": true}\n')
    assert worker.messages() == ([{"ready": True}], True)


def test_a_worker_that_cannot_be_started_leaves_nothing_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/interpreter")
    with pytest.raises(FileNotFoundError):
        WorkerProcess(WorkerSettings(entry="a:b"), [])


def test_a_real_worker(tmp_path: Path) -> None:
    (tmp_path / "launch_app.py").write_text(
        "from aiohttp_web import Application\nmake = lambda argv: Application()\n"
    )
    settings = WorkerSettings(entry="launch_app:make", search_path=(str(tmp_path), *sys.path))
    with socket.create_server(("127.0.0.1", 0)) as sock:
        worker = WorkerProcess(settings, [sock])
    try:
        with SignalInbox([signal.SIGCHLD]) as inbox:
            inbox.add(worker)
            signals, talking = inbox.wait(20)
            assert (signals, talking) == ([], [worker])
            assert worker.messages() == ([{"ready": True}], True)
            assert worker.status() is None
            worker.terminate()
            caught: list[Any] = []
            deadline = time.monotonic() + 20
            while signal.SIGCHLD not in caught and time.monotonic() < deadline:
                caught += inbox.wait(1)[0]
            assert worker.status() == 0
            inbox.discard(worker)
            inbox.discard(worker)
    finally:
        with contextlib.suppress(OSError):
            worker.kill()
        worker.close()


def test_signals_wake_the_waiting_and_handlers_come_back() -> None:
    before = signal.getsignal(signal.SIGHUP)
    with SignalInbox([signal.SIGHUP]) as inbox:
        assert inbox.wait(0) == ([], [])
        os.kill(os.getpid(), signal.SIGHUP)
        assert inbox.wait(None) == ([signal.SIGHUP], [])
        assert inbox.wait(0) == ([], [])
    assert signal.getsignal(signal.SIGHUP) is before
    assert signal.set_wakeup_fd(-1) == -1
