"""Small things that dependents of aiohttp 3 import from here."""

from typing import TYPE_CHECKING

from propcache.api import under_cached_property as reify

from aiohttp._later import later
from aiohttp_client.auth import BasicAuth, encode_basic_auth
from aiohttp_client.environment import (
    ProxyInfo,
    basicauth_from_netrc,
    get_env_proxy_for_url,
    netrc_from_env,
    proxies_from_env,
    strip_auth_from_url,
)
from aiohttp_client.timeouts import Unset as _SENTINEL, sentinel
from aiohttp_client.timers import (
    BaseTimerContext,
    TimeoutHandle,
    TimerContext,
    TimerNoop,
    calculate_timeout_when,
    ceil_timeout,
)
from aiohttp_core import (
    ChainMapProxy,
    ETag,
    MimeType,
    content_disposition_header,
    parse_content_type,
    parse_http_date,
    parse_mimetype,
)
from aiohttp_core.addresses import is_canonical_ipv4_address, is_ip_address
from aiohttp_core.bodiless import (
    EMPTY_BODY_METHODS,
    EMPTY_BODY_STATUS_CODES,
    must_be_empty_body,
    should_remove_content_length,
)
from aiohttp_core.development import DEBUG
from aiohttp_core.extensions import NO_EXTENSIONS
from aiohttp_core.fields.dates import http_date_now as rfc822_formatted_time
from aiohttp_core.fields.etags import ETAG_ANY
from aiohttp_core.futures import noop, set_exception, set_result
from aiohttp_core.header_properties import HeadersMixin
from aiohttp_core.payloads.base import guess_filename
from aiohttp_core.stream_reader import DEFAULT_LIMIT as DEFAULT_CHUNK_SIZE
from aiohttp_core.tokens import TOKEN, quoted_string

if TYPE_CHECKING:
    from aiohttp_web.access_log import AccessLogger
    from aiohttp_web.keys import AppKey, RequestKey, ResponseKey
else:
    __getattr__ = later(
        __name__,
        {
            "AccessLogger": "aiohttp_web.access_log:AccessLogger",
            "AppKey": "aiohttp_web.keys:AppKey",
            "RequestKey": "aiohttp_web.keys:RequestKey",
            "ResponseKey": "aiohttp_web.keys:ResponseKey",
        },
    )

__all__ = (
    "AccessLogger",
    "AppKey",
    "BaseTimerContext",
    "BasicAuth",
    "ChainMapProxy",
    "DEBUG",
    "DEFAULT_CHUNK_SIZE",
    "EMPTY_BODY_METHODS",
    "EMPTY_BODY_STATUS_CODES",
    "ETAG_ANY",
    "ETag",
    "HeadersMixin",
    "MimeType",
    "NO_EXTENSIONS",
    "ProxyInfo",
    "RequestKey",
    "ResponseKey",
    "TOKEN",
    "TimeoutHandle",
    "TimerContext",
    "TimerNoop",
    "_SENTINEL",
    "basicauth_from_netrc",
    "calculate_timeout_when",
    "ceil_timeout",
    "content_disposition_header",
    "encode_basic_auth",
    "get_env_proxy_for_url",
    "guess_filename",
    "is_canonical_ipv4_address",
    "is_ip_address",
    "must_be_empty_body",
    "netrc_from_env",
    "noop",
    "parse_content_type",
    "parse_http_date",
    "parse_mimetype",
    "proxies_from_env",
    "quoted_string",
    "reify",
    "rfc822_formatted_time",
    "sentinel",
    "set_exception",
    "set_result",
    "should_remove_content_length",
    "strip_auth_from_url",
)
