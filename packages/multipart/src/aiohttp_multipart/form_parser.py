"""Whole forms, urlencoded or multipart (HTML section 4.10.22, RFC 7578).

Laws
* Everything in memory is bounded by :class:`~aiohttp_multipart.limits.FormLimits`, checked while
  the bytes arrive.
* Files are spooled (:mod:`aiohttp_multipart.spool`); when anything goes wrong, cancellation
  included, none of them is left over.
* Errors are those of :mod:`aiohttp_multipart.errors`; what status they mean is the server's.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Final
from urllib.parse import parse_qsl

from multidict import CIMultiDictProxy, MultiDict, MultiDictProxy

from aiohttp_core import hdrs
from aiohttp_core.fields.content_type import known_charset, parse_content_type
from aiohttp_multipart.body_part import BodyPartReader
from aiohttp_multipart.decoding import TransferDecoder, make_transfer_decoder, transfer_encoding
from aiohttp_multipart.errors import (
    BodyTooLarge,
    MultipartError,
    NestingTooDeep,
    PartCharsetError,
    TooManyFields,
)
from aiohttp_multipart.limits import DEFAULT_FORM_LIMITS, FormLimits, MultipartLimits
from aiohttp_multipart.reader import MultipartReader
from aiohttp_multipart.source import ByteStream
from aiohttp_multipart.spool import SpooledUpload

__all__ = ("FileField", "Form", "FormValue", "read_form", "read_multipart_form", "read_urlencoded")

URLENCODED: Final = "application/x-www-form-urlencoded"
FORM_DATA: Final = "multipart/form-data"


@dataclass(frozen=True)
class FileField:
    """An uploaded file (spec rows WREQ-25, ADD-1067).

    ``file`` is open for reading at its begin, and closed when the form is.  ``filename`` is what
    the client says: never use it as a path.  ``content_type`` is what the client says too, with its
    parameters; ``application/octet-stream`` if the part names none.
    """

    name: str
    filename: str
    file: io.BufferedReader
    content_type: str
    headers: "CIMultiDictProxy[str]"


FormValue = str | bytearray | FileField
"""A field: text, the bytes of a field of another type, or a file."""


class Form:
    """The fields of a form, in order, and the files that belong to them."""

    __slots__ = ("_files", "fields")

    def __init__(
        self, fields: "MultiDict[FormValue]", files: "list[SpooledUpload] | None" = None
    ) -> None:
        self.fields: MultiDictProxy[FormValue] = MultiDictProxy(fields)
        """The fields; of one name there may be several."""
        self._files = [] if files is None else files

    def close(self) -> None:
        """Remove the temporary files.  May be called again."""
        for upload in self._files:
            upload.close()
        self._files.clear()


async def read_form(
    headers: Mapping[str, str],
    content: ByteStream,
    *,
    limits: FormLimits = DEFAULT_FORM_LIMITS,
) -> Form:
    """Read the whole form that *content* holds by the Content-Type in *headers*.

    A body of another type is left unread and gives no fields (spec row ADD-483).  Raises
    TooManyFields and BodyTooLarge at a limit, and MultipartError for what is malformed.
    """
    value = headers.get(hdrs.CONTENT_TYPE)
    if value is None:
        return Form(MultiDict())
    content_type = parse_content_type(value)
    if content_type.mimetype == FORM_DATA:
        return await read_multipart_form(headers, content, limits=limits)
    if content_type.mimetype == URLENCODED or not value.strip(" \t"):
        charset = content_type.parameters.get("charset")
        return await read_urlencoded(content, limits=limits, charset=charset)
    return Form(MultiDict())


async def read_urlencoded(
    content: ByteStream,
    *,
    limits: FormLimits = DEFAULT_FORM_LIMITS,
    charset: str | None = None,
) -> Form:
    """Read an ``application/x-www-form-urlencoded`` body.

    Blank values and empty names are kept; empty pieces between two ``&`` are not fields but count
    for the limit; ``;`` separates nothing.  Bytes that *charset* (default UTF-8) does not know
    become U+FFFD.  Raises PartCharsetError for an unknown charset.  Source: spec rows ADD-484,
    ADD-485.
    """
    encoding = _charset(charset)
    pieces: list[bytes] = []
    size = 0
    separators = 0
    while piece := await content.readany():
        size += len(piece)
        if limits.max_total and size > limits.max_total:
            raise BodyTooLarge(limits.max_total)
        separators += piece.count(b"&")
        if limits.max_fields and separators >= limits.max_fields:
            raise TooManyFields(limits.max_fields)
        pieces.append(piece)
    text = b"".join(pieces).rstrip(b"\r\n").decode(encoding, "replace")
    fields: MultiDict[FormValue] = MultiDict()
    for name, field in parse_qsl(text, keep_blank_values=True, encoding=encoding):
        if limits.max_field_bytes and len(field) > limits.max_field_bytes:
            raise BodyTooLarge(limits.max_field_bytes)
        fields.add(name, field)
    return Form(fields)


def _charset(name: str | None) -> str:
    charset = known_charset(name or "utf-8")
    if charset is None:
        raise PartCharsetError(f"Unknown charset {name!r}")
    return charset


async def read_multipart_form(
    headers: Mapping[str, str],
    content: ByteStream,
    *,
    limits: FormLimits = DEFAULT_FORM_LIMITS,
) -> Form:
    """Read a ``multipart/form-data`` body.

    A part with a file name becomes a :class:`FileField`; one of type ``text/*``, or without a type,
    text in its charset, else in that of the ``_charset_`` field, else in UTF-8; any other one a
    ``bytearray``.  Transfer encodings are undone, content encodings ignored.  Raises MultipartError
    for a part without a name and for nested multiparts.  Source: spec rows ADD-485 to ADD-494.
    """
    part_limits = MultipartLimits(
        max_headers=limits.max_headers,
        max_field_size=limits.max_field_size,
        max_head_size=max(MultipartLimits().max_head_size, limits.max_field_size),
        max_total=limits.max_total or None,
        max_depth=1,
    )
    reader = MultipartReader(headers, content, limits=part_limits)
    fields: MultiDict[FormValue] = MultiDict()
    files: list[SpooledUpload] = []
    form = Form(fields, files)
    form_reader = _FormReader(limits, files)
    count = 0
    try:
        while (part := await _next_part(reader)) is not None:
            count += 1
            if limits.max_fields and count > limits.max_fields:
                raise TooManyFields(limits.max_fields)
            name = part.name
            if name is None:
                raise MultipartError("A part of a form has no name")
            name = _text(name, reader.default_charset)
            fields.add(name, await form_reader.read(name, part, reader.default_charset))
    except BaseException:
        form.close()
        raise
    return form


async def _next_part(reader: MultipartReader) -> BodyPartReader | None:
    try:
        part = await reader.next()
    except NestingTooDeep as exc:
        raise MultipartError("A form cannot hold a nested multipart") from exc
    if isinstance(part, MultipartReader):
        raise MultipartError("A form cannot hold a nested multipart")
    return part


def _text(value: str, charset: str | None) -> str:
    """Return a name or file name without the lone surrogates of bytes that were no UTF-8.

    Browsers write them in the charset of the form (HTML section 4.10.22.8).
    """
    if value.isascii():
        return value
    data = value.encode("utf-8", "surrogateescape")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(charset or "utf-8", "replace")


class _FormReader:
    """Reads parts into values; remembers the files."""

    __slots__ = ("_files", "_limits")

    def __init__(self, limits: FormLimits, files: list[SpooledUpload]) -> None:
        self._limits = limits
        self._files = files

    async def read(self, name: str, part: BodyPartReader, charset: str | None) -> FormValue:
        decoder = make_transfer_decoder(transfer_encoding(part.headers))
        header = part.headers.get(hdrs.CONTENT_TYPE)
        content_type = "" if header is None else parse_content_type(header).mimetype
        filename = part.filename
        if filename:
            file = await self._read_file(part, decoder)
            kind = header or "application/octet-stream"
            return FileField(name, _text(filename, charset), file, kind, part.headers)
        data = await self._read_memory(part, decoder)
        if content_type and not content_type.startswith("text/"):
            return data
        encoding = _charset(part.get_charset("utf-8"))
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as exc:
            raise PartCharsetError(f"A field is not encoded as {encoding}: {exc.reason}") from None

    async def _read_memory(self, part: BodyPartReader, decoder: TransferDecoder) -> bytearray:
        limit = self._limits.max_field_bytes
        data = bytearray()
        while piece := await part.readany():
            data += decoder.decode(piece)
            if limit and len(data) > limit:
                raise BodyTooLarge(limit)
        data += decoder.finish()
        return data

    async def _read_file(self, part: BodyPartReader, decoder: TransferDecoder) -> io.BufferedReader:
        upload = SpooledUpload(self._limits.spool_size)
        self._files.append(upload)
        while piece := await part.readany():
            await upload.write(decoder.decode(piece))
        await upload.write(decoder.finish())
        await upload.finish()
        file: IO[bytes] = upload.file
        return file  # type: ignore[return-value]  # has all methods of one
