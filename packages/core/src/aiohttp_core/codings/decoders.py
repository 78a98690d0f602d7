"""Decoding of one content coding, step by step: gzip, deflate, br, zstd.

Laws
* A step gives at most ``max_length`` bytes and keeps the rest of its input for the next step.
* Concatenated gzip or zlib members and zstd frames are decoded one after the other (ADD-066); what
  follows the last one and does not begin another is padding and is ignored.
* Many members that carry next to nothing are an attack: :exc:`DecompressSizeError` (ADD-067).
* Corrupt data, and an end before the coding's own end, raise :exc:`ContentEncodingError`; no input
  at all is an empty body (ADD-071).
"""

from abc import ABC, abstractmethod
from typing import Any, Final, Protocol

from aiohttp_core.codings.optional import brotli_module, zstd_module
from aiohttp_core.codings.zlib_backend import ZLibBackend
from aiohttp_core.errors import ContentEncodingError, DecompressSizeError

__all__ = (
    "GOOD_MEMBER",
    "MAX_MEMBERS",
    "BrotliDecoder",
    "Decoder",
    "DeflateDecoder",
    "GzipDecoder",
    "ZstdDecoder",
    "make_decoder",
)

MAX_MEMBERS: Final = 1024
"""Most members or frames of one body that give fewer than :data:`GOOD_MEMBER` bytes (ADD-818)."""

GOOD_MEMBER: Final = 4096
"""A member that gives so many bytes is work done, and is not counted."""

SLICE: Final = 32768
"""Input is handed over in slices of so many bytes: what zlib leaves over of one is copied."""

ZSTD_WINDOW_LOG: Final = 23
"""Windows of at most 8 MiB, which RFC 9659 makes the bound for content codings."""

ZSTD_HEAD: Final = 18
"""The longest frame header: magic, descriptor, window, dictionary, content size."""

WAIT: Final = object()
PADDING: Final = object()


class Decoder(Protocol):
    """One decoding stage."""

    @property
    def needs_input(self) -> bool:
        """Whether a step without new data would give nothing."""

    def decode(self, data: bytes, max_length: int) -> bytes:
        """Take *data*; return at most *max_length* (> 0) bytes, ``b""`` if input is needed."""

    def finish(self) -> None:
        """Say that there is no more input; :exc:`ContentEncodingError` if some is missing."""


def _broken(name: str, why: object) -> ContentEncodingError:
    return ContentEncodingError(f"Can not decode content-encoding: {name} ({why})")


class _MemberDecoder(ABC):
    """Decodes members, one codec object after the other."""

    __slots__ = (
        "_errors",
        "_first",
        "_given",
        "_input",
        "_max_members",
        "_members",
        "_obj",
        "_pos",
        "_stop",
        "needs_input",
    )

    name: str

    def __init__(self, errors: type[Exception], max_members: int) -> None:
        self.needs_input = True
        self._errors = errors
        self._max_members = max_members
        self._members = 0  # members that gave little
        self._given = 0  # bytes that the current member gave
        self._first = True
        self._stop = False  # the rest is padding
        self._obj: Any = None
        self._input = b""
        self._pos = 0  # so much of the input was handed over

    def decode(self, data: bytes, max_length: int) -> bytes:
        """Take *data*; return at most *max_length* bytes, ``b""`` if input is needed."""
        if self._stop:
            return b""
        if data:
            self._input = self._input[self._pos :] + data if self._pos < len(self._input) else data
            self._pos = 0
        while self._obj is not None or self._open_next():
            try:
                given, ended = self._step(max_length)
            except self._errors as why:
                raise _broken(self.name, why) from why
            if ended:
                self._end_member(len(given))
            if given:
                self._given += len(given)
                self.needs_input = False
                return given
            if not ended and self._pos == len(self._input):
                break
        self.needs_input = True
        return b""

    def finish(self) -> None:
        """Say that there is no more input; :exc:`ContentEncodingError` if some is missing."""
        if self._obj is not None or (self._first and self._pos < len(self._input)):
            raise _broken(self.name, "the data ends too early")

    def _open_next(self) -> bool:
        head = self._input[self._pos : self._pos + 4]
        if not head:
            return False
        found = self._open(head)
        if found is WAIT:
            return False
        if found is PADDING:
            self._stop = True
            self._input = b""
            self._pos = 0
            return False
        if self._members >= self._max_members:
            raise DecompressSizeError(
                f"Can not decode content-encoding: {self.name} "
                f"(more than {self._max_members} members)"
            )
        self._first = False
        self._obj = found
        self._given = 0
        return True

    def _end_member(self, given: int) -> None:
        self._pos -= len(self._obj.unused_data)
        self._obj = None
        if self._given + given < GOOD_MEMBER:
            self._members += 1

    def _next_slice(self) -> bytes:
        start = self._pos
        data = self._input
        if start == 0 and len(data) <= SLICE:
            self._pos = len(data)
            return data
        piece = data[start : start + SLICE]
        self._pos = start + len(piece)
        return piece

    @abstractmethod
    def _open(self, head: bytes) -> Any:
        """Return a codec object for the member that begins so, or ``WAIT`` or ``PADDING``."""

    @abstractmethod
    def _step(self, max_length: int) -> tuple[bytes, bool]:
        """Let the codec work once; return what it gave and whether the member ended."""


