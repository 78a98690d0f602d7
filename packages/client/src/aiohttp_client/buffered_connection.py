"""A connection for loops that read into a buffer of ours.

Laws
* A loop that receives in the background must not get it: all connections share the buffer.
"""

import asyncio

from aiohttp_client.connection import HttpConnection
from aiohttp_client.deadline_wheel import DeadlineWheel
from aiohttp_client.pooled_connection import ConnectionOwner

__all__ = ("BufferedHttpConnection",)


class BufferedHttpConnection(HttpConnection, asyncio.BufferedProtocol):
    """The same for asyncio's own loops: it reads into one buffer that all connections share.

    asyncio's selector transport allocates 256 KiB for each read of a plain protocol; a buffer that
    stays saves more than the request itself costs.
    """

    __slots__ = ("_shared",)

    def __init__(
        self,
        owner: ConnectionOwner,
        loop: asyncio.AbstractEventLoop,
        wheel: DeadlineWheel,
        shared: memoryview,
    ) -> None:
        HttpConnection.__init__(self, owner, loop, wheel)
        self._shared = shared

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where to read into (called by the loop)."""
        return self._shared

    def buffer_updated(self, nbytes: int) -> None:
        """Take what was read (called by the loop)."""
        self.data_received(bytes(self._shared[:nbytes]))
