"""Pages of errors."""

import pytest
from multidict import CIMultiDict

from aiohttp_web.error_pages import error_response, refusal


class Request:
    def __init__(self, accept: str | None) -> None:
        self.headers = CIMultiDict({} if accept is None else {"Accept": accept})


@pytest.mark.spec("ADD-430", "ADD-431", "LOW-04")
@pytest.mark.parametrize(
    ("accept", "html"),
    [(None, False), ("*/*", False), ("text/html", True), ("text/html;q=0.9,text/plain", False)],
)
@pytest.mark.parametrize("debug", [False, True])
def test_pages(accept: str | None, html: bool, debug: bool) -> None:
    error = ValueError("<b>")
    response = error_response(Request(accept), 500, error, debug=debug)
    text = response.text or ""
    assert response.content_type == ("text/html" if html else "text/plain")
    assert ("ValueError" in text) is debug
    assert ("<b>" in text) is (debug and not html)
    assert response.keep_alive is False
    assert "500 Internal Server Error" in text


def test_refusals_are_escaped_and_whole() -> None:
    message = refusal(400, "bad \udc80")
    head, _, body = message.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert body == b"bad \\udc80"
