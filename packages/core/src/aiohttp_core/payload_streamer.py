"""Bodies written by a coroutine function, the way of aiohttp 2 (spec rows ADD-970, PAY-11).

Deprecated: an asynchronous generator is a body by itself.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp_core.caller_warnings import warn_caller
from aiohttp_core.payload import PAYLOAD_REGISTRY
from aiohttp_core.payloads.base import Payload, Replay
from aiohttp_core.writer import AbstractStreamWriter

__all__ = ("StreamPayload", "StreamWrapperPayload", "StreamerCall", "streamer")

WriterCoroutine = Callable[..., Awaitable[None]]


class StreamerCall:
    """A call of a decorated coroutine function that waits for its writer."""

    __slots__ = ("_args", "_coro", "_kwargs")

    def __init__(
        self, coro: WriterCoroutine, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        self._coro: Final = coro
        self._args: Final = args
        self._kwargs: Final = kwargs

    async def __call__(self, writer: AbstractStreamWriter) -> None:
        """Let the coroutine function write to *writer*."""
        await self._coro(writer, *self._args, **self._kwargs)


class streamer:  # noqa: N801  # the historical name
    """Decorate ``async def body(writer, ...)``: a call of it is a body.  Deprecated."""

    def __init__(self, coro: WriterCoroutine) -> None:
        warn_caller("@streamer is deprecated, use async generators instead")
        self.coro = coro

    def __call__(self, *args: Any, **kwargs: Any) -> StreamerCall:
        """Return a body; the writer is added when it is sent."""
        return StreamerCall(self.coro, args, kwargs)


class StreamWrapperPayload(Payload):
    """The body of a :class:`StreamerCall`.  It can be sent once: the coroutine decides."""

    _replay = Replay.ONCE

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Raise :exc:`TypeError`: what will be written is not known."""
        raise TypeError("Unable to decode.")

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Let the coroutine function write."""
        await self._value(writer)


class StreamPayload(StreamWrapperPayload):
    """The body of a decorated function that was not called: it takes no arguments."""

    def __init__(self, value: streamer, *args: Any, **kwargs: Any) -> None:
        super().__init__(value(), *args, **kwargs)


PAYLOAD_REGISTRY.register(StreamWrapperPayload, StreamerCall)
PAYLOAD_REGISTRY.register(StreamPayload, streamer)
