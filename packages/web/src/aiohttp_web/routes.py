"""Routes: which handler serves a method of a resource.

Laws
* A handler is checked once, when it is registered; nothing is inspected per request.
* Handlers are coroutine functions or classes of views. A plain function still works with a
  ``DeprecationWarning`` (spec rows ADD-575, ADD-1059).
* A request that leads nowhere gets a :class:`SystemRoute` of its own, so that exceptions, with
  their tracebacks, are never shared between requests.
"""

import asyncio
import functools
import inspect
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, NoReturn, Protocol, TypedDict

from yarl import URL

from aiohttp_core import warn_caller
from aiohttp_web.abc import AbstractView
from aiohttp_web.exceptions import HTTPException
from aiohttp_web.expect import default_expect_handler
from aiohttp_web.stream_response import StreamResponse

__all__ = (
    "AbstractRoute",
    "ExpectHandler",
    "Handler",
    "HandlerOrView",
    "ResourceRoute",
    "RouteOptions",
    "RouteOwner",
    "SystemRoute",
    "check_method",
)

# What a handler takes is BaseRequest, Request or a subclass of the user's: the exact class belongs
# to layers above, so the parameter stays open here.
Handler = Callable[[Any], Awaitable[StreamResponse]]
ExpectHandler = Callable[[Any], Awaitable[StreamResponse | None]]
HandlerOrView = Handler | type[AbstractView]


class RouteOptions(TypedDict, total=False):
    """What can be said about a route beside method, path and handler."""

    name: str | None
    """The name of its resource."""
    expect_handler: ExpectHandler | None
    """Answers requests with an ``Expect`` field."""


# RFC 9110 section 9.1: method = token.
_METHOD = re.compile(r"[0-9A-Za-z!#$%&'*+\-.^_`|~]+")


def check_method(method: str) -> str:
    """Return *method* in upper case; ``ValueError`` if it is no token."""
    if not _METHOD.fullmatch(method):
        raise ValueError(f"{method!r} is not allowed as HTTP method")
    return method.upper()


def _is_coroutine_function(function: Any) -> bool:
    if sys.version_info >= (3, 12):
        return inspect.iscoroutinefunction(function)
    return asyncio.iscoroutinefunction(function)


def _returns_awaitable(handler: Any) -> bool:
    while isinstance(handler, functools.partial):
        handler = handler.func
    if inspect.isclass(handler):
        return issubclass(handler, AbstractView)
    return _is_coroutine_function(handler) or _is_coroutine_function(
        getattr(handler, "__call__", None)  # noqa: B004 - the method itself is looked at
    )


def _checked_handler(handler: Any) -> Any:
    if not callable(handler):
        raise TypeError(f"a handler must be callable, got {handler!r}")
    if _returns_awaitable(handler):
        return handler
    warn_caller("handlers that are no coroutine functions are deprecated, use async def")

    @functools.wraps(handler)
    async def in_coroutine(request: Any) -> Any:
        result: Any = handler(request)
        if inspect.isgenerator(result):
            # A coroutine in the style of before ``async def``.
            while True:
                try:
                    awaited: Any = next(result)
                except StopIteration as stop:
                    return stop.value
                if awaited is None:
                    await asyncio.sleep(0)
                else:
                    await awaited
        return await result if inspect.isawaitable(result) else result

    return in_coroutine


class RouteOwner(Protocol):
    """The resource, as its routes see it."""

    @property
    def name(self) -> str | None:
        """The name, or ``None``."""

    def url_for(self, *args: Any, **kwargs: Any) -> URL:
        """Return a URL of the resource."""

    def get_info(self) -> Any:
        """Return its description."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator["AbstractRoute"]: ...


class AbstractRoute(ABC):
    """A method and its handler.

    *method* is a token, in upper case or ``*`` for any. *expect_handler* answers requests with an
    ``Expect`` field; the default one sends ``100 Continue``.
    """

    def __init__(
        self,
        method: str,
        handler: HandlerOrView,
        *,
        expect_handler: ExpectHandler | None = None,
        resource: Any = None,
    ) -> None:
        if expect_handler is None:
            expect_handler = default_expect_handler
        elif not _returns_awaitable(expect_handler):
            raise TypeError(f"an expect handler must be a coroutine function: {expect_handler!r}")
        self._method = check_method(method)
        self._handler: Any = _checked_handler(handler)
        self._expect_handler = expect_handler
        self._resource = resource

    @property
    def method(self) -> str:
        """The method, ``*`` for any."""
        return self._method

    @property
    def handler(self) -> Any:
        """The coroutine function or class of a view that serves the route."""
        return self._handler

    @property
    @abstractmethod
    def name(self) -> str | None:
        """The name of the resource."""

    @property
    def resource(self) -> Any:
        """The resource of the route; ``None`` for system routes."""
        return self._resource

    @abstractmethod
    def get_info(self) -> Any:
        """Return the description of the resource."""

    @abstractmethod
    def url_for(self, *args: Any, **kwargs: Any) -> URL:
        """Return the URL of the resource, made from the values of its variable parts."""

    async def handle_expect_header(self, request: Any) -> StreamResponse | None:
        """Answer the ``Expect`` field of *request*: ``None`` to go on, or the final response."""
        return await self._expect_handler(request)


class ResourceRoute(AbstractRoute):
    """A route of a resource of the user's."""

    def __init__(
        self,
        method: str,
        handler: HandlerOrView,
        resource: RouteOwner,
        *,
        expect_handler: ExpectHandler | None = None,
    ) -> None:
        super().__init__(method, handler, expect_handler=expect_handler, resource=resource)

    def __repr__(self) -> str:
        return f"<ResourceRoute [{self.method}] {self._resource} -> {self.handler!r}>"

    @property
    def name(self) -> str | None:
        """The name of the resource, or ``None``."""
        name: str | None = self._resource.name
        return name

    def url_for(self, *args: Any, **kwargs: Any) -> URL:
        """Return what ``url_for`` of the resource does."""
        url: URL = self._resource.url_for(*args, **kwargs)
        return url

    def get_info(self) -> Any:
        """Return what ``get_info`` of the resource does."""
        return self._resource.get_info()


class SystemRoute(AbstractRoute):
    """The route of a request that leads nowhere: its handler raises *http_exception*."""

    def __init__(self, http_exception: HTTPException) -> None:
        # Nothing here comes from a user, and a 404 should stay cheap: no checks of a handler.
        self._method = "*"
        self._handler = self._handle
        self._expect_handler = default_expect_handler
        self._resource = None
        self._http_exception = http_exception

    async def _handle(self, request: Any) -> NoReturn:
        raise self._http_exception

    def __repr__(self) -> str:
        return f"<SystemRoute {self.status}: {self.reason}>"

    @property
    def http_exception(self) -> HTTPException:
        """What the handler raises."""
        return self._http_exception

    @property
    def status(self) -> int:
        """404 or 405."""
        return self._http_exception.status

    @property
    def reason(self) -> str:
        """The phrase of the status."""
        return self._http_exception.reason

    @property
    def name(self) -> str | None:
        """System routes have no name."""
        return None

    def url_for(self, *args: Any, **kwargs: Any) -> URL:
        """Raise ``RuntimeError``: a system route has no URL."""
        raise RuntimeError(".url_for() is not allowed for SystemRoute")

    def get_info(self) -> Any:
        """Return the exception under ``http_exception``."""
        return {"http_exception": self._http_exception}
