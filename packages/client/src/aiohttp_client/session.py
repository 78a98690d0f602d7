"""The client session: where requests start.

Laws
* Every request goes through :meth:`ClientSession._request`, unless nobody has replaced it and the
  fast path is open (:mod:`aiohttp_client.fast_path`).
* A session owns its connector unless told otherwise, and closes what it owns.
"""

import asyncio
import json
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, Self, TypeVar, Unpack, overload

from multidict import CIMultiDict
from yarl import URL

from aiohttp_client.abc import AbstractCookieJar, LooseCookies
from aiohttp_client.auth import BasicAuth
from aiohttp_client.call import Call, SessionSettings, build_url, check_url
from aiohttp_client.connector import BaseConnector
from aiohttp_client.context_managers import (
    BaseRequestContextManager,
    RequestContextManager,
    SessionRequestContextManager,
)
from aiohttp_client.cookiejar import CookieJar
from aiohttp_client.fast_path import fast_path
from aiohttp_client.middlewares import ClientMiddlewareType
from aiohttp_client.options import (
    LooseHeaders,
    RaiseForStatus,
    RequestOptions,
    WebSocketConnectOptions,
    WebSocketRequestOptions,
    call_options,
    checked_auth,
)
from aiohttp_client.request import ClientRequest
from aiohttp_client.response import CharsetResolver, ClientResponse
from aiohttp_client.retry import DEFAULT_RETRY_POLICY, RetryPolicy
from aiohttp_client.session_seams import SessionSeams
from aiohttp_client.tcp_connector import TCPConnector
from aiohttp_client.timeouts import (
    DEFAULT_TIMEOUT,
    ClientTimeout,
    ClientWSTimeout,
    Unset,
    sentinel,
)
from aiohttp_client.tls import SSLOption, check_ssl
from aiohttp_client.tracing import TraceConfig
from aiohttp_core import warn_caller
from aiohttp_core.development import DEBUG
from aiohttp_core.limits import HeadLimits
from aiohttp_core.streams import DEFAULT_LIMIT
from aiohttp_core.versions import HttpVersion, HttpVersion11

if TYPE_CHECKING:
    # Loaded by the first WebSocket: most sessions open none.
    from aiohttp_client.websocket import ClientWebSocketResponse, WebSocketOptions
    from aiohttp_websocket.endpoint import TextT_co as _TextT_co
else:
    _TextT_co = TypeVar("_TextT_co", bound=bool, covariant=True)

__all__ = ("ClientSession", "WSRequestContextManager", "request")


class WSRequestContextManager(
    BaseRequestContextManager["ClientWebSocketResponse[_TextT_co]"], Generic[_TextT_co]
):
    """The result of ``session.ws_connect()``."""

    __slots__ = ()


def _utf8(response: ClientResponse, body: bytes) -> str:
    return "utf-8"


