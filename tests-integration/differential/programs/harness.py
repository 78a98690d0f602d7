"""What the programs share: facts, a server that records what comes, a client that sends raw bytes.

Runs under both libraries, so it imports only their common interface.
"""

import asyncio
import json
import re
import sys
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

warnings.simplefilter("ignore")

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
_VARYING = (
    (re.compile(r"(127\.0\.0\.1|localhost|\[::1\]):\d{4,5}"), r"\1:PORT"),
    (re.compile(r"Python/3\.\d+ aiohttp/[\w.]+"), "SOFTWARE"),
    (re.compile(r"(Date|Last-Modified|Expires): [^\r\n]+"), r"\1: DATE"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "BOUNDARY"),
    (re.compile(r"Sec-WebSocket-Key: [^\r\n]+"), "Sec-WebSocket-Key: KEY"),
    (re.compile(r"0x[0-9a-f]+"), "0xID"),
    # What is offered depends on the decoders that are installed.
    (re.compile(r"gzip, deflate(, br)?(, zstd)?"), "CODINGS"),
)


def stable(value: Any) -> Any:
    """Return *value* as JSON, without what varies from run to run."""
    if isinstance(value, bytes | bytearray):
        value = bytes(value).decode("latin1")
    if isinstance(value, str):
        for pattern, replacement in _VARYING:
            value = pattern.sub(replacement, value)
        return value
    if isinstance(value, dict):
        return {str(key): stable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [stable(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return stable(str(value))


def failure(exc: BaseException) -> dict[str, Any]:
    """Say what an exception tells."""
    kinds = [kind.__name__ for kind in type(exc).__mro__]
    found = {"error": kinds[0], "kinds": kinds, "text": stable(str(exc))}
    for name in ("status", "code", "message"):
        if isinstance(getattr(exc, name, None), str | int):
            found[name] = stable(getattr(exc, name))
    return found


def chunks(body: bytes) -> list[bytes]:
    """Return the chunks; how a body is cut is left to the sender."""
    found = []
    while body:
        line, _, rest = body.partition(b"\r\n")
        size = int(line.split(b";")[0], 16)
        found.append(rest[:size])
        body = rest[size + 2 :]
    return found


def parsed(message: bytes) -> dict[str, Any]:
    """Take a message apart: the order of the fields has facts of its own."""
    head, _, body = message.partition(b"\r\n\r\n")
    line, *fields = head.split(b"\r\n")
    if b"\r\ntransfer-encoding: chunked" in head.lower():
        body = b"".join(chunks(body))
    return {"line": stable(line), "fields": sorted(map(stable, fields)), "body": stable(body)}


class Facts:
    """Collects facts by name."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}
        self._at_once = asyncio.Semaphore(16)

    def add(self, name: str, value: Any) -> None:
        assert name not in self.found, f"two facts are called {name}"
        self.found[name] = stable(value)

    def call(self, name: str, function: Callable[[], Any]) -> None:
        """Add what *function* returns or raises."""
        try:
            self.add(name, function())
        except Exception as exc:
            self.add(name, failure(exc))

    async def wait(self, name: str, what: Awaitable[Any], seconds: float = 3) -> None:
        """Add what *what* gives or raises."""
        try:
            async with self._at_once:
                self.add(name, await asyncio.wait_for(what, seconds))
        except Exception as exc:
            self.add(name, failure(exc))


def run(main: Callable[[Facts], Awaitable[None]]) -> None:
    """Run a program and print its facts."""

    async def collect() -> Facts:
        facts = Facts()
        await main(facts)
        return facts

    facts = asyncio.run(collect())
    json.dump(facts.found, sys.stdout)


async def read_message(reader: asyncio.StreamReader, no_body: bool = False) -> bytes:
    """Read one message: its head, and its body by length, chunks, or to the end."""
    head = await reader.readuntil(b"\r\n\r\n")
    low = head.lower()
    bodiless = no_body or re.match(rb"http/\S+ (1..|204|304)", low)
    if bodiless:
        return head
    if low.startswith(b"http/") and b"\r\ncontent-length:" not in low and b"chunked" not in low:
        return head + await reader.read()
    return head + await read_body(head, reader)


@asynccontextmanager
async def recording(answer: Any = OK) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Serve *answer*, or what it makes of a request, and record the requests."""
    requests: list[bytes] = []
    tasks: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if b"\r\nexpect:" in head.lower():
                    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                message = head + await read_body(head, reader)
                requests.append(message)
                reply = answer(message) if callable(answer) else answer
                writer.write(reply)
                await writer.drain()
                if b"connection: close" in reply.lower() or not length_known(reply):
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], requests
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def length_known(reply: bytes) -> bool:
    head = reply.partition(b"\r\n\r\n")[0].lower()
    return b"content-length:" in head or b"chunked" in head or b" 204 " in head or b" 304 " in head


async def read_body(head: bytes, reader: asyncio.StreamReader) -> bytes:
    """Read the body of a request whose head was read."""
    low = head.lower()
    if re.search(rb"\r\ntransfer-encoding:[^\r]*chunked", low):
        body = b""
        while True:
            line = await reader.readuntil(b"\r\n")
            body += line
            size = int(line.split(b";")[0], 16)
            body += await reader.readexactly(size + 2)
            if not size:
                return body
    if length := re.search(rb"\r\ncontent-length: *(\d+)", low):
        return await reader.readexactly(int(length[1]))
    return b""


@asynccontextmanager
async def serving(app: web.Application, **options: Any) -> AsyncIterator[int]:
    """Serve an application on a port of loopback."""
    runner = web.AppRunner(app, access_log=None, **options)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, shutdown_timeout=1)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def ask(port: int, request: bytes) -> bytes:
    """Send raw bytes and return the answer: the whole message, then whether the server closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        answer = await read_message(reader, request.startswith(b"HEAD "))
        while answer.startswith(b"HTTP/1.1 100"):
            answer += await read_message(reader)
        # Another request tells whether the connection lives, and whether the answer has ended.
        try:
            writer.write(b"GET /nowhere-at-all HTTP/1.1\r\nHost: a\r\n\r\n")
            more = await reader.read(200)
        except ConnectionError:
            more = b""
        if not more:
            ending = b"<closed>"
        elif more.startswith(b"HTTP/1."):
            ending = b"<open>"
        else:
            ending = b"<more>" + more.partition(b"HTTP/1.")[0]
        return answer + ending
    finally:
        writer.close()
