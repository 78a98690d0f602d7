"""Class-based views.

Laws
* A view is made for one request and awaited once.
* The methods that it serves are the names of HTTP methods, in lower case, that its class has; for
  all others it raises 405 with that list (spec row ADD-574).
"""

from collections.abc import Generator
from typing import Any, NoReturn

from aiohttp_core import hdrs
from aiohttp_web.abc import AbstractView
from aiohttp_web.exceptions import HTTPMethodNotAllowed
from aiohttp_web.request import Request
from aiohttp_web.stream_response import StreamResponse

__all__ = ("View",)


class View(AbstractView):
    """Base of views: subclasses define ``async def get(self)`` and so on."""

    @property
    def request(self) -> Request:
        """The request that the view was made for."""
        request: Request = self._request
        return request

    async def _serve(self) -> StreamResponse:
        method = self.request.method
        # A method that is no HTTP method of the list could name any attribute of the class.
        serve = getattr(self, method.lower(), None) if method in hdrs.METH_ALL else None
        if serve is None:
            self._raise_allowed_methods()
        response: StreamResponse = await serve()
        return response

    def __await__(self) -> Generator[Any, None, StreamResponse]:
        return self._serve().__await__()

    def _raise_allowed_methods(self) -> NoReturn:
        allowed = {method for method in hdrs.METH_ALL if hasattr(self, method.lower())}
        raise HTTPMethodNotAllowed(self.request.method, allowed)
