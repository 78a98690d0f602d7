"""Drive one HTTP client: N tasks that ask the same server again and again for a while.

One argument, JSON: ``library``, ``loop``, ``url``, ``scenario``, ``tasks``, ``seconds`` and ``ca``,
a file of certificates to trust.  Prints ``COUNT requests in SECONDS s, cpu CPU s``, in the scenario
``memory`` instead ``BYTES bytes per connection``.  One file serves ours and the peers.
"""

import asyncio
import gc
import importlib
import json
import ssl
import sys
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

Ask = Callable[[], Awaitable[None]]

UPLOAD = b"u" * 4_000_000


async def run(ask: Ask, tasks: int, seconds: float) -> str:
    for _ in range(5):
        await ask()
    stop = time.perf_counter() + seconds
    counts = [0] * tasks

    async def worker(number: int) -> None:
        while time.perf_counter() < stop:
            await ask()
            counts[number] += 1

    started, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(worker(number) for number in range(tasks)))
    took, used = time.perf_counter() - started, time.process_time() - cpu
    return f"{sum(counts)} requests in {took:.3f} s, cpu {used:.3f} s"


async def hold(ask: Ask, tasks: int) -> str:
    """Ask *tasks* times at once, of a server that answers when all are there.

    Counted is what the interpreter holds afterwards: resident memory would count what the many
    tasks have left behind in the allocators.
    """
    tracemalloc.start()
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    await asyncio.gather(*(ask() for _ in range(tasks)))
    await asyncio.sleep(0.1)
    gc.collect()
    held = tracemalloc.get_traced_memory()[0] - before
    return f"{held / tasks:.0f} bytes per connection"


def trust(ca: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca)


@asynccontextmanager
async def sessions(library: str, job: dict[str, Any]) -> AsyncIterator[Ask]:
    """Ours and aiohttp, which are used alike."""
    module = importlib.import_module("aiohttp_client" if library == "ours" else library)
    url, scenario = job["url"], job["scenario"]
    limits: dict[str, Any] = {"limit": job["tasks"]}
    if job["ca"]:
        limits["ssl"] = trust(job["ca"])
    async with module.ClientSession(connector=module.TCPConnector(**limits)) as session:

        async def get() -> None:
            async with session.get(url) as response:
                await response.read()

        async def decoded() -> None:
            async with session.get(url) as response:
                await response.json()

        async def fields() -> None:
            async with session.get(url) as response:
                assert response.headers["Content-Type"]
                await response.read()

        async def download() -> None:
            async with session.get(url) as response:
                async for _ in response.content.iter_any():
                    pass

        async def upload() -> None:
            async with session.post(url, data=UPLOAD) as response:
                await response.read()

        chosen = {"json": decoded, "fields": fields, "download": download, "upload": upload}
        yield chosen.get(scenario, get)


@asynccontextmanager
async def httpx_client(library: str, job: dict[str, Any]) -> AsyncIterator[Ask]:
    import httpx

    limits = httpx.Limits(max_connections=job["tasks"], max_keepalive_connections=job["tasks"])
    verify: Any = trust(job["ca"]) if job["ca"] else True
    url, scenario = job["url"], job["scenario"]
    async with httpx.AsyncClient(limits=limits, verify=verify, timeout=60) as client:

        async def get() -> None:
            response = await client.get(url)
            response.read()

        async def decoded() -> None:
            (await client.get(url)).json()

        async def download() -> None:
            async with client.stream("GET", url) as response:
                async for _ in response.aiter_raw():
                    pass

        async def upload() -> None:
            await client.post(url, content=UPLOAD)

        chosen = {"json": decoded, "download": download, "upload": upload}
        yield chosen.get(scenario, get)


class RawConnection(asyncio.Protocol):
    """The floor: write a constant request, count the bytes of an answer of known length."""

    length = 0
    """Bytes of an answer; 0 until the first one has told it."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.received = 0
        self.first = b""

    def ask(self, *request: bytes) -> "asyncio.Future[None]":
        self.received = 0
        self.waiter = asyncio.get_running_loop().create_future()
        for part in request:
            self.transport.write(part)
        return self.waiter

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        if not RawConnection.length:
            self.first += data
            head, end, _ = self.first.partition(b"\r\n\r\n")
            if not end:
                return
            size = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            RawConnection.length = len(head) + 4 + int(size)
        if self.received >= RawConnection.length:
            self.waiter.set_result(None)


class BufferedRawConnection(RawConnection, asyncio.BufferedProtocol):
    """The same for asyncio's loops, which allocate 256 KiB for each read of a plain protocol."""

    shared = memoryview(bytearray(2**16))

    def get_buffer(self, sizehint: int) -> memoryview:
        return self.shared

    def buffer_updated(self, nbytes: int) -> None:
        self.data_received(bytes(self.shared[:nbytes]))


@asynccontextmanager
async def floor(library: str, job: dict[str, Any]) -> AsyncIterator[Ask]:
    url = job["url"]
    authority, _, path = url.split("//")[1].partition("/")
    host, _, port = authority.partition(":")
    body = UPLOAD if job["scenario"] == "upload" else b""
    method = "POST" if body else "GET"
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    head = f"{method} /{path} HTTP/1.1\r\nHost: {authority}\r\nAccept: */*\r\n{length}\r\n".encode()
    request = (head, body) if body else (head,)
    loop = asyncio.get_running_loop()
    protocol = BufferedRawConnection if job["loop"] == "asyncio" else RawConnection
    tls = {"ssl": trust(job["ca"])} if job["ca"] else {}
    free: list[Any] = []

    async def ask() -> None:
        if free:
            connection = free.pop()
        else:
            connection = (await loop.create_connection(protocol, host, int(port), **tls))[1]
        await connection.ask(*request)
        free.append(connection)

    yield ask


LIBRARIES = {"ours": sessions, "aiohttp": sessions, "httpx": httpx_client, "floor": floor}


async def main(job: dict[str, Any]) -> str:
    async with LIBRARIES[job["library"]](job["library"], job) as ask:
        if job["scenario"] == "memory":
            return await hold(ask, job["tasks"])
        return await run(ask, job["tasks"], job["seconds"])


if __name__ == "__main__":
    chosen = json.loads(sys.argv[1])
    if chosen["loop"] == "uvloop":
        import uvloop

        uvloop.install()
    print(asyncio.run(main(chosen)))
