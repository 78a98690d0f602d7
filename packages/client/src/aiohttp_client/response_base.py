"""The part of a response that every request touches: what has come, and whether it is wanted.

Laws
* A response holds its connection only while the body is arriving (spec row ADD-357).
* A response that nobody holds any more gives its connection up.
"""

import asyncio
import warnings
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final, Protocol

from yarl import URL

from aiohttp_client.errors import ClientConnectionError
from aiohttp_client.incoming import Incoming
from aiohttp_client.request_info import RequestInfo
from aiohttp_core.streams import StreamReader
from aiohttp_core.versions import HttpVersion

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("DONE", "ResponseBase", "SentRequest")

COMPILED: bool = cython.compiled
"""Whether this module runs compiled."""


class SentRequest(Protocol):
    """What a response keeps of the request that it answers."""

    @property
    def url(self) -> URL:
        """The URL without fragment and credentials."""

    @property
    def request_info(self) -> RequestInfo:
        """What was asked for."""


class _Done:
    """An awaitable that has nothing to wait for."""

    __slots__ = ()

    def __await__(self) -> Generator[None, None, None]:
        finished: Any = iter(())  # cheaper than a generator
        return finished  # type: ignore[no-any-return]


DONE: Final = _Done()
"""What :meth:`ResponseBase.release` returns: there is nothing to wait for."""


class ResponseBase:
    """The state of a response; :class:`ClientResponse` says what it means."""

    version: HttpVersion | None
    """The HTTP version of the response."""
    status: int
    """The status code; ``None`` before the head has come."""
    reason: str | None
    """The reason phrase; may be empty."""
    method: str
    """The method of the request."""
    in_context: bool
    """Whether the response is used as a context manager now."""

    _body: bytes | None
    _closed: bool
    _content: StreamReader | None
    _incoming: Incoming | None
    _loop: asyncio.AbstractEventLoop | None
    _released: bool
    _request: SentRequest | None

    def take(self, incoming: Incoming, method: str, request: SentRequest) -> None:
        """Be the response to *request*, whose head has come in."""
        self.method = method
        self._request = request
        self.take_head(incoming)

    def take_head(self, incoming: Incoming) -> None:
        """Take over what the head in *incoming* says, if there is one."""
        self._incoming = incoming
        head = incoming.head
        if head is not None:
            self.status = head.status
            self.reason = head.reason
            self.version = head.version

    def take_body(self) -> bytes | None:
        """Return the body, and keep it, if it is all here and nobody has asked for a stream."""
        incoming = self._incoming
        if incoming is None or self._released or self._content is not None:
            return None
        body = incoming.body()
        self._body = body
        return body

    def close(self) -> None:
        """Close the response and its connection, unless the whole body has arrived."""
        self._abandon()
        incoming = self._incoming
        if incoming is not None:
            incoming.abort()

    def release(self) -> Any:
        """Let the connection go: back to the pool if the body has arrived, else closed.

        The body cannot be read any more, unless :meth:`read` has done so.  For
        compatibility the result can be awaited.
        """
        if self._released:
            return DONE
        incoming = self._incoming
        if incoming is not None:
            connection = incoming.connection
            if connection is not None:
                connection.finish_buffered(incoming)
                incoming.abort()
            elif self._content is None and incoming.stream is None:
                # The usual case: everything has arrived, and nobody holds a stream.
                self._closed = self._released = True
                return DONE
        self._abandon()
        return DONE

    def _abandon(self) -> None:
        """Let later reads fail; what was buffered is given up."""
        self._closed = True
        self._released = True
        content = self._content
        if content is None and self._incoming is not None:
            content = self._incoming.stream
        if content is not None and content.exception() is None:
            content.set_exception(ClientConnectionError("Connection closed"))

    def __del__(self) -> None:
        incoming = self._incoming
        if incoming is not None and incoming.connection is not None and not self._closed:
            self._forgotten(incoming)

    def _forgotten(self, incoming: Incoming) -> None:
        """Nobody holds the response any more, and its body has not arrived."""
        loop = self._loop
        if loop is not None and loop.is_closed():
            return
        incoming.abort()
        if loop is not None and loop.get_debug():
            warnings.warn(f"Unclosed response {self!r}", ResourceWarning, source=self)
            loop.call_exception_handler({"client_response": self, "message": "Unclosed response"})


if not cython.compiled:
    # What the fields of a compiled object hold from the start.  As attributes of the class they
    # cost nothing for the many responses that never change them.
    for _name in (
        *("version", "status", "reason", "method"),
        *("_body", "_content", "_incoming", "_loop", "_request"),
    ):
        setattr(ResponseBase, _name, None)
    ResponseBase.in_context = ResponseBase._closed = ResponseBase._released = False
