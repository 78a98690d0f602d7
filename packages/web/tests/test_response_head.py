"""The cached blocks: equal to what is serialised, bounded, never unchecked."""

import re
from http import HTTPStatus

import pytest

from aiohttp_core.serializer import head
from aiohttp_web import response_head
from aiohttp_web.response_head import (
    CLOSE,
    KEEP,
    KEEP_10,
    SERVER_SOFTWARE,
    check_field_text,
    check_reason,
    head_block,
    head_tail,
    reason_phrase,
)


@pytest.mark.spec("ADD-007", "HTTP-25", "ADD-417")
def test_server_software() -> None:
    assert re.fullmatch(r"Python/3\.\d+ aiohttp/\d+\.\d+\.\d+\S*", SERVER_SOFTWARE)


@pytest.mark.spec("ADD-418")
@pytest.mark.parametrize("kind", [KEEP, CLOSE, KEEP_10])
def test_equal_to_the_serializer(kind: int) -> None:
    made = head_block(1, 200, "OK", "text/plain") + b"5" + head_tail(kind)
    date = re.search(rb"Date: ([^\r]+)", made)
    assert date is not None
    fields = {
        "Content-Type": "text/plain", "Content-Length": "5", "Date": date[1].decode(),
        "Server": SERVER_SOFTWARE,
    }  # fmt: skip
    if kind != KEEP:
        fields["Connection"] = "close" if kind == CLOSE else "keep-alive"
    assert made == head("HTTP/1.1 200 OK", fields)


def test_the_date_follows_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_head, "time", lambda: 784111777.5)
    assert b"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n" in head_tail(KEEP)
    monkeypatch.setattr(response_head, "time", lambda: 784111778.5)
    assert b"Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n" in head_tail(CLOSE)
    monkeypatch.undo()
    assert b"1994" not in head_tail(KEEP)


@pytest.mark.parametrize(("reason", "content_type"), [("a\r\nb", None), ("OK", "a\r\nX: y"),
                                                      ("OK", "a\0"), ("\n", "a/b")])  # fmt: skip
def test_no_block_without_a_check(reason: str, content_type: str | None) -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="control"):
            head_block(1, 200, reason, content_type)


def test_many_blocks() -> None:
    for number in range(2000):
        expected = f"HTTP/1.1 200 OK\r\nContent-Type: a/{number}\r\nContent-Length: ".encode()
        assert head_block(1, 200, "OK", f"a/{number}") == expected


@pytest.mark.spec("ADD-419", "ADD-420", "HTTP-33")
def test_reasons() -> None:
    for status in HTTPStatus:
        assert reason_phrase(status) == status.phrase
    assert reason_phrase(599) == ""
    assert check_reason("fine") == "fine"
    with pytest.raises(TypeError):
        check_field_text("what", 5)  # type: ignore[arg-type]
