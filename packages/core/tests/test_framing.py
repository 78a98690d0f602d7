import pytest

from aiohttp_core.errors import BadHttpMessage, InvalidURLError
from aiohttp_core.framing import check_request_codings, check_target, ends_chunked, straighten


@pytest.mark.spec("ADD-034", "ADD-820")
@pytest.mark.parametrize(
    ("method", "target", "host"),
    [
        ("OPTIONS", "*", b"a"),
        ("CONNECT", "a:443", b"b"),
        ("CONNECT", "[::1]:443", None),
        ("GET", "http://a", b"a"),
        ("GET", "HTTP://A:80?x", b"a"),
        ("GET", "https://a/", b"A:443"),
        ("GET", "http://a:/", b"a"),
        ("GET", "ws://a:8080/", b"a:8080"),
        ("GET", "http://a/x", b""),
        ("GET", "http://a/x", None),
        ("GET", "http://a/x@y", b"a"),
    ],
)
def test_good_targets(method, target, host):
    check_target(method, target, host)


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "*"),
        ("OPTIONS", "**"),
        ("GET", "a:443"),
        ("CONNECT", "a"),
        ("CONNECT", "a:"),
        ("CONNECT", "/x"),
        ("CONNECT", "http://a/"),
        ("GET", "http:/x"),
        ("GET", "http:x"),
        ("GET", "http:///x"),
        ("GET", "http://?x"),
        ("GET", "//a"),
        ("GET", "http://u@a/"),
        ("GET", "http://u:p@a/"),
        ("GET", "http://[::1/"),
        ("GET", "1http://a/"),
        ("GET", "http://a b/"),
        ("GET", "http://a:99999/"),
        ("GET", "http://a\\b/"),
        ("GET", ""),
    ],
)
def test_bad_targets(method, target):
    with pytest.raises(InvalidURLError):
        check_target(method, target, b"a")


@pytest.mark.parametrize("host", [b"b", b"a:81", b"a.b"])
def test_target_and_host_must_agree(host):
    with pytest.raises(BadHttpMessage):
        check_target("GET", "http://a/", host)


@pytest.mark.spec("ADD-019", "ADD-020", "ADD-021")
def test_request_codings():
    for good in (b"chunked", b"Chunked", b"gzip, chunked", b"deflate\t,\tCHUNKED"):
        check_request_codings(good)
    for bad in (
        b"",
        b",",
        b"gzip",
        b"chunked,",
        b",chunked",
        b"chunked, gzip",
        b"chunked, chunked",
        b"identity, chunked",
        b"x, chunked",
        b"chunked;q=1",
        b'"chunked"',
        b"chun\xe2\x84\xaaed",
    ):
        with pytest.raises(BadHttpMessage):
            check_request_codings(bad)


@pytest.mark.spec("ADD-050")
def test_response_codings():
    assert ends_chunked(b"gzip,, chunked,")
    assert not ends_chunked(b"chunked, gzip")
    for bad in (b"", b" , ", b"chunked, chunked"):
        with pytest.raises(BadHttpMessage):
            ends_chunked(bad)


@pytest.mark.spec("ADD-046")
def test_straighten():
    canonical = b"HTTP/1.1 200 OK\r\nA: 1\r\nB: 2 3\r\n\r\n"
    assert straighten(canonical) == canonical
    assert straighten(b"HTTP/1.1 200 OK\nA: 1\r\r\nB: 2\r\n 3\n\r\r\n") == canonical
