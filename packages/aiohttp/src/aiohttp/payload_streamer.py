"""A generator as a body, the way of aiohttp 2; deprecated."""

from aiohttp_core.payload_streamer import StreamPayload, StreamWrapperPayload, streamer

__all__ = ("StreamPayload", "StreamWrapperPayload", "streamer")
