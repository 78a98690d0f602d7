"""The versions of the protocol, where aiohttp 2 had them."""

from aiohttp_core import HttpVersion, HttpVersion10, HttpVersion11

__all__ = ("HttpVersion", "HttpVersion10", "HttpVersion11")
