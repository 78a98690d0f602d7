"""Responses that are written piece by piece (spec section 3.9, ADDENDUM 3.1 and 3.6).

Laws
* A response is a state machine: open -> prepared -> finished.  What belongs to its head changes
  only while it is open; later changes raise RuntimeError (WRSP-01).
* The header multidict exists only if somebody looks at it.  Until then the content type is one
  string.
* The rules of RFC 9110 for HEAD, 1xx, 204, 304 and CONNECT are applied here, in one place: whatever
  a handler writes, such an answer carries no byte of body (ADD-422, ADD-423, ADD-1092).
* What an application can put on the wire is checked when it is set, and header fields, which live
  in a plain multidict, when the head is written.
"""

import asyncio
import datetime
from collections.abc import Iterable, Mapping
from http.cookies import Morsel, SimpleCookie
from typing import Any, Final

from multidict import CIMultiDict, istr

from aiohttp_core import hdrs, warn_caller
from aiohttp_core.fields.accept import choose_coding
from aiohttp_core.fields.content_type import DEFAULT_CONTENT_TYPE, parse_content_type
from aiohttp_core.fields.cookies import build_set_cookie, set_cookie_header
from aiohttp_core.fields.dates import format_last_modified, http_date_now, parse_http_date
from aiohttp_core.fields.etags import ETag, etag_header, parse_etag
from aiohttp_core.versions import HttpVersion11
from aiohttp_web.content_coding import OFFERED_CODINGS, ContentCoding, add_vary
from aiohttp_web.keyed_state import KeyedState
from aiohttp_web.response_head import (
    SERVER_SOFTWARE,
    check_field_text,
    check_reason,
    reason_phrase,
)

__all__ = ("LooseHeaders", "StreamResponse")

LooseHeaders = Mapping[str, str] | Mapping[istr, str] | Iterable[tuple[str | istr, str]]

_PREPARED: Final = "Cannot change {} after the headers were sent"


