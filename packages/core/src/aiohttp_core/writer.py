"""Writing one message: head, framing, coding, and the count of bytes.

Laws
* The head and the first piece of the body leave in one write to the transport.
* A message has one framing.  With a declared length exactly that many bytes reach the wire: what is
  too much is refused whole, what is missing at the end is an error, and after either
  :attr:`StreamWriter.must_close` says that the connection cannot be used again.
* A write waits only while the transport is above its high-water mark.
* A piece that the caller could change afterwards is copied before it is handed over.
"""

import asyncio
import sys
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from typing import Any, Final

from multidict import CIMultiDict

from aiohttp_core import serializer
from aiohttp_core.body_length import BodyLength
from aiohttp_core.codings.encoders import ContentEncoder, make_encoder
from aiohttp_core.codings.offload import MAX_SYNC_CHUNK_SIZE
from aiohttp_core.errors import BodyLengthError, ClientConnectionResetError
from aiohttp_core.flow import WriteControl
from aiohttp_core.sendfile import send_file

__all__ = ("WRITELINES_PAUSES", "AbstractStreamWriter", "Byteish", "StreamWriter")

Byteish = bytes | bytearray | memoryview
"""What can be written to a body."""

JOIN_BELOW: Final = 16384
"""Pieces of together fewer bytes are joined; copying costs less than a second buffer."""

WRITELINES_PAUSES: Final = not (
    (3, 12, 0) <= sys.version_info < (3, 12, 9) or (3, 13, 0) <= sys.version_info < (3, 13, 2)
)
"""False where ``writelines`` of asyncio does not look at the high-water mark (CVE-2024-12254)."""

OnChunkSent = Callable[[bytes], Awaitable[None]]
OnHeadersSent = Callable[["CIMultiDict[str]"], Awaitable[None]]


class AbstractStreamWriter(ABC):
    """Takes one outgoing message; what payloads write to.

    Subclasses that pass body bytes on themselves call :attr:`on_body_write`, if it is set, with the
    number of body bytes (before coding and framing) and the position on the wire after them
    (spec row ADD-371).
    """

    buffer_size: int = 0
    """Bytes handed over since the writer last waited for the transport."""
    output_size: int = 0
    """Bytes handed over in all, head and framing included."""
    length: int | None = 0
    """Body bytes that are still to be written, or ``None`` if that is not declared."""
    on_body_write: Callable[[int, int], None] | None = None
    """Told of each piece of body: ``(nbytes, wire_position)``."""

    @abstractmethod
    async def write(self, chunk: Byteish) -> None:
        """Write a piece of the body."""

    @abstractmethod
    async def write_eof(self, chunk: bytes = b"") -> None:
        """Write the last piece of the body and end the message."""

    @abstractmethod
    async def drain(self) -> None:
        """Wait until the transport takes more."""

    @abstractmethod
    def enable_compression(self, encoding: str = "deflate", strategy: int | None = None) -> None:
        """Encode the body."""

    @abstractmethod
    def enable_chunking(self) -> None:
        """Frame the body with the chunked coding."""

    @abstractmethod
    async def write_headers(self, status_line: str, headers: "CIMultiDict[str]") -> None:
        """Take the head of the message."""

    def send_headers(self) -> None:
        """Send the head now, if it is held back.  Does nothing for writers that never do so."""


