"""Reading multipart bodies part by part (RFC 2046 section 5.1).

Laws
* Parts come in the order of the wire and are read once.  Asking for the next part skips what is
  left of the one before it.
* A nested multipart is a reader whose bytes are the body of a part; the outer boundary ends it.
* A read that is cancelled takes nothing away.
"""

import sys
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import Any, Final, Protocol, Self

from multidict import CIMultiDictProxy

from aiohttp_core import hdrs
from aiohttp_core.fields.content_type import known_charset, parse_content_type
from aiohttp_multipart.body_part import BodyPartReader
from aiohttp_multipart.errors import (
    BadCharsetField,
    BodyTooLarge,
    BoundaryError,
    MultipartError,
    NestingTooDeep,
)
from aiohttp_multipart.limits import MultipartLimits
from aiohttp_multipart.parser import MultipartParser, PartHead, Signal, check_boundary
from aiohttp_multipart.source import ByteStream, PartSource

__all__ = ("MultipartReader", "MultipartResponseWrapper", "ResponseLike")

# The longest value of a _charset_ field, in bytes (spec row ADD-493).
_MAX_CHARSET: Final = 31


class ResponseLike(Protocol):
    """What a multipart body of a client is taken from."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The header fields."""

    @property
    def content(self) -> Any:
        """The body, a ``StreamReader``."""

    def release(self) -> Awaitable[None] | None:
        """Give the connection back."""


