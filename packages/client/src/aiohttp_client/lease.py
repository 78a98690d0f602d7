"""The right to use one connection: what a connector hands out."""

import asyncio
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp_client.connection_key import ConnectionKey
from aiohttp_core import warn_caller

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("Connection",)

COMPILED: bool = cython.compiled
"""Whether this module runs compiled."""


class Connection:
    """A lease of one connection: what a connector hands out (spec rows CON-28 to CON-30, ADD-311).

    It is over with the exchange, by :meth:`release` or by :meth:`close`; what happens to the socket
    afterwards is nothing that the holder of an old lease could disturb.
    """

    __slots__ = ("__weakref__", "_callbacks", "_key", "_loop", "_protocol")

    def __init__(self, protocol: Any, key: ConnectionKey, loop: asyncio.AbstractEventLoop) -> None:
        self._protocol: Any = protocol
        self._key = key
        self._loop = loop
        self._callbacks: list[Callable[[], None]] | None = None

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"Connection<{self._key}>"

    def __del__(self) -> None:
        protocol = self._protocol
        if protocol is None:
            return
        self._protocol = None
        if self._loop.is_closed():
            return
        warnings.warn(f"Unclosed connection {self!r}", ResourceWarning, source=self)
        context = {"client_connection": self, "message": "Unclosed connection"}
        self._loop.call_exception_handler(context)
        protocol.close()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop; deprecated."""
        warn_caller("connector.loop property is deprecated")
        return self._loop

    @property
    def key(self) -> ConnectionKey:
        """The options that the connection was made with."""
        return self._key

    @property
    def transport(self) -> asyncio.Transport | None:
        """The transport, or ``None`` when the lease is over or the connection lost."""
        return None if self._protocol is None else self._protocol.transport

    @property
    def protocol(self) -> Any:
        """The connection itself, or ``None`` when the lease is over."""
        return self._protocol

    @property
    def closed(self) -> bool:
        """Whether the lease is over or the connection lost."""
        return self._protocol is None or not self._protocol.connected

    def add_callback(self, callback: Callable[[], None] | None) -> None:
        """Call *callback* when the lease is over."""
        if callback is None:
            return
        if self._callbacks is None:
            self._callbacks = []
        self._callbacks.append(callback)

    def close(self) -> None:
        """End the lease and close the socket."""
        protocol = self.end()
        if protocol is not None:
            protocol.close()

    def release(self) -> None:
        """End the lease; the socket goes back to the pool if it can be used again."""
        protocol = self.end()
        if protocol is not None:
            protocol.give_back()

    def end(self) -> Any:
        """Cut the tie and run the callbacks; return the connection if the lease was not over."""
        protocol = self._protocol
        self._protocol = None
        callbacks = self._callbacks
        if callbacks is not None:
            self._callbacks = None
            for callback in callbacks:
                try:
                    callback()
                except Exception as exc:
                    self._loop.call_exception_handler(
                        {"message": "Exception in a callback of a connection", "exception": exc}
                    )
        return protocol
