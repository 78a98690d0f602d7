"""Files as responses."""

from typing import TYPE_CHECKING

from aiohttp import _web_required as _web_required
from aiohttp._later import later
from aiohttp_web.file_response import (
    CONTENT_TYPES,
    FALLBACK_CONTENT_TYPE,
    NOSENDFILE,
    FileResponse,
)

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = ("CONTENT_TYPES", "FALLBACK_CONTENT_TYPE", "FileResponse", "NOSENDFILE")
