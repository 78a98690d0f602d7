"""The default answer to Expect."""

from typing import Any

import pytest

from aiohttp_core.versions import HttpVersion10, HttpVersion11
from aiohttp_web import HTTPExpectationFailed, default_expect_handler


class Request:
    def __init__(self, expect: str, version: Any = HttpVersion11) -> None:
        self.headers = {"Expect": expect}
        self.version = version
        self.sent: list[int] = []

    async def send_informational(self, status: int) -> None:
        self.sent.append(status)


@pytest.mark.spec("EXP-01", "EXP-02", "ADD-596", "ADD-597")
async def test_answers() -> None:
    request = Request("100-Continue")
    await default_expect_handler(request)
    assert request.sent == [100]
    old = Request("anything", HttpVersion10)
    await default_expect_handler(old)
    assert not old.sent
    for odd in ("200-ok", "100-\u017fontinue"):
        with pytest.raises(HTTPExpectationFailed) as caught:
            await default_expect_handler(Request(odd))
        assert caught.value.text == f"Unknown Expect: {odd}"
