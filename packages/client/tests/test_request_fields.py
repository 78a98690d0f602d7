"""What a request says without being told, and how it frames its body."""

from typing import Any

import pytest
from multidict import CIMultiDict
from yarl import URL

from aiohttp_client.request_fields import (
    add_cookies,
    checked_version,
    coding_named,
    default_accept_encoding,
    origin_host,
    request_fields,
    set_content_coding,
    set_framing,
)
from aiohttp_client.version import SERVER_SOFTWARE
from aiohttp_core.payload import BytesPayload, get_payload
from aiohttp_core.versions import HttpVersion10, HttpVersion11


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://example.com/", "example.com"),
        ("http://example.com:80/", "example.com"),
        ("https://example.com:443/", "example.com"),
        ("http://example.com:8080/", "example.com:8080"),
        ("http://example.com./", "example.com"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("http://[::1]/", "[::1]"),
    ],
)
@pytest.mark.spec("ADD-165")
def test_host(url: str, host: str) -> None:
    assert origin_host(URL(url)) == host


@pytest.mark.spec("HTTP-26", "ADD-167")
def test_automatic_fields_never_replace_those_of_the_caller() -> None:
    defaults = {"Accept": "*/*", "Accept-Encoding": default_accept_encoding()}
    assert list(request_fields("h", None, defaults, frozenset())) == [
        *("Host", "Accept", "Accept-Encoding", "User-Agent"),
    ]
    own = [("ACCEPT", "text/html"), ("host", "other"), ("X", "1"), ("x", "2")]
    found = request_fields("h", own, defaults, frozenset(("Accept-Encoding",)))
    assert list(found.items()) == [*own, ("User-Agent", SERVER_SOFTWARE)]
    assert "User-Agent" not in request_fields("h", None, {}, frozenset(("User-Agent",)))


def test_cookies_come_to_those_of_the_field() -> None:
    headers = CIMultiDict({"Cookie": "a=1; b=2"})
    add_cookies(headers, {"b": "3", "c": "4"})
    assert headers.getall("Cookie") == ["a=1; b=3; c=4"]


class Stream:
    """An async iterable of unknown length."""

    async def __aiter__(self) -> Any:
        yield b"piece"


KNOWN = BytesPayload(b"12345")
UNKNOWN = get_payload(Stream().__aiter__())


@pytest.mark.parametrize(
    ("method", "given", "chunked", "body", "fields", "result"),
    [
        ("GET", {}, None, None, {}, None),
        ("POST", {}, None, None, {"Content-Length": "0"}, None),
        ("DELETE", {}, None, None, {"Content-Length": "0"}, None),
        ("POST", {}, None, KNOWN, {"Content-Length": "5"}, None),
        ("POST", {}, True, KNOWN, {"Transfer-Encoding": "chunked"}, True),
        ("POST", {}, None, UNKNOWN, {"Transfer-Encoding": "chunked"}, True),
        ("POST", {"Content-Length": "5"}, None, UNKNOWN, {"Content-Length": "5"}, None),
        ("POST", {"Transfer-Encoding": "chunked"}, None, KNOWN, {"Content-Length": "5"}, None),
    ],
)
@pytest.mark.spec("ADD-174", "ADD-177")
def test_framing(
    method: str, given: dict[str, str], chunked: Any, body: Any, fields: Any, result: Any
) -> None:
    headers = CIMultiDict(given)
    assert set_framing(headers, method, HttpVersion11, chunked, body) is result
    assert headers == CIMultiDict(fields)


@pytest.mark.parametrize(
    ("given", "version", "chunked", "body", "message"),
    [
        ({"Content-Length": "x"}, HttpVersion11, None, KNOWN, "Invalid Content-Length"),
        ({"Content-Length": "٣"}, HttpVersion11, None, KNOWN, "Invalid Content-Length"),
        ({"Transfer-Encoding": "gzip"}, HttpVersion11, None, KNOWN, "the only one is chunked"),
        ({"Transfer-Encoding": "chunked"}, HttpVersion11, True, KNOWN, "header is set"),
        ({"Content-Length": "5"}, HttpVersion11, True, KNOWN, "Content-Length header is set"),
        ({}, HttpVersion10, True, KNOWN, "chunked needs HTTP/1.1"),
        ({}, HttpVersion10, None, UNKNOWN, "needs HTTP/1.1 or a Content-Length"),
        ({}, HttpVersion11, False, UNKNOWN, "chunked=False needs a Content-Length"),
    ],
)
@pytest.mark.spec("ADD-178", "ADD-179")
def test_contradictions(
    given: dict[str, str], version: Any, chunked: Any, body: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        set_framing(CIMultiDict(given), "POST", version, chunked, body)


def test_codings_and_versions() -> None:
    assert [coding_named(value) for value in (None, False, True, "gzip")] == [
        *(None, None, "deflate", "gzip"),
    ]
    with pytest.raises(ValueError, match="compress must be one of"):
        coding_named("lzma")
    headers: CIMultiDict[str] = CIMultiDict()
    set_content_coding(headers, "gzip")
    assert headers == CIMultiDict({"Content-Encoding": "gzip"})
    with pytest.raises(ValueError, match="Content-Encoding header is set"):
        set_content_coding(headers, "gzip")
    assert checked_version(HttpVersion10) == (1, 0)
    with pytest.raises(ValueError, match="HTTP version must be"):
        checked_version((2, 0))
