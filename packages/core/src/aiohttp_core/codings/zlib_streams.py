"""gzip, zlib and raw deflate as plain streams (RFC 1950, 1951, 1952), under historical names.

Laws
* A step of decompression gives at most ``max_length`` bytes; the rest of its input stays inside.
* Large steps run in an executor, in order, and none is lost by a cancellation.
"""

from concurrent.futures import Executor

from aiohttp_core.codings.offload import MAX_SYNC_CHUNK_SIZE, Offload
from aiohttp_core.codings.zlib_backend import ZLibBackend

__all__ = ("ZLibCompressor", "ZLibDecompressor", "encoding_to_mode")


def encoding_to_mode(
    encoding: str | None = None,
    suppress_deflate_header: bool = False,
) -> int:
    """Return zlib's ``wbits`` for *encoding*: ``gzip``, or anything else for deflate.

    *suppress_deflate_header* means raw deflate.
    """
    wbits: int = ZLibBackend.MAX_WBITS
    if encoding == "gzip":
        return 16 + wbits
    return -wbits if suppress_deflate_header else wbits


class ZLibCompressor:
    """A compressing stream of gzip, zlib or raw deflate.

    *encoding* and *suppress_deflate_header* are as for :func:`encoding_to_mode`, unless *wbits* is
    given.  *level* and *strategy* are zlib's.  :meth:`compress` hands more than
    *max_sync_chunk_size* bytes to *executor* (``None``: the loop's default one).
    """

    __slots__ = ("_flush_mode", "_obj", "_offload")

    def __init__(
        self,
        encoding: str | None = None,
        suppress_deflate_header: bool = False,
        level: int | None = None,
        wbits: int | None = None,
        strategy: int | None = None,
        executor: Executor | None = None,
        max_sync_chunk_size: int | None = MAX_SYNC_CHUNK_SIZE,
    ) -> None:
        backend = ZLibBackend
        mode = encoding_to_mode(encoding, suppress_deflate_header) if wbits is None else wbits
        options: dict[str, int] = {
            "wbits": mode,
            "strategy": backend.Z_DEFAULT_STRATEGY if strategy is None else strategy,
        }
        if level is not None:
            options["level"] = level
        self._obj = backend.compressobj(**options)
        self._flush_mode: int = backend.Z_FINISH
        self._offload = Offload(executor, max_sync_chunk_size)

    def compress_sync(self, data: bytes) -> bytes:
        """Compress *data* in this thread; return what is ready."""
        return self._offload.run_now(self._obj.compress, data)

    async def compress(self, data: bytes) -> bytes:
        """Compress *data*, in the executor if it is large; return what is ready.

        Cancelling loses nothing: what the data became comes with the next call.
        """
        return await self._offload.run(self._obj.compress, data)

    def flush(self, mode: int | None = None) -> bytes:
        """Return what is pending; without *mode* the stream is finished."""
        flush_mode = self._flush_mode if mode is None else mode
        return self._offload.run_now(lambda _: self._obj.flush(flush_mode), b"")

    async def finish(self, data: bytes = b"") -> bytes:
        """Compress *data* and finish the stream, in the executor if *data* is large."""

        def step(piece: bytes) -> bytes:
            begun = self._obj.compress(piece) if piece else b""
            return begun + self._obj.flush(self._flush_mode)

        return await self._offload.run(step, data)


class ZLibDecompressor:
    """A decompressing stream of one gzip, zlib or raw deflate member; errors are zlib's own.

    For callers that know the format and want zlib's behaviour, as permessage-deflate does; bodies
    are decoded by :mod:`aiohttp_core.codings.decoders`.
    """

    __slots__ = ("_obj", "_offload", "_pending")

    def __init__(
        self,
        encoding: str | None = None,
        suppress_deflate_header: bool = False,
        executor: Executor | None = None,
        max_sync_chunk_size: int | None = MAX_SYNC_CHUNK_SIZE,
    ) -> None:
        self._obj = ZLibBackend.decompressobj(
            wbits=encoding_to_mode(encoding, suppress_deflate_header)
        )
        self._pending = False
        self._offload = Offload(executor, max_sync_chunk_size)

    def decompress_sync(self, data: bytes, max_length: int = 0) -> bytes:
        """Return at most *max_length* decoded bytes (0: all).  Held back input goes first."""
        return self._offload.run_now(lambda piece: self._step(piece, max_length), data)

    async def decompress(self, data: bytes, max_length: int = 0) -> bytes:
        """Do as :meth:`decompress_sync`, in the executor if *data* is large."""
        return await self._offload.run(lambda piece: self._step(piece, max_length), data)

    def flush(self, length: int = 0) -> bytes:
        """Return what is left, in pieces of *length* bytes to begin with."""
        return self._obj.flush(length) if length > 0 else self._obj.flush()

    def _step(self, data: bytes, max_length: int) -> bytes:
        tail = self._obj.unconsumed_tail
        given = self._obj.decompress(tail + data if tail else data, max_length)
        self._pending = bool(max_length) and len(given) == max_length and not self._obj.eof
        return given

    @property
    def data_available(self) -> bool:
        """Whether a call without new data can give more."""
        return bool(self._obj.unconsumed_tail) or self._pending

    @property
    def eof(self) -> bool:
        """Whether the end of the member was reached."""
        return self._obj.eof

    @property
    def unconsumed_tail(self) -> bytes:
        """Input held back by ``max_length``."""
        return self._obj.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """What came after the end of the member."""
        return self._obj.unused_data
