"""Which zlib does the work of gzip and deflate: the standard one or a faster drop-in.

Laws
* Every use of zlib in the family goes through :data:`ZLibBackend`; what was made before a change of
  backend keeps the backend it was made with.
* A backend is checked when it is set, not when the first body breaks.
"""

import zlib
from typing import Any, Final, Protocol

__all__ = (
    "CompressObject",
    "DecompressObject",
    "ZLibBackend",
    "ZLibBackendProtocol",
    "ZLibBackendWrapper",
    "set_zlib_backend",
)


class CompressObject(Protocol):
    """One compressing stream, as ``zlib.compressobj()`` makes them."""

    def compress(self, data: bytes, /) -> bytes:
        """Take *data*; return what is ready."""

    def flush(self, mode: int = ..., /) -> bytes:
        """Return what is pending, in the way of *mode*."""


class DecompressObject(Protocol):
    """One decompressing stream, as ``zlib.decompressobj()`` makes them."""

    @property
    def eof(self) -> bool:
        """Whether the end of the compressed stream was reached."""

    @property
    def unused_data(self) -> bytes:
        """What came after that end."""

    @property
    def unconsumed_tail(self) -> bytes:
        """Input that was held back by ``max_length``."""

    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes:
        """Take *data*; return at most *max_length* bytes, 0 being no bound."""

    def flush(self, length: int = ..., /) -> bytes:
        """Return what is left."""


class ZLibBackendProtocol(Protocol):
    """What a module must offer to stand in for ``zlib``."""

    MAX_WBITS: int
    Z_BEST_COMPRESSION: int
    Z_BEST_SPEED: int
    Z_DEFAULT_STRATEGY: int
    Z_FINISH: int
    Z_FULL_FLUSH: int
    Z_SYNC_FLUSH: int
    error: type[Exception]

    def compressobj(self, *args: Any, **kwargs: Any) -> CompressObject:
        """Make a compressing stream."""

    def decompressobj(self, *args: Any, **kwargs: Any) -> DecompressObject:
        """Make a decompressing stream."""

    def compress(self, data: bytes, /, *args: Any, **kwargs: Any) -> bytes:
        """Compress at once."""

    def decompress(self, data: bytes, /, *args: Any, **kwargs: Any) -> bytes:
        """Decompress at once."""


NEEDED: Final = (
    "MAX_WBITS",
    "Z_BEST_COMPRESSION",
    "Z_BEST_SPEED",
    "Z_DEFAULT_STRATEGY",
    "Z_FINISH",
    "Z_FULL_FLUSH",
    "Z_SYNC_FLUSH",
    "compress",
    "compressobj",
    "decompress",
    "decompressobj",
    "error",
)


class ZLibBackendWrapper:
    """The backend in use, under the names of the ``zlib`` module."""

    __slots__ = ("_module",)

    def __init__(self, module: Any = zlib) -> None:
        self._module = module

    @property
    def name(self) -> str:
        """The module's name, as ``zlib`` or ``isal.isal_zlib``."""
        return str(getattr(self._module, "__name__", "undefined"))

    @property
    def module(self) -> Any:
        """The module itself."""
        return self._module

    def use(self, module: Any) -> None:
        """Change the backend; :exc:`TypeError` if *module* lacks a needed name."""
        missing = [name for name in NEEDED if not hasattr(module, name)]
        if missing:
            raise TypeError(f"{module!r} cannot replace zlib: it lacks {', '.join(missing)}")
        self._module = module

    def compressobj(self, *args: Any, **kwargs: Any) -> CompressObject:
        """Make a compressing stream with the backend in use."""
        made: CompressObject = self._module.compressobj(*args, **kwargs)
        return made

    def decompressobj(self, *args: Any, **kwargs: Any) -> DecompressObject:
        """Make a decompressing stream with the backend in use."""
        made: DecompressObject = self._module.decompressobj(*args, **kwargs)
        return made

    def __getattr__(self, attribute: str) -> Any:
        # Everything else of the module: constants, one-shot functions, the error class.
        return getattr(self._module, attribute)

    def __repr__(self) -> str:
        return f"<ZLibBackend {self.name}>"


ZLibBackend: Final = ZLibBackendWrapper()
"""The backend of the process."""


def set_zlib_backend(new_zlib_backend: Any) -> None:
    """Use *new_zlib_backend* for everything that is made from now on (spec row CMP-04).

    Tested are ``zlib``, ``zlib_ng.zlib_ng`` and ``isal.isal_zlib``.  Raises :exc:`TypeError` for a
    module that lacks what is needed.
    """
    ZLibBackend.use(new_zlib_backend)
