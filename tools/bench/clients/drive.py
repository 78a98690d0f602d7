"""Drive one HTTP client: N tasks that ask the same server again and again for a while.

Prints ``COUNT requests in SECONDS s, cpu CPU s``.  The library is named on the command line, so one
file serves ours and the peers.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

Ask = Callable[[], Awaitable[None]]


async def run(ask: Ask, tasks: int, seconds: float) -> tuple[int, float, float]:
    for _ in range(20):
        await ask()
    stop = time.perf_counter() + seconds
    counts = [0] * tasks

    async def worker(number: int) -> None:
        while time.perf_counter() < stop:
            await ask()
            counts[number] += 1

    started, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(worker(number) for number in range(tasks)))
    return sum(counts), time.perf_counter() - started, time.process_time() - cpu


async def with_ours(url: str, tasks: int, seconds: float) -> tuple[int, float, float]:
    from aiohttp_client import ClientSession, TCPConnector

    async with ClientSession(connector=TCPConnector(limit=tasks)) as session:

        async def ask() -> None:
            async with session.get(url) as response:
                await response.read()

        return await run(ask, tasks, seconds)


async def with_aiohttp(url: str, tasks: int, seconds: float) -> tuple[int, float, float]:
    from aiohttp import ClientSession, TCPConnector

    async with ClientSession(connector=TCPConnector(limit=tasks)) as session:

        async def ask() -> None:
            async with session.get(url) as response:
                await response.read()

        return await run(ask, tasks, seconds)


async def with_httpx(url: str, tasks: int, seconds: float) -> tuple[int, float, float]:
    import httpx

    limits = httpx.Limits(max_connections=tasks, max_keepalive_connections=tasks)
    async with httpx.AsyncClient(limits=limits) as client:

        async def ask() -> None:
            response = await client.get(url)
            response.read()

        return await run(ask, tasks, seconds)


class RawConnection(asyncio.Protocol):
    """The floor: write a constant request, look only for the end of a small answer."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def ask(self, request: bytes) -> "asyncio.Future[bytes]":
        self.waiter = asyncio.get_running_loop().create_future()
        self.transport.write(request)  # type: ignore[attr-defined]
        return self.waiter

    def data_received(self, data: bytes) -> None:
        self.waiter.set_result(data)


async def with_floor(url: str, tasks: int, seconds: float) -> tuple[int, float, float]:
    host, _, port = url.split("/")[2].partition(":")
    request = f"GET / HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: */*\r\n\r\n".encode()
    loop = asyncio.get_running_loop()
    free = [(await loop.create_connection(RawConnection, host, int(port)))[1] for _ in range(tasks)]

    async def ask() -> None:
        connection = free.pop()
        await connection.ask(request)
        free.append(connection)

    return await run(ask, tasks, seconds)


LIBRARIES = {"ours": with_ours, "aiohttp": with_aiohttp, "httpx": with_httpx, "floor": with_floor}


if __name__ == "__main__":
    library, loop_name, url = sys.argv[1:4]
    if loop_name == "uvloop":
        import uvloop

        uvloop.install()
    count, took, used = asyncio.run(LIBRARIES[library](url, int(sys.argv[4]), float(sys.argv[5])))
    print(f"{count} requests in {took:.3f} s, cpu {used:.3f} s")
