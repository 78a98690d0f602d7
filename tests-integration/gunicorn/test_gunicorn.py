"""Our workers under a real gunicorn (spec section 7, ADD-745 to ADD-754)."""

import contextlib
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs Unix"),
    pytest.mark.timeout(120),
]

UVLOOP = ("-k", "aiohttp.GunicornUVLoopWebWorker")


@pytest.mark.spec("ADD-745", "DEP-05", "DEP-06", "DEP-13", "C89")
def test_gunicorn_is_imported_on_first_access() -> None:
    pytest.importorskip("gunicorn")
    code = """
import sys, aiohttp
from aiohttp import web
web.Application
assert "gunicorn" not in sys.modules
assert {"GunicornWebWorker", "GunicornUVLoopWebWorker"} <= set(dir(aiohttp))
worker = aiohttp.GunicornWebWorker
assert "gunicorn" in sys.modules
import aiohttp.worker
assert aiohttp.worker.GunicornWebWorker is worker
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


@pytest.mark.spec("ADD-745")
def test_without_gunicorn_the_access_is_an_import_error() -> None:
    code = """
import sys, aiohttp
sys.modules["gunicorn"] = None
try:
    aiohttp.GunicornWebWorker
except ImportError as exc:
    print(exc)
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "gunicorn" in done.stdout


@pytest.mark.spec("DEP-07", "DEP-08", "ADD-746", "ADD-751", "DEP-01")
@pytest.mark.parametrize("entry", ["app", "factory"])
def test_two_workers_serve_and_end(gunicorn: Callable[..., Any], entry: str) -> None:
    server = gunicorn(entry, "-w", "2")
    assert len(server.pids(2)) == 2
    # The loop of the standard library, and one connection for several requests.
    connection = server.connect()
    for _ in range(3):
        connection.request("GET", "/")
        assert connection.getresponse().read().split()[1:] == [b"1", b"asyncio"]
    connection.close()
    assert server.end() == 0
    assert server.text.count("cleanup is done") == 2
    assert "Traceback" not in server.text


@pytest.mark.spec("ADD-746", "ADD-747")
def test_a_factory_of_a_runner_keeps_its_own_settings(gunicorn: Callable[..., Any]) -> None:
    server = gunicorn("runner", "--access-logfile", "-", "--keep-alive", "30")
    connection = server.connect()
    connection.request("GET", "/")
    answer = connection.getresponse()
    answer.read()
    assert answer.headers["Connection"] == "close"
    connection.close()
    assert server.end() == 0
    assert "GET /" not in server.text


@pytest.mark.spec("ADD-754", "DEP-06")
def test_uvloop(gunicorn: Callable[..., Any], slow: type[Any]) -> None:
    pytest.importorskip("uvloop")
    server = gunicorn("factory", *UVLOOP)
    assert server.get().endswith(" uvloop")
    waiting = slow(server)
    server.send(signal.SIGTERM)
    assert waiting.release().endswith(b"done")
    assert server.status() == 0
    assert "Traceback" not in server.text


@pytest.mark.spec("ADD-747", "DEP-09")
def test_keep_alive_is_gunicorns(gunicorn: Callable[..., Any]) -> None:
    server = gunicorn("app", "--keep-alive", "1")
    connection = server.connect()
    connection.request("GET", "/")
    connection.getresponse().read()
    assert connection.sock is not None
    # The end comes from the server, long before the timeout of this socket.
    assert connection.sock.recv(1) == b""
    connection.close()


@pytest.mark.spec("ADD-748", "ADD-747", "LOG-13", "DEP-12")
@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--access-logfile", "-"), r'^127\.0\.0\.1 \[.*\] "GET / HTTP/1.1" 200 \d+ "-" "-"$'),
        (("--access-logfile", "-", "--access-logformat", "<%m %s>"), None),
        (("--access-logfile", "-", "--access-logformat", "own %s %{Host}i"), r"^own 200 127"),
    ],
)
def test_access_log(gunicorn: Callable[..., Any], options: Any, line: str | None) -> None:
    server = gunicorn("app", *options)
    server.get()
    server.wait(line or r"^<%m 200>")
    assert server.end() == 0


