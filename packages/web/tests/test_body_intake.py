"""The way of a body."""

import gzip
from typing import Any

import pytest

from aiohttp_core.parser import RequestParser
from aiohttp_web.body_intake import BodyIntake
from aiohttp_web.payload_errors import RequestPayloadError, RequestPayloadTimeout


class Connection:
    reading_paused = False

    def pause_reading(self) -> None:
        self.reading_paused = True

    def resume_reading(self) -> None:
        self.reading_paused = False


def begin(head: str, coding: str | None = None) -> tuple[Connection, RequestParser, BodyIntake]:
    parser = RequestParser()
    parser.feed(f"POST / HTTP/1.1\r\nHost: a\r\n{head}\r\n".encode())
    found: Any = parser.next_event()
    connection = Connection()
    return connection, parser, BodyIntake(connection, parser, 100, coding, found.chunked)


async def test_pieces_and_chunks() -> None:
    _, parser, intake = begin("Transfer-Encoding: chunked\r\n")
    parser.feed(b"3\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\nGET")
    intake.pump()
    assert intake.complete
    assert intake.received == 5
    assert await intake.stream.readchunk() == (b"abc", True)
    assert await intake.stream.readchunk() == (b"de", True)
    assert dict(intake.stream.trailers or {}) == {"X": "y"}
    assert parser.buffered == 3


async def test_nothing_is_pulled_while_paused() -> None:
    connection, parser, intake = begin("Content-Length: 1000\r\n")
    for _ in range(5):
        parser.feed(b"x" * 150)
        intake.pump()
    assert connection.reading_paused
    assert intake.received == 300
    assert parser.buffered == 450


@pytest.mark.parametrize("coding", ["gzip", "unknown"])
async def test_drained_raw(coding: str) -> None:
    data = gzip.compress(b"x" * 100)
    _, parser, intake = begin(f"Content-Length: {len(data)}\r\n", coding)
    parser.feed(data)
    intake.drain()
    assert intake.complete
    assert intake.received == len(data)
    assert intake.stream.total_bytes == 0


async def test_errors_come_behind_the_data() -> None:
    _, parser, intake = begin("Transfer-Encoding: chunked\r\n")
    parser.feed(b"3\r\nabc\r\nzz\r\n")
    intake.pump()
    intake.pump()
    assert intake.failed is not None
    assert await intake.stream.readany() == b"abc"
    with pytest.raises(RequestPayloadError) as caught:
        await intake.stream.readany()
    assert caught.value.__cause__ is intake.failed
    _, parser, intake = begin("Transfer-Encoding: chunked\r\n")
    parser.feed(b"zz\r\n")
    intake.drain()
    assert intake.failed is not None


async def test_failing_and_forbidding() -> None:
    _, parser, intake = begin("Content-Length: 5\r\n")
    parser.feed(b"ab")
    intake.pump()
    intake.fail(RequestPayloadTimeout("slow"))
    intake.fail(RequestPayloadTimeout("again"))
    assert await intake.stream.readany() == b"ab"
    with pytest.raises(RequestPayloadTimeout, match="slow"):
        await intake.stream.readany()
    intake.forbid(ValueError("gone"))
    with pytest.raises(ValueError, match="gone"):
        await intake.stream.readany()
