"""Several processes that share an address: real ones, with real signals."""

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aiohttp_web.entry_point import EntryPointError
from aiohttp_web.listeners import Listeners
from aiohttp_web.supervision import Action, Policy, Supervision
from aiohttp_web.worker_process import WorkerSettings
from aiohttp_web.workers import Supervisor, run_workers

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="workers need Unix"),
    pytest.mark.timeout(120),
]

MODULE = """
    import os, threading
    from aiohttp_web import Application, Response

    VERSION = "1"

    async def hello(request):
        return Response(text=f"{os.getpid()} {VERSION}")

    async def crash(request):
        os._exit(9)

    async def block(request):
        # A lock that nobody will ever give back.
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()

    def make(argv):
        app = Application()
        app.router.add_get("/", hello)
        app.router.add_get("/crash", crash)
        app.router.add_get("/block", block)
        return app
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "workers_app.py").write_text(textwrap.dedent(MODULE))
    return tmp_path


def get(port: int, path: str = "/") -> str:
    """Ask on a new connection; an empty text if it broke."""
    with socket.create_connection(("127.0.0.1", port), 30) as sock:
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := sock.recv(65536):
                answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    assert not answer or head.startswith(b"HTTP/1.1 200")
    return body.decode()


def until(condition: Callable[[], Any]) -> Any:
    """Wait until *condition* is true and return what it gave."""
    deadline = time.monotonic() + 60
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return found


class Kept(logging.Handler):
    """Keeps what the server tells, for another thread to wait for."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    def wait(self, text: str) -> str:
        return str(until(lambda: next((line for line in self.lines if text in line), "")))


@pytest.fixture
def log() -> Iterator[Kept]:
    kept = Kept()
    logger = logging.getLogger("aiohttp.server")
    level = logger.level
    logger.addHandler(kept)
    logger.setLevel(logging.DEBUG)
    yield kept
    logger.removeHandler(kept)
    logger.setLevel(level)


class Served:
    """A supervisor in the main thread."""

    def __init__(
        self,
        folder: Path,
        entry: str = "workers_app:make",
        workers: int = 2,
        worker_timeout: float = 0,
    ) -> None:
        self.listeners = Listeners(workers, hosts=["127.0.0.1"], port=0)
        self.port = self.listeners.slots[0][0].getsockname()[1]
        self.banner = threading.Event()
        self.text = ""
        settings = WorkerSettings(
            entry=entry,
            search_path=(os.fspath(folder), *sys.path),
            command=("x",),
            shutdown_timeout=20,
            worker_timeout=worker_timeout,
        )
        policy = Policy(
            workers=workers, grace=45, first_delay=0.05, silence=worker_timeout, abort_grace=20
        )
        self.supervisor = Supervisor(settings, self.listeners, policy, self._write)

    def _write(self, text: str) -> None:
        self.text = text
        self.banner.set()

    def wait(self) -> None:
        assert self.banner.wait(60)

    def pids(self, count: int) -> set[str]:
        """Ask until *count* workers have answered."""
        found: set[str] = set()
        until(lambda: found.add(get(self.port).split()[0]) or len(found) == count)
        return found


def stop() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.spec("DEP-02")
def test_workers_share_a_port_and_end(folder: Path, in_main_thread: Callable[..., Any]) -> None:
    served = Served(folder)
    pids: set[str] = set()

    def act() -> None:
        served.wait()
        pids.update(served.pids(2))
        stop()

    assert in_main_thread(served.supervisor.run, act) == 0
    assert served.text == (
        f"======== Running on http://127.0.0.1:{served.port} ========\n"
        "(2 workers, press CTRL+C to quit)"
    )
    assert len(pids) == 2
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)
    with pytest.raises(ConnectionRefusedError):
        get(served.port)


def test_a_crashed_worker_is_replaced(
    folder: Path, in_main_thread: Callable[..., Any], log: Kept
) -> None:
    served = Served(folder)

    def act() -> None:
        served.wait()
        before = served.pids(2)
        assert get(served.port, "/crash") == ""
        log.wait("ended with status 9")
        # Connections for the crashed one wait for its successor.
        after = served.pids(2)
        assert len(before & after) == 1
        stop()

    assert in_main_thread(served.supervisor.run, act) == 0


def test_a_stuck_worker_is_replaced_and_shows_where_it_hung(
    folder: Path,
    in_main_thread: Callable[..., Any],
    log: Kept,
    capfd: pytest.CaptureFixture[str],
) -> None:
    served = Served(folder, worker_timeout=2)

    def act() -> None:
        served.wait()
        before = served.pids(2)
        assert get(served.port, "/block") == ""
        log.wait("has been silent for 2 s: it is stuck and is aborted")
        log.wait("was killed by signal 6")
        after = served.pids(2)
        assert len(before & after) == 1
        stop()

    assert in_main_thread(served.supervisor.run, act) == 0
    errors = capfd.readouterr().err
    assert "Fatal Python error: Aborted" in errors
    assert "in block" in errors


