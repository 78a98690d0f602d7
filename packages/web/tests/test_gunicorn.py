"""The workers for gunicorn, without an arbiter; ``tests-integration/gunicorn`` has a real one."""

import asyncio
import os
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from aiohttp_web import AccessLogger, Application, AppRunner, Response

pytest.importorskip("gunicorn", reason="gunicorn is not installed")

from gunicorn.config import Config
from gunicorn.glogging import Logger

from aiohttp_web.gunicorn import (
    GunicornUVLoopWebWorker,
    GunicornWebWorker,
    access_log_format,
    tls_context,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs Unix")


@pytest.mark.spec("ADD-748", "LOG-13")
def test_access_log_format() -> None:
    assert access_log_format(Config().access_log_format) == AccessLogger.LOG_FORMAT
    assert access_log_format("%a %{X}i (%s)") == "%a %{X}i (%s)"
    for wrong in ("%(h)s", "%a %(t)s", "%({x}i)s"):
        with pytest.raises(ValueError, match="not supported"):
            access_log_format(wrong)


@pytest.mark.spec("ADD-749")
def test_tls_context(tmp_path: Path) -> None:
    config = Config()
    assert tls_context(config) is None
    pem = tmp_path / "pem"
    trustme.CA().issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(pem)
    config.set("certfile", os.fspath(pem))
    config.set("cert_reqs", ssl.CERT_REQUIRED)
    config.set("ciphers", "ECDHE+AESGCM")
    context = tls_context(config)
    assert context is not None
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert all("GCM" in c["name"] or c["protocol"] == "TLSv1.3" for c in context.get_ciphers())
    for pinned in ("TLSv1_2", ssl.PROTOCOL_TLSv1_2):
        config.set("ssl_version", pinned)
        context = tls_context(config)
        assert context is not None
        assert context.maximum_version == ssl.TLSVersion.TLSv1_2
    for refused in ("TLSv1", ssl.PROTOCOL_TLSv1_1, "SSLv3"):
        config.set("ssl_version", refused)
        with pytest.raises(ValueError, match="not supported"):
            tls_context(config)


class Entry:
    """Stands for gunicorn's application object."""

    def __init__(self, made: Any) -> None:
        self.made = made

    def wsgi(self) -> Any:
        if isinstance(self.made, BaseException):
            raise self.made
        return self.made


class Sock:
    """Stands for gunicorn's socket object."""

    def __init__(self) -> None:
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]

    def fileno(self) -> int:
        return self.sock.fileno()

    def close(self) -> None:
        self.sock.close()


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch, capfd: Any) -> Iterator[Callable[..., Any]]:
    """Return a function that makes a worker of this process: ``worker(entry, **settings)``."""
    made: list[Any] = []
    numbers = {*GunicornWebWorker.SIGNALS, signal.SIGALRM}
    former = {number: signal.getsignal(number) for number in numbers}
    policy = asyncio.get_event_loop_policy() if sys.version_info < (3, 14) else None

    def make(entry: Any, kind: Any = GunicornWebWorker, **settings: Any) -> Any:
        config = Config()
        for name, value in settings.items():
            config.set(name, value)
        sock = Sock()
        each = kind(1, os.getppid(), [sock], Entry(entry), 30, config, Logger(config))
        made.append((each, sock))
        return each

    yield make
    for each, sock in made:
        sock.close()
        each.tmp.close()
        for end in each.PIPE:
            os.close(end)
    for number, handler in former.items():
        signal.signal(number, handler)
    if policy is not None:
        asyncio.set_event_loop_policy(policy)


def app() -> Application:
    async def hello(request: Any) -> Response:
        return Response(text=type(asyncio.get_running_loop()).__module__)

    made = Application()
    made.router.add_get("/", hello)
    return made


async def factory() -> Application:
    return app()


async def runner() -> AppRunner:
    return AppRunner(app(), access_log=None)


def get(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 20) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := sock.recv(65536):
            answer += piece
    return answer


def run(worker: Any, act: Callable[[], None] | None = None) -> int:
    """Run *worker* to its end while *act* acts upon it; return its status."""
    problems: list[BaseException] = []

    def acting() -> None:
        try:
            if act is not None:
                act()
        except BaseException as exc:
            problems.append(exc)
            os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=acting)
    thread.start()
    with pytest.raises(SystemExit) as caught:
        worker.init_process()
    thread.join()
    assert not problems, problems
    return int(caught.value.code or 0)


@pytest.mark.spec("ADD-746", "ADD-747", "ADD-751", "ADD-753")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT, signal.SIGINT])
@pytest.mark.parametrize("make", [app, lambda: factory, lambda: runner])
def test_life(worker: Any, make: Any, number: signal.Signals) -> None:
    quits: list[Any] = []
    made = worker(make(), worker_int=lambda each: quits.append(each), accesslog="-")

    def act() -> None:
        assert get(made.sockets[0].port).startswith(b"HTTP/1.1 200 ")
        os.kill(os.getpid(), signal.SIGWINCH)
        os.kill(os.getpid(), signal.SIGUSR1)
        os.kill(os.getpid(), number)

    assert run(made, act) == 0
    assert len(quits) == (number != signal.SIGTERM)


