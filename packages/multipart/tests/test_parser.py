"""The sans-IO multipart parser."""

import pickle
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_core.errors import InvalidHeader, LineTooLong
from aiohttp_multipart.errors import (
    BadPartHeader,
    BoundaryError,
    MultipartError,
    MultipartLimitError,
    PartHeaderTooLong,
)
from aiohttp_multipart.limits import MultipartLimits
from aiohttp_multipart.parser import MAX_PADDING, MultipartParser, PartHead, Signal, check_boundary

Parts = list[tuple[dict[str, str], bytes]]


def pieces_of(data: bytes, step: int) -> list[bytes]:
    return [data[at : at + step] for at in range(0, len(data), step)]


def parse(
    pieces: list[bytes], boundary: bytes = b"b", limits: MultipartLimits | None = None
) -> tuple[Parts, Exception | None]:
    """Return the parts, the last one perhaps unfinished, and what ended the parsing."""
    parser = MultipartParser(boundary, limits or MultipartLimits())
    parts: Parts = []
    todo = list(pieces)
    ended = True
    try:
        while True:
            event = parser.next_event()
            if event is None:
                if todo:
                    parser.feed(todo.pop(0))
                else:
                    parser.feed_eof()
            elif isinstance(event, PartHead):
                assert ended
                ended = False
                parts.append((dict(event.headers), b""))
            elif isinstance(event, bytes):
                assert event
                assert not ended
                parts[-1] = (parts[-1][0], parts[-1][1] + event)
            elif event is Signal.END_OF_PART:
                ended = True
            else:
                assert ended
                assert parser.finished
                assert parser.next_event() is Signal.END_OF_BODY
                return parts, None
    except MultipartError as exc:
        with pytest.raises(type(exc)):
            parser.next_event()
        return parts, exc


VALID = [
    (b"--b--", []),
    (b"--b--\r\n", []),
    (b"--b--  \t\r\nepilogue", []),
    (b"--b-- ", []),
    (b"--b--\r", []),
    (b"preamble\r\n--b--\r\n", []),
    (b"--b\r\n\r\n\r\n--b--", [({}, b"")]),
    (b"--b\r\n\r\n--b--", [({}, b"")]),
    (b"--b\r\nA: x\r\n\r\n--b--", [({"A": "x"}, b"")]),
    (b"--b\r\nA: x\r\n\r\nhi\r\n--b--\r\n", [({"A": "x"}, b"hi")]),
    (b"--b\r\nA:x \t\r\nB:\r\n\r\nhi\r\n--b--", [({"A": "x", "B": ""}, b"hi")]),
    (b"--b  \r\n\r\nhi\r\n--b\t\r\n\r\nho\r\n--b--", [({}, b"hi"), ({}, b"ho")]),
    (b"pre\r\namble\r\n--b\r\n\r\nhi\r\n--b--\r\nepi\r\n--b\r\n\r\n", [({}, b"hi")]),
    (b"--b\r\n\r\n\r\nhi\r\n\r\n--b--", [({}, b"\r\nhi\r\n")]),
    (b"--b\r\n\r\nhi\r\n--bb\r\n--b--", [({}, b"hi\r\n--bb")]),
    (b"--b\r\n\r\nhi\r\n--b-\r\n--b--", [({}, b"hi\r\n--b-")]),
    (b"--b\r\n\r\nhi\r\n--b--x\r\n--b--", [({}, b"hi\r\n--b--x")]),
    (b"--b\r\n\r\nhi--b--\r\n--b\n--b\r\r\n--b--", [({}, b"hi--b--\r\n--b\n--b\r")]),
    (b"--b\r\n\r\n\r\r\r\n-\r\n--\r\n--b--", [({}, b"\r\r\r\n-\r\n--")]),
    (b"--bb\r\n\r\n--b\r\n\r\nhi\r\n--b--", [({}, b"hi")]),
    (b"--b\r\nA: \xc3\xa9\xff\r\n\r\n\xff\x00\r\n--b--", [({"A": "é\udcff"}, b"\xff\x00")]),
]


@pytest.mark.parametrize(("data", "expected"), VALID)
@pytest.mark.spec("ADD-706", "ADD-707", "ADD-708", "ADD-709", "MPR-06")
def test_valid_bodies_however_they_are_cut(data: bytes, expected: Parts) -> None:
    assert parse([data]) == (expected, None)
    for step in range(1, len(data)):
        assert parse(pieces_of(data, step)) == (expected, None)
    for cut in range(len(data)):
        assert parse([data[:cut], data[cut:]]) == (expected, None)


