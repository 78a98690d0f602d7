"""Abstract base classes of client and server."""

from typing import TYPE_CHECKING

from aiohttp._later import later
from aiohttp_client.abc import (
    AbstractCookieJar,
    AbstractResolver,
    ClearCookiePredicate,
    ResolveResult,
)
from aiohttp_core import AbstractStreamWriter

if TYPE_CHECKING:
    from aiohttp_web.abc import (
        AbstractAccessLogger,
        AbstractAsyncAccessLogger,
        AbstractMatchInfo,
        AbstractRouter,
        AbstractView,
    )
    from aiohttp_web.base_request import BaseRequest
else:
    __getattr__ = later(
        __name__,
        {
            "AbstractAccessLogger": "aiohttp_web.abc:AbstractAccessLogger",
            "AbstractAsyncAccessLogger": "aiohttp_web.abc:AbstractAsyncAccessLogger",
            "AbstractMatchInfo": "aiohttp_web.abc:AbstractMatchInfo",
            "AbstractRouter": "aiohttp_web.abc:AbstractRouter",
            "AbstractView": "aiohttp_web.abc:AbstractView",
            "BaseRequest": "aiohttp_web.base_request:BaseRequest",
        },
    )

__all__ = (
    "AbstractAccessLogger",
    "AbstractAsyncAccessLogger",
    "AbstractCookieJar",
    "AbstractMatchInfo",
    "AbstractResolver",
    "AbstractRouter",
    "AbstractStreamWriter",
    "AbstractView",
    "BaseRequest",
    "ClearCookiePredicate",
    "ResolveResult",
)
