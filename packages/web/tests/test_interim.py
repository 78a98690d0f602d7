"""Interim responses as bytes."""

from typing import Any

import pytest

from aiohttp_web.interim import interim_response


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (100, None, b"HTTP/1.1 100 Continue\r\n\r\n"),
        (102, {}, b"HTTP/1.1 102 Processing\r\n\r\n"),
        (103, {"Link": "</a>"}, b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
        (199, None, b"HTTP/1.1 199 \r\n\r\n"),
    ],
)
def test_bytes(status: int, headers: Any, expected: bytes) -> None:
    assert interim_response(status, headers) == expected


@pytest.mark.parametrize("status", [0, 99, 101, 200, 404])
def test_final_statuses_are_refused(status: int) -> None:
    with pytest.raises(ValueError, match="informational"):
        interim_response(status)


@pytest.mark.parametrize("headers", [{"Link": "a\r\nb"}, {"Li nk": "a"}, {"Link": "\0"}])
def test_fields_are_checked(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        interim_response(103, headers)
