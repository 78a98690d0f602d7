"""Handlers inside the middlewares of the applications on the way to them (spec section 3.13).

Laws
* A middleware of the new style takes a request and a handler; one of the old style is a coroutine
  function that takes an application and a handler and returns a handler, which is deprecated.
* While a middleware runs, ``request.app`` is the application that it belongs to (ADD-586).
* The first middleware of the outermost application is the outermost one.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from aiohttp_core import warn_caller
from aiohttp_web.match import UrlMappingMatchInfo
from aiohttp_web.routes import Handler
from aiohttp_web.stream_response import StreamResponse

__all__ = (
    "ChainLink",
    "MiddlewareFunction",
    "StyledMiddleware",
    "around",
    "chain",
    "is_new_style",
    "with_styles",
)

MiddlewareFunction = Callable[..., Any]

StyledMiddleware = tuple[MiddlewareFunction, bool]
"""A middleware, and whether it is of the new style."""


class ChainLink(NamedTuple):
    """One application on the way to a handler, with its middlewares."""

    app: Any
    middlewares: Sequence[StyledMiddleware]


def is_new_style(function: Any) -> bool:
    """Whether *function* takes ``request`` and ``handler``; factories take ``app``, ``handler``."""
    if getattr(function, "__middleware_version__", 0) == 1:
        return True
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return False
    positional = [
        parameter.name
        for parameter in parameters
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    named_handler = "handler" in (parameter.name for parameter in parameters)
    return named_handler and bool(positional) and positional[0] not in ("app", "application")


def with_styles(
    middlewares: Iterable[MiddlewareFunction],
) -> tuple[StyledMiddleware, ...]:
    """Return *middlewares* with their styles; DeprecationWarning for each of the old one."""
    found = []
    for middleware in middlewares:
        new = is_new_style(middleware)
        if not new:
            warn_caller(f'old-style middleware "{middleware!r}" deprecated, see #2252')
        found.append((middleware, new))
    return tuple(found)


def around(middleware: MiddlewareFunction, handler: Handler) -> Handler:
    """Return *handler* inside a *middleware* of the new style."""
    wrapped: Any = functools.partial(middleware, handler=handler)
    return functools.update_wrapper(wrapped, handler)


def _in_app(app: Any, handler: Handler) -> Handler:
    """Wrap *handler*, a chain of middlewares of *app*: while it runs, ``request.app`` is *app*."""

    @functools.wraps(handler)
    async def run(request: Any) -> StreamResponse:
        match_info: UrlMappingMatchInfo = request.match_info
        previous = match_info.current_app
        match_info.current_app = app
        try:
            return await handler(request)
        finally:
            match_info.current_app = previous

    return run


async def chain(links: Sequence[ChainLink], handler: Handler) -> Handler:
    """Return *handler* inside the middlewares of *links*, of which the outermost comes first."""
    nested = len(links) > 1
    if nested and not links[-1].middlewares:
        # Middlewares of outer applications leave their own application for the handler.
        handler = _in_app(links[-1].app, handler)
    for app, middlewares in reversed(links):
        if not middlewares:
            continue
        for middleware, new in reversed(middlewares):
            if new:
                handler = around(middleware, handler)
            else:
                handler = await middleware(app, handler)
        if nested:
            handler = _in_app(app, handler)
    return handler
