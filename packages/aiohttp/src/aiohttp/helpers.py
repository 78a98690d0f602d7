"""Small things that dependents of aiohttp 3 import from here."""

from typing import TYPE_CHECKING

from aiohttp._later import later
from aiohttp_client.auth import BasicAuth, encode_basic_auth
from aiohttp_client.timeouts import Unset as _SENTINEL, sentinel
from aiohttp_core import (
    ChainMapProxy,
    ETag,
    MimeType,
    content_disposition_header,
    parse_content_type,
    parse_http_date,
    parse_mimetype,
)
from aiohttp_core.extensions import NO_EXTENSIONS
from aiohttp_core.fields.dates import http_date_now as rfc822_formatted_time
from aiohttp_core.fields.etags import ETAG_ANY
from aiohttp_core.payloads.base import guess_filename
from aiohttp_core.stream_reader import DEFAULT_LIMIT as DEFAULT_CHUNK_SIZE

if TYPE_CHECKING:
    from aiohttp_web.keys import AppKey, RequestKey, ResponseKey
else:
    __getattr__ = later(
        __name__,
        {
            "AppKey": "aiohttp_web.keys:AppKey",
            "RequestKey": "aiohttp_web.keys:RequestKey",
            "ResponseKey": "aiohttp_web.keys:ResponseKey",
        },
    )

__all__ = (
    "AppKey",
    "BasicAuth",
    "ChainMapProxy",
    "DEFAULT_CHUNK_SIZE",
    "ETAG_ANY",
    "ETag",
    "MimeType",
    "NO_EXTENSIONS",
    "RequestKey",
    "ResponseKey",
    "_SENTINEL",
    "content_disposition_header",
    "encode_basic_auth",
    "guess_filename",
    "parse_content_type",
    "parse_http_date",
    "parse_mimetype",
    "rfc822_formatted_time",
    "sentinel",
)
