"""The closing handshake of RFC 6455 section 7, without any input or output.

Laws
* Each side sends at most one CLOSE frame; what comes after the peer's CLOSE is ignored.
* A code that may not stand on the wire (1004, 1005, 1006, 1015, unassigned ones, 5000 and above) is
  refused in both directions.
* The machine only answers questions; its owner does the sending, waiting and closing::

      OPEN ──sent──> CLOSE_SENT ──received──> CLOSED
        └──received──> CLOSE_RECEIVED ──sent──> CLOSED
      any ──lost──> CLOSED (code 1006)
"""

from enum import IntEnum
from typing import Final

from aiohttp_websocket.types import WebSocketError, WSCloseCode

__all__ = (
    "CloseState",
    "Closing",
    "MAX_REASON",
    "close_payload",
    "is_wire_code",
    "parse_close_payload",
)

MAX_REASON: Final = 123
_REGISTERED: Final = frozenset(
    {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014}
)


class CloseState(IntEnum):
    """How far the closing handshake has come."""

    OPEN = 0
    CLOSE_SENT = 1
    CLOSE_RECEIVED = 2
    CLOSED = 3


_SENT: Final = {
    CloseState.OPEN: CloseState.CLOSE_SENT,
    CloseState.CLOSE_RECEIVED: CloseState.CLOSED,
}
_RECEIVED: Final = {
    CloseState.OPEN: CloseState.CLOSE_RECEIVED,
    CloseState.CLOSE_SENT: CloseState.CLOSED,
}


def is_wire_code(code: int) -> bool:
    """Tell whether *code* is allowed in a CLOSE frame (RFC 6455 section 7.4)."""
    return code in _REGISTERED or 3000 <= code <= 4999


def close_payload(code: int, reason: bytes | str = b"") -> bytes:
    """Return the payload of a CLOSE frame.

    Raises ``ValueError`` for a code that must not be sent and for a reason longer than
    123 bytes in UTF-8.
    """
    if not is_wire_code(code):
        raise ValueError(f"Close code {int(code)} may not be sent")
    data = reason.encode("utf-8") if isinstance(reason, str) else bytes(reason)
    if len(data) > MAX_REASON:
        raise ValueError(f"Close reason is longer than {MAX_REASON} bytes: {len(data)}")
    return int(code).to_bytes(2, "big") + data


def parse_close_payload(payload: bytes) -> tuple[int, str]:
    """Return ``(code, reason)``; the code is 0 where the frame has none.

    Raises :class:`WebSocketError` with 1002 for a payload of one byte or a code that may not stand
    on the wire, and with 1007 for a reason that is not UTF-8.
    """
    if not payload:
        return 0, ""
    if len(payload) == 1:
        raise WebSocketError(
            WSCloseCode.PROTOCOL_ERROR, f"Invalid close frame: 1 byte of payload {payload!r}"
        )
    code = int.from_bytes(payload[:2], "big")
    if not is_wire_code(code):
        raise WebSocketError(WSCloseCode.PROTOCOL_ERROR, f"Invalid close code: {code}")
    try:
        return code, payload[2:].decode("utf-8")
    except UnicodeDecodeError as exc:
        raise WebSocketError(
            WSCloseCode.INVALID_TEXT, "Invalid UTF-8 text in the reason of a close frame"
        ) from exc


class Closing:
    """State of one connection's closing handshake.

    ``code`` is what the connection ended with: the peer's code, 1006 after a loss, or ``None`` as
    long as nothing ended.
    """

    __slots__ = ("code", "reason", "state")

    def __init__(self) -> None:
        self.state = CloseState.OPEN
        self.code: int | None = None
        self.reason = ""

    @property
    def may_send_data(self) -> bool:
        """Data frames may be sent only before a CLOSE went out."""
        return self.state in (CloseState.OPEN, CloseState.CLOSE_RECEIVED)

    def sent(self) -> bool:
        """A CLOSE is about to be sent: return whether it may, and remember that it was."""
        after = _SENT.get(self.state)
        if after is None:
            return False
        self.state = after
        return True

    def received(self, code: int, reason: str) -> bool:
        """The peer's CLOSE came: return whether it still has to be answered."""
        after = _RECEIVED.get(self.state)
        if after is None:
            return False
        self.state = after
        self.code, self.reason = code, reason
        return after is CloseState.CLOSE_RECEIVED

    def lost(self) -> None:
        """The connection ended; without a completed handshake the code is 1006."""
        if self.state is not CloseState.CLOSED or self.code is None:
            self.code = WSCloseCode.ABNORMAL_CLOSURE
        self.state = CloseState.CLOSED
