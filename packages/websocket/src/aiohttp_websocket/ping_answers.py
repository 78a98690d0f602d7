"""Answering pings (RFC 6455 sections 5.5.2 and 5.5.3).

Laws
* A ping is answered when it arrives, past the messages that wait for a slow peer.
* While the transport is full only the latest ping is remembered: pings of a peer that does not read
  cost nothing.
* Nothing is answered once a CLOSE was sent.
"""

import asyncio

from aiohttp_core.flow import WriteGate
from aiohttp_core.log import ws_logger
from aiohttp_websocket.writer import WebSocketWriter

__all__ = ("PingAnswers",)


class PingAnswers:
    """Answers the pings of one connection; *gate* is shut while the transport is full."""

    __slots__ = ("_gate", "_latest", "_waiting", "_writer")

    def __init__(self, writer: WebSocketWriter, gate: WriteGate) -> None:
        self._writer = writer
        self._gate = gate
        self._latest: bytes | None = None
        self._waiting: asyncio.Task[None] | None = None

    def answer(self, payload: bytes) -> None:
        """Answer a ping, now or as soon as the transport takes more."""
        if self._writer.closing:
            return
        if not self._gate.paused:
            try:
                self._writer.start_frame(payload, 10)
            except ConnectionError:
                ws_logger.debug("A ping could not be answered: the connection is closing")
            return
        if self._latest is None:
            self._waiting = asyncio.get_running_loop().create_task(self._answer_later())
        self._latest = payload

    async def _answer_later(self) -> None:
        try:
            await self._gate.wait()
        except ConnectionError:
            return
        finally:
            payload, self._latest = self._latest, None
        if payload is not None:
            self.answer(payload)
