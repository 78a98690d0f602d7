"""Content codings: compressors, decompressors and the zlib behind them."""

from aiohttp_core.codings import (
    HAS_BROTLI,
    HAS_ZSTD,
    MAX_SYNC_CHUNK_SIZE,
    BrotliDecompressor,
    ZLibBackend,
    ZLibBackendProtocol,
    ZLibBackendWrapper,
    ZLibCompressor,
    ZLibDecompressor,
    ZSTDDecompressor,
    encoding_to_mode,
    set_zlib_backend,
)

__all__ = (
    "BrotliDecompressor",
    "HAS_BROTLI",
    "HAS_ZSTD",
    "MAX_SYNC_CHUNK_SIZE",
    "ZLibBackend",
    "ZLibBackendProtocol",
    "ZLibBackendWrapper",
    "ZLibCompressor",
    "ZLibDecompressor",
    "ZSTDDecompressor",
    "encoding_to_mode",
    "set_zlib_backend",
)
