"""Heads without a parser."""

import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiohttp_core.parser import RequestParser
from aiohttp_core.raw_messages import RawRequestMessage
from aiohttp_core.versions import HttpVersion11
from aiohttp_web.detached_head import DetachedHead


@pytest.mark.spec("ADD-995")
def test_from_and_to_the_historical_tuple() -> None:
    headers = CIMultiDictProxy(CIMultiDict({"Host": "a", "Content-Length": "5", "Expect": "x"}))
    raw = ((b"Host", b"a"),)
    message = RawRequestMessage(
        "GET", "/", HttpVersion11, headers, raw, False, None, False, False, URL("/")
    )
    head = DetachedHead.from_raw_message(message)
    assert (head.host, head.content_length, head.expect, head.has_body) == ("a", 5, True, True)
    assert head.keep_alive
    assert head.field(b"host") == "a"
    assert head.to_raw_message() == message


def test_a_copy_has_what_the_parser_found() -> None:
    parser = RequestParser()
    parser.feed(b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    found = parser.next_event()
    copy = DetachedHead(found)
    for name in DetachedHead.__slots__:
        assert getattr(copy, name) == getattr(found, name)
    copy.set_headers({"Host": "b", "Content-Length": "bad"})
    assert (copy.host, copy.content_length) == ("b", None)
    assert copy.raw_headers == ((b"Host", b"b"), (b"Content-Length", b"bad"))
