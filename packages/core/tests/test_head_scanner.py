import pytest

from aiohttp_core.errors import BadStatusLine, FieldTooLong, HeadTooLarge, StartLineTooLong
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
