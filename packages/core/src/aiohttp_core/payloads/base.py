"""What a body to be sent is: :class:`Payload`.

Laws
* Each payload says whether it can be sent again (:class:`Replay`); redirects, digest challenges and
  retries ask it.
* It never writes more than a declared length; who gives too little is found out by the writer.
* The header multidict is made only if somebody asks for it.
"""

import enum
import os.path
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from multidict import CIMultiDict

from aiohttp_core import hdrs, serializer
from aiohttp_core.fields.content_type import parse_content_type
from aiohttp_core.writer import AbstractStreamWriter, Byteish

__all__ = (
    "DEFAULT_TYPE",
    "READ_SIZE",
    "SENTINEL",
    "CuttingWriter",
    "Payload",
    "Replay",
    "guess_filename",
    "text_encoding",
)

DEFAULT_TYPE: Final = "application/octet-stream"

READ_SIZE: Final = 2**18
"""Files and large buffers are sent in pieces of so many bytes (spec row ADD-102)."""


class Sentinel(enum.Enum):
    """The type of :data:`SENTINEL`."""

    SENTINEL = enum.auto()

    def __repr__(self) -> str:
        return "<not given>"


SENTINEL: Final = Sentinel.SENTINEL
"""An argument that was not given, where ``None`` means something."""

HeadersLike = Mapping[str, str] | Iterable[tuple[str, str]]


class Replay(enum.Enum):
    """Whether a body can be sent again."""

    REPLAYABLE = "replayable"
    """As often as wanted: it is in memory."""
    REWINDABLE = "rewindable"
    """After going back to where it began, which :meth:`Payload.write` does by itself."""
    ONCE = "once"
    """Not at all."""


