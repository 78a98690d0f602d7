"""How much of a request body has been sent, for whoever shows it (spec rows ADD-366 to ADD-371).

Laws
* One tracker follows one call, through all its attempts (redirects, repetitions).
* Reading progress costs the reader; the sender only notes two numbers per write.
* The future of the result never complains that nobody looked at it.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from aiohttp_client.errors import UploadAbortedError

__all__ = ("UploadTracker",)

_MAX_MARKS: Final = 1024


class UploadTracker:
    """Follows the upload of one request; give it as ``upload_tracker=``.

    Needs a running event loop.  A second request with the same tracker raises ``RuntimeError``.
    """

    __slots__ = ("_bound", "_marks", "_taken", "_taken_by_kernel", "attempts", "upload_complete")

    attempts: int
    """How often the sending of the body was begun."""
    upload_complete: "asyncio.Future[None]"
    """Done when the upload is over: ``None``, the error of the upload, or
    ``UploadAbortedError`` if the body was never sent completely."""

    def __init__(self) -> None:
        self.upload_complete = asyncio.get_running_loop().create_future()
        self.attempts = 0
        self._bound = False
        self._taken = 0
        # Marks (position on the wire, body bytes that end there), not yet known to be taken.
        self._marks: deque[tuple[int, int]] = deque()
        self._taken_by_kernel: Callable[[], int] | None = None

    @property
    def bytes_written(self) -> int:
        """Bytes of the body, before compression and framing, that the kernel has taken.

        0 at the start of each attempt.
        """
        self._settle()
        return self._taken

    def bind(self) -> None:
        """Claim the tracker for one call; ``RuntimeError`` if it has one already."""
        if self._bound:
            raise RuntimeError("An UploadTracker can follow one request only")
        self._bound = True

    def begin_attempt(self, taken_by_kernel: Callable[[], int] | None = None) -> None:
        """Begin to count anew.

        *taken_by_kernel* tells how many bytes of this message the kernel has taken so far; without
        it a byte counts once it was written.
        """
        self.attempts += 1
        self._taken = 0
        self._marks.clear()
        self._taken_by_kernel = taken_by_kernel

    def on_body_write(self, nbytes: int, wire_position: int) -> None:
        """Note that *nbytes* of the body were written and end at *wire_position* of the message."""
        if self._taken_by_kernel is None:
            self._taken += nbytes
            return
        marks = self._marks
        if len(marks) >= _MAX_MARKS:
            self._settle()
        if len(marks) >= _MAX_MARKS:
            # The kernel takes nothing: count these bytes with the newest ones that wait.
            nbytes += marks.pop()[1]
        marks.append((wire_position, nbytes))

    def _settle(self) -> None:
        marks = self._marks
        if not marks or self._taken_by_kernel is None:
            return
        position = self._taken_by_kernel()
        while marks and marks[0][0] <= position:
            self._taken += marks.popleft()[1]

    def end_attempt(self) -> None:
        """Count what is still on its way as taken, and forget the connection."""
        for _, nbytes in self._marks:
            self._taken += nbytes
        self._forget_connection()

    def finish(self, error: BaseException | None = None, *, complete: bool = True) -> None:
        """Settle :attr:`upload_complete`; only the first call counts.

        *error* is that of the upload.  Without one, *complete* says whether the whole body of the
        last attempt was sent.
        """
        self._settle()
        self._forget_connection()
        future = self.upload_complete
        if future.done():
            return
        if error is None and not complete:
            error = UploadAbortedError("The request ended before its body was sent completely")
        if error is None:
            future.set_result(None)
            return
        if not isinstance(error, Exception):
            # Cancellation and the like must not come out of an await of somebody else's.
            error = UploadAbortedError(f"The upload was interrupted: {error!r}")
        future.set_exception(error)
        # Nobody has to look at it.
        future.exception()

    def _forget_connection(self) -> None:
        self._marks.clear()
        self._taken_by_kernel = None

    def __repr__(self) -> str:
        state = "complete" if self.upload_complete.done() else "sending"
        return (
            f"<UploadTracker {state} bytes_written={self.bytes_written} attempts={self.attempts}>"
        )
