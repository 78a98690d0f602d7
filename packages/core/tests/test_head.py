import sys

import pytest
from multidict import CIMultiDict, CIMultiDictProxy, istr
from yarl import URL

from aiohttp_core import hdrs
from aiohttp_core import head as head_module
from aiohttp_core.errors import InvalidHeader
from aiohttp_core.head import COMPILED, decode_value
from aiohttp_core.parser import RequestParser, ResponseParser
from aiohttp_core.raw_messages import RawRequestMessage, RawResponseMessage
from aiohttp_core.versions import HttpVersion10, HttpVersion11


def request(raw):
    parser = RequestParser()
    parser.feed(raw)
    return parser.next_event()


def response(raw, method="GET"):
    parser = ResponseParser()
    parser.expect(method)
    parser.feed(raw)
    return parser.next_event()


def with_fields(fields):
    return request(b"GET / HTTP/1.1\r\nHost: a\r\n" + fields + b"\r\n")


GET = (
    b"GET /a?b=c HTTP/1.1\r\nHost: example.com:80\r\nx-Own: 1\r\n"
    b"X-OWN:\t2 \r\ncontent-type: text/plain\r\n\r\n"
)


def test_compiled_tells_which_build_runs():
    file = sys.modules["aiohttp_core.head"].__file__
    assert COMPILED is not file.endswith(".py")


def test_fields_of_a_request():
    head = request(GET)
    assert repr(head) == "<RequestHead GET /a?b=c>"
    assert (head.method, head.target, head.version) == ("GET", "/a?b=c", HttpVersion11)
    assert (head.keep_alive, head.has_body, head.chunked, head.upgrade) == (
        True,
        False,
        False,
        False,
    )
    assert (head.content_length, head.content_encoding, head.expect) == (None, None, False)
    assert head.host == "example.com:80"
    assert head.raw == GET


def test_headers_are_built_once_in_order_and_as_spelled():
    head = request(GET)
    assert head.headers is head.headers
    names = [name for name, _ in head.headers.items()]
    assert names == ["Host", "x-Own", "X-OWN", "content-type"]
    assert head.headers.getall("X-own") == ["1", "2"]
    assert head.headers[hdrs.CONTENT_TYPE] == "text/plain"
    assert not hasattr(head.headers, "add")


