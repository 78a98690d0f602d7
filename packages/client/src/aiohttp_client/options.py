"""The options of sessions and of single calls, checked and complete.

Laws
* :class:`RequestOptions` is what callers may write; :class:`CallOptions` is what is done.
* A deprecated spelling warns here, once, and nobody behind this module knows that it exists.
"""

import warnings
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any, TypeAlias, TypedDict

from yarl import URL

from aiohttp_client.abc import LooseCookies
from aiohttp_client.auth import BasicAuth
from aiohttp_client.middlewares import ClientMiddlewareType
from aiohttp_client.request import Query
from aiohttp_client.response import ClientResponse
from aiohttp_client.retry import RetryPolicy
from aiohttp_client.timeouts import ClientTimeout, Unset, sentinel
from aiohttp_client.tls import Fingerprint, SSLOption, merge_ssl_params
from aiohttp_client.upload_tracker import UploadTracker

__all__ = (
    "CallOptions",
    "LooseHeaders",
    "RaiseForStatus",
    "RequestOptions",
    "WebSocketRequestOptions",
    "call_options",
)

LooseHeaders: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]]
"""What ``headers=`` takes."""

RaiseForStatus: TypeAlias = bool | Callable[[ClientResponse], Awaitable[None]] | None
"""What ``raise_for_status=`` takes."""


class WebSocketRequestOptions(TypedDict, total=False):
    """The keyword arguments of ``ws_connect()`` that are those of its handshake request."""

    auth: BasicAuth | None
    params: Query
    proxy: str | URL | None
    proxy_auth: BasicAuth | None
    proxy_headers: LooseHeaders | None
    ssl: SSLContext | bool | Fingerprint | None
    verify_ssl: bool | None
    fingerprint: bytes | None
    ssl_context: SSLContext | None
    server_hostname: str | None


class RequestOptions(TypedDict, total=False):
    """The keyword arguments of ``ClientSession.request()`` and of the verb methods."""

    params: Query
    data: Any
    json: Any
    cookies: LooseCookies | None
    headers: LooseHeaders | None
    skip_auto_headers: Iterable[str] | None
    auth: BasicAuth | None
    allow_redirects: bool
    max_redirects: int
    compress: str | bool | None
    chunked: bool | None
    expect100: bool
    raise_for_status: RaiseForStatus
    read_until_eof: bool
    proxy: str | URL | None
    proxy_auth: BasicAuth | None
    timeout: ClientTimeout | float | Unset | None
    ssl: SSLContext | bool | Fingerprint | None
    server_hostname: str | None
    proxy_headers: LooseHeaders | None
    trace_request_ctx: Any
    read_bufsize: int | None
    auto_decompress: bool | None
    max_line_size: int | None
    max_field_size: int | None
    max_headers: int | None
    middlewares: Sequence[ClientMiddlewareType] | None
    upload_tracker: UploadTracker | None
    retry: RetryPolicy | None
    verify_ssl: bool | None
    fingerprint: bytes | None
    ssl_context: SSLContext | None


@dataclass(slots=True, kw_only=True)
class CallOptions:
    """The checked options of one call."""

    params: Query = None
    data: Any = None
    json: Any = None
    cookies: Any = None
    headers: LooseHeaders | None = None
    skip_auto_headers: Iterable[str] | None = None
    auth: BasicAuth | None = None
    allow_redirects: bool = True
    max_redirects: int = 10
    compress: str | bool | None = None
    chunked: bool | None = None
    expect100: bool = False
    raise_for_status: RaiseForStatus = None
    read_until_eof: bool = True
    proxy: str | URL | None = None
    proxy_auth: BasicAuth | None = None
    timeout: ClientTimeout | float | Unset | None = sentinel
    ssl: SSLOption = True
    server_hostname: str | None = None
    proxy_headers: LooseHeaders | None = None
    trace_request_ctx: Any = None
    read_bufsize: int | None = None
    auto_decompress: bool | None = None
    max_line_size: int | None = None
    max_field_size: int | None = None
    max_headers: int | None = None
    middlewares: Sequence[ClientMiddlewareType] | None = None
    upload_tracker: UploadTracker | None = None
    retry: RetryPolicy | None = None


_DEPRECATED_TLS = ("verify_ssl", "ssl_context", "fingerprint")


def call_options(options: RequestOptions, *, stacklevel: int) -> CallOptions:
    """Return the checked form of *options*.

    An unknown name raises ``TypeError``; contradictions raise ``ValueError`` (ADD-184, ADD-330).
    """
    given: dict[str, Any] = dict(options)
    old_tls = {name: given.pop(name) for name in _DEPRECATED_TLS if name in given}
    given["ssl"] = merge_ssl_params(given.get("ssl", True), **old_tls, stacklevel=stacklevel + 1)
    try:
        call = CallOptions(**given)
    except TypeError:
        unknown = sorted(set(given) - set(CallOptions.__slots__))
        if unknown:
            raise TypeError(f"unexpected keyword argument {unknown[0]!r} of a request") from None
        raise
    if call.data is not None and call.json is not None:
        raise ValueError("data and json parameters can not be used at the same time")
    chunked: object = call.chunked
    if chunked is not None and not isinstance(chunked, bool):
        warnings.warn("Chunk size is deprecated", DeprecationWarning, stacklevel=stacklevel)
        call.chunked = bool(chunked)
    for name in ("auth", "proxy_auth"):
        value = getattr(call, name)
        if value is None:
            continue
        if not isinstance(value, BasicAuth):
            raise TypeError(f"{name} must be BasicAuth, not {type(value).__name__}")
        warnings.warn(
            f"the argument {name} is deprecated, use headers and encode_basic_auth()",
            DeprecationWarning,
            stacklevel=stacklevel,
        )
    return call
