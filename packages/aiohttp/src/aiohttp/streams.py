"""Streams of a body."""

from typing import TYPE_CHECKING

from aiohttp._later import later
from aiohttp_core.streams import (
    EMPTY_PAYLOAD,
    AsyncStreamIterator,
    ChunkTupleAsyncStreamIterator,
    DataQueue,
    EmptyStreamReader,
    EofStream,
    FlowControlDataQueue,
    StreamReader,
)

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = (
    "AsyncStreamIterator",
    "ChunkTupleAsyncStreamIterator",
    "DataQueue",
    "EMPTY_PAYLOAD",
    "EmptyStreamReader",
    "EofStream",
    "FlowControlDataQueue",
    "StreamReader",
)
