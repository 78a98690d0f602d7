"""What hostile peers are made of, and a client that has to be whole when it is done with them."""

import asyncio
import socket
import struct
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

from aiohttp_client import ClientSession, ClientTimeout, CookieJar

__all__ = ("OK", "Script", "ask", "bounded_memory", "client", "endless", "hostile", "reset", "says")

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\n"


@asynccontextmanager
async def hostile(script: Script) -> AsyncIterator[tuple[str, list[asyncio.Task[Any]]]]:
    """Serve *script* on loopback; it starts when the head of a request has come."""
    tasks: list[asyncio.Task[Any]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.append(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await reader.readuntil(b"\r\n\r\n")
                await script(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", tasks
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def says(data: bytes, *, then: str = "close") -> Script:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        if then == "hang":
            await reader.read()
        elif then == "reset":
            reset(writer)

    return script


def reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def endless(start: bytes, piece: bytes) -> Script:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(piece)
            await writer.drain()

    return script


@asynccontextmanager
async def client(**timeouts: float) -> AsyncIterator[ClientSession]:
    """A session that must have given everything back at its end."""
    limits = ClientTimeout(**({"total": 20, "sock_read": 5} | timeouts))
    async with ClientSession(timeout=limits, cookie_jar=CookieJar(unsafe=True)) as session:
        yield session
        connector = session.connector
        assert connector is not None
        stats = connector.stats
        assert (stats.connecting, stats.leased, stats.waiting) == (0, 0, 0)
        connector.check_invariants()


@contextmanager
def bounded_memory(nbytes: int) -> Iterator[None]:
    """Fail if more than *nbytes* are held at any moment of the block."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < nbytes, peak


async def ask(session: ClientSession, url: str, **options: Any) -> bytes:
    async with session.get(url, **options) as response:
        return await response.read()
