"""Requests and responses of the client."""

from types import MappingProxyType
from typing import TYPE_CHECKING

from aiohttp._later import later
from aiohttp_client.auth import BasicAuth
from aiohttp_client.connection_key import ConnectionKey
from aiohttp_client.errors import (
    ClientConnectionError,
    ClientOSError,
    ClientResponseError,
    ContentTypeError,
    InvalidURL,
    ServerFingerprintMismatch,
    UploadAbortedError,
)
from aiohttp_client.expected_type import is_expected_content_type as _is_expected_content_type
from aiohttp_client.request import ClientRequest
from aiohttp_client.request_fields import (
    default_accept_encoding as _gen_default_accept_encoding,
)
from aiohttp_client.request_info import RequestInfo
from aiohttp_client.response import ClientResponse, ContentDisposition
from aiohttp_client.timers import TimerNoop
from aiohttp_client.tls import (
    SSL_ALLOWED_TYPES,
    Fingerprint,
    merge_ssl_params as _merge_ssl_params,
)
from aiohttp_client.upload_tracker import UploadTracker
from aiohttp_client.version import SERVER_SOFTWARE
from aiohttp_core import HttpVersion, HttpVersion10, HttpVersion11, StreamReader, StreamWriter
from aiohttp_core.codings import HAS_BROTLI, HAS_ZSTD
from aiohttp_multipart import FormData

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = (
    "BasicAuth",
    "ClientConnectionError",
    "ClientOSError",
    "ClientRequest",
    "ClientResponse",
    "ClientResponseError",
    "ConnectionKey",
    "ContentDisposition",
    "ContentTypeError",
    "Fingerprint",
    "FormData",
    "HAS_BROTLI",
    "HAS_ZSTD",
    "HttpVersion",
    "HttpVersion10",
    "HttpVersion11",
    "InvalidURL",
    "MappingProxyType",
    "RequestInfo",
    "SERVER_SOFTWARE",
    "SSL_ALLOWED_TYPES",
    "ServerFingerprintMismatch",
    "StreamReader",
    "StreamWriter",
    "TimerNoop",
    "UploadAbortedError",
    "UploadTracker",
    "_gen_default_accept_encoding",
    "_is_expected_content_type",
    "_merge_ssl_params",
)
