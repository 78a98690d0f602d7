"""Bodies that are files.

Laws
* Nothing of a file is read in the loop's thread, and never more than a piece at a time.  The kernel
  sends large files where nothing between them and the socket wants to see the bytes.
* The first write fixes where the body begins; each later one goes back there (spec row ADD-100).
* Reads of one file never overlap, even if one was cancelled while a thread was at it.
* A payload closes its file in :meth:`IOBasePayload.close`, not after writing: it may be sent again.
"""

import asyncio
import codecs
import os
from collections.abc import Callable
from io import BufferedReader, BytesIO, FileIO, IOBase, TextIOWrapper
from typing import Any, TypeVar

from aiohttp_core import hdrs
from aiohttp_core.payloads.base import (
    READ_SIZE,
    Payload,
    Replay,
    guess_filename,
    text_encoding,
)
from aiohttp_core.writer import AbstractStreamWriter, StreamWriter

__all__ = ("BufferedReaderPayload", "BytesIOPayload", "IOBasePayload", "TextIOPayload")

_T = TypeVar("_T")


class IOBasePayload(Payload):
    """The rest of a file, from its position on.

    The content type is guessed from the file's name, or from *filename*; with *disposition* a name
    is also sent in ``Content-Disposition``.
    """

    _value: Any

    def __init__(
        self, value: Any, disposition: str | None = "attachment", *args: Any, **kwargs: Any
    ) -> None:
        if "filename" not in kwargs:
            kwargs["filename"] = guess_filename(value)
        super().__init__(value, *args, **kwargs)
        self._start: int | None = None
        self._job: asyncio.Future[Any] | None = None
        if self._filename is not None and disposition is not None:
            if hdrs.CONTENT_DISPOSITION not in self.headers:
                self.set_content_disposition(disposition, filename=self._filename)

    @property
    def replay(self) -> Replay:
        """``REWINDABLE`` if the file is seekable, else ``ONCE``."""
        return Replay.REWINDABLE if self._is_seekable() else Replay.ONCE

    @property
    def size(self) -> int | None:
        """Bytes from where the body begins to the end; ``None`` without a file descriptor."""
        try:
            status = os.fstat(self._value.fileno())
            start = self._value.tell() if self._start is None else self._start
        except (AttributeError, OSError, ValueError):
            return None
        # Pipes and devices have no size; a file cut short meanwhile has nothing left.
        return max(0, status.st_size - start) if _is_regular(status) else None

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Return the rest of the file as text.  Reads it in the calling thread."""
        self._rewind()
        return self._encode(self._value.read()).decode(encoding, errors)

    async def as_bytes(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """Return the rest of the file, read off the loop."""

        def read_all() -> bytes:
            self._rewind()
            return self._encode(self._value.read())

        return await self._off_loop(read_all)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write the rest of the file, piece by piece."""
        await self.write_with_length(writer, None)

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        """Write at most *content_length* bytes of the rest of the file; ``None``: all."""
        left = content_length
        first = READ_SIZE if left is None else min(READ_SIZE, left)
        piece = await self._off_loop(lambda: self._read_first(first))
        while piece and left != 0:
            if left is not None:
                piece = piece[:left]
                left -= len(piece)
            await writer.write(piece)
            if left == 0:
                break
            size = READ_SIZE if left is None else min(READ_SIZE, left)
            piece = await self._off_loop(lambda size=size: self._read(size))  # type: ignore[misc]

    async def close(self) -> None:
        """Close the file; if a thread is just reading it, as soon as that is done."""
        if self._job is not None and not self._job.done():
            self._job.add_done_callback(lambda _: self._close_now())
        else:
            self._close_now()

    # -- inside, partly in a thread ----------------------------------------------------------------

    def _close_now(self) -> None:
        self._value.close()

    def _is_seekable(self) -> bool:
        try:
            return bool(self._value.seekable())
        except (AttributeError, ValueError):
            return False

    def _rewind(self) -> None:
        """Go to where the body begins; the first time that is where the file stands."""
        if self._consumed:
            raise RuntimeError("The file was sent and cannot be rewound")
        if not self._is_seekable():
            self._consumed = True
        elif self._start is None:
            self._start = self._value.tell()
        else:
            self._value.seek(self._start)

    def _read_first(self, size: int) -> bytes:
        self._rewind()
        return self._read(size)

    def _read(self, size: int) -> bytes:
        return self._encode(self._value.read(size))

    def _encode(self, data: Any) -> bytes:
        # A raw file that is not ready gives None, which would look like its end.
        if data is None:
            raise BlockingIOError("The file of a body is in non-blocking mode and has no data")
        return data  # type: ignore[no-any-return]

    async def _off_loop(self, work: Callable[[], _T]) -> _T:
        """Run *work* in the default executor, after what a cancelled caller left running."""
        while self._job is not None and not self._job.done():
            await asyncio.wait((self._job,))
        job = asyncio.get_running_loop().run_in_executor(None, work)
        self._job = job
        try:
            return await asyncio.shield(job)
        except asyncio.CancelledError:
            job.add_done_callback(_retrieve)
            raise


