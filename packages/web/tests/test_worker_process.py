"""A worker from the inside: settings, its life, its lifeline, the files that it reports."""

import contextlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from aiohttp_web.worker_process import WorkerSettings, main, project_files, server_context

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="workers need Unix")

MODULE = """
    import os, sys
    from aiohttp_web import Application, Response

    def make(argv):
        async def hello(request):
            return Response(text=" ".join([*argv, os.path.basename(sys.argv[0])]))

        app = Application()
        app.router.add_get("/", hello)
        return app

    async def make_later(argv):
        return make(argv)

    def broken(argv):
        raise ValueError("broken")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "worker_app.py").write_text(textwrap.dedent(MODULE))
    (tmp_path / "worker_typo.py").write_text("def make(:\n")
    return tmp_path


@pytest.fixture
def undisturbed() -> Iterator[None]:
    """Give back what a worker changes in its process."""
    path, argv, bytecode = sys.path[:], sys.argv[:], sys.dont_write_bytecode
    yield
    sys.dont_write_bytecode = bytecode
    sys.path[:] = path
    sys.argv[:] = argv
    for name in ("worker_app", "worker_typo"):
        sys.modules.pop(name, None)


class Parent:
    """The other end of a worker that runs in this process."""

    def __init__(self) -> None:
        self.ours, self._theirs = socket.socketpair()
        self.ours.settimeout(20)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self._file: Any = self.ours.makefile("r")

    def argv(self, settings: WorkerSettings) -> list[str]:
        """Return the arguments of a worker; the sockets are its own from now on."""
        listening = os.dup(self.listening.fileno())
        return [settings.dump(), str(self._theirs.detach()), str(listening)]

    def message(self) -> Any:
        return json.loads(self._file.readline())

    def get(self, context: ssl.SSLContext | None = None) -> str:
        plain = socket.create_connection(("127.0.0.1", self.port), 20)
        with plain if context is None else context.wrap_socket(plain) as sock:
            sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            answer = b""
            while piece := sock.recv(65536):
                answer += piece
        return answer.partition(b"\r\n\r\n")[2].decode()

    def close(self) -> None:
        self._file.close()
        self.ours.close()
        self.listening.close()


@pytest.fixture
def parent() -> Iterator[Parent]:
    made = Parent()
    yield made
    made.close()


def settings(folder: Path, entry: str, **options: Any) -> WorkerSettings:
    return WorkerSettings(
        entry=entry,
        search_path=(os.fspath(folder), *sys.path),
        command=("/some/where/prog", "x"),
        **options,
    )


def test_settings_travel() -> None:
    made = WorkerSettings(
        entry="a:b", arguments=("--é", "'\""), search_path=("/x",), tls_cert="c", watch=True
    )
    assert WorkerSettings.parse(made.dump()) == made


@pytest.mark.parametrize("entry", ["worker_app:make", "worker_app:make_later"])
def test_life(
    folder: Path, parent: Parent, in_main_thread: Callable[..., Any], undisturbed: None, entry: str
) -> None:
    argv = parent.argv(settings(folder, entry, arguments=("--own",)))

    def act() -> None:
        assert parent.message() == {"ready": True}
        assert parent.get() == "--own prog"
        # Signals of a terminal are the parent's business.
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGHUP)
        assert parent.get() == "--own prog"
        os.kill(os.getpid(), signal.SIGTERM)

    in_main_thread(lambda: main(argv), act)
    # The listening socket of the worker is closed, ours is not.
    with socket.create_connection(("127.0.0.1", parent.port), 5) as sock:
        sock.settimeout(0.1)
        with pytest.raises(TimeoutError):
            sock.recv(1)


def test_sockets_are_not_for_children(
    folder: Path, parent: Parent, in_main_thread: Callable[..., Any], undisturbed: None
) -> None:
    argv = parent.argv(settings(folder, "worker_app:make"))
    for number in argv[1:]:
        os.set_inheritable(int(number), True)

    def act() -> None:
        parent.message()
        assert [os.get_inheritable(int(number)) for number in argv[1:]] == [False, False]
        os.kill(os.getpid(), signal.SIGTERM)

    in_main_thread(lambda: main(argv), act)


def test_tls(
    folder: Path, parent: Parent, in_main_thread: Callable[..., Any], undisturbed: None
) -> None:
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(folder / "pem")
    client = ssl.create_default_context()
    authority.configure_trust(client)
    client.check_hostname = False
    client.set_alpn_protocols(["h2", "http/1.1"])
    pem = os.fspath(folder / "pem")
    argv = parent.argv(settings(folder, "worker_app:make", tls_cert=pem))

    def act() -> None:
        parent.message()
        assert parent.get(client) == "prog"
        os.kill(os.getpid(), signal.SIGTERM)

    in_main_thread(lambda: main(argv), act)


def test_no_certificate_is_no_tls() -> None:
    assert server_context(None, None) is None


def test_files_are_reported(
    folder: Path, parent: Parent, in_main_thread: Callable[..., Any], undisturbed: None
) -> None:
    argv = parent.argv(settings(folder, "worker_app:make", watch=True))

    def act() -> None:
        first = parent.message()
        assert os.fspath(folder / "worker_app.py") in first["files"]
        assert parent.message() == {"ready": True}
        os.kill(os.getpid(), signal.SIGTERM)

    in_main_thread(lambda: main(argv), act)


@pytest.mark.parametrize(
    ("entry", "error", "file"),
    [
        ("worker_typo:make", SyntaxError, "worker_typo.py"),
        ("worker_app:broken", ValueError, "worker_app.py"),
        ("worker_app:nothing", SystemExit, "worker_app.py"),
    ],
)
def test_files_of_a_failing_start_are_reported(
    folder: Path,
    parent: Parent,
    undisturbed: None,
    entry: str,
    error: type[BaseException],
    file: str,
    in_main_thread: Callable[..., Any],
) -> None:
    argv = parent.argv(settings(folder, entry, watch=True))

    def act() -> None:
        assert os.fspath(folder / file) in parent.message()["files"]

    with pytest.raises(error):
        in_main_thread(lambda: main(argv), act)


def test_an_entry_point_that_leads_nowhere_has_status_2(
    folder: Path, parent: Parent, undisturbed: None, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = parent.argv(settings(folder, "no_such_module_here:make"))
    with pytest.raises(SystemExit) as caught:
        main(argv)
    assert caught.value.code == 2
    assert "unable to import no_such_module_here" in capsys.readouterr().err


def test_project_files_are_neither_pythons_nor_installed() -> None:
    found = project_files()
    assert os.path.abspath(__file__) in found
    assert not any("site-packages" in name for name in found)
    assert os.path.abspath(subprocess.__file__) not in found


STUBBORN = """
    import asyncio
    from aiohttp_web import Application

    async def stay(app):
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                pass

    def make(argv):
        app = Application()
        if argv:
            app.on_cleanup.append(stay)
        return app
