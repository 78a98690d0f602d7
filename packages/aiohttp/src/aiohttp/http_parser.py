"""Parsers of heads that push, and the tuples they give."""

from typing import TYPE_CHECKING

from aiohttp._later import later
from aiohttp_core import RawRequestMessage, RawResponseMessage
from aiohttp_core.message_parsers import (
    HeadersParser,
    HttpParser,
    HttpRequestParser,
    HttpResponseParser,
)

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = (
    "HeadersParser",
    "HttpParser",
    "HttpRequestParser",
    "HttpResponseParser",
    "RawRequestMessage",
    "RawResponseMessage",
)
