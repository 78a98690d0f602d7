"""The content codings that a response can be given (RFC 9110 sections 8.4.1 and 12.5.5)."""

from enum import Enum
from typing import Final

from multidict import CIMultiDict

from aiohttp_core import hdrs

__all__ = ("OFFERED_CODINGS", "ContentCoding", "add_vary")


class ContentCoding(Enum):
    """The codings that a response can be compressed with, most preferred first (ADD-1031)."""

    deflate = "deflate"
    gzip = "gzip"
    identity = "identity"


OFFERED_CODINGS: Final = ("deflate", "gzip")
"""What is chosen from when the client is asked, the first of equals (ADD-075)."""


def add_vary(headers: "CIMultiDict[str]", field: str) -> None:
    """Let *headers* say that the response depends on the request's *field*."""
    known = [
        name.strip(" \t").lower()
        for value in headers.getall(hdrs.VARY, ())
        for name in value.split(",")
    ]
    if "*" in known or field.lower() in known:
        return
    if known:
        headers[hdrs.VARY] = ", ".join((*headers.getall(hdrs.VARY), field))
    else:
        headers[hdrs.VARY] = field
