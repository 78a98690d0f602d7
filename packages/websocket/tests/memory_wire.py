"""Connections in memory: a transport that keeps what is written, and two ends tied together."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp_core.flow import WriteGate
from aiohttp_websocket import (
    DeflateParams,
    Inflater,
    MessageReader,
    WebSocketConnection,
    WebSocketSettings,
    WSMessage,
)


class Wire:
    """A transport and the connection that owns it."""

    def __init__(self) -> None:
        self.gate = WriteGate()
        self.reading_paused = False
        self.written: list[bytes] = []
        self.state = "open"
        self.ended = asyncio.Event()
        self.buffered = 0
        self.half_close = True
        self.eof_error: Exception | None = None
        self.on_write: Callable[[bytes], None] | None = None
        self.transport: Wire | None = self

    # the transport

    def is_closing(self) -> bool:
        return self.state in ("closing", "aborted")

    def write(self, data: bytes) -> None:
        self.written.append(data)
        if self.on_write is not None:
            self.on_write(data)

    def writelines(self, pieces: Any) -> None:
        self.write(b"".join(pieces))

    def can_write_eof(self) -> bool:
        return self.half_close

    def write_eof(self) -> None:
        if self.eof_error is not None:
            raise self.eof_error
        self.state = "half"
        self.ended.set()

    def get_write_buffer_size(self) -> int:
        return self.buffered

    def close(self) -> None:
        self.state = "closing"
        self.ended.set()

    def abort(self) -> None:
        self.state = "aborted"
        self.ended.set()

    # the connection

    def pause_reading(self) -> None:
        self.reading_paused = True

    def resume_reading(self) -> None:
        self.reading_paused = False

    # for tests

    def sent(self, *, masked: bool = False, inflate: bool = False) -> list[WSMessage]:
        """What was written, as messages."""
        got: list[WSMessage] = []
        reader = MessageReader(
            lambda message, size: got.append(message),
            masked=masked,
            max_msg_size=0,
            inflater=Inflater() if inflate else None,
        )
        reader.feed(b"".join(self.written))
        return got


def server_on(
    wire: Wire,
    *,
    deflate: DeflateParams | None = None,
    read_limit: int = 2**18,
    **settings: Any,
) -> WebSocketConnection:
    """A server's connection on *wire*."""
    return WebSocketConnection(
        wire,
        server=True,
        settings=WebSocketSettings(**settings),
        deflate=deflate,
        read_limit=read_limit,
    )


class Pair:
    """A client and a server; bytes cross in the next turn of the loop, in pieces of *piece*."""

    def __init__(self, piece: int = 2**16, deflate: DeflateParams | None = None, **settings: Any):
        self.wires = (Wire(), Wire())
        self.ends = tuple(
            WebSocketConnection(
                wire,
                server=index == 0,
                settings=WebSocketSettings(**settings),
                deflate=deflate,
            )
            for index, wire in enumerate(self.wires)
        )
        self.server, self.client = self.ends
        self._piece = piece
        loop = asyncio.get_running_loop()
        for index, wire in enumerate(self.wires):
            wire.on_write = lambda data, to=1 - index: loop.call_soon(self._cross, to, data)  # type: ignore[misc]

    def _cross(self, to: int, data: bytes) -> None:
        for start in range(0, len(data), self._piece):
            self.ends[to].data_received(data[start : start + self._piece])
