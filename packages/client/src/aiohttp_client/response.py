"""A response: its head at once, its body when it is asked for.

Laws
* A response holds its connection only while the body is arriving.  A body that has arrived is
  bytes; the connection is back in the pool before anybody reads them (spec row ADD-357).
* Leaving a response half read closes its connection; nothing else could be done with it (CRSP-18).
* Nothing of the head is decoded before it is looked at.
* A response can be made without a network, by :meth:`ClientResponse.build` or by the constructor
  of aiohttp 3 (spec row ADD-1020); it behaves like one that was received.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from http.cookies import SimpleCookie
from types import MappingProxyType, TracebackType
from typing import Any, Final, Protocol, Self

from multidict import CIMultiDict, CIMultiDictProxy, MultiDictProxy
from yarl import URL

from aiohttp_client.errors import (
    ClientConnectionError,
    ClientResponseError,
    ContentTypeError,
    response_error,
)
from aiohttp_client.incoming import Incoming
from aiohttp_client.lease import Connection
from aiohttp_client.request_info import RequestInfo
from aiohttp_client.response_base import ResponseBase, SentRequest
from aiohttp_core import warn_caller
from aiohttp_core.errors import HttpProcessingError
from aiohttp_core.fields.content_type import (
    ContentType,
    parse_content_type,
)
from aiohttp_core.fields.cookies import load_cookies, parse_set_cookies
from aiohttp_core.records import Record
from aiohttp_core.streams import StreamReader
from aiohttp_core.versions import HttpVersion, HttpVersion11

__all__ = ("CharsetResolver", "ClientResponse", "ContentDisposition", "SentRequest")

CharsetResolver = Callable[["ClientResponse", bytes], str]
"""Names the encoding of a body that says none."""

_JSON_IS_UTF8: Final = frozenset(("application/json", "application/rdap+json"))
_OCTETS: Final = ContentType("application/octet-stream", MappingProxyType({}))


class ContentDisposition(Record):
    """A parsed ``Content-Disposition`` (spec row CRSP-14)."""

    type: str | None
    parameters: Mapping[str, str]
    filename: str | None


class _ResponseTrace(Protocol):
    async def send_response_chunk_received(self, method: str, url: URL, chunk: bytes, /) -> None:
        """Send ``on_response_chunk_received``."""


def _utf8(response: "ClientResponse", body: bytes) -> str:
    return "utf-8"


class _BuiltRequest:
    """The request of a response that was built by hand."""

    __slots__ = ("request_info", "url")

    def __init__(self, info: RequestInfo) -> None:
        self.request_info = info
        self.url = info.url


class ClientResponse(ResponseBase):
    """What a server answered (spec rows CRSP-01 to CRSP-25, ADD-347 to ADD-365).

    Use it as an asynchronous context manager: the connection is released at the end.  The body is
    read by :meth:`read`, :meth:`text` and :meth:`json`, or piece by piece from :attr:`content`.
    """

    # Defaults live in the class: a response that is only read sets few of them.
    _cached_cookies: SimpleCookie | None = None
    _content_type: ContentType | None = None
    _continue: Any = None
    _headers: CIMultiDictProxy[str] | None = None
    _history: "tuple[ClientResponse, ...]" = ()
    _raw_headers: tuple[tuple[bytes, bytes], ...] | None = None
    _real_url: URL | None = None
    _request_info: RequestInfo | None = None
    _resolve_charset: CharsetResolver = staticmethod(_utf8)
    _sending: Any = None
    _session: Any = None
    _source_traceback: Any = None
    _stream_writer: Any = None
    _traces: Sequence[_ResponseTrace] = ()
    _url: URL | None = None

    def __init__(
        self,
        method: str,
        url: URL,
        *,
        writer: Any = None,
        continue100: Any = None,
        timer: Any = None,
        request_info: RequestInfo | None = None,
        traces: Sequence[_ResponseTrace] | None = None,
        loop: asyncio.AbstractEventLoop | None = None,
        session: Any = None,
        stream_writer: Any = None,
    ) -> None:
        """Make a response that nothing has arrived for (the signature of aiohttp 3)."""
        if not isinstance(url, URL):
            raise TypeError(f"url must be yarl.URL, not {type(url).__name__}")
        self.method = method
        self._real_url = url
        self._url = url.with_fragment(None) if url.raw_fragment else url
        self._request_info = request_info
        self._traces = () if traces is None else traces
        self._loop = loop
        self._session = session
        self._sending = writer
        self._continue = continue100
        self._stream_writer = stream_writer
        resolver = getattr(session, "fallback_charset_resolver", None)
        if resolver is not None:
            self._resolve_charset = resolver

    @classmethod
    def received(
        cls,
        incoming: Incoming,
        method: str,
        request: SentRequest,
        resolver: CharsetResolver | None = None,
    ) -> Self:
        """Return the response to *request* whose head has come in; what sessions use."""
        self = cls.__new__(cls)
        self.take(incoming, method, request)
        if resolver is not None:
            self._resolve_charset = resolver
        return self

    @classmethod
    def build(
        cls,
        method: str = "GET",
        url: URL | str = "http://localhost/",
        *,
        status: int = 200,
        reason: str | None = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        body: bytes | str = b"",
        version: HttpVersion = HttpVersion11,
        request_headers: Mapping[str, str] | None = None,
        history: "Sequence[ClientResponse]" = (),
    ) -> Self:
        """Return a complete response that no server has sent: for tests, caches and middlewares.

        *body* as ``str`` is encoded as UTF-8; *reason* defaults to the standard phrase.  Needs no
        event loop.
        """
        real_url = URL(url)
        plain = real_url.with_fragment(None) if real_url.raw_fragment else real_url
        info = RequestInfo(
            plain, method, CIMultiDictProxy(CIMultiDict(request_headers or {})), real_url
        )
        self = cls.__new__(cls)
        self.method = method
        self._real_url = real_url
        self._url = plain
        self._request_info = info
        self._request = _BuiltRequest(info)
        self.status = status
        if reason is None:
            try:
                reason = HTTPStatus(status).phrase
            except ValueError:
                reason = ""
        self.reason = reason
        self.version = version
        fields = CIMultiDict[str](headers or {})
        self._headers = CIMultiDictProxy(fields)
        self._raw_headers = tuple(
            (name.encode("utf-8", "surrogateescape"), value.encode("utf-8", "surrogateescape"))
            for name, value in fields.items()
        )
        self._body = body.encode() if isinstance(body, str) else bytes(body)
        self._history = tuple(history)
        self._closed = True
        return self

    # -- the connection's side --------------------------------------------------------------------

    def expect(self, incoming: Incoming) -> None:
        """Say where the response will come from; then await :meth:`start`."""
        self._incoming = incoming

    async def start(self, connection: Connection) -> Self:
        """Wait for the head that comes on *connection* and return the response itself.

        A head that breaks the rules raises :exc:`ClientResponseError`.  When the wait is cancelled
        the connection is closed (spec row ADD-808).
        """
        incoming = self._incoming
        if incoming is None:
            raise RuntimeError("No request was sent for this response")
        try:
            await incoming.waiter
        except HttpProcessingError as exc:
            raise response_error(exc, self.request_info, self._history) from exc
        except BaseException:
            incoming.abort()
            raise
        self.take_head(incoming)
        return self

    def __repr__(self) -> str:
        reason = None if self.reason is None else self.reason.encode("ascii", "backslashreplace")
        shown = "None" if reason is None else reason.decode("ascii")
        headers = self.headers if self._headers is not None or self._incoming else None
        return f"<{type(self).__name__}({self.url}) [{self.status} {shown}]>\n{headers}\n"

    # -- the request ------------------------------------------------------------------------------

    @property
    def url(self) -> URL:
        """The URL of the response, without fragment and credentials."""
        url = self._url
        if url is None:
            if self._request is None:
                raise RuntimeError("The response has no URL")
            url = self._url = self._request.url
        return url

    @property
    def real_url(self) -> URL:
        """The URL with the fragment of the last hop (spec row ADD-193)."""
        if self._real_url is None:
            self._real_url = self.request_info.real_url
        return self._real_url

    @property
    def url_obj(self) -> URL:
        """The same as ``url``; deprecated."""
        warn_caller("Deprecated, use .url")
        return self.url

    @property
    def host(self) -> str | None:
        """The host of the URL."""
        return self.url.host

    @property
    def request_info(self) -> RequestInfo:
        """What was asked for."""
        info = self._request_info
        if info is None:
            if self._request is None:
                info = RequestInfo(self.url, self.method, CIMultiDictProxy(CIMultiDict()))
            else:
                info = self._request.request_info
            self._request_info = info
        return info

    @property
    def history(self) -> "tuple[ClientResponse, ...]":
        """The redirect responses before this one, the earliest first; they are released."""
        return self._history

    def follows(self, history: "Sequence[ClientResponse]") -> None:
        """Say which redirects led here."""
        self._history = tuple(history)

    # -- the head ---------------------------------------------------------------------------------

    @property
    def ok(self) -> bool:
        """Whether the status is less than 400."""
        return self.status < 400

    @property
    def headers(self) -> CIMultiDictProxy[str]:
        """The fields of the head."""
        headers = self._headers
        if headers is None:
            head = None if self._incoming is None else self._incoming.head
            if head is None:
                raise RuntimeError("The response has no head yet")
            headers = self._headers = head.headers
        return headers

    @property
    def raw_headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """The fields as they came: pairs of bytes."""
        raw = self._raw_headers
        if raw is None:
            head = None if self._incoming is None else self._incoming.head
            if head is None:
                raise RuntimeError("The response has no head yet")
            raw = self._raw_headers = head.raw_headers
        return raw

    @property
    def trailers(self) -> Mapping[str, str] | None:
        """The trailer fields of a chunked body; ``None`` without any or before its end."""
        return None if self._incoming is None else self._incoming.trailers

    @property
    def cookies(self) -> SimpleCookie:
        """The cookies of this response; of equal names the last one (CRSP-07, CRSP-08)."""
        cookies = self._cached_cookies
        if cookies is None:
            # A response that is made by hand may get cookies before it gets fields.
            known = self._headers is not None or self._incoming is not None
            values = self.headers.getall("Set-Cookie", ()) if known else ()
            cookies = self._cached_cookies = load_cookies(parse_set_cookies(values))
        return cookies

    @cookies.setter
    def cookies(self, cookies: SimpleCookie) -> None:
        self._cached_cookies = cookies

    @property
    def links(self) -> "MultiDictProxy[MultiDictProxy[str | URL]]":
        """The ``Link`` fields, by relation or else target (spec rows CRSP-11, ADD-361)."""
        from aiohttp_core.fields.link import parse_links

        return parse_links(self.headers.getall("Link", ()), self.url)

    def _type_field(self) -> str | None:
        """Return the value of ``Content-Type``, without building all other fields for it."""
        incoming = self._incoming
        if self._headers is None and incoming is not None and incoming.head is not None:
            return incoming.head.field(b"content-type")
        return self.headers.get("Content-Type")

    def _parsed_type(self) -> ContentType:
        parsed = self._content_type
        if parsed is None:
            value = self._type_field()
            parsed = _OCTETS if value is None else parse_content_type(value)
            self._content_type = parsed
        return parsed

    @property
    def content_type(self) -> str:
        """The media type; ``application/octet-stream`` if there is none or an invalid one."""
        return self._parsed_type().mimetype

    @property
    def charset(self) -> str | None:
        """The charset of the media type, or ``None``."""
        return self._parsed_type().charset

    @property
    def content_length(self) -> int | None:
        """The declared length of the body in bytes, or ``None``."""
        head = None if self._incoming is None else self._incoming.head
        if head is not None:
            return head.content_length
        value = self.headers.get("Content-Length", "")
        return int(value) if value.isascii() and value.isdecimal() else None

    @property
    def content_disposition(self) -> ContentDisposition | None:
        """The parsed ``Content-Disposition``, or ``None``."""
        value = self.headers.get("Content-Disposition")
        if value is None:
            return None
        from aiohttp_core.fields.content_disposition import (
            content_disposition_filename,
            parse_content_disposition,
        )

        kind, parameters = parse_content_disposition(value)
        filename = content_disposition_filename(parameters)
        return ContentDisposition(kind, MappingProxyType(parameters), filename)

    # -- the connection ---------------------------------------------------------------------------

    @property
    def connection(self) -> Connection | None:
        """The lease of the connection, or ``None`` once the whole body has arrived."""
        incoming = self._incoming
        if incoming is None:
            return None
        lease = incoming.lease
        if lease is None and incoming.connection is not None and not incoming.complete:
            lease = incoming.connection.lease_to(incoming)  # the fast path makes none
        if isinstance(lease, Connection) and lease.protocol is not None:
            return lease
        return None

    @property
    def incoming(self) -> Incoming | None:
        """The exchange on the connection; for protocols that take a connection over."""
        return self._incoming

    @property
    def closed(self) -> bool:
        """Whether the response holds no connection any more."""
        if self._closed:
            return True
        incoming = self._incoming
        return incoming is not None and incoming.complete and self.connection is None

    async def wait_for_close(self) -> None:
        """Wait until the request is written; then release."""
        if self._sending is not None and not self._sending.done():
            await asyncio.wait((self._sending,))
        incoming = self._incoming
        if incoming is not None and incoming.connection is not None:
            await incoming.connection.until_sent()
        self.release()

    async def __aenter__(self) -> Self:
        self.in_context = True
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.in_context = False
        self.release()

    def raise_for_status(self) -> None:
        """Raise :exc:`ClientResponseError` if the status is 400 or more.

        Outside of ``async with`` the response is released first (spec row ADD-348).
        """
        if self.status >= 400:
            if not self.in_context:
                self.release()
            raise ClientResponseError(
                self.request_info,
                self.history,
                status=self.status,
                message=self.reason or "",
                headers=self.headers,
            )

    # -- the body ---------------------------------------------------------------------------------

    @property
    def content(self) -> StreamReader:
        """The body as a stream."""
        content = self._content
        if content is None:
            incoming = self._incoming
            if incoming is not None and incoming.head is not None:
                content = incoming.take_stream()
                if self._released and content.exception() is None:
                    content.set_exception(ClientConnectionError("Connection closed"))
            else:
                content = _stream_of(self._body or b"")
            self._content = content
        return content

    @content.setter
    def content(self, content: StreamReader) -> None:
        self._content = content

    async def read(self) -> bytes:
        """Return the whole body.  A second call returns it again, until the response is released.

        Raises :exc:`ClientPayloadError` for a body that is cut off or corrupt; then, and when the
        call is cancelled, the connection is closed.
        """
        body = self._body
        if body is None:
            try:
                body = self.take_body()
                if body is None:
                    body = self._body = await self.content.read()
                for trace in self._traces:
                    await trace.send_response_chunk_received(self.method, self.url, body)
            except BaseException:
                self.close()
                raise
        elif self._released:
            raise ClientConnectionError("Connection closed")
        return body

    def get_encoding(self) -> str:
        """Return Python's name of the encoding of the text (spec rows CRSP-24, ADD-353).

        It is the charset of the head if Python knows it, UTF-8 for JSON, else what the resolver
        says; that needs the body: ``RuntimeError`` before it was read.
        """
        parsed = self._parsed_type()
        if parsed.encoding is not None:
            return parsed.encoding
        if parsed.mimetype in _JSON_IS_UTF8:
            return "utf-8"
        if self._body is None:
            raise RuntimeError("Cannot compute fallback encoding of a not yet read body")
        return self._resolve_charset(self, self._body)

    async def text(self, encoding: str | None = None, errors: str = "strict") -> str:
        """Return the body as text; ``UnicodeDecodeError`` if it is not in that encoding."""
        body = self._body
        if body is None:
            body = await self.read()
        if encoding is None:
            encoding = self.get_encoding()
        return body.decode(encoding, errors=errors)

    async def json(
        self,
        *,
        encoding: str | None = None,
        loads: Callable[[str], Any] = json.loads,
        content_type: str | None = "application/json",
    ) -> Any:
        """Return what *loads* makes of the body, ``None`` for an empty one (spec row CRSP-21).

        Raises :exc:`ContentTypeError` if the response does not have *content_type*; the default
        stands for ``application/json`` and all ``+json`` types, ``None`` switches the check off.
        """
        body = self._body
        if body is None:
            body = await self.read()
        if content_type is not None:
            self._check_type(content_type)
        stripped = body.strip()
        if not stripped:
            return None
        if encoding is None:
            encoding = self.get_encoding()
        return loads(stripped.decode(encoding))

    def _check_type(self, expected: str) -> None:
        if expected == "application/json":
            fits = self._parsed_type().is_json
        else:
            actual = self._type_field() or ""
            fits = expected.lower() in (actual.lower() if actual.isascii() else actual)
        if not fits:
            raise ContentTypeError(
                self.request_info,
                self.history,
                status=self.status,
                message="Attempt to decode JSON with unexpected mimetype: "
                f"{self._type_field() or ''}",
                headers=self.headers,
            )

    # -- deprecated -------------------------------------------------------------------------------

    @property
    def output_size(self) -> int:
        """Bytes of the request that were sent; deprecated: use an ``UploadTracker``."""
        warn_caller("Deprecated, use UploadTracker")
        writer = self._stream_writer
        return 0 if writer is None else int(writer.output_size)

    @property
    def upload_complete(self) -> bool:
        """Whether the request was sent completely; deprecated: use an ``UploadTracker``."""
        warn_caller("Deprecated, use UploadTracker")
        if self._sending is not None:
            return bool(self._sending.done())
        incoming = self._incoming
        return incoming is None or incoming.connection is None or not incoming.connection.writing


class _NoConnection:
    __slots__ = ()

    reading_paused = False

    def pause_reading(self) -> None:
        """Do nothing."""

    def resume_reading(self) -> None:
        """Do nothing."""


def _stream_of(body: bytes) -> StreamReader:
    """Return a stream that holds *body* and has ended."""
    stream = StreamReader(_NoConnection(), max(len(body), 1))
    if body:
        stream.feed_data(body)
    stream.feed_eof()
    return stream
