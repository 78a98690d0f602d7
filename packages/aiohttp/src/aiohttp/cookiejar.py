"""Cookie jars."""

from aiohttp_client.cookiejar import CookieJar, DummyCookieJar

__all__ = ("CookieJar", "DummyCookieJar")
