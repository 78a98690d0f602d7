"""Masking of RFC 6455 section 5.3, and the buffers that payloads are received into.

Laws
* The transformation is its own inverse and is keyed by four bytes and a phase (how many bytes of
  the frame came before), so that a payload may be processed in pieces.
* Compiled, a payload is copied exactly once: from the read into the object that the user gets.
  Interpreted, four ``bytes.translate`` calls over every fourth byte do the work; short pieces are
  XORed as one integer, which is faster below about 100 bytes.
* A payload that comes in tiny pieces takes hardly more memory than it is long.
* What :func:`new_payload` returns is opaque: it is filled in order and finished once.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import cython
    from cython.cimports.aiohttp_websocket.xor import xor
    from cython.cimports.cpython.bytearray import PyByteArray_AS_STRING
    from cython.cimports.cpython.bytes import PyBytes_AS_STRING, PyBytes_FromStringAndSize
    from cython.cimports.libc.string import memcpy
else:
    from aiohttp_core import interpreted as cython

__all__ = (
    "COMPILED",
    "check_key",
    "fill_payload",
    "finish_payload",
    "mask",
    "mask_in_place",
    "new_payload",
    "unmask",
    "unmask_behind_key",
)

COMPILED: Final[bool] = cython.compiled
SHORT: Final = 100
LOOSE_PIECES: Final = 2048


@lru_cache(maxsize=256)
def _table(key_byte: int) -> bytes:
    """Translation table of one key byte; there are 256 of them."""
    return bytes(value ^ key_byte for value in range(256))


def _rotated(key: bytes, phase: int) -> bytes:
    phase &= 3
    return key[phase:] + key[:phase] if phase else key


def _translate(data: bytes, key: bytes) -> bytes:
    """Interpreted body: *data* masked with *key* at phase 0."""
    size = len(data)
    if size < SHORT:
        if not size:
            return b""
        whole = (key * (size // 4 + 1))[:size]
        return (int.from_bytes(data, "little") ^ int.from_bytes(whole, "little")).to_bytes(
            size, "little"
        )
    out = bytearray(size)
    out[0::4] = data[0::4].translate(_table(key[0]))
    out[1::4] = data[1::4].translate(_table(key[1]))
    out[2::4] = data[2::4].translate(_table(key[2]))
    out[3::4] = data[3::4].translate(_table(key[3]))
    return bytes(out)


def unmask(data: bytes, start: int, stop: int, key: bytes, phase: int) -> bytes:
    """Return ``data[start:stop]`` masked with *key*, as a new object.

    *phase* is the offset of ``data[start]`` in its frame.
    """
    if cython.compiled:
        size = stop - start
        result: bytes = PyBytes_FromStringAndSize(cython.NULL, size)
        xor(
            PyBytes_AS_STRING(result),
            PyBytes_AS_STRING(data) + start,
            size,
            PyBytes_AS_STRING(key),
            phase,
        )
        return result
    return _translate(data[start:stop], _rotated(key, phase))


def unmask_behind_key(data: bytes, start: int, stop: int) -> bytes:
    """Return ``data[start:stop]`` unmasked with the four bytes before it, as a new object."""
    if cython.compiled:
        size = stop - start
        result: bytes = PyBytes_FromStringAndSize(cython.NULL, size)
        source = PyBytes_AS_STRING(data) + start
        xor(PyBytes_AS_STRING(result), source, size, source - 4, 0)
        return result
    return _translate(data[start:stop], data[start - 4 : start])


def check_key(key: bytes) -> None:
    """Raise ``ValueError`` unless *key* has four bytes."""
    if len(key) != 4:
        raise ValueError(f"A masking key has 4 bytes, not {len(key)}")


def mask(data: bytes, key: bytes) -> bytes:
    """Return *data* masked with *key*, as a new object.

    ``ValueError`` unless *key* has four bytes.
    """
    check_key(key)
    if cython.compiled:
        return unmask(data, 0, len(data), key, 0)
    return _translate(data, key)


def mask_in_place(key: bytes, data: bytearray) -> None:
    """Mask *data* in place; ``ValueError`` unless *key* has four bytes."""
    check_key(key)
    if cython.compiled:
        target = PyByteArray_AS_STRING(data)
        xor(target, target, len(data), PyBytes_AS_STRING(key), 0)
    else:
        data[:] = _translate(bytes(data), key)


def new_payload(size: int) -> Any:
    """Return a buffer for a payload of *size* bytes."""
    if cython.compiled:
        return PyBytes_FromStringAndSize(cython.NULL, size)
    return [], []


def fill_payload(
    target: Any, offset: int, data: bytes, start: int, stop: int, key: bytes | None
) -> None:
    """Put ``data[start:stop]`` at *offset* into *target*, unmasked with *key* if there is one."""
    if cython.compiled:
        p = PyBytes_AS_STRING(target) + offset
        if key is None:
            memcpy(p, PyBytes_AS_STRING(data) + start, stop - start)
        else:
            xor(p, PyBytes_AS_STRING(data) + start, stop - start, PyBytes_AS_STRING(key), offset)
    else:
        piece = data[start:stop]
        if key is not None:
            piece = _translate(piece, _rotated(key, offset))
        joined, loose = target
        loose.append(piece)
        if len(loose) == LOOSE_PIECES:
            # A piece of a few bytes takes ten times that: a peer could send nothing else.
            joined.append(b"".join(loose))
            loose.clear()


def finish_payload(target: Any) -> bytes:
    """Return the filled buffer as ``bytes``; it must not be used again."""
    if cython.compiled:
        payload: bytes = target
        return payload
    joined, loose = target
    return b"".join((*joined, *loose))