class StreamResponse(KeyedState):
    """A response whose body is written piece by piece.

    *status* and *reason* make the status line; *headers* are added to the default ones.  The
    response is also a mutable mapping for values of the application (WRSP-02).
    """

    __slots__ = (
        "_body_length",
        "_chunked",
        "_coding",
        "_compression",
        "_content_type",
        "_cookies",
        "_eof_sent",
        "_headers",
        "_keep_alive",
        "_no_body",
        "_payload_writer",
        "_reason",
        "_req",
        "_status",
        "_strategy",
    )

    def _open(self, status: int, reason: str | None) -> None:
        self._state = None
        self._status = status
        self._reason = reason_phrase(status) if reason is None else check_reason(reason)
        self._headers: CIMultiDict[str] | None = None
        self._content_type: str | None = None
        self._cookies: SimpleCookie | None = None
        self._keep_alive: bool | None = None
        self._chunked = False
        self._compression = False
        self._coding: ContentCoding | None = None
        self._strategy: int | None = None
        self._payload_writer: Any = None
        self._req: Any = None
        self._eof_sent = False
        self._no_body = False
        self._body_length = 0

    def __init__(
        self,
        *,
        status: int = 200,
        reason: str | None = None,
        headers: LooseHeaders | None = None,
    ) -> None:
        self._open(int(status), reason)
        if headers is not None:
            self._headers = CIMultiDict(headers)

    def __repr__(self) -> str:
        if self._eof_sent:
            info = "eof"
        elif self._payload_writer is not None:
            info = f"{self._req.method} {self._req.path} "
        else:
            info = "not prepared"
        return f"<{type(self).__name__} {self._reason} {info}>"

    # State

    @property
    def prepared(self) -> bool:
        """Whether :meth:`prepare` was called, also after the end (ADD-509)."""
        return self._eof_sent or self._payload_writer is not None

    @property
    def task(self) -> "asyncio.Task[Any] | None":
        """The task that serves the request; ``None`` before :meth:`prepare` (WRSP-04)."""
        task: asyncio.Task[Any] | None = None if self._req is None else self._req.task
        return task

    @property
    def body_length(self) -> int:
        """The bytes written so far, the head included (ADD-514)."""
        writer = self._payload_writer
        return self._body_length if writer is None else int(writer.output_size)

    @property
    def output_length(self) -> int:
        """The same as :attr:`body_length`.  Deprecated (ADD-967)."""
        warn_caller("output_length is deprecated")
        return self.body_length

    @property
    def eof_sent(self) -> bool:
        """Whether the end of the body was written."""
        return self._eof_sent

    def _check_open(self, what: str) -> None:
        if self._eof_sent or self._payload_writer is not None:
            raise RuntimeError(_PREPARED.format(what))

    # The status line

    @property
    def status(self) -> int:
        """The status code."""
        return self._status

    @property
    def reason(self) -> str:
        """The reason phrase, that of the status unless another one was given."""
        return self._reason

    def set_status(self, status: int, reason: str | None = None) -> None:
        """Set status and reason.

        Raises RuntimeError after :meth:`prepare`, ValueError for control characters.
        """
        self._check_open("the status")
        self._status = int(status)
        self._reason = reason_phrase(self._status) if reason is None else check_reason(reason)

    # Connection

    @property
    def keep_alive(self) -> bool | None:
        """Whether the connection stays; ``None`` before :meth:`prepare` (WRSP-05)."""
        return self._keep_alive

    def force_close(self) -> None:
        """Close the connection after this response.  There is no way back."""
        self._keep_alive = False

    # Compression and framing

    @property
    def compression(self) -> bool:
        """Whether :meth:`enable_compression` was called."""
        return self._compression

    def enable_compression(
        self, force: "ContentCoding | bool | None" = None, strategy: int | None = None
    ) -> None:
        """Compress the body.

        The coding is the one that ``Accept-Encoding`` prefers of deflate and gzip, quality values
        respected; *force* names one without asking.  *strategy* is one of :mod:`zlib`.  A bool as
        *force* is deprecated (ADD-515).  Raises TypeError for another *force*, RuntimeError after
        :meth:`prepare`.
        """
        self._check_open("the compression")
        if isinstance(force, bool):
            warn_caller("Using boolean for force is deprecated")
            force = ContentCoding.deflate if force else None
        elif force is not None and not isinstance(force, ContentCoding):
            raise TypeError(f"force must be a ContentCoding or None, got {type(force).__name__}")
        self._compression = True
        self._coding = force
        self._strategy = strategy

    @property
    def chunked(self) -> bool:
        """Whether the body is sent in chunks."""
        return self._chunked

    def enable_chunked_encoding(self, chunk_size: int | None = None) -> None:
        """Send each :meth:`write` as one chunk (WRSP-07); HTTP/1.1 only.

        Raises RuntimeError if a content length is set, or after :meth:`prepare` unless the response
        is sent in chunks anyway.  *chunk_size* is deprecated and ignored.
        """
        if not self._chunked:
            self._check_open("the framing")
        if chunk_size is not None:
            warn_caller("Chunk size is deprecated")
        if hdrs.CONTENT_LENGTH in self.headers:
            raise RuntimeError("You can't enable chunked encoding when a content length is set")
        self._chunked = True

    # Fields

    @property
    def headers(self) -> "CIMultiDict[str]":
        """The fields of the response, to be changed before :meth:`prepare` (WRSP-08)."""
        headers = self._headers
        if headers is None:
            headers = self._headers = CIMultiDict()
            if self._content_type is not None:
                headers[hdrs.CONTENT_TYPE] = self._content_type
        return headers

    def _content_type_field(self) -> str | None:
        if self._headers is None:
            return self._content_type
        return self._headers.get(hdrs.CONTENT_TYPE)

    def _set_content_type_field(self, value: str) -> None:
        if self._headers is None:
            self._content_type = value
        else:
            self._headers[hdrs.CONTENT_TYPE] = value

    @property
    def content_length(self) -> int | None:
        """The length of the body in bytes, or ``None`` if it is not known beforehand."""
        value = None if self._headers is None else self._headers.get(hdrs.CONTENT_LENGTH)
        return None if value is None else int(value)

    @content_length.setter
    def content_length(self, value: int | None) -> None:
        self._check_open("the content length")
        if value is None:
            self.headers.pop(hdrs.CONTENT_LENGTH, None)
            return
        value = int(value)
        if value < 0:
            raise ValueError("The content length cannot be negative")
        if self._chunked:
            raise RuntimeError("You can't set content length when chunked encoding is enabled")
        self.headers[hdrs.CONTENT_LENGTH] = str(value)

    @property
    def content_type(self) -> str:
        """The media type; ``application/octet-stream`` if none is set."""
        value = self._content_type_field()
        return DEFAULT_CONTENT_TYPE if value is None else parse_content_type(value).mimetype

    @content_type.setter
    def content_type(self, value: str) -> None:
        self._check_open("the content type")
        check_field_text("content_type", value)
        charset = self.charset
        if charset is not None and "charset" not in value:
            value = f"{value}; charset={charset}"
        self._set_content_type_field(value)

    @property
    def charset(self) -> str | None:
        """The charset of the Content-Type, lowered, or ``None``."""
        value = self._content_type_field()
        return None if value is None else parse_content_type(value).charset

    @charset.setter
    def charset(self, value: str | None) -> None:
        self._check_open("the charset")
        content_type = self.content_type
        if content_type == DEFAULT_CONTENT_TYPE:
            raise RuntimeError(
                "Setting charset for application/octet-stream doesn't make sense, "
                "setup content_type first"
            )
        if value is not None:
            content_type = f"{content_type}; charset={check_field_text('charset', value).lower()}"
        self._set_content_type_field(content_type)

    @property
    def last_modified(self) -> datetime.datetime | None:
        """The Last-Modified date (WRSP-14).

        Takes ``str``, ``datetime``, ``int`` and ``float``, fractions rounded up, and ``None`` to
        remove the field; TypeError otherwise.
        """
        value = None if self._headers is None else self._headers.get(hdrs.LAST_MODIFIED)
        return None if value is None else parse_http_date(value)

    @last_modified.setter
    def last_modified(self, value: float | datetime.datetime | str | None) -> None:
        self._check_open("last_modified")
        if value is None:
            self.headers.pop(hdrs.LAST_MODIFIED, None)
        else:
            text = check_field_text("last_modified", format_last_modified(value))
            self.headers[hdrs.LAST_MODIFIED] = text

    @property
    def etag(self) -> ETag | None:
        """The entity tag (WRSP-15).

        Takes an :class:`ETag`, a ``str`` without quotes (a strong tag) and ``None`` to remove it;
        ValueError for a double quote inside or another type.
        """
        value = None if self._headers is None else self._headers.get(hdrs.ETAG)
        return None if value is None else parse_etag(value)

    @etag.setter
    def etag(self, value: ETag | str | None) -> None:
        self._check_open("the etag")
        if value is None:
            self.headers.pop(hdrs.ETAG, None)
        else:
            self.headers[hdrs.ETAG] = etag_header(value)

    # Cookies

    @property
    def cookies(self) -> SimpleCookie:
        """The cookies that will be set, one field each (ADD-429)."""
        if self._cookies is None:
            self._cookies = SimpleCookie()
        return self._cookies

    def set_cookie(
        self,
        name: str,
        value: object,
        *,
        expires: str | datetime.datetime | None = None,
        domain: str | None = None,
        max_age: int | str | None = None,
        path: str = "/",
        secure: bool | None = None,
        httponly: bool | None = None,
        version: str | None = None,
        samesite: str | None = None,
        partitioned: bool | None = None,
    ) -> None:
        """Set a cookie, or replace it with all its attributes (WRSP-09 to WRSP-12, WRSP-32).

        *max_age* counts seconds, 0 deletes.  *version* is accepted and has no effect: the attribute
        means nothing since RFC 6265 (ADD-972).  Raises ValueError for whatever cannot stand in the
        field, RuntimeError after :meth:`prepare`.
        """
        self._check_open("a cookie")
        morsel = build_set_cookie(
            name,
            value,
            path=path,
            expires=expires,
            domain=domain,
            max_age=max_age,
            secure=secure,
            httponly=httponly,
            samesite=samesite,
            partitioned=partitioned,
        )
        self._store_cookie(name, morsel)

    def _store_cookie(self, name: str, morsel: "Morsel[str]") -> None:
        # Not by ``cookies[name] = morsel``, which keeps the place of a cookie that was deleted.
        dict.__setitem__(self.cookies, name, morsel)

    def del_cookie(
        self,
        name: str,
        *,
        domain: str | None = None,
        path: str = "/",
        secure: bool | None = None,
        httponly: bool | None = None,
        samesite: str | None = None,
    ) -> None:
        """Tell the client to forget a cookie (ADD-506)."""
        self._check_open("a cookie")
        morsel = build_set_cookie(
            name,
            "",
            path=path,
            expires="Thu, 01 Jan 1970 00:00:00 GMT",
            domain=domain,
            max_age=0,
            secure=secure,
            httponly=httponly,
            samesite=samesite,
        )
        self._store_cookie(name, morsel)

    # Sending

    async def prepare(self, request: Any) -> Any:
        """Send the head and fire ``on_response_prepare``.  Returns the writer.

        A second call gives the same writer, and ``None`` after the end (ADD-510).  Raises
        RuntimeError if the response has answered another request.
        """
        if self._req is not None and self._req is not request:
            raise RuntimeError("A response object answers one request and cannot be sent twice")
        if self._eof_sent:
            return None
        if self._payload_writer is not None:
            return self._payload_writer
        return await self._start(request)

    async def _start(self, request: Any) -> Any:
        self._req = request
        writer = self._payload_writer = request.response_writer()
        try:
            self._prepare_headers(writer)
            if request.has_response_hooks:
                await request.run_response_hooks(self)
            await self._write_headers(writer)
        except BaseException:
            if not writer.output_size:
                # Nothing was sent: another response can still answer the request.
                self._payload_writer = None
            raise
        return writer

    def _prepare_headers(self, writer: Any) -> None:
        """Compute the fields that depend on the request (ADD-417 to ADD-428)."""
        request = self._req
        version = request.version
        keep_alive = self._keep_alive
        if keep_alive is None:
            keep_alive = self._keep_alive = request.connection_stays
        headers = self.headers
        status = self._status
        bodiless = 100 <= status < 200 or status in (204, 304)
        connected = request.method == "CONNECT" and 200 <= status < 300
        self._no_body = bodiless or connected or request.method == "HEAD"

        if self._compression and not (bodiless or connected):
            self._start_compression(request, writer, headers)

        if bodiless or connected:
            self._chunked = False
            headers.popall(hdrs.CONTENT_LENGTH, None)
            headers.popall(hdrs.TRANSFER_ENCODING, None)
            if connected:
                self._keep_alive = keep_alive = False
        else:
            self._frame(writer, headers, version)
            keep_alive = self._keep_alive

        if hdrs.DATE not in headers:
            headers[hdrs.DATE] = http_date_now()
        if hdrs.SERVER not in headers:
            headers[hdrs.SERVER] = SERVER_SOFTWARE
        if hdrs.CONNECTION not in headers:
            if not keep_alive:
                if version >= HttpVersion11:
                    headers[hdrs.CONNECTION] = "close"
            elif version < HttpVersion11:
                headers[hdrs.CONNECTION] = "keep-alive"

    def _frame(self, writer: Any, headers: "CIMultiDict[str]", version: Any) -> None:
        """Choose how the end of the body is told: by length, in chunks, or by closing."""
        if self._chunked:
            if version < HttpVersion11:
                raise RuntimeError(
                    f"Using chunked encoding is forbidden for HTTP/{version[0]}.{version[1]}"
                )
            headers.pop(hdrs.CONTENT_LENGTH, None)
        elif hdrs.CONTENT_LENGTH in headers:
            if not self._no_body:
                writer.length = self.content_length
        elif self._length_unknown():
            if version >= HttpVersion11:
                self._chunked = True
            elif not self._no_body:
                self._keep_alive = False
        if self._chunked:
            headers[hdrs.TRANSFER_ENCODING] = "chunked"
            if not self._no_body:
                writer.enable_chunking()
        if hdrs.CONTENT_TYPE not in headers and self._may_have_content(headers):
            headers[hdrs.CONTENT_TYPE] = DEFAULT_CONTENT_TYPE

    def _length_unknown(self) -> bool:
        return True

    def _may_have_content(self, headers: "CIMultiDict[str]") -> bool:
        return headers.get(hdrs.CONTENT_LENGTH) != "0"

    def _start_compression(self, request: Any, writer: Any, headers: "CIMultiDict[str]") -> None:
        coding = self._choose_coding(request, headers)
        if coding is not None:
            headers[hdrs.CONTENT_ENCODING] = coding.value
            headers.pop(hdrs.CONTENT_LENGTH, None)
            if not self._no_body:
                writer.enable_compression(coding.value, self._strategy)

    def _choose_coding(self, request: Any, headers: "CIMultiDict[str]") -> "ContentCoding | None":
        """Return the coding to apply: the forced one or the preferred one, never a second one."""
        if hdrs.CONTENT_ENCODING in headers:
            return None
        coding = self._coding
        if coding is None:
            # What is sent depends on a field of the request, whatever was chosen.
            add_vary(headers, hdrs.ACCEPT_ENCODING)
            accepted = ",".join(request.headers.getall(hdrs.ACCEPT_ENCODING, ()))
            chosen = choose_coding(accepted, OFFERED_CODINGS)
            coding = None if chosen is None else ContentCoding(chosen)
        return None if coding is ContentCoding.identity else coding

    async def _write_headers(self, writer: Any) -> None:
        version = self._req.version
        headers = self.headers
        if self._cookies:
            headers = CIMultiDict(headers)
            for morsel in self._cookies.values():
                headers.add(hdrs.SET_COOKIE, set_cookie_header(morsel))
        status_line = f"HTTP/{version[0]}.{version[1]} {self._status} {self._reason}"
        await writer.write_headers(status_line, headers)

    async def write(self, data: "bytes | bytearray | memoryview") -> None:
        """Write a piece of the body and wait while the transport's buffer is full.

        Raises TypeError for what is not bytes-like, RuntimeError before :meth:`prepare` and after
        :meth:`write_eof`, ClientConnectionResetError if the client has left (DISC-01).
        """
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(f"data argument must be byte-ish ({type(data)!r})")
        if self._eof_sent:
            raise RuntimeError("Cannot call write() after write_eof()")
        writer = self._payload_writer
        if writer is None:
            raise RuntimeError("Cannot call write() before prepare()")
        if self._no_body:
            return
        left = writer.length
        if left is not None and len(data) > left:
            # More than was declared would be taken for the next response (ADD-427).
            data = memoryview(data).cast("B")[:left]
        await writer.write(data)

    async def drain(self) -> None:
        """Wait until the transport takes more.  Deprecated: :meth:`write` waits by itself."""
        warn_caller("drain method is deprecated, use await resp.write()")
        if self._eof_sent or self._payload_writer is None:
            raise RuntimeError("Response has not been started or is finished")
        await self._payload_writer.drain()

    async def write_eof(
        self,
        data: "bytes | bytearray | memoryview" = b"",
        *,
        trailers: LooseHeaders | None = None,
    ) -> None:
        """End the body with *data*; a second call does nothing.

        *trailers* are sent behind a chunked body and left out otherwise (RFC 9112 7.1.2).
        """
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(f"data argument must be byte-ish ({type(data)!r})")
        if self._eof_sent:
            return
        writer = self._payload_writer
        if writer is None:
            raise RuntimeError("Response has not been started")
        if self._no_body:
            data = b""
        elif data and writer.length is not None and len(data) > writer.length:
            data = memoryview(data).cast("B")[: writer.length]
        if trailers is not None and self._chunked and not self._no_body:
            await writer.write_eof(data, trailers=CIMultiDict(trailers))
        else:
            await writer.write_eof(data)
        self._finish(writer)

    def _finish(self, writer: Any) -> None:
        self._eof_sent = True
        self._body_length = writer.output_size
        self._payload_writer = None
