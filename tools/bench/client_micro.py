"""Cost of one request inside the client, without sockets: a stub transport answers at once.

    python -m tools.bench.client_micro [--loop asyncio|uvloop] [--rounds N] [--only PART]

Prints microseconds of processor time per request: low quantile of many short rounds, and the same
above a bare future that the loop completes (what no client can avoid).  Add the kernel's and the
loop's share (about 4.4 us) for what a real connection costs.  ``--loops N --only CASE`` runs one
case N times and prints nothing, for a profiler.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp_client import BaseConnector, ClientSession, ClientTimeout
from aiohttp_client.connection import COMPILED, HttpConnection
from aiohttp_client.connector import ConnectRequest
from aiohttp_client.tracing import Trace

HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nHello, world!"
TWELVE = (
    b"HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    b"Content-Type: application/json; charset=utf-8\r\nContent-Length: 27\r\n"
    b"Connection: keep-alive\r\nVary: Accept-Encoding\r\nX-Request-Id: 0123456789abcdef\r\n"
    b"X-Frame-Options: DENY\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
    b"Strict-Transport-Security: max-age=63072000\r\nReferrer-Policy: same-origin\r\n\r\n"
    b'{"name": "bob", "age": 421}'
)
URL = "http://stub.example/"

Ask = Callable[[], Awaitable[Any]]


class StubTransport:
    """Answers whatever is written, in the next turn of the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, connection: Any, answer: bytes) -> None:
        self.loop = loop
        self.receive = connection.data_received
        self.lost = connection.connection_lost
        self.answer = answer

    def write(self, data: bytes) -> None:
        self.loop.call_soon(self.receive, self.answer)

    def writelines(self, data: list[bytes]) -> None:
        self.loop.call_soon(self.receive, self.answer)

    def is_closing(self) -> bool:
        return False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def get_write_buffer_size(self) -> int:
        return 0

    def close(self) -> None:
        self.loop.call_soon(self.lost, None)

    abort = close

    def pause_reading(self) -> None:
        pass

    resume_reading = pause_reading


class StubConnector(BaseConnector):
    """Opens connections on stub transports."""

    def __init__(self, answer: bytes) -> None:
        super().__init__()
        self.answer = answer

    async def _create_connection(
        self, req: ConnectRequest, traces: Sequence[Trace], timeout: ClientTimeout
    ) -> HttpConnection:
        connection = self._factory()
        connection.connection_made(StubTransport(self._loop, connection, self.answer))
        return connection


async def bare() -> None:
    """What every request needs: a future that the loop completes."""
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    loop.call_soon(future.set_result, None)
    await future


async def timed(ask: Ask, rounds: int, number: int) -> float:
    """Return microseconds per call: a low quantile."""
    for _ in range(number):
        await ask()
    found = []
    for _ in range(rounds):
        start = time.process_time()
        for _ in range(number):
            await ask()
        found.append((time.process_time() - start) / number)
    found.sort()
    return found[rounds // 5] * 1e6


def cases(hello: ClientSession, twelve: ClientSession) -> dict[str, Ask]:
    """Return what is measured."""

    async def get_read() -> None:
        async with hello.get(URL) as response:
            await response.read()

    async def get_await() -> None:
        response = await hello.get(URL)
        await response.read()

    async def get_json() -> None:
        async with twelve.get(URL) as response:
            await response.json()

    async def get_fields() -> None:
        async with twelve.get(URL) as response:
            assert response.headers["Content-Type"]
            await response.read()

    async def get_headers() -> None:
        async with hello.get(URL, headers={"X-Request-Id": "1"}) as response:
            await response.read()

    async def get_params() -> None:
        async with hello.get(URL, params={"page": "2"}) as response:
            await response.read()

    async def get_timeout() -> None:
        async with hello.get(URL, timeout=30) as response:
            await response.read()

    async def post_bytes() -> None:
        async with hello.post(URL, data=b"x" * 100) as response:
            await response.read()

    async def post_json() -> None:
        async with hello.post(URL, json={"name": "bob", "age": 421}) as response:
            await response.read()

    return {
        "bare future": bare,
        "GET, read()": get_read,
        "GET awaited, read()": get_await,
        "GET, 12 fields, json()": get_json,
        "GET, 12 fields, headers": get_fields,
        "GET with a header, read()": get_headers,
        "GET with params, read()": get_params,
        "GET with timeout, read()": get_timeout,
        "POST bytes": post_bytes,
        "POST JSON": post_json,
    }


async def measure(chosen: argparse.Namespace) -> dict[str, float]:
    """Return the table."""
    async with (
        ClientSession(connector=StubConnector(HELLO)) as hello,
        ClientSession(connector=StubConnector(TWELVE)) as twelve,
    ):
        asks = cases(hello, twelve)
        if chosen.only:
            asks = {name: ask for name, ask in asks.items() if chosen.only in name}
        if chosen.loops:
            for ask in asks.values():
                for _ in range(chosen.loops):
                    await ask()
            return {}
        return {name: await timed(ask, chosen.rounds, 500) for name, ask in asks.items()}


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--loop", choices=("asyncio", "uvloop"), default="uvloop")
    options.add_argument("--rounds", type=int, default=40)
    options.add_argument("--only", help="part of a case's name")
    options.add_argument("--loops", type=int, default=0, help="run so often, without a figure")
    chosen = options.parse_args()
    if chosen.loop == "uvloop":
        import uvloop

        table = uvloop.run(measure(chosen))
    else:
        table = asyncio.run(measure(chosen))
    if not table:
        return
    floor = table.get("bare future", 0.0)
    print(f"{'compiled' if COMPILED else 'interpreted'}, {chosen.loop}, us per request")
    for name, value in table.items():
        print(f"  {name:28} {value:7.2f} {value - floor:7.2f}")


if __name__ == "__main__":
    main()
