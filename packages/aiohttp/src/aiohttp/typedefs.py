"""Types of arguments."""

from typing import TYPE_CHECKING

from aiohttp._later import later
from aiohttp_client.abc import LooseCookies

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

__all__ = ("Handler", "LooseCookies", "Middleware")