INVALID = [
    (b"", BoundaryError),
    (b"only a preamble", BoundaryError),
    (b"--b", BoundaryError),
    (b"--b\r\n", BoundaryError),
    (b"--b\r\nA: x", BoundaryError),
    (b"--b\r\nA: x\r\n", BoundaryError),
    (b"--b\r\n\r\n", BoundaryError),
    (b"--b\r\n\r\nhi", BoundaryError),
    (b"--b\r\n\r\nhi\r\n--b", BoundaryError),
    (b"--b\r\n\r\nhi\r\n--b\r\n", BoundaryError),
    (b"--b\r\n\r\nhi\r\n--b-", BoundaryError),
    (b"--b\n\nhi\n--b--\n", BoundaryError),
    (b"--b\r\n\nhi\r\n--b--\r\n", BoundaryError),
    (b"--b\r\nbad\r\n\r\n", BadPartHeader),
    (b"--b\r\nA : x\r\n\r\n", BadPartHeader),
    (b"--b\r\n: x\r\n\r\n", BadPartHeader),
    (b"--b\r\nA: x\r\n folded\r\n\r\n", BadPartHeader),
    (b"--b\r\nA: x\x00\r\n\r\n", BadPartHeader),
    (b"--b\r\nA: x\rB: y\r\n\r\n", BadPartHeader),
    (b"--b\r\n\xc3\xa9: x\r\n\r\n", BadPartHeader),
    (b"--b\r\n--b--\r\n\r\n", BadPartHeader),
]


@pytest.mark.parametrize(("data", "error"), INVALID)
@pytest.mark.spec("ADD-494", "ADD-495", "ADD-696", "ADD-705")
def test_invalid_bodies_however_they_are_cut(data: bytes, error: type[Exception]) -> None:
    whole = parse([data])
    assert type(whole[1]) is error
    for step in range(1, len(data)):
        parts, exc = parse(pieces_of(data, step))
        assert (parts, type(exc)) == (whole[0], error)


@pytest.mark.spec("ADD-495", "ADD-705")
def test_truncated_at_every_byte() -> None:
    # Row 11 and M09 of the security lessons: an error, never an endless loop, never a short file.
    data = b"--b\r\nA: x\r\n\r\none\r\n--b\r\nB: y\r\n\r\ntwo\r\n--b--"
    for cut in range(len(data)):
        parts, exc = parse([data[:cut]])
        assert isinstance(exc, BoundaryError), data[:cut]
        assert len(parts) <= 2
    assert parse([data])[1] is None


@pytest.mark.spec("ADD-696")
def test_what_came_before_an_error_is_delivered() -> None:
    parts, exc = parse([b"--b\r\n\r\none\r\n--b\r\nbad\r\n\r\ntwo\r\n--b--"])
    assert parts == [({}, b"one")]
    assert isinstance(exc, BadPartHeader)
    assert isinstance(exc, InvalidHeader)
    assert isinstance(exc, ValueError)
    assert exc.hdr == b"bad"
    assert "bad" in exc.message


BOUNDARY = b"----WebKitFormBoundary7MA4YWxkTrZu0gW"
BODIES = st.lists(
    st.tuples(
        st.dictionaries(st.from_regex(r"[A-Za-z-]{1,8}", fullmatch=True), st.just("v"), max_size=2),
        st.one_of(
            st.binary(max_size=200),
            st.lists(
                st.sampled_from([b"\r", b"\n", b"\r\n", b"-", b"--", BOUNDARY, b"x", b" "]),
                max_size=30,
            ).map(b"".join),
        ),
    ),
    max_size=4,
)


@given(BODIES, st.integers(1, 60), st.binary(max_size=20), st.binary(max_size=20))
def test_round_trip(parts: Parts, step: int, preamble: bytes, epilogue: bytes) -> None:
    delimiter = b"\r\n--" + BOUNDARY
    parts = [
        ({name.lower(): value for name, value in headers.items()}, data)
        for headers, data in parts
        if delimiter not in b"\r\n" + data + b"\r"
    ]
    body = preamble + b"\r\n" if preamble else b""
    for headers, data in parts:
        head = b"".join(f"{name}: {value}\r\n".encode() for name, value in headers.items())
        body += b"--" + BOUNDARY + b"\r\n" + head + b"\r\n" + data + b"\r\n"
    body += b"--" + BOUNDARY + b"--\r\n" + epilogue
    assert parse([body], BOUNDARY) == (parts, None)
    assert parse(pieces_of(body, step), BOUNDARY) == (parts, None)


