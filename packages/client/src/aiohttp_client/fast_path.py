"""The fast path of a request that finds a connection ready and needs nothing special.

Laws
* It leads to the same bytes, errors and states as the general one, and hands over to it as soon as
  anything special turns up: an option that is not known here, no idle connection, an error, a
  redirect, a status to be judged.
* Nothing has happened when :meth:`FastPath.start` returns ``None``, and nothing of the arguments
  is used up.
"""

from collections.abc import Callable, Sized
from math import inf
from typing import TYPE_CHECKING, Any, Final

from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiohttp_client.call import Call, SessionSettings, build_url, check_status
from aiohttp_client.connector import BaseConnector
from aiohttp_client.cookiejar import CookieJar, DummyCookieJar
from aiohttp_client.errors import ClientOSError, ServerDisconnectedError, response_error
from aiohttp_client.exchange_options import ExchangeOptions
from aiohttp_client.idle_connections import IdleConnections
from aiohttp_client.incoming import Incoming
from aiohttp_client.options import RequestOptions, call_options
from aiohttp_client.prepared_requests import (
    BYTES_FIELDS,
    JSON_FIELDS,
    PreparedRequest,
    PreparedRequests,
)
from aiohttp_client.request import JOIN_BELOW
from aiohttp_client.response import CharsetResolver, ClientResponse
from aiohttp_client.timeouts import ClientTimeout, deadline_after, sentinel
from aiohttp_core.errors import HttpProcessingError
from aiohttp_core.payload import PAYLOAD_REGISTRY, TOO_LARGE_BYTES_BODY, BytesPayload

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("FastPath", "fast_path")

COMPILED: bool = cython.compiled
"""Whether this module runs compiled."""

_OPTIONS: Final = frozenset(
    ("allow_redirects", "data", "headers", "json", "params", "raise_for_status", "timeout")
)
"""What the fast path knows to do."""

AT_ONCE: Final = 2**22
"""A body of more bytes leaves in pieces: so much does Linux let a send buffer hold by default."""

_LASTING: Final = (dict, CIMultiDict, CIMultiDictProxy, list, tuple)
"""Headers that can be looked at more than once."""


def fast_path(
    settings: SessionSettings,
    connector: BaseConnector,
    funnel: Callable[..., Any],
    resolver: CharsetResolver | None,
) -> "FastPath | None":
    """Return the fast path of a session with *settings*, ``None`` if it has none."""
    special = (
        settings.proxy is not None
        or settings.trust_env
        or settings.trace_configs
        or settings.middlewares
        or settings.response_class is not ClientResponse
        or connector.force_close
        or type(connector).connect is not BaseConnector.connect
    )
    return None if special else FastPath(settings, connector, funnel, resolver)


