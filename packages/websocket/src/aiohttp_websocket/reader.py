"""Receiving frames: bytes in, messages out (RFC 6455 section 5).

Laws
* No input or output here: :meth:`MessageReader.feed` takes what arrived and hands every complete
  message to :meth:`MessageReader.deliver`; it raises :class:`WebSocketError` for the first broken
  byte, after everything before it was delivered, and ignores what follows (RFC 6455 section 7.1.7).
* A limit is checked against the *declared* length, before memory is taken for the payload.
* The masking rule of the role is enforced: a server takes only masked frames, a client only
  unmasked ones.
* Text is checked as it arrives: the first byte that cannot be UTF-8 ends the connection, in
  whichever piece or fragment it stands.
* A payload that arrived whole is copied once, into the object that the user gets.
* Control frames between fragments are delivered at once and leave the message intact.
* After ``hold()`` not one more message is delivered until ``release()``: one read of a few KB can
  inflate to many messages of full size, and the receiver's limit shall hold for them, too.
* A compressed payload is inflated piece by piece as it arrives, so that no single call takes long.
"""

import codecs
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from aiohttp_websocket.closing import parse_close_payload
from aiohttp_websocket.deflate import Inflater
from aiohttp_websocket.masking import (
    fill_payload,
    finish_payload,
    new_payload,
    unmask,
    unmask_behind_key,
)
from aiohttp_websocket.types import WebSocketError, WSCloseCode, WSMessage, WSMsgType

if TYPE_CHECKING:
    import cython
    from cython.cimports.aiohttp_websocket.message import new_message
else:
    from aiohttp_core import interpreted as cython

__all__ = ("COMPILED", "MessageReader")

COMPILED: Final[bool] = cython.compiled
"""Whether the codec runs compiled."""

TEXT: Final = WSMsgType.TEXT
BINARY: Final = WSMsgType.BINARY
PING: Final = WSMsgType.PING
PONG: Final = WSMsgType.PONG
CLOSE: Final = WSMsgType.CLOSE
MAX_LENGTH: Final = sys.maxsize
"""The longest frame: 2**63 - 1 by the RFC, less where no object can be that long."""
MAX_LIMIT: Final = sys.maxsize >> 1
"""A limit that nothing reaches, and that can be added to."""
UNBOUNDED_PIECE: Final = 1 << 24
LOOSE_PARTS: Final = 2048
NO_BYTES: Final = b""

Deliver = Callable[[WSMessage, int], object]


def _message(kind: WSMsgType, data: Any, extra: str) -> WSMessage:
    if cython.compiled:
        message: WSMessage = new_message(WSMessage, kind, data, extra)
        return message
    # Twice as fast as calling the named tuple.
    return tuple.__new__(WSMessage, (kind, data, extra))


def _protocol_error(text: str) -> WebSocketError:
    return WebSocketError(WSCloseCode.PROTOCOL_ERROR, text)


def _too_big(before: int, size: int, limit: int) -> WebSocketError:
    return WebSocketError(
        WSCloseCode.MESSAGE_TOO_BIG, f"Message size {before + size} exceeds limit {limit}"
    )


def _bad_text() -> WebSocketError:
    return WebSocketError(WSCloseCode.INVALID_TEXT, "Invalid UTF-8 text message")


def _long_length(encoded: bytes) -> int:
    """Decode an extended length; it must be minimal and below 2**63 (RFC 6455 section 5.2)."""
    length = int.from_bytes(encoded, "big")
    if length > MAX_LENGTH:
        raise WebSocketError(WSCloseCode.MESSAGE_TOO_BIG, f"Frame length {length} is out of range")
    if length < (126 if len(encoded) == 2 else 65536):
        raise _protocol_error("Frame length is not encoded minimally")
    return length


