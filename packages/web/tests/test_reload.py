"""Reloading: what is watched, what is decided, and a real server that is changed while it runs."""

import os
import signal
import socket
import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aiohttp_web.listeners import Listeners
from aiohttp_web.reload import FileWatch, Reloading, Step, entry_files, run_reloading, stamp
from aiohttp_web.worker_process import WorkerSettings

# Files


def test_stamps(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    assert stamp(os.fspath(path)) is None
    path.write_text("1")
    first = stamp(os.fspath(path))
    assert first is not None
    assert first[1] == 1
    path.write_text("22")
    assert stamp(os.fspath(path)) != first


def test_changes_are_told_once() -> None:
    stamps: dict[str, Any] = {"a": (1, 1), "b": (1, 1), "c": None}
    watch = FileWatch(stamps.__getitem__)
    watch.add(["a", "b"])
    watch.add(["c"])
    assert watch.changes() == []
    stamps.update(c=(5, 5), b=None)
    # What is known keeps the stamp of its first day.
    watch.add(["b"])
    assert watch.changes() == ["b", "c"]
    assert watch.changes() == []
    stamps["b"] = (1, 1)
    assert watch.changes() == ["b"]
    assert set(watch.files) == {"a", "b", "c"}


def test_entry_files() -> None:
    found = entry_files("pkg.mod:make", ["/project", sys.base_prefix, "/x/site-packages", ""])
    here = os.getcwd()
    assert found == [
        "/project/pkg/mod.py",
        "/project/pkg/mod/__init__.py",
        f"{here}/pkg/mod.py",
        f"{here}/pkg/mod/__init__.py",
    ]


# Decisions


def play(script: list[tuple[Any, ...]], **options: Any) -> Reloading:
    reloading = Reloading(**options)
    for name, *arguments, steps, text in script:
        found, said = getattr(reloading, name)(*arguments)
        assert (name, found) == (name, steps)
        assert text in said
        assert bool(text) == bool(said)
    return reloading


@pytest.mark.parametrize(
    ("script", "status"),
    [
        pytest.param(
            [
                ("changed", ["a.py"], 0, [Step.TERMINATE], "a.py; the server restarts"),
                ("changed", ["a.py"], 0.1, [], ""),
                ("died", 0, [Step.START], ""),
                ("tick", 100, [], ""),
                ("stop", 101, [Step.TERMINATE], ""),
                ("died", 0, [Step.FINISH], ""),
            ],
            0,
            id="change",
        ),
        pytest.param(
            [
                ("changed", ["a", "b", "c", "d", "e"], 0, [Step.TERMINATE], "a, b, c and 2 more"),
                ("tick", 2.9, [], ""),
                ("tick", 3, [Step.KILL], "did not end within 3 s"),
                ("tick", 4, [], ""),
                ("died", -9, [Step.START], ""),
            ],
            0,
            id="a server that does not end",
        ),
        pytest.param(
            [
                ("died", 1, [], "ended (status 1)"),
                ("tick", 10, [], ""),
                ("changed", ["a.py"], 11, [Step.START], "a.py; the server starts"),
                ("died", 1, [], "ended (status 1)"),
                ("stop", 12, [Step.FINISH], ""),
            ],
            0,
            id="a server that ends by itself",
        ),
        pytest.param(
            [
                ("stop", 0, [Step.TERMINATE], ""),
                ("changed", ["a.py"], 0, [], ""),
                ("stop", 1, [Step.KILL], "at once"),
                ("died", -9, [Step.FINISH], ""),
            ],
            1,
            id="second signal",
        ),
        pytest.param(
            [
                ("changed", ["a"], 0, [Step.TERMINATE], "a"),
                ("stop", 1, [Step.TERMINATE], ""),
                ("tick", 4, [Step.KILL], "did not end"),
                ("died", -9, [Step.FINISH], ""),
            ],
            0,
            id="the end during a restart",
        ),
    ],
)
def test_decisions(script: list[tuple[Any, ...]], status: int) -> None:
    assert play(script, grace=3).status == status


# A real server

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="reloading needs Unix")

MODULE = """
    from aiohttp_web import Application, Response
    from reload_part import TEXT

    async def hello(request):
        return Response(text=TEXT)

    def make(argv):
        app = Application()
        app.router.add_get("/", hello)
        return app
"""


