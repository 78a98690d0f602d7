"""Signals that tell what happens to a request, and when (spec rows TRC, ADD-394 to ADD-402).

Laws
* A :class:`TraceConfig` is frozen when a session takes it.
* Nothing is done for a request of a session without trace configurations: the list of
  :class:`Trace` objects is empty, and a signal without receivers makes no parameter object.
* This module knows neither session nor response: they are handed through.
"""

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast, overload

from multidict import CIMultiDict
from yarl import URL

from aiohttp_core.records import Record

if TYPE_CHECKING:
    from aiosignal import Signal

__all__ = (
    "Trace",
    "TraceConfig",
    "TraceConnectionCreateEndParams",
    "TraceConnectionCreateStartParams",
    "TraceConnectionQueuedEndParams",
    "TraceConnectionQueuedStartParams",
    "TraceConnectionReuseconnParams",
    "TraceDnsCacheHitParams",
    "TraceDnsCacheMissParams",
    "TraceDnsResolveHostEndParams",
    "TraceDnsResolveHostStartParams",
    "TraceRequestChunkSentParams",
    "TraceRequestEndParams",
    "TraceRequestExceptionParams",
    "TraceRequestHeadersSentParams",
    "TraceRequestRedirectParams",
    "TraceRequestStartParams",
    "TraceResponseChunkReceivedParams",
)

ContextT = TypeVar("ContextT")
ContextT_co = TypeVar("ContextT_co", covariant=True)


class TraceRequestStartParams(Record):
    """Parameters of ``on_request_start``; ``headers`` may be changed."""

    method: str
    url: URL
    headers: CIMultiDict[str]


class TraceRequestChunkSentParams(Record):
    """Parameters of ``on_request_chunk_sent``."""

    method: str
    url: URL
    chunk: bytes


class TraceResponseChunkReceivedParams(Record):
    """Parameters of ``on_response_chunk_received``."""

    method: str
    url: URL
    chunk: bytes


class TraceRequestEndParams(Record):
    """Parameters of ``on_request_end``; ``response`` is the ``ClientResponse``."""

    method: str
    url: URL
    headers: CIMultiDict[str]
    response: Any


class TraceRequestExceptionParams(Record):
    """Parameters of ``on_request_exception``."""

    method: str
    url: URL
    headers: CIMultiDict[str]
    exception: BaseException


class TraceRequestRedirectParams(Record):
    """Parameters of ``on_request_redirect``; ``response`` is the one that redirects."""

    method: str
    url: URL
    headers: CIMultiDict[str]
    response: Any


class TraceRequestHeadersSentParams(Record):
    """Parameters of ``on_request_headers_sent``."""

    method: str
    url: URL
    headers: CIMultiDict[str]


class TraceConnectionQueuedStartParams(Record):
    """Parameters of ``on_connection_queued_start``."""


class TraceConnectionQueuedEndParams(Record):
    """Parameters of ``on_connection_queued_end``."""


class TraceConnectionCreateStartParams(Record):
    """Parameters of ``on_connection_create_start``."""


class TraceConnectionCreateEndParams(Record):
    """Parameters of ``on_connection_create_end``."""


class TraceConnectionReuseconnParams(Record):
    """Parameters of ``on_connection_reuseconn``."""


class TraceDnsResolveHostStartParams(Record):
    """Parameters of ``on_dns_resolvehost_start``."""

    host: str


class TraceDnsResolveHostEndParams(Record):
    """Parameters of ``on_dns_resolvehost_end``."""

    host: str


class TraceDnsCacheHitParams(Record):
    """Parameters of ``on_dns_cache_hit``."""

    host: str


class TraceDnsCacheMissParams(Record):
    """Parameters of ``on_dns_cache_miss``."""

    host: str


_EVENTS = (
    "on_request_start",
    "on_request_chunk_sent",
    "on_response_chunk_received",
    "on_request_end",
    "on_request_exception",
    "on_request_redirect",
    "on_request_headers_sent",
    "on_connection_queued_start",
    "on_connection_queued_end",
    "on_connection_create_start",
    "on_connection_create_end",
    "on_connection_reuseconn",
    "on_dns_resolvehost_start",
    "on_dns_resolvehost_end",
    "on_dns_cache_hit",
    "on_dns_cache_miss",
)