@pytest.mark.spec("ADD-747")
def test_no_access_log_by_default(gunicorn: Callable[..., Any]) -> None:
    server = gunicorn("app")
    server.get()
    assert server.end() == 0
    assert "GET /" not in server.text


@pytest.mark.spec("ADD-752", "ADD-746", "ADD-748", "ADD-892")
@pytest.mark.parametrize(
    ("entry", "options", "reason"),
    [
        ("broken", (), "ValueError: no database"),
        ("nothing", (), "RuntimeError: The entry point should be an Application"),
        ("plain", (), "RuntimeError: The entry point should be an Application"),
        ("factory", ("--access-logformat", "%(h)s"), "ValueError: The access log format"),
        ("factory", ("--certfile", "no-such.pem", "--keyfile", "no-such.pem"), "does not exist"),
    ],
)
def test_boot_errors_end_the_arbiter(
    gunicorn: Callable[..., Any], entry: str, options: Any, reason: str
) -> None:
    server = gunicorn(entry, "-w", "2", *options)
    assert server.status() != 0
    assert reason in server.text


@pytest.mark.spec("ADD-751")
def test_reload_loses_no_request(gunicorn: Callable[..., Any]) -> None:
    server = gunicorn("factory", "-w", "2")
    before = server.pids(2)
    module = server.folder / "gapp.py"
    module.write_text(module.read_text().replace('VERSION = "1"', 'VERSION = "two"'))
    server.send(signal.SIGHUP)
    answers = []

    def reloaded() -> bool:
        answers.append(server.get().split()[1])
        return bool(server.text.count("Worker exiting") >= 2)

    server.until(reloaded)
    assert set(answers) <= {"1", "two"}
    assert server.get().split()[1] == "two"
    assert not before & server.pids(2)
    assert server.end() == 0


@pytest.mark.spec("ADD-751", "ADD-747")
def test_term_lets_requests_end(gunicorn: Callable[..., Any], slow: type[Any]) -> None:
    server = gunicorn("app", "--graceful-timeout", "30")
    server.get()
    waiting = slow(server)
    server.send(signal.SIGTERM)
    server.wait("waiting up to 28.5 s for 1 request")
    assert waiting.release().endswith(b"done")
    assert server.status() == 0
    assert "cleanup is done" in server.text


@pytest.mark.spec("ADD-751")
@pytest.mark.parametrize("number", [signal.SIGQUIT, signal.SIGINT])
def test_quit_and_int_are_graceful(
    gunicorn: Callable[..., Any], slow: type[Any], tmp_path: Path, number: signal.Signals
) -> None:
    hook = "def worker_int(worker):\n    worker.log.info('hook of worker_int')\n"
    (tmp_path / "conf.py").write_text(hook)
    server = gunicorn("app", "-c", "conf.py", "--graceful-timeout", "30")
    server.get()
    waiting = slow(server)
    server.send(number)
    server.wait("hook of worker_int")
    assert waiting.release().endswith(b"done")
    assert server.status() == 0
    assert "cleanup is done" in server.text


@pytest.mark.spec("ADD-750", "DEP-09")
def test_max_requests(gunicorn: Callable[..., Any]) -> None:
    server = gunicorn("app", "--max-requests", "3")
    first = server.get().split()[0]
    # Every request is answered, while workers come and go.
    server.until(lambda: server.get().split()[0] != first)
    server.wait(r"Worker ends after \d+ requests")
    assert server.end() == 0


@pytest.mark.spec("ADD-750")
def test_max_requests_with_jitter(gunicorn: Callable[..., Any]) -> None:
    server = gunicorn("app", "--max-requests", "2", "--max-requests-jitter", "5")
    first = server.get().split()[0]
    server.until(lambda: server.get().split()[0] != first)
    assert int(server.wait(r"Worker ends after (\d+) requests")[1]) >= 2


