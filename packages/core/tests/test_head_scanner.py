import pytest

from aiohttp_core.errors import (
    BadStatusLine,
    FieldTooLong,
    HeadTooLarge,
    HttpProcessingError,
    InvalidHeader,
    StartLineTooLong,
)
from aiohttp_core.head_scanner import HeadScanner
from aiohttp_core.limits import DEFAULT_LIMITS, HeadLimits

HEAD = b"GET / HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n"


def test_push_stops_behind_the_head():
    scanner = HeadScanner(DEFAULT_LIMITS, request=True)
    assert scanner.push(b"xx" + HEAD + b"body", 2) == len(HEAD) + 2
    assert scanner.done
    assert scanner.raw == HEAD
    assert (scanner.size, scanner.fields, scanner.held) == (len(HEAD), 2, 0)


def test_a_head_that_is_a_whole_feed_is_not_copied():
    scanner = HeadScanner(DEFAULT_LIMITS, request=True)
    scanner.push(HEAD, 0)
    assert scanner.raw is HEAD


def test_push_in_pieces_finds_the_same_place():
    for cut in range(1, len(HEAD)):
        scanner = HeadScanner(DEFAULT_LIMITS, request=True)
        assert scanner.push(HEAD[:cut], 0) == cut
        assert not scanner.done
        assert scanner.held == cut
        assert scanner.push(b"y" + HEAD[cut:] + b"more", 1) == len(HEAD) - cut + 1
        assert scanner.done
        assert scanner.raw == HEAD
        assert scanner.size == len(HEAD)


def test_empty_lines_before_the_start_line_are_no_part_of_the_head():
    scanner = HeadScanner(DEFAULT_LIMITS, request=True)
    assert scanner.push(b"\r\n\r\n" + HEAD, 0) == len(HEAD) + 4
    assert scanner.raw == HEAD
    scanner.begin()
    for byte in b"\r\n\r\n\r\n\r\n":
        scanner.push(bytes((byte,)), 0)
    with pytest.raises(BadStatusLine, match="empty lines"):
        scanner.push(b"\r\n", 0)


def test_unusual_lines_go_by_the_law_and_end_the_same():
    """A method the kernels do not know, a value with obs-text, and a name in odd spelling."""
    raw = b"FOO http://a HTTP/1.0\r\nhOsT: a\r\nX: \xff\r\nCONTENT-length: 007\r\n\r\n"
    scanner = HeadScanner(DEFAULT_LIMITS, request=True)
    scanner.push(raw, 0)
    head = scanner.request()
    assert (head.method, head.target, head.host, head.content_length) == ("FOO", "http://a", "a", 7)


def test_trailers_share_the_limits_of_the_head():
    limits = HeadLimits(max_headers=3, max_head_size=len(HEAD) + 8)
    scanner = HeadScanner(limits, request=True)
    scanner.push(HEAD, 0)
    scanner.begin_trailers()
    assert scanner.push(b"X: 1\r\n\r\nGET", 0) == 8
    assert scanner.trailers == [b"X", b"1"]
    scanner.begin_trailers()
    with pytest.raises(HeadTooLarge):
        scanner.push(b"X: 1\r\n\r\n", 0)
    scanner.begin()
    scanner.push(HEAD, 0)
    scanner.begin_trailers()
    with pytest.raises(HeadTooLarge, match="bytes"):
        scanner.push(b"X: 12\r\n\r\n", 0)


def test_which_limit_is_named_does_not_depend_on_the_cuts():
    raw = b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 300 + b"\r\n\r\n"
    for limits, error in [
        (HeadLimits(max_field_size=50, max_head_size=200), FieldTooLong),
        (HeadLimits(max_field_size=290, max_head_size=200), HeadTooLarge),
        (HeadLimits(max_line_size=10, max_head_size=200), StartLineTooLong),
        (HeadLimits(max_line_size=10, max_head_size=5), HeadTooLarge),
    ]:
        for size in (1, 13, 1000):
            scanner = HeadScanner(limits, request=True)
            with pytest.raises(error) as caught:
                for place in range(0, len(raw), size):
                    scanner.push(raw[place : place + size], 0)
            assert type(caught.value) is error


def test_limits_refuse_only_what_is_beyond_them():
    for extra in (0, 1):
        fields = b"X: 1\r\n" * (3 + extra)
        scanner = HeadScanner(HeadLimits(max_headers=4), request=True)
        raw = b"GET / HTTP/1.1\r\nHost: a\r\n" + fields + b"\r\n"
        if extra:
            with pytest.raises(HeadTooLarge):
                scanner.push(raw, 0)
        else:
            assert scanner.push(raw, 0) == len(raw)


