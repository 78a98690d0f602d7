import ast
import importlib
import re
import runpy
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aiohttp_core
from aiohttp_core.errors import (
    BadHttpMessage,
    BadStatusLine,
    ContentLengthError,
    FieldTooLong,
    HttpProcessingError,
    InvalidHeader,
    InvalidURLError,
    LineTooLong,
    StartLineTooLong,
    TransferEncodingError,
)
from aiohttp_core.extensions import SourceFirstFinder
from aiohttp_core.head import COMPILED
from aiohttp_core.limits import HeadLimits
from aiohttp_core.parser import (
    END_OF_CHUNK,
    END_OF_MESSAGE,
    EndOfMessage,
    ParserState,
    RequestParser,
    ResponseParser,
)

TABLE = runpy.run_path(str(Path(__file__).with_name("request_table.py")))
ROWS = TABLE["ROWS"]
GET = TABLE["GET"]
POST = TABLE["POST"]
CHUNKED = TABLE["CHUNKED"]
BEFORE = b"GET /before HTTP/1.1\r\nHost: b\r\n\r\n"
BEHIND = b"GET /behind HTTP/1.1\r\nHost: b\r\n\r\n"


def drain(parser, seen):
    """Pull all events; whoever declines every switch sees what a simple server sees."""
    while True:
        event = parser.next_event()
        if event is None:
            if parser.state is not ParserState.SWITCH:
                return
            parser.decline_switch()
        elif isinstance(event, bytes):
            assert event
            method, target, body = seen[-1]
            seen[-1] = (method, target, body + event)
        elif event is not END_OF_CHUNK and not isinstance(event, EndOfMessage):
            seen.append((event.method, event.target, b""))


def serve(pieces, *, eof=False):
    parser = RequestParser()
    seen = []
    try:
        for piece in pieces:
            parser.feed(piece)
            drain(parser, seen)
        if eof:
            parser.feed_eof()
            drain(parser, seen)
    except HttpProcessingError as error:
        assert parser.failed
        assert parser.state is ParserState.FAILED
        parser.feed(BEHIND)
        assert parser.next_event() is None
        assert parser.buffered == 0
        return seen, (type(error), error.code)
    return seen, None


def segments(raw, size):
    return [raw[i : i + size] for i in range(0, len(raw), size)]


def by_id(rows):
    return pytest.mark.parametrize("row", rows, ids=[f"{row.id}-{row.what}" for row in rows])


@pytest.mark.spec(
    "ADD-010", "ADD-013", "ADD-014", "ADD-015", "ADD-016", "ADD-017", "ADD-018", "ADD-019",
    "ADD-020", "ADD-021", "ADD-022", "ADD-027", "ADD-028", "ADD-029", "ADD-030", "ADD-031",
    "ADD-033", "ADD-034", "ADD-035", "ADD-036", "ADD-037", "ADD-038", "ADD-039", "ADD-040",
    "ADD-041", "ADD-042", "ADD-062", "ADD-759", "ADD-760", "ADD-765", "ADD-769", "ADD-772",
    "ADD-777", "ADD-779", "ADD-787", "ADD-788", "ADD-796", "ADD-813", "ADD-814", "ADD-821",
    "ADD-1098", "HTTP-10", "HTTP-14",
)  # fmt: skip
@by_id(ROWS)
def test_request_table_whole(row):
    seen, error = serve([row.raw], eof=True)
    assert seen == row.messages
    assert (error and error[1]) == row.code


@pytest.mark.spec("ADD-012", "ADD-803")
@by_id(ROWS)
def test_request_table_split_anywhere(row):
    """The verdict is the same wherever the bytes are cut, and the first message always comes."""
    whole = serve([row.raw], eof=True)
    raw = row.raw
    if len(raw) < 400:
        cuts = range(1, len(raw))
    else:
        # Heads and chunks of all forms are cut everywhere in the short rows; the longest one is
        # 20 000 chunks, which take their time.
        near = 60 if len(raw) < 100_000 else 8
        cuts = (*range(1, near), *range(len(raw) - near, len(raw)))
    for cut in cuts:
        assert serve([raw[:cut], raw[cut:]], eof=True) == whole, cut
    assert serve(segments(raw, 1), eof=True) == whole
    assert serve(segments(raw, 100), eof=True) == whole
    assert serve(segments(raw, 3), eof=True) == whole


@by_id(ROWS)
def test_request_table_between_valid_requests(row):
    first = ("GET", "/before", b"")
    alone, error = serve([row.raw], eof=True)
    for size in (1, 7, 1 << 20):
        seen, error_here = serve(segments(BEFORE + row.raw, size), eof=True)
        assert seen == [first, *alone]
        assert error_here == error
    if error is not None:
        # A message in doubt ends the connection: what is behind it is never run.
        seen, _ = serve([BEFORE + row.raw + BEHIND], eof=True)
        assert seen[0] == first
        assert all(target != "/behind" for _, target, _ in seen)


CLOSING = {"N02", "N04", "N05", "N08", "N17", "O09"}


@by_id([row for row in ROWS if row.code is None])
def test_request_behind_an_accepted_one(row):
    seen, error = serve([row.raw + BEHIND], eof=True)
    assert error is None
    behind = [] if row.id in CLOSING else [("GET", "/behind", b"")]
    assert seen == [*row.messages, *behind]


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.sampled_from([row for row in ROWS if len(row.raw) < 2000]), min_size=1, max_size=4
    ),
    cuts=st.lists(st.integers(0, 4000), max_size=12),
)
def test_verdict_depends_on_the_bytes_only(rows, cuts):
    raw = b"".join(row.raw for row in rows)
    places = sorted({0, len(raw), *(cut % (len(raw) + 1) for cut in cuts)})
    pieces = [raw[a:b] for a, b in pairwise(places)]
    assert serve(pieces, eof=True) == serve([raw], eof=True)


