"""Bodies to be sent, and the registry that makes them from values.

Laws
* This is the public face of :mod:`aiohttp_core.payloads`; whoever extends the registry does it
  here, with :func:`register_payload` or :class:`payload_type`.
"""

import io
from collections.abc import AsyncIterable
from typing import Any, Final, TypeVar

from aiohttp_core.payloads.base import Payload, Replay
from aiohttp_core.payloads.files import (
    BufferedReaderPayload,
    BytesIOPayload,
    IOBasePayload,
    TextIOPayload,
)
from aiohttp_core.payloads.iterables import AsyncIterablePayload, StreamReaderPayload
from aiohttp_core.payloads.memory import (
    TOO_LARGE_BYTES_BODY,
    BytesPayload,
    JsonBytesPayload,
    JsonPayload,
    StringIOPayload,
    StringPayload,
)
from aiohttp_core.payloads.registry import LookupError as LookupError  # noqa: A004, PLC0414
from aiohttp_core.payloads.registry import Order, PayloadRegistry
from aiohttp_core.stream_reader import StreamReader

__all__ = (
    "PAYLOAD_REGISTRY",
    "TOO_LARGE_BYTES_BODY",
    "AsyncIterablePayload",
    "BufferedReaderPayload",
    "BytesIOPayload",
    "BytesPayload",
    "IOBasePayload",
    "JsonBytesPayload",
    "JsonPayload",
    "LookupError",
    "Order",
    "Payload",
    "PayloadRegistry",
    "Replay",
    "StreamReaderPayload",
    "StringIOPayload",
    "StringPayload",
    "TextIOPayload",
    "get_payload",
    "payload_type",
    "register_payload",
)

_P = TypeVar("_P", bound=type[Payload])

PAYLOAD_REGISTRY: Final = PayloadRegistry()
"""The registry of the process."""


def get_payload(data: Any, *args: Any, **kwargs: Any) -> Payload:
    """Return a payload for *data*; see :meth:`PayloadRegistry.get`."""
    return PAYLOAD_REGISTRY.get(data, *args, **kwargs)


def register_payload(factory: type[Payload], type: Any, *, order: Order = Order.normal) -> None:  # noqa: A002 - historical name
    """Let *factory* make the payloads of values of *type*; see :meth:`PayloadRegistry.register`."""
    PAYLOAD_REGISTRY.register(factory, type, order=order)


class payload_type:  # noqa: N801 - a decorator
    """Registers the decorated payload class for values of *type*."""

    __slots__ = ("order", "type")

    def __init__(self, type: Any, *, order: Order = Order.normal) -> None:  # noqa: A002 - historical name
        self.type = type
        self.order = order

    def __call__(self, factory: _P) -> _P:
        """Register *factory* and return it."""
        register_payload(factory, self.type, order=self.order)
        return factory


register_payload(BytesPayload, (bytes, bytearray, memoryview))
register_payload(StringPayload, str)
register_payload(StringIOPayload, io.StringIO)
register_payload(BytesIOPayload, io.BytesIO)
register_payload(BufferedReaderPayload, (io.BufferedReader, io.BufferedRandom))
register_payload(TextIOPayload, io.TextIOBase)
register_payload(StreamReaderPayload, StreamReader)
register_payload(IOBasePayload, io.IOBase)
register_payload(AsyncIterablePayload, AsyncIterable, order=Order.try_last)
