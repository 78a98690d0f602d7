"""Cost of one request inside the server, by stage, without sockets: a dummy transport takes it all.

    python -m tools.bench.server_micro [--loop asyncio|uvloop] [--rounds N]

Prints microseconds per request: low quantile of many rounds, 32 connections, access log off.  A
round is far shorter than a time slice of the kernel, so that other processes spoil few of them.
Add the kernel's and the loop's share (about 4.4 us) for what a real connection costs.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp_core.head import COMPILED
from aiohttp_core.parser import RequestParser
from aiohttp_core.streams import EMPTY_PAYLOAD
from aiohttp_web import Application, BaseRequest, Request, Response, json_response
from aiohttp_web.application_server import make_server
from aiohttp_web.server import Server

CONNECTIONS = 32

PLAIN = b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"
BROWSER = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: keep-alive\r\n"
    b'sec-ch-ua: "Chromium";v="120"\r\nsec-ch-ua-mobile: ?0\r\nsec-ch-ua-platform: "Linux"\r\n'
    b"Upgrade-Insecure-Requests: 1\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
    b"Accept: text/html,application/xhtml+xml\r\nSec-Fetch-Site: none\r\n"
    b"Accept-Encoding: gzip, deflate, br\r\nAccept-Language: en-US,en;q=0.9\r\n"
    b"Cookie: session=abc; theme=dark\r\n\r\n"
)
QUERY = b"GET /user/bob?q=1 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"
POST = (
    b"POST /json HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/json\r\n"
    b'Content-Length: 27\r\n\r\n{"name": "bob", "age": 421}'
)


class DummyTransport:
    """Swallows what is written."""

    written = 0

    def write(self, data: bytes) -> None:
        self.written += 1

    def is_closing(self) -> bool:
        return False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def can_write_eof(self) -> bool:
        return False

    def close(self) -> None:
        pass

    abort = close
    pause_reading = resume_reading = close


async def hello(request: Request) -> Response:
    """The handler of the usual benchmark."""
    return Response(text="Hello, world")


async def user(request: Request) -> Response:
    """A handler that uses path and query."""
    return json_response({"user": request.match_info["name"], "q": request.query["q"]})


async def echo_json(request: Request) -> Response:
    """A handler that reads JSON and answers with JSON."""
    return json_response(await request.json())


def make_app() -> Application:
    """Return an application with 200 dynamic routes beside the ones that are measured."""
    app = Application()
    app.router.add_get("/", hello)
    app.router.add_get("/user/{name}", user)
    app.router.add_post("/json", echo_json)
    for number in range(200):
        app.router.add_get(f"/route{number}/{{id}}/x", hello)
    return app


async def through_connection(server: Server, data: bytes, rounds: int) -> float:
    """Return microseconds per request from data_received to write."""
    loop = asyncio.get_running_loop()
    connections = []
    for _ in range(CONNECTIONS):
        connection = server()
        connection.connection_made(DummyTransport())
        connections.append(connection)
    best = []
    for _ in range(rounds):
        start = time.perf_counter()
        for connection in connections:
            connection.data_received(data)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        with_loop = time.perf_counter() - start
        start = time.perf_counter()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        best.append((with_loop - (time.perf_counter() - start)) / CONNECTIONS)
    for connection in connections:
        if connection.current_request is not None:
            raise SystemExit("a request was not answered")
        connection.connection_lost(None)
    assert loop.is_running()
    best.sort()
    return best[len(best) // 5] * 1e6


def timed(step: Callable[[], Any], number: int = 200, rounds: int = 300) -> float:
    """Return microseconds per call, low quantile."""
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(number):
            step()
        found.append((time.perf_counter() - start) / number)
    found.sort()
    return found[rounds // 5] * 1e6


def run_now(coroutine: Awaitable[Any]) -> Any:
    """Run a coroutine that never waits."""
    try:
        coroutine.send(None)  # type: ignore[attr-defined]
    except StopIteration as end:
        return end.value
    raise SystemExit("it waits")


async def measure(rounds: int) -> dict[str, float]:
    """Return the table."""
    app = make_app()
    app.freeze()
    server = make_server(app, access_log=None)
    bare = Server(hello, access_log=None)
    parser = RequestParser()

    def parse(data: bytes) -> Any:
        parser.feed(data)
        return parser.next_event()

    head = parse(PLAIN)
    factory = server.request_factory

    def make_request() -> Any:
        return factory(head, EMPTY_PAYLOAD, None, None, None)

    request = make_request()
    handle = app.handle_request
    base = BaseRequest(head, EMPTY_PAYLOAD, None)

    def join() -> Any:
        return Response(text="Hello, world").joined(base, head, True)

    return {
        "parse, 1 field": timed(lambda: parse(PLAIN)),
        "parse, 12 fields": timed(lambda: parse(BROWSER)),
        "Request()": timed(make_request),
        "Response(text=)": timed(lambda: Response(text="Hello, world")),
        "Response(text=) and joined": timed(join),
        "application, handler": timed(lambda: run_now(handle(request))),
        "bare server /": await through_connection(bare, PLAIN, rounds),
        "application /": await through_connection(server, PLAIN, rounds),
        "application, 12 fields": await through_connection(server, BROWSER, rounds),
        "application, path and query, JSON": await through_connection(server, QUERY, rounds),
        "application, POST JSON": await through_connection(server, POST, rounds),
    }


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--loop", choices=("asyncio", "uvloop"), default="asyncio")
    options.add_argument("--rounds", type=int, default=600)
    chosen = options.parse_args()
    if chosen.loop == "uvloop":
        import uvloop

        table = uvloop.run(measure(chosen.rounds))
    else:
        table = asyncio.run(measure(chosen.rounds))
    print(f"{'compiled' if COMPILED else 'interpreted'}, {chosen.loop}, us per request")
    for name, value in table.items():
        print(f"  {name:36} {value:7.2f}")


if __name__ == "__main__":
    main()
