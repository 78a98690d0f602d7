"""Files as responses."""

from aiohttp import _web_required as _web_required
from aiohttp_web.file_response import (
    CONTENT_TYPES,
    FALLBACK_CONTENT_TYPE,
    NOSENDFILE,
    FileResponse,
)

__all__ = ("CONTENT_TYPES", "FALLBACK_CONTENT_TYPE", "FileResponse", "NOSENDFILE")
