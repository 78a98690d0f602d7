"""The ready middlewares, and the mark of 3.x on middlewares.

Laws
* A redirect of :func:`normalize_path_middleware` never names another host: its target begins with
  exactly one ``/``, whatever slashes, backslashes or quoted slashes the request came with.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aiohttp_web.exceptions import HTTPMove, HTTPPermanentRedirect
from aiohttp_web.request import Request
from aiohttp_web.resources import match_form
from aiohttp_web.router import UrlDispatcher
from aiohttp_web.stream_response import StreamResponse

__all__ = ("Middleware", "middleware", "normalize_path_middleware")

_Handler = Callable[[Request], Awaitable[StreamResponse]]
Middleware = Callable[[Request, _Handler], Awaitable[StreamResponse]]
"""A coroutine function that answers a request, by asking the next handler or by itself."""

_FunctionT = TypeVar("_FunctionT", bound=Callable[..., Any])

_SLASHES = re.compile("//+")
# Browsers read a backslash as a slash; a proxy may decode the quoted forms.
_LEADING_SEPARATORS = re.compile(r"^(?:[/\\]|%2[fF]|%5[cC])+")


def middleware(function: _FunctionT) -> _FunctionT:
    """Mark *function* as a middleware of the new style.

    Coroutine functions with the parameters ``request`` and ``handler`` are recognised without it.
    """
    function.__middleware_version__ = 1  # type: ignore[attr-defined]
    return function


class _Probe:
    """What the default router asks of a request, for another path."""

    __slots__ = ("host", "match_path", "method")

    def __init__(self, request: Request, path: str) -> None:
        self.method = request.method
        self.host = request.host
        self.match_path = match_form(path)


async def _resolves(request: Request, path: str, query: str) -> bool:
    router = request.app.router
    if isinstance(router, UrlDispatcher) and router.synchronous:
        return router.find(_Probe(request, path)).http_exception is None
    # A clone is only possible while the body was not read.
    match_info = await router.resolve(request.clone(rel_url=path + query))
    return match_info.http_exception is None


def normalize_path_middleware(
    *,
    append_slash: bool = True,
    remove_slash: bool = False,
    merge_slashes: bool = True,
    redirect_class: type[HTTPMove] = HTTPPermanentRedirect,
) -> Middleware:
    """Return a middleware that redirects to the spelling of a path that exists.

    Only requests that lead nowhere are touched. Tried are, in this order: the path with its slashes
    merged, with a slash at its end appended or removed, and both. The query is kept. Both
    *append_slash* and *remove_slash* is an ``AssertionError``.
    """
    if append_slash and remove_slash:
        raise AssertionError("Cannot both remove and append slash")

    def variants(path: str) -> list[str]:
        found = []
        if merge_slashes:
            found.append(_SLASHES.sub("/", path))
        if append_slash and not path.endswith("/"):
            found.append(path + "/")
        if remove_slash and path.endswith("/"):
            found.append(path[:-1])
        if merge_slashes and append_slash:
            found.append(_SLASHES.sub("/", path + "/"))
        if merge_slashes and remove_slash:
            merged = _SLASHES.sub("/", path)
            found.append(merged.removesuffix("/"))
        return [variant for variant in found if variant and variant != path]

    @middleware
    async def normalize(request: Request, handler: _Handler) -> StreamResponse:
        if request.match_info.http_exception is not None:
            path, query = request.rel_url.raw_path, request.rel_url.raw_query_string
            if query:
                query = "?" + query
            for variant in variants(path):
                target = _LEADING_SEPARATORS.sub("/", variant)
                if await _resolves(request, target, query):
                    raise redirect_class(target + query)
        return await handler(request)

    return normalize
