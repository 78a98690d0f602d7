"""A connection without a peer, for streams that somebody else feeds (spec row ADD-982).

Libraries that make responses by hand give one to :class:`~aiohttp_core.StreamReader`; the
connections of sessions are :class:`~aiohttp_client.connection.HttpConnection`.
"""

import asyncio

from aiohttp_core import BaseProtocol

__all__ = ("ResponseHandler",)


class ResponseHandler(BaseProtocol):
    """The protocol of a connection that nothing was sent on."""

    __slots__ = ("_should_close",)

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        super().__init__(loop)
        self._should_close = False

    @property
    def should_close(self) -> bool:
        """Whether :meth:`force_close` was called."""
        return self._should_close

    def force_close(self) -> None:
        """Say that the connection must not be used again."""
        self._should_close = True

    def is_connected(self) -> bool:
        """Whether there is a transport that is not about to close."""
        return self.connected

    def close(self) -> None:
        """Close the transport, if there is one."""
        if self.transport is not None:
            self.transport.close()
            self.transport = None
