"""Parsers of heads that push, and the tuples they give."""

from aiohttp_core import RawRequestMessage, RawResponseMessage
from aiohttp_core.message_parsers import (
    HeadersParser,
    HttpParser,
    HttpRequestParser,
    HttpResponseParser,
)

__all__ = (
    "HeadersParser",
    "HttpParser",
    "HttpRequestParser",
    "HttpResponseParser",
    "RawRequestMessage",
    "RawResponseMessage",
)
