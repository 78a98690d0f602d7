from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_core.chunked import (
    END_OF_CHUNK,
    END_OF_MESSAGE,
    ChunkedDecoder,
    ChunkRun,
    EndOfMessage,
)
from aiohttp_core.errors import HttpProcessingError, LineTooLong, TransferEncodingError
from aiohttp_core.head_scanner import HeadScanner
from aiohttp_core.limits import DEFAULT_LIMITS, HeadLimits
from aiohttp_core.parser import RequestParser, ResponseParser


def decode(raw, size=1 << 20, *, limits=DEFAULT_LIMITS, lenient=False):
    """Return (events, rest); pieces of one chunk are joined."""
    decoder = ChunkedDecoder(
        limits, HeadScanner(limits, request=not lenient, lenient=lenient), lenient=lenient
    )
    events = []
    for place in range(0, len(raw), size):
        piece = raw[place : place + size]
        pos = 0
        while (event := decoder.next(piece, pos)) is not None:
            pos = decoder.pos
            if isinstance(event, bytes) and events and isinstance(events[-1], bytes):
                events[-1] += event
            else:
                events.append(event)
            if isinstance(event, EndOfMessage):
                return events, piece[pos:] + raw[place + size :]
        assert decoder.pos == len(piece)
    return events, decoder.held


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_chunks_and_rest(size):
    raw = b"5\r\nhello\r\n00a\r\n0123456789\r\n0\r\n\r\nrest"
    events, rest = decode(raw, size)
    assert events == [b"hello", END_OF_CHUNK, b"0123456789", END_OF_CHUNK, END_OF_MESSAGE]
    assert rest == b"rest"


@given(chunks=st.lists(st.binary(min_size=1, max_size=40), max_size=6), size=st.integers(1, 60))
def test_round_trip(chunks, size):
    raw = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    events, rest = decode(raw + b"rest", size)
    assert rest == b"rest"
    assert [event for event in events if isinstance(event, bytes)] == chunks
    assert events.count(END_OF_CHUNK) == len(chunks)
    assert events[-1] is END_OF_MESSAGE


@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize(
    "extension",
    [
        b";a",
        b";a=b",
        b" ;\ta\t=\tb",
        b';a="b"',
        b';a="\\"";b',
        b';a="";b=c',
        b';a="\xff;"',
        b";a=b;c=d",
    ],
)
def test_good_extensions(extension, size):
    assert decode(b"1" + extension + b"\r\nx\r\n0" + extension + b"\r\n\r\n", size)[0][0] == b"x"


@pytest.mark.spec("ADD-062", "ADD-772")
@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize(
    "extension",
    [
        b";",
        b";;a",
        b";a=",
        b" ",
        b" a",
        b';a="',
        b';a="b',
        b";a=b c",
        b";a\x00",
        b";a\rb",
        b";a\nb",
        b";a=\xff",
        b";=a",
        b"\t",
    ],
)
def test_bad_extensions(extension, size):
    with pytest.raises(TransferEncodingError):
        decode(b"1" + extension + b"\r\nx\r\n0\r\n\r\n", size)


@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize(
    "line",
    [
        b"g",
        b"0x1",
        b"+1",
        b"-1",
        b"1_0",
        b"1.0",
        b"",
        b"\xb2",
        b"10000000000000000",
        b"ffffffffffffffff",
        b"8000000000000000",
    ],
)
def test_bad_sizes(line, size):
    with pytest.raises(TransferEncodingError):
        decode(line + b"\r\nx\r\n", size)


def test_largest_size():
    events, _ = decode(b"7fffffffffffffff\r\nabc")
    assert events == [b"abc"]


@pytest.mark.parametrize("end", [b"\n", b"\r\r\n", b"x\r\n", b"\rx", b"\n\r", b"0\r"])
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_bad_end_of_chunk(end, size):
    with pytest.raises(TransferEncodingError, match="followed by"):
        decode(b"1\r\nx" + end + b"\r\n", size)


@pytest.mark.spec("ADD-012")
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_line_and_extension_limits(size):
    limits = HeadLimits(max_line_size=20, max_head_size=30)
    line = b"1;" + b"a" * 18
    assert decode(line + b"\r\nx\r\n0\r\n\r\n", size, limits=limits)[0][-1] is END_OF_MESSAGE
    with pytest.raises(LineTooLong) as caught:
        decode(line + b"a\r\nx\r\n", size, limits=limits)
    assert caught.value.code == 400
    with pytest.raises(LineTooLong):
        decode(line + b"aa", size, limits=limits)
    with pytest.raises(TransferEncodingError, match="extensions"):
        decode((line + b"\r\nx\r\n") * 2, size, limits=limits)


def test_begin_forgets_the_last_body():
    scanner = HeadScanner(DEFAULT_LIMITS, request=True)
    decoder = ChunkedDecoder(DEFAULT_LIMITS, scanner)
    assert decoder.next(b"5;a", 0) is None
    assert decoder.held == 3
    decoder.begin()
    assert decoder.held == 0
    assert decoder.next(b"1\r\nx\r\n", 0) == b"x"


@pytest.mark.spec("ADD-063", "ADD-777")
def test_trailers():
    events, rest = decode(b"0\r\nX: 1\r\nx: 2\r\n\r\nGET", 1)
    assert events[0].trailers.getall("X") == ["1", "2"]
    assert rest == b"GET"
    assert repr(events[0]) == "<end of message, 2 trailers>"
    assert repr(END_OF_CHUNK) == "<end of chunk>"
    assert len(END_OF_MESSAGE.trailers) == 0


