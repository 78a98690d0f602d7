"""The options of sessions and of single calls, checked and complete.

Laws
* :class:`RequestOptions` is what callers may write; :class:`CallOptions` is what is done.
* A deprecated spelling warns here, once, and nobody behind this module knows that it exists.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from ssl import SSLContext
from typing import Any, Final, TypeAlias, TypedDict

from yarl import URL

from aiohttp_client.abc import LooseCookies
from aiohttp_client.auth import BasicAuth
from aiohttp_client.middlewares import ClientMiddlewareType
from aiohttp_client.request import Query
from aiohttp_client.response import ClientResponse
from aiohttp_client.retry import RetryPolicy
from aiohttp_client.timeouts import ClientTimeout, ClientWSTimeout, Unset, sentinel
from aiohttp_client.tls import Fingerprint, SSLOption, merge_ssl_params
from aiohttp_client.upload_tracker import UploadTracker
from aiohttp_core import warn_caller

__all__ = (
    "CallOptions",
    "LooseHeaders",
    "RaiseForStatus",
    "RequestOptions",
    "WebSocketConnectOptions",
    "WebSocketRequestOptions",
    "call_options",
    "checked_auth",
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


class WebSocketConnectOptions(WebSocketRequestOptions, total=False):
    """The keyword arguments of ``ws_connect()``, but for ``decode_text``.

    ``params``, ``auth``, ``proxy``, ``proxy_auth``, ``proxy_headers``, ``ssl``, ``verify_ssl``,
    ``fingerprint``, ``ssl_context`` and ``server_hostname`` are those of :class:`RequestOptions`.
    """

    method: str
    """The method of the handshake request, ``GET`` by default."""
    protocols: Iterable[str]
    """The subprotocols that are offered, the preferred one first."""
    timeout: ClientWSTimeout | float | Unset | None
    """Limits in seconds: 10 for the server's CLOSE and none for receiving by default."""
    receive_timeout: float | None
    """Deprecated: ``ClientWSTimeout(ws_receive=...)``."""
    autoclose: bool
    """Answer CLOSE and close the connection; true by default."""
    autoping: bool
    """Answer PING and hide PONG; true by default."""
    heartbeat: float | None
    """Seconds of silence after which a PING is sent; ``None``, the default, for none."""
    origin: str | None
    """The value of ``Origin``."""
    headers: LooseHeaders | None
    """Added to the fields of the handshake request."""
    compress: int
    """Offer permessage-deflate with a window of 2 to the power of so much; 0, the default, not."""
    max_msg_size: int
    """Longest message in bytes, 4 MiB by default; 0 for no limit."""


class RequestOptions(TypedDict, total=False):
    """The keyword arguments of ``ClientSession.request()`` and of the verb methods.

    ``None``, where it is allowed, is what the session says.
    """

    params: Query
    """Added to the query of the URL: a mapping, pairs, or text that is not quoted again."""
    data: Any
    """The body: bytes, text, a file, a form, pairs, an asynchronous iterable, a payload."""
    json: Any
    """The body, serialised by the session's ``json_serialize``; not together with ``data``."""
    cookies: LooseCookies | None
    """Sent in addition to those of the jar; not stored, and not taken to another origin."""
    headers: LooseHeaders | None
    """Added to those of the session, and winning over them."""
    skip_auto_headers: Iterable[str] | None
    """Automatic headers that shall not be sent."""
    auth: BasicAuth | None
    """Deprecated: use the header ``Authorization`` and :func:`encode_basic_auth`."""
    allow_redirects: bool
    """Whether redirects are followed; true, but for ``head()``."""
    max_redirects: int
    """The number of redirects that is too many, 10; 0 is no limit."""
    compress: str | bool | None
    """Compress the body: ``True`` or ``"deflate"``, ``"gzip"``.  It is sent in chunks then."""
    chunked: bool | None
    """Whether the body is sent in chunks; ``None`` does so if its length is not known."""
    expect100: bool
    """Send the body when the server has said ``100 Continue``, or nothing for five seconds."""
    raise_for_status: RaiseForStatus
    """Raise :exc:`ClientResponseError` for 400 and above, or await this with the response."""
    read_until_eof: bool
    """Whether a response without length is read until the connection ends; true."""
    proxy: str | URL | None
    """The URL of a proxy: http, https, socks4, socks4a, socks5, socks5h."""
    proxy_auth: BasicAuth | None
    """Deprecated: use ``proxy_headers`` and :func:`encode_basic_auth`."""
    timeout: ClientTimeout | float | Unset | None
    """Limits of this call instead of the session's; a number is ``total``."""
    ssl: SSLContext | bool | Fingerprint | None
    """How TLS is verified: ``True``, ``False``, a context, or a :class:`Fingerprint`."""
    server_hostname: str | None
    """The name that the certificate must be for, instead of the URL's."""
    proxy_headers: LooseHeaders | None
    """Headers for the proxy alone."""
    trace_request_ctx: Any
    """Handed to the context factory of each trace configuration."""
    read_bufsize: int | None
    """Bytes after which reading pauses until the application has caught up."""
    auto_decompress: bool | None
    """Whether content codings of the response are undone."""
    max_line_size: int | None
    """Longest status line in bytes."""
    max_field_size: int | None
    """Longest field of the response's head in bytes."""
    max_headers: int | None
    """Most fields of the response, trailers included."""
    middlewares: Sequence[ClientMiddlewareType] | None
    """The middlewares of this call instead of the session's."""
    upload_tracker: UploadTracker | None
    """Told how much of the body has been sent."""
    retry: RetryPolicy | None
    """When the request is sent again after its connection was lost, instead of the session's."""
    verify_ssl: bool | None
    """Deprecated: use ``ssl``."""
    fingerprint: bytes | None
    """Deprecated: use ``ssl``."""
    ssl_context: SSLContext | None
    """Deprecated: use ``ssl``."""


class CallOptions:
    """The checked options of one call; what was not given stands in the class."""

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

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.__dict__.update(given)


_CALL_OPTIONS: Final = frozenset(CallOptions.__annotations__)
_DEPRECATED_TLS = ("verify_ssl", "ssl_context", "fingerprint")


def call_options(options: RequestOptions) -> CallOptions:
    """Return the checked form of *options*.

    An unknown name raises ``TypeError``; contradictions raise ``ValueError`` (ADD-184, ADD-330).
    """
    given: dict[str, Any] = dict(options)
    old_tls = {name: given.pop(name) for name in _DEPRECATED_TLS if name in given}
    given["ssl"] = merge_ssl_params(given.get("ssl", True), **old_tls)
    if not given.keys() <= _CALL_OPTIONS:
        unknown = min(given.keys() - _CALL_OPTIONS)
        raise TypeError(f"unexpected keyword argument {unknown!r} of a request")
    call = CallOptions(given)
    if call.data is not None and call.json is not None:
        raise ValueError("data and json parameters can not be used at the same time")
    chunked: object = call.chunked
    if chunked is not None and not isinstance(chunked, bool):
        warn_caller("Chunk size is deprecated")
        call.chunked = bool(chunked)
    for name in ("auth", "proxy_auth"):
        checked_auth(name, getattr(call, name))
    return call


def checked_auth(name: str, auth: BasicAuth | None) -> BasicAuth | None:
    """Return *auth*, given as the deprecated argument *name*: it warns, a wrong type raises."""
    if auth is None:
        return None
    if not isinstance(auth, BasicAuth):
        raise TypeError(f"{name} must be BasicAuth, not {type(auth).__name__}")
    warn_caller(f"the argument {name} is deprecated, use headers and encode_basic_auth()")
    return auth
