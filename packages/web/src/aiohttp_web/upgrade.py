"""What a connection asks of whoever takes it over with an upgrade."""

from typing import Protocol

__all__ = ("UpgradeReceiver",)


class UpgradeReceiver(Protocol):
    """The owner of an upgraded connection; see ``RequestHandler.upgrade()``."""

    @property
    def lingering(self) -> bool:
        """Whether the receiver closes the transport itself, so that its peer reads the end."""

    def data_received(self, data: bytes, /) -> object:
        """Take bytes of the client."""

    def eof_received(self) -> bool:
        """Take note that the client sends no more; True keeps the other direction open."""

    def connection_lost(self, exc: BaseException | None, /) -> object:
        """Take note that the transport is gone."""

    async def wait_closed(self) -> object:
        """End in an orderly way: the handler has ended."""

    def abandon(self) -> object:
        """End without waiting: the handler has failed or was cancelled."""

    def going_away(self) -> object:
        """Begin to end in the background: the server ends."""
