"""The application: routes, middlewares, signals, shared values, and the way of one request.

Laws
* ``_handle`` is the one way of a request through an application; nested applications are only
  visited by the router. What can be decided once is decided when the application is frozen.
* A request pays for middlewares, nested applications and ``Expect`` only if it meets them.
* After ``freeze()`` (start of serving) or ``pre_freeze()`` (becoming a nested application) routes,
  middlewares and signals stand; changing shared values then is deprecated.
* Nothing here knows servers: the layer above gives the maker of handlers (``make_handler``).
"""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final, TypeVar, cast

from aiosignal import Signal
from frozenlist import FrozenList

from aiohttp_core import warn_caller
from aiohttp_core.development import DEBUG
from aiohttp_core.log import web_logger
from aiohttp_web.abc import AbstractMatchInfo, AbstractRouter
from aiohttp_web.cleanup import CleanupContext
from aiohttp_web.dispatch import FastPath
from aiohttp_web.domains import Domain, MaskDomain
from aiohttp_web.middleware_chain import (
    ChainLink,
    MiddlewareFunction,
    StyledMiddleware,
    around,
    chain,
    with_styles,
)
from aiohttp_web.route_defs import AbstractRouteDef
from aiohttp_web.router import UrlDispatcher
from aiohttp_web.routes import AbstractRoute, Handler
from aiohttp_web.shared_values import SharedValues
from aiohttp_web.stream_response import StreamResponse
from aiohttp_web.subapps import MatchedSubAppResource, PrefixedSubAppResource

__all__ = ("Application", "install_server_factory")

_T = TypeVar("_T")

_AppSignal = Signal["Application"]

# More handlers than this are wrapped anew: a custom router may make handlers per request.
_CHAINS_KEPT = 16384

_server_factory: list[Callable[..., Any]] = []


def install_server_factory(factory: Callable[..., Any]) -> None:
    """Tell what ``Application.make_handler`` makes; called once by the module of the server."""
    _server_factory[:] = [factory]


