"""Every block of Python in the documents runs, or is type-checked, as it stands there."""

import ast
import asyncio
import inspect
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
import pytest_asyncio
from blocks import DOCS, PRELUDE, ROOT, Block, blocks
from peer import peer

import aiohttp
from aiohttp import web

BLOCKS = blocks()
PYTEST_INI = """\
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
filterwarnings = error
"""
KINDS = {"client", "script", "server", "pytest", "plain", "readme", "check", "fragment"}


def of_kind(kind: str) -> Any:
    return pytest.mark.parametrize(
        "block", [pytest.param(b, id=b.name) for b in BLOCKS if b.kind == kind]
    )


@pytest_asyncio.fixture
async def port() -> AsyncIterator[int]:
    runner = web.AppRunner(peer(), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield runner.addresses[0][1]
    await runner.cleanup()


def code_of(block: Block, port: int, flags: int = 0) -> CodeType:
    text = PRELUDE + block.text.replace("127.0.0.1:8080", f"127.0.0.1:{port}")
    return compile(text, block.name, "exec", flags, dont_inherit=True)


def test_every_block_says_how_it_is_proved() -> None:
    unmarked = [f"{b.name} {b.mark!r}" for b in BLOCKS if b.kind not in KINDS]
    assert unmarked == []
    assert len(BLOCKS) > 60


@of_kind("client")
async def test_client(
    block: Block, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("report.txt").write_text("a report\n")
    code = code_of(block, port, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    async with aiohttp.ClientSession() as session:
        result = eval(code, {"__name__": "example", "session": session})
        if inspect.isawaitable(result):
            await asyncio.wait_for(result, 20)


@of_kind("script")
async def test_script(
    block: Block, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("report.txt").write_text("a report\n")
    code = code_of(block, port)
    await asyncio.to_thread(exec, code, {"__name__": "__main__"})
    if block.output is not None:
        assert capsys.readouterr().out.replace(str(port), "8080") == block.output


@of_kind("plain")
def test_plain(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(code_of(block, 8080), {"__name__": "example"})


async def application(namespace: dict[str, Any]) -> web.Application:
    """Return the application that an example has made, or make one of its parts."""
    app = namespace.get("app")
    if app is None and "make_app" in namespace:
        app = namespace["make_app"]()
        if inspect.isawaitable(app):
            app = await app
    if app is None:
        app = web.Application()
        if "routes" in namespace:
            app.add_routes(namespace["routes"])
        else:
            app.router.add_route("*", "/{tail:.*}", namespace["handler"])
    assert isinstance(app, web.Application)
    return app


@of_kind("server")
async def test_server(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("report.txt").write_text("a report\n")
    Path("static").mkdir()
    Path("static/app.css").write_text("body { margin: 0 }\n")
    namespace: dict[str, Any] = {"__name__": "example"}
    exec(code_of(block, 8080), namespace)
    runner = web.AppRunner(await application(namespace), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with aiohttp.ClientSession(base) as session:
            for question in block.questions:
                method, path, status, *rest = [*question.split(" ", 3), ""][:5]
                if method == "WS":
                    async with session.ws_connect(path) as ws:
                        await ws.send_str(status)
                        assert rest[0] in await ws.receive_str(timeout=10)
                    continue
                data = {"name": "Anna"} if method in ("POST", "PUT") else None
                async with session.request(
                    method, path, data=data, allow_redirects=False
                ) as response:
                    text = await response.text()
                    assert response.status == int(status), text
                    assert rest[0] in text
    finally:
        await runner.cleanup()


@of_kind("pytest")
@pytest.mark.timeout(120)
def test_pytest(block: Block, tmp_path: Path) -> None:
    (tmp_path / "test_example.py").write_text(block.text)
    (tmp_path / "pytest.ini").write_text(PYTEST_INI)
    if block.mark.endswith("with the plugin"):
        (tmp_path / "conftest.py").write_text(
            'pytest_plugins = ["aiohttp_test_utils.pytest_plugin"]\n'
        )
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:cov", "."],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.timeout(280)
def test_types() -> None:
    """All blocks are fully typed: mypy in strict mode has nothing to say."""
    # Always the same folder, so that the checker's cache is of use.
    folder = DOCS / "_generated" / "blocks"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.py"):
        old.unlink()
    where = {}
    for number, block in enumerate(BLOCKS):
        file = folder / f"block_{number}.py"
        file.write_text(block.typed())
        where[file.name] = block
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml")),
            *("--disable-error-code", "no-redef"),
            *("--cache-dir", str(DOCS / "_generated" / "mypy")),
            *map(str, sorted(folder.glob("*.py"))),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=270,
        check=False,
    )
    said = done.stdout
    for name, block in where.items():
        said = said.replace(str((folder / name).relative_to(ROOT)), f"{block.name} +")
    assert done.returncode == 0, said + done.stderr
