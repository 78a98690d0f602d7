"""The answer to ``Expect`` (RFC 9110 section 10.1.1; spec section 3.13)."""

from typing import Any

from aiohttp_core import hdrs
from aiohttp_core.versions import HttpVersion11
from aiohttp_web.exceptions import HTTPExpectationFailed

__all__ = ("default_expect_handler",)


async def default_expect_handler(request: Any) -> None:
    """Send ``100 Continue``, or raise HTTPExpectationFailed for another expectation.

    An HTTP/1.0 client expects nothing (ADD-596).
    """
    if request.version < HttpVersion11:
        return
    expect = request.headers.get(hdrs.EXPECT, "")
    if expect.isascii() and expect.lower() == "100-continue":
        await request.send_informational(100)
    else:
        raise HTTPExpectationFailed(text=f"Unknown Expect: {expect}")