class MultipartReader:
    """A multipart body, read part by part; ``async for`` gives the parts.

    *headers* hold the Content-Type with its boundary, *content* is the body.  *client_max_size*
    bounds what :meth:`BodyPartReader.read` takes into memory (0: nothing does);
    *max_size_error_cls* is called with it for the error.  *max_field_size* and *max_headers* bound
    the head of a part.  *limits* says all that and more at once, and then wins.

    Raises ValueError (``MultipartError``) for another content type and for a missing or impossible
    boundary.
    """

    response_wrapper_cls: "type[MultipartResponseWrapper]"
    """The class that :meth:`from_response` returns."""
    multipart_reader_cls: "type[MultipartReader] | None" = None
    """The class of nested readers; ``None``: that of the outer one."""
    part_reader_cls: type[BodyPartReader] = BodyPartReader
    """The class of parts."""

    def __init__(
        self,
        headers: Mapping[str, str],
        content: ByteStream,
        *,
        client_max_size: int = sys.maxsize,
        max_field_size: int = 8190,
        max_headers: int = 128,
        max_size_error_cls: type[Exception] = BodyTooLarge,
        limits: MultipartLimits | None = None,
    ) -> None:
        if limits is None:
            limits = MultipartLimits(
                max_field_size=max_field_size,
                max_headers=max_headers,
                max_head_size=max(MultipartLimits().max_head_size, max_field_size),
            )
        content_type = parse_content_type(headers.get(hdrs.CONTENT_TYPE, ""))
        kind, _, subtype = content_type.mimetype.partition("/")
        if kind != "multipart":
            raise MultipartError(f"multipart/* content type expected, got {kind}/{subtype}")
        boundary = content_type.parameters.get("boundary")
        if not boundary:
            raise BoundaryError(f"boundary missed for Content-Type: {content_type.mimetype}")
        self.headers = headers
        self._boundary = b"--" + check_boundary(boundary.encode("utf-8", "surrogateescape"))
        self._subtype = subtype
        self._limits = limits
        self._client_max_size = client_max_size or sys.maxsize
        self._max_size_error_cls = max_size_error_cls
        parser = MultipartParser(self._boundary[2:], limits)
        self._source = PartSource(content, parser, limits.max_total)
        self._default_charset: str | None = None
        self._started = False
        self._last_part: BodyPartReader | MultipartReader | None = None
        self._last_body: BodyPartReader | None = None  # the part that a nested reader reads
        self._at_eof = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} multipart/{self._subtype}>"

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> "MultipartReader | BodyPartReader":
        part = await self.next()
        if part is None:
            raise StopAsyncIteration
        return part

    @classmethod
    def from_response(cls, response: ResponseLike) -> "MultipartResponseWrapper":
        """Return a wrapper that reads the body of *response* and releases it at the end."""
        return cls.response_wrapper_cls(response, cls(response.headers, response.content))

    @property
    def default_charset(self) -> str | None:
        """The charset that a first field ``_charset_`` has named, known once it was read."""
        return self._default_charset

    def at_eof(self) -> bool:
        """Return whether the final boundary was reached."""
        return self._at_eof

    async def next(self) -> "MultipartReader | BodyPartReader | None":
        """Return the next part, a nested reader if it is multipart itself, ``None`` at the end.

        What is left of the part before is skipped.  In form-data a first field ``_charset_`` is
        not returned: it is the charset of the later ones (RFC 7578 section 4.6).

        Raises MultipartError for what is malformed or cut short and beyond a limit.
        """
        if self._at_eof:
            return None
        part = await self.fetch_next_part()
        if not self._started:
            self._started = True
            if (
                self._subtype == "form-data"
                and isinstance(part, BodyPartReader)
                and part.name == "_charset_"
                and not part.filename
            ):
                self._default_charset = await self._read_charset(part)
                part = await self.fetch_next_part()
        return part

    async def fetch_next_part(self) -> "MultipartReader | BodyPartReader | None":
        """Return the next part as it is, ``_charset_`` too; otherwise as :meth:`next`."""
        await self._release_last_part()
        while True:
            event = await self._source.event()
            if isinstance(event, PartHead):
                self._last_part = self._get_part_reader(event.headers)
                return self._last_part
            if event is Signal.END_OF_BODY:
                self._at_eof = True
                return None
            # Otherwise it is the rest of a part whose reader did not get to its end.

    async def release(self) -> None:
        """Read all parts to the void, to the final boundary."""
        while not self._at_eof:
            part = await self.fetch_next_part()
            if part is not None:
                await part.release()

    async def _release_last_part(self) -> None:
        if self._last_part is not None:
            await self._last_part.release()
            self._last_part = None
        if self._last_body is not None:
            await self._last_body.release()
            self._last_body = None

    async def _read_charset(self, part: BodyPartReader) -> str | None:
        name = bytearray()
        while piece := await part.readany():
            name += piece
            if len(name) > _MAX_CHARSET:
                raise BadCharsetField("Invalid default charset")
        return known_charset(name.decode("ascii", "replace").strip(" \t\r\n"))

    def _get_part_reader(
        self, headers: "CIMultiDictProxy[str]"
    ) -> "MultipartReader | BodyPartReader":
        part = self.part_reader_cls(
            self._boundary,
            headers,
            self._source,
            subtype=self._subtype,
            default_charset=self._default_charset,
            client_max_size=self._client_max_size,
            max_size_error_cls=self._max_size_error_cls,
        )
        content_type = headers.get(hdrs.CONTENT_TYPE)
        if content_type is None or not parse_content_type(content_type).mimetype.startswith(
            "multipart/"
        ):
            return part
        if self._limits.max_depth == 1:
            raise NestingTooDeep("Multiparts are nested too deep", 1)
        nested = (self.multipart_reader_cls or type(self))(
            headers,
            part,
            client_max_size=self._client_max_size,
            max_size_error_cls=self._max_size_error_cls,
            limits=replace(self._limits, max_depth=self._limits.max_depth - 1, max_total=None),
        )
        self._last_body = part
        return nested


class MultipartResponseWrapper:
    """A :class:`MultipartReader` that releases its response at the end of the body."""

    def __init__(self, resp: ResponseLike, stream: MultipartReader) -> None:
        self.resp = resp
        self.stream = stream
        self._released = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> MultipartReader | BodyPartReader:
        part = await self.next()
        if part is None:
            raise StopAsyncIteration
        return part

    def at_eof(self) -> bool:
        """Return whether the whole body of the response has been read or dropped.

        After the final boundary it is, even while the end of the message is still on its way.
        """
        return self._released or bool(self.resp.content.at_eof())

    async def next(self) -> MultipartReader | BodyPartReader | None:
        """Return the next part as the reader does; release the response after the last one."""
        part = await self.stream.next()
        if self.stream.at_eof():
            await self.release()
        return part

    async def release(self) -> None:
        """Release the response; what is unread is dropped."""
        self._released = True
        waiting = self.resp.release()
        if waiting is not None:
            await waiting


MultipartReader.response_wrapper_cls = MultipartResponseWrapper
