"""What the head of a request tells: target, origin, fields."""

import datetime
import inspect
from types import MappingProxyType
from typing import Any

import pytest
from detached_requests import Transport, make
from multidict import MultiDict
from yarl import URL

from aiohttp_core.fields.etags import ETag
from aiohttp_core.streams import EMPTY_PAYLOAD
from aiohttp_core.versions import HttpVersion10
from aiohttp_web import (
    BaseRequest,
)


@pytest.mark.spec("WREQ-02", "HTTP-01", "HTTP-24", "ADD-995")
def test_request_line() -> None:
    request = make("/path?q", method="PUT", version=HttpVersion10)
    assert request.method == "PUT"
    assert request.version == HttpVersion10
    assert not request.keep_alive
    assert repr(request) == "<BaseRequest PUT /path?q >"


@pytest.mark.spec(
    "WREQ-10", "ADD-463", "ADD-464", "ADD-465", "ADD-466", "ADD-1066", "ADD-036", "C99"
)
@pytest.mark.parametrize(
    ("target", "path", "match", "path_qs", "query_string"),
    [
        ("/", "/", "/", "/", ""),
        ("/a/b?c=d", "/a/b", "/a/b", "/a/b?c=d", "c=d"),
        ("/a%20b", "/a b", "/a b", "/a%20b", ""),
        ("/a%2Fb%25c?x=%C3%A9+z", "/a/b%c", "/a%2Fb%25c", "/a%2Fb%25c?x=%C3%A9+z", "x=é z"),
        ("/a?b?c#d", "/a", "/a", "/a?b?c#d", "b?c"),
        ("/path?#f", "/path", "/path", "/path#f", ""),
        ("//host/x", "//host/x", "//host/x", "//host/x", ""),
        ("*", "*", "*", "*", ""),
        ("http://other:8080/x%20y?z", "/x y", "/x y", "/x%20y?z", "z"),
    ],
)
def test_targets(target: str, path: str, match: str, path_qs: str, query_string: str) -> None:
    request = make(target, method="OPTIONS")
    assert request.raw_path == target
    assert request.path == path
    assert request.match_path == match
    assert request.path_qs in (path_qs, "//" + path_qs)
    assert request.query_string == query_string
    assert not request.rel_url.absolute


@pytest.mark.spec("WREQ-03", "ADD-461", "ADD-462", "ADD-820", "WREQ-07")
@pytest.mark.parametrize(
    ("target", "headers", "url", "host"),
    [
        ("/a?b", {"Host": "x.example:81"}, "http://x.example:81/a?b", "x.example:81"),
        ("https://other:444/a", {"Host": "x"}, "http://other:444/a", "other"),
        ("/a", {"Host": ""}, None, ""),
        ("/a", {"X": ""}, "http://10.0.0.1/a", "10.0.0.1"),
    ],
)
def test_url_and_host(target: str, headers: Any, url: str | None, host: str) -> None:
    request = make(target, headers, transport=Transport(sockname=("10.0.0.1", 80)))
    assert request.host == host
    if url is not None:
        assert request.url == URL(url)
        assert request.url is request.url
    assert request.scheme == "http"


@pytest.mark.spec("ADD-461", "ADD-797", "ADD-881", "ADD-1061")
def test_host_without_field_or_transport() -> None:
    assert make(headers={"X": "y"}).host == ""
    six = Transport(sockname=("::1", 80, 0, 0))
    assert make(headers={"X": "y"}, transport=six).host == "[::1]"
    assert make(headers={"X": "y"}, transport=Transport(sockname="/run/x")).host == "/run/x"


@pytest.mark.spec("WREQ-04", "WREQ-05", "FWD-01", "C67", "WREQ-33")
def test_scheme() -> None:
    forwarded = {"Host": "a", "X-Forwarded-Proto": "https", "Forwarded": "proto=https"}
    plain = make(headers=forwarded, transport=Transport())
    assert (plain.scheme, plain.secure) == ("http", False)
    tls = make(transport=Transport(sslcontext=object()))
    assert (tls.scheme, tls.secure, str(tls.url)) == ("https", True, "https://example.com/")
    assert plain.clone(scheme="https").secure


@pytest.mark.spec("WREQ-08", "ADD-471", "WREQ-19", "ADD-479")
def test_remote_and_extra_info() -> None:
    assert make(transport=Transport(peername=("10.1.2.3", 5))).remote == "10.1.2.3"
    assert make(transport=Transport(peername="")).remote == ""
    gone = make(headers={"Host": "a", "X-Forwarded-For": "1.2.3.4"})
    assert gone.remote is None
    assert gone.transport is None
    assert gone.get_extra_info("peername", 5) == 5
    assert gone.clone(remote="9.9.9.9").remote == "9.9.9.9"


