"""The receiving side of a server connection: the parser, and the body of the request in hand.

Laws
* One request at a time: there is one body on its way at most, and it belongs to the head in hand.
* A body that has come with its head is taken as bytes; every other one is pumped into a stream as
  fast as the handler reads.
* A client that sends a body has to keep a pace, averaged over a window.  A handler that does not
  read stops the clock.
* Broken framing that came with the head is an error before the handler runs; what comes later is an
  error of the stream.
"""

import asyncio
from typing import Any

from aiohttp_core.limits import HeadLimits
from aiohttp_core.parser import RequestParser
from aiohttp_web.body_intake import BodyIntake
from aiohttp_web.connection_transport import ConnectionTransport
from aiohttp_web.deadlines import NEVER
from aiohttp_web.payload_errors import RequestPayloadTimeout

__all__ = ("ConnectionInput",)


class ConnectionInput(ConnectionTransport):
    """What comes in on a connection of *server*."""

    __slots__ = (
        "_arrived",
        "_auto_decompress",
        "_continued",
        "_head",
        "_intake",
        "_keep",
        "_parser",
    )

    def __init__(self, server: Any, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(server, loop)
        options = server.options
        self._parser = RequestParser(options.limits, gather_chunks=True)
        self._auto_decompress = options.auto_decompress
        self._head: Any = None
        self._intake: Any = None
        # Whether the body of the current request came as a whole with its head.
        self._arrived = False
        # Whether the client was told to go on with its body.
        self._continued = False
        # Whether the connection may be kept, as far as anything but the body goes.
        self._keep = options.timeouts.keepalive != 0

    # What requests ask

    @property
    def client_max_size(self) -> int:
        """Bytes of body that a request may have; see :attr:`BaseRequest.client_max_size`."""
        size: int = self._server.client_max_size
        return size

    @property
    def client_max_fields(self) -> int:
        """Fields that a form may have; see :attr:`BaseRequest.client_max_fields`."""
        count: int = self._server.client_max_fields
        return count

    @property
    def read_bufsize(self) -> int:
        """The low-water mark of a body's stream, in bytes."""
        size: int = self._options.read_bufsize
        return size

    @property
    def head_limits(self) -> HeadLimits:
        """How much of a head is accepted, that of a part in a multipart body too."""
        limits: HeadLimits = self._options.limits
        return limits

    @property
    def keeps_alive(self) -> bool:
        """Whether the connection may live on after the current request."""
        return self._stays()

    def _stays(self) -> bool:
        if not self._keep:
            return False
        intake = self._intake
        if intake is None:
            return True
        if intake.failed is not None:
            return False
        # Who waits for 100 Continue and gets a final answer may or may not send the body.
        return self._continued or intake.complete or not self._head.expect

    # The body of the current request

    def _arrived_body(self) -> bytes | None:
        """Return the body if it has come with its head and needs no decoding."""
        if self._auto_decompress and self._head.content_encoding is not None:
            return None
        body: bytes | None = self._parser.take_body()
        self._arrived = body is not None
        return body

    def _receive_body(self) -> bool:
        """Begin to receive the body; tell whether its framing is whole so far (ADD-441)."""
        head = self._head
        coding = head.content_encoding if self._auto_decompress else None
        intake = self._intake = BodyIntake(
            self, self._parser, self._options.read_bufsize, coding, head.chunked
        )
        intake.pump()
        if intake.failed is not None and self._parser.failed:
            return False
        if not intake.complete:
            intake.fresh()
            self.deadline = self._sweep.after(self._body_window())
        return True

    def resume_reading(self) -> None:
        """Move on what waits in the parser, and read again if that is not enough.

        Reading is paused and resumed by the stream of the body.
        """
        if not self.reading_paused:
            return
        self.reading_paused = False
        intake = self._intake
        if intake is not None and not intake.complete:
            intake.pump()
            if self.reading_paused:
                return
        self._resume_transport()

    def _body_window(self) -> float:
        timeouts = self._options.timeouts
        return min(timeouts.body or NEVER, timeouts.keepalive or NEVER)

    def _expire_body(self) -> None:
        """Look at the pace of the body that is being received."""
        intake = self._intake
        if intake is None or intake.complete or intake.failed is not None:
            self.deadline = NEVER
            return
        window = self._body_window()
        self.deadline = self._sweep.after(window)
        needed = max(1, int(self._options.timeouts.body_rate * window))
        # A handler that does not read makes the client wait, which is not the client's fault.
        slow = intake.fresh() < needed and not self.reading_paused
        if slow:
            self.deadline = NEVER
            self._keep = False
            intake.fail(RequestPayloadTimeout("The body of the request came too slowly"))
