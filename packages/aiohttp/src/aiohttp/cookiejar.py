"""Cookie jars."""

from typing import TYPE_CHECKING

from aiohttp._later import later
from aiohttp_client.cookiejar import CookieJar, DummyCookieJar

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = ("CookieJar", "DummyCookieJar")
