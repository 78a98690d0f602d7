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
import sys
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Final

from aiohttp_core.errors import ClientConnectionResetError
from aiohttp_core.flow import WriteControl
from aiohttp_core.writer import WRITELINES_PAUSES
from aiohttp_websocket.closing import close_payload
from aiohttp_websocket.deflate import Deflater
from aiohttp_websocket.deflate_params import check_window
from aiohttp_websocket.frames import FIN, RSV1, encode_frame, encode_header

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("COMPILED", "DEFAULT_LIMIT", "WebSocketWriter")

COMPILED: Final[bool] = cython.compiled
DEFAULT_LIMIT: Final = 2**18
EXECUTOR_SIZE: Final = 16 * 1024
JOIN_SIZE: Final = 16 * 1024
FRAGMENT_ABOVE: Final = 4 * 1024 * 1024
FRAGMENT_SIZE: Final = 1024 * 1024
BytesLike = bytes | bytearray | memoryview
CLOSING: Final = "Cannot write to closing transport"
KEY_BLOCK: Final = 4096
MAX_CONTROL: Final = 125
"""Bytes of payload in a control frame (RFC 6455 section 5.5)."""

# The same limits for the compiled module: C integers, which cost nothing to compare with.
_executor_size: int = EXECUTOR_SIZE
_join_size: int = JOIN_SIZE
# Where writelines() forgets the high-water mark, a sender would never wait (CVE-2024-12254).
_gather_above: int = JOIN_SIZE if WRITELINES_PAUSES else sys.maxsize

# Keys must be unpredictable (RFC 6455 section 5.3), and a system call for each small frame costs
# more than the frame: keys are cut from a block of random bytes.
_block: bytes = b""
_position: int = 0


def _as_bytes(data: object) -> bytes:
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f"data argument must be byte-ish ({type(data)!r})")
    return bytes(data)


def next_key() -> bytes:
    """Return four unpredictable bytes."""
    global _block, _position
    if _position >= len(_block):
        _block = os.urandom(KEY_BLOCK)
        _position = 0
    start = _position
    _position = start + 4
    return _block[start : start + 4]


def forget_keys() -> None:
    """Drop the block: after a fork parent and child must not use the same keys."""
    global _block
    _block = b""


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget_keys)