"""


@pytest.mark.parametrize("stubborn", [False, True])
def test_nobody_outlives_the_parent(folder: Path, parent: Parent, stubborn: bool) -> None:
    (folder / "stubborn.py").write_text(textwrap.dedent(STUBBORN))
    made = settings(
        folder, "stubborn:make", arguments=("x",) * stubborn, shutdown_timeout=0.01, log_level=30
    )
    # Patience of a hundredth of a second and five more.
    argv = parent.argv(made)
    process = subprocess.Popen(
        [sys.executable, "-m", "aiohttp_web.worker_process", *argv],
        pass_fds=[int(number) for number in argv[1:]],
    )
    for number in argv[1:]:
        os.close(int(number))
    try:
        assert parent.message() == {"ready": True}
        parent.ours.shutdown(socket.SHUT_RDWR)
        assert process.wait(20) == (-signal.SIGALRM if stubborn else 0)
    finally:
        with contextlib.suppress(OSError):
            process.kill()
        process.wait()


def test_sigterm_may_be_repeated(folder: Path, parent: Parent) -> None:
    (folder / "slow_end.py").write_text(
        textwrap.dedent(
            """
            import asyncio, os, sys
            from aiohttp_web import Application

            async def end(app):
                os.write(1, b"ending\\n")
                await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
                os.write(1, b"ended\\n")

            def make(argv):
                app = Application()
                app.on_cleanup.append(end)
                return app
            """
        )
    )
    argv = parent.argv(settings(folder, "slow_end:make"))
    process = subprocess.Popen(
        [sys.executable, "-m", "aiohttp_web.worker_process", *argv],
        pass_fds=[int(number) for number in argv[1:]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    for number in argv[1:]:
        os.close(int(number))
    watchdog = threading.Timer(30, process.kill)
    watchdog.start()
    try:
        assert parent.message() == {"ready": True}
        assert process.stdout is not None
        process.terminate()
        assert process.stdout.readline() == b"ending\n"
        for _ in range(3):
            process.terminate()
        time.sleep(0)
        out, _ = process.communicate(b"\n")
        assert out == b"ended\n"
        assert process.returncode == 0
    finally:
        watchdog.cancel()
        process.kill()
        process.wait()