class _ContextFactory(Protocol[ContextT_co]):
    def __call__(self, *, trace_request_ctx: Any) -> ContextT_co: ...


class TraceConfig(Generic[ContextT]):
    """The receivers of the signals of a session.

    Each signal ``on_*`` is a list of coroutine functions ``(session, context, params)``.  They run
    one after the other in the order of their registration; an exception of one reaches the caller
    of the request.  A context is made by *trace_config_ctx_factory* for each request and is the
    same for all its signals, redirects included.
    """

    # The session is typed as Any: a receiver declares it as ClientSession, which stands above this
    # module.
    on_request_start: "Signal[Any, ContextT, TraceRequestStartParams]"
    """A request begins, before anything else is done for it."""
    on_request_chunk_sent: "Signal[Any, ContextT, TraceRequestChunkSentParams]"
    """A piece of the body was handed to the connection."""
    on_response_chunk_received: "Signal[Any, ContextT, TraceResponseChunkReceivedParams]"
    """A piece of the response's body was read."""
    on_request_end: "Signal[Any, ContextT, TraceRequestEndParams]"
    """The head of the final response is there."""
    on_request_exception: "Signal[Any, ContextT, TraceRequestExceptionParams]"
    """The request failed or was cancelled."""
    on_request_redirect: "Signal[Any, ContextT, TraceRequestRedirectParams]"
    """A redirect is about to be followed."""
    on_request_headers_sent: "Signal[Any, ContextT, TraceRequestHeadersSentParams]"
    """The head was handed to the connection."""
    on_connection_queued_start: "Signal[Any, ContextT, TraceConnectionQueuedStartParams]"
    """The request waits for a free connection."""
    on_connection_queued_end: "Signal[Any, ContextT, TraceConnectionQueuedEndParams]"
    """The wait is over."""
    on_connection_create_start: "Signal[Any, ContextT, TraceConnectionCreateStartParams]"
    """A new connection is being made."""
    on_connection_create_end: "Signal[Any, ContextT, TraceConnectionCreateEndParams]"
    """A new connection is ready."""
    on_connection_reuseconn: "Signal[Any, ContextT, TraceConnectionReuseconnParams]"
    """A pooled connection is used again."""
    on_dns_resolvehost_start: "Signal[Any, ContextT, TraceDnsResolveHostStartParams]"
    """The resolver is asked."""
    on_dns_resolvehost_end: "Signal[Any, ContextT, TraceDnsResolveHostEndParams]"
    """The resolver has answered."""
    on_dns_cache_hit: "Signal[Any, ContextT, TraceDnsCacheHitParams]"
    """The addresses are known already."""
    on_dns_cache_miss: "Signal[Any, ContextT, TraceDnsCacheMissParams]"
    """The addresses are not known yet."""

    @overload
    def __init__(self: "TraceConfig[SimpleNamespace]") -> None: ...
    @overload
    def __init__(self, trace_config_ctx_factory: _ContextFactory[ContextT]) -> None: ...
    def __init__(self, trace_config_ctx_factory: _ContextFactory[Any] = SimpleNamespace) -> None:
        from aiosignal import Signal  # with what it needs a tenth of the whole import

        self._factory = trace_config_ctx_factory
        for name in _EVENTS:
            setattr(self, name, Signal(self))

    def trace_config_ctx(self, trace_request_ctx: Any = None) -> ContextT:
        """Return a new context; *trace_request_ctx* is handed to the factory as keyword."""
        return cast("ContextT", self._factory(trace_request_ctx=trace_request_ctx))

    def freeze(self) -> None:
        """Fix the receivers; a later change raises ``RuntimeError`` (spec row ADD-399)."""
        for name in _EVENTS:
            getattr(self, name).freeze()

    def __repr__(self) -> str:
        counts = ", ".join(
            f"{name}={len(getattr(self, name))}" for name in _EVENTS if getattr(self, name)
        )
        return f"<{type(self).__name__} {counts or 'without receivers'}>"


