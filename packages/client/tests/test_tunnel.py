"""CONNECT without IO."""

import pytest
from multidict import CIMultiDict
from yarl import URL

from aiohttp_client.errors import ClientHttpProxyError
from aiohttp_client.tunnel import (
    MAX_INFORMATIONAL,
    ConnectExchange,
    TunnelError,
    authority_form,
    connect_headers,
    proxy_fields,
)

TARGET = URL("https://a.example/x")


def exchange(headers: dict[str, str] | None = None) -> ConnectExchange:
    return ConnectExchange("a.example", 443, headers or {"Host": "a.example:443"}, url=TARGET)


@pytest.mark.spec("PRX-03", "ADD-169", "ADD-273")
def test_request() -> None:
    assert exchange().request == (b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n")
    assert authority_form("::1", 443) == "[::1]:443"


@pytest.mark.spec("PRX-06", "ADD-273", "ADD-274")
def test_fields() -> None:
    fields = proxy_fields({"X-Tenant": "t", "user-agent": "me"}, "Basic eA==")
    headers = connect_headers(
        "::1", 443, defaults={"Accept": "*/*", "User-Agent": "default"}, fields=fields
    )
    assert list(headers.items()) == [
        ("Host", "[::1]:443"),
        ("Accept", "*/*"),
        ("X-Tenant", "t"),
        ("user-agent", "me"),
        ("Proxy-Authorization", "Basic eA=="),
    ]
    assert proxy_fields(None, None) == CIMultiDict()
    assert proxy_fields({"Proxy-Authorization": "own"}, None) == {"Proxy-Authorization": "own"}


@pytest.mark.parametrize("headers", [{"X": "a\r\nb"}, {"X\r\n": "a"}, {"X": "a\0"}, {"": "a"}])
@pytest.mark.spec("ADD-757", "ADD-795")
def test_bad_fields(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        exchange(headers)


def test_bad_target() -> None:
    with pytest.raises(ValueError):
        ConnectExchange("a b", 443, {}, url=TARGET)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 Connection established\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nX: y\r\n\r\n",
    ],
)
@pytest.mark.spec("PRX-03")
def test_tunnel_stands(answer: bytes) -> None:
    whole = exchange()
    assert whole.feed(answer)
    assert whole.head is not None
    assert whole.head.status == 200
    whole.feed_eof()
    split = exchange()
    assert [split.feed(bytes((value,))) for value in answer] == [False] * (len(answer) - 1) + [True]
    with pytest.raises(TunnelError, match="unexpected data"):
        split.feed(b"x")


@pytest.mark.spec("PRX-03", "ADD-275", "ADD-828")
@pytest.mark.parametrize(
    ("answer", "status", "message"),
    [
        (
            b"HTTP/1.1 407 Auth please\r\nProxy-Authenticate: X\r\nContent-Length: 99999\r\n\r\n",
            407,
            "Auth please",
        ),
        (b"HTTP/1.1 502 \r\n\r\n", 502, "Bad Gateway"),
        (b"HTTP/1.1 599 \r\n\r\n", 599, ""),
        (b"HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\n\r\n", 302, "Found"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, "No Content"),
    ],
)
def test_refusal(answer: bytes, status: int, message: str) -> None:
    with pytest.raises(ClientHttpProxyError) as caught:
        exchange().feed(answer)
    error = caught.value
    assert (error.status, error.message) == (status, message)
    assert error.headers is not None
    assert (error.request_info.method, error.request_info.url) == ("CONNECT", TARGET)


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH\r\n",
        b"\x05\x00HTTP\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 10_000,
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * (MAX_INFORMATIONAL + 1),
    ],
)
def test_hostile_answers(answer: bytes) -> None:
    with pytest.raises(ClientHttpProxyError):
        exchange().feed(answer)


def test_data_behind_the_answer() -> None:
    # Somebody speaks before the client's TLS does.
    with pytest.raises(TunnelError, match="unexpected data"):
        exchange().feed(b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n")


def test_early_end() -> None:
    half = exchange()
    assert not half.feed(b"HTTP/1.1 200 OK\r\n")
    with pytest.raises(TunnelError, match="closed"):
        half.feed_eof()
