"""Encoding a body, streaming: gzip, deflate, br, zstd.

Laws
* A body is encoded in the order in which it was given, whatever is cancelled meanwhile.
* Pieces above a size are worked on in an executor, which keeps the loop free.
"""

from concurrent.futures import Executor
from typing import Any, Final

from aiohttp_core.codings.offload import MAX_SYNC_CHUNK_SIZE, Offload
from aiohttp_core.codings.optional import brotli_module, zstd_module
from aiohttp_core.codings.zlib_streams import ZLibCompressor

__all__ = ("BrotliCompressor", "ContentEncoder", "ZSTDCompressor", "make_encoder")

BROTLI_QUALITY: Final = 4
"""Quality of brotli for bodies made on the fly; the codec's own default suits files made once."""


class BrotliCompressor:
    """A compressing stream of brotli (RFC 7932)."""

    __slots__ = ("_obj", "_offload")

    def __init__(
        self,
        level: int | None = None,
        executor: Executor | None = None,
        max_sync_chunk_size: int | None = MAX_SYNC_CHUNK_SIZE,
    ) -> None:
        module = brotli_module()
        if module is None:
            raise RuntimeError("The br coding needs `Brotli` or `brotlicffi`, 1.2 or newer")
        self._obj: Any = module.Compressor(quality=BROTLI_QUALITY if level is None else level)
        self._offload = Offload(executor, max_sync_chunk_size)

    async def compress(self, data: bytes) -> bytes:
        """Compress *data*; return what is ready."""
        return await self._offload.run(self._obj.process, data)

    async def finish(self, data: bytes = b"") -> bytes:
        """Compress *data* and finish the stream."""

        def step(piece: bytes) -> bytes:
            begun: bytes = self._obj.process(piece) if piece else b""
            ended: bytes = self._obj.finish()
            return begun + ended

        return await self._offload.run(step, data)


class ZSTDCompressor:
    """A compressing stream of Zstandard (RFC 8878)."""

    __slots__ = ("_obj", "_offload")

    def __init__(
        self,
        level: int | None = None,
        executor: Executor | None = None,
        max_sync_chunk_size: int | None = MAX_SYNC_CHUNK_SIZE,
    ) -> None:
        module = zstd_module()
        if module is None:
            raise RuntimeError("The zstd coding needs Python 3.14 or `backports.zstd`")
        self._obj: Any = module.ZstdCompressor(level=level)
        self._offload = Offload(executor, max_sync_chunk_size)

    async def compress(self, data: bytes) -> bytes:
        """Compress *data*; return what is ready."""
        return await self._offload.run(self._obj.compress, data)

    async def finish(self, data: bytes = b"") -> bytes:
        """Compress *data* and finish the frame."""
        end = type(self._obj).FLUSH_FRAME
        return await self._offload.run(lambda piece: self._obj.compress(piece, end), data)


ContentEncoder = ZLibCompressor | BrotliCompressor | ZSTDCompressor
"""What encodes a body: ``await compress(data)``, then once ``await finish(data)``."""


def make_encoder(
    coding: str,
    *,
    level: int | None = None,
    strategy: int | None = None,
    executor: Executor | None = None,
    max_sync_chunk_size: int | None = MAX_SYNC_CHUNK_SIZE,
) -> ContentEncoder:
    """Return an encoder for *coding*: ``gzip``, ``deflate``, ``br`` or ``zstd``.

    *level* is the codec's own, *strategy* zlib's.  More than *max_sync_chunk_size* bytes at a time
    are encoded in *executor* (``None``: the loop's default one); ``None`` keeps all in the loop's
    thread.  Raises :exc:`ValueError` for an unknown coding, :exc:`RuntimeError` for a missing
    codec.
    """
    if coding in {"gzip", "deflate"}:
        return ZLibCompressor(
            encoding=coding,
            level=level,
            strategy=strategy,
            executor=executor,
            max_sync_chunk_size=max_sync_chunk_size,
        )
    if coding == "br":
        return BrotliCompressor(level, executor, max_sync_chunk_size)
    if coding == "zstd":
        return ZSTDCompressor(level, executor, max_sync_chunk_size)
    raise ValueError(f"Unknown content coding {coding!r}")