@pytest.mark.spec("ADD-750")
def test_workers_do_not_outlive_the_arbiter(gunicorn: Callable[..., Any]) -> None:
    server = gunicorn("app", "-w", "2")
    server.pids(2)
    server.send(signal.SIGKILL)
    # The end of file comes when the last worker has gone.
    server.status()
    assert server.text.count("Parent changed, shutting down") == 2
    assert server.text.count("cleanup is done") == 2


@pytest.mark.spec("ADD-751")
def test_abort_usr1_winch(gunicorn: Callable[..., Any]) -> None:
    server = gunicorn("app", "--log-level", "debug")
    pid = int(server.get().split()[0])
    os.kill(pid, signal.SIGWINCH)
    server.wait("SIGWINCH ignored")
    os.kill(pid, signal.SIGUSR1)
    assert int(server.get().split()[0]) == pid
    os.kill(pid, signal.SIGABRT)
    server.wait(r"exited with code 1")
    server.until(lambda: int(server.get().split()[0]) != pid)
    assert server.end() == 0


@pytest.mark.spec("ADD-749", "FWD-03")
@pytest.mark.parametrize("pinned", [False, True])
def test_tls(gunicorn: Callable[..., Any], tmp_path: Path, pinned: bool) -> None:
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "pem")
    context = ssl.create_default_context()
    authority.configure_trust(context)
    options = ["--certfile", "pem", "--keyfile", "pem"]
    if pinned:
        options += ["--ssl-version", "TLSv1_2", "--ciphers", "ECDHE+AESGCM"]
    server = gunicorn("app", *options)
    connection = server.connect(context)
    for _ in range(2):
        connection.request("GET", "/")
        assert connection.sock is not None
        version = connection.sock.version()
        assert connection.getresponse().status == 200
        assert version == ("TLSv1.2" if pinned else "TLSv1.3")
        connection.close()
    assert server.end() == 0


@pytest.mark.spec("ADD-749")
def test_tls_with_client_certificates(gunicorn: Callable[..., Any], tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "pem")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    server = gunicorn(
        "app", "--certfile", "pem", "--keyfile", "pem", "--ca-certs", "ca.pem", "--cert-reqs", "2"
    )
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        server.get(context=context)
    authority.issue_cert("client@example.org").configure_cert(context)
    assert server.get(context=context)
    assert server.end() == 0


def test_reloading_shows_syntax_errors(gunicorn: Callable[..., Any]) -> None:
    server = gunicorn("app", "--reload", "--reload-engine", "poll")
    assert server.get().split()[1] == "1"
    module = server.folder / "gapp.py"
    good = module.read_text()

    def page() -> str:
        connection = server.connect()
        connection.request("GET", "/")
        text: str = connection.getresponse().read().decode()
        connection.close()
        return text

    def saved_until(text: str, wanted: str) -> None:
        # gunicorn does not see what is saved before its first look at the files.
        module.write_text(text)
        for _ in range(20):
            os.utime(module)
            with contextlib.suppress(AssertionError):
                server.until(lambda: wanted in page(), 2)
                return
        raise AssertionError(server.text)

    saved_until(good.replace("def make():", "def make(:"), "SyntaxError")
    saved_until(good.replace('VERSION = "1"', 'VERSION = "three"'), "three")
    assert server.end() == 0


def test_a_slow_start_is_no_dead_worker(gunicorn: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "gapp.py").write_text(
        "import asyncio\n"
        "from aiohttp_web import Application, Response\n"
        "async def hello(request): return Response(text='0 late')\n"
        "async def factory():\n"
        "    await asyncio.sleep(3.5)\n"
        "    app = Application()\n"
        "    app.router.add_get('/', hello)\n"
        "    return app\n"
    )
    server = gunicorn("factory", "--timeout", "1")
    assert server.get() == "0 late"
    assert "WORKER TIMEOUT" not in server.text
