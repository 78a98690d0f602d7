"""The request as the low-level server sees it (spec section 3.8).

Laws
* Nothing is decoded before somebody asks: a request holds the parser's head and looks into it.
* What was computed once is kept: in a slot where most requests ask for it, else in one dictionary
  that exists only then.
* Nothing here is believed because a peer said it: scheme and remote come from the transport, and
  forwarding fields are parsed, never obeyed (FWD-01).
* The body is read at most once; ``read()`` and ``post()`` keep what they return.
* A body that came as a whole with its head is given as bytes, and becomes a stream only if somebody
  asks for the stream.

Any object with the attributes of the parser's head serves as *message*, so that test kits can
build requests without a parser.
"""

import asyncio
import datetime
import warnings
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, Protocol, Self

from multidict import CIMultiDict, CIMultiDictProxy, MultiDict, MultiDictProxy
from yarl import URL

from aiohttp_core import hdrs
from aiohttp_core.errors import PayloadEncodingError
from aiohttp_core.fields.content_type import (
    DEFAULT_CONTENT_TYPE,
    is_json_type,
    parse_content_type,
)
from aiohttp_core.fields.cookies import parse_cookie_header
from aiohttp_core.fields.dates import parse_http_date
from aiohttp_core.fields.etags import ETag, parse_etags
from aiohttp_core.fields.forwarded import parse_forwarded
from aiohttp_core.fields.ranges import parse_range
from aiohttp_core.limits import HeadLimits
from aiohttp_core.streams import EmptyStreamReader, StreamReader
from aiohttp_core.versions import HttpVersion
from aiohttp_core.writer import AbstractStreamWriter, StreamWriter
from aiohttp_multipart import MultipartReader
from aiohttp_web.body_intake import arrived_stream
from aiohttp_web.detached_head import DetachedHead
from aiohttp_web.exceptions import (
    HTTPBadRequest,
    HTTPRequestEntityTooLarge,
    HTTPUnsupportedMediaType,
)
from aiohttp_web.forms import BytesSource, FileField, Form, read_request_form
from aiohttp_web.json_codec import decode_json
from aiohttp_web.keyed_state import KeyedState
from aiohttp_web.payload_errors import PayloadAccessError, RequestPayloadError
from aiohttp_web.query_string import EMPTY_QUERY, parse_query
from aiohttp_web.request_target import is_origin_form, target_url

__all__ = ("BaseRequest", "RequestConnection")

_UNSET: Any = object()
_POST_METHODS: Final = frozenset({"POST", "PUT", "PATCH", "TRACE", "DELETE"})
_NO_FIELDS: Final[CIMultiDictProxy[str]] = CIMultiDictProxy(CIMultiDict())
_NO_FORM: Final[MultiDictProxy[Any]] = MultiDictProxy(MultiDict())


class RequestConnection(Protocol):
    """What a request asks of the connection that it came by."""

    @property
    def transport(self) -> asyncio.Transport | None:
        """The transport, ``None`` after the client has left."""

    @property
    def keeps_alive(self) -> bool:
        """Whether the connection may live on after the current request."""

    @property
    def client_max_size(self) -> int:
        """Bytes of body that a request may have."""

    @property
    def client_max_fields(self) -> int:
        """Fields that a form may have."""

    @property
    def head_limits(self) -> HeadLimits:
        """How much of a head is accepted, that of a part in a multipart body too."""

    @property
    def read_bufsize(self) -> int:
        """The low-water mark of a body's stream, in bytes."""

    def make_writer(self) -> AbstractStreamWriter:
        """Return a writer for one message."""

    async def wait_for_loss(self) -> None:
        """Return as soon as the client has left."""

    async def send_informational(
        self, request: Any, status: int, headers: Mapping[str, str] | None
    ) -> None:
        """Send an interim response."""