class WebSocketWriter:
    """Frames messages and writes them.

    *control* gives transport and write gate of the connection, *use_mask* is true on a client.
    *limit* is how many bytes may be written before the writer waits for the transport to drain.
    *compress* is the window of permessage-deflate in bits, 0 for none, and *notakeover* tells that
    the window must be dropped after each message.
    """

    __slots__ = (
        "_closing",
        "_cut",
        "_deflater",
        "_gate",
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
        self._gate = control.gate
        self.transport = transport
        self.use_mask = use_mask
        self._limit = limit
        self._random = random
        self.compress = compress
        self.notakeover = notakeover
        self.fragment_above = FRAGMENT_ABOVE
        """Uncompressed messages larger than this leave in fragments of 1 MiB; bytes."""
        self._closing = False
        self._cut = False
        self._since_drain = 0
        self._deflater: Deflater | None = None
        self._job: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """True while a message leaves in the background."""
        return self._job is not None

    @property
    def closing(self) -> bool:
        """True once a CLOSE was sent; nothing may follow it."""
        return self._closing

    async def send_frame(
        self, message: BytesLike, opcode: int, compress: int | None = None
    ) -> None:
        """Send one whole message, given as encoded bytes (spec rows WSS-19, WSC-13).

        *compress* overrides the agreed window for this message, with a fresh context; 0 sends it
        uncompressed.  Raises :class:`ClientConnectionResetError` after a CLOSE or a loss, and
        ``ValueError`` for an opcode that is none, for more than 125 bytes in a control frame, and
        for a window of other than 9 to 15 bits.
        """
        waiting = self.start_frame(message, opcode, compress)
        if waiting is not None:
            await waiting

    def start_frame(
        self, message: BytesLike, opcode: int, compress: int | None = None
    ) -> Awaitable[None] | None:
        """Send as :meth:`send_frame` does; return what is left to wait for, or ``None``."""
        if self._closing:
            raise ClientConnectionResetError(CLOSING)
        if type(message) is not bytes:
            message = _as_bytes(message)
        if opcode != 1 and opcode != 2:
            # A control frame is small, and whoever answers a ping must not wait for a slow peer.
            self._write_control(message, opcode)
            return None
        compressed = self._is_compressed(compress)
        if self._has_to_queue(len(message), compressed):
            return self._queue(message, opcode, compressed, compress)
        self._write_message(message, opcode, compressed, compress)
        if self._since_drain > self._limit:
            self._since_drain = 0
            if self._gate.paused:
                waiting: Awaitable[None] = self._gate.wait()
                return waiting
        return None

    def start_text(self, text: str, compress: int | None = None) -> Awaitable[None] | None:
        """Send TEXT as :meth:`start_frame` does; ``TypeError`` unless *text* is a ``str``."""
        if not isinstance(text, str):
            raise TypeError(f"data argument must be str ({type(text)!r})")
        return self.start_frame(text.encode("utf-8"), 1, compress)

    def start_bytes(self, data: BytesLike, compress: int | None = None) -> Awaitable[None] | None:
        """Send BINARY as :meth:`start_frame` does; ``TypeError`` unless *data* is bytes-like."""
        return self.start_frame(data, 2, compress)

    def write_frame(self, message: BytesLike, opcode: int, compress: int | None = None) -> None:
        """Write one message, whatever the transport still holds; nobody waits for it.

        A large message that is compressed or fragmented leaves in the background, in its place in
        the order; if the connection is lost meanwhile, nobody is told.
        """
        if self._closing:
            raise ClientConnectionResetError(CLOSING)
        if type(message) is not bytes:
            message = _as_bytes(message)
        if opcode != 1 and opcode != 2:
            self._write_control(message, opcode)
            return
        compressed = self._is_compressed(compress)
        if self._has_to_queue(len(message), compressed):
            _ = self._begin(message, opcode, compressed, compress)
        else:
            self._write_message(message, opcode, compressed, compress)

    def _is_compressed(self, compress: int | None) -> bool:
        if compress is None:
            return self.compress != 0
        if compress == 0:
            return False
        check_window(compress)
        return self.compress != 0

    def _has_to_queue(self, size: int, compressed: bool) -> bool:
        """Whether a message is sent by a job of its own, or behind one."""
        return self._job is not None or size > (
            _executor_size if compressed else self.fragment_above
        )

    def _write_control(self, message: bytes, opcode: int) -> None:
        if not 8 <= opcode <= 10:
            raise ValueError(f"A frame with opcode {opcode} cannot be sent as a message")
        if len(message) > MAX_CONTROL:
            raise ValueError(
                f"Control frame payload cannot be larger than {MAX_CONTROL} bytes: {len(message)}"
            )
        self._write(FIN | opcode, message)
        if opcode == 8:
            self._closing = True

    def _write_message(
        self, message: bytes, opcode: int, compressed: bool, compress: int | None
    ) -> None:
        if compressed:
            self._write(FIN | RSV1 | opcode, self._choose_deflater(compress).deflate(message))
        else:
            self._write(FIN | opcode, message)

    def close_now(self, code: int, message: bytes | str = b"") -> None:
        """Send a CLOSE frame at once, before messages that are being compressed, if none was sent.

        ``ValueError`` for a code or reason that may not be sent.
        """
        payload = close_payload(code, message)
        if not self._cut:
            sent = self._closing and self._job is None
            self._closing = self._cut = True
            if not sent:
                self._write(FIN | 8, payload)

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
        if not self._cut:
            self._write(FIN | 8, payload)

    async def drain(self) -> None:
        """Wait until the transport takes more."""
        if self._gate.paused:
            await self._gate.wait()

    # writing

    def _write(self, first: int, payload: bytes) -> None:
        transport = self.transport
        if transport.is_closing():
            raise ClientConnectionResetError(CLOSING)
        size = len(payload)
        if self.use_mask:
            if self._random is None:
                key = os.urandom(4) if size > _join_size else next_key()
            else:
                key = self._random.getrandbits(32).to_bytes(4, "big")
            transport.write(encode_frame(first, payload, key))
        elif size > _gather_above:
            transport.writelines((encode_header(first, size, None), payload))
        else:
            transport.write(encode_frame(first, payload, None))
        self._since_drain += size + 14

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
                if self._gate.paused:
                    await self._gate.wait()
                    self._check_uncut()
        await self.drain()

    async def _send_compressed(self, message: bytes, opcode: int, compress: int | None) -> None:
        deflater = self._choose_deflater(compress)
        if len(message) > EXECUTOR_SIZE:
            loop = asyncio.get_running_loop()
            payload = await loop.run_in_executor(None, deflater.deflate, message)
            self._check_uncut()
        else:
            payload = deflater.deflate(message)
        self._write(FIN | RSV1 | opcode, payload)
        if self._since_drain > self._limit:
            self._since_drain = 0
            await self.drain()

    def _check_uncut(self) -> None:
        if self._cut:
            raise ClientConnectionResetError(CLOSING)

    def _choose_deflater(self, compress: int | None) -> Deflater:
        if compress is not None and compress != self.compress:
            # The peer's window will hold this message, and that of our deflater would not: both
            # start anew.  The peer can read a smaller window than was agreed upon, but no larger.
            self._deflater = None
            return Deflater(min(compress, self.compress))
        if self._deflater is None:
            self._deflater = Deflater(self.compress, no_context_takeover=self.notakeover)
        return self._deflater

    # order

    async def _queue(
        self, message: bytes, opcode: int, compressed: bool, compress: int | None
    ) -> None:
        """Send behind what is under way; a cancelled caller does not cancel it."""
        await asyncio.shield(self._begin(message, opcode, compressed, compress))

    def _begin(
        self, message: bytes, opcode: int, compressed: bool, compress: int | None
    ) -> "asyncio.Task[None]":
        job = asyncio.get_running_loop().create_task(
            self._in_turn(self._job, message, opcode, compressed, compress)
        )
        self._job = job
        job.add_done_callback(self._job_done)
        return job

    async def _in_turn(
        self,
        before: "asyncio.Task[None] | None",
        message: bytes,
        opcode: int,
        compressed: bool,
        compress: int | None,
    ) -> None:
        if before is not None:
            await asyncio.wait((before,))
        self._check_uncut()
        if compressed:
            await self._send_compressed(message, opcode, compress)
        else:
            await self._send_plain(message, opcode)

    def _job_done(self, job: "asyncio.Task[None]") -> None:
        if self._job is job:
            self._job = None
        if not job.cancelled():
            job.exception()  # the sender was told, or is gone
