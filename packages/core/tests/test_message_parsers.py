import pytest

from aiohttp_core import BadHttpMessage, BaseProtocol, HttpProcessingError, LineTooLong
from aiohttp_core.message_parsers import HeadersParser, HttpRequestParser, HttpResponseParser

GET = b"GET /a?b=1 HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"


@pytest.fixture
def parser():
    return HttpRequestParser(BaseProtocol())


@pytest.mark.spec("ADD-993", "ADD-995")
def test_requests(parser):
    messages, upgraded, tail = parser.feed_data(GET + POST)
    assert (upgraded, tail) == (False, b"")
    (get, nothing), (post, body) = messages
    assert (get.method, get.path, get.version) == ("GET", "/a?b=1", (1, 1))
    assert get.headers["Host"] == "x"
    assert str(get.url) == "/a?b=1"
    assert not get.should_close
    assert nothing.at_eof()
    assert post.method == "POST"
    assert body.read_nowait() == b"hello"
    assert body.at_eof()


@pytest.mark.spec("ADD-993")
def test_one_byte_at_a_time(parser):
    messages = []
    for byte in GET + POST:
        messages += parser.feed_data(bytes([byte]))[0]
    assert [message.method for message, _ in messages] == ["GET", "POST"]
    assert messages[1][1].read_nowait() == b"hello"


@pytest.mark.spec("ADD-993")
def test_an_upgrade_hands_over_the_rest(parser):
    head = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
    messages, upgraded, tail = parser.feed_data(head + b"rest")
    assert messages[0][0].upgrade
    assert (upgraded, tail) == (True, b"rest")


def test_bytes_after_a_switch_are_handed_on(parser):
    head = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
    assert parser.feed_data(head)[1:] == (True, b"")


def test_what_came_before_an_error_is_given_first(parser):
    messages, _, _ = parser.feed_data(GET + b"nonsense\r\n\r\n")
    assert [message.method for message, _ in messages] == ["GET"]
    for _ in range(2):
        with pytest.raises(HttpProcessingError):
            parser.feed_data(b"")


def test_an_error_at_once(parser):
    with pytest.raises(BadHttpMessage):
        parser.feed_data(b"nonsense\r\n\r\n")


async def test_an_error_in_a_body(parser):
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    ((_, body),), _, _ = parser.feed_data(head + b"3\r\nabc\r\nnonsense\r\n")
    assert await body.read(3) == b"abc"
    with pytest.raises(HttpProcessingError):
        await body.read()


async def test_eof_in_a_body(parser):
    ((_, body),), _, _ = parser.feed_data(POST[:-2])
    assert parser.feed_eof() is None
    with pytest.raises(HttpProcessingError):
        await body.read()


def test_eof_in_a_head(parser):
    parser.feed_data(GET[:-2])
    with pytest.raises(BadHttpMessage):
        parser.feed_eof()


def test_limits():
    parser = HttpRequestParser(max_line_size=10)
    with pytest.raises(LineTooLong):
        parser.feed_data(GET)


@pytest.mark.spec("ADD-993", "ADD-995")
def test_responses():
    parser = HttpResponseParser(BaseProtocol())
    first = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
    second = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    messages, _, _ = parser.feed_data(first + second)
    assert [(m.code, m.reason) for m, _ in messages] == [(200, "OK"), (404, "Not Found")]
    assert messages[0][1].read_nowait() == b"hi"


def test_interim_responses():
    parser = HttpResponseParser(BaseProtocol())
    messages, _, _ = parser.feed_data(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
    )
    assert [message.code for message, _ in messages] == [100, 204]


def test_the_method_decides_about_the_body():
    parser = HttpResponseParser(BaseProtocol(), method="HEAD")
    ((_, body),), _, _ = parser.feed_data(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
    assert body.at_eof()


def test_a_body_until_the_end_of_the_connection():
    parser = HttpResponseParser(BaseProtocol(), read_until_eof=True)
    ((_, body),), _, _ = parser.feed_data(b"HTTP/1.1 200 OK\r\n\r\nsome")
    parser.feed_data(b"thing")
    parser.feed_eof()
    assert body.read_nowait() == b"something"
    assert body.at_eof()


@pytest.mark.spec("ADD-993")
def test_headers():
    headers, raw = HeadersParser().parse_headers([b"", b"A: 1", b"a: 2", b"", b"no field"])
    assert headers.getall("A") == ["1", "2"]
    assert raw == ((b"A", b"1"), (b"a", b"2"))


@pytest.mark.parametrize("line", [b"no field", b"A : 1", b"A: 1\r\nB: 2\r\n\r\nC", b": 1"])
def test_wrong_headers(line):
    with pytest.raises(HttpProcessingError):
        HeadersParser().parse_headers([b"", line])
