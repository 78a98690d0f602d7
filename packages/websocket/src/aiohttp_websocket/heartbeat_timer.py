"""The heartbeat of one open connection: the timer, the pings, and the end of a silent peer.

Laws
* There is one timer.  Data that arrives only leaves a time stamp, which is looked at when it fires.
* A peer that we do not listen to is not silent.
* A peer is given up only after one more look at the socket: if the program blocked the loop, the
  answer may wait there, and some loops run timers before they read.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from aiohttp_websocket.heartbeat import Heartbeat, Pulse
from aiohttp_websocket.writer import WebSocketWriter

__all__ = ("Beating", "HeartbeatTimer")

LAST_LOOK: Final = 0.001
"""Seconds until the loop has certainly read; a call without delay may come before that."""


class Beating(Protocol):
    """What a heartbeat needs of its connection."""

    @property
    def writer(self) -> WebSocketWriter:
        """The sending half."""

    @property
    def reading_paused(self) -> bool:
        """Whether it is we who do not listen."""

    def abort(self, error: BaseException) -> None:
        """Give the connection up because of *error*."""


class HeartbeatTimer:
    """Pings *owner*'s peer after *interval* seconds of silence; aborts if that is not answered.

    *error* makes the exception of a missing answer.  It runs until :meth:`stop`, which is to be
    called when the connection closes or is lost.
    """

    __slots__ = ("_error", "_heartbeat", "_last_look", "_loop", "_owner", "_timer")

    def __init__(
        self,
        owner: Beating,
        interval: float,
        error: Callable[[str], BaseException],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._owner = owner
        self._error = error
        self._loop = loop
        self._heartbeat = Heartbeat(interval, loop.time())
        self._last_look = False
        self._timer: asyncio.TimerHandle | None = loop.call_later(interval, self._beat)

    def heard(self) -> None:
        """Take note that the peer spoke, or may have spoken while we did not listen."""
        self._heartbeat.heard = self._loop.time()

    def stop(self) -> None:
        """Ping no more, and give nobody up."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _beat(self) -> None:
        self._timer = None
        if self._owner.reading_paused:
            self.heard()
        pulse, wait = self._heartbeat.beat(self._loop.time())
        if pulse is Pulse.GIVE_UP:
            if self._last_look:
                seconds = self._heartbeat.patience
                self._owner.abort(self._error(f"No PONG received after {seconds} seconds"))
                return
            wait = LAST_LOOK
        elif pulse is Pulse.PING:
            try:
                self._owner.writer.start_frame(b"", 9)
            except ConnectionError as exc:
                self._owner.abort(exc)
                return
        self._last_look = pulse is Pulse.GIVE_UP
        self._timer = self._loop.call_later(wait, self._beat)
