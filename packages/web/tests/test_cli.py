"""``python -m aiohttp_web``."""

import contextlib
import signal
import socket
import subprocess
import sys
import textwrap
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from aiohttp_web.cli import main

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")


def python(*arguments: str, cwd: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


MODULE = """
    from aiohttp_web import Application, Response

    async def hello(request):
        return Response(text=request.app["argv"])

    def make(argv):
        app = Application()
        app["argv"] = ",".join(argv)
        app.router.add_get("/", hello)
        return app

    def broken(argv):
        raise ValueError("broken")
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    (tmp_path / "mymodule.py").write_text(textwrap.dedent(MODULE))
    return tmp_path


@pytest.mark.spec("CLI-12", "ADD-618", "ADD-619", "ADD-620", "ADD-1085")
def test_serving_from_the_command_line(module: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    process = python(
        "-u", "-W", "ignore", "-m", "aiohttp_web", "-H", "127.0.0.1", "-P", port,
        "mymodule:make", "--own", "x", cwd=module,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("======== Running on http://127.0.0.1:")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            assert answer.read() == b"--own,x"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    finally:
        with contextlib.suppress(OSError):
            process.kill()
    assert process.returncode == 0
    assert errors.endswith("Stopped\n")


@pytest.mark.spec("ADD-618")
def test_a_path_alone_means_no_tcp(module: Path) -> None:
    process = python("-u", "-m", "aiohttp_web", "-U", "x.sock", "mymodule:make", cwd=module)
    assert process.stdout is not None
    assert process.stdout.readline() == "======== Running on http://unix:x.sock: ========\n"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0


@pytest.mark.spec("ADD-619")
@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("no_colon", "not in 'module:function' syntax"),
        (":function", "not in 'module:function' syntax"),
        ("module:", "not in 'module:function' syntax"),
        (".relative:function", "relative module names"),
        ("no_such_module_anywhere:function", "unable to import"),
        ("os:no_such_function", "has no attribute"),
    ],
)
def test_bad_entries(entry: str, message: str, capsys: Any) -> None:
    with pytest.raises(SystemExit) as caught:
        main([entry])
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.spec("ADD-619")
def test_startup_errors_have_status_1(module: Path) -> None:
    process = python("-m", "aiohttp_web", "mymodule:broken", cwd=module)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "broken" in errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--workers", "0", "a:b"], "--workers must be at least 1"),
        (["--workers", "2", "--reload", "a:b"], "exclude each other"),
        (["--tls-key", "key.pem", "a:b"], "--tls-key needs --tls-cert"),
        (["-P", "65536", "a:b"], "--port must be between"),
        (["--workers", "2", "a"], "not in 'module:function' syntax"),
        (["--worker-timeout", "-1", "a:b"], "--worker-timeout must be a number of seconds"),
        (["--worker-timeout", "inf", "a:b"], "--worker-timeout must be a number of seconds"),
        (["--shutdown-timeout", "nan", "a:b"], "--shutdown-timeout must be a number of seconds"),
        (["-P", "x", "a:b"], "invalid int value"),
    ],
)
def test_options_that_do_not_fit(arguments: list[str], message: str, capsys: Any) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.startswith("usage: ")


@pytest.mark.spec("ADD-618")
@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        ([], ("localhost", 8080, None)),
        (["--tls-cert", "c"], ("localhost", 8443, None)),
        (["--host", "a", "-P", "1"], ("a", 1, None)),
        (["-U", "s"], (None, None, "s")),
        (["-U", "s", "-H", "a"], ("a", 8080, "s")),
    ],
)
def test_places(arguments: list[str], place: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def run(settings: Any, *, workers: int, **options: Any) -> int:
        seen.append((settings, workers, tuple(options[name] for name in ("host", "port", "path"))))
        return 7

    monkeypatch.setattr("aiohttp_web.workers.run_workers", run)
    monkeypatch.setattr("aiohttp_web.cli.logging.basicConfig", lambda **options: None)
    with pytest.raises(SystemExit) as caught:
        main([*arguments, "--workers", "3", "--shutdown-timeout", "1.5", "a:b", "--work", "x"])
    assert caught.value.code == 7
    [(settings, workers, found)] = seen
    assert (workers, found) == (3, place)
    # What looks like the beginning of an option of ours belongs to the application.
    assert (settings.entry, settings.arguments) == ("a:b", ("--work", "x"))
    assert (settings.shutdown_timeout, settings.watch) == (1.5, False)
    assert settings.worker_timeout == 60


def test_reloading(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def run(settings: Any, listeners: Any) -> int:
        seen.append(settings)
        listeners.close()
        return 0

    monkeypatch.setattr("aiohttp_web.reload.run_reloading", run)
    monkeypatch.setattr("aiohttp_web.cli.logging.basicConfig", lambda **options: None)
    with pytest.raises(SystemExit) as caught:
        main(["-H", "127.0.0.1", "-P", "0", "--reload", "a:b"])
    assert caught.value.code == 0
    assert seen[0].watch
    # Who develops may stop at a breakpoint for as long as it takes.
    assert seen[0].worker_timeout == 0


def test_where_there_are_no_workers(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def run(*args: Any, **options: Any) -> int:
        raise RuntimeError("Workers need a system")

    monkeypatch.setattr("aiohttp_web.workers.run_workers", run)
    monkeypatch.setattr("aiohttp_web.cli.logging.basicConfig", lambda **options: None)
    with pytest.raises(SystemExit) as caught:
        main(["--workers", "2", "a:b"])
    assert caught.value.code == 2
    assert "Workers need a system" in capsys.readouterr().err