def test_workers_that_have_nothing_to_do_are_not_stuck(
    folder: Path,
    in_main_thread: Callable[..., Any],
    log: Kept,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served = Served(folder, worker_timeout=2)
    beats: list[int] = []
    alive = Supervision.alive

    def noted(supervision: Supervision, worker: int, now: float) -> list[Action]:
        beats.append(worker)
        return alive(supervision, worker, now)

    monkeypatch.setattr(Supervision, "alive", noted)

    def act() -> None:
        served.wait()
        before = served.pids(2)
        # Eight from each take twice the time in which a silent one would have been found.
        until(lambda: beats.count(1) >= 8 and beats.count(2) >= 8)
        assert served.pids(2) == before
        stop()

    assert in_main_thread(served.supervisor.run, act) == 0
    assert not any("stuck" in line for line in log.lines)


def test_reload_loses_no_request_and_loads_new_code(
    folder: Path, in_main_thread: Callable[..., Any], log: Kept
) -> None:
    served = Served(folder)
    answers: list[str] = []

    def act() -> None:
        served.wait()
        module = folder / "workers_app.py"
        module.write_text(module.read_text().replace('VERSION = "1"', 'VERSION = "two"'))
        os.kill(os.getpid(), signal.SIGHUP)
        while not any("Reload complete" in line for line in log.lines):
            answers.append(get(served.port).split()[-1])
        # The last old worker has been asked to end; its queue belongs to the new one.
        until(lambda: {get(served.port).split()[-1] for _ in range(8)} == {"two"})
        stop()

    assert in_main_thread(served.supervisor.run, act) == 0
    assert set(answers) <= {"1", "two"}
    assert answers[0] == "1"


def test_a_broken_reload_leaves_the_old_workers(
    folder: Path, in_main_thread: Callable[..., Any], log: Kept
) -> None:
    served = Served(folder)

    def act() -> None:
        served.wait()
        before = served.pids(2)
        (folder / "workers_app.py").write_text("def make(:")
        os.kill(os.getpid(), signal.SIGHUP)
        log.wait("Reload given up")
        assert served.pids(2) == before
        stop()

    assert in_main_thread(served.supervisor.run, act) == 0


@pytest.mark.parametrize(
    ("entry", "status"), [("workers_app:nothing", 2), ("workers_app:VERSION", 1)]
)
def test_a_failing_first_start_ends_everything(
    folder: Path,
    in_main_thread: Callable[..., Any],
    log: Kept,
    entry: str,
    status: int,
    capfd: pytest.CaptureFixture[str],
) -> None:
    served = Served(folder, entry)
    assert in_main_thread(served.supervisor.run, lambda: None) == status
    log.wait("A worker did not start")
    assert not served.banner.is_set()
    assert "Traceback" in capfd.readouterr().err


def test_a_worker_that_cannot_be_made(
    folder: Path,
    in_main_thread: Callable[..., Any],
    log: Kept,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served = Served(folder)
    monkeypatch.setattr(sys, "executable", "/no/such/interpreter")
    assert in_main_thread(served.supervisor.run, lambda: None) == 1
    log.wait("Worker 1 cannot be started")


def test_run_workers_on_a_unix_socket(
    folder: Path, in_main_thread: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    settings = WorkerSettings(
        entry="workers_app:make", search_path=(os.fspath(folder), *sys.path), shutdown_timeout=5
    )
    banner: list[str] = []

    def act() -> None:
        until(lambda: banner)
        assert banner[0].startswith("======== Running on http://unix:w.sock: ========")
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect("w.sock")
            sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert sock.recv(4096).startswith(b"HTTP/1.")
        os.kill(os.getpid(), signal.SIGINT)

    status = in_main_thread(
        lambda: run_workers(settings, workers=2, path="w.sock", print=banner.append), act
    )
    assert status == 0
    assert not os.path.exists("w.sock")


def test_what_run_workers_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EntryPointError):
        run_workers(WorkerSettings(entry="nothing"), workers=1)
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        port = taken.getsockname()[1]
        run_workers(WorkerSettings(entry="a:b"), workers=1, host=["127.0.0.1"], port=port)
    monkeypatch.setattr("aiohttp_web.workers.os.name", "nt")
    with pytest.raises(RuntimeError, match="inherit"):
        run_workers(WorkerSettings(entry="a:b"), workers=1)


HANGING = """
    import asyncio, os
    from aiohttp_web import Application

    async def stay(app):
        os.write(1, b"ending\\n")
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                pass

    def make(argv):
        app = Application()
        app.on_cleanup.append(stay)
        return app
"""


def command(folder: Path, entry: str, *options: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "aiohttp_web", "-H", "127.0.0.1", "-P", "0", *options, entry],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


@contextlib.contextmanager
def ended(process: "subprocess.Popen[str]") -> Iterator[Any]:
    """Make sure that *process* and its children do not outlive the block."""
    watchdog = threading.Timer(60, os.killpg, (process.pid, signal.SIGKILL))
    watchdog.start()
    try:
        with process:
            assert process.stdout is not None
            yield process.stdout
            process.wait()
    finally:
        watchdog.cancel()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def test_a_second_signal_ends_at_once(folder: Path) -> None:
    (folder / "hanging.py").write_text(textwrap.dedent(HANGING))
    process = command(folder, "hanging:make", "--workers", "1")
    with ended(process) as out:
        assert out.readline().startswith("======== Running on")
        out.readline()
        # As a terminal does it: to the whole group.
        os.killpg(process.pid, signal.SIGINT)
        assert out.readline() == "ending\n"
        process.send_signal(signal.SIGINT)
        assert out.read() == ""
    assert process.returncode == 1


def test_a_service_manager_may_signal_everybody(folder: Path) -> None:
    process = command(folder, "workers_app:make", "--workers", "2")
    with ended(process) as out:
        out.readline()
        out.readline()
        os.killpg(process.pid, signal.SIGTERM)
        assert out.read() == ""
    assert process.returncode == 0


def test_workers_do_not_outlive_a_killed_supervisor(folder: Path) -> None:
    process = command(folder, "workers_app:make", "--workers", "2")
    with ended(process) as out:
        out.readline()
        out.readline()
        process.kill()
        # The end of file comes when the last worker has closed its output.
        assert out.read() == ""