class Said:
    """Keeps the messages, for another thread to wait for."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._changed = threading.Condition()

    def __call__(self, text: str) -> None:
        with self._changed:
            self.lines.append(text)
            self._changed.notify_all()

    def wait(self, text: str, count: int = 1) -> None:
        def said() -> bool:
            return sum(text in line for line in self.lines) >= count

        with self._changed:
            assert self._changed.wait_for(said, 40), self.lines


def get(port: int) -> str:
    with socket.create_connection(("127.0.0.1", port), 30) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := sock.recv(65536):
            answer += piece
    return answer.partition(b"\r\n\r\n")[2].decode()


@UNIX
@pytest.mark.timeout(120)
def test_life(tmp_path: Path, in_main_thread: Callable[..., Any], capfd: Any) -> None:
    (tmp_path / "reload_app.py").write_text(textwrap.dedent(MODULE))
    part = tmp_path / "reload_part.py"
    part.write_text("TEXT = 'one'\n")
    settings = WorkerSettings(
        entry="reload_app:make",
        search_path=(os.fspath(tmp_path), *sys.path),
        shutdown_timeout=5,
        watch=True,
    )
    listeners = Listeners(1, hosts=["127.0.0.1"], port=0)
    port = listeners.slots[0][0].getsockname()[1]
    said = Said()

    def act() -> None:
        said.wait("======== Running on http://127.0.0.1")
        assert get(port) == "one"
        part.write_text("TEXT = 'second'\n")
        said.wait("reload_part.py; the server restarts")
        said.wait("Serving again on http://127.0.0.1")
        assert get(port) == "second"
        part.write_text("TEXT = = 'third'\n")
        said.wait("it starts again when a file changes")
        with socket.create_connection(("127.0.0.1", port), 30) as early:
            early.sendall(b"GET / HTTP/1.0\r\n\r\n")
            # The same length at almost the same time: no cached bytecode may hide the change.
            part.write_text("TEXT =   'third'\n")
            said.wait("reload_part.py; the server starts")
            # Who came while there was no server is served.
            answer = b""
            while piece := early.recv(65536):
                answer += piece
        assert answer.endswith(b"\r\n\r\nthird")
        said.wait("Serving again on http://127.0.0.1", 2)
        part.write_text("TEXT =   'forth'\n")
        said.wait("Serving again on http://127.0.0.1", 3)
        assert get(port) == "forth"
        os.kill(os.getpid(), signal.SIGINT)

    assert in_main_thread(lambda: run_reloading(settings, listeners, said), act) == 0
    assert "SyntaxError" in capfd.readouterr().err
    with pytest.raises(ConnectionRefusedError):
        get(port)


@UNIX
def test_a_module_that_comes_later(tmp_path: Path, in_main_thread: Callable[..., Any]) -> None:
    settings = WorkerSettings(
        entry="reload_late:make",
        search_path=(os.fspath(tmp_path), *sys.path),
        shutdown_timeout=5,
        watch=True,
    )
    said = Said()
    late = tmp_path / "reload_late.py"

    def act() -> None:
        said.wait("it starts again when a file changes")
        late.write_text("from aiohttp_web import Application\nmake = lambda argv: Application()\n")
        said.wait("Running on")
        os.kill(os.getpid(), signal.SIGTERM)

    listeners = Listeners(1, hosts=["127.0.0.1"], port=0)
    assert in_main_thread(lambda: run_reloading(settings, listeners, said), act) == 0


@UNIX
def test_a_server_that_does_not_end(tmp_path: Path, in_main_thread: Callable[..., Any]) -> None:
    (tmp_path / "reload_stuck.py").write_text(
        textwrap.dedent(
            """
            import time
            from aiohttp_web import Application

            async def stay(app):
                time.sleep(600)

            def make(argv):
                app = Application()
                app.on_cleanup.append(stay)
                return app
            """
        )
    )
    settings = WorkerSettings(
        entry="reload_stuck:make", search_path=(os.fspath(tmp_path), *sys.path), watch=True
    )
    said = Said()

    def act() -> None:
        said.wait("Running on")
        # Two of one kind could become one.
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)

    listeners = Listeners(1, hosts=["127.0.0.1"], port=0)
    assert in_main_thread(lambda: run_reloading(settings, listeners, said), act) == 1
    assert said.lines[-1] == "Second signal: the server ends at once"


def test_where_it_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiohttp_web.reload.os.name", "nt")
    with pytest.raises(RuntimeError, match="inherit"):
        run_reloading(WorkerSettings(entry="a:b"), None)
