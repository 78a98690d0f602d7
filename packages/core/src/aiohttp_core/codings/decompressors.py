"""br and zstd as plain decompressing streams, under historical names.

Laws
* A step gives at most ``max_length`` bytes, with 0 or less all that there is; what is held back
  comes with the next steps, for which no data is needed.
* Large steps run in an executor, in order, and none is lost by a cancellation.
"""

from concurrent.futures import Executor
from typing import Final

from aiohttp_core.codings.decoders import BrotliDecoder, Decoder, ZstdDecoder
from aiohttp_core.codings.offload import MAX_SYNC_CHUNK_SIZE, Offload

__all__ = ("BrotliDecompressor", "ZSTDDecompressor")

STEP: Final = 2**18


class _Decompressor:
    """What both have in common."""

    __slots__ = ("_decoder", "_offload")

    def __init__(
        self, decoder: Decoder, executor: Executor | None, max_sync_chunk_size: int | None
    ) -> None:
        self._decoder = decoder
        self._offload = Offload(executor, max_sync_chunk_size)

    def decompress_sync(self, data: bytes, max_length: int = 0) -> bytes:
        """Return at most *max_length* decoded bytes; all that there are with 0 or less."""
        return self._offload.run_now(lambda piece: self._step(piece, max_length), data)

    async def decompress(self, data: bytes, max_length: int = 0) -> bytes:
        """Do as :meth:`decompress_sync`, in the executor if *data* is large."""
        return await self._offload.run(lambda piece: self._step(piece, max_length), data)

    def flush(self) -> bytes:
        """Return what is held back."""
        return self._offload.run_now(lambda piece: self._step(piece, 0), b"")

    @property
    def data_available(self) -> bool:
        """Whether a call without new data can give more."""
        return not self._decoder.needs_input

    def _step(self, data: bytes, max_length: int) -> bytes:
        if max_length > 0:
            return self._decoder.decode(data, max_length)
        parts = [self._decoder.decode(data, STEP)]
        while not self._decoder.needs_input:
            parts.append(self._decoder.decode(b"", STEP))
        return b"".join(parts)


class BrotliDecompressor(_Decompressor):
    """A decompressing stream of brotli (RFC 7932).  Errors are ``ContentEncodingError``."""

    __slots__ = ()

    def __init__(
        self,
        executor: Executor | None = None,
        max_sync_chunk_size: int | None = MAX_SYNC_CHUNK_SIZE,
    ) -> None:
        super().__init__(BrotliDecoder(), executor, max_sync_chunk_size)


class ZSTDDecompressor(_Decompressor):
    """A decompressing stream of Zstandard frames.  Errors are ``ContentEncodingError``."""

    __slots__ = ()

    def __init__(
        self,
        executor: Executor | None = None,
        max_sync_chunk_size: int | None = MAX_SYNC_CHUNK_SIZE,
    ) -> None:
        super().__init__(ZstdDecoder(), executor, max_sync_chunk_size)