class MessageReader:
    """The receiving half of one connection.

    *receiver* gets each message with the number of payload bytes it holds; a subclass may override
    :meth:`deliver` instead.  *masked* is what the
    peer must do: true on a server, false on a client.  *max_msg_size* limits a message, before and
    after decompression, in bytes; 0 means no limit.  *inflater* is given if permessage-deflate was
    agreed upon.  With *decode_text* false TEXT messages carry ``bytes`` that were not checked.
    """

    __slots__ = (
        "_decode_text",
        "_failed",
        "_filled",
        "_fin",
        "_finished",
        "_fragment_compressed",
        "_fragment_opcode",
        "_fragment_size",
        "_fragments",
        "_held",
        "_inflater",
        "_key",
        "_length",
        "_loose",
        "_masked",
        "_max_msg_size",
        "_opcode",
        "_payload",
        "_reading_payload",
        "_receiver",
        "_rsv1",
        "_tail",
        "_text",
    )

    def __init__(
        self,
        receiver: Deliver | None,
        *,
        masked: bool,
        max_msg_size: int = 4 * 1024 * 1024,
        inflater: Inflater | None = None,
        decode_text: bool = True,
    ) -> None:
        if max_msg_size < 0:
            raise ValueError(f"max_msg_size may not be negative: {max_msg_size}")
        self._receiver = receiver
        self._masked = masked
        self._max_msg_size = min(max_msg_size, MAX_LIMIT)
        self._inflater = inflater
        self._decode_text = decode_text
        self._failed = False
        self._finished = False
        self._held = False
        self._tail = NO_BYTES
        # the frame being received
        self._reading_payload = False
        self._fin = False
        self._rsv1 = False
        self._opcode = 0
        self._length = 0
        self._filled = 0
        self._key: bytes | None = None
        self._payload: Any = None
        # the message being received; opcode 0 means none
        self._fragment_opcode = 0
        self._fragment_compressed = False
        self._fragment_size = 0
        self._fragments: list[Any] = []
        self._loose = 0
        self._text: codecs.IncrementalDecoder | None = None

    @property
    def failed(self) -> bool:
        """True once the peer broke the protocol; further input is ignored."""
        return self._failed

    @property
    def finished(self) -> bool:
        """True once a CLOSE frame came; further input is ignored."""
        return self._finished

    @property
    def held(self) -> bool:
        """True between :meth:`hold` and :meth:`release`."""
        return self._held

    def hold(self) -> None:
        """Deliver nothing more; what is fed is kept.  May be called while a message is delivered.

        The caller stops feeding: what it still feeds is kept without a limit.
        """
        self._held = True

    def release(self) -> None:
        """Go on after :meth:`hold` with what was kept; raises what :meth:`feed` does."""
        self._held = False
        self.feed(NO_BYTES)

    def deliver(self, message: WSMessage, size: int) -> None:
        """Hand a message on; *size* is that of its payload in bytes."""
        if self._receiver is not None:
            self._receiver(message, size)

    def feed(self, data: bytes) -> None:
        """Take bytes from the wire and deliver what they complete.

        Raises :class:`WebSocketError` once, for the first breach of the protocol, and
        ``TypeError`` unless *data* is ``bytes``.
        """
        if not cython.compiled and type(data) is not bytes:
            raise TypeError(f"data must be bytes, not {type(data).__name__}")
        if self._failed or self._finished:
            return
        if self._held:
            self._tail += data
            return
        try:
            self._feed(data)
        except BaseException:
            self._failed = True
            self._tail = NO_BYTES
            self._payload = None
            self._fragments = []
            raise

    def _feed(self, data: bytes) -> None:
        if self._tail:
            data = self._tail + data
            self._tail = NO_BYTES
        pos = 0
        size = len(data)
        while True:
            if self._reading_payload:
                pos = self._receive_piece(data, pos, size)
                if self._reading_payload:
                    return
            elif pos == size:
                return
            else:
                used = self._read_header(data, pos, size)
                if not used:
                    self._tail = data[pos:]
                    return
                pos += used
                length = self._length
                if size - pos < length:
                    self._key = data[pos - 4 : pos] if self._masked else None
                    self._start_payload()
                    continue
                stop = pos + length
                if self._masked:
                    payload = unmask_behind_key(data, pos, stop)
                else:
                    payload = data[pos:stop]
                pos = stop
                self._frame(payload)
            if self._held and not self._reading_payload:
                self._tail = data[pos:]
                return
            if self._finished:
                return

    def _read_header(self, data: bytes, pos: int, size: int) -> int:
        """Read one frame header at *pos*; return its length, or 0 if more bytes are needed.

        What the first bytes already prove wrong is refused before the rest has come.
        """
        available = size - pos
        if cython.compiled:
            p = data
            first = p[pos]
            second = p[pos + 1] if available > 1 else 0
        else:
            first = data[pos]
            second = data[pos + 1] if available > 1 else 0
        opcode = first & 0x0F
        self._check_first(first, opcode)
        if available < 2:
            return 0
        masked = second & 0x80 != 0
        if masked != self._masked:
            raise _protocol_error(
                "Received an unmasked frame from a client"
                if self._masked
                else "Received a masked frame from a server"
            )
        length = second & 0x7F
        used = 2
        if length > 125:
            if opcode >= 8:
                raise _protocol_error("Control frame payload cannot be larger than 125 bytes")
            used = 4 if length == 126 else 10
            if available < used:
                return 0
            length = _long_length(data[pos + 2 : pos + used])
        if self._max_msg_size and opcode < 8:
            self._check_size(first, length)
        if masked:
            if available < used + 4:
                return 0
            used += 4
        self._fin = first & 0x80 != 0
        self._rsv1 = first & 0x40 != 0
        self._opcode = opcode
        self._length = length
        return used

    def _check_size(self, first: int, length: int) -> None:
        """Hold a declared length against the limit, before any memory is taken for it."""
        limit = self._max_msg_size
        if first & 0x40 or self._fragment_compressed:
            # Data that cannot be compressed grows a little; the inflated size is checked later.
            limit += (limit >> 10) + 64
        if length > limit - self._fragment_size:
            raise _too_big(self._fragment_size, length, self._max_msg_size)

    def _check_first(self, first: int, opcode: int) -> None:
        """Check the byte of flags and opcode (RFC 6455 sections 5.2, 5.4 and 5.5)."""
        if first & 0x30:
            raise _protocol_error("Received frame with non-zero reserved bits")
        if first & 0x40 and (self._inflater is None or opcode == 0):
            raise _protocol_error("Received frame with non-zero reserved bits")
        if opcode == 1 or opcode == 2:
            if self._fragment_opcode:
                raise _protocol_error(
                    f"The opcode in non-fin frame is expected to be zero, got {opcode}"
                )
        elif opcode == 0:
            if not self._fragment_opcode:
                raise _protocol_error("Continuation frame for non started message")
        elif opcode == 8 or opcode == 9 or opcode == 10:
            if not first & 0x80:
                raise _protocol_error("Received fragmented control frame")
        else:
            raise _protocol_error(f"Unexpected opcode={opcode}")

    # receiving a payload in pieces

    def _start_payload(self) -> None:
        self._reading_payload = True
        self._filled = 0
        if self._streams() or self._length > UNBOUNDED_PIECE:
            self._payload = None
        else:
            self._payload = new_payload(self._length)

    def _streams(self) -> bool:
        """Whether the frame's bytes are inflated, or checked as UTF-8, while they arrive."""
        opcode = self._opcode
        if opcode >= 8:
            return False
        if opcode:
            return self._rsv1 or (opcode == 1 and self._decode_text)
        return self._fragment_compressed or (self._fragment_opcode == 1 and self._decode_text)

    def _receive_piece(self, data: bytes, pos: int, size: int) -> int:
        """Take what belongs to the unfinished payload; return the position behind it."""
        # In this order nothing overflows, whatever length was declared.
        missing = self._length - self._filled
        stop = pos + missing if missing < size - pos else size
        if self._payload is not None:
            fill_payload(self._payload, self._filled, data, pos, stop, self._key)
        elif stop > pos:
            if self._key is None:
                piece = data[pos:stop]
            else:
                piece = unmask(data, pos, stop, self._key, self._filled)
            self._keep_piece(piece)
        self._filled += stop - pos
        if self._filled == self._length:
            self._reading_payload = False
            if self._payload is not None:
                payload = finish_payload(self._payload)
                self._payload = None
                self._frame(payload)
            else:
                self._finish_frame()
        return stop

    def _keep_piece(self, piece: bytes) -> None:
        """Add a piece of a streamed frame to the message."""
        if self._opcode and not self._fragment_opcode:
            self._fragment_opcode = self._opcode
            self._fragment_compressed = self._rsv1
        self._add(piece, False)

    def _finish_frame(self) -> None:
        """All pieces of a streamed frame were added."""
        if self._fin:
            self._add(NO_BYTES, True)
            self._finish_message()

    # whole frames

    def _frame(self, payload: bytes) -> None:
        opcode = self._opcode
        if self._fin and (opcode == 1 or opcode == 2) and not self._rsv1:
            if opcode == 2 or not self._decode_text:
                self.deliver(
                    _message(BINARY if opcode == 2 else TEXT, payload, ""),
                    len(payload),
                )
                return
            try:
                text = payload.decode("utf-8")
            except UnicodeDecodeError as exc:
                raise _bad_text() from exc
            self.deliver(_message(TEXT, text, ""), len(payload))
        elif opcode >= 8:
            self._control(opcode, payload)
        else:
            if opcode:
                self._fragment_opcode = opcode
                self._fragment_compressed = self._rsv1
            self._add(payload, self._fin)
            if self._fin:
                self._finish_message()

    def _control(self, opcode: int, payload: bytes) -> None:
        if opcode == 9:
            self.deliver(_message(PING, payload, ""), len(payload))
        elif opcode == 10:
            self.deliver(_message(PONG, payload, ""), len(payload))
        else:
            code, reason = parse_close_payload(payload)
            self._finished = True
            self.deliver(_message(CLOSE, code, reason), len(payload))

    # messages in several frames or with compression

    def _add(self, payload: bytes, final: bool) -> None:
        """Add decoded bytes to the message; *final* marks its last piece."""
        limit = self._max_msg_size
        if self._fragment_compressed:
            inflater = self._inflater
            if inflater is None:
                raise _protocol_error("Received a compressed frame without an agreement")
            room = limit - self._fragment_size if limit else -1
            payload = inflater.inflate(payload, final, room)
        self._fragment_size += len(payload)
        if limit and self._fragment_size > limit:
            raise _too_big(0, self._fragment_size, limit)
        if self._fragment_opcode == 1 and self._decode_text:
            if self._text is None:
                self._text = codecs.getincrementaldecoder("utf-8")("strict")
            try:
                text = self._text.decode(payload, final)
            except UnicodeDecodeError as exc:
                raise _bad_text() from exc
            if text:
                self._keep(text)
        elif payload:
            self._keep(payload)

    def _keep(self, part: str | bytes) -> None:
        """Keep a part of the message; runs of small parts are joined, to cost no more than data."""
        fragments = self._fragments
        fragments.append(part)
        self._loose += 1
        if self._loose == LOOSE_PARTS:
            joined = type(part)().join(fragments[-LOOSE_PARTS:])
            del fragments[-LOOSE_PARTS:]
            fragments.append(joined)
            self._loose = 0

    def _finish_message(self) -> None:
        fragments = self._fragments
        data: str | bytes
        if self._fragment_opcode == 1 and self._decode_text:
            data = fragments[0] if len(fragments) == 1 else "".join(fragments)
        else:
            data = fragments[0] if len(fragments) == 1 else b"".join(fragments)
        message = _message(TEXT if self._fragment_opcode == 1 else BINARY, data, "")
        size = self._fragment_size
        self._fragments = []
        self._loose = 0
        self._fragment_opcode = 0
        self._fragment_compressed = False
        self._fragment_size = 0
        self._text = None
        self.deliver(message, size)