def scan(raw, size, limits=DEFAULT_LIMITS, *, request=True, lenient=False):
    """Scan *raw* in pieces; return the scanner, or the error."""
    scanner = HeadScanner(limits, request=request, lenient=lenient)
    try:
        for place in range(0, len(raw), size):
            scanner.push(raw[place : place + size], 0)
            if scanner.done:
                break
    except HttpProcessingError as error:
        return type(error), str(error)
    return scanner


def test_a_head_longer_than_a_field_may_be_is_the_same_in_all_pieces():
    """Framing fields that come in a later read count like those of the first."""
    fields = b"".join(b"X-%d: %s\r\n" % (n, b"v" * 300) for n in range(60))
    raw = (
        b"POST / HTTP/1.1\r\nHost: a\r\n" + fields + b"Content-Length: 7\r\n"
        b"x-own: 1\r\nCONNECTION: Close\r\n\r\n"
    )
    for size in (1, 100, 4096, len(raw)):
        scanner = scan(raw, size)
        assert scanner.done
        assert (scanner.raw, scanner.size, scanner.fields) == (raw, len(raw), 64)
        head = scanner.request()
        assert (head.host, head.content_length, head.keep_alive) == ("a", 7, False)


START = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("limits", "fields", "error"),
    [
        (HeadLimits(max_headers=4), b"A: 1\r\n" * 4, None),
        (HeadLimits(max_headers=4), b"A: 1\r\n" * 5, HeadTooLarge),
        (HeadLimits(max_headers=4), b"A: 1\r\n" * 4 + b"\xff: 1\r\n", InvalidHeader),
        (HeadLimits(max_headers=4), b"A: 1\r\n" * 5 + b"\xff: 1\r\n", HeadTooLarge),
        (HeadLimits(max_field_size=20), b"A: 1\r\n" * 9 + b"B: " + b"b" * 17 + b"\r\n", None),
        (
            HeadLimits(max_field_size=20),
            b"A: 1\r\n" * 9 + b"B: " + b"b" * 18 + b"\r\n",
            FieldTooLong,
        ),
        (HeadLimits(max_head_size=79), b"A: 1\r\n" * 10, None),
        (HeadLimits(max_head_size=78), b"A: 1\r\n" * 10, HeadTooLarge),
        (HeadLimits(max_head_size=76), b"A: 1\r\n" * 10, HeadTooLarge),
        (HeadLimits(max_head_size=75), b"A: 1\r\n" * 9 + b"\x00\r\n", InvalidHeader),
        (
            HeadLimits(max_headers=2),
            b"Content-Length: 1\r\nContent-Length: 2\r\n" * 2,
            InvalidHeader,
        ),
    ],
)
@pytest.mark.parametrize("lenient", [False, True])
def test_the_first_rule_broken_is_the_one_told_in_all_pieces(limits, fields, error, lenient):
    raw = START + fields + b"\r\n"
    told = scan(raw, len(raw), limits, request=False, lenient=lenient)
    assert (told[0] if isinstance(told, tuple) else None) is error
    for size in (1, 2, 3, 5, 7, 19, 40):
        again = scan(raw, size, limits, request=False, lenient=lenient)
        if error is not None:
            assert again[0] is error
        else:
            assert (again.raw, again.fields) == (told.raw, told.fields)


@pytest.mark.parametrize("size", [1, 2, 3, 6, 11, 1000])
def test_a_continued_field_after_usual_ones_is_one_field(size):
    """The last field of a read may go on in the next one."""
    raw = START + b"A: 1\r\nB: 2\r\n  more\r\nContent-Length: 5\r\nC: 3\r\n\tend\r\n\r\n"
    scanner = scan(raw, size, request=False, lenient=True)
    head = scanner.response("GET", read_until_eof=True)
    assert head.content_length == 5
    assert list(head.headers.items()) == [
        ("A", "1"),
        ("B", "2  more"),
        ("Content-Length", "5"),
        ("C", "3\tend"),
    ]
    assert scanner.fields == 4


@pytest.mark.parametrize("size", [1, 5, 17, 1000])
def test_trailers_in_pieces(size):
    section = b"X: 1\r\nY:\t2 \r\n" * 3 + b"Z:\r\n\r\n"
    scanner = HeadScanner(DEFAULT_LIMITS, request=True)
    scanner.push(HEAD, 0)
    scanner.begin_trailers()
    for place in range(0, len(section), size):
        scanner.push(section[place : place + size], 0)
    assert scanner.done
    assert scanner.trailers == [b"X", b"1", b"Y", b"2"] * 3 + [b"Z", b""]
    assert scanner.fields == 2 + 7