@pytest.mark.spec("WREQ-06", "ADD-470")
def test_forwarded() -> None:
    headers = [
        ("Host", "a"),
        ("Forwarded", 'for=1.1.1.1;By="a\\"b"'),
        ("Forwarded", "for=2, for=3"),
    ]
    found = make(headers=headers).forwarded
    assert [dict(element) for element in found] == [
        {"for": "1.1.1.1", "by": 'a"b'}, {"for": "2"}, {"for": "3"},
    ]  # fmt: skip
    assert make().forwarded == ()


@pytest.mark.spec("WREQ-11")
def test_headers() -> None:
    request = make(headers={"Host": "a", "X-Y": "é"})
    assert request.headers["x-y"] == "é"
    assert request.raw_headers == ((b"Host", b"a"), (b"X-Y", "é".encode()))


@pytest.mark.spec("WREQ-10", "WREQ-28", "WREQ-29")
def test_query() -> None:
    query = make("/?a=1&a=%C3%A9+b&c&d=").query
    assert list(query.items()) == [("a", "1"), ("a", "é b"), ("c", ""), ("d", "")]
    assert not make("/").query
    with pytest.raises(AttributeError):
        query.add("x", "y")  # type: ignore[attr-defined]
    assert make("http://a/?x=1").query == MultiDict(x="1")


@pytest.mark.spec("WREQ-14", "ADD-837")
@pytest.mark.parametrize(
    ("value", "content_type", "charset"),
    [
        (None, "application/octet-stream", None),
        ("Text/HTML; Charset=UTF-8", "text/html", "utf-8"),
        ("nonsense", "application/octet-stream", None),
    ],
)
def test_content_type(value: str | None, content_type: str, charset: str | None) -> None:
    headers = {"Host": "a"} if value is None else {"Host": "a", "Content-Type": value}
    request = make(headers=headers)
    assert (request.content_type, request.charset) == (content_type, charset)
    assert request.content_length is None
    assert make(headers={"Content-Length": "5"}).content_length == 5


@pytest.mark.spec("WREQ-12", "ADD-472", "ADD-784", "C68")
def test_cookies() -> None:
    request = make(headers=[("Host", "a"), ("Cookie", 'a=1; b="x y"; path=p; bad; c=3')])
    assert dict(request.cookies) == {"a": "1", "b": "x y", "path": "p", "c": "3"}
    with pytest.raises(TypeError):
        request.cookies["x"] = "y"  # type: ignore[index]
    assert dict(make().cookies) == {}
    assert isinstance(request.cookies, MappingProxyType)


@pytest.mark.spec("WREQ-15", "ADD-467", "ADD-779")
def test_http_range() -> None:
    assert make().http_range == slice(None, None, 1)
    assert make(headers={"Range": "Bytes=0-499"}).http_range == slice(0, 500, 1)
    assert make(headers={"Range": "bytes=-500"}).http_range == slice(-500, None, 1)
    for wrong in ("bytes=5-4", "bytes=0-1,3-4", "lines=0-1", "bytes=", "bytes=\u0661-\u0662"):
        with pytest.raises(ValueError, match=r"."):
            _ = make(headers={"Range": wrong}).http_range


@pytest.mark.spec("WREQ-16", "ADD-468")
def test_conditional_dates() -> None:
    date = "Mon, 03 Feb 2020 04:05:06 GMT"
    moment = datetime.datetime(2020, 2, 3, 4, 5, 6, tzinfo=datetime.UTC)
    request = make(headers={"If-Modified-Since": date, "If-Unmodified-Since": date,
                            "If-Range": date})  # fmt: skip
    assert request.if_modified_since == moment
    assert request.if_unmodified_since == moment
    assert request.if_range == moment
    bad = make(headers={"If-Modified-Since": "soon", "If-Range": '"etag"'})
    assert bad.if_modified_since is None
    assert bad.if_unmodified_since is None
    assert bad.if_range is None


@pytest.mark.spec("WREQ-17", "ADD-469")
def test_conditional_etags() -> None:
    request = make(headers={"If-Match": '"a", W/"b"', "If-None-Match": "*"})
    assert request.if_match == (ETag("a"), ETag("b", is_weak=True))
    assert request.if_none_match == (ETag("*"),)
    assert make().if_match is None


@pytest.mark.spec("ADD-482", "NAM-17", "WREQ-30", "WREQ-33")
def test_names_that_requests_do_not_have() -> None:
    request = make()
    for name in ("wait_for_disconnection", "url_for", "payload", "GET", "POST"):
        assert not hasattr(request, name), name
    # What stands in their place.
    assert request.content is EMPTY_PAYLOAD
    assert inspect.iscoroutinefunction(BaseRequest.disconnected)
    with pytest.raises(TypeError):
        make(secure_proxy_ssl_header=("X-Forwarded-Proto", "https"))
