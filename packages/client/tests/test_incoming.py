"""What comes back for one request: bytes as long as nobody asks for a stream."""

import asyncio
import zlib
from typing import Any

import pytest

from aiohttp_client import ClientPayloadError, ServerDisconnectedError
from aiohttp_client.incoming import DECODE_STEP, Incoming
from aiohttp_core import ResponseParser
from aiohttp_core.chunked import END_OF_CHUNK


class Carrier:
    """Remembers what is asked of the connection."""

    reading_paused = False
    transport = None

    def __init__(self) -> None:
        self.aborted: list[Incoming] = []

    def pause_reading(self) -> None:
        self.reading_paused = True

    def resume_reading(self) -> None:
        self.reading_paused = False

    def abort_exchange(self, incoming: Incoming) -> None:
        self.aborted.append(incoming)


class Lease:
    protocol = None
    ended = 0

    def end(self) -> None:
        self.ended += 1


def head(*fields: str) -> Any:
    parser = ResponseParser()
    parser.expect("GET")
    parser.feed("\r\n".join(("HTTP/1.1 200 OK", *fields, "", "")).encode())
    return parser.next_event()


def make(*fields: str, lease: Any = None, limit: int = 2**16) -> Any:
    """Return an exchange whose head has come, and its connection."""
    carrier: Any = Carrier()
    waiter = asyncio.get_running_loop().create_future()
    incoming = Incoming(carrier, lease, waiter, limit, True, False)
    if fields:
        incoming.head = head(*fields)
    return incoming, carrier


@pytest.mark.parametrize("pieces", [[], [b"one"], [b"one", b"two"]])
async def test_a_complete_body_needs_no_stream(pieces: list[bytes]) -> None:
    incoming, _ = make("Content-Length: 6")
    for piece in pieces:
        incoming.add(piece)
    assert incoming.body() is None  # more may come
    incoming.complete = True
    incoming.connection = None
    assert incoming.body() == b"".join(pieces)
    assert incoming.stream is None
    stream = incoming.take_stream()
    assert await stream.read() == b"".join(pieces)
    assert stream.at_eof()


async def test_ends_of_chunks_are_no_bytes_of_the_body() -> None:
    incoming, _ = make("Transfer-Encoding: chunked")
    for event in (b"one", END_OF_CHUNK, b"two", END_OF_CHUNK):
        incoming.add(event)
    incoming.complete = True
    assert incoming.body() == b"onetwo"


async def test_a_stream_gets_what_is_here_and_what_comes() -> None:
    incoming, carrier = make("Transfer-Encoding: chunked", limit=4)
    incoming.add(b"one")
    incoming.add(END_OF_CHUNK)
    stream = incoming.take_stream()
    assert await stream.readchunk() == (b"one", True)
    incoming.add(b"twothree!")
    assert carrier.reading_paused
    assert await stream.readexactly(9) == b"twothree!"
    assert not carrier.reading_paused
    assert incoming.body() is None  # whoever asked for a stream reads that


@pytest.mark.spec("ADD-068")
async def test_a_coded_body_is_decoded_in_bounded_steps() -> None:
    incoming, _ = make("Content-Encoding: deflate", "Content-Length: 99")
    incoming.open_stream()
    assert incoming.coded
    bomb = zlib.compress(b"\0" * (4 * DECODE_STEP))
    incoming.add(bomb)
    steps = 1
    while incoming.decode_more():
        steps += 1
    incoming.end_decoding()
    assert steps >= 4
    assert incoming.stream.total_bytes == 4 * DECODE_STEP


@pytest.mark.parametrize("announced", [None, False, True])
async def test_an_error_reaches_whoever_waits(announced: bool | None) -> None:
    lease = Lease()
    fields = () if announced is None else ("Content-Length: 5",)
    incoming, _ = make(*fields, lease=lease)
    error: Exception = ServerDisconnectedError()
    if announced:
        incoming.open_stream()
        incoming.announce()
        error = ClientPayloadError("cut")
    incoming.fail(error)
    assert lease.ended == 1
    assert incoming.connection is None
    if announced is None:
        with pytest.raises(ServerDisconnectedError):
            await incoming.waiter
    else:
        assert await incoming.waiter is None
        with pytest.raises(type(error)):
            await incoming.take_stream().read()


async def test_who_has_gone_is_not_waked() -> None:
    incoming, carrier = make("Content-Length: 5")
    incoming.waiter.cancel()
    incoming.announce()
    assert incoming.announced
    incoming.abort()
    assert carrier.aborted == [incoming]
    incoming.connection = None
    incoming.abort()
    assert carrier.aborted == [incoming]
