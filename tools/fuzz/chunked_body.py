"""Fuzz the chunked decoder: ``python tools/fuzz/chunked_body.py --seconds 600``.

What follows the first byte is the body of a chunked request and, lenient, of a chunked response;
parsers that gather small chunks must tell the same as those that do not.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.fuzz import engine, wire

BODIES = (
    b"5\r\nhello\r\n0\r\n\r\n",
    b"1\r\na\r\n02\r\nbc\r\n0003\r\ndef\r\n1\r\ng\r\n0\r\n\r\n",
    b"a\r\n0123456789\r\nA;x=y\r\n0123456789\r\n00\r\nX: 1\r\nY: 2\r\n\r\n",
    b'1 ; a = "b\\"c" ;d\r\nx\r\n0;e\r\n\r\n',
    b"7fffffffffffffff\r\nabc",
    b"5\r\nhello\r\n0\r\nX: 1\r\n 2\r\n\r\n",
    b" 5 \r\nhello\r\n0\r\n\n",
)


def request(build: Any, gather: bool) -> Callable[[], Any]:
    """Return what makes parsers that wait for the body of a request."""

    def make() -> Any:
        parser = build.RequestParser(gather_chunks=gather)
        parser.feed(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        parser.next_event()
        return parser

    return make


def response(build: Any, gather: bool) -> Callable[[], Any]:
    """Return what makes parsers that wait for the body of a response."""

    def make() -> Any:
        parser = build.ResponseParser(gather_chunks=gather)
        parser.expect("GET")
        parser.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        parser.next_event()
        return parser

    return make


def prepare() -> tuple[engine.Check, Sequence[bytes]]:
    """Return the check and its seeds."""
    builds = wire.builds("parser")

    def check(data: bytes) -> None:
        kinds = [(build, gather) for build in builds for gather in (False, True)]
        wire.same([request(build, gather) for build, gather in kinds], data)
        wire.same([response(build, gather) for build, gather in kinds], data)

    rows = [row.raw.partition(b"\r\n\r\n")[2] for row in wire.table()["ROWS"] if row.id[0] == "K"]
    bodies = [*BODIES, *(raw for raw in rows if len(raw) < 3000)]
    return check, [bytes((size,)) + raw for raw in bodies for size in (0, 6)]


if __name__ == "__main__":
    sys.exit(engine.main(prepare, instrument="aiohttp_core"))