class StreamWriter(AbstractStreamWriter):
    """Writes one message to the transport of *protocol*.

    *protocol* is the connection, as :class:`~aiohttp_core.flow.WriteControl`; *loop* is accepted
    for compatibility.  *on_chunk_sent* is awaited with each piece of the body as the caller gave
    it, *on_headers_sent* with the header fields.

    Without :meth:`enable_chunking` and without :attr:`length` the body goes out as it is and its
    end has to be the end of the connection.

    Every method that writes raises :exc:`ClientConnectionResetError` if the transport is closing or
    gone.  Cancelling a write leaves the message in order as far as it was written.
    """

    def __init__(
        self,
        protocol: WriteControl,
        loop: asyncio.AbstractEventLoop | None = None,
        on_chunk_sent: OnChunkSent | None = None,
        on_headers_sent: OnHeadersSent | None = None,
    ) -> None:
        self.loop = loop
        self.output_size = 0
        self.buffer_size = 0
        self.chunked = False
        """Whether the body is framed by the chunked coding."""
        self.must_close = False
        """Whether the message was not written as declared, so that the connection is unusable."""
        self.body_suppressed = False
        """Whether the body is counted as written but not sent; see :meth:`suppress_body`."""
        self._protocol = protocol
        self._gate = protocol.gate
        self._on_chunk_sent = on_chunk_sent
        self._on_headers_sent = on_headers_sent
        self._head: bytes | None = None
        self._head_taken = False
        self._eof = False
        self._length: BodyLength | None = None
        self._encoder: ContentEncoder | None = None

    # -- what can be set before the body -----------------------------------------------------------

    @property
    def transport(self) -> asyncio.WriteTransport | None:
        """The transport of the connection, or ``None``."""
        return self._protocol.transport

    @property
    def length(self) -> int | None:
        """Body bytes still to be written, or ``None`` without a declared length.

        Setting it declares the length of the (encoded) body.  :exc:`ValueError` if it is negative,
        :exc:`RuntimeError` if the body is chunked.
        """
        return None if self._length is None else self._length.left

    @length.setter
    def length(self, value: int | None) -> None:
        if value is not None and self.chunked:
            raise RuntimeError("A chunked body cannot have a length (RFC 9112 section 6.2)")
        self._length = None if value is None else BodyLength(value)

    def enable_chunking(self) -> None:
        """Frame the body with the chunked coding.  :exc:`RuntimeError` if a length is declared."""
        if self._length is not None:
            raise RuntimeError("A body with a length cannot be chunked (RFC 9112 section 6.2)")
        self.chunked = True

    def enable_compression(
        self,
        encoding: str = "deflate",
        strategy: int | None = None,
        *,
        level: int | None = None,
        executor: Executor | None = None,
        max_sync_chunk_size: int | None = MAX_SYNC_CHUNK_SIZE,
    ) -> None:
        """Encode the body as ``deflate``, ``gzip``, ``br`` or ``zstd``.

        Pieces of more than *max_sync_chunk_size* bytes are encoded in *executor* (``None``: the
        loop's default one).  A declared length then counts encoded bytes.
        """
        self._encoder = make_encoder(
            encoding,
            level=level,
            strategy=strategy,
            executor=executor,
            max_sync_chunk_size=max_sync_chunk_size,
        )

    def suppress_body(self) -> None:
        """Send no body, whatever is written: for answers to HEAD and for 1xx, 204, 304.

        A declared length is then not held against the writer (RFC 9110 section 9.3.2).
        """
        self.body_suppressed = True

    # -- head --------------------------------------------------------------------------------------

    async def write_headers(self, status_line: str, headers: "CIMultiDict[str]") -> None:
        """Take the head.  It is sent with the first piece of the body, or by ``send_headers()``.

        Raises :exc:`ValueError` for CR, LF or NUL in any part, :exc:`RuntimeError` for a second
        head.
        """
        if self._head_taken:
            raise RuntimeError("The head of the message was written already")
        self._head = serializer.head(status_line, headers)
        self._head_taken = True
        if self._on_headers_sent is not None:
            await self._on_headers_sent(headers)

    def send_headers(self) -> None:
        """Send the head now, if it has not been sent.  Never waits."""
        head = self._head
        if head is not None:
            self._head = None
            self._hand_over([head])

    def withdraw(self) -> bool:
        """Drop a head that was taken and not sent, and end the message; tell whether there was one.

        After that another writer can send another message in place of this one.
        """
        if self._head is None or self._eof:
            return False
        self._head = None
        self._eof = True
        return True

    # -- body --------------------------------------------------------------------------------------

    async def write(self, chunk: Byteish, *, drain: bool = True) -> None:
        """Write a piece of the body, then wait while the transport is above its high-water mark.

        *drain* false leaves the waiting out.  An empty piece writes nothing.

        Raises :exc:`~aiohttp_core.errors.BodyLengthError` if more is written than declared;
        then nothing of this piece is sent.  :exc:`RuntimeError` after the end.
        """
        if self._eof:
            raise RuntimeError("Cannot call write() after write_eof()")
        data = chunk if type(chunk) is bytes else as_immutable(chunk)
        if self._on_chunk_sent is not None:
            await self._on_chunk_sent(data if isinstance(data, bytes) else bytes(data))
        taken = len(data)
        if self.body_suppressed:
            self.send_headers()
            return
        if self._encoder is not None:
            data = await self._encoder.compress(data)  # type: ignore[arg-type]  # any buffer will do
        size = len(data)
        if size:
            self._count(size)
            if self.chunked:
                self._send([serializer.chunk_header(size), data, b"\r\n"])
            else:
                self._send([data])
        if taken and self.on_body_write is not None:
            self.on_body_write(taken, self.output_size)
        if drain and self._gate.paused:
            await self.drain()

    async def write_eof(
        self, chunk: Byteish = b"", *, trailers: Mapping[str, str] | None = None
    ) -> None:
        """Write the last piece and end the message.  A second call does nothing.

        *trailers* are the trailer fields of a chunked body; :exc:`ValueError` without chunking.

        Raises :exc:`~aiohttp_core.errors.BodyLengthError` if less was written than declared.
        """
        if self._eof:
            return
        if trailers and not self.chunked:
            raise ValueError("Trailer fields need the chunked coding (RFC 9110 section 6.5.1)")
        data = chunk if type(chunk) is bytes else as_immutable(chunk)
        taken = len(data)
        if taken and self._on_chunk_sent is not None:
            await self._on_chunk_sent(data if isinstance(data, bytes) else bytes(data))
        if self.body_suppressed:
            self._eof = True
            self.send_headers()
            return
        if self._encoder is not None:
            data = await self._encoder.finish(data)  # type: ignore[arg-type]  # any buffer will do
            self._encoder = None
        size = len(data)
        pieces: list[bytes | memoryview] = []
        if size:
            self._count(size)
            pieces = [serializer.chunk_header(size), data, b"\r\n"] if self.chunked else [data]
        if self.chunked:
            last = serializer.last_chunk(trailers) if trailers else serializer.LAST_CHUNK
            pieces.append(last)
        self._eof = True
        self._send(pieces)
        if taken and self.on_body_write is not None:
            self.on_body_write(taken, self.output_size)
        self._check_end()
        if self._gate.paused:
            await self.drain()

    def set_eof(self) -> None:
        """End the message here, without a body piece and without waiting.

        Sends a head that is held back and the last chunk of a chunked body.  Raises as
        :meth:`write_eof` does.
        """
        if self._eof:
            return
        self._eof = True
        self._send([serializer.LAST_CHUNK] if self.chunked and not self.body_suppressed else [])
        if not self.body_suppressed:
            self._check_end()

    async def drain(self) -> None:
        """Wait while the transport is above its high-water mark.

        Raises :exc:`ClientConnectionResetError` if the connection is lost.
        """
        self.buffer_size = 0
        if self._gate.paused:
            await self._gate.wait()

    async def send_file(self, file: int, start: int, stop: int) -> bool:
        """Send the bytes from *start* to *stop* of *file*, a descriptor, past Python.

        False, with nothing of them sent, if that cannot be: the body is chunked, encoded or
        suppressed, shorter than that, or somebody wants to know of each piece; else
        :func:`~aiohttp_core.sendfile.send_file` decides, which also says what is raised.  A file
        that ends before makes the body too short, and :meth:`write_eof` raises.
        """
        watched = self._on_chunk_sent is not None or self.on_body_write is not None
        if self.chunked or watched or self.body_suppressed or self._encoder is not None:
            return False
        if self._eof or (self._length is not None and stop - start > self._length.left):
            return False
        self.send_headers()
        connection: Any = self._protocol
        sent = await send_file(connection, file, start, stop)
        if sent is None:
            return False
        self.count_sent(sent)
        return True

    def count_sent(self, size: int) -> None:
        """Count *size* bytes of body that reached the transport past this writer (``sendfile``).

        Raises :exc:`~aiohttp_core.errors.BodyLengthError` if they are more than declared.
        """
        self._count(size)
        self.output_size += size

    # -- inside ------------------------------------------------------------------------------------

    def _count(self, size: int) -> None:
        if self._length is not None:
            try:
                self._length.add(size)
            except BodyLengthError:
                self.must_close = True
                raise

    def _check_end(self) -> None:
        if self._length is not None:
            try:
                self._length.finish()
            except BodyLengthError:
                self.must_close = True
                raise

    def _send(self, pieces: list[Any]) -> None:
        """Hand over *pieces*, after the head if that was held back."""
        head = self._head
        if head is not None:
            self._head = None
            pieces.insert(0, head)
        if pieces:
            self._hand_over(pieces)

    def _hand_over(self, pieces: list[Any]) -> None:
        transport = self._protocol.transport
        if transport is None or transport.is_closing():
            self.must_close = True
            raise ClientConnectionResetError("Cannot write to closing transport")
        if len(pieces) == 1:
            size = len(pieces[0])
            transport.write(pieces[0])
        else:
            size = sum(map(len, pieces))
            if size < JOIN_BELOW or not WRITELINES_PAUSES:
                transport.write(b"".join(pieces))
            else:
                transport.writelines(pieces)
        self.output_size += size
        self.buffer_size += size


def as_immutable(chunk: Byteish) -> bytes | memoryview:
    """Return *chunk* as something of bytes that nobody changes; :exc:`TypeError` if it is neither.

    A transport may keep what it is given long after ``write()`` has returned.
    """
    if isinstance(chunk, bytes):
        return chunk
    if isinstance(chunk, bytearray):
        return bytes(chunk)
    if isinstance(chunk, memoryview):
        if isinstance(chunk.obj, bytes) and chunk.contiguous:
            return chunk if chunk.format == "B" and chunk.ndim == 1 else chunk.cast("B")
        return chunk.tobytes()
    raise TypeError(f"data argument must be byte-ish, not {type(chunk).__name__}")
