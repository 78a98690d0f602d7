"""Uploaded files: in memory while they are small, on disk when they grow.

Laws
* Nothing is written to disk in the loop's thread, the step from memory to disk included.
* A file that is closed while a thread writes to it is closed by that thread's end.
"""

import asyncio
from tempfile import SpooledTemporaryFile
from typing import Final

__all__ = ("SpooledUpload",)

_BATCH: Final = 2**18


class SpooledUpload:
    """Collects an upload in a temporary file that has no name and is gone once it is closed.

    Up to *max_memory* bytes stay in memory; 0 keeps everything there.
    """

    __slots__ = ("_batch", "_batched", "_job", "_max_memory", "_on_disk", "file", "size")

    def __init__(self, max_memory: int) -> None:
        self.file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=max_memory)  # noqa: SIM115
        """What was written, to be read after :meth:`finish`."""
        self.size = 0
        """Bytes taken so far."""
        self._max_memory = max_memory
        self._on_disk = False
        self._batch: list[bytes] = []
        self._batched = 0
        self._job: asyncio.Future[int] | None = None

    async def write(self, data: bytes) -> None:
        """Take *data*.  Raises OSError if the disk does."""
        self.size += len(data)
        if not self._on_disk and (not self._max_memory or self.size <= self._max_memory):
            self.file.write(data)
            return
        self._on_disk = True
        self._batch.append(data)
        self._batched += len(data)
        if self._batched >= _BATCH:
            await self._flush()

    async def finish(self) -> None:
        """Write what is held back and go to the begin of the file."""
        if self._batch:
            await self._flush()
        self.file.seek(0)

    def close(self) -> None:
        """Remove the file, after the write that may be running.  May be called again."""
        if self._job is not None and not self._job.done():
            self._job.add_done_callback(lambda _: self.file.close())
        else:
            self.file.close()

    async def _flush(self) -> None:
        data = b"".join(self._batch)
        self._batch.clear()
        self._batched = 0
        job = asyncio.get_running_loop().run_in_executor(None, self.file.write, data)
        self._job = job
        try:
            await asyncio.shield(job)
        except asyncio.CancelledError:
            job.add_done_callback(_retrieve)
            raise


def _retrieve(job: "asyncio.Future[int]") -> None:
    """Take the error of a write that nobody waits for."""
    if not job.cancelled():
        job.exception()
