"""Reading the body of one part.

Laws
* It is read once.  It ends at its boundary; a declared length that says otherwise is an error.
* Only ``read()`` and what builds on it keep the whole part in memory, and they stop at a limit.
* A read that is cancelled takes nothing away.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, Self
from urllib.parse import parse_qsl

from multidict import CIMultiDictProxy

from aiohttp_core import hdrs
from aiohttp_core.codings.pipeline import BodyDecoder, DecodeLimits
from aiohttp_core.errors import DecompressSizeError
from aiohttp_core.fields.content_disposition import (
    content_disposition_filename,
    parse_content_disposition,
)
from aiohttp_core.fields.content_type import known_charset, parse_content_type
from aiohttp_core.grammar import parse_content_length
from aiohttp_multipart.decoding import (
    PLAIN_ENCODINGS,
    base64_cut,
    content_codings,
    decode_transfer,
    make_transfer_decoder,
    transfer_encoding,
)
from aiohttp_multipart.errors import BodyTooLarge, MultipartError, PartDecodingError
from aiohttp_multipart.parser import MultipartParser
from aiohttp_multipart.source import ByteStream, PartSource

__all__ = ("BodyPartReader",)

# Larger pieces are decoded in an executor, so that the loop is not held up.
_SYNC_DECODE: Final = 2**14

# Bytes among which four characters of base64 must be found: text has line ends between them and
# nothing else, and whoever sends more must not make us look at it again and again.
_GROUP_SPAN: Final = 1024


class BodyPartReader:
    """One part of a multipart body.

    Readers make it; to make one by hand, *boundary* comes with its leading ``--``, *headers* are
    those of the part, and *content* is a stream at the beginning of its body.

    ``async for`` gives the undecoded body in pieces as they arrive.
    """

    chunk_size = 8192
    """Default size of :meth:`read_chunk`."""

    def __init__(
        self,
        boundary: bytes,
        headers: "CIMultiDictProxy[str]",
        content: "ByteStream | PartSource",
        *,
        subtype: str = "mixed",
        default_charset: str | None = None,
        max_decompress_size: int = 2**18,
        client_max_size: int = sys.maxsize,
        max_size_error_cls: type[Exception] = BodyTooLarge,
    ) -> None:
        if not isinstance(content, PartSource):
            plain = boundary[2:] if boundary.startswith(b"--") else boundary
            content = PartSource(content, MultipartParser(plain, inside_part=True))
        self.headers = headers
        self._source = content
        self._is_form_data = subtype == "form-data"
        self._default_charset = default_charset
        self._max_decompress_size = max_decompress_size
        self._client_max_size = client_max_size or sys.maxsize
        self._max_size_error_cls = max_size_error_cls
        self._length = None if self._is_form_data else _declared_length(headers)
        self._count = 0  # bytes that came from the source
        self._held = b""  # came from the source, not yet asked for ...
        self._at = 0  # ... from here on
        self._at_eof = False
        self._is_base64 = transfer_encoding(headers) == "base64"
        self._disposition: dict[str, str] | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name!r} filename={self.filename!r}>"

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        piece = await self.next()
        if piece is None:
            raise StopAsyncIteration
        return piece

    # -- raw reading ------------------------------------------------------------------------------

    async def next(self) -> bytes | None:
        """Return the next piece of the body, of whatever size; ``None`` at its end."""
        return await self.readany() or None

    async def readany(self) -> bytes:
        """Return the next piece of the body, of whatever size; ``b""`` at its end.

        Raises MultipartError if the body is malformed or shorter or longer than its declared
        length.
        """
        if self._held:
            data = self._held[self._at :] if self._at else self._held
            self._held = b""
            self._at = 0
            return data
        if self._at_eof:
            return b""
        event = await self._source.event()
        if isinstance(event, bytes):
            self._count += len(event)
            if self._length is not None and self._count > self._length:
                raise MultipartError("A part is longer than its Content-Length")
            return event
        self._at_eof = True
        if self._length is not None and self._count != self._length:
            raise MultipartError("A part is shorter than its Content-Length")
        return b""

    async def read(self, *, decode: bool = False) -> bytearray:
        """Return the whole rest of the body.

        With *decode* its transfer encoding and its content encoding are undone.  Raises the
        reader's error for oversize if the raw or the decoded body is larger than
        ``client_max_size``, and whatever :meth:`decode` raises.
        """
        data = bytearray()
        try:
            while piece := await self.readany():
                data += piece
                if len(data) > self._client_max_size:
                    raise self._too_large()
        except asyncio.CancelledError:
            self._held = bytes(data)
            self._at = 0
            raise
        if not decode or not data:
            return data
        if not self._has_encoding():
            return data
        decoded = bytearray()
        async for piece in self.decode_iter(bytes(data)):
            decoded += piece
        return decoded

    async def read_chunk(self, size: int = chunk_size) -> bytes:
        """Return at most *size* bytes of the body as they arrive; ``b""`` at its end.

        A chunk of a base64 body ends with a whole group of four characters, so that each chunk can
        be decoded alone (spec row ADD-703); for that at least four characters are returned.
        Raises PartDecodingError where four characters are not found among a thousand bytes.
        """
        if size < 1:
            raise ValueError(f"size must be positive, got {size!r}")
        if not self._held:
            self._held = await self.readany()
        if self._is_base64:
            size = await self._whole_groups(size)
        return self._take(self._at + size)

    def _take(self, end: int) -> bytes:
        """Take what is held up to *end*.  Nothing is moved, so that many small takes are cheap."""
        data = self._held[self._at : end] if self._at or end < len(self._held) else self._held
        if end < len(self._held):
            self._at = end
        else:
            self._held = b""
            self._at = 0
        return data

    async def _whole_groups(self, size: int) -> int:
        """Return how many of the held bytes make whole base64 groups, about *size*.

        Raises PartDecodingError if a group has far more between its characters than line ends.
        """
        while True:
            cut = base64_cut(self._held[self._at : self._at + size])
            left = len(self._held) - self._at
            if cut:
                return cut
            if min(size, left) >= _GROUP_SPAN:
                raise PartDecodingError("Bad base64 data: a group does not end")
            if size < left:
                size *= 2
                continue
            held = self._held[self._at :]
            self._at = 0
            self._held = b""
            try:
                more = await self.readany()
            except BaseException:
                self._held = held
                raise
            self._held = held + more
            if not more:
                return len(held)

    async def readline(self) -> bytes:
        r"""Return a line with its ``\n``; at the end what is left, ``b""`` if nothing is.

        The line end before the boundary belongs to the boundary.
        """
        parts: list[bytes] = []
        size = 0
        try:
            while True:
                if not self._held:
                    self._held = await self.readany()
                end = self._held.find(b"\n", self._at) + 1
                line = self._take(end or len(self._held))
                parts.append(line)
                size += len(line)
                if end or not line or size > self._client_max_size:
                    break
        except BaseException:
            self._held = b"".join(parts)
            raise
        if size > self._client_max_size:
            raise self._too_large()
        return b"".join(parts)

    async def release(self) -> None:
        """Read the rest of the body to the void."""
        while await self.readany():
            pass

    def at_eof(self) -> bool:
        """Return whether the boundary was reached and everything before it was read."""
        return self._at_eof and not self._held

    # -- decoded reading --------------------------------------------------------------------------

    async def text(self, *, encoding: str | None = None) -> str:
        """Return the body as text, its encodings undone.

        *encoding* overrides the charset of Content-Type; without both it is that of the form, or
        UTF-8.  Raises LookupError for an unknown charset, UnicodeDecodeError for a wrong one.
        """
        data = await self.read(decode=True)
        return data.decode(self._text_encoding(encoding))

    async def json(self, *, encoding: str | None = None) -> Any:
        """Return the body parsed as JSON, ``None`` if it is empty; else as :meth:`text`."""
        data = await self.read(decode=True)
        if not data:
            return None
        return json.loads(data.decode(self._text_encoding(encoding)))

    async def form(self, *, encoding: str | None = None) -> list[tuple[str, str]]:
        """Return the body parsed as an urlencoded form; blank values are kept."""
        data = await self.read(decode=True)
        if not data:
            return []
        charset = self._text_encoding(encoding)
        text = data.rstrip(b"\r\n").decode(charset)
        return parse_qsl(text, keep_blank_values=True, encoding=charset)

    def _text_encoding(self, encoding: str | None) -> str:
        if encoding is not None:
            return encoding
        named = self.get_charset("utf-8")
        charset = known_charset(named)
        if charset is None:
            raise LookupError(f"unknown encoding: {named[:40]}")
        return charset

    def decode(self, data: bytes | bytearray) -> bytes | bytearray:
        """Undo the transfer encoding and then the content encoding of *data*, a whole body.

        In form-data the latter is ignored.  Raises UnknownEncoding (a RuntimeError) for encodings
        that are not known, PartDecodingError or ContentEncodingError for corrupt data, and the
        reader's error for oversize.
        """
        encoding, codings = self._encodings()
        if encoding not in PLAIN_ENCODINGS:
            data = decode_transfer(bytes(data), encoding)
        if not codings or not data:
            return data
        decoder = BodyDecoder(codings, DecodeLimits(max_size=self._client_max_size))
        return b"".join(self._decoded(decoder, bytes(data)))

    def _decoded(self, decoder: BodyDecoder, data: bytes) -> list[bytes]:
        decoder.feed(data)
        pieces: list[bytes] = []
        try:
            while not decoder.needs_input:
                pieces.append(decoder.read(self._max_decompress_size))
            decoder.finish()
        except DecompressSizeError:
            if decoder.bytes_out > self._client_max_size:
                raise self._too_large() from None
            raise
        return pieces

    async def decode_iter(self, data: bytes | bytearray) -> AsyncIterator[bytes]:
        """Do as :meth:`decode`, in pieces of bounded size; large data in an executor."""
        encoding, codings = self._encodings()
        loop = asyncio.get_running_loop()
        whole = bytes(data)
        if encoding not in PLAIN_ENCODINGS:
            if len(whole) > _SYNC_DECODE:
                whole = await loop.run_in_executor(None, decode_transfer, whole, encoding)
            else:
                whole = decode_transfer(whole, encoding)
        if not codings or not whole:
            if len(whole) > self._client_max_size:
                raise self._too_large()
            if whole:
                yield whole
            return
        decoder = BodyDecoder(codings, DecodeLimits(max_size=self._client_max_size))
        decoder.feed(whole)
        size = self._max_decompress_size
        large = len(whole) > _SYNC_DECODE
        try:
            while not decoder.needs_input:
                if large:
                    piece = await loop.run_in_executor(None, decoder.read, size)
                else:
                    piece = decoder.read(size)
                if piece:
                    yield piece
            decoder.finish()
        except DecompressSizeError:
            if decoder.bytes_out > self._client_max_size:
                raise self._too_large() from None
            raise

    async def iter_decoded(self) -> AsyncIterator[bytes]:
        """Give the body, its encodings undone, in pieces of bounded size as they arrive.

        Errors are those of :meth:`decode`; the size of the body is not limited.
        """
        encoding, codings = self._encodings()
        transfer = make_transfer_decoder(encoding)
        decoder = BodyDecoder(codings) if codings else None
        ended = False
        while not ended:
            piece = await self.readany()
            ended = not piece
            data = transfer.finish() if ended else transfer.decode(piece)
            if decoder is None:
                if data:
                    yield data
                continue
            decoder.feed(data)
            while not decoder.needs_input:
                decoded = decoder.read(self._max_decompress_size)
                if decoded:
                    yield decoded
        if decoder is not None:
            decoder.finish()

    def _encodings(self) -> tuple[str, tuple[str, ...]]:
        codings = () if self._is_form_data else content_codings(self.headers)
        return transfer_encoding(self.headers), codings

    def _has_encoding(self) -> bool:
        return (
            hdrs.CONTENT_TRANSFER_ENCODING in self.headers or hdrs.CONTENT_ENCODING in self.headers
        )

    def _too_large(self) -> Exception:
        return self._max_size_error_cls(self._client_max_size)

    # -- header fields ----------------------------------------------------------------------------

    def get_charset(self, default: str | None = None) -> Any:
        """Return the charset of Content-Type, else that of the form, else *default*."""
        content_type = self.headers.get(hdrs.CONTENT_TYPE)
        if content_type is not None:
            charset = parse_content_type(content_type).parameters.get("charset")
            if charset:
                return charset
        return self._default_charset or default

    @property
    def name(self) -> str | None:
        """The name in Content-Disposition, or ``None`` if it is missing or malformed."""
        return content_disposition_filename(self._parameters(), "name")

    @property
    def filename(self) -> str | None:
        """The file name in Content-Disposition, or ``None`` if it is missing or malformed.

        It is what the peer says: never use it as a path.
        """
        return content_disposition_filename(self._parameters(), "filename")

    def _parameters(self) -> dict[str, str]:
        if self._disposition is None:
            header = self.headers.get(hdrs.CONTENT_DISPOSITION)
            self._disposition = parse_content_disposition(header)[1]
        return self._disposition


def _declared_length(headers: Mapping[str, str]) -> int | None:
    value = headers.get(hdrs.CONTENT_LENGTH)
    if value is None:
        return None
    length = parse_content_length(value.encode("utf-8", "replace"))
    if length < 0:
        raise MultipartError(f"invalid Content-Length: {value[:40]!r}")
    return length
