"""HTTP/1.1 messages for asyncio: the core shared by client and server."""

from aiohttp_core.extensions import NO_EXTENSIONS, prefer_sources

if NO_EXTENSIONS:
    prefer_sources()

from aiohttp_core.fields.content_disposition import (
    BadContentDispositionHeader,
    BadContentDispositionParam,
    content_disposition_filename,
    content_disposition_header,
    parse_content_disposition,
)
from aiohttp_core.fields.content_type import MimeType, parse_content_type, parse_mimetype
from aiohttp_core.fields.dates import parse_http_date
from aiohttp_core.fields.etags import ETag
from aiohttp_core.structures import ChainMapProxy

__all__ = (
    "BadContentDispositionHeader",
    "BadContentDispositionParam",
    "ChainMapProxy",
    "ETag",
    "MimeType",
    "content_disposition_filename",
    "content_disposition_header",
    "parse_content_disposition",
    "parse_content_type",
    "parse_http_date",
    "parse_mimetype",
)
