"""Bodies that are in memory: bytes, text, JSON.

Laws
* They can be sent as often as wanted.
* Large ones are handed over in pieces, without a copy, so that back-pressure works.
"""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any, Final

from aiohttp_core.caller_warnings import warn_caller
from aiohttp_core.payloads.base import READ_SIZE, Payload, text_encoding
from aiohttp_core.writer import AbstractStreamWriter, Byteish

__all__ = (
    "TOO_LARGE_BYTES_BODY",
    "BytesPayload",
    "JsonBytesPayload",
    "JsonPayload",
    "StringIOPayload",
    "StringPayload",
)

TOO_LARGE_BYTES_BODY: Final = 2**20
"""Above so many bytes raw bytes as a body are worth a warning (spec row ADD-104)."""


class BytesPayload(Payload):
    """``bytes``, ``bytearray`` or ``memoryview``; more than 1 MiB issue :exc:`ResourceWarning`."""

    _value: Byteish
    _autoclose = True
    _warns = True

    def __init__(self, value: Byteish, *args: Any, **kwargs: Any) -> None:
        if isinstance(value, memoryview):
            size = value.nbytes
        elif isinstance(value, (bytes, bytearray)):
            size = len(value)
        else:
            raise TypeError(f"value argument must be byte-ish, not {type(value)!r}")
        if args or kwargs:
            super().__init__(value, *args, **kwargs)
        else:
            self._value = value
            self._content_type = self._default_content_type
        self._size = size
        if size > TOO_LARGE_BYTES_BODY and self._warns:
            warn_caller(
                "Sending a large body directly with raw bytes might lock the event loop. "
                "You should probably pass an io.BytesIO object instead",
                ResourceWarning,
                source=self,
            )

    @property
    def size(self) -> int:
        """The number of bytes now; a ``bytearray`` may have changed."""
        value = self._value
        return value.nbytes if isinstance(value, memoryview) else len(value)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Return the bytes decoded."""
        return bytes(self._value).decode(encoding, errors)

    async def as_bytes(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """Return the bytes."""
        return bytes(self._value)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write the bytes."""
        await self.write_with_length(writer, None)

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        """Write at most *content_length* of the bytes; ``None``: all."""
        size = self.size
        end = size if content_length is None else min(size, content_length)
        if end == size and end <= 2 * READ_SIZE:
            await writer.write(self._value)
            return
        # A bytearray must not be exported while others have their turn: it could not grow.
        whole = memoryview(self._value if isinstance(self._value, bytes) else bytes(self._value))
        for start in range(0, end, READ_SIZE):
            await writer.write(whole[start : min(start + READ_SIZE, end)])


class StringPayload(BytesPayload):
    """Text (spec rows PAY-06, ADD-098)."""

    _warns = False

    def __init__(
        self,
        value: str,
        *args: Any,
        encoding: str | None = None,
        content_type: str | None = None,
        **kwargs: Any,
    ) -> None:
        encoding, content_type = text_encoding(encoding, content_type, kwargs.get("headers"))
        super().__init__(
            value.encode(encoding), *args, encoding=encoding, content_type=content_type, **kwargs
        )


class StringIOPayload(StringPayload):
    """The rest of a :class:`io.StringIO`."""

    def __init__(self, value: StringIO, *args: Any, **kwargs: Any) -> None:
        super().__init__(value.read(), *args, **kwargs)


class JsonPayload(BytesPayload):
    """*value* as JSON text made by *dumps* (spec row ADD-106)."""

    _warns = False

    def __init__(
        self,
        value: Any,
        encoding: str = "utf-8",
        content_type: str = "application/json",
        dumps: Callable[[Any], str] = json.dumps,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            dumps(value).encode(encoding),
            *args,
            content_type=content_type,
            encoding=encoding,
            **kwargs,
        )


class JsonBytesPayload(BytesPayload):
    """*value* as JSON made by *dumps*, which returns bytes (spec row ADD-106)."""

    _warns = False

    def __init__(
        self,
        value: Any,
        dumps: Callable[[Any], bytes],
        content_type: str = "application/json",
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(dumps(value), *args, content_type=content_type, **kwargs)