class Payload(ABC):
    """A body to be sent, with the header fields that belong to it (spec rows ADD-096, ADD-097).

    *value* is what is sent.  An explicit *content_type* wins; else it is guessed from *filename*,
    else it is the default of the class.  *encoding* is the text encoding, if there is one.  Raises
    :exc:`ValueError` for a content type that cannot be a header value.

    Subclasses write ``decode()`` and ``write()``.
    """

    _default_content_type: str = DEFAULT_TYPE
    _size: int | None = None
    _encoding: str | None = None
    _filename: str | None = None
    _headers: CIMultiDict[str] | None = None
    _consumed: bool = False
    _replay: Replay = Replay.REPLAYABLE
    _autoclose: bool = False

    def __init__(
        self,
        value: Any,
        headers: HeadersLike | None = None,
        content_type: str | Sentinel | None = SENTINEL,
        filename: str | None = None,
        encoding: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._value = value
        self._encoding = encoding
        self._filename = filename
        if content_type is not SENTINEL and content_type is not None:
            chosen = content_type
            _check_type(chosen)
        elif filename is not None:
            import mimetypes  # reads the tables of the system: only for who has a file name

            chosen = mimetypes.guess_type(filename)[0] or self._default_content_type
        else:
            chosen = self._default_content_type
        self._content_type = chosen
        if headers:
            given = CIMultiDict(headers)
            if content_type is not SENTINEL and content_type is not None:
                given[hdrs.CONTENT_TYPE] = chosen
            else:
                given.setdefault(hdrs.CONTENT_TYPE, chosen)
            self._headers = given

    def __repr__(self) -> str:
        size = "unknown size" if self.size is None else f"{self.size} bytes"
        return f"<{type(self).__name__} {self.content_type} {size}>"

    @property
    def size(self) -> int | None:
        """How many bytes will be written, or ``None`` if that is not known before."""
        return self._size

    @property
    def filename(self) -> str | None:
        """The file name for the other side, or ``None``."""
        return self._filename

    @property
    def headers(self) -> CIMultiDict[str]:
        """The header fields of the body; may be changed until it is sent."""
        headers = self._headers
        if headers is None:
            headers = self._headers = CIMultiDict({hdrs.CONTENT_TYPE: self._content_type})
        return headers

    @property
    def encoding(self) -> str | None:
        """The text encoding, or ``None``."""
        return self._encoding

    @property
    def content_type(self) -> str:
        """The content type, with its parameters."""
        if self._headers is None:
            return self._content_type
        return self._headers.get(hdrs.CONTENT_TYPE, self._content_type)

    @property
    def replay(self) -> Replay:
        """Whether the body can be sent again."""
        return self._replay

    @property
    def consumed(self) -> bool:
        """Whether the body was sent and cannot be sent again."""
        return self._consumed

    @property
    def autoclose(self) -> bool:
        """Whether there is nothing that has to be closed."""
        return self._autoclose

    def set_content_disposition(
        self,
        disptype: str,
        quote_fields: bool = True,
        _charset: str = "utf-8",
        **params: str,
    ) -> None:
        """Set ``Content-Disposition`` (spec row PAY-02).

        *params* are its parameters, ``filename`` among them.  Raises :exc:`ValueError` for what
        cannot stand there.
        """
        from aiohttp_core.fields.content_disposition import content_disposition_header

        self.headers[hdrs.CONTENT_DISPOSITION] = content_disposition_header(
            disptype, quote_fields=quote_fields, _charset=_charset, params=params
        )

    @abstractmethod
    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Return the body as text.  :exc:`TypeError` where that is not possible at once."""

    @abstractmethod
    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write the body to *writer*; the end of the message is left to the caller."""

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        """Write at most *content_length* bytes of the body (spec row ADD-105); ``None``: all."""
        if content_length is None:
            await self.write(writer)
        else:
            await self.write(CuttingWriter(writer, content_length))

    async def as_bytes(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """Return the whole body as bytes.  *encoding* and *errors* serve for text."""
        return self.decode(encoding, errors).encode(encoding, errors)

    async def close(self) -> None:
        """Release what the body holds.  May be called again and at any time."""


@lru_cache(maxsize=128)
def _check_type(content_type: str) -> None:
    """Refuse a content type that cannot be a header value; those that passed are remembered."""
    serializer.check_field(hdrs.CONTENT_TYPE, content_type)


class CuttingWriter(AbstractStreamWriter):
    """Passes at most *left* bytes of body to *writer* and drops the rest."""

    def __init__(self, writer: AbstractStreamWriter, left: int) -> None:
        self._writer = writer
        self.left = left

    async def write(self, chunk: Byteish) -> None:
        """Write what is allowed of *chunk*."""
        if not self.left:
            return
        size = chunk.nbytes if isinstance(chunk, memoryview) else len(chunk)
        if size > self.left:
            chunk = memoryview(chunk).cast("B")[: self.left]
            size = self.left
        self.left -= size
        await self._writer.write(chunk)

    async def write_eof(self, chunk: bytes = b"") -> None:
        """Write the last piece as far as it is allowed and end the message."""
        await self.write(chunk)
        await self._writer.write_eof()

    async def drain(self) -> None:
        """Wait until the transport takes more."""
        await self._writer.drain()

    def enable_compression(self, encoding: str = "deflate", strategy: int | None = None) -> None:
        """Encode the body."""
        self._writer.enable_compression(encoding, strategy)

    def enable_chunking(self) -> None:
        """Frame the body with the chunked coding."""
        self._writer.enable_chunking()

    async def write_headers(self, status_line: str, headers: CIMultiDict[str]) -> None:
        """Take the head of the message."""
        await self._writer.write_headers(status_line, headers)

    def send_headers(self) -> None:
        """Send the head now, if it is held back."""
        self._writer.send_headers()


def guess_filename(value: object, default: str | None = None) -> str | None:
    """Return the base name of what the file object *value* says it is called, else *default*."""
    name = getattr(value, "name", None)
    if name and isinstance(name, str) and not (name[0] == "<" and name[-1] == ">"):
        return os.path.basename(name) or default
    return default


def text_encoding(
    encoding: str | None, content_type: object, headers: HeadersLike | None = None
) -> tuple[str, str]:
    """Return the encoding and the content type of a text (spec row ADD-098).

    A type may be given as *content_type* or stand in *headers*.  A given *encoding* stands in the
    default type; a given type without a charset means UTF-8.
    """
    # What can be read only once is left for the headers themselves.
    if isinstance(headers, (Mapping, list, tuple)) and not isinstance(content_type, str):
        content_type = CIMultiDict(headers).get(hdrs.CONTENT_TYPE)
    if not isinstance(content_type, str):
        if encoding is None or encoding == "utf-8":
            return "utf-8", "text/plain; charset=utf-8"
        chosen = encoding or "utf-8"
        return chosen, f"text/plain; charset={chosen}"
    if encoding is None:
        return parse_content_type(content_type).parameters.get("charset", "utf-8"), content_type
    return encoding, content_type
