"""Sending a file by ``sendfile(2)``: the kernel copies it, whichever loop the transport is of.

Laws
* The socket is written to only while the transport holds nothing, and by nobody else meanwhile.
* The file is read in an executor: a slow disk stops no loop.  The socket does not block, so no
  client keeps a thread.
* A peer that takes nothing shuts the gate of its connection, which counts its time as always.
* Both descriptors are duplicates, which live until no thread uses them: whoever gives up may close
  the file and the transport at once.
"""

import asyncio
import errno
import os
from typing import Any, Final, Protocol

from aiohttp_core.errors import ClientConnectionResetError
from aiohttp_core.flow import CLOSING, WriteGate

__all__ = ("SENDFILE", "SendingConnection", "send_file")

SENDFILE: Final = hasattr(os, "sendfile")
"""Whether the system has ``sendfile``."""

AT_A_TIME: Final = 2**23
"""So many bytes are sent before it is looked again whether anybody still wants them."""

_NOT_THIS_WAY: Final = frozenset(
    (errno.EINVAL, errno.ENOSYS, errno.ENOTSOCK, errno.EOPNOTSUPP, errno.EOVERFLOW)
)
"""What the kernel answers if it cannot copy from this file or to this socket."""


class SendingConnection(Protocol):
    """What the sending needs of a connection: the transport, and its side of flow control."""

    @property
    def transport(self) -> Any:
        """The transport, or ``None`` after it was lost."""

    @property
    def gate(self) -> WriteGate:
        """The gate that is shut while the peer does not take what is sent."""

    def pause_writing(self) -> None:
        """Shut the gate."""

    def resume_writing(self) -> None:
        """Open the gate."""


async def send_file(connection: SendingConnection, file: int, start: int, stop: int) -> int | None:
    """Send the bytes from *start* to *stop* of *file*, a descriptor; return how many were sent.

    Fewer were sent if the file ends before.  ``None``: nothing was sent, for it cannot be done this
    way: the transport has no socket, or encrypts, or the system refuses.

    What was written before goes first.  The caller writes nothing meanwhile.  Raises
    :exc:`ClientConnectionResetError` if the connection is lost or closing, and the errors of the
    file.  After that, and after cancelling, any part may have been sent: the connection cannot be
    used any more.
    """
    transport = connection.transport
    sock = None if transport is None else transport.get_extra_info("socket")
    if sock is None or transport.get_extra_info("sslcontext") is not None:
        return None
    if not SENDFILE:
        return await _by_loop(transport, file, start, stop)
    await _emptied(connection, transport)
    copy = _Copy(sock.fileno(), file, start, stop)
    loop = asyncio.get_running_loop()
    try:
        while True:
            _check(connection, transport)
            try:
                await loop.run_in_executor(None, copy.step)
            except asyncio.CancelledError:
                copy.unwanted = True
                raise
            if copy.start == stop or copy.ended:
                return copy.start - start
            if copy.full:
                await _room(connection, loop, copy.socket)
    except ConnectionError as exc:
        if isinstance(exc, ClientConnectionResetError):
            raise
        raise ClientConnectionResetError("Connection lost") from exc
    except OSError as exc:
        if copy.start == start and exc.errno in _NOT_THIS_WAY:
            return None
        raise
    finally:
        if not copy.unwanted:  # else a thread may be at it
            copy.close()


async def _by_loop(transport: Any, file: int, start: int, stop: int) -> int | None:
    """Do the same by the loop, which on Windows has another function of the system for it."""
    with os.fdopen(file, "rb", buffering=0, closefd=False) as raw:
        try:
            return await asyncio.get_running_loop().sendfile(
                transport, raw, start, stop - start, fallback=False
            )
        except (NotImplementedError, asyncio.SendfileNotAvailableError):
            return None


class _Copy:
    """The way from a file to a socket, some steps of which are done in threads."""

    __slots__ = ("_file", "_stop", "ended", "full", "socket", "start", "unwanted")

    def __init__(self, sock: int, file: int, start: int, stop: int) -> None:
        self.socket = self._file = -1
        self.start = start
        """From where the file is still to be sent."""
        self._stop = stop
        self.ended = False
        """Whether the file has no more bytes."""
        self.full = False
        """Whether the socket takes no more for the time being."""
        self.unwanted = False
        """Whether the thread, if it is at it, sends no more and closes the descriptors."""
        self.socket = os.dup(sock)
        self._file = os.dup(file)

    def step(self) -> None:
        """Send what the socket takes; runs in a thread."""
        try:
            self._send()
        finally:
            if self.unwanted:
                self.close()

    def _send(self) -> None:
        self.full = False
        until = min(self._stop, self.start + AT_A_TIME)
        while self.start < until and not self.unwanted:
            try:
                sent = os.sendfile(self.socket, self._file, self.start, until - self.start)
            except BlockingIOError:
                self.full = True
                return
            if not sent:
                self.ended = True
                return
            self.start += sent

    def close(self) -> None:
        """Close the descriptors; not while a thread is at it."""
        descriptors = (self.socket, self._file)
        self.socket = self._file = -1
        for descriptor in descriptors:
            if descriptor >= 0:
                os.close(descriptor)

    def __del__(self) -> None:
        # For a step that was never begun, or ended as it was given up: its thread held the object.
        self.close()


def _check(connection: SendingConnection, transport: Any) -> None:
    """Raise if the transport is not to be written to any more; a duplicate does not know."""
    if connection.gate.closed or connection.transport is not transport or transport.is_closing():
        raise ClientConnectionResetError(CLOSING)


async def _emptied(connection: SendingConnection, transport: Any) -> None:
    """Wait until the transport holds nothing."""
    _check(connection, transport)
    if not transport.get_write_buffer_size():
        return
    low, high = transport.get_write_buffer_limits()
    transport.set_write_buffer_limits(0)
    try:
        await connection.gate.wait()
    finally:
        if not transport.is_closing():
            transport.set_write_buffer_limits(high, low)
    _check(connection, transport)


async def _room(
    connection: SendingConnection, loop: asyncio.AbstractEventLoop, descriptor: int
) -> None:
    """Wait until the socket takes more."""

    def room() -> None:
        loop.remove_writer(descriptor)
        connection.resume_writing()

    connection.pause_writing()
    loop.add_writer(descriptor, room)
    try:
        await connection.gate.wait()
    finally:
        loop.remove_writer(descriptor)