@pytest.mark.spec("ADD-044")
def test_lenient_blanks_and_extensions():
    events, _ = decode(b" 1\t\r\nx\r\n1 ;\xff,\x01\r\ny\r\n0\r\n\r\n", lenient=True)
    assert events == [b"x", END_OF_CHUNK, b"y", END_OF_CHUNK, END_OF_MESSAGE]
    for bad in (b"1;\x00\r\nx\r\n", b"1 1\r\nx\r\n", b"1\nx\r\n", b"1;a\nb\r\nx\r\n"):
        with pytest.raises(TransferEncodingError):
            decode(bad, lenient=True)


def gathered(body: bytes, sizes: int | None = None, *, lenient: bool = False) -> list[Any]:
    """Return the events of a gathering parser, ends spelled out; the last one may be an error."""
    parser: Any
    if lenient:
        parser = ResponseParser(gather_chunks=True)
        parser.expect("GET")
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    else:
        parser = RequestParser(gather_chunks=True)
        head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    parser.feed(head)
    parser.next_event()
    told: list[Any] = []
    step = sizes or max(len(body), 1)
    try:
        for at in range(0, len(body), step):
            parser.feed(body[at : at + step])
            while (event := parser.next_event()) is not None:
                told += spelled(event)
    except HttpProcessingError as error:
        told.append(type(error))
    return joined(told)


def spelled(event: Any) -> list[Any]:
    """Return what a run stands for: the events of its chunks."""
    if not isinstance(event, ChunkRun):
        return [event]
    assert len(event.ends) > 1
    assert repr(event) == f"<{len(event.ends)} chunks, {len(event.data)} bytes>"
    starts = [0, *event.ends[:-1]]
    pieces = [event.data[a:b] for a, b in zip(starts, event.ends, strict=True)]
    return [part for piece in pieces for part in (piece, END_OF_CHUNK)]


def joined(events: list[Any]) -> list[Any]:
    """Join the pieces of each chunk, and leave out what the message's end knows of itself."""
    told: list[Any] = []
    for event in events:
        if isinstance(event, bytes) and told and isinstance(told[-1], bytes):
            told[-1] += event
        else:
            told.append(type(event) if isinstance(event, EndOfMessage) else event)
    return told


SMALL = b"".join(b"%x\r\n%b\r\n" % (size, b"x" * size) for size in (1, 2, 255, 1024, 3))
RUNS = [
    (SMALL + b"0\r\n\r\n", 5, EndOfMessage),
    (b"1\r\na\r\n" * 700 + b"0\r\nT: 1\r\n\r\n", 700, EndOfMessage),
    (b"0001\r\na\r\n1\r\nb\r\n00001\r\nc\r\n0\r\n\r\n", 3, EndOfMessage),
    (b"3ff\r\n" + b"x" * 1023 + b"\r\n401\r\n" + b"y" * 1025 + b"\r\n0\r\n\r\n", 2, EndOfMessage),
    (b"400\r\n" + b"x" * 1024 + b"\r\n", 1, None),
    ((b"400\r\n" + b"x" * 1024 + b"\r\n") * 40 + b"0\r\n\r\n", 40, EndOfMessage),
    (b"1\r\na\r\n1\r\nb\r\n1\r\nc!\n0\r\n\r\n", 2, TransferEncodingError),
    (b"1\r\na\r\n1\r\nb\r\n-1\r\n", 2, TransferEncodingError),
    (b"1\r\na\r\n2;x=y\r\nbc\r\n1\r\nd\r\n1\r\ne\r\n0\r\n\r\n", 4, EndOfMessage),
    (b"1\r\na\r\n1\r\nb\r\n1\r", 2, None),
    (b"1\r\na\r\n1\r\nb\r\n5\r\nab", 2, None),
]


@pytest.mark.parametrize("lenient", [False, True])
@pytest.mark.parametrize(("body", "chunks", "last"), RUNS)
@pytest.mark.spec("ADD-783", "STR-11")
def test_a_run_tells_what_its_chunks_would(body, chunks, last, lenient):
    whole = gathered(body, lenient=lenient)
    assert whole.count(END_OF_CHUNK) == chunks
    if last is not None:
        assert whole[-1] is last
    for size in (1, 2, 3, 7, 64, 1000, 4096):
        assert gathered(body, size, lenient=lenient) == whole


def test_small_chunks_that_come_together_are_one_event_and_runs_are_bounded():
    parser = RequestParser(gather_chunks=True)
    parser.feed(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    parser.feed(b"1\r\na\r\n" * 300 + (b"400\r\n" + b"x" * 1024 + b"\r\n") * 20 + b"0\r\n\r\n")
    parser.next_event()
    runs: list[Any] = []
    while not isinstance(event := parser.next_event(), EndOfMessage):
        runs.append(event)
    assert [len(run.ends) for run in runs] == [256, 59, 5]
    assert all(len(run.data) <= 16384 for run in runs)


def test_without_gathering_nothing_is_gathered():
    parser = RequestParser()
    parser.feed(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    parser.next_event()
    parser.feed(b"1\r\na\r\n1\r\nb\r\n0\r\n\r\n")
    assert [parser.next_event() for _ in range(4)] == [b"a", END_OF_CHUNK, b"b", END_OF_CHUNK]
    parser.gather_chunks(True)
    assert isinstance(parser.next_event(), EndOfMessage)
    parser.feed(
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n"
    )
    parser.next_event()
    assert isinstance(parser.next_event(), ChunkRun)