@settings(max_examples=150, deadline=None)
@given(raw=st.binary(max_size=200), tail=st.booleans())
def test_any_bytes_end_in_a_verdict(raw, tail):
    start = b"POST / HTTP/1.1\r\nHost: a\r\n" if tail else b""
    assert serve([start + raw], eof=True) == serve(segments(start + raw, 1), eof=True)


# --- single things about requests ---


def head_of(raw, **limits):
    parser = RequestParser(HeadLimits(**limits)) if limits else RequestParser()
    parser.feed(raw)
    return parser.next_event()


def request(fields=b"", line=b"GET / HTTP/1.1\r\n"):
    return head_of(line + b"Host: a\r\n" + fields + b"\r\n")


@pytest.mark.spec("ADD-040", "ADD-868", "HTTP-27")
def test_errors_have_their_classes():
    with pytest.raises(BadStatusLine, match="HTTPS"):
        head_of(b"\x16")
    with pytest.raises(BadStatusLine, match="TLS"):
        head_of(b"\x16\x03\x01")
    with pytest.raises(StartLineTooLong) as start:
        head_of(b"GET /" + b"a" * 8200)
    assert start.value.code == 414
    with pytest.raises(FieldTooLong) as field:
        head_of(b"GET / HTTP/1.1\r\nX: " + b"a" * 8200)
    assert field.value.code == 431
    with pytest.raises(InvalidURLError):
        head_of(b"GET x HTTP/1.1\r\nHost: a\r\n\r\n")
    with pytest.raises(InvalidHeader):
        head_of(b"GET / HTTP/1.1\r\nX y\r\n")


LITERAL = re.compile(r"b'(?:[^'\\]|\\.)*'|b\"(?:[^\"\\]|\\.)*\"")
# A missing field, another protocol, nothing but line ends; the last two say what is missing.
ABSENT = {"O01", "L36", "L37", "N11", "K36"}


@pytest.mark.parametrize("row", [row for row in ROWS if row.code], ids=lambda row: row.id)
def test_errors_show_the_offending_bytes_shortened_and_escaped(row):
    parser = RequestParser()
    parser.feed(row.raw)
    parser.feed_eof()
    with pytest.raises(HttpProcessingError) as caught:
        while parser.next_event() is not None:
            pass
    text = caught.value.message
    assert text.isascii()
    assert text.isprintable()
    assert 15 <= len(text) < 600
    shown = [ast.literal_eval(literal) for literal in LITERAL.findall(text)]
    for piece in shown:
        piece = piece.removeprefix(b"chunk-size line ")
        assert piece in row.raw or piece.rstrip() in row.raw
    limit = re.search(r"(?:ore|longer) than (?:64|128|8190|65536) ", text)
    assert shown or limit or row.id in ABSENT, text


def test_errors_about_cut_messages_say_where():
    for raw, said in [
        (POST + b"Host", f"after {(POST + b'Host')!r}"),
        (CHUNKED + b"5\r\nhe", "in a chunk of which 3 bytes are missing"),
        (CHUNKED + b"5\r\nhello\r", "in the end of a chunk"),
        (CHUNKED + b"5\r\nhello\r\n0", "in a chunk-size line"),
        (CHUNKED + b"0\r\nX: 1\r\n", "in the trailers"),
        (POST + b"Content-Length: 5\r\n\r\nhe", "Body has 2 bytes of 5 expected ones"),
    ]:
        parser = RequestParser()
        for byte in raw:
            parser.feed(bytes((byte,)))
            while parser.next_event() is not None:
                pass
        parser.feed_eof()
        with pytest.raises(HttpProcessingError) as caught:
            parser.next_event()
        assert caught.value.message.endswith(said)


@pytest.mark.spec("HTTP-03", "HTTP-04", "ADD-009", "ADD-011", "ADD-1023", "C87")
def test_limits_are_exact():
    line = b"GET /" + b"a" * 85 + b" HTTP/1.1"
    field = b"X: " + b"a" * 97
    raw = line + b"\r\nHost: a\r\n" + field + b"\r\n\r\n"
    limits = {
        "max_line_size": len(line),
        "max_field_size": 100,
        "max_head_size": len(raw),
        "max_headers": 2,
    }
    assert head_of(raw, **limits) is not None
    for name in limits:
        with pytest.raises((LineTooLong, BadHttpMessage)) as whole:
            head_of(raw, **(limits | {name: limits[name] - 1}))
        assert whole.value.code == (414 if name == "max_line_size" else 431)
        parser = RequestParser(HeadLimits(**(limits | {name: limits[name] - 1})))
        with pytest.raises(type(whole.value)):
            for piece in segments(raw, 1):
                parser.feed(piece)
                parser.next_event()


def test_incomplete_line_is_held_to_the_limits_before_it_ends():
    parser = RequestParser()
    with pytest.raises(StartLineTooLong):
        for _ in range(200):
            parser.feed(b"a" * 100)
            parser.next_event()
    parser = RequestParser()
    parser.feed(b"GET / HTTP/1.1\r\n")
    with pytest.raises(FieldTooLong):
        for _ in range(200):
            parser.feed(b"a" * 100)
            parser.next_event()


