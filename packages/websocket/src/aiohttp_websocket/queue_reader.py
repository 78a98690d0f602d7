"""A reader that puts its messages into a queue: the interface of aiohttp 3 (spec row ADD-993)."""

from aiohttp_websocket.deflate import Inflater
from aiohttp_websocket.queue import WebSocketDataQueue
from aiohttp_websocket.reader import MessageReader
from aiohttp_websocket.types import WebSocketError

__all__ = ("WebSocketReader",)


class WebSocketReader:
    """The receiving half of one connection, with *queue* behind it.

    *masked* says whether frames must be masked: true on a server.  The other arguments are those of
    :class:`MessageReader`; with *compress* compressed messages are understood.
    """

    def __init__(
        self,
        queue: WebSocketDataQueue,
        max_msg_size: int,
        compress: bool = True,
        decode_text: bool = True,
        *,
        masked: bool = False,
    ) -> None:
        self.queue = queue
        self._reader = MessageReader(
            queue.feed_data,
            masked=masked,
            max_msg_size=max_msg_size,
            inflater=Inflater() if compress else None,
            decode_text=decode_text,
        )

    def feed_data(self, data: bytes | bytearray | memoryview) -> tuple[bool, bytes]:
        """Take bytes from the wire; return whether the stream is broken, and what is left over.

        The error is set on the queue, behind the messages that came before it.
        """
        if self._reader.failed:
            return True, bytes(data)
        try:
            self._reader.feed(bytes(data))
        except WebSocketError as exc:
            self.queue.set_exception(exc)
            return True, b""
        return False, b""

    def feed_eof(self) -> None:
        """Take note of the end of the connection."""
        self.queue.feed_eof()
