"""Compressed messages of RFC 7692 section 7.2: one object per direction.

Laws
* A message is compressed or inflated by one object, in order; sliding windows are kept or
  dropped as agreed upon.
* Inflating gives at most the room that is left: a bomb costs its limit, whatever it promises.
* Corrupt data ends the connection with 1007, too much of it with 1009.
"""

import sys
from typing import Final

from aiohttp_core.codings.zlib_backend import ZLibBackend
from aiohttp_websocket.deflate_params import check_window
from aiohttp_websocket.types import WebSocketError, WSCloseCode

__all__ = ("TAIL", "Deflater", "Inflater")

TAIL: Final = b"\x00\x00\xff\xff"
MAX_STREAMS: Final = 1024


def _too_big(room: int) -> WebSocketError:
    return WebSocketError(
        WSCloseCode.MESSAGE_TOO_BIG,
        f"Message exceeds its limit when decompressed: there was room for {room} bytes",
    )


class Deflater:
    """Compresses what we send.  *bits* is our window, 9 to 15, *level* as for zlib.

    ``ValueError`` for other bits.
    """

    __slots__ = ("_bits", "_level", "_no_context_takeover", "_stream")

    def __init__(
        self, bits: int = 15, *, no_context_takeover: bool = False, level: int | None = None
    ) -> None:
        check_window(bits)
        self._bits = bits
        self._level = ZLibBackend.Z_BEST_SPEED if level is None else level
        self._no_context_takeover = no_context_takeover
        self._stream = ZLibBackend.compressobj(level=self._level, wbits=-bits)

    def deflate(self, data: bytes) -> bytes:
        """Return the compressed payload of one whole message."""
        stream = self._stream
        out = stream.compress(data) + stream.flush(ZLibBackend.Z_SYNC_FLUSH)
        if self._no_context_takeover:
            self._stream = ZLibBackend.compressobj(level=self._level, wbits=-self._bits)
        return out.removesuffix(TAIL)


class Inflater:
    """Inflates what the peer sends; a window of 15 reads every smaller one."""

    __slots__ = ("_no_context_takeover", "_stream", "_streams")

    def __init__(self, *, no_context_takeover: bool = False) -> None:
        self._no_context_takeover = no_context_takeover
        self._stream = ZLibBackend.decompressobj(wbits=-15)
        self._streams = 0

    def inflate(self, data: bytes, final: bool, room: int) -> bytes:
        """Return what *data*, a piece of one message, inflates to; *final* marks its last piece.

        At most *room* bytes are produced, -1 meaning no bound.  Raises :class:`WebSocketError` with
        1009 if there is more, and with 1007 for corrupt data.
        """
        pieces = []
        rest = data + TAIL if final else data
        while True:
            # One byte more than there is room for tells a full message from one that is too big.
            bound = 0 if room < 0 else min(room, sys.maxsize - 1) + 1
            try:
                out = self._stream.decompress(rest, bound)
            except ZLibBackend.error as exc:
                raise WebSocketError(
                    WSCloseCode.INVALID_TEXT, f"Invalid compressed data: {exc}"
                ) from exc
            if room >= 0:
                if len(out) > room:
                    raise _too_big(room)
                room -= len(out)
            pieces.append(out)
            if not self._stream.eof:
                if self._stream.unconsumed_tail:
                    rest = self._stream.unconsumed_tail
                    continue
                break
            # A final block ended the stream early (RFC 7692 section 7.2.3.4); go on with a new one.
            rest = self._stream.unused_data
            self._streams += 1
            if self._streams > MAX_STREAMS:
                raise WebSocketError(
                    WSCloseCode.MESSAGE_TOO_BIG, "Too many compressed streams in one message"
                )
            self._stream = ZLibBackend.decompressobj(wbits=-15)
            if not rest or rest == TAIL:
                break
        if final:
            self._streams = 0
            if self._no_context_takeover:
                self._stream = ZLibBackend.decompressobj(wbits=-15)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)
