"""The deadlines of the exchanges of one connection, one exchange after the other.

Laws
* Deadlines are numbers that the connector's wheel looks at: setting and passing one costs no timer.
* Two are watched at a time: that of the whole request, and that of the present step.  A step is
  sending, waiting for the head, or a gap in the body.
* Each error names the phase that took too long.
* This module decides; the connection acts.
"""

import asyncio
from math import inf
from typing import TYPE_CHECKING

from aiohttp_client.deadline_wheel import DeadlineWheel
from aiohttp_client.errors import ServerTimeoutError, SocketTimeoutError, total_timeout_error
from aiohttp_client.exchange_options import DEFAULT_EXCHANGE_OPTIONS, ExchangeOptions
from aiohttp_client.timeouts import Phase

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("ExchangeClock",)

COMPILED: bool = cython.compiled
"""Whether this module runs compiled."""


class ExchangeClock:
    """Says when the present exchange has taken too long, and at what."""

    __slots__ = ("_loop", "_phase", "deadline", "options", "step", "wheel")

    def __init__(self, loop: asyncio.AbstractEventLoop, wheel: DeadlineWheel) -> None:
        self._loop = loop
        self._phase = Phase.SEND
        self.wheel = wheel
        self.options: ExchangeOptions = DEFAULT_EXCHANGE_OPTIONS
        """The limits that are in force."""
        self.deadline = inf
        """When the whole request is late, in the time of the loop."""
        self.step = inf
        """When the present step is late."""

    @property
    def stopped(self) -> bool:
        """Whether there is no deadline."""
        return self.deadline == inf and self.step == inf

    def start(self, options: ExchangeOptions, deadline: float) -> None:
        """An exchange begins under *options*; *deadline* is a time of the loop, or ``inf``."""
        self.options = options
        self.deadline = deadline
        if deadline < self.wheel.due:
            self.wheel.note(deadline)

    def stop(self) -> None:
        """The exchange is over."""
        self.deadline = self.step = inf
        self.options = DEFAULT_EXCHANGE_OPTIONS  # an idle connection holds nothing of a request

    def sending(self) -> None:
        """The request is being written from now on."""
        self.step = inf
        if self.options.send:
            self._limit_step(self.options.send, Phase.SEND)

    def waiting_for_head(self) -> None:
        """The server has to begin its answer, from now on."""
        limit = self.options.sock_read
        first_byte = self.options.first_byte
        if first_byte and (not limit or first_byte < limit):
            limit = first_byte
        self.step = inf
        if limit:
            self._limit_step(limit, Phase.FIRST_BYTE)

    def head_goes_on(self) -> None:
        """Something of the answer came, but not all of its head."""
        # A gap ends with each piece; the limit for the head is one for all of them.
        if self.step < inf and self._phase is Phase.FIRST_BYTE and not self.options.first_byte:
            self.waiting_for_head()

    def waiting_for_body(self) -> None:
        """The server has to go on with its answer, from now on."""
        self.step = inf
        if self.options.sock_read:
            self._limit_step(self.options.sock_read, Phase.READ)

    def pause(self) -> None:
        """The reader is slow, not the server: no step is measured until one begins anew."""
        self.step = inf

    def next(self) -> float:
        """Return the deadline that comes first, ``inf`` for none."""
        return self.deadline if self.deadline < self.step else self.step

    def error(self, now: float, phase: str) -> BaseException | None:
        """Return the error of a deadline that has passed by *now*; *phase* is what is done now."""
        if self.deadline <= now:
            return total_timeout_error(self.options.total, phase)
        if self.step > now:
            return None
        if self._phase is Phase.SEND:
            return ServerTimeoutError("Timeout on sending the request", phase=Phase.SEND.value)
        return SocketTimeoutError("Timeout on reading data from socket", phase=self._phase.value)

    def _limit_step(self, seconds: float, phase: Phase) -> None:
        when = self._loop.time() + seconds
        self._phase = phase
        self.step = when
        if when < self.wheel.due:
            self.wheel.note(when)
