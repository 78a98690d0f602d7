"""A call of a request method that nobody has awaited yet.

Laws
* Nothing is sent before it is awaited or entered, and one call is awaited once.
* The function that makes the request is called at once if it is not the session's own: whoever
  has replaced it sees every call in the moment in which it is made.
* A call that is never awaited says so, as every coroutine does.
"""

from collections.abc import Awaitable, Callable, Coroutine, Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any

from yarl import URL

from aiohttp_client.fast_path import FastPath
from aiohttp_client.options import RequestOptions
from aiohttp_client.response import ClientResponse
from aiohttp_client.response_base import DONE

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("PendingRequest",)

COMPILED: bool = cython.compiled
"""Whether this module runs compiled."""


class PendingRequest:
    """A coroutine that is also an asynchronous context manager of its response.

    *coro* is the coroutine.  With *method* it is the function that makes one out of *method*,
    *url* and *options*, which the fast path spares if it is open.
    """

    __slots__ = (
        "_begun",
        "_coro",
        "_fast_path",
        "_method",
        "_options",
        "_outer",
        "_request",
        "_resp",
        "_url",
    )

    def __init__(
        self,
        coro: Any,
        fast_path: FastPath | None = None,
        method: str | None = None,
        url: str | URL = "",
        options: RequestOptions | None = None,
    ) -> None:
        self._begun = False
        self._fast_path: FastPath | None = None
        self._outer: Any = None
        self._resp: Any = None
        if method is None:
            self._coro: Any = coro
        elif fast_path is None or getattr(coro, "__func__", None) is not fast_path.funnel:
            self._coro = coro(method, url, **({} if options is None else options))
        else:
            self._coro = None
            self._request: Callable[..., Any] = coro
            self._method = method
            self._url = url
            self._options: Any = options
            self._fast_path = fast_path

    async def _run(self, entering: bool) -> Any:
        """Make the request."""
        if self._begun:
            raise RuntimeError("cannot reuse already awaited coroutine")
        self._begun = True
        response: Any
        fast_path = self._fast_path
        if fast_path is None:
            response = await self._coro
        else:
            incoming = fast_path.start(self._method, self._url, self._options)
            if incoming is None:
                response = await self._request(self._method, self._url, **self._options)
            else:
                try:
                    await incoming.waiter
                except BaseException as exc:
                    response = await fast_path.again(
                        self._session(), exc, incoming, self._url, self._options
                    )
                else:
                    response = fast_path.response(incoming)
                    if fast_path.is_special(incoming, response, self._options):
                        response = await fast_path.look_at(
                            self._session(), response, incoming, self._url, self._options
                        )
        if entering:
            self._resp = response
            response.in_context = True
        return response

    def _session(self) -> Any:
        bound: Any = self._request
        return bound.__self__

    def _running(self) -> Any:
        """Return the coroutine, made now if it was not needed before."""
        outer = self._outer
        if outer is None:
            outer = self._outer = self._run(False) if self._coro is None else self._coro
        return outer

    # -- a coroutine ------------------------------------------------------------------------------

    def send(self, value: Any) -> Any:
        """Resume the coroutine."""
        return self._running().send(value)

    def throw(self, *args: Any) -> Any:
        """Raise inside the coroutine."""
        return self._running().throw(*args)

    def close(self) -> None:
        """Close the coroutine."""
        self._begun = True
        if self._outer is not None:
            self._outer.close()
        elif self._coro is not None:
            self._coro.close()

    def __await__(self) -> Generator[Any, None, ClientResponse]:
        result: Generator[Any, None, ClientResponse] = self._running().__await__()
        return result

    def __iter__(self) -> Generator[Any, None, ClientResponse]:
        return self.__await__()

    def __del__(self) -> None:
        if self._fast_path is not None and self._outer is None and not self._begun:
            # Dropping the coroutine that was spared tells that it was never awaited.
            self._request(self._method, self._url, **self._options)

    # -- a context manager ------------------------------------------------------------------------

    def __aenter__(self) -> Coroutine[Any, Any, ClientResponse]:
        return self._run(True)

    def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> Awaitable[None]:
        response = self._resp
        response.in_context = False
        response.release()
        return DONE