def _retrieve(job: "asyncio.Future[Any]") -> None:
    """Take the error of a job that nobody waits for."""
    if not job.cancelled():
        job.exception()


def _is_regular(status: os.stat_result) -> bool:
    return (status.st_mode & 0o170000) == 0o100000


class BufferedReaderPayload(IOBasePayload):
    """A binary file opened by ``open(path, "rb")``; a large one is sent by the kernel if it can."""

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        """Write at most *content_length* bytes of the rest of the file; ``None``: all."""
        size = self.size
        if size is not None and content_length is not None:
            size = min(size, content_length)
        if size is None or size <= READ_SIZE or not await self._sent_by_kernel(writer, size):
            await super().write_with_length(writer, content_length)

    async def _sent_by_kernel(self, writer: AbstractStreamWriter, size: int) -> bool:
        file = self._value
        # What a class of somebody else's gives need not be what lies on the disk.
        if type(file) is not BufferedReader or type(file.raw) is not FileIO:
            return False
        if not isinstance(writer, StreamWriter) or (self._job is not None and not self._job.done()):
            return False
        if self._start is None:
            self._start = file.tell()
        stop = self._start + size
        if not await writer.send_file(file.fileno(), self._start, stop):
            return False
        if not file.closed:
            file.seek(stop)
        return True


class BytesIOPayload(IOBasePayload):
    """The rest of a :class:`io.BytesIO`; it is in memory, so no thread is used."""

    _value: BytesIO
    _autoclose = True

    @property
    def size(self) -> int:
        """Bytes from where the body begins to the end."""
        start = self._value.tell() if self._start is None else self._start
        return max(0, self._value.getbuffer().nbytes - start)

    async def _off_loop(self, work: Callable[[], _T]) -> _T:
        return work()

    async def close(self) -> None:
        """Do nothing: the memory belongs to the caller, who may want to read it again."""


class TextIOPayload(IOBasePayload):
    """A text file, sent in the encoding of the content type, UTF-8 by default (ADD-098, ADD-099).

    A file of that encoding that is at its beginning is sent as the bytes it holds, and so has a
    size; any other is decoded and encoded piece by piece.
    """

    _value: Any

    def __init__(
        self,
        value: Any,
        *args: Any,
        encoding: str | None = None,
        content_type: str | None = None,
        **kwargs: Any,
    ) -> None:
        encoding, content_type = text_encoding(encoding, content_type, kwargs.get("headers"))
        super().__init__(value, *args, content_type=content_type, encoding=encoding, **kwargs)
        self._text = value
        self._encoder = codecs.getincrementalencoder(encoding)()
        if _holds(value, encoding):
            self._value = value.buffer

    @property
    def size(self) -> int | None:
        """The size in bytes if the file is sent as it is, else ``None``."""
        return None if self._value is self._text else super().size

    def _close_now(self) -> None:
        self._text.close()

    def _rewind(self) -> None:
        super()._rewind()
        self._encoder.reset()

    def _encode(self, data: Any) -> bytes:
        if isinstance(data, str):
            return self._encoder.encode(data)
        return super()._encode(data)


def _holds(value: IOBase, encoding: str) -> bool:
    """Return whether the bytes below the text file *value* are what would be sent anyway."""
    if not isinstance(value, TextIOWrapper) or value.closed:
        return False
    try:
        same = codecs.lookup(value.encoding).name == codecs.lookup(encoding).name
        return same and value.seekable() and value.tell() == 0 and value.buffer.tell() == 0
    except (LookupError, OSError, ValueError):
        return False