def test_known_names_are_ready_strings():
    known = next(iter(request(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").headers))
    assert known is hdrs.HOST
    assert type(list(request(GET).headers)[-1]) is istr


@pytest.mark.spec("ADD-028")
def test_raw_headers():
    head = request(GET)
    assert head.raw_headers is head.raw_headers
    assert head.raw_headers == (
        (b"Host", b"example.com:80"),
        (b"x-Own", b"1"),
        (b"X-OWN", b"2"),
        (b"content-type", b"text/plain"),
    )


@pytest.mark.spec("ADD-032", "ADD-763", "HTTP-18", "HTTP-20")
def test_values_are_utf8_with_escapes():
    head = request(b"GET / HTTP/1.1\r\nHost: a\r\nX: \xc3\xa9\xff\r\n\r\n")
    assert head.headers["X"] == "é\udcff"
    assert head.field(b"x") == "é\udcff"
    assert head.raw_headers[1] == (b"X", b"\xc3\xa9\xff")
    assert decode_value(b"\xc3\xa9\xff").encode("utf-8", "surrogateescape") == b"\xc3\xa9\xff"


def test_field_finds_the_first_value_by_its_whole_name():
    head = request(GET)
    assert head.field(b"x-own") == "1"
    assert head.field(b"host") == "example.com:80"
    assert head.field(b"own") is None
    assert head.field(b"content") is None
    assert head.field(b"get /a?b=c http/1.1\r\nhost") is None
    assert request(b"GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY: 2\r\n\r\n").field(b"x") == ""
    assert request(b"GET /y: HTTP/1.0\r\n\r\n").field(b"y") is None


@pytest.mark.parametrize(
    ("value", "coding", "compression"),
    [
        (b"gzip", "gzip", "gzip"),
        (b"GZip", "gzip", "gzip"),
        (b"br", "br", "br"),
        (b"identity", "identity", None),
        (b"gzip, BR", "gzip, br", None),
        (b"gz\xc4\xb0p", "gz\u0130p", None),
    ],
)
def test_content_encoding_is_lower_case_ascii(value, coding, compression):
    head = request(b"GET / HTTP/1.1\r\nHost: a\r\nContent-Encoding: " + value + b"\r\n\r\n")
    assert head.content_encoding == coding
    assert head.to_raw_message().compression == compression


def test_repeated_content_encoding_is_one_list():
    head = request(
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Encoding: a\r\ncontent-encoding: B\r\n\r\n"
    )
    assert head.content_encoding == "a, b"


@pytest.mark.spec("HTTP-01", "HTTP-27", "ADD-995")
def test_raw_request_message():
    head = request(GET)
    message = head.to_raw_message()
    assert isinstance(message, RawRequestMessage)
    assert message == (
        "GET",
        "/a?b=c",
        HttpVersion11,
        head.headers,
        head.raw_headers,
        False,
        None,
        False,
        False,
        URL("/a?b=c"),
    )
    assert message._fields == (
        "method",
        "path",
        "version",
        "headers",
        "raw_headers",
        "should_close",
        "compression",
        "upgrade",
        "chunked",
        "url",
    )


@pytest.mark.parametrize(
    ("line", "url"),
    [
        (b"GET //evil.example/x", URL.build(path="//evil.example/x", encoded=True)),
        (b"GET /%2F?a=%26", URL("/%2F?a=%26", encoded=True)),
        (b"GET http://a/x?y", URL("http://a/x?y", encoded=True)),
        (b"OPTIONS *", URL("*", encoded=True)),
        (b"CONNECT a:443", URL.build(authority="a:443", encoded=True)),
    ],
)
def test_url_of_a_raw_request_message(line, url):
    message = request(line + b" HTTP/1.1\r\nHost: a\r\n\r\n").to_raw_message()
    assert message.url == url
    assert message.url.host == url.host


@pytest.mark.spec("HTTP-28", "ADD-995")
def test_raw_response_message():
    head = response(b"HTTP/1.0 404 Not  Found\r\nX: 1\r\nContent-Encoding: br\r\n\r\n")
    assert repr(head) == "<ResponseHead 404 Not  Found>"
    assert (head.version, head.status, head.reason) == (HttpVersion10, 404, "Not  Found")
    message = head.to_raw_message()
    assert isinstance(message, RawResponseMessage)
    assert message == (
        HttpVersion10,
        404,
        "Not  Found",
        head.headers,
        head.raw_headers,
        True,
        "br",
        False,
        False,
    )
    assert message._fields == (
        "version",
        "code",
        "reason",
        "headers",
        "raw_headers",
        "should_close",
        "compression",
        "upgrade",
        "chunked",
    )


def test_many_fields_keep_every_pair():
    pairs = [(b"N%d" % number, b"v" * number) for number in range(120)]
    raw = b"".join(name + b":" + value + b"\r\n" for name, value in pairs)
    head = request(b"GET / HTTP/1.0\r\n" + raw + b"\r\n")
    assert list(head.raw_headers) == pairs
    assert list(head.headers.items()) == [(name.decode(), value.decode()) for name, value in pairs]


@pytest.mark.spec("DATA-03", "DATA-04", "DATA-06")
def test_headers_are_a_read_only_multidict_without_regard_to_case():
    """The form of 3.14, which 3.x promises, and not the joining proxy that 4.0 plans."""
    headers = with_fields(b"X-A: 1, 2\r\nx-a: 3\r\n").headers
    assert type(headers) is CIMultiDictProxy
    assert headers["X-A"] == headers["x-a"] == "1, 2"
    assert headers.getall("X-a") == ["1, 2", "3"]
    with pytest.raises(KeyError):
        headers.getall("missing")
    with pytest.raises(TypeError):
        headers["X-A"] = "4"  # a view that cannot be written
    with pytest.raises(TypeError):
        CIMultiDictProxy({})
    live = CIMultiDict()
    view = CIMultiDictProxy(live)
    live["A"] = "1"
    assert view["a"] == "1"


@pytest.mark.spec("DATA-05", "DATA-07")
def test_the_multidicts_of_old_are_those_of_the_library():
    headers = CIMultiDict([("A", "1")])
    headers.add("a", "2")
    headers.extend({"b": "3"})
    assert (headers.getone("A"), headers.get("A"), headers.getall("A")) == ("1", "1", ["1", "2"])
    headers["A"] = "4"
    assert headers.getall("a") == ["4"]
    assert headers.setdefault("c", "5") == "5"
    headers.update(c="6")
    assert headers.popitem() in {("A", "4"), ("a", "4"), ("b", "3"), ("c", "6")}
    with pytest.raises(KeyError):
        CIMultiDict().getall("A")
    # Keys that know their folded form took the place of upper-cased ones.
    assert isinstance(hdrs.CONTENT_TYPE, istr)
    assert CIMultiDict({hdrs.CONTENT_TYPE: "x"})["content-TYPE"] == "x"


@pytest.mark.spec("ADD-1024", "C90")
def test_values_may_be_utf8_and_names_must_be_ascii():
    assert with_fields("X: é\r\n".encode()).headers["X"] == "é"
    with pytest.raises(InvalidHeader):
        with_fields("é: X\r\n".encode())


def test_names_that_peers_choose_are_kept_up_to_a_bound():
    long = "X-" + "y" * 100
    for number in range(40):
        fields = "".join(f"X-{number}-{n}: v\r\n" for n in range(60))
        assert len(with_fields(f"{fields}{long}: v\r\n".encode()).headers) == 62
    known = getattr(head_module, "_WIRE_NAMES", None)
    if known is not None:  # what is compiled shows it to nobody
        assert len(known) <= head_module.MAX_WIRE_NAMES
        assert long.encode() not in known