@pytest.mark.spec("ADD-023", "HTTP-11", "ADD-856")
@pytest.mark.parametrize(
    ("version", "fields", "keep_alive"),
    [
        (b"1.1", b"", True),
        (b"1.0", b"", False),
        (b"1.0", b"Connection: Keep-Alive\r\n", True),
        (b"1.0", b"Connection: x, KEEP-ALIVE\t,y\r\n", True),
        (b"1.1", b"Connection: CLOSE\r\n", False),
        (b"1.1", b"Connection: keep-alive, close\r\n", False),
        (b"1.1", b"Connection: keep-alive\r\nConnection: close\r\n", False),
        (b"1.1", b"Connection: closed\r\n", True),
        (b"1.1", b"Connection: clo\xc5\xbfe\r\n", True),
        (b"1.0", b"Connection: \xe2\x84\xaaeep-alive\r\n", False),
    ],
)
def test_keep_alive(version, fields, keep_alive):
    assert request(fields, b"GET / HTTP/%b\r\n" % version).keep_alive is keep_alive


@pytest.mark.spec("ADD-024", "ADD-025", "ADD-879")
@pytest.mark.parametrize(
    ("fields", "upgrade"),
    [
        (b"Connection: Upgrade\r\nUpgrade: websocket\r\n", True),
        (b"Connection: keep-alive, UPGRADE\r\nUpgrade: TCP\r\n", True),
        (b"Connection: notupgrade\r\nUpgrade: websocket\r\n", False),
        (b"Connection: upgrade\r\n", False),
        (b"Upgrade: websocket\r\n", False),
        (b"Connection: upgrade\r\nUpgrade: h2c\r\n", False),
        (b"Connection: upgrade\r\nUpgrade: web\xc5\xbfocket\r\n", False),
    ],
)
def test_upgrade(fields, upgrade):
    assert request(fields).upgrade is upgrade
    assert request(fields, b"GET / HTTP/1.0\r\n").upgrade is False


def test_switch_gives_the_tail_or_goes_on():
    raw = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
    parser = RequestParser()
    parser.feed(raw + b"\x81\x05")
    parser.feed(b"hello")
    assert parser.next_event().upgrade
    assert parser.state is ParserState.SWITCH
    assert parser.next_event() is None
    assert parser.buffered == 7
    assert parser.take_tail() == b"\x81\x05hello"
    assert parser.state is ParserState.CLOSED
    with pytest.raises(RuntimeError):
        parser.take_tail()
    with pytest.raises(RuntimeError):
        parser.decline_switch()
    parser = RequestParser()
    parser.feed(raw + BEHIND)
    parser.next_event()
    parser.decline_switch()
    assert parser.next_event().target == "/behind"


@pytest.mark.spec("ADD-026")
@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 5\r\n\r\nhello",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ],
)
def test_the_body_of_an_upgrade_request_comes_first(framing):
    parser = RequestParser()
    parser.feed(
        b"POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
        + framing
        + b"tail"
    )
    assert parser.next_event().upgrade
    assert parser.next_event() == b"hello"
    assert parser.state is not ParserState.SWITCH
    while parser.next_event() is not END_OF_MESSAGE:
        pass
    assert parser.state is ParserState.SWITCH
    assert parser.take_tail() == b"tail"


