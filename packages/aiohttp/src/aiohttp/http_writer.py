"""Writing one message."""

from typing import TYPE_CHECKING

from aiohttp._later import later
from aiohttp_core import (
    AbstractStreamWriter,
    HttpVersion,
    HttpVersion10,
    HttpVersion11,
    StreamWriter,
)

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = ("AbstractStreamWriter", "HttpVersion", "HttpVersion10", "HttpVersion11", "StreamWriter")
