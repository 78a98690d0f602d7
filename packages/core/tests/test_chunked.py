import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_core.chunked import END_OF_CHUNK, END_OF_MESSAGE, ChunkedDecoder, EndOfMessage
from aiohttp_core.errors import LineTooLong, TransferEncodingError
from aiohttp_core.head_scanner import HeadScanner
from aiohttp_core.limits import DEFAULT_LIMITS, HeadLimits


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
