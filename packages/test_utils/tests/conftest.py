"""Applications that the tests of the kit share, and pytest in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from aiohttp_web import Application, Request, Response, WebSocketResponse


async def _hello(request: Request) -> Response:
    return Response(text="Hello, world")


async def _mirror(request: Request) -> Response:
    return Response(text=f"{request.method} {await request.text()}")


async def _echo(request: Request) -> WebSocketResponse:
    ws = WebSocketResponse()
    await ws.prepare(request)
    async for message in ws:
        await ws.send_str(message.data)
    return ws


async def _set_cookie(request: Request) -> Response:
    response = Response(text=request.cookies.get("id", "none"))
    response.set_cookie("id", "7")
    return response


@pytest.fixture
def make_app() -> Callable[[], Application]:
    def make() -> Application:
        app = Application()
        app.router.add_get("/", _hello)
        app.router.add_route("*", "/mirror", _mirror)
        app.router.add_get("/echo", _echo)
        app.router.add_get("/cookie", _set_cookie)
        return app

    return make


@pytest.fixture
def app(make_app: Callable[[], Application]) -> Application:
    return make_app()


RunPytest = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run_pytest(tmp_path: Path) -> RunPytest:
    """Run pytest on a test file, with nothing of this workspace's settings."""

    def run(text: str, *arguments: str, conftest: str = "") -> "subprocess.CompletedProcess[str]":
        (tmp_path / "pytest.ini").write_text("[pytest]\n")
        (tmp_path / "conftest.py").write_text(conftest)
        (tmp_path / "test_it.py").write_text(text)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
        command = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(
            [*command, "-p", "no:xdist", "-p", "no:cov", "test_it.py"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )

    return run
