"""How one open connection behaves, and what it needs of its surroundings."""

from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp_core.flow import WriteGate
from aiohttp_websocket.deflate import Inflater
from aiohttp_websocket.deflate_params import DeflateParams
from aiohttp_websocket.writer import DEFAULT_LIMIT, WebSocketWriter

__all__ = ("ConnectionControl", "WebSocketSettings", "make_inflater", "make_writer")


class ConnectionControl(Protocol):
    """What a WebSocket needs of the connection that was upgraded."""

    @property
    def transport(self) -> Any:
        """The transport, or ``None`` once the connection is lost."""

    @property
    def gate(self) -> WriteGate:
        """The gate that is shut while the transport is above its high-water mark."""

    @property
    def reading_paused(self) -> bool:
        """Whether the connection reads nothing at the moment."""

    def pause_reading(self) -> None:
        """Stop feeding."""

    def resume_reading(self) -> None:
        """Feed again."""


@dataclass(frozen=True, slots=True)
class WebSocketSettings:
    """How one connection behaves; times in seconds, sizes in bytes.

    ``ValueError`` for a negative heartbeat or size.
    """

    close_timeout: float | None = 10.0
    receive_timeout: float | None = None
    autoclose: bool = True
    autoping: bool = True
    heartbeat: float | None = None
    max_msg_size: int = 4 * 1024 * 1024
    writer_limit: int = DEFAULT_LIMIT
    decode_text: bool = True

    def __post_init__(self) -> None:
        for name in ("heartbeat", "max_msg_size", "writer_limit"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} may not be negative: {value}")


def make_writer(
    control: ConnectionControl,
    server: bool,
    settings: WebSocketSettings,
    deflate: DeflateParams | None,
) -> WebSocketWriter:
    """Return the sending half of a connection."""
    bits, notakeover = 0, False
    if deflate is not None:
        bits = deflate.server_bits if server else deflate.client_bits
        notakeover = (
            deflate.server_no_context_takeover if server else deflate.client_no_context_takeover
        )
    return WebSocketWriter(
        control,
        control.transport,
        use_mask=not server,
        limit=settings.writer_limit,
        compress=bits,
        notakeover=notakeover,
    )


def make_inflater(server: bool, deflate: DeflateParams | None) -> Inflater | None:
    """Return what inflates the peer's messages, or ``None`` without compression."""
    if deflate is None:
        return None
    return Inflater(
        no_context_takeover=(
            deflate.client_no_context_takeover if server else deflate.server_no_context_takeover
        )
    )
