"""Scripted servers: what a raw peer says and hears, step by step."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from aiohttp_client.connection_state import check_transitions

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# These tests touch sockets, so they run on each event loop that is there.
ON_EVERY_LOOP = frozenset(
    (
        *("test_session", "test_connection", "test_connector", "test_tcp_connector"),
        *("test_interruptions", "test_websocket"),
    )
)


def pytest_asyncio_loop_factories(config: Any, item: Any) -> dict[str, Any]:
    factories: dict[str, Any] = {"asyncio": asyncio.new_event_loop}
    # The clock of uvloop cannot be moved.
    if item.path.stem in ON_EVERY_LOOP and "jump" not in item.fixturenames:
        try:
            import uvloop
        except ImportError:
            pass
        else:
            factories["uvloop"] = uvloop.new_event_loop
    return factories


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class Talk:
    """One connection, from the server's side."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.heads: list[bytes] = []

    async def head(self) -> bytes:
        """Read one request head."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        return head

    async def exactly(self, count: int) -> bytes:
        return await self.reader.readexactly(count)

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def ended(self) -> bytes:
        """Wait for the client's end; return what came before it."""
        try:
            return await self.reader.read()
        except ConnectionError:
            return b""

    def close(self) -> None:
        self.writer.close()

    def reset(self) -> None:
        """Send RST."""
        import socket
        import struct

        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Script = Callable[[Talk], Awaitable[None]]


class Server:
    """A server that runs one script per connection; the last one again for all later ones."""

    def __init__(self, scripts: tuple[Script, ...], tls: ssl.SSLContext | None) -> None:
        self.scripts = scripts
        self.tls = tls
        self.talks: list[Talk] = []
        self.errors: list[BaseException] = []
        self.tasks: set[asyncio.Task[Any]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._run, "127.0.0.1", 0, ssl=self.tls)

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://{host}:{self.port}{path}"

    async def _run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        index = min(len(self.talks), len(self.scripts) - 1)
        talk = Talk(reader, writer)
        self.talks.append(talk)
        try:
            await self.scripts[index](talk)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        except asyncio.CancelledError:
            pass
        except BaseException as exc:
            self.errors.append(exc)
        finally:
            writer.close()
            self.tasks.discard(task)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in tuple(self.tasks):
            task.cancel()
        if self.tasks:
            await asyncio.wait(self.tasks, timeout=5)
        for talk in self.talks:
            talk.writer.transport.abort()
        await asyncio.sleep(0)
        assert not self.errors, self.errors


def answers(*responses: bytes) -> Script:
    """A script that answers each head with the next response, the last one for ever."""

    async def script(talk: Talk) -> None:
        count = 0
        while True:
            await talk.head()
            await talk.send(responses[min(count, len(responses) - 1)])
            count += 1

    return script


ServerMaker = Callable[..., Awaitable[Server]]


@pytest.fixture
async def serve() -> AsyncIterator[ServerMaker]:
    """Start a scripted server: ``server = await serve(script, ...)``."""
    servers: list[Server] = []

    async def start(*scripts: Script, tls: ssl.SSLContext | None = None) -> Server:
        server = Server(scripts, tls)
        await server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        await server.stop()


@pytest.fixture
async def jump(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return what puts the clock of the loop forward by some seconds."""
    loop = asyncio.get_running_loop()
    real, ahead = loop.time, [0.0]
    monkeypatch.setattr(loop, "time", lambda: real() + ahead[0])

    def forward(seconds: float) -> None:
        ahead[0] += seconds

    return forward


@pytest.fixture(autouse=True)
def _strict_states() -> Any:
    was = check_transitions(True)
    yield
    check_transitions(was)


@pytest.fixture
def ok() -> bytes:
    return OK


@pytest.fixture
def answering() -> Callable[..., Script]:
    return answers