def _address_text(address: Any) -> str:
    """Return a socket name as a host: IPv6 in brackets, no port (ADD-461)."""
    if isinstance(address, (tuple, list)) and address:
        host = str(address[0])
        return f"[{host}]" if ":" in host else host
    return address if isinstance(address, str) else ""


class BaseRequest(KeyedState):
    """An HTTP request.  Made by the server; users only read it.

    It is also a mutable mapping for values that belong to the request (WREQ-01).
    """

    __slots__ = (
        "_cache",
        "_client_max_fields",
        "_client_max_size",
        "_match_info",
        "_match_path",
        "_message",
        "_payload",
        "_protocol",
        "_query",
        "_rel_url",
        "_route",
        "_route_app",
        "_task",
        "_writer",
    )

    POST_METHODS = _POST_METHODS

    def __init__(
        self,
        message: Any,
        payload: Any,
        protocol: Any,
        payload_writer: Any = None,
        task: Any = None,
        loop: Any = None,
        *,
        client_max_size: int | None = None,
        client_max_fields: int | None = None,
        state: dict[Any, Any] | None = None,
        scheme: str | None = None,
        host: str | None = None,
        remote: str | None = None,
    ) -> None:
        self._state = state
        if isinstance(message, tuple):
            message = DetachedHead.from_raw_message(message)
        self._message = message
        self._payload = payload
        self._protocol = protocol
        self._writer = payload_writer
        self._task = task
        self._client_max_size = client_max_size
        self._client_max_fields = client_max_fields
        self._route: Any = None
        self._route_app: Any = None
        self._match_info: Any = None
        self._match_path: str | None = None
        self._query: MultiDictProxy[str] | None = None
        self._rel_url: URL | None = None
        self._cache: dict[str, Any] | None = None
        if scheme is not None:
            self._keep("scheme", scheme)
        if host is not None:
            self._keep("host", host)
        if remote is not None:
            self._keep("remote", remote)

    def _keep(self, name: str, value: Any) -> Any:
        if self._cache is None:
            self._cache = {}
        self._cache[name] = value
        return value

    def _kept(self, name: str) -> Any:
        return None if self._cache is None else self._cache.get(name)

    def take_match(self, match_info: Any) -> None:
        """Take what the router found."""
        self._match_info = match_info

    def take_route(self, route: Any, app: Any) -> None:
        """Take the route of a fixed path of *app*; the match is made when it is asked for."""
        self._route = route
        self._route_app = app

    # The request line

    @property
    def version(self) -> HttpVersion:
        """The protocol version of the request (WREQ-02)."""
        version: HttpVersion = self._message.version
        return version

    @property
    def method(self) -> str:
        """The method, in upper case (WREQ-02)."""
        method: str = self._message.method
        return method

    @property
    def raw_path(self) -> str:
        """The target as it was received (ADD-463)."""
        path: str = self._message.target
        return path

    @property
    def match_path(self) -> str:
        """The path that routing compares: decoded, but ``%2F`` and ``%25`` stay (ADD-1066)."""
        path = self._match_path
        if path is None:
            path = str(self._message.target)
            if is_origin_form(path) and "%" not in path:
                end = path.find("?")
                if end >= 0:
                    path = path[:end]
            else:
                path = self.rel_url.path_safe
            self._match_path = path
        return path

    @property
    def rel_url(self) -> URL:
        """The path and query as a relative URL that keeps its quoting (WREQ-03)."""
        url = self._rel_url
        if url is None:
            url = target_url(self._message.method, self._message.target)
            if url.absolute and self._message.method != "CONNECT":
                self._keep("target_url", url)
                url = url.relative()
            self._rel_url = url
        return url

    @property
    def url(self) -> URL:
        """The absolute URL: scheme of the transport, host as :attr:`host` says (WREQ-03).

        Raises ValueError if the host is not usable.
        """
        url: URL | None = self._kept("url")
        if url is None:
            target = self._absolute_target()
            if target is not None and self._kept("host") is None:
                authority = target.raw_authority
            else:
                authority = self.host
            base = URL.build(scheme=self.scheme, authority=authority, encoded=True)
            rel_url = self.rel_url
            url = base if rel_url.absolute else base.join(rel_url)
            self._keep("url", url)
        return url

    def _absolute_target(self) -> URL | None:
        if is_origin_form(self._message.target):
            return None
        _ = self.rel_url
        target: URL | None = self._kept("target_url")
        return target

    @property
    def path(self) -> str:
        """The decoded path (WREQ-10)."""
        target: str = self._message.target
        if is_origin_form(target) and "%" not in target:
            return self.match_path
        return self.rel_url.path

    @property
    def path_qs(self) -> str:
        """Path and query as they were sent (WREQ-10)."""
        return str(self.rel_url)

    @property
    def query_string(self) -> str:
        """The decoded query (ADD-465)."""
        return self.rel_url.query_string

    @property
    def query(self) -> MultiDictProxy[str]:
        """The decoded pairs of the query; blank values are kept (WREQ-10, WREQ-28)."""
        query = self._query
        if query is None:
            target: str = self._message.target
            if not is_origin_form(target):
                query = parse_query(self.rel_url.raw_query_string)
            else:
                start = target.find("?")
                query = parse_query(target[start + 1 :]) if start >= 0 else EMPTY_QUERY
            self._query = query
        return query

    # Where it came from

    @property
    def protocol(self) -> Any:
        """The connection that the request came by."""
        return self._protocol

    @property
    def transport(self) -> asyncio.Transport | None:
        """The transport, or ``None`` after the client has left (ADD-479)."""
        if self._protocol is None:
            return None
        transport: asyncio.Transport | None = self._protocol.transport
        return transport

    @property
    def task(self) -> "asyncio.Task[Any] | None":
        """The task that serves the request (DISC-03)."""
        task: asyncio.Task[Any] | None = self._task
        # A task that is started at once asks before whoever made it could tell.
        return asyncio.current_task() if task is None else task

    def bind_task(self, task: Any) -> None:
        """Tell which task serves the request; done once by the connection."""
        self._task = task

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return *name* of the transport, *default* if it or the transport is gone (WREQ-19)."""
        transport = self.transport
        return default if transport is None else transport.get_extra_info(name, default)

    @property
    def scheme(self) -> str:
        """``https`` if the transport is TLS, else ``http``; ``clone(scheme=)`` wins (WREQ-04)."""
        scheme: str | None = self._kept("scheme")
        if scheme is None:
            secure = self.get_extra_info("sslcontext") is not None
            scheme = self._keep("scheme", "https" if secure else "http")
        return scheme or "http"

    @property
    def secure(self) -> bool:
        """Whether :attr:`scheme` is ``https`` (WREQ-05)."""
        return self.scheme == "https"

    @property
    def host(self) -> str:
        """The host that the request names: override, ``Host``, local address (ADD-461, ADD-462).

        No name is looked up.  The host of an absolute-form target comes without its port.
        """
        host: str | None = self._kept("host")
        if host is not None:
            return host
        target = self._absolute_target()
        if target is not None:
            return target.raw_host or ""
        host = self._message.host
        if host is None:
            host = _address_text(self.get_extra_info("sockname"))
        return host

    @property
    def remote(self) -> str | None:
        """The peer's address: override or socket, never a field (WREQ-08).

        ``None`` without a transport.
        """
        if self._cache is not None and "remote" in self._cache:
            remote: str | None = self._cache["remote"]
            return remote
        if self.transport is None:
            return None
        peer = self.get_extra_info("peername")
        if isinstance(peer, (tuple, list)):
            return self._keep("remote", str(peer[0]))  # type: ignore[no-any-return]
        return None if peer is None else self._keep("remote", str(peer))

    @property
    def forwarded(self) -> tuple[Mapping[str, str], ...]:
        """The ``Forwarded`` elements (RFC 7239), parsed and not believed (WREQ-06)."""
        found: tuple[Mapping[str, str], ...] | None = self._kept("forwarded")
        if found is None:
            values = self._message.headers.getall(hdrs.FORWARDED, ())
            found = self._keep("forwarded", parse_forwarded(values))
        return found or ()

    # Fields

    @property
    def headers(self) -> CIMultiDictProxy[str]:
        """The fields, without regard to case (WREQ-11)."""
        headers: CIMultiDictProxy[str] = self._message.headers
        return headers

    @property
    def raw_headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """The fields as they were sent, trimmed (WREQ-11)."""
        raw: tuple[tuple[bytes, bytes], ...] = self._message.raw_headers
        return raw

    @property
    def message(self) -> Any:
        """The head of the request.  Deprecated since 3.14 (ADD-480)."""
        warnings.warn("request.message is deprecated", DeprecationWarning, stacklevel=2)
        return self._message.to_raw_message()

    @property
    def keep_alive(self) -> bool:
        """Whether the client wants the connection kept, and may (HTTP-11)."""
        keep_alive: bool = self._message.keep_alive
        return keep_alive

    @property
    def connection_stays(self) -> bool:
        """Whether the connection lives on after the response, as far as client and server go."""
        protocol = self._protocol
        return self.keep_alive and (protocol is None or bool(protocol.keeps_alive))

    @property
    def has_expectation(self) -> bool:
        """Whether an HTTP/1.1 client sent ``Expect``; its value is in the fields (EXP-01)."""
        expect: bool = self._message.expect
        return expect

    @property
    def content_type(self) -> str:
        """The media type, ``application/octet-stream`` without a valid one (WREQ-14)."""
        value = self._message.field(b"content-type")
        return DEFAULT_CONTENT_TYPE if value is None else parse_content_type(value).mimetype

    @property
    def charset(self) -> str | None:
        """The charset of the Content-Type, lowered, or ``None`` (WREQ-14)."""
        value = self._message.field(b"content-type")
        return None if value is None else parse_content_type(value).charset

    @property
    def content_length(self) -> int | None:
        """The declared length in bytes, or ``None`` (WREQ-14)."""
        length: int | None = self._message.content_length
        return length

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies, read-only; malformed ones are left out (WREQ-12, ADD-472)."""
        cookies: Mapping[str, str] | None = self._kept("cookies")
        if cookies is None:
            found: dict[str, str] = {}
            for value in self._message.headers.getall(hdrs.COOKIE, ()):
                for pair in parse_cookie_header(value):
                    found[pair.name] = pair.value
            cookies = self._keep("cookies", MappingProxyType(found))
        return cookies or MappingProxyType({})

    @property
    def http_range(self) -> slice:
        """The single range that ``Range`` asks for, as ``slice(start, stop, 1)`` (WREQ-15).

        Without the field all is ``None``.  Raises ValueError for anything else (ADD-467).
        """
        return parse_range(self._message.headers.get(hdrs.RANGE))

    def _date(self, name: str) -> datetime.datetime | None:
        value = self._message.headers.get(name)
        return None if value is None else parse_http_date(value)

    @property
    def if_modified_since(self) -> datetime.datetime | None:
        """The date of ``If-Modified-Since``; ``None`` if absent or invalid (WREQ-16)."""
        return self._date(hdrs.IF_MODIFIED_SINCE)

    @property
    def if_unmodified_since(self) -> datetime.datetime | None:
        """The date of ``If-Unmodified-Since``; ``None`` if absent or invalid (WREQ-16)."""
        return self._date(hdrs.IF_UNMODIFIED_SINCE)

    @property
    def if_range(self) -> datetime.datetime | None:
        """The date of ``If-Range``; ``None`` if absent, invalid or an ETag (ADD-468)."""
        return self._date(hdrs.IF_RANGE)

    @property
    def if_match(self) -> tuple[ETag, ...] | None:
        """The ETags of ``If-Match``, or ``None`` (WREQ-17)."""
        value = self._message.headers.get(hdrs.IF_MATCH)
        return None if value is None else parse_etags(value)

    @property
    def if_none_match(self) -> tuple[ETag, ...] | None:
        """The ETags of ``If-None-Match``, or ``None`` (WREQ-17)."""
        value = self._message.headers.get(hdrs.IF_NONE_MATCH)
        return None if value is None else parse_etags(value)

    # The body

    @property
    def content(self) -> StreamReader:
        """The body as a stream; what is read from it is not limited and not kept (ADD-475)."""
        content: Any = self._payload
        if type(content) is bytes:
            limit = self._protocol.read_bufsize
            content = self._payload = arrived_stream(content, limit, self._was_read())
        stream: StreamReader = content
        return stream

    def _was_read(self) -> bool:
        return self._kept("body") is not None

    def end_body(self) -> None:
        """Let what was not read yet be read no more: the answer is given.

        Done by the connection for bodies that it gave as bytes.
        """
        if type(self._payload) is bytes and self._was_read():
            return
        content = self.content
        if not content.at_eof():
            content.set_exception(PayloadAccessError("The response was sent already"))

    @property
    def body_exists(self) -> bool:
        """Whether the request has a body (WREQ-13)."""
        return not isinstance(self._payload, EmptyStreamReader)

    @property
    def can_read_body(self) -> bool:
        """Whether there is something of the body to be read (WREQ-13)."""
        if type(self._payload) is bytes:
            return not self._was_read()
        return not self.content.at_eof()

    @property
    def has_body(self) -> bool:
        """Like :attr:`can_read_body`.  Deprecated since 2.3 (ADD-480)."""
        warnings.warn(
            "Deprecated, use .can_read_body or .body_exists", DeprecationWarning, stacklevel=2
        )
        return self.can_read_body

    @property
    def trailers(self) -> Mapping[str, str]:
        """The trailer fields of a chunked body; empty before its end was received."""
        return self.content.trailers or _NO_FIELDS

    @property
    def client_max_size(self) -> int:
        """How many bytes of body :meth:`read` and :meth:`post` take; 0 is no limit (WREQ-09)."""
        size: int | None = self._client_max_size
        if size is None:
            size = self._client_max_size = self._protocol.client_max_size
        return size

    @property
    def client_max_fields(self) -> int:
        """How many fields :meth:`post` takes; 0 is no limit (ADD-485)."""
        count: int | None = self._client_max_fields
        if count is None:
            count = self._client_max_fields = self._protocol.client_max_fields
        return count

    async def read(self) -> bytes:
        """Return the whole body, decoded by its content coding; kept for further calls.

        Raises HTTPRequestEntityTooLarge as soon as it is known that there are more than
        :attr:`client_max_size` bytes, RequestPayloadError if the body is broken.
        """
        body: bytes | None = self._kept("body")
        if body is not None:
            return body
        payload = self._payload
        limit = self.client_max_size
        if type(payload) is bytes:
            size = len(payload)
            if limit and size > limit:
                raise HTTPRequestEntityTooLarge(max_size=limit, actual_size=size)
            self._keep("body", payload)
            return payload
        if limit:
            declared = self._message.content_length
            if (
                declared is not None
                and declared > limit
                and self._message.content_encoding is None
                and not payload.at_eof()
            ):
                raise HTTPRequestEntityTooLarge(max_size=limit, actual_size=declared)
        pieces: list[bytes] = []
        size = 0
        while not payload.at_eof():
            try:
                piece = await payload.readany()
            except PayloadEncodingError as exc:
                raise RequestPayloadError(exc.message) from exc
            size += len(piece)
            if limit and size > limit:
                raise HTTPRequestEntityTooLarge(max_size=limit, actual_size=size)
            pieces.append(piece)
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        self._keep("body", body)
        return body

    @property
    def _read_bytes(self) -> bytes | None:
        """What :meth:`read` has read; for instrumentation of aiohttp 3 (ADD-1018)."""
        body: bytes | None = self._kept("body")
        return body

    async def text(self) -> str:
        """Return the body as text, by :attr:`charset` or UTF-8 (WREQ-21).

        Raises HTTPUnsupportedMediaType for an unknown charset and for bytes that are not of it.
        """
        body = await self.read()
        charset = self.charset or "utf-8"
        try:
            return body.decode(charset)
        except UnicodeDecodeError as exc:
            raise HTTPUnsupportedMediaType from exc
        except LookupError as exc:
            raise HTTPUnsupportedMediaType from exc

    async def json(
        self,
        *,
        loads: Callable[[str], Any] = decode_json,
        content_type: str | None = None,
    ) -> Any:
        """Return the body decoded as JSON.

        With *content_type*, for example ``"application/json"``, another type raises
        HTTPBadRequest; by default the type is not looked at (ADD-477, ADD-1060).  Raises what
        *loads* raises.
        """
        if content_type is not None and not _is_wanted(self.content_type, content_type):
            raise HTTPBadRequest(
                text=f"Attempt to decode JSON with unexpected mimetype: {self.content_type}"
            )
        return loads(await self.text())

    async def multipart(self) -> MultipartReader:
        """Return a reader of the multipart body; made anew each time (WREQ-23).

        Heads of parts are limited as those of requests are, and what is read of a part as a whole
        by :attr:`client_max_size`: more raises HTTPRequestEntityTooLarge (ADD-695).  Parts that are
        read in pieces may have any size.  Raises ValueError for another content type.
        """
        limits = self._protocol.head_limits
        return MultipartReader(
            self.headers,
            self.content,
            client_max_size=self.client_max_size,
            max_field_size=limits.max_field_size,
            max_headers=limits.max_headers,
            max_size_error_cls=HTTPRequestEntityTooLarge,
        )

    async def post(self) -> "MultiDictProxy[str | bytearray | FileField]":
        """Return the fields of a form; kept for further calls (WREQ-24, ADD-483 to ADD-496).

        Empty for other methods than POST, PUT, PATCH, TRACE and DELETE, and for other types than
        the two of HTML forms.  Raises HTTPRequestEntityTooLarge for too many bytes or fields,
        HTTPUnsupportedMediaType for undecodable text, ValueError for a malformed form.
        """
        form: Form | None = self._kept("form")
        if form is None:
            form = self._keep("form", await self._read_form())
            self._forms().append(form)
        return form.fields if form is not None else _NO_FORM

    def _forms(self) -> list[Form]:
        """Return the forms that were read by this request and its copies."""
        forms: list[Form] | None = self._kept("forms")
        return self._keep("forms", []) if forms is None else forms

    async def _read_form(self) -> Form:
        if self.method not in _POST_METHODS:
            return Form(MultiDict())
        if self.content_type == "application/x-www-form-urlencoded":
            # The bytes are kept, so that read() and text() still give them.
            await self.read()
        body = self._kept("body")
        content: Any = self.content if body is None else BytesSource(body)
        return await read_request_form(
            self.headers,
            content,
            max_size=self.client_max_size,
            max_fields=self.client_max_fields,
            head_limits=self._protocol.head_limits,
        )

    async def release(self) -> None:
        """Read the rest of the body and drop it (WREQ-26)."""
        content = self.content
        while not content.at_eof():
            await content.readany()

    def finish(self) -> None:
        """Let go of what only a running handler needs; done once by the connection."""
        if self._cache is not None:
            self.close_files()

    def close_files(self) -> None:
        """Close the temporary files of uploaded forms; done when the response is finished.

        Those of copies too: the server knows only the request that it made (ADD-496).
        """
        if self._cache is not None:
            for form in self._cache.get("forms", ()):
                form.close()

    # Sending

    @property
    def has_response_hooks(self) -> bool:
        """Whether :meth:`run_response_hooks` has anything to do."""
        return False

    async def run_response_hooks(self, response: Any) -> None:
        """Tell of *response*, whose head is about to be sent; here nobody is told."""

    @property
    def writer(self) -> AbstractStreamWriter:
        """The writer of the answer, as :meth:`response_writer` gives it."""
        return self.response_writer()

    def response_writer(self) -> AbstractStreamWriter:
        """Return the writer of the answer.

        There is one for each request, but for an answer that was prepared and given up before
        anything of it was sent: the one in its place has a writer of its own.
        """
        writer: AbstractStreamWriter | None = self._writer
        if writer is None or self.withdraw_response():
            writer = self._writer = self._protocol.make_writer()
        return writer

    def withdraw_response(self) -> bool:
        """Give up a response of which nothing was sent; tell whether there was one.

        Whatever is still written to it raises RuntimeError.
        """
        writer = self._writer
        if isinstance(writer, StreamWriter) and writer.withdraw():
            self._writer = None
            return True
        return False

    @property
    def response_started(self) -> bool:
        """Whether bytes of the final response were written."""
        writer = self._writer
        return writer is not None and writer.output_size > 0

    async def send_informational(
        self, status: int, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send an interim response, such as 103 Early Hints, before the final one.

        *status* must be 100 or from 102 to 199 (ValueError).  Nothing is sent to an HTTP/1.0
        client (RFC 9110 section 15.2).  Raises RuntimeError after the final response was begun.
        """
        await self._protocol.send_informational(self, status, headers)

    async def disconnected(self) -> None:
        """Return as soon as the client has left.

        Returns at once if it has left already.  May be cancelled, and awaited by several tasks.
        """
        await self._protocol.wait_for_loss()

    # Copies

    def clone(
        self,
        *,
        method: str = _UNSET,
        rel_url: URL | str = _UNSET,
        headers: Any = _UNSET,
        scheme: str = _UNSET,
        host: str = _UNSET,
        remote: str = _UNSET,
        client_max_size: int = _UNSET,
        client_max_fields: int = _UNSET,
    ) -> Self:
        """Return a copy with the given parts replaced (WREQ-18, FWD-01).

        The copy shares the body and the answer, and has its own copy of the values kept on the
        request.  Raises RuntimeError if the body was read by :meth:`read` or :meth:`post`
        (ADD-478).
        """
        if self._kept("body") is not None or self._kept("form") is not None:
            raise RuntimeError("Cannot clone request after reading its content")
        head: Any = self._message
        if method is not _UNSET or rel_url is not _UNSET or headers is not _UNSET:
            head = DetachedHead(head)
            if method is not _UNSET:
                head.method = method
            if rel_url is not _UNSET:
                head.target = str(URL(rel_url) if isinstance(rel_url, str) else rel_url)
            if headers is not _UNSET:
                head.set_headers(headers)
        copy = type(self)(
            head,
            self.content,
            self._protocol,
            # One answer to both: the server asks the request that it made whether it was begun.
            self._writer if self._protocol is None else self.response_writer(),
            self._task,
            client_max_size=(
                self._client_max_size if client_max_size is _UNSET else client_max_size
            ),
            client_max_fields=(
                self._client_max_fields if client_max_fields is _UNSET else client_max_fields
            ),
            state=None if self._state is None else dict(self._state),
            scheme=self._kept("scheme") if scheme is _UNSET else scheme,
            host=self._kept("host") if host is _UNSET else host,
            remote=self._kept("remote") if remote is _UNSET else remote,
        )
        copy._keep("forms", self._forms())
        return copy

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The running loop.  Deprecated since 3.5 (ADD-480)."""
        warnings.warn("request.loop property is deprecated", DeprecationWarning, stacklevel=2)
        return asyncio.get_running_loop()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._message.method} {self._message.target} >"


def _is_wanted(given: str, wanted: str) -> bool:
    return given == wanted or (wanted == "application/json" and is_json_type(given))
