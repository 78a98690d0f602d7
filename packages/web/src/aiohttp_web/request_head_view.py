"""What the head of a request and the transport tell about it (spec section 3.8).

Laws
* Nothing is decoded before somebody asks: a request holds the parser's head and looks into it.
* What was computed once is kept: in a slot where most requests ask for it, else in one dictionary
  that exists only then.
* Nothing here is believed because a peer said it: scheme and remote come from the transport, and
  forwarding fields are parsed, never obeyed (FWD-01).

Any object with the attributes of the parser's head serves as *message*, so that test kits can
build requests without a parser.
"""

import asyncio
import datetime
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

from multidict import CIMultiDictProxy, MultiDictProxy
from yarl import URL

from aiohttp_core import hdrs, warn_caller
from aiohttp_core.fields.content_type import DEFAULT_CONTENT_TYPE, parse_content_type
from aiohttp_core.fields.cookies import parse_cookie_header
from aiohttp_core.fields.dates import parse_http_date
from aiohttp_core.fields.etags import ETag, parse_etags
from aiohttp_core.fields.forwarded import parse_forwarded
from aiohttp_core.fields.ranges import parse_range
from aiohttp_core.limits import HeadLimits
from aiohttp_core.versions import HttpVersion
from aiohttp_core.writer import AbstractStreamWriter
from aiohttp_web.keyed_state import KeyedState
from aiohttp_web.query_string import parse_query, query_of
from aiohttp_web.request_target import is_origin_form, target_url

__all__ = ("RequestConnection", "RequestHeadView")


def _etags(values: list[str] | None) -> tuple[ETag, ...] | None:
    # A list may come in several lines (RFC 9110 section 5.3).
    return None if values is None else parse_etags(",".join(values))


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


class RequestHeadView(KeyedState):
    """The half of a request that is known before its body."""

    __slots__ = (
        "_cache",
        "_match_path",
        "_message",
        "_protocol",
        "_query",
        "_rel_url",
    )

    _message: Any
    _protocol: Any
    _match_path: str | None
    _query: MultiDictProxy[str] | None
    _rel_url: URL | None
    _cache: dict[str, Any] | None

    def _keep(self, name: str, value: Any) -> Any:
        if self._cache is None:
            self._cache = {}
        self._cache[name] = value
        return value

    def _kept(self, name: str) -> Any:
        return None if self._cache is None else self._cache.get(name)

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
            target = str(self._message.target)
            if "%" in target or not target.startswith("/"):
                path = self.rel_url.path_safe
            else:
                end = target.find("?")
                path = target if end < 0 else target[:end]
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
            # A message that no parser made may have a target of another class.
            target = str(self._message.target)
            if is_origin_form(target):
                query = query_of(target)
            else:
                query = parse_query(self.rel_url.raw_query_string)
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
        warn_caller("request.message is deprecated")
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
        return _etags(self._message.headers.getall(hdrs.IF_MATCH, None))

    @property
    def if_none_match(self) -> tuple[ETag, ...] | None:
        """The ETags of ``If-None-Match``, or ``None`` (WREQ-17)."""
        return _etags(self._message.headers.getall(hdrs.IF_NONE_MATCH, None))
