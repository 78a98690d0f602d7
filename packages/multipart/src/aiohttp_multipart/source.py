"""One level of a multipart body: a stream of bytes and the parser it feeds."""

from typing import Protocol

from aiohttp_multipart.errors import BodyTooLarge
from aiohttp_multipart.parser import Event, MultipartParser

__all__ = ("ByteStream", "PartSource")


class ByteStream(Protocol):
    """What a body is read from: a ``StreamReader``, or a part that is multipart itself."""

    async def readany(self) -> bytes:
        """Return the next bytes, ``b""`` at the end."""


class PartSource:
    """Pulls events out of *parser*, feeding it from *content* as needed.

    Cancelling :meth:`event` loses nothing.  More than *max_total* bytes raise BodyTooLarge.
    """

    __slots__ = ("_max_total", "_parser", "_read", "_taken")

    def __init__(
        self, content: ByteStream, parser: MultipartParser, max_total: int | None = None
    ) -> None:
        self._read = content.readany
        self._parser = parser
        self._max_total = max_total
        self._taken = 0

    async def event(self) -> Event:
        """Return the next event, waiting for data if there is none."""
        parser = self._parser
        while True:
            event = parser.next_event()
            if event is not None:
                return event
            data = await self._read()
            if not data:
                parser.feed_eof()
                continue
            self._taken += len(data)
            if self._max_total is not None and self._taken > self._max_total:
                raise BodyTooLarge(self._max_total)
            parser.feed(data)