class FastPath:
    """The fast path of one session.

    *funnel*: the function that all requests went through; where it was replaced the fast path is
    not taken.
    """

    __slots__ = (
        "_cookies",
        "_due",
        "_due_until",
        "_exchange_options",
        "_given",
        "_given_options",
        "_given_timeout",
        "_idle",
        "_judges",
        "_loop",
        "_prepared",
        "_resolver",
        "_settings",
        "_shut",
        "funnel",
    )

    def __init__(
        self,
        settings: SessionSettings,
        connector: BaseConnector,
        funnel: Callable[..., Any],
        resolver: CharsetResolver | None,
    ) -> None:
        self.funnel = funnel
        self._settings = settings
        self._shut = False
        self._idle: IdleConnections = connector
        jar = settings.cookie_jar
        # A view of a dict says faster than any method whether there are cookies.
        self._cookies: Sized = jar.domains if type(jar) is CookieJar else jar
        self._judges = bool(settings.raise_for_status)
        self._loop = settings.loop
        self._prepared = PreparedRequests(settings, connector.allowed_protocol_schema_set)
        self._resolver = resolver
        self._exchange_options = self._options_for(settings.timeout)
        self._given: Any = sentinel
        self._given_timeout: ClientTimeout | None = None
        self._given_options = self._exchange_options
        self._due = inf
        self._due_until = -inf

    def _options_for(self, timeout: ClientTimeout) -> ExchangeOptions:
        settings = self._settings
        return ExchangeOptions(
            settings.limits,
            settings.read_bufsize,
            settings.auto_decompress,
            not isinstance(settings.cookie_jar, DummyCookieJar),
            timeout.total,
            timeout.sock_read,
            timeout.first_byte,
            timeout.send,
        )

    def shut(self) -> None:
        """Let nobody go this way any more: the session is closed."""
        self._shut = True

    def deadline(self, now: float) -> float:
        """Return when the total timeout of a request that begins *now* is over.

        Long timeouts end on whole seconds, so requests of one second have the same end.
        """
        timeout = self._settings.timeout
        threshold = timeout.ceil_threshold
        due = deadline_after(now, timeout.total, threshold, inclusive=True)
        if timeout.total and timeout.total >= threshold:
            self._due = due
            self._due_until = due - timeout.total
        return due

    # -- before the answer ------------------------------------------------------------------------

    def start(self, method: str, url: str | URL, options: RequestOptions) -> Incoming | None:
        """Send the request and return what comes back; ``None``: take the general path.

        Raises ``ValueError`` and ``TypeError`` for headers that must not be sent.
        """
        if self._shut or (type(url) is not str and type(url) is not URL):
            return None
        if options or self._cookies:
            return self._start_with(method, url, options)
        request = self._prepared.find(method, url)
        if request is None:
            return None
        now = self._loop.time()
        deadline = self._due if now < self._due_until else self.deadline(now)
        return self._send(request, request.head, b"", now, deadline, self._exchange_options)

    def _send(
        self,
        request: PreparedRequest,
        data: bytes,
        body: bytes,
        now: float,
        deadline: float,
        exchange_options: ExchangeOptions,
    ) -> Incoming | None:
        """Send *data* and a large *body* for *request*, if there is an idle connection."""
        origin = request.origin
        lane = origin.lane
        if lane is None or not lane.idle:
            lane = origin.lane = self._idle.lane(origin.key)
            if lane is None:
                return None
        connection = self._idle.take(lane, now)
        if connection is None:
            return None
        return connection.exchange(request, request.method, data, body, exchange_options, deadline)

    def _start_with(self, method: str, url: str | URL, options: Any) -> Incoming | None:
        """Do the same with options or cookies."""
        for name in options:
            if name not in _OPTIONS:
                return None
        timeout = options.get("timeout", sentinel)
        if timeout is not sentinel:
            timeout = self._known_timeout(timeout)
            if timeout is None:
                return None
        params = options.get("params")
        if params:
            request = self._prepared.with_params(method, url, params)
        else:
            request = self._prepared.find(method, url)
        headers = options.get("headers")
        if request is not None and headers:
            if type(headers) not in _LASTING:
                return None
            request = self._prepared.with_headers(request, headers)
        if request is None:
            return None
        if self._cookies:
            cookies = self._settings.cookie_jar.filter_cookies(request.url)
            if cookies:
                request = request.with_cookies(cookies)
        data, json = options.get("data"), options.get("json")
        body = b""
        if json is not None:
            if data is not None:
                return None
            body = self._json_bytes(json)
            if self._in_pieces(request, body):
                return None
            request = request.with_body(JSON_FIELDS, len(body))
        elif data is not None:
            if type(data) is not bytes or self._in_pieces(request, data):
                return None
            if PAYLOAD_REGISTRY.factory_for(data) is not BytesPayload:
                return None
            if len(data) > TOO_LARGE_BYTES_BODY:
                BytesPayload(data)  # which warns
            body = data
            request = request.with_body(BYTES_FIELDS, len(body))
        now = self._loop.time()
        exchange_options = self._exchange_options
        if timeout is sentinel:
            deadline = self._due if now < self._due_until else self.deadline(now)
        else:
            deadline = deadline_after(now, timeout.total, timeout.ceil_threshold, inclusive=True)
            exchange_options = self._given_options
        head = request.head
        if len(body) < JOIN_BELOW:
            return self._send(request, head + body, b"", now, deadline, exchange_options)
        return self._send(request, head, body, now, deadline, exchange_options)

    def _known_timeout(self, given: Any) -> ClientTimeout | None:
        """Return the timeout of a call and keep what follows from it: the next has it, too."""
        if given is not self._given:
            if given is None or type(given) is int or type(given) is float:
                timeout = ClientTimeout(total=given)
            elif type(given) is ClientTimeout:
                timeout = given
            else:
                return None
            self._given = given
            self._given_timeout = timeout
            self._given_options = self._options_for(timeout)
        return self._given_timeout

    def _in_pieces(self, request: PreparedRequest, body: bytes) -> bool:
        """Return whether *body* is too large to leave at once; with TLS all of it is copied."""
        size = len(body)
        return size > AT_ONCE or (size >= JOIN_BELOW and request.origin.scheme == "https")

    def _json_bytes(self, value: Any) -> bytes:
        settings = self._settings
        if settings.json_serialize_bytes is not None:
            return settings.json_serialize_bytes(value)
        return settings.json_serialize(value).encode("utf-8")

    # -- after the answer -------------------------------------------------------------------------

    def response(self, incoming: Incoming) -> ClientResponse:
        """Return the response whose head has come in."""
        request: PreparedRequest = incoming.request
        if self._resolver is not None:
            return ClientResponse.received(incoming, request.method, request, self._resolver)
        base = ClientResponse.__new__(ClientResponse)
        base.take(incoming, request.method, request)
        return base

    def is_special(self, incoming: Incoming, response: ClientResponse, options: Any) -> bool:
        """Return whether there is more to be done: then :meth:`look_at`."""
        return (
            response.status >= 300
            or incoming.sets_cookies
            or self._judges
            or bool(options and options.get("raise_for_status"))
        )

    async def look_at(
        self,
        session: Any,
        response: ClientResponse,
        incoming: Incoming,
        url: str | URL,
        options: RequestOptions,
    ) -> ClientResponse:
        """Do what a response asks for: keep its cookies, follow it, judge its status."""
        settings = self._settings
        values = response.headers.getall("Set-Cookie", ())
        if values:
            settings.cookie_jar.update_cookies_from_headers(values, response.url)
        if 300 <= response.status < 400:
            return await self._call(session, incoming, url, options).run(first=response)
        check = options.get("raise_for_status")
        if check is None:
            check = settings.raise_for_status
        if check:
            await check_status(response, check)
        return response

    async def again(
        self,
        session: Any,
        error: BaseException,
        incoming: Incoming,
        url: str | URL,
        options: RequestOptions,
    ) -> ClientResponse:
        """Send the request again if that is allowed, else raise *error* in its public form."""
        request: PreparedRequest = incoming.request
        if isinstance(error, HttpProcessingError):
            raise response_error(error, request.request_info) from error
        incoming.abort()
        if not isinstance(error, (ServerDisconnectedError, ClientOSError)):
            raise error
        retry = self._settings.retry
        if not retry.allows(method=request.method, error=error, replayable=True, done=0):
            raise error
        return await self._call(session, incoming, url, options).run(retries=1)

    def _call(
        self, session: Any, incoming: Incoming, url: str | URL, options: RequestOptions
    ) -> Call:
        """Return the general path of a request that began some time ago."""
        settings = self._settings
        connector: Any = self._idle
        request: PreparedRequest = incoming.request
        call = Call(
            session,
            settings,
            connector,
            request.method,
            build_url(settings, url),
            call_options(options),
        )
        call.deadline = incoming.deadline
        return call
