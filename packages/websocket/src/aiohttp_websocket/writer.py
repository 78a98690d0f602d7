"""Sending messages: the writing half of one connection, on top of a transport.

Laws
* Frames of one data message are never mixed with those of another: messages leave whole and in the
  order in which they were given, also when one of them is compressed in a thread.  Control frames
  may pass between the fragments of a large message (RFC 6455 section 5.4).
* Nothing is sent after a CLOSE; the attempt raises :class:`ClientConnectionResetError`.
* A cancelled sender never leaves half a message or a torn compression window behind: what was begun
  is finished in the background, in its place in the order.
* The common case, a small message on a connection that keeps up, makes no task, future or lock.
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp_core.errors import ClientConnectionResetError
from aiohttp_core.flow import WriteControl
from aiohttp_websocket.closing import close_payload
from aiohttp_websocket.deflate import Deflater
from aiohttp_websocket.frames import FIN, RSV1, encode_frame, encode_header
from aiohttp_websocket.types import WSMsgType

__all__ = ("DEFAULT_LIMIT", "WebSocketWriter")

DEFAULT_LIMIT: Final = 2**18
EXECUTOR_SIZE: Final = 16 * 1024
JOIN_SIZE: Final = 16 * 1024
FRAGMENT_ABOVE: Final = 4 * 1024 * 1024
FRAGMENT_SIZE: Final = 1024 * 1024
CLOSING: Final = "Cannot write to closing transport"


class WebSocketWriter:
    """Frames messages and writes them.

    *control* gives transport and write gate of the connection, *use_mask* is true on a client.
    *limit* is how many bytes may be written before the writer waits for the transport to drain.
    *compress* is the window of permessage-deflate in bits, 0 for none, and *notakeover* tells that
    the window must be dropped after each message.
    """

    __slots__ = (
        "_closing",
        "_control",
        "_deflater",
        "_job",
        "_limit",
        "_random",
        "_since_drain",
        "compress",
        "fragment_above",
        "notakeover",
        "transport",
        "use_mask",
    )

    def __init__(
        self,
        control: WriteControl,
        transport: asyncio.WriteTransport,
        *,
        use_mask: bool = False,
        limit: int = DEFAULT_LIMIT,
        random: random.Random | None = None,
        compress: int = 0,
        notakeover: bool = False,
    ) -> None:
        self._control = control
        self.transport = transport
        self.use_mask = use_mask
        self._limit = limit
        self._random = random
        self.compress = compress
        self.notakeover = notakeover
        self.fragment_above = FRAGMENT_ABOVE
        """Uncompressed messages larger than this leave in fragments of 1 MiB; bytes."""
        self._closing = False
        self._since_drain = 0
        self._deflater: Deflater | None = None
        self._job: asyncio.Task[None] | None = None

    @property
    def closing(self) -> bool:
        """True once a CLOSE was sent; nothing may follow it."""
        return self._closing

    async def send_frame(self, message: bytes, opcode: int, compress: int | None = None) -> None:
        """Send one whole message, given as encoded bytes (spec rows WSS-19, WSC-13).

        *compress* overrides the agreed window for this message, with a fresh context; 0 sends it
        uncompressed.  Raises :class:`ClientConnectionResetError` after a CLOSE or a loss.
        """
        waiting = self.start_frame(message, opcode, compress)
        if waiting is not None:
            await waiting

    def start_frame(
        self, message: bytes, opcode: int, compress: int | None = None
    ) -> Awaitable[None] | None:
        """Send as :meth:`send_frame` does; return what is left to wait for, or ``None``."""
        if type(message) is not bytes:
            message = bytes(message)
        compressed = self._is_compressed(opcode, compress)
        if self._has_to_queue(message, opcode, compressed=compressed):
            self._check_open(opcode)
            if compressed:
                return self._queue(lambda: self._send_compressed(message, opcode, compress))
            return self._queue(lambda: self._send_plain(message, opcode))
        self.write_frame(message, opcode, compress)
        # A control frame is small, and whoever answers a ping must not wait for a slow peer.
        return self._after_write() if opcode < 8 else None

    def write_frame(self, message: bytes, opcode: int, compress: int | None = None) -> None:
        """Write one message at once, whatever the transport still holds.

        ``RuntimeError`` for a message that cannot leave at once; see :meth:`send_frame` for that.
        """
        self._check_open(opcode)
        compressed = self._is_compressed(opcode, compress)
        if self._has_to_queue(message, opcode, compressed=compressed):
            raise RuntimeError("This message has to be awaited")
        if compressed:
            self._write(FIN | RSV1 | opcode, self._choose_deflater(compress).deflate(message))
        else:
            self._write(FIN | opcode, message)

    def _check_open(self, opcode: int) -> None:
        if self._closing and opcode != WSMsgType.CLOSE:
            raise ClientConnectionResetError(CLOSING)

    def _is_compressed(self, opcode: int, compress: int | None) -> bool:
        return bool(self.compress and opcode < 8 and (compress is None or compress))

    def _has_to_queue(self, message: bytes, opcode: int, *, compressed: bool) -> bool:
        """Whether a message is sent by a job of its own, or behind one."""
        if opcode >= 8:
            return False
        limit = EXECUTOR_SIZE if compressed else self.fragment_above
        return self._job is not None or len(message) > limit

    async def close(self, code: int = 1000, message: bytes | str = b"") -> None:
        """Send a CLOSE frame once; later calls do nothing.

        Waits until messages that are being compressed have left.  ``ValueError`` for a code or
        reason that may not be sent.
        """
        payload = close_payload(code, message)
        if self._closing:
            return
        job = self._job
        self._closing = True
        if job is not None:
            await asyncio.wait((job,))
        await self.send_frame(payload, WSMsgType.CLOSE)

    async def drain(self) -> None:
        """Wait until the transport takes more."""
        if self._control.gate.paused:
            await self._control.gate.wait()

    # writing

    def _write(self, first: int, payload: bytes) -> None:
        transport = self.transport
        if transport.is_closing():
            raise ClientConnectionResetError(CLOSING)
        size = len(payload)
        if self.use_mask:
            if self._random is None:
                key = os.urandom(4) if size > JOIN_SIZE else next_key()
            else:
                key = self._random.getrandbits(32).to_bytes(4, "big")
            transport.write(encode_frame(first, payload, key))
        elif size > JOIN_SIZE:
            transport.writelines((encode_header(first, size, None), payload))
        else:
            transport.write(encode_frame(first, payload, None))
        self._since_drain += size + 14

    def _after_write(self) -> Awaitable[None] | None:
        if self._since_drain > self._limit:
            self._since_drain = 0
            if self._control.gate.paused:
                return self._control.gate.wait()
        return None

    async def _send_plain(self, message: bytes, opcode: int) -> None:
        """Send a message in as many fragments as its size asks for."""
        size = len(message)
        if size <= self.fragment_above:
            self._write(FIN | opcode, message)
        else:
            start = 0
            while start < size:
                stop = min(start + FRAGMENT_SIZE, size)
                self._write(
                    (FIN if stop == size else 0) | (0 if start else opcode), message[start:stop]
                )
                start = stop
                if self._control.gate.paused:
                    await self._control.gate.wait()
        await self.drain()

    async def _send_compressed(self, message: bytes, opcode: int, compress: int | None) -> None:
        deflater = self._choose_deflater(compress)
        if len(message) > EXECUTOR_SIZE:
            loop = asyncio.get_running_loop()
            payload = await loop.run_in_executor(None, deflater.deflate, message)
        else:
            payload = deflater.deflate(message)
        self._write(FIN | RSV1 | opcode, payload)
        waiting = self._after_write()
        if waiting is not None:
            await waiting

    def _choose_deflater(self, compress: int | None) -> Deflater:
        if compress is not None and compress != self.compress:
            # The peer can read a smaller window than was agreed upon, but no larger one.
            return Deflater(min(compress, self.compress))
        if self._deflater is None:
            self._deflater = Deflater(self.compress, no_context_takeover=self.notakeover)
        return self._deflater

    # order

    async def _queue(self, send: Callable[[], Awaitable[None]]) -> None:
        """Run *send* behind what is under way; a cancelled caller does not cancel it."""
        job = asyncio.get_running_loop().create_task(self._in_turn(self._job, send))
        self._job = job
        job.add_done_callback(self._job_done)
        await asyncio.shield(job)

    @staticmethod
    async def _in_turn(
        before: "asyncio.Task[None] | None", send: Callable[[], Awaitable[None]]
    ) -> None:
        if before is not None:
            await asyncio.wait((before,))
        await send()

    def _job_done(self, job: "asyncio.Task[None]") -> None:
        if self._job is job:
            self._job = None
        if not job.cancelled():
            job.exception()  # the sender was told, or is gone


def _key_source() -> Callable[[], bytes]:
    # Keys must be unpredictable (RFC 6455 section 5.3), and a system call for each small frame
    # costs more than the frame: keys are cut from a block of random bytes.
    block, position = b"", 0

    def take(*_: Any) -> bytes:
        nonlocal block, position
        if position >= len(block):
            block, position = os.urandom(4096), 0
        key = block[position : position + 4]
        position += 4
        return key

    return take


next_key: Final = _key_source()