class Application(SharedValues):
    """A web application: add routes to it, then serve it with ``run_app`` or an ``AppRunner``.

    * *middlewares*: wrap every handler; the first one is the outermost.
    * *client_max_size*: bytes of a body that is read into memory, 1 MiB by default; a larger one
      gets a 413.  *client_max_fields*: how many fields a form may have.  0 is no limit.
    * *handler_args*: options of the server that override those of the runner.
    * *logger*: takes the messages of the application; ``aiohttp.web`` by default.

    An application is also a mapping of values for its handlers, best under an :class:`AppKey`.
    *router*, *loop* and *debug* are deprecated.
    """

    ATTRS: ClassVar[frozenset[str]] = frozenset(
        {
            "_chains",
            "_cleanup_ctx",
            "_client_max_fields",
            "_client_max_size",
            "_debug",
            "_frozen",
            "_has_legacy_middlewares",
            "_handler_args",
            "_loop",
            "_middlewares",
            "_middlewares_handlers",
            "_on_cleanup",
            "_on_response_prepare",
            "_on_shutdown",
            "_on_startup",
            "_plain_router",
            "_pre_frozen",
            "_router",
            "_run_middlewares",
            "_state",
            "_subapps",
            "logger",
        }
    )

    def __init__(
        self,
        *,
        logger: logging.Logger = web_logger,
        router: AbstractRouter | None = None,
        middlewares: Iterable[MiddlewareFunction] = (),
        handler_args: Mapping[str, Any] | None = None,
        client_max_size: int = 1024**2,
        client_max_fields: int = 1000,
        loop: asyncio.AbstractEventLoop | None = None,
        debug: Any = ...,
    ) -> None:
        if router is not None:
            warn_caller("router argument is deprecated")
            if not isinstance(router, AbstractRouter):
                raise TypeError(f"router must be an AbstractRouter, got {router!r}")
        if loop is not None:
            warn_caller("loop argument is deprecated")
        if debug is not ...:
            warn_caller("debug argument is deprecated, use the debug mode of asyncio")
        super().__init__()
        # A router is typed as the default one: a custom one lacks registration by its own choice.
        self._router = cast(UrlDispatcher, UrlDispatcher() if router is None else router)
        self.logger = logger
        self._loop = loop
        self._debug = debug
        self._handler_args = handler_args
        self._client_max_size = client_max_size
        self._client_max_fields = client_max_fields
        self._middlewares: FrozenList[MiddlewareFunction] = FrozenList(middlewares)
        self._middlewares_handlers: tuple[StyledMiddleware, ...] = ()
        self._has_legacy_middlewares = False
        self._run_middlewares: bool | None = None
        self._plain_router = False
        self._chains: dict[Any, Handler] = {}
        self._pre_frozen = False
        self._subapps: list[Application] = []
        self._on_response_prepare: Signal[Any, Any] = Signal(self)
        self._on_startup: _AppSignal = Signal(self)
        self._on_shutdown: _AppSignal = Signal(self)
        self._on_cleanup: _AppSignal = Signal(self)
        self._cleanup_ctx = CleanupContext()
        self._on_startup.append(self._cleanup_ctx.on_startup)
        self._on_cleanup.append(self._cleanup_ctx.on_cleanup)

    def __init_subclass__(cls) -> None:
        warn_caller(f"Inheritance class {cls.__name__} from web.Application is discouraged")

    if DEBUG:

        def __setattr__(self, name: str, value: Any) -> None:
            if name not in self.ATTRS:
                warn_caller(f"Setting custom web.Application.{name} attribute is discouraged")
            super().__setattr__(name, value)

    # Attributes

    @property
    def router(self) -> UrlDispatcher:
        """The routing table."""
        return self._router

    @property
    def middlewares(self) -> FrozenList[MiddlewareFunction]:
        """The middlewares, the outermost first."""
        return self._middlewares

    @property
    def client_max_size(self) -> int:
        """Bytes that the body of a request may have; 0 for no limit."""
        return self._client_max_size

    @property
    def client_max_fields(self) -> int:
        """Fields that a form may have; 0 for no limit."""
        return self._client_max_fields

    @property
    def handler_args(self) -> Mapping[str, Any] | None:
        """Options that override those given to the runner."""
        return self._handler_args

    @property
    def on_response_prepare(self) -> Signal[Any, Any]:
        """Fired with request and response directly before the head is sent."""
        return self._on_response_prepare

    @property
    def on_startup(self) -> _AppSignal:
        """Fired with the application before serving."""
        return self._on_startup

    @property
    def on_shutdown(self) -> _AppSignal:
        """Fired with the application when serving ends, before the handlers have ended."""
        return self._on_shutdown

    @property
    def on_cleanup(self) -> _AppSignal:
        """Fired with the application after the last handler has ended."""
        return self._on_cleanup

    @property
    def cleanup_ctx(self) -> CleanupContext:
        """Async generators, or functions that give async context managers, for set-up and end."""
        return self._cleanup_ctx

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The loop of the server.  Deprecated: ask asyncio."""
        warn_caller("loop property is deprecated")
        return self._loop

    @property
    def debug(self) -> bool:
        """Whether asyncio runs in debug mode.  Deprecated: ask asyncio."""
        warn_caller("debug property is deprecated")
        loop = self._loop
        if loop is None:
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                return DEBUG
        return loop.get_debug()

    # Freezing

    @property
    def pre_frozen(self) -> bool:
        """Whether routes, middlewares and signals can no longer be changed."""
        return self._pre_frozen

    @property
    def frozen(self) -> bool:
        """Whether shared values should not change any more either."""
        return self._frozen

    def pre_freeze(self) -> None:
        """Fix routes, middlewares and signals, here and in nested applications."""
        if self._pre_frozen:
            return
        self._pre_frozen = True
        self._middlewares.freeze()
        self._router.freeze()
        self._on_response_prepare.freeze()
        self._cleanup_ctx.freeze()
        self._on_startup.freeze()
        self._on_shutdown.freeze()
        self._on_cleanup.freeze()
        self._middlewares_handlers = with_styles(self._middlewares)
        self._has_legacy_middlewares = any(not new for _, new in self._middlewares_handlers)
        # The default router with its own ``resolve`` can be asked without a coroutine.
        self._plain_router = isinstance(self._router, UrlDispatcher) and hasattr(
            self._router, "synchronous"
        )
        self._run_middlewares = bool(self._middlewares_handlers)
        for subapp in self._subapps:
            subapp.pre_freeze()
            self._run_middlewares = self._run_middlewares or bool(subapp._run_middlewares)
            self._has_legacy_middlewares |= subapp._has_legacy_middlewares

    def freeze(self) -> None:
        """Fix everything; called at start and when the application becomes a nested one."""
        if self._frozen:
            return
        self.pre_freeze()
        self._frozen = True
        for subapp in self._subapps:
            subapp.freeze()

    # Nested applications

    def add_subapp(self, prefix: str, subapp: "Application") -> PrefixedSubAppResource:
        """Let *subapp* serve all paths below *prefix*; return the resource.

        ``TypeError`` for a prefix that is no ``str``, ``ValueError`` for an empty one or ``/``,
        ``RuntimeError`` if either application is frozen. *subapp* is frozen by this.
        """
        if not isinstance(prefix, str):
            raise TypeError("Prefix must be str")
        prefix = prefix.rstrip("/")
        if not prefix:
            raise ValueError("Prefix cannot be empty")
        return self._add_subapp(functools.partial(PrefixedSubAppResource, prefix), subapp)

    def add_domain(self, domain: str, subapp: "Application") -> MatchedSubAppResource:
        """Let *subapp* serve all requests whose ``Host`` fits *domain*; return the resource.

        *domain* is a name, with a port or without, in which ``*`` matches any text. Errors as
        for :meth:`add_subapp`.
        """
        if not isinstance(domain, str):
            raise TypeError("Domain must be str")
        rule = MaskDomain(domain) if "*" in domain else Domain(domain)
        return self._add_subapp(functools.partial(MatchedSubAppResource, rule), subapp)

    def _add_subapp(self, make: Callable[["Application"], _T], subapp: "Application") -> _T:
        if not isinstance(subapp, Application):
            raise TypeError(f"a nested application must be an Application, got {subapp!r}")
        if self.frozen or self.pre_frozen:
            raise RuntimeError("Cannot add sub application to frozen application")
        if subapp.frozen or subapp.pre_frozen:
            raise RuntimeError("Cannot add frozen application")
        if subapp is self:
            raise ValueError("An application cannot be nested in itself")
        resource = make(subapp)
        self._router.register_resource(resource)  # type: ignore[arg-type]
        self._forward_signals(subapp)
        self._subapps.append(subapp)
        subapp.pre_freeze()
        return resource

    def _forward_signals(self, subapp: "Application") -> None:
        def forward(own: _AppSignal, nested: _AppSignal) -> None:
            async def send(app: Application) -> None:
                await nested.send(subapp)

            own.append(send)

        forward(self._on_startup, subapp.on_startup)
        forward(self._on_shutdown, subapp.on_shutdown)
        forward(self._on_cleanup, subapp.on_cleanup)

    def add_routes(self, routes: Iterable[AbstractRouteDef]) -> list[AbstractRoute]:
        """Register route definitions; return the routes that were made."""
        return self._router.add_routes(routes)

    # Life

    async def startup(self) -> None:
        """Fire ``on_startup``."""
        await self._on_startup.send(self)

    async def shutdown(self) -> None:
        """Fire ``on_shutdown``."""
        await self._on_shutdown.send(self)

    async def cleanup(self) -> None:
        """Fire ``on_cleanup``; without a start only what was entered is left."""
        if self._on_cleanup.frozen:
            await self._on_cleanup.send(self)
        else:
            await self._cleanup_ctx.on_cleanup(self)

    def set_loop(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Take notice of the loop that serves; called by the runner.

        ``RuntimeError`` if the application is served by another loop already.
        """
        if loop is None:
            loop = asyncio.get_event_loop()
        if self._loop is not None and self._loop is not loop:
            raise RuntimeError("web.Application instance initialized with different loop")
        self._loop = loop
        for subapp in self._subapps:
            subapp.set_loop(loop)

    def make_handler(self, **kwargs: Any) -> Any:
        """Return a server for the application.  Deprecated: use ``AppRunner``."""
        warn_caller("Application.make_handler(...) is deprecated, use AppRunner API instead")
        return self._make_handler(**kwargs)

    def _make_handler(self, *, loop: asyncio.AbstractEventLoop | None = None, **kwargs: Any) -> Any:
        if not _server_factory:
            raise RuntimeError("no server is loaded, import aiohttp_web")
        self.set_loop(loop)
        self.freeze()
        if self._handler_args:
            kwargs.update(self._handler_args)
        return _server_factory[0](self, **kwargs)

    # The way of one request

    @property
    def listens_to_responses(self) -> bool:
        """Whether ``on_response_prepare``, here or in a nested application, has receivers."""
        return bool(self._on_response_prepare) or any(
            subapp.listens_to_responses for subapp in self._subapps
        )

    @property
    def handle_request(self) -> Callable[[Any], Awaitable[StreamResponse]]:
        """The coroutine function that answers a routed request; what a server runs."""
        # Tools replace ``Application._handle``: then it is what runs.
        handle = self._handle
        router = self._router
        replaced = getattr(handle, "__func__", None) is not _HANDLE
        # Only a frozen application knows of its router, and of its middlewares' style.
        if replaced or not (self._plain_router and router.synchronous):
            return handle
        if self._has_legacy_middlewares:
            return handle
        return FastPath(
            self, router.fixed_routes(), router.quick_lookup(), self._wrap, handle
        ).answer

    def _wrap(self, route: AbstractRoute) -> Handler:
        """Return the handler of *route* inside the middlewares of this application."""
        handler: Handler = route.handler
        for middleware, _ in reversed(self._middlewares_handlers):
            handler = around(middleware, handler)
        return handler

    async def _handle(self, request: Any) -> StreamResponse:
        router = self._router
        if self._plain_router and router.synchronous:
            match_info: Any = router.find(request)
        else:
            match_info = await router.resolve(request)
            if not isinstance(match_info, AbstractMatchInfo):
                raise TypeError(f"a router must return an AbstractMatchInfo, got {match_info!r}")
        return await self._handle_match(request, match_info)

    async def _handle_match(self, request: Any, match_info: Any) -> StreamResponse:
        """Answer *request*, for which the router has found *match_info*."""
        match_info.add_app(self)
        match_info.freeze()
        request.set_match_info(match_info)

        if request.has_expectation:
            answer = await match_info.expect_handler(request)
            if answer is not None:
                return cast(StreamResponse, answer)

        handler: Handler = match_info.handler
        if self._run_middlewares:
            handler = await self._wrapped(match_info, handler)
        return await handler(request)

    async def _wrapped(self, match_info: AbstractMatchInfo, handler: Handler) -> Handler:
        """Return *handler* inside the middlewares of all applications on the way."""
        if match_info.http_exception is not None or self._has_legacy_middlewares:
            return await self._chain(match_info.apps, handler)
        try:
            key = (handler, match_info.apps)
            chain = self._chains.get(key)
        except TypeError:
            # A handler that cannot be hashed.
            return await self._chain(match_info.apps, handler)
        if chain is None:
            chain = await self._chain(match_info.apps, handler)
            if len(self._chains) >= _CHAINS_KEPT:
                self._chains.clear()
            self._chains[key] = chain
        return chain

    @staticmethod
    async def _chain(apps: Sequence["Application"], handler: Handler) -> Handler:
        return await chain([ChainLink(app, app._middlewares_handlers) for app in apps], handler)

    def __call__(self) -> "Application":
        """Return itself: gunicorn calls what it is given."""
        return self

    def __repr__(self) -> str:
        return f"<Application {id(self):#x}>"


_HANDLE: Final = Application._handle
