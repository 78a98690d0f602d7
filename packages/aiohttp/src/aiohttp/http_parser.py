"""Parsers of heads that push, and the tuples they give."""

from aiohttp_core import RawRequestMessage, RawResponseMessage

__all__ = ("RawRequestMessage", "RawResponseMessage")