class _ZLibDecoder(_MemberDecoder):
    """What gzip and deflate have in common."""

    __slots__ = ()

    def __init__(self, max_members: int = MAX_MEMBERS) -> None:
        super().__init__(ZLibBackend.error, max_members)

    def _step(self, max_length: int) -> tuple[bytes, bool]:
        obj = self._obj
        given: bytes = obj.decompress(obj.unconsumed_tail or self._next_slice(), max_length)
        return given, obj.eof


class GzipDecoder(_ZLibDecoder):
    """gzip (RFC 1952)."""

    __slots__ = ()

    name = "gzip"

    def _open(self, head: bytes) -> Any:
        if not self._first and head[:2] != b"\x1f\x8b":
            return WAIT if head == b"\x1f" else PADDING
        return ZLibBackend.decompressobj(wbits=16 + ZLibBackend.MAX_WBITS)


class DeflateDecoder(_ZLibDecoder):
    """deflate: the zlib format (RFC 1950), or raw deflate (RFC 1951) where that is sent instead."""

    __slots__ = ("_raw",)

    name = "deflate"

    def __init__(self, max_members: int = MAX_MEMBERS) -> None:
        super().__init__(max_members)
        self._raw = False

    def _open(self, head: bytes) -> Any:
        if not self._raw:
            # RFC 1950 section 2.2: method 8, a window of at most 32 KiB, and a check by 31.
            is_zlib = head[0] & 0x0F == 8 and head[0] >> 4 <= 7
            if is_zlib and len(head) == 1:
                return WAIT
            if is_zlib and (head[0] << 8 | head[1]) % 31 == 0:
                return ZLibBackend.decompressobj(wbits=ZLibBackend.MAX_WBITS)
            if not self._first:
                return PADDING
            self._raw = True
        return ZLibBackend.decompressobj(wbits=-ZLibBackend.MAX_WBITS)