@given(st.lists(st.sampled_from([b"--b", b"\r\n", b"--", b" ", b"A: x", b"b", b"-", b"\r", b"\n"])))
def test_any_input_gives_the_same_however_it_is_cut(tokens: list[bytes]) -> None:
    data = b"".join(tokens)
    parts, exc = parse([data])
    for step in (1, 2, 3, 5):
        assert parse(pieces_of(data, step))[0] == parts
        assert type(parse(pieces_of(data, step))[1]) is type(exc)


def test_large_pieces_are_passed_on_without_a_copy() -> None:
    parser = MultipartParser(b"b")
    parser.feed(b"--b\r\n\r\nx")
    assert isinstance(parser.next_event(), PartHead)
    assert parser.next_event() == b"x"
    assert parser.next_event() is None
    data = b"y" * 100_000
    parser.feed(data)
    assert parser.next_event() is data


HOSTILE = [
    b"\r",
    b"\n",
    b"\r\n",
    b"\r\n--",
    b"\r\n--" + BOUNDARY[:-1],
    b"\r\n--" + BOUNDARY + b"x",
    b"\r\n--" + BOUNDARY + b"-",
    b"\r\n--" + BOUNDARY + b" " * (MAX_PADDING + 1),
    b"\r\n--" + BOUNDARY + b"--" + b" " * MAX_PADDING + b"x",
    b"-",
    b"x",
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_near_boundaries_are_searched_once(unit: bytes) -> None:
    # Quadratic work on this much would take minutes; the suite's time limit is the judge.
    data = unit * (4_000_000 // len(unit))
    body = b"--" + BOUNDARY + b"\r\n\r\n" + data + b"z\r\n--" + BOUNDARY + b"--\r\n"
    for step in (len(body), 65536, 1000):
        parser = MultipartParser(BOUNDARY)
        size = 0
        for piece in pieces_of(body, step):
            parser.feed(piece)
            while (event := parser.next_event()) is not None:
                size += len(event) if isinstance(event, bytes) else 0
                if event is Signal.END_OF_BODY:
                    break
        assert parser.finished
        assert size == len(data) + 1


def test_one_byte_at_a_time_is_linear() -> None:
    data = b"".join(random.Random(1).choices([b"\r", b"\n", b"-", b"\r\n--bx", b"x"], k=100_000))
    body = b"--b\r\nA: " + b"y" * 8000 + b"\r\n\r\n" + data + b"\r\n--b--\r\n"
    parser = MultipartParser(b"b")
    for at in range(len(body)):
        parser.feed(body[at : at + 1])
        while parser.next_event() not in (None, Signal.END_OF_BODY):
            pass
    assert parser.finished


def test_too_much_padding_is_data() -> None:
    blanks = b" " * (MAX_PADDING + 1)
    assert parse([b"--b\r\n\r\nhi\r\n--b" + blanks + b"\r\n--b--"]) == (
        [({}, b"hi\r\n--b" + blanks)],
        None,
    )


def test_inside_part() -> None:
    parser = MultipartParser(b"b", inside_part=True)
    parser.feed(b"hi\r\n--b--")
    parser.feed_eof()
    assert parser.next_event() == b"hi"
    assert parser.next_event() is Signal.END_OF_PART
    assert parser.next_event() is Signal.END_OF_BODY
    empty = MultipartParser(b"b", inside_part=True)
    empty.feed(b"--b--\r\n")
    assert empty.next_event() is Signal.END_OF_PART


# -- limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [1, 7, 100_000])
@pytest.mark.spec("ADD-696")
def test_long_header_lines(step: int) -> None:
    limits = MultipartLimits(max_field_size=20, max_head_size=1000)
    good = b"--b\r\nA: " + b"x" * 17 + b"\r\n\r\n\r\n--b--"
    assert parse(pieces_of(good, step), limits=limits)[1] is None
    bad = b"--b\r\nA: " + b"x" * 18 + b"\r\n\r\n\r\n--b--"
    parts, exc = parse(pieces_of(bad, step), limits=limits)
    assert parts == []
    assert isinstance(exc, PartHeaderTooLong)
    assert isinstance(exc, LineTooLong)
    assert isinstance(exc, MultipartLimitError)
    assert exc.limit == 20
    assert exc.code == 400
    assert type(pickle.loads(pickle.dumps(exc))) is PartHeaderTooLong


@pytest.mark.spec("ADD-696")
def test_an_endless_header_line_is_refused_while_it_comes() -> None:
    parser = MultipartParser(b"b")
    parser.feed(b"--b\r\nA: " + b"x" * 9000)
    with pytest.raises(PartHeaderTooLong):
        parser.next_event()


@pytest.mark.parametrize("step", [13, 1_000_000])
@pytest.mark.spec("ADD-696")
def test_many_header_lines(step: int) -> None:
    limits = MultipartLimits(max_headers=3)
    assert parse([b"--b\r\n" + b"A: x\r\n" * 3 + b"\r\n\r\n--b--"], limits=limits)[1] is None
    parts, exc = parse(
        pieces_of(b"--b\r\n" + b"A: x\r\n" * 4 + b"\r\n\r\n--b--", step), limits=limits
    )
    assert parts == []
    assert isinstance(exc, MultipartLimitError)
    assert exc.limit == 3
    parts, exc = parse(pieces_of(b"--b\r\n" + b"A: x\r\n" * 10_000, step))
    assert isinstance(exc, MultipartLimitError)


@pytest.mark.parametrize("step", [1, 1000])
def test_size_of_a_head(step: int) -> None:
    limits = MultipartLimits(max_head_size=12)
    assert parse(pieces_of(b"--b\r\nA: x\r\nB: y\r\n\r\n--b--", step), limits=limits)[1] is None
    for tail in (b"\r\n\r\n--b--", b"aaaa"):
        _, exc = parse(pieces_of(b"--b\r\nA: x\r\nB: yz" + tail, step), limits=limits)
        assert isinstance(exc, MultipartLimitError)


@pytest.mark.spec("ADD-485")
def test_number_of_parts() -> None:
    body = b"--b\r\n\r\n\r\n" * 3 + b"--b--"
    assert parse([body], limits=MultipartLimits(max_parts=3))[1] is None
    parts, exc = parse([body], limits=MultipartLimits(max_parts=2))
    assert len(parts) == 2
    assert isinstance(exc, MultipartLimitError)
    assert len(parse([b"--b\r\n\r\n\r\n" * 5000 + b"--b--"])[0]) == 5000


@pytest.mark.parametrize("boundary", [b"", b"a" * 71, b"a ", b"a\r\nb", b"a\x00", b"\xff", b" "])
@pytest.mark.spec("ADD-494", "ADD-710")
def test_impossible_boundaries(boundary: bytes) -> None:
    with pytest.raises(BoundaryError):
        check_boundary(boundary)


@pytest.mark.parametrize("boundary", [b"a", b"a" * 70, b"a b", b"'()+_,-./:=?", b'"', b"--"])
@pytest.mark.spec("ADD-710")
def test_possible_boundaries(boundary: bytes) -> None:
    body = b"--" + boundary + b"\r\n\r\nhi\r\n--" + boundary + b"--"
    assert parse([body], boundary) == ([({}, b"hi")], None)


@pytest.mark.parametrize(
    "arguments", [{"max_parts": 0}, {"max_headers": 0}, {"max_total": -1}, {"max_depth": 0}]
)
def test_impossible_limits(arguments: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        MultipartLimits(**arguments)


def test_bytes_may_come_before_all_events_were_pulled() -> None:
    parser = MultipartParser(b"b")
    parser.feed(b"--b\r\n\r\none\r\n--b\r\n")
    assert isinstance(parser.next_event(), PartHead)
    assert parser.next_event() == b"one"
    parser.feed(b"\r\ntwo\r\n")
    parser.feed(b"--b--\r\n")
    parser.feed(b"")
    assert parser.next_event() is Signal.END_OF_PART
    assert isinstance(parser.next_event(), PartHead)
    assert parser.next_event() == b"two"
    assert parser.next_event() is Signal.END_OF_PART
    assert parser.next_event() is Signal.END_OF_BODY
    parser.feed(b"--b\r\n\r\nmore\r\n--b--")
    assert parser.next_event() is Signal.END_OF_BODY
