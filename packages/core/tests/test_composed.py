import pytest
from multidict import CIMultiDict

from aiohttp_core.composed import compose_request_head
from aiohttp_core.errors import BadHttpMessage
from aiohttp_core.versions import HttpVersion10, HttpVersion11


def test_a_composed_head_is_a_parsed_head():
    fields = CIMultiDict([("X", "1"), ("x", "é"), ("Content-Length", "5"), ("Connection", "close")])
    head = compose_request_head("post", "/a?b", fields)
    assert (head.method, head.target, head.version, head.host) == (
        "POST",
        "/a?b",
        HttpVersion11,
        None,
    )
    assert list(head.headers.items()) == list(fields.items())
    assert (head.content_length, head.has_body, head.keep_alive) == (5, True, False)
    assert head.raw_headers[1] == (b"x", b"\xc3\xa9")
    assert compose_request_head("GET", "/", {}, HttpVersion10).keep_alive is False
    assert compose_request_head("GET", "/" + "a" * 10000, {"X": "y" * 10000}).host is None


def test_what_is_refused():
    with pytest.raises(ValueError, match="target"):
        compose_request_head("GET", "/ ", {})
    with pytest.raises(ValueError, match="Control"):
        compose_request_head("GET", "/", {"X": "\n"})
    with pytest.raises(ValueError, match="Content-Length"):
        compose_request_head("GET", "/", {"Content-Length": "x"})
    with pytest.raises(BadHttpMessage):
        compose_request_head("GET", "x", {})
