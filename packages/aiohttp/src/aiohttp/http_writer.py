"""Writing one message."""

from aiohttp_core import (
    AbstractStreamWriter,
    HttpVersion,
    HttpVersion10,
    HttpVersion11,
    StreamWriter,
)

__all__ = ("AbstractStreamWriter", "HttpVersion", "HttpVersion10", "HttpVersion11", "StreamWriter")
