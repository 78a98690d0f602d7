"""Fuzz the response parser: ``python tools/fuzz/response_parser.py --seconds 600``.

The second byte of an input chooses leniency, the method that was sent, and narrow limits.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.fuzz import engine, wire

WAYS: tuple[Callable[[Any], Any], ...] = (lambda parser: parser, wire.Taking, wire.Receiving)
OK = b"HTTP/1.1 200 OK\r\n"
SEEDS = (
    OK + b"Content-Length: 3\r\n\r\nabc",
    OK + b'Transfer-Encoding: chunked\r\n\r\n1;x="y"\r\na\r\n0\r\nT: 1\r\n\r\n',
    OK + b"Transfer-Encoding: gzip\r\n\r\nabc",
    OK + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 200 OK\nX: 1\n 2\n\t3\nContent-Length: 2\r\r\n\r\nok",
    b"HTTP/1.0 404 Not Found\r\nConnection: keep-alive\r\n\r\ngone",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 \r\nA: b\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x00",
    b"\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
)


def maker(build: Any, choice: int, way: Callable[[Any], Any]) -> Callable[[], Any]:
    """Return what makes parsers that expect a response."""

    def make() -> Any:
        parser = build.ResponseParser(wire.limits(choice >= 128), strict=bool(choice & 1))
        method = ("GET", "HEAD", "CONNECT", "POST")[choice >> 1 & 3]
        parser.expect(method, read_until_eof=not choice & 8)
        return way(parser)

    return make


def prepare() -> tuple[engine.Check, Sequence[bytes]]:
    """Return the check and its seeds."""
    builds = wire.builds("parser")

    def check(data: bytes) -> None:
        if len(data) > 1:
            choice = data[1]
            makers = [maker(build, choice, way) for build in builds for way in WAYS]
            wire.same(makers, data[:1] + data[2:])

    choices = (0, 1, 2, 3, 128, 129)
    seeds = [bytes((size, choice)) + raw for raw in SEEDS for size in (0, 6) for choice in choices]
    return check, seeds


if __name__ == "__main__":
    sys.exit(engine.main(prepare, instrument="aiohttp_core"))
