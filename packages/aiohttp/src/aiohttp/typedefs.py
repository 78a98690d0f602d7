"""Types of arguments."""

from typing import TYPE_CHECKING

from aiohttp._later import later
from aiohttp_client.abc import LooseCookies
from aiohttp_core.typedefs import (
    DEFAULT_JSON_DECODER,
    DEFAULT_JSON_ENCODER,
    Byteish,
    JSONBytesEncoder,
    JSONDecoder,
    JSONEncoder,
    LooseHeaders,
    PathLike,
    Query,
    RawHeaders,
    StrOrURL,
)

if TYPE_CHECKING:
    from aiohttp_web.middlewares import Middleware
    from aiohttp_web.routes import Handler
else:
    __getattr__ = later(
        __name__,
        {
            "Middleware": "aiohttp_web.middlewares:Middleware",
            "Handler": "aiohttp_web.routes:Handler",
        },
    )

__all__ = (
    "Byteish",
    "DEFAULT_JSON_DECODER",
    "DEFAULT_JSON_ENCODER",
    "Handler",
    "JSONBytesEncoder",
    "JSONDecoder",
    "JSONEncoder",
    "LooseCookies",
    "LooseHeaders",
    "Middleware",
    "PathLike",
    "Query",
    "RawHeaders",
    "StrOrURL",
)
