"""Building frames (RFC 6455 section 5.2): the inverse of what ``reader`` does.

Laws
* A length is always encoded minimally.
* A masked payload is copied once, masked on the way; an unmasked large one is not copied at all,
  because header and payload leave as two pieces.
"""

from typing import TYPE_CHECKING, Final

from aiohttp_websocket.masking import check_key, mask

if TYPE_CHECKING:
    import cython
    from cython.cimports.aiohttp_websocket.xor import xor
    from cython.cimports.cpython.bytes import PyBytes_AS_STRING, PyBytes_FromStringAndSize
    from cython.cimports.libc.string import memcpy
else:
    from aiohttp_core import interpreted as cython

__all__ = ("COMPILED", "FIN", "RSV1", "encode_frame", "encode_header")

COMPILED: Final[bool] = cython.compiled
FIN: Final = 0x80
"""The bit of a frame that is the last one of its message (RFC 6455 section 5.2)."""
RSV1: Final = 0x40
"""The bit of a message that is compressed (RFC 7692 section 6)."""


def _check(first: int, key: bytes | None) -> None:
    if not 0 <= first <= 0xFF:
        raise ValueError(f"Flags and opcode are one byte, not {first}")
    if key is not None:
        check_key(key)


def encode_header(first: int, length: int, key: bytes | None) -> bytes:
    """Return a frame header: *first* holds flags and opcode, *key* four bytes or ``None``.

    ``ValueError`` for a key of another length and for a number that is no byte or no length.
    """
    _check(first, key)
    bit = 0 if key is None else 0x80
    if length < 126:
        header = bytes((first, bit | length))
    elif length < 65536:
        header = bytes((first, bit | 126, length >> 8, length & 0xFF))
    else:
        header = bytes((first, bit | 127)) + length.to_bytes(8, "big")
    return header if key is None else header + key


def encode_frame(first: int, payload: bytes, key: bytes | None) -> bytes:
    """Return a whole frame as one object; see :func:`encode_header`.

    ``TypeError`` unless *payload* is ``bytes``.
    """
    _check(first, key)
    if cython.compiled:
        length = len(payload)
        start = 2 if length < 126 else 4 if length < 65536 else 10
        data = start if key is None else start + 4
        frame: bytes = PyBytes_FromStringAndSize(cython.NULL, data + length)
        out = PyBytes_AS_STRING(frame)
        bit = 0 if key is None else 0x80
        out[0] = first
        if start == 2:
            out[1] = bit | length
        elif start == 4:
            out[1] = bit | 126
            out[2] = length >> 8
            out[3] = length & 0xFF
        else:
            out[1] = bit | 127
            for index in range(8):
                out[2 + index] = (length >> (56 - 8 * index)) & 0xFF
        source = PyBytes_AS_STRING(payload)
        if key is None:
            memcpy(out + data, source, length)
        else:
            key_bytes = PyBytes_AS_STRING(key)
            memcpy(out + start, key_bytes, 4)
            xor(out + data, source, length, key_bytes, 0)
        return frame
    if type(payload) is not bytes:
        raise TypeError(f"payload must be bytes, not {type(payload).__name__}")
    if key is None:
        return encode_header(first, len(payload), None) + payload
    return encode_header(first, len(payload), key) + mask(payload, key)
