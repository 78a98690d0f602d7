"""Errors of forms as answers."""

from typing import Any

import pytest

from aiohttp_core.errors import TransferEncodingError
from aiohttp_multipart import MultipartError
from aiohttp_web import HTTPRequestEntityTooLarge, HTTPUnsupportedMediaType, RequestPayloadError
from aiohttp_web.forms import BytesSource, read_request_form

URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}


async def read(headers: Any, source: Any, size: int = 100, fields: int = 5) -> Any:
    return await read_request_form(headers, source, max_size=size, max_fields=fields)


async def test_bytes_source() -> None:
    source = BytesSource(b"abc")
    assert await source.readany() == b"abc"
    assert await source.readany() == b""


@pytest.mark.spec("ADD-485", "ADD-486", "ADD-1050", "C31")
@pytest.mark.parametrize(
    ("headers", "body", "error"),
    [
        (URLENCODED, b"&" * 10, HTTPRequestEntityTooLarge),
        (URLENCODED, b"a" * 200, HTTPRequestEntityTooLarge),
        ({"Content-Type": "application/x-www-form-urlencoded; charset=nope"}, b"a=1",
         HTTPUnsupportedMediaType),
        (MULTIPART, b"garbage", MultipartError),
        ({"Content-Type": "multipart/form-data"}, b"", ValueError),
    ],
)  # fmt: skip
async def test_errors(headers: Any, body: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        await read(headers, BytesSource(body))


async def test_a_body_that_breaks() -> None:
    class Breaking:
        async def readany(self) -> bytes:
            raise TransferEncodingError("bad chunk")

    with pytest.raises(RequestPayloadError, match="bad chunk"):
        await read(URLENCODED, Breaking())


async def test_fields() -> None:
    assert dict((await read(URLENCODED, BytesSource(b"a=1&b"))).fields) == {"a": "1", "b": ""}