class ZstdDecoder(_MemberDecoder):
    """Zstandard (RFC 8878), with windows as RFC 9659 bounds them."""

    __slots__ = ("_head", "_module")

    name = "zstd"

    def __init__(self, max_members: int = MAX_MEMBERS) -> None:
        module: Any = zstd_module()
        if module is None:
            raise ContentEncodingError(
                "Can not decode content-encoding: zstd. "
                "It needs Python 3.14 or the `backports.zstd` package"
            )
        super().__init__(module.ZstdError, max_members)
        self._module = module
        self._head = b""  # how the current frame begins

    def _open(self, head: bytes) -> Any:
        if not self._first and not _begins_frame(head):
            return WAIT if len(head) < 4 and _may_begin_frame(head) else PADDING
        window = self._module.DecompressionParameter.window_log_max
        self._head = b""
        return self._module.ZstdDecompressor(options={window: ZSTD_WINDOW_LOG})

    def _step(self, max_length: int) -> tuple[bytes, bool]:
        obj = self._obj
        data = b""
        if obj.needs_input:
            if self._head:
                data = self._next_slice()
            else:
                # A frame that is there as a whole would be judged by stricter rules of the library
                # than one that comes in pieces.
                data = self._input[self._pos : self._pos + 1]
                self._pos += 1
        if len(self._head) < ZSTD_HEAD:
            self._head += data[: ZSTD_HEAD - len(self._head)]
        given: bytes = obj.decompress(data, max_length)
        return given, obj.eof

    def _end_member(self, given: int) -> None:
        # The library looks at this for some cuts of the same frame and for others not.
        size = _declared_size(self._head)
        if size is not None and size != self._given + given:
            raise _broken(self.name, "the size of a frame is not the declared one")
        super()._end_member(given)


def _declared_size(head: bytes) -> int | None:
    """Return the Frame_Content_Size of a zstd frame that begins so (RFC 8878 section 3.1.1.1)."""
    if head[:4] != b"\x28\xb5\x2f\xfd" or len(head) < 5:
        return None
    descriptor = head[4]
    single = descriptor >> 5 & 1
    length = (single, 2, 4, 8)[descriptor >> 6]
    start = 5 + (not single) + (0, 1, 2, 4)[descriptor & 3]
    if not length:
        return None
    size = int.from_bytes(head[start : start + length], "little")
    return size + 256 if length == 2 else size


def _begins_frame(head: bytes) -> bool:
    return head == b"\x28\xb5\x2f\xfd" or (head[0] & 0xF0 == 0x50 and head[1:] == b"\x2a\x4d\x18")


def _may_begin_frame(head: bytes) -> bool:
    return b"\x28\xb5\x2f\xfd".startswith(head) or (
        head[0] & 0xF0 == 0x50 and b"\x2a\x4d\x18".startswith(head[1:])
    )


class BrotliDecoder:
    """Brotli (RFC 7932)."""

    __slots__ = ("_error", "_obj", "_spill", "_started", "needs_input")

    name = "br"

    def __init__(self) -> None:
        module: Any = brotli_module()
        if module is None:
            raise ContentEncodingError(
                "Can not decode content-encoding: br. It needs `Brotli` or `brotlicffi`, >= 1.2"
            )
        self._obj: Any = module.Decompressor()
        self._error: type[Exception] = module.error
        self._spill = b""
        self._started = False
        self.needs_input = True

    def decode(self, data: bytes, max_length: int) -> bytes:
        """Take *data*; return at most *max_length* bytes, ``b""`` if input is needed."""
        given = self._spill
        if data:
            self._started = True
        if data or not given:
            try:
                # The codec overshoots its bound by up to the bound; what is too much waits here.
                given += self._obj.process(data, output_buffer_limit=max(1, max_length // 2))
            except self._error as why:
                raise _broken(self.name, why) from why
        self._spill = given[max_length:]
        self.needs_input = not given and self._obj.can_accept_more_data()
        return given[:max_length] if self._spill else given

    def finish(self) -> None:
        """Say that there is no more input; :exc:`ContentEncodingError` if some is missing."""
        if self._started and not self._obj.is_finished():
            raise _broken(self.name, "the data ends too early")


def make_decoder(coding: str, max_members: int = MAX_MEMBERS) -> Decoder:
    """Return a decoder for *coding*: ``gzip`` (or ``x-gzip``), ``deflate``, ``br`` or ``zstd``.

    Raises :exc:`ValueError` for another one, :exc:`ContentEncodingError` if the codec is missing.
    """
    if coding in ("gzip", "x-gzip"):
        return GzipDecoder(max_members)
    if coding == "deflate":
        return DeflateDecoder(max_members)
    if coding == "zstd":
        return ZstdDecoder(max_members)
    if coding == "br":
        return BrotliDecoder()
    raise ValueError(f"Unknown content coding {coding!r}")