@pytest.mark.spec("ADD-751")
def test_abort(worker: Any) -> None:
    aborted: list[Any] = []
    made = worker(factory, worker_abort=lambda each: aborted.append(each))

    def act() -> None:
        get(made.sockets[0].port)
        os.kill(os.getpid(), signal.SIGABRT)

    assert run(made, act) == 1
    assert aborted == [made]


@pytest.mark.spec("ADD-750")
def test_max_requests(worker: Any, capfd: Any) -> None:
    made = worker(factory, max_requests=2)

    def act() -> None:
        for _ in range(2):
            get(made.sockets[0].port)

    assert run(made, act) == 0
    assert "Worker ends after 2 requests" in capfd.readouterr().err


@pytest.mark.spec("ADD-750")
def test_another_parent(worker: Any, capfd: Any) -> None:
    made = worker(factory)
    made.ppid = -1
    assert run(made) == 0
    assert "Parent changed" in capfd.readouterr().err


async def fails() -> Application:
    made = app()

    async def fail(app: Application) -> None:
        raise ValueError("no database")

    made.on_startup.append(fail)
    return made


async def answers_42() -> int:
    return 42


@pytest.mark.spec("ADD-752", "ADD-746", "ADD-892")
@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (fails, "no database"),
        (answers_42, "got 42"),
        (app, "The entry point should be"),
        (None, "got None"),
    ],
)
def test_boot_errors(worker: Any, capfd: Any, entry: Any, text: str) -> None:
    assert run(worker(entry)) == 3
    said = capfd.readouterr().err
    assert "The application did not start" in said
    assert text in said


def test_errors_of_the_end_have_status_1(worker: Any, capfd: Any) -> None:
    made_app = app()

    async def fail(app: Application) -> None:
        raise ValueError("cannot clean up")

    made_app.on_cleanup.append(fail)
    made = worker(made_app)

    def act() -> None:
        get(made.sockets[0].port)
        os.kill(os.getpid(), signal.SIGTERM)

    assert run(made, act) == 1
    assert "cannot clean up" in capfd.readouterr().err


def test_syntax_errors(worker: Any) -> None:
    error = SyntaxError("invalid syntax", ("some_file.py", 3, 1, "def (", 3, 2))
    with pytest.raises(SyntaxError):
        worker(error).load_wsgi()
    made = worker(error, reload=True)

    class Reloader:
        files: list[str] = []

        def add_extra_file(self, name: str) -> None:
            self.files.append(name)

    made.reloader = Reloader()
    made.load_wsgi()
    assert Reloader.files == ["some_file.py"]
    assert isinstance(made.wsgi, Application)
    made.cfg.set("reload", False)
    made.reloader = None
    made.app.made = made.wsgi
    answers: list[bytes] = []

    def act() -> None:
        answers.append(get(made.sockets[0].port))
        os.kill(os.getpid(), signal.SIGTERM)

    assert run(made, act) == 0
    assert answers[0].startswith(b"HTTP/1.1 500 ")
    assert b"SyntaxError: invalid syntax" in answers[0]


def test_the_pulse_ends_with_the_grace(worker: Any) -> None:
    made = worker(factory, graceful_timeout=0)
    beats: list[int] = []
    made.notify = lambda: beats.append(1)
    made.timeout = 0.02
    made.alive = False
    made.loop = asyncio.new_event_loop()
    try:
        made.loop.run_until_complete(asyncio.wait_for(made._pulse(), 10))
    finally:
        made.loop.close()
    assert beats == [1]


@pytest.mark.spec("ADD-754")
def test_uvloop(worker: Any) -> None:
    pytest.importorskip("uvloop", reason="uvloop is not installed")
    made = worker(factory, GunicornUVLoopWebWorker)
    answers: list[bytes] = []

    def act() -> None:
        answers.append(get(made.sockets[0].port))
        os.kill(os.getpid(), signal.SIGTERM)

    assert run(made, act) == 0
    assert answers[0].endswith(b"uvloop")


@pytest.mark.spec("ADD-850")
@pytest.mark.parametrize(("version", "sets"), [((3, 13, 9), 1), ((3, 14, 0), 0)])
def test_event_loop_policies_are_left_alone_where_they_are_deprecated(
    worker: Any, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], sets: int
) -> None:
    pytest.importorskip("uvloop")
    made = worker(app(), GunicornUVLoopWebWorker)
    seen: list[Any] = []
    monkeypatch.setattr("aiohttp_web.gunicorn.sys.version_info", version)
    monkeypatch.setattr(asyncio, "set_event_loop_policy", seen.append)
    loop = made.make_loop()
    loop.close()
    assert type(loop).__module__ == "uvloop"
    assert len(seen) == sets
