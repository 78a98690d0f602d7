"""Writing multipart bodies (RFC 2046 section 5.1, RFC 7578).

Laws
* What the caller hands in is checked when it is appended: boundary, header fields, encodings.
  Fields that were changed since are checked again before the first byte is written.
* The size is exact, or ``None`` as soon as one part does not know its own.
* Delimiters, heads and small parts that are in memory leave together; nothing else is held back.
* The whole can be sent again exactly if every part can.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, NamedTuple, Self
from urllib.parse import urlencode

from multidict import CIMultiDict

from aiohttp_core import hdrs
from aiohttp_core.fields.quoted import ascii_lower, quote_if_needed
from aiohttp_core.payload import (
    BytesPayload,
    JsonPayload,
    LookupError,  # noqa: A004 (its public name)
    Order,
    Payload,
    Replay,
    StringPayload,
    get_payload,
    payload_type,
)
from aiohttp_core.serializer import header_lines
from aiohttp_core.writer import AbstractStreamWriter
from aiohttp_multipart.body_part import BodyPartReader
from aiohttp_multipart.encoding import CollectingWriter, PartWriter
from aiohttp_multipart.errors import UnknownEncoding

__all__ = ("BodyPartReaderPayload", "MultipartWriter", "Part")

# In-memory parts up to so many bytes are joined with their heads ...
_SMALL: Final = 2**14
# ... into writes of about so many.
_BATCH: Final = 2**16

_CONTENT_ENCODINGS: Final = frozenset({"gzip", "deflate", "br", "zstd"})
_TRANSFER_ENCODINGS: Final = frozenset({"base64", "quoted-printable"})
_PLAIN_TRANSFER: Final = frozenset({"", "binary", "8bit", "7bit"})
# What a form-data part must not say (RFC 7578 section 4.7 and 4.8, spec row ADD-111).
_NOT_IN_FORM_DATA: Final = (
    hdrs.CONTENT_ENCODING,
    hdrs.CONTENT_LENGTH,
    hdrs.CONTENT_TRANSFER_ENCODING,
)


class Part(NamedTuple):
    """One part of a :class:`MultipartWriter`: its payload and the encodings to be applied."""

    payload: Payload
    encoding: str
    transfer_encoding: str

    @property
    def headers(self) -> "CIMultiDict[str]":
        """The header fields of the part; may be changed until it is sent."""
        return self.payload.headers


class MultipartWriter(Payload):
    """A multipart body made of payloads.

    The *boundary* is ASCII without control characters, at random if ``None``; it is quoted in the
    Content-Type where it has to be.  Raises ValueError for another one, and for a *subtype* that
    cannot stand in a header.

    Iterating gives the parts.  It is a context manager for the look of it: leaving the block does
    nothing.  The parts are closed by :meth:`close`, which the sender of the body calls.
    """

    def __init__(self, subtype: str = "mixed", boundary: str | None = None) -> None:
        chosen = os.urandom(16).hex() if boundary is None else boundary
        try:
            self._boundary = chosen.encode("ascii")
        except UnicodeEncodeError:
            raise ValueError("boundary should contain ASCII only chars") from None
        if not chosen:
            raise ValueError("boundary should not be empty")
        quoted = quote_if_needed(chosen)
        super().__init__(None, content_type=f"multipart/{subtype}; boundary={quoted}")
        self._is_form_data = subtype == "form-data"
        self._parts: list[Part] = []
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        pass

    def __iter__(self) -> Iterator[Part]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def __bool__(self) -> bool:
        return True

    @property
    def boundary(self) -> str:
        """The boundary, without dashes."""
        return self._boundary.decode("ascii")

    # -- building ---------------------------------------------------------------------------------

    def append(self, obj: Any, headers: Mapping[str, str] | None = None) -> Payload:
        """Add a part made of *obj* and return its payload, whose headers may still be changed.

        *obj* is a payload or anything that the payload registry knows; another type raises
        TypeError.  *headers* are added to those of the payload.
        """
        if headers:
            header_lines(headers)
        if isinstance(obj, Payload):
            if headers:
                obj.headers.update(headers)
            return self.append_payload(obj)
        try:
            payload = get_payload(obj, headers=CIMultiDict(headers or ()))
        except LookupError as exc:
            raise TypeError(f"Cannot create payload from {type(obj).__name__}") from exc
        return self.append_payload(payload)

    def append_payload(self, payload: Payload) -> Payload:
        """Add *payload* as a part and return it.

        Raises UnknownEncoding (a RuntimeError) for a Content-Encoding or Content-Transfer-Encoding
        that cannot be applied.
        """
        headers = payload.headers
        encoding = transfer_encoding = ""
        if self._is_form_data:
            for name in _NOT_IN_FORM_DATA:
                if name in headers:
                    raise ValueError(f"A part of form-data cannot have {name} (RFC 7578)")
            if hdrs.CONTENT_DISPOSITION not in headers:
                payload.set_content_disposition("form-data", name=f"section-{len(self._parts)}")
        else:
            encoding = _content_encoding(headers)
            transfer_encoding = _transfer_encoding(headers)
            size = payload.size
            if size is not None and not encoding and not transfer_encoding:
                headers[hdrs.CONTENT_LENGTH] = str(size)
        self._parts.append(Part(payload, encoding, transfer_encoding))
        return payload

    def append_json(self, obj: Any, headers: Mapping[str, str] | None = None) -> Payload:
        """Add *obj* as JSON and return its payload."""
        header_lines(headers or {})
        return self.append_payload(JsonPayload(obj, headers=CIMultiDict(headers or ())))

    def append_form(
        self,
        obj: Sequence[tuple[str, str]] | Mapping[str, str],
        headers: Mapping[str, str] | None = None,
    ) -> Payload:
        """Add pairs as an urlencoded form and return its payload."""
        header_lines(headers or {})
        pairs = list(obj.items()) if isinstance(obj, Mapping) else obj
        data = urlencode(pairs, doseq=True)
        return self.append_payload(
            StringPayload(
                data,
                headers=CIMultiDict(headers or ()),
                content_type="application/x-www-form-urlencoded",
            )
        )

    # -- what the body is -------------------------------------------------------------------------

    @property
    def size(self) -> int | None:
        """Exact number of bytes that :meth:`write` writes; ``None`` if that is not known."""
        around = 2 + len(self._boundary) + 2
        total = around + 2
        for part in self._parts:
            size = part.payload.size
            if part.encoding or part.transfer_encoding or size is None:
                return None
            total += around + len(self._part_head(part)) + size + 2
        return total

    @property
    def replay(self) -> Replay:
        """What the part says that can be repeated least."""
        ways = {part.payload.replay for part in self._parts}
        for way in (Replay.ONCE, Replay.REWINDABLE):
            if way in ways:
                return way
        return Replay.REPLAYABLE

    @property
    def consumed(self) -> bool:
        """Whether a part was sent and cannot be sent again."""
        return any(part.payload.consumed for part in self._parts)

    @property
    def autoclose(self) -> bool:
        """Whether no part has anything to be closed."""
        return all(part.payload.autoclose for part in self._parts)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Return the parts as text, for looking at; not what is sent (spec row ADD-717)."""
        return "".join(
            f"--{self.boundary}\r\n{self._part_head(part).decode(encoding, errors)}"
            f"{part.payload.decode(encoding, errors)}"
            for part in self._parts
        )

    async def as_bytes(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """Return the whole body."""
        collected = CollectingWriter()
        await self.write(collected)
        return bytes(collected.data)

    # -- sending ----------------------------------------------------------------------------------

    async def write(self, writer: AbstractStreamWriter, close_boundary: bool = True) -> None:
        """Write the body to *writer*.

        Without *close_boundary* the last delimiter is left out, for a stream of parts
        (``multipart/x-mixed-replace``).  Raises ValueError, before anything is written, for header
        fields that cannot be sent.
        """
        delimiter = b"--" + self._boundary + b"\r\n"
        heads = [delimiter + self._part_head(part) for part in self._parts]
        batch: list[bytes] = []
        batched = 0
        for part, head in zip(self._parts, heads, strict=True):
            batch.append(head)
            batched += len(head)
            payload = part.payload
            encoded = part.encoding or part.transfer_encoding
            if not encoded and isinstance(payload, BytesPayload) and payload.size <= _SMALL:
                data = await payload.as_bytes()
                batch.append(data)
                batched += len(data)
            else:
                await writer.write(b"".join(batch))
                batch.clear()
                batched = 0
                if encoded:
                    await self._write_encoded(part, writer)
                else:
                    await payload.write(writer)
            batch.append(b"\r\n")
            batched += 2
            if batched >= _BATCH:
                await writer.write(b"".join(batch))
                batch.clear()
                batched = 0
        if close_boundary:
            batch.append(b"--" + self._boundary + b"--\r\n")
        if batch:
            await writer.write(b"".join(batch))

    @staticmethod
    async def _write_encoded(part: Part, writer: AbstractStreamWriter) -> None:
        encoder = PartWriter(writer, part.encoding, part.transfer_encoding)
        await part.payload.write(encoder)
        await encoder.write_eof()

    def _part_head(self, part: Part) -> bytes:
        headers = part.payload.headers
        if hdrs.CONTENT_LENGTH in headers and not (part.encoding or part.transfer_encoding):
            # A nested writer may have grown since it was appended.
            size = part.payload.size
            if size is None:
                del headers[hdrs.CONTENT_LENGTH]
            else:
                headers[hdrs.CONTENT_LENGTH] = str(size)
        return header_lines(headers) + b"\r\n"

    async def close(self) -> None:
        """Close all parts, once."""
        if self._closed:
            return
        self._closed = True
        for part in self._parts:
            await part.payload.close()


def _content_encoding(headers: Mapping[str, str]) -> str:
    encoding = ascii_lower(headers.get(hdrs.CONTENT_ENCODING, ""))
    if encoding in ("", "identity"):
        return ""
    if encoding not in _CONTENT_ENCODINGS:
        raise UnknownEncoding(f"unknown content encoding: {encoding[:40]}")
    return encoding


def _transfer_encoding(headers: Mapping[str, str]) -> str:
    encoding = ascii_lower(headers.get(hdrs.CONTENT_TRANSFER_ENCODING, ""))
    if encoding in _PLAIN_TRANSFER:
        return ""
    if encoding not in _TRANSFER_ENCODINGS:
        raise UnknownEncoding(f"unknown content transfer encoding: {encoding[:40]}")
    return encoding


@payload_type(BodyPartReader, order=Order.try_first)
class BodyPartReaderPayload(Payload):
    """A part that is being received, sent on as it arrives, its encodings undone."""

    _replay = Replay.ONCE
    _autoclose = False
    _value: BodyPartReader

    def __init__(self, value: BodyPartReader, *args: Any, **kwargs: Any) -> None:
        content_type = value.headers.get(hdrs.CONTENT_TYPE)
        if content_type is not None:
            kwargs.setdefault("content_type", content_type)
        super().__init__(value, *args, **kwargs)
        params = {"name": value.name, "filename": value.filename}
        known = {name: text for name, text in params.items() if text is not None}
        if known:
            self.set_content_disposition("attachment", True, **known)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Raise TypeError: the part has not been read."""
        raise TypeError("Unable to decode.")

    async def as_bytes(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """Read the part and return it; it cannot be sent afterwards."""
        collected = CollectingWriter()
        await self.write(collected)
        return bytes(collected.data)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write the part.  RuntimeError if it was written before."""
        if self._consumed:
            raise RuntimeError("The part was sent already and cannot be sent again")
        self._consumed = True
        async for piece in self._value.iter_decoded():
            await writer.write(piece)
