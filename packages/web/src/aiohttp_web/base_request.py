"""The request as the low-level server sees it (spec section 3.8).

Laws
* A request is made by the connection that it came by, around the parser's head; users only read it.
* There is one answer to a request and its copies, and one writer for it.
* What the head tells stands in ``request_head_view``, what the body gives in
  ``request_body_view``.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Self

from yarl import URL

from aiohttp_core import warn_caller
from aiohttp_core.writer import AbstractStreamWriter, StreamWriter
from aiohttp_web.detached_head import DetachedHead
from aiohttp_web.request_body_view import RequestBodyView

__all__ = ("BaseRequest",)

_UNSET: Any = object()


class BaseRequest(RequestBodyView):
    """An HTTP request.  Made by the server; users only read it.

    It is also a mutable mapping for values that belong to the request (WREQ-01).
    """

    __slots__ = (
        "_match_info",
        "_match_values",
        "_route",
        "_route_app",
        "_task",
        "_writer",
    )

    def __init__(
        self,
        message: Any,
        payload: Any,
        protocol: Any,
        payload_writer: Any = None,
        task: Any = None,
        loop: Any = None,
        *,
        client_max_size: int | None = None,
        client_max_fields: int | None = None,
        state: dict[Any, Any] | None = None,
        scheme: str | None = None,
        host: str | None = None,
        remote: str | None = None,
    ) -> None:
        self._state = state
        if isinstance(message, tuple):
            message = DetachedHead.from_raw_message(message)
        self._message = message
        self._payload = payload
        self._body = None
        self._protocol = protocol
        self._writer = payload_writer
        self._task = task
        self._client_max_size = client_max_size
        self._client_max_fields = client_max_fields
        self._route: Any = None
        self._route_app: Any = None
        self._match_values: dict[str, str] | None = None
        self._match_info: Any = None
        self._match_path = None
        self._query = None
        self._rel_url = None
        self._cache = None
        if scheme is not None:
            self._keep("scheme", scheme)
        if host is not None:
            self._keep("host", host)
        if remote is not None:
            self._keep("remote", remote)

    # Who serves it

    def take_match(self, match_info: Any) -> None:
        """Take what the router found."""
        self._match_info = match_info

    def take_route(self, route: Any, values: dict[str, str] | None, app: Any) -> None:
        """Take what leads to a handler of *app* alone; the match is made when it is asked for."""
        self._route = route
        self._match_values = values
        self._route_app = app

    @property
    def task(self) -> "asyncio.Task[Any] | None":
        """The task that serves the request (DISC-03)."""
        task: asyncio.Task[Any] | None = self._task
        # A task that is started at once asks before whoever made it could tell.
        return asyncio.current_task() if task is None else task

    def bind_task(self, task: Any) -> None:
        """Tell which task serves the request; done once by the connection."""
        self._task = task

    def finish(self) -> None:
        """Let go of what only a running handler needs; done once by the connection."""
        if self._cache is not None:
            self.close_files()

    # Sending

    @property
    def has_response_hooks(self) -> bool:
        """Whether :meth:`run_response_hooks` has anything to do."""
        return False

    async def run_response_hooks(self, response: Any) -> None:
        """Tell of *response*, whose head is about to be sent; here nobody is told."""

    @property
    def writer(self) -> AbstractStreamWriter:
        """The writer of the answer, as :meth:`response_writer` gives it."""
        return self.response_writer()

    def response_writer(self) -> AbstractStreamWriter:
        """Return the writer of the answer.

        There is one for each request, but for an answer that was prepared and given up before
        anything of it was sent: the one in its place has a writer of its own.
        """
        writer: AbstractStreamWriter | None = self._writer
        if writer is None or self.withdraw_response():
            writer = self._writer = self._protocol.make_writer()
        return writer

    def withdraw_response(self) -> bool:
        """Give up a response of which nothing was sent; tell whether there was one.

        Whatever is still written to it raises RuntimeError.
        """
        writer = self._writer
        if isinstance(writer, StreamWriter) and writer.withdraw():
            self._writer = None
            return True
        return False

    @property
    def response_started(self) -> bool:
        """Whether bytes of the final response were written."""
        writer = self._writer
        return writer is not None and writer.output_size > 0

    async def send_informational(
        self, status: int, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send an interim response, such as 103 Early Hints, before the final one.

        *status* must be 100 or from 102 to 199 (ValueError).  Nothing is sent to an HTTP/1.0
        client (RFC 9110 section 15.2).  Raises RuntimeError after the final response was begun.
        """
        await self._protocol.send_informational(self, status, headers)

    async def disconnected(self) -> None:
        """Return as soon as the client has left.

        Returns at once if it has left already.  May be cancelled, and awaited by several tasks.
        """
        await self._protocol.wait_for_loss()

    # Copies

    def clone(
        self,
        *,
        method: str = _UNSET,
        rel_url: URL | str = _UNSET,
        headers: Any = _UNSET,
        scheme: str = _UNSET,
        host: str = _UNSET,
        remote: str = _UNSET,
        client_max_size: int = _UNSET,
        client_max_fields: int = _UNSET,
    ) -> Self:
        """Return a copy with the given parts replaced (WREQ-18, FWD-01).

        The copy shares the body and the answer, and has its own copy of the values kept on the
        request.  Raises RuntimeError if the body was read by :meth:`read` or :meth:`post`
        (ADD-478).
        """
        if self._body is not None or self._kept("form") is not None:
            raise RuntimeError("Cannot clone request after reading its content")
        head: Any = self._message
        if method is not _UNSET or rel_url is not _UNSET or headers is not _UNSET:
            head = DetachedHead(head)
            if method is not _UNSET:
                head.method = method
            if rel_url is not _UNSET:
                head.target = str(URL(rel_url) if isinstance(rel_url, str) else rel_url)
            if headers is not _UNSET:
                head.set_headers(headers)
        copy = type(self)(
            head,
            self.content,
            self._protocol,
            # One answer to both: the server asks the request that it made whether it was begun.
            self._writer if self._protocol is None else self.response_writer(),
            self._task,
            client_max_size=(
                self._client_max_size if client_max_size is _UNSET else client_max_size
            ),
            client_max_fields=(
                self._client_max_fields if client_max_fields is _UNSET else client_max_fields
            ),
            state=None if self._state is None else dict(self._state),
            scheme=self._kept("scheme") if scheme is _UNSET else scheme,
            host=self._kept("host") if host is _UNSET else host,
            remote=self._kept("remote") if remote is _UNSET else remote,
        )
        copy._keep("forms", self._forms())
        return copy

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The running loop.  Deprecated since 3.5 (ADD-480)."""
        warn_caller("request.loop property is deprecated")
        return asyncio.get_running_loop()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._message.method} {self._message.target} >"
