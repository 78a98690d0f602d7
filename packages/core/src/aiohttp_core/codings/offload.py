"""Running the steps of one codec in a thread, in order and without losing any.

Laws
* Steps of one codec never overlap: a codec object is not safe to use from two threads.
* A step that has begun is finished.  If its caller is cancelled meanwhile, what the step gave is
  kept and stands in front of what the next step gives: no byte of the stream is lost or doubled.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Final

__all__ = ("MAX_SYNC_CHUNK_SIZE", "Offload")

MAX_SYNC_CHUNK_SIZE: Final = 4096
"""Up to so many bytes are worked on in the loop's thread (spec row ADD-073)."""


class Offload:
    """Runs the steps of one codec: small ones at once, large ones in *executor*.

    *executor* ``None`` is the loop's default; *max_sync_size* ``None`` keeps everything in the
    loop's thread.
    """

    __slots__ = ("_executor", "_job", "_kept", "_max_sync_size")

    def __init__(self, executor: Executor | None = None, max_sync_size: int | None = None) -> None:
        self._executor = executor
        self._max_sync_size = max_sync_size
        self._job: asyncio.Future[bytes] | None = None
        self._kept: list[bytes] = []

    def run_now(self, step: Callable[[bytes], bytes], data: bytes) -> bytes:
        """Run *step* in this thread.  :exc:`RuntimeError` while another is in the executor."""
        if self._job is not None:
            raise RuntimeError("the codec is in use by a thread")
        return self._joined(step(data))

    async def run(self, step: Callable[[bytes], bytes], data: bytes) -> bytes:
        """Run ``step(data)`` and return what it gave, after what a cancelled caller left behind.

        Cancelling the caller lets the step finish; see the laws of this module.
        """
        while self._job is not None:
            await asyncio.wait((self._job,))
        if self._max_sync_size is None or len(data) <= self._max_sync_size:
            return self._joined(step(data))
        loop = asyncio.get_running_loop()
        job = self._job = loop.run_in_executor(self._executor, step, data)
        try:
            given = await asyncio.shield(job)
        except asyncio.CancelledError:
            if job.done():
                self._keep(job)
            else:
                job.add_done_callback(self._keep)
            raise
        except BaseException:
            self._job = None
            raise
        self._job = None
        return self._joined(given)

    def _keep(self, job: "asyncio.Future[bytes]") -> None:
        self._job = None
        if not job.cancelled() and job.exception() is None:
            self._kept.append(job.result())

    def _joined(self, given: bytes) -> bytes:
        if not self._kept:
            return given
        self._kept.append(given)
        given = b"".join(self._kept)
        self._kept.clear()
        return given
