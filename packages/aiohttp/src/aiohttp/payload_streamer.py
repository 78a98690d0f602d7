"""A generator as a body, the way of aiohttp 2; deprecated."""

from typing import TYPE_CHECKING

from aiohttp._later import later
from aiohttp_core.payload_streamer import StreamPayload, StreamWrapperPayload, streamer

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = ("StreamPayload", "StreamWrapperPayload", "streamer")
