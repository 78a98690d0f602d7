"""Content codings, streaming and bounded both ways (RFC 9110 section 8.4).

Laws
* ``HAS_BROTLI`` and ``HAS_ZSTD`` are looked up when asked for: importing this costs no codec.
"""

from aiohttp_core.codings.decoders import MAX_MEMBERS
from aiohttp_core.codings.decompressors import BrotliDecompressor, ZSTDDecompressor
from aiohttp_core.codings.encoders import (
    BrotliCompressor,
    ContentEncoder,
    ZSTDCompressor,
    make_encoder,
)
from aiohttp_core.codings.names import (
    MAX_CODINGS,
    accept_encoding,
    available_codings,
    codings_to_undo,
)
from aiohttp_core.codings.offload import MAX_SYNC_CHUNK_SIZE
from aiohttp_core.codings.optional import has_brotli, has_zstd
from aiohttp_core.codings.pipeline import DEFAULT_DECODE_LIMITS, BodyDecoder, DecodeLimits
from aiohttp_core.codings.stream import DecodingStream
from aiohttp_core.codings.zlib_backend import (
    ZLibBackend,
    ZLibBackendProtocol,
    ZLibBackendWrapper,
    set_zlib_backend,
)
from aiohttp_core.codings.zlib_streams import (
    ZLibCompressor,
    ZLibDecompressor,
    encoding_to_mode,
)

__all__ = (
    "DEFAULT_DECODE_LIMITS",
    "HAS_BROTLI",
    "HAS_ZSTD",
    "MAX_CODINGS",
    "MAX_MEMBERS",
    "MAX_SYNC_CHUNK_SIZE",
    "BodyDecoder",
    "BrotliCompressor",
    "BrotliDecompressor",
    "ContentEncoder",
    "DecodeLimits",
    "DecodingStream",
    "ZLibBackend",
    "ZLibBackendProtocol",
    "ZLibBackendWrapper",
    "ZLibCompressor",
    "ZLibDecompressor",
    "ZSTDCompressor",
    "ZSTDDecompressor",
    "accept_encoding",
    "available_codings",
    "codings_to_undo",
    "encoding_to_mode",
    "make_encoder",
    "set_zlib_backend",
)

HAS_BROTLI: bool
HAS_ZSTD: bool


def __getattr__(name: str) -> bool:
    if name == "HAS_BROTLI":
        return has_brotli()
    if name == "HAS_ZSTD":
        return has_zstd()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