class ClientSession(SessionSeams):
    """Makes requests over one pool of connections (spec rows SES-01 to SES-37, ADD-141 to ADD-160).

    Create one per application, in a coroutine, and use it as an asynchronous context manager or
    ``await`` :meth:`close`.  What it holds:

    * *base_url*: relative URLs are joined to it; a path in it must end with a slash.
    * *connector*: has the pool; a :class:`TCPConnector` by default.  The session closes it unless
      *connector_owner* is false.
    * *cookie_jar*: keeps cookies; a :class:`CookieJar` by default.
    * *trust_env*: take proxies from the environment, and logins from the netrc file.
    * *json_serialize*, *json_serialize_bytes*: make the text or the bytes of ``json=``.
    * *fallback_charset_resolver*: is called with a response and its body, and returns the charset
      of a text that names none; UTF-8 by default.
    * *request_class*, *response_class*, *ws_response_class*: the classes of what it makes;
      ``None`` is :class:`ClientWebSocketResponse`.
    * *requote_redirect_url*: whether the targets of redirects are quoted anew.
    * *version*: the HTTP version of requests.

    Defaults of all requests, which a request may override as :class:`RequestOptions` describes:
    *headers*, *cookies*, *skip_auto_headers*, *proxy*, *proxy_headers*, *timeout*, *ssl*,
    *middlewares*, *trace_configs*, *retry*, *raise_for_status*, *auto_decompress*,
    *read_bufsize*, *max_line_size*, *max_field_size*, *max_headers*.

    Deprecated: *auth* and *proxy_auth* (use headers), *read_timeout* and *conn_timeout* (use
    *timeout*), *ssl_shutdown_timeout*.  *loop* has no effect.
    """

    ATTRS: Final = frozenset(
        (
            "_closed",
            "_connector_owner",
            "_fast_path",
            "_settings",
            "_source_traceback",
            "_ws_response_class",
        )
    )

    _closed = True  # until __init__ has run
    _source_traceback: traceback.StackSummary | None = None

    if DEBUG:

        def __setattr__(self, name: str, value: Any) -> None:
            if name not in self.ATTRS and not hasattr(type(self), name):
                warn_caller(f"Setting custom ClientSession.{name} attribute is discouraged")
            super().__setattr__(name, value)

    def __init__(
        self,
        base_url: str | URL | None = None,
        *,
        connector: BaseConnector | None = None,
        loop: asyncio.AbstractEventLoop | None = None,
        cookies: LooseCookies | None = None,
        headers: LooseHeaders | None = None,
        proxy: str | URL | None = None,
        proxy_auth: BasicAuth | None = None,
        proxy_headers: LooseHeaders | None = None,
        skip_auto_headers: Iterable[str] | None = None,
        auth: BasicAuth | None = None,
        json_serialize: Callable[[Any], str] = json.dumps,
        json_serialize_bytes: Callable[[Any], bytes] | None = None,
        request_class: type[ClientRequest] = ClientRequest,
        response_class: type[ClientResponse] = ClientResponse,
        ws_response_class: "type[ClientWebSocketResponse[Any]] | None" = None,
        version: HttpVersion = HttpVersion11,
        cookie_jar: AbstractCookieJar | None = None,
        connector_owner: bool = True,
        raise_for_status: RaiseForStatus = False,
        read_timeout: float | Unset | None = sentinel,
        conn_timeout: float | None = None,
        timeout: ClientTimeout | Unset = sentinel,
        auto_decompress: bool = True,
        trust_env: bool = False,
        requote_redirect_url: bool = True,
        trace_configs: Sequence[TraceConfig[Any]] | None = None,
        read_bufsize: int = DEFAULT_LIMIT,
        max_line_size: int = 8190,
        max_field_size: int = 8190,
        max_headers: int = 128,
        fallback_charset_resolver: CharsetResolver = _utf8,
        middlewares: Sequence[ClientMiddlewareType] = (),
        ssl: SSLOption = True,
        ssl_shutdown_timeout: float | Unset | None = sentinel,
        retry: RetryPolicy = DEFAULT_RETRY_POLICY,
    ) -> None:
        if loop is None:
            loop = asyncio.get_running_loop() if connector is None else connector.loop
        if connector is not None and connector.loop is not loop:
            raise RuntimeError("Session and connector have to use same event loop")
        settings = SessionSettings()
        settings.loop = loop
        self._set_base_url(settings, base_url)
        settings.timeout = _session_timeout(timeout, read_timeout, conn_timeout)
        settings.auth = checked_auth("auth", auth)
        settings.proxy_auth = checked_auth("proxy_auth", proxy_auth)
        settings.proxy = proxy
        settings.proxy_headers = proxy_headers
        settings.headers = CIMultiDict(headers or ())
        settings.skip_auto_headers = frozenset(str(name) for name in skip_auto_headers or ())
        settings.json_serialize = json_serialize
        settings.json_serialize_bytes = json_serialize_bytes
        settings.request_class = request_class
        settings.response_class = response_class
        settings.version = version
        settings.raise_for_status = raise_for_status
        settings.auto_decompress = auto_decompress
        settings.trust_env = trust_env
        settings.requote_redirect_url = requote_redirect_url
        settings.trace_configs = list(trace_configs or ())
        settings.read_bufsize = read_bufsize
        settings.limits = HeadLimits(max_line_size, max_field_size, max_headers)
        settings.fallback_charset_resolver = fallback_charset_resolver
        settings.middlewares = tuple(middlewares)
        settings.ssl = check_ssl(ssl)
        settings.retry = retry
        for config in settings.trace_configs:
            config.freeze()
        settings.cookie_jar = CookieJar() if cookie_jar is None else cookie_jar
        if cookies is not None:
            settings.cookie_jar.update_cookies(cookies)
        own = connector is None
        if connector is None:
            connector = TCPConnector(loop=loop)
        if ssl_shutdown_timeout is not sentinel:
            warn_caller("ssl_shutdown_timeout is deprecated")
            if own:
                connector.tls_shutdown_timeout = ssl_shutdown_timeout
        settings.connector = connector
        self._settings = settings
        resolver = None if fallback_charset_resolver is _utf8 else fallback_charset_resolver
        self._fast_path = fast_path(settings, connector, _FUNNEL, resolver)
        self._connector_owner = connector_owner
        self._ws_response_class = ws_response_class
        if loop.get_debug():
            self._source_traceback = traceback.extract_stack(sys._getframe(1))
        self._closed = False

    @staticmethod
    def _set_base_url(settings: SessionSettings, base_url: str | URL | None) -> None:
        settings.base_url = None
        settings.base_origin = None
        if base_url is not None:
            url = URL(base_url)
            settings.base_origin = url.origin()
            if not url.path.endswith("/"):
                raise ValueError("base_url must have a trailing slash on its path")
            settings.base_url = url

    def __init_subclass__(cls) -> None:
        warn_caller(f"Inheritance class {cls.__name__} from ClientSession is discouraged")

    # -- life -------------------------------------------------------------------------------------

    def __del__(self, _warnings: Any = warnings) -> None:
        if self.closed:
            return
        _warnings.warn(f"Unclosed client session {self!r}", ResourceWarning, source=self)
        context: dict[str, Any] = {"client_session": self, "message": "Unclosed client session"}
        if self._source_traceback is not None:
            context["source_traceback"] = self._source_traceback
        self._settings.loop.call_exception_handler(context)

    def __enter__(self) -> None:
        raise TypeError("Use async with instead")

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        """Never reached: ``with session`` fails on entering."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the session, and the connector if it is the session's.  May be called again.

        Requests under way fail with :exc:`ClientConnectionError` (spec row ADD-406).
        """
        if self.closed:
            return
        connector = self._settings.connector
        self.detach()
        if connector is not None and self._connector_owner:
            await connector.close()

    def detach(self) -> None:
        """Close the session and leave its connector as it is."""
        self._settings.connector = None
        if self._fast_path is not None:
            self._fast_path.shut()
        self._closed = True

    @property
    def closed(self) -> bool:
        """Whether the session or its connector is closed."""
        if self._closed:
            return True
        connector = self._settings.connector
        return connector is None or connector.closed

    # -- requests ---------------------------------------------------------------------------------

    def request(
        self, method: str, url: str | URL, **kwargs: Unpack[RequestOptions]
    ) -> RequestContextManager:
        """Make a request: await the result, or enter it with ``async with``.

        :class:`RequestOptions` lists the options.  Raises the errors of
        :mod:`aiohttp_client.errors`; ``asyncio.TimeoutError`` when ``total`` is over.  Cancelling
        closes the connection that the request had.
        """
        return RequestContextManager(self._request, self._fast_path, method, url, kwargs)

    async def _request(
        self, method: str, str_or_url: str | URL, **options: Unpack[RequestOptions]
    ) -> ClientResponse:
        """Make a request: the one way for all of them."""
        settings = self._settings
        connector = settings.connector
        if self._closed or connector is None or connector.closed:
            raise RuntimeError("Session is closed")
        checked = call_options(options)
        url = build_url(settings, str_or_url)
        check_url(url, connector.allowed_protocol_schema_set)
        method = method.upper() if method.isascii() else method
        return await Call(self, settings, connector, method, url, checked).run()

    def get(self, url: str | URL, **kwargs: Unpack[RequestOptions]) -> RequestContextManager:
        """Make a GET request."""
        return RequestContextManager(self._request, self._fast_path, "GET", url, kwargs)

    def options(self, url: str | URL, **kwargs: Unpack[RequestOptions]) -> RequestContextManager:
        """Make an OPTIONS request."""
        return RequestContextManager(self._request, self._fast_path, "OPTIONS", url, kwargs)

    def head(self, url: str | URL, **kwargs: Unpack[RequestOptions]) -> RequestContextManager:
        """Make a HEAD request; redirects are not followed unless asked for (SES-36)."""
        kwargs.setdefault("allow_redirects", False)
        return RequestContextManager(self._request, self._fast_path, "HEAD", url, kwargs)

    def post(self, url: str | URL, **kwargs: Unpack[RequestOptions]) -> RequestContextManager:
        """Make a POST request."""
        return RequestContextManager(self._request, self._fast_path, "POST", url, kwargs)

    def put(self, url: str | URL, **kwargs: Unpack[RequestOptions]) -> RequestContextManager:
        """Make a PUT request."""
        return RequestContextManager(self._request, self._fast_path, "PUT", url, kwargs)

    def patch(self, url: str | URL, **kwargs: Unpack[RequestOptions]) -> RequestContextManager:
        """Make a PATCH request."""
        return RequestContextManager(self._request, self._fast_path, "PATCH", url, kwargs)

    def delete(self, url: str | URL, **kwargs: Unpack[RequestOptions]) -> RequestContextManager:
        """Make a DELETE request."""
        return RequestContextManager(self._request, self._fast_path, "DELETE", url, kwargs)

    @overload
    def ws_connect(
        self,
        url: str | URL,
        *,
        decode_text: Literal[True] = ...,
        **options: Unpack[WebSocketConnectOptions],
    ) -> WSRequestContextManager[Literal[True]]: ...

    @overload
    def ws_connect(
        self,
        url: str | URL,
        *,
        decode_text: Literal[False],
        **options: Unpack[WebSocketConnectOptions],
    ) -> WSRequestContextManager[Literal[False]]: ...

    @overload
    def ws_connect(
        self,
        url: str | URL,
        *,
        decode_text: bool = ...,
        **options: Unpack[WebSocketConnectOptions],
    ) -> WSRequestContextManager[bool]: ...

    def ws_connect(
        self,
        url: str | URL,
        *,
        method: str = "GET",
        protocols: Iterable[str] = (),
        timeout: ClientWSTimeout | float | Unset | None = sentinel,
        receive_timeout: float | None = None,
        autoclose: bool = True,
        autoping: bool = True,
        heartbeat: float | None = None,
        origin: str | None = None,
        headers: LooseHeaders | None = None,
        compress: int = 0,
        max_msg_size: int = 4 * 1024 * 1024,
        decode_text: bool = True,
        **kwargs: Unpack[WebSocketRequestOptions],
    ) -> WSRequestContextManager[Any]:
        """Open a WebSocket: await the result, or enter it with ``async with``.

        The options are those of :class:`WebSocketConnectOptions`; without *decode_text* the data
        of TEXT messages are ``bytes``.  A wrong answer of the server raises
        :exc:`WSServerHandshakeError`.
        """
        from aiohttp_client.websocket import WebSocketOptions, as_protocols, checked_timeout

        if kwargs.get("ssl", True) is None:
            warn_caller("ssl=None is deprecated, use True")
        options = WebSocketOptions(
            method=method,
            protocols=as_protocols(protocols),
            timeout=checked_timeout(timeout, receive_timeout),
            autoclose=autoclose,
            autoping=autoping,
            heartbeat=heartbeat,
            origin=origin,
            headers=headers,
            compress=compress,
            max_msg_size=max_msg_size,
            decode_text=decode_text,
        )
        return WSRequestContextManager(self._ws_connect(url, options, **kwargs))

    async def _ws_connect(
        self, url: str | URL, options: "WebSocketOptions", **kwargs: Any
    ) -> "ClientWebSocketResponse[Any]":
        from aiohttp_client.websocket import ClientWebSocketResponse, connect

        chosen = self._ws_response_class or ClientWebSocketResponse
        return await connect(self._request, url, options, chosen, **kwargs)

    # -- what the session is made of --------------------------------------------------------------

    @property
    def connector(self) -> BaseConnector | None:
        """The connector; ``None`` when the session is closed."""
        return self._settings.connector

    @property
    def cookie_jar(self) -> AbstractCookieJar:
        """The cookies of the session."""
        return self._settings.cookie_jar

    @property
    def version(self) -> HttpVersion:
        """The HTTP version of requests."""
        return self._settings.version

    @property
    def requote_redirect_url(self) -> bool:
        """Whether the targets of redirects are requoted."""
        return self._settings.requote_redirect_url

    @requote_redirect_url.setter
    def requote_redirect_url(self, value: bool) -> None:
        warn_caller("session.requote_redirect_url modification is deprecated")
        self._settings.requote_redirect_url = value

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop; deprecated."""
        warn_caller("client.loop property is deprecated")
        return self._settings.loop

    @property
    def timeout(self) -> ClientTimeout:
        """The timeouts of requests that have none of their own."""
        return self._settings.timeout

    @property
    def headers(self) -> "CIMultiDict[str]":
        """The fields of every request; may be changed for later ones."""
        return self._settings.headers

    @property
    def skip_auto_headers(self) -> frozenset[str]:
        """The names of automatic fields that are left out."""
        return self._settings.skip_auto_headers

    @property
    def auth(self) -> BasicAuth | None:
        """The credentials of every request."""
        return self._settings.auth

    @property
    def json_serialize(self) -> Callable[[Any], str]:
        """What makes the text of ``json=`` bodies."""
        return self._settings.json_serialize

    @property
    def connector_owner(self) -> bool:
        """Whether the connector is closed with the session."""
        return self._connector_owner

    @property
    def raise_for_status(self) -> RaiseForStatus:
        """Whether, or how, the status of each response is checked."""
        return self._settings.raise_for_status

    @property
    def auto_decompress(self) -> bool:
        """Whether bodies are decoded."""
        return self._settings.auto_decompress

    @property
    def trust_env(self) -> bool:
        """Whether proxies and credentials are taken from the environment."""
        return self._settings.trust_env

    @property
    def trace_configs(self) -> Sequence[TraceConfig[Any]]:
        """The trace configurations."""
        return self._settings.trace_configs

    @property
    def middlewares(self) -> Sequence[ClientMiddlewareType]:
        """The middlewares of every request."""
        return self._settings.middlewares

    @property
    def fallback_charset_resolver(self) -> CharsetResolver:
        """What names the encoding of a body that says none."""
        return self._settings.fallback_charset_resolver

    @property
    def retry(self) -> RetryPolicy:
        """Which requests are repeated after their connection was lost before any answer."""
        return self._settings.retry


# Whoever replaces the method gets all requests: the fast path compares with this.
_FUNNEL: Final = ClientSession._request


def _session_timeout(
    timeout: ClientTimeout | Unset,
    read_timeout: float | Unset | None,
    conn_timeout: float | None,
) -> ClientTimeout:
    """Return the timeouts of a session; the old arguments warn."""
    if isinstance(timeout, Unset):
        chosen = DEFAULT_TIMEOUT
        if not isinstance(read_timeout, Unset):
            warn_caller("read_timeout is deprecated, use timeout=ClientTimeout(total=...)")
            chosen = ClientTimeout(total=read_timeout, sock_connect=chosen.sock_connect)
        if conn_timeout is not None:
            warn_caller("conn_timeout is deprecated, use timeout=ClientTimeout(connect=...)")
            chosen = ClientTimeout(
                total=chosen.total, connect=conn_timeout, sock_connect=chosen.sock_connect
            )
        return chosen
    if not isinstance(timeout, ClientTimeout):
        raise ValueError(
            f"timeout parameter must be a ClientTimeout, not {type(timeout).__name__}: {timeout!r}"
        )
    if not isinstance(read_timeout, Unset) or conn_timeout is not None:
        raise ValueError("read_timeout and conn_timeout cannot be combined with timeout")
    return timeout


def request(
    method: str,
    url: str | URL,
    *,
    version: HttpVersion = HttpVersion11,
    connector: BaseConnector | None = None,
    **kwargs: Unpack[RequestOptions],
) -> SessionRequestContextManager:
    """Make one request without a session; use the result with ``async with``.

    The connection is closed afterwards; a *connector* that you pass stays open
    (spec rows CREQ-28, ADD-159).
    """
    owner = connector is None
    if connector is None:
        connector = TCPConnector(force_close=True)
    session = ClientSession(version=version, connector=connector, connector_owner=owner)
    return SessionRequestContextManager(session._request(method, url, **kwargs), session)