def test_connect_switches_and_never_goes_back():
    parser = RequestParser()
    parser.feed(b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n" + GET)
    head = parser.next_event()
    assert (head.method, head.target, head.keep_alive) == ("CONNECT", "a:443", False)
    assert parser.state is ParserState.SWITCH
    parser.decline_switch()
    assert parser.state is ParserState.CLOSED
    assert parser.next_event() is None
    assert parser.buffered == 0


def test_expect_counts_for_1_1_only():
    assert request(b"Expect: 100-continue\r\n").expect is True
    assert request().expect is False
    assert request(b"Expect: 100-continue\r\n", b"GET / HTTP/1.0\r\n").expect is False


def test_a_body_that_is_a_whole_feed_is_not_copied():
    for framing in (b"Content-Length: 9\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n9\r\n"):
        parser = RequestParser()
        parser.feed(b"POST / HTTP/1.1\r\nHost: a\r\n" + framing)
        parser.next_event()
        assert parser.next_event() is None
        piece = bytes(bytearray(b"123456789"))
        parser.feed(piece)
        assert parser.next_event() is piece


def test_take_body_is_the_whole_body_or_nothing():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
    parser = ResponseParser()
    for body, behind in ((b"body", b""), (b"b\r\ny", b"HTTP/1.1 ")):
        parser.expect("GET")
        parser.feed(head + body + behind)
        assert parser.take_body() is None  # no head yet
        assert parser.next_event().content_length == 4
        assert parser.take_body() == body
        assert parser.state is ParserState.HEAD
        assert parser.buffered == len(behind)
        assert parser.take_body() is None
    last = ResponseParser()
    last.expect("GET")
    last.feed(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert not last.next_event().keep_alive
    last.feed(b"body")
    assert last.take_body() == b"body"
    assert last.state is ParserState.CLOSED


@pytest.mark.parametrize(
    ("framing", "body"),
    [
        (b"Transfer-Encoding: chunked", b"body"),
        (b"Content-Length: 6", b"4\r\nbod"),
        (b"Connection: close", b"4\r\nbody\r\n0\r\n\r\n"),
    ],
)
def test_take_body_leaves_to_the_events_what_is_not_whole(framing, body):
    parser = ResponseParser()
    parser.expect("GET")
    parser.feed(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n4\r\n")
    parser.next_event()
    assert parser.take_body() is None
    pieces = [parser.next_event()]
    parser.feed(b"body\r\n0\r\n\r\n")
    assert parser.take_body() is None
    pieces += iter(parser.next_event, None)
    assert b"".join(piece for piece in pieces if isinstance(piece, bytes)) == body


OK_HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("fields", "rest", "plain_length"),
    [
        (b"Content-Length: 4\r\n", b"body", 4),
        (b"Content-Length: 0\r\n", b"", 0),
        (b"Content-Length: 4\r\n", b"bod", 4),
        (b"Content-Length: 4\r\n", b"body+", 4),
        (b"Content-Length: 0\r\n", b"+", 0),
        (b"Content-Length: 4\r\nConnection: close\r\n", b"body", None),
        (b"Content-Length: 4\r\nContent-Encoding: gzip\r\n", b"body", None),
        (b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n", None),
        (b"", b"body", None),
    ],
)
def test_receive_gives_a_whole_response_in_one(fields, rest, plain_length):
    head_size = len(OK_HEAD + fields) + 2
    raw = OK_HEAD + fields + b"\r\n" + rest
    for cut in range(1, len(raw) + 1):
        parser, other = ResponseParser(), ResponseParser()
        parser.expect("GET")
        other.expect("GET")
        seen = [parser.receive(piece) for piece in (raw[:cut], raw[cut:]) if piece]
        seen += iter(parser.next_event, None)
        head, *pulled = [event for event in seen if event is not None]
        with_head = len(raw[:cut] if cut >= head_size else raw) - head_size
        if plain_length == with_head:
            assert head.body == rest[:with_head]
            pulled = [head.body, END_OF_MESSAGE] if head.body else []
        else:
            assert head.body is None
        other.feed(raw)
        other.next_event()
        events = list(iter(other.next_event, None))
        assert joined(pulled) == joined(events)
        assert (parser.state, parser.buffered) == (other.state, other.buffered)


def joined(events):
    """Return the bytes of *events* in one, and what else there is."""
    body = b"".join(event for event in events if isinstance(event, bytes))
    return body, [event for event in events if not isinstance(event, bytes)]


def test_receive_of_what_nobody_expects_and_of_interim_responses():
    parser = ResponseParser()
    assert parser.receive(OK_HEAD) is None
    assert parser.buffered == len(OK_HEAD)
    parser = ResponseParser()
    parser.expect("GET")
    hint = parser.receive(b"HTTP/1.1 103 E\r\n\r\n" + OK_HEAD + b"Content-Length: 0\r\n\r\n")
    assert hint.informational
    assert hint.body is None
    assert parser.next_event().status == 200
    assert parser.state is ParserState.HEAD
    parser.expect("HEAD")
    assert parser.receive(OK_HEAD + b"Content-Length: 9\r\n\r\n").body == b""
    with pytest.raises(BadStatusLine):
        parser.expect("GET")
        parser.receive(b"nonsense\r\n\r\n")


def test_set_cookie_is_seen_in_any_spelling():
    for name, sets in ((b"Set-Cookie", True), (b"sEt-cOOKIE", True), (b"Set-Cookie2", False)):
        parser = ResponseParser()
        parser.expect("GET")
        head = parser.receive(OK_HEAD + name + b": a=b\r\nX: y\r\n" + name + b": c\r\n\r\n")
        assert head.sets_cookies is sets


def test_events_of_a_chunked_body():
    parser = RequestParser()
    parser.feed(
        TABLE["CHUNKED"] + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-A: 1\r\nX-a: \xc3\xa9 \r\n\r\n"
    )
    head = parser.next_event()
    assert head.chunked
    assert head.has_body
    assert head.content_length is None
    assert [parser.next_event() for _ in range(4)] == [b"abc", END_OF_CHUNK, b"de", END_OF_CHUNK]
    end = parser.next_event()
    assert end.trailers.getall("x-a") == ["1", "é"]
    assert "X-A" not in head.headers
    assert parser.next_event() is None


@pytest.mark.spec("ADD-884")
def test_bytes_come_before_the_error_of_a_short_body():
    parser = RequestParser()
    parser.feed(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")
    parser.feed_eof()
    parser.next_event()
    assert parser.next_event() == b"hello"
    with pytest.raises(ContentLengthError, match=r"5 bytes of 10"):
        parser.next_event()
    parser = RequestParser()
    parser.feed(TABLE["CHUNKED"] + b"5\r\nhel")
    parser.feed_eof()
    parser.next_event()
    assert parser.next_event() == b"hel"
    with pytest.raises(TransferEncodingError):
        parser.next_event()


def test_eof_between_messages_is_clean():
    parser = RequestParser()
    parser.feed(GET)
    parser.feed_eof()
    parser.next_event()
    assert parser.next_event() is None
    assert parser.state is ParserState.CLOSED
    assert not parser.failed


def test_feed_takes_any_bytes_object_and_keeps_the_order():
    parser = RequestParser()
    parser.feed(bytearray(GET[:5]))
    parser.feed(memoryview(GET)[5:])
    parser.feed(b"")
    parser.feed(BEHIND)
    assert parser.buffered == len(GET + BEHIND)
    assert [parser.next_event().target for _ in range(2)] == ["/", "/behind"]
    assert parser.buffered == 0


def test_buffered_counts_what_is_held():
    parser = RequestParser()
    parser.feed(b"GET / HT")
    assert parser.next_event() is None
    assert parser.buffered == 8
    parser.feed(b"TP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=")
    parser.next_event()
    assert parser.next_event() is None
    assert parser.buffered == 4


@pytest.mark.spec("ADD-783", "HTTP-36")
def test_a_million_tiny_pieces_cost_linear_work():
    """Counted, not timed: a tiny chunk is two events, and nothing is kept behind them."""
    parser = RequestParser()
    parser.feed(TABLE["CHUNKED"] + b"1\r\na\r\n" * 20000)
    parser.next_event()
    for _ in range(20000):
        assert parser.next_event() == b"a"
        assert parser.next_event() is END_OF_CHUNK
    assert parser.next_event() is None
    assert parser.buffered == 0


# --- responses ---


def respond(raw, method="GET", *, strict=False, size=1 << 20, eof=False, **options):
    """Return (heads, body, ended, error class) of one expected response."""
    parser = ResponseParser(strict=strict)
    parser.expect(method, **options)
    heads, body, ended, error = [], b"", False, None
    try:
        for piece in [*segments(raw, size), None]:
            if piece is not None:
                parser.feed(piece)
            elif eof:
                parser.feed_eof()
            while not ended and (event := parser.next_event()) is not None:
                if isinstance(event, bytes):
                    body += event
                elif isinstance(event, EndOfMessage):
                    ended = True
                elif event is not END_OF_CHUNK:
                    heads.append(event)
                    ended = not event.has_body and not event.informational
    except HttpProcessingError as caught:
        error = type(caught)
    return parser, heads, body, ended, error


def both(raw, method="GET", **options):
    """Feed *raw* whole and byte by byte; the outcome must be the same."""
    parser, heads, body, ended, error = respond(raw, method, **options)
    for size in (1, 2, 5):
        again = respond(raw, method, size=size, **options)
        assert [(h.status, h.reason, h.raw) for h in again[1]] == [
            (h.status, h.reason, h.raw) for h in heads
        ]
        assert again[2:] == (body, ended, error)
    return parser, heads[-1] if heads else None, body, ended, error


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.spec("ADD-049")
def test_r02_length_and_coding_together():
    raw = OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    assert both(raw)[4] is BadHttpMessage


@pytest.mark.parametrize("strict", [False, True])
def test_r01_lengths_that_differ(strict):
    raw = OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"
    assert both(raw, strict=strict)[4] is InvalidHeader


@pytest.mark.spec("ADD-869", "ADD-013")
def test_only_1_0_may_leave_host_out():
    with pytest.raises(BadHttpMessage, match="Host"):
        head_of(b"GET / HTTP/1.1\r\n\r\n")
    assert head_of(b"GET / HTTP/1.0\r\n\r\n").host is None


@pytest.mark.spec("ADD-897")
@pytest.mark.parametrize("method", ["QUERY", "PURGE", "M-SEARCH", "PROPFIND", "LINK", "X.1~"])
def test_methods_are_an_open_set(method):
    assert request(line=f"{method} / HTTP/1.1\r\n".encode()).method == method


@pytest.mark.spec("C19")
def test_br_and_zstd_are_content_codings_and_no_transfer_codings():
    assert request(b"Content-Encoding: br\r\n").content_encoding == "br"
    for name in (b"br", b"zstd"):
        with pytest.raises(BadHttpMessage, match="Transfer-Encoding"):
            request(b"Transfer-Encoding: " + name + b", chunked\r\n")


@pytest.mark.spec("HTTP-29")
def test_the_three_ways_in_which_a_body_ends():
    length = both(OK + b"Content-Length: 2\r\n\r\nab")
    chunked = both(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n")
    until_eof = both(OK + b"\r\nab", eof=True)
    for outcome in (length, chunked, until_eof):
        assert outcome[2:] == (b"ab", True, None)


@pytest.mark.spec("ADD-857", "ADD-015")
@pytest.mark.parametrize("name", [b"Content-Type", b"ETag", b"Server", b"Content-Location"])
def test_only_strict_parsers_count_singletons(name):
    raw = OK + name + b": a\r\n" + name + b": b\r\nContent-Length: 0\r\n\r\n"
    _, head, *_, error = both(raw)
    assert (error, head.headers.getall(name.decode())) == (None, ["a", "b"])
    assert both(raw, strict=True)[4] is InvalidHeader


def test_equal_lengths_are_one_when_lenient():
    raw = OK + b"Content-Length: 5\r\nContent-Length: 05\r\n\r\nhello"
    assert both(raw)[2:] == (b"hello", True, None)
    assert both(raw, strict=True)[4] is InvalidHeader


@pytest.mark.spec("ADD-054", "ADD-055", "ADD-057", "ADD-762", "ADD-798", "HTTP-15", "HTTP-16")
@pytest.mark.parametrize(
    ("method", "status"),
    [("GET", b"204 No Content"), ("GET", b"304 Not Modified"), ("HEAD", b"200 OK")],
)
def test_r03_r04_r05_responses_without_a_body(method, status):
    raw = b"HTTP/1.1 " + status + b"\r\nContent-Length: 5\r\n\r\n"
    parser, head, body, ended, error = both(raw, method)
    assert (body, ended, error) == (b"", True, None)
    assert head.content_length == 5
    assert not head.has_body
    assert head.keep_alive
    assert parser.buffered == 0
    parser, *_ = both(raw + b"hello", method)
    assert parser.buffered == 5
    assert parser.next_event() is None


@pytest.mark.spec("ADD-056", "HTTP-17")
def test_r06_body_until_eof():
    parser, head, body, ended, error = both(OK + b"\r\nabc", eof=True)
    assert (body, ended, error) == (b"abc", True, None)
    assert not head.keep_alive
    assert parser.state is ParserState.CLOSED
    _, head, body, ended, _ = both(OK + b"\r\nabc", read_until_eof=False)
    assert (body, ended, head.has_body, head.keep_alive) == (b"", True, False, False)


@pytest.mark.spec("ADD-050")
@pytest.mark.parametrize("coding", [b"gzip", b"chunked, gzip", b"identity"])
def test_r07_a_coding_that_is_not_chunked_last(coding):
    raw = OK + b"Transfer-Encoding: " + coding + b"\r\n\r\n3\r\nabc"
    _, head, body, ended, error = both(raw, eof=True)
    assert (body, ended, error) == (b"3\r\nabc", True, None)
    assert not head.keep_alive
    assert not head.chunked


@pytest.mark.parametrize("coding", [b"chunked, chunked", b"", b","])
def test_a_coding_that_makes_no_sense(coding):
    assert both(OK + b"Transfer-Encoding: " + coding + b"\r\n\r\n")[4] is BadHttpMessage


@pytest.mark.spec("ADD-058")
def test_r08_incomplete_body_keeps_its_bytes():
    _, _, body, ended, error = both(OK + b"Content-Length: 10\r\n\r\nhello", eof=True)
    assert (body, ended, error) == (b"hello", False, ContentLengthError)


@pytest.mark.spec("ADD-059", "ADD-061", "ADD-848")
@pytest.mark.parametrize(
    "body", [b"5\r\nhel", b"5\r\nhello\r\n", b"0\r\n", b"5", b"x\r\n", b"5\r\nhelloX"]
)
def test_broken_chunked_response(body):
    raw = OK + b"Transfer-Encoding: chunked\r\n\r\n" + body
    assert both(raw, eof=True)[4] is TransferEncodingError


@pytest.mark.spec("ADD-053")
def test_r09_informational_heads_come_before_the_response():
    raw = (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"
        + OK
        + b"Content-Length: 1\r\n\r\nx"
    )
    _, heads, body, ended, _ = respond(raw)
    assert [(head.status, head.informational) for head in heads] == [
        (100, True),
        (103, True),
        (200, False),
    ]
    assert (body, ended) == (b"x", True)


def test_r10_101_switches():
    parser, head, *_ = respond(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x00"
    )
    assert head[0].upgrade
    assert not head[0].informational
    assert parser.state is ParserState.SWITCH
    assert parser.take_tail() == b"\x81\x00"


def test_connect_success_switches_and_failure_has_a_body():
    parser, head, *_ = respond(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\x16\x03", "CONNECT")
    assert head[0].upgrade
    assert parser.take_tail() == b"\x16\x03"
    _, head, body, ended, _ = respond(b"HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno", "CONNECT")
    assert (head[0].status, body, ended) == (407, b"no", True)


def test_r11_a_second_response_is_not_parsed():
    one = OK + b"Content-Length: 1\r\n\r\nx"
    parser, heads, body, _, _ = respond(one + one)
    assert (len(heads), body) == (1, b"x")
    assert parser.next_event() is None
    assert parser.buffered == len(one)
    parser = ResponseParser()
    parser.feed(one)
    assert parser.next_event() is None
    assert parser.buffered == len(one)
    parser = ResponseParser()
    parser.feed_eof()
    assert parser.next_event() is None
    assert parser.state is ParserState.CLOSED


@pytest.mark.spec("ADD-048", "ADD-060")
@pytest.mark.parametrize(
    "status",
    [
        b"99",
        b"1000",
        b"20",
        b"2xx",
        b"+200",
        b"200OK",
        b"",
        b"\xd9\xa2\xd9\xa0\xd9\xa0",
        b"099",
        b" 200 OK",
    ],
)
def test_r12_bad_status(status):
    assert both(b"HTTP/1.1 " + status + b"\r\n\r\n")[4] is BadStatusLine


@pytest.mark.parametrize(
    "line",
    [
        b"HTTP/2.0 200 OK",
        b"HTTP/1.10 200 OK",
        b"http/1.1 200 OK",
        b"ICY 200 OK",
        b"<html>",
        b"HTTP/1.1\t200 OK",
    ],
)
def test_bad_status_line(line):
    assert both(line + b"\r\n\r\n")[4] is BadStatusLine


def test_reason_is_optional_and_free():
    assert both(b"HTTP/1.1 200\r\n\r\n")[1].reason == ""
    assert both(b"HTTP/1.1 200 \r\n\r\n")[1].reason == ""
    assert both(b"HTTP/1.1 200 Tout  va bi\xc3\xa9n\r\n\r\n")[1].reason == "Tout  va bién"
    assert both(b"HTTP/1.9 200 OK\r\n\r\n")[1].version == (1, 9)


@pytest.mark.spec("ADD-044", "HTTP-08")
@pytest.mark.parametrize(
    ("raw", "pairs"),
    [
        (
            b"HTTP/1.1 200 OK\nX: y\nContent-Length: 0\n\n",
            ((b"X", b"y"), (b"Content-Length", b"0")),
        ),
        (
            OK + b"X: a\r\n b\r\nContent-Length: 0\r\n\r\n",
            ((b"X", b"a b"), (b"Content-Length", b"0")),
        ),
        (
            OK + b"X: a\r\n\tb\r\n   c\r\nY: d\r\nContent-Length:\r\n 0\r\n\r\n",
            ((b"X", b"a\tb   c"), (b"Y", b"d"), (b"Content-Length", b"0")),
        ),
        (OK + b"X: y\r\r\nContent-Length: 0\r\n\r\r\n", ((b"X", b"y"), (b"Content-Length", b"0"))),
        (
            OK + b"X: a\x01b\x7f\r\nContent-Length: 0\r\n\r\n",
            ((b"X", b"a\x01b\x7f"), (b"Content-Length", b"0")),
        ),
        (
            b"\r\n" + OK.replace(b"\r", b"") + b"Content-Length: 0\n\r\n",
            ((b"Content-Length", b"0"),),
        ),
    ],
    ids=[
        "bare LF",
        "folded",
        "folded twice",
        "extra CR",
        "controls",
        "mixed",
    ],
)
def test_r13_r14_lenient(raw, pairs):
    parser, head, body, ended, error = both(raw)
    assert (body, ended, error) == (b"", True, None)
    assert head.raw_headers == pairs
    assert dict(head.headers) == {name.decode(): value.decode() for name, value in pairs}
    assert head.content_length == 0
    assert head.field(b"content-length") == "0"
    assert parser.buffered == 0
    if b"\x01" in raw or b"\r\n\r\n" in raw:
        assert issubclass(both(raw, strict=True)[4], BadHttpMessage)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    "field", [b"X : y", b"X\t: y", b"Content-Length : 0", b"Transfer-Encoding \t: chunked"]
)
def test_r15_a_blank_before_the_colon_is_refused(field, strict):
    """RFC 9112 section 5.1; lenient parsers that drop it and strict ones see other fields."""
    _, heads, body, _, error = respond(OK + field + b"\r\nA: b\r\n\r\n", strict=strict)
    assert (heads, body, error) == ([], b"", InvalidHeader)
    assert both(OK + b"A: b\r\n" + field + b"\r\n\r\n", strict=strict)[4] is InvalidHeader
    chunked = OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"
    assert both(chunked + field + b"\r\n\r\n", strict=strict)[4] is InvalidHeader


@pytest.mark.spec("ADD-045")
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    "field", [b"X: a\x00b", b"X: a\rb", b"X: a\r\r\rb", b": x", b"x", b"X y: z", b" X: y"]
)
def test_what_no_response_may_hold(field, strict):
    assert both(OK + field + b"\r\n\r\n", strict=strict)[4] is InvalidHeader


@pytest.mark.spec("ADD-047", "HTTP-05", "HTTP-06")
def test_a_folded_field_is_one_field():
    folded = b"X: " + b"a" * 4000 + b"\r\n " + b"b" * 4400 + b"\r\n"
    assert both(OK + folded + b"\r\n")[4] is FieldTooLong
    many = b"X: a\r\n" + b" b\r\n" * 65
    assert both(OK + many + b"\r\n")[4] is InvalidHeader
    exact = b"X: " + b"a" * 8187 + b"\r\n"
    assert both(OK + exact + exact + b"Content-Length: 0\r\n\r\n")[3:] == (True, None)


def test_an_odd_empty_line_ends_a_head_once():
    """What follows it is body, also where it looks like another empty line."""
    parser, heads, body, ended, _ = respond(OK + b"Content-Length: 3\r\n\r\r\n\r\nx")
    assert heads[0].raw == OK + b"Content-Length: 3\r\n\r\n"
    assert (body, ended, parser.buffered) == (b"\r\nx", True, 0)


@pytest.mark.spec("ADD-044", "ADD-062", "ADD-063")
def test_lenient_chunks():
    raw = (
        OK
        + b"Transfer-Encoding: Chunked\r\n\r\n 5 \r\nhello\r\n1 ;\x01,\r\n!\r\n"
        + b"0\r\nX: a\r\n b\r\nHost: evil\r\nY: c\n\n"
    )
    _, _, body, ended, error = both(raw)
    assert (body, ended, error) == (b"hello!", True, None)
    parser, *_ = respond(raw[:-1])
    parser.feed(b"\n")
    assert dict(parser.next_event().trailers) == {"X": "a b", "Y": "c"}
    assert both(raw, strict=True)[4] is TransferEncodingError
    assert (
        both(OK + b"Transfer-Encoding: chunked\r\n\r\n5;a\nhello\r\n0\r\n\r\n")[4]
        is TransferEncodingError
    )


def test_chunked_response_of_1_0_ends_the_connection():
    raw = b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n"
    raw += b"\r\n1\r\nx\r\n0\r\n\r\n"
    _, head, body, ended, _ = both(raw)
    assert (body, ended, head.keep_alive) == (b"x", True, False)


def test_r20_nothing_is_allocated_by_declared_size():
    _, heads, body, ended, error = respond(OK + b"Content-Length: 9223372036854775807\r\n\r\nx")
    assert (heads[0].content_length, body, ended, error) == (2**63 - 1, b"x", False, None)


def test_keep_alive_connection_carries_the_next_response():
    parser = ResponseParser()
    for number in range(3):
        parser.expect("GET")
        parser.feed(OK + b"Content-Length: 1\r\n\r\n%d" % number)
        assert parser.next_event().keep_alive
        assert parser.next_event() == b"%d" % number
        assert parser.next_event() is END_OF_MESSAGE
        assert parser.state is ParserState.HEAD
        assert parser.buffered == 0


RESPONSES = [
    OK + b"Content-Length: 3\r\n\r\nabc",
    OK + b"Transfer-Encoding: chunked\r\n\r\n1;x=\"y\"\r\na\r\n0\r\nT: 1\r\n\r\n",
    b"HTTP/1.1 200 OK\nX: 1\n 2\nContent-Length: 2\r\r\n\r\nok",
    b"HTTP/1.0 404 Not Found\r\n\r\ngone",
    b"HTTP/1.1 204 \r\nA: b\r\n\r\n",
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(data=st.data(), strict=st.booleans())
def test_any_response_bytes_end_in_one_verdict(data, strict):
    raw = bytearray(data.draw(st.sampled_from(RESPONSES)))
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(raw)))
        raw[place : place + data.draw(st.integers(0, 2))] = data.draw(
            st.sampled_from(
                [
                    b"\r",
                    b"\n",
                    b"\r\n",
                    b" ",
                    b"\t",
                    b"\x00",
                    b":",
                    b"\x80",
                    b"",
                    b"9",
                    b"Host: a\r\n",
                ]
            )
        )
    raw = bytes(raw)
    both(raw, strict=strict, eof=True)


# --- the two builds of one source ---

HOT = ("chunked", "control_fields", "head", "head_scanner", "line_scanner", "parser", "serializer")


def interpreted(name):
    """Load the interpreted form of a hot module beside the compiled one that runs."""
    hot = [f"aiohttp_core.{module}" for module in HOT]
    saved = {full: sys.modules.pop(full) for full in hot if full in sys.modules}
    sys.meta_path.insert(0, SourceFirstFinder)
    try:
        return importlib.import_module(f"aiohttp_core.{name}")
    finally:
        sys.meta_path.remove(SourceFirstFinder)
        for full in hot:
            sys.modules.pop(full, None)
        sys.modules.update(saved)
        for full, module in saved.items():
            setattr(aiohttp_core, full.rpartition(".")[2], module)


def story(parser, pieces):
    """Return all that a parser tells about *pieces*, as text, up to the error."""
    told = []
    try:
        for piece in [*pieces, None]:
            if piece is None:
                parser.feed_eof()
            else:
                parser.feed(piece)
            while (event := parser.next_event()) is not None or parser.state.name == "SWITCH":
                if event is None:
                    parser.decline_switch()
                elif isinstance(event, bytes):
                    told.append(event)
                elif hasattr(event, "raw"):
                    names = (
                        "version",
                        "keep_alive",
                        "has_body",
                        "chunked",
                        "content_length",
                        "upgrade",
                    )
                    told.append([event.raw, event.raw_headers, repr(event.headers), repr(event)])
                    told.append(
                        [repr(getattr(event, name)) for name in (*names, "content_encoding")]
                    )
                else:
                    told.append((repr(event), repr(getattr(event, "trailers", None))))
            told.append((parser.state.name, parser.buffered))
    except HttpProcessingError as error:
        told.append(repr(error))
    return told


@pytest.mark.skipif(not COMPILED, reason="needs the compiled build beside the interpreted one")
def test_compiled_and_interpreted_tell_the_same():
    import random

    other = interpreted("parser")
    assert other.RequestParser is not RequestParser
    dice = random.Random(9112)
    marks = [
        b"\r",
        b"\n",
        b" ",
        b"\t",
        b"\x00",
        b":",
        b"\x80",
        b"\x7f",
        b";",
        b"0",
        b"f",
        b"\r\n",
        b"#",
    ]
    sources = [row.raw for row in ROWS if len(row.raw) < 3000] + RESPONSES
    for raw in sources:
        for round_ in range(12):
            changed = bytearray(raw)
            for _ in range(round_ // 3):
                place = dice.randrange(len(changed) + 1)
                changed[place : place + dice.randrange(3)] = dice.choice(marks)
            pieces = segments(bytes(changed), dice.choice([1, 2, 5, 17, 1000]))
            assert story(RequestParser(), pieces) == story(other.RequestParser(), pieces)
            for strict in (False, True):
                ours, theirs = ResponseParser(strict=strict), other.ResponseParser(strict=strict)
                ours.expect("GET")
                theirs.expect("GET")
                assert story(ours, pieces) == story(theirs, pieces)


@pytest.mark.parametrize("rest", [b"", b"x"])
def test_a_body_of_the_largest_length_is_never_here(rest):
    """Found by fuzzing: the end of such a body lies behind the largest place."""
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\n"
    parser = RequestParser()
    parser.feed(head + rest)
    assert parser.next_event().has_body
    assert parser.take_body() is None
    assert parser.next_event() == (rest or None)
    assert parser.state is ParserState.LENGTH


@given(
    messages=st.lists(st.binary(max_size=30), min_size=1, max_size=4),
    cut=st.integers(1, 200),
)
def test_a_body_that_is_taken_is_the_body_of_the_events(messages, cut):
    raw = b"".join(
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        for body in messages
    )
    parser = RequestParser()
    bodies = []
    for piece in segments(raw, cut):
        parser.feed(piece)
        while (event := parser.next_event()) is not None:
            if isinstance(event, bytes):
                bodies[-1] += event
            elif not isinstance(event, EndOfMessage):
                bodies.append((parser.take_body() if event.has_body else None) or b"")
    assert bodies == messages
    assert parser.take_body() is None
    assert parser.buffered == 0