class Trace:
    """One trace configuration at work for one request."""

    __slots__ = ("_config", "_context", "_session")

    def __init__(self, session: Any, trace_config: TraceConfig[Any], trace_config_ctx: Any) -> None:
        self._session = session
        self._config = trace_config
        self._context = trace_config_ctx

    @property
    def wants_request_chunks(self) -> bool:
        """Whether somebody listens to the pieces of request bodies."""
        return bool(self._config.on_request_chunk_sent)

    @property
    def wants_response_chunks(self) -> bool:
        """Whether somebody listens to the pieces of response bodies."""
        return bool(self._config.on_response_chunk_received)

    async def _send(
        self, signal: "Signal[Any, Any, Any]", make: Callable[..., object], *args: object
    ) -> None:
        if signal:
            await cast("Awaitable[None]", signal.send(self._session, self._context, make(*args)))

    async def send_request_start(self, method: str, url: URL, headers: CIMultiDict[str]) -> None:
        """Send ``on_request_start``."""
        await self._send(
            self._config.on_request_start, TraceRequestStartParams, method, url, headers
        )

    async def send_request_chunk_sent(self, method: str, url: URL, chunk: bytes) -> None:
        """Send ``on_request_chunk_sent``."""
        await self._send(
            self._config.on_request_chunk_sent, TraceRequestChunkSentParams, method, url, chunk
        )

    async def send_response_chunk_received(self, method: str, url: URL, chunk: bytes) -> None:
        """Send ``on_response_chunk_received``."""
        await self._send(
            self._config.on_response_chunk_received,
            TraceResponseChunkReceivedParams,
            method,
            url,
            chunk,
        )

    async def send_request_end(
        self, method: str, url: URL, headers: CIMultiDict[str], response: Any
    ) -> None:
        """Send ``on_request_end``."""
        await self._send(
            self._config.on_request_end, TraceRequestEndParams, method, url, headers, response
        )

    async def send_request_exception(
        self, method: str, url: URL, headers: CIMultiDict[str], exception: BaseException
    ) -> None:
        """Send ``on_request_exception``."""
        await self._send(
            self._config.on_request_exception,
            TraceRequestExceptionParams,
            method,
            url,
            headers,
            exception,
        )

    async def send_request_redirect(
        self, method: str, url: URL, headers: CIMultiDict[str], response: Any
    ) -> None:
        """Send ``on_request_redirect``."""
        await self._send(
            self._config.on_request_redirect,
            TraceRequestRedirectParams,
            method,
            url,
            headers,
            response,
        )

    async def send_request_headers(self, method: str, url: URL, headers: CIMultiDict[str]) -> None:
        """Send ``on_request_headers_sent``."""
        await self._send(
            self._config.on_request_headers_sent,
            TraceRequestHeadersSentParams,
            method,
            url,
            headers,
        )

    async def send_connection_queued_start(self) -> None:
        """Send ``on_connection_queued_start``."""
        await self._send(self._config.on_connection_queued_start, TraceConnectionQueuedStartParams)

    async def send_connection_queued_end(self) -> None:
        """Send ``on_connection_queued_end``."""
        await self._send(self._config.on_connection_queued_end, TraceConnectionQueuedEndParams)

    async def send_connection_create_start(self) -> None:
        """Send ``on_connection_create_start``."""
        await self._send(self._config.on_connection_create_start, TraceConnectionCreateStartParams)

    async def send_connection_create_end(self) -> None:
        """Send ``on_connection_create_end``."""
        await self._send(self._config.on_connection_create_end, TraceConnectionCreateEndParams)

    async def send_connection_reuseconn(self) -> None:
        """Send ``on_connection_reuseconn``."""
        await self._send(self._config.on_connection_reuseconn, TraceConnectionReuseconnParams)

    async def send_dns_resolvehost_start(self, host: str) -> None:
        """Send ``on_dns_resolvehost_start``."""
        await self._send(
            self._config.on_dns_resolvehost_start, TraceDnsResolveHostStartParams, host
        )

    async def send_dns_resolvehost_end(self, host: str) -> None:
        """Send ``on_dns_resolvehost_end``."""
        await self._send(self._config.on_dns_resolvehost_end, TraceDnsResolveHostEndParams, host)

    async def send_dns_cache_hit(self, host: str) -> None:
        """Send ``on_dns_cache_hit``."""
        await self._send(self._config.on_dns_cache_hit, TraceDnsCacheHitParams, host)

    async def send_dns_cache_miss(self, host: str) -> None:
        """Send ``on_dns_cache_miss``."""
        await self._send(self._config.on_dns_cache_miss, TraceDnsCacheMissParams, host)
