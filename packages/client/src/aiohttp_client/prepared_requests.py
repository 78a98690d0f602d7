"""Requests that need nothing special, prepared as bytes.

Laws
* A prepared request is what the general path would send for the same arguments with the present
  defaults of the session; a test compares the bytes.  When the defaults change, all are forgotten.
* Nothing unchecked gets into one: its fields come out of the serializer, and a URL that was not
  parsed before goes through a pattern that admits only what needs no quoting.
* What none can be made of is no error here: ``None`` sends it the general path.
* The tables are bounded, whatever the application asks for.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from multidict import CIMultiDict, CIMultiDictProxy, getversion
from yarl import URL

from aiohttp_client.call import SessionSettings, build_url, check_url, merge_headers
from aiohttp_client.connection_key import ConnectionKey
from aiohttp_client.errors import InvalidUrlClientError, NonHttpUrlClientError
from aiohttp_client.pool import Lane
from aiohttp_client.request import ClientRequest
from aiohttp_client.request_fields import BODILESS_METHODS, origin_host, request_fields
from aiohttp_client.request_info import RequestInfo
from aiohttp_core import hdrs, serializer
from aiohttp_core.fields.cookies import cookie_header
from aiohttp_core.payload import BytesPayload, JsonPayload
from aiohttp_core.versions import HttpVersion11

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("BYTES_FIELDS", "JSON_FIELDS", "Origin", "PreparedRequest", "PreparedRequests")

COMPILED: bool = cython.compiled
"""Whether this module runs compiled."""

MAX_PREPARED: Final = 512
"""So many prepared requests are kept for one method."""
MAX_ORIGINS: Final = 256
MAX_BLOCKS: Final = 256
"""So many sets of fields that requests were given are kept."""

_METHODS: Final = (
    *(hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS),
    *(hdrs.METH_POST, hdrs.METH_PUT, hdrs.METH_PATCH, hdrs.METH_DELETE),
)

# An http URL that yarl would leave as it is: RFC 3986 characters that are not quoted, no dot
# segments, no credentials, no fragment, no port that may be the default one.
_PLAIN_URL: Final = re.compile(
    r"(https?://[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?(?::[1-9][0-9]{0,4})?)"
    r"(/(?:[A-Za-z0-9_~!$'()*,;=:@-][A-Za-z0-9._~!$'()*,;=:@-]*+/?)*+)"
    r"(\?[A-Za-z0-9._~=&:/-]++)?"
)

# Parameters that yarl would write as they are.
_PLAIN_QUERY: Final = re.compile(
    r"[A-Za-z0-9._~-]++=[A-Za-z0-9._~-]*+(?:&[A-Za-z0-9._~-]++=[A-Za-z0-9._~-]*+)*+"
)

# The long way knows what these ask for.
_SPECIAL_FIELDS: Final = (
    *(hdrs.CONNECTION, hdrs.CONTENT_LENGTH, hdrs.COOKIE),
    *(hdrs.EXPECT, hdrs.TRANSFER_ENCODING, hdrs.UPGRADE),
)

JSON_FIELDS: Final = serializer.header_lines(JsonPayload(None).headers)
"""The fields that describe a JSON body."""
BYTES_FIELDS: Final = serializer.header_lines(BytesPayload(b"").headers)
"""The fields that describe a body of bytes."""


class Origin:
    """What all prepared requests for one scheme, host and port share."""

    __slots__ = ("block", "host", "key", "lane", "scheme", "typed")

    def __init__(self, url: URL, settings: SessionSettings) -> None:
        self.host = origin_host(url)
        self.scheme = url.scheme
        self.key = ConnectionKey(
            url.raw_host or "", url.port, url.scheme in ("https", "wss"), settings.ssl
        )
        self.lane: Lane | None = None
        """Where the pool keeps the connections, for whoever asks it."""
        self.block, self.typed = _block(self.host, settings.headers, settings)


def _block(host: str, given: CIMultiDict[str], settings: SessionSettings) -> tuple[bytes, bool]:
    """Return the field lines of a request with *given* and the automatic fields.

    Also whether they say, or must not say, what a body is.
    """
    skip = frozenset(name.title() for name in settings.skip_auto_headers)
    headers = request_fields(host, given, settings.request_class.DEFAULT_HEADERS, skip)
    typed = hdrs.CONTENT_TYPE in headers or hdrs.CONTENT_TYPE in skip
    return serializer.header_lines(headers), typed


class PreparedRequest:
    """One request as bytes, and where it goes."""

    __slots__ = (
        "_block",
        "_info",
        "_line",
        "_source",
        "_typed",
        "_url",
        "head",
        "method",
        "origin",
    )

    def __init__(
        self, method: str, source: str | URL, line: bytes, origin: Origin, block: bytes, typed: bool
    ) -> None:
        self.method = method
        self.origin = origin
        self._source = source
        self._line = line
        self._block = block
        self._typed = typed
        self._url: URL | None = None
        self._info: RequestInfo | None = None
        end = b"\r\n"
        if method not in BODILESS_METHODS:
            end = b"Content-Length: 0\r\n\r\n"
            if not typed and method in ClientRequest.POST_METHODS:
                end = b"Content-Length: 0\r\n" + BYTES_FIELDS + b"\r\n"
        self.head = line + block + end
        """The whole request, if it has no body."""

    def with_body(self, fields: bytes, size: int) -> "PreparedRequest":
        """Return the same request with a body of *size* bytes described by *fields*."""
        request = PreparedRequest.__new__(PreparedRequest)
        request.method = self.method
        request.origin = self.origin
        request._source = self._source
        request._line = self._line
        request._block = self._block
        request._typed = self._typed
        request._url = self._url
        request._info = None
        length = b"Content-Length: %d\r\n\r\n" % size
        if self._typed:
            fields = b""
        request.head = b"".join((self._line, self._block, fields, length))
        return request

    def with_cookies(self, cookies: Mapping[str, Any]) -> "PreparedRequest":
        """Return the same request with *cookies*, which are coded already."""
        value = cookie_header(cookies.items(), quote_cookie=False)
        return self.with_fields(
            self._block + serializer.header_lines({hdrs.COOKIE: value}), self._typed
        )

    def with_fields(self, block: bytes, typed: bool) -> "PreparedRequest":
        """Return the same request with other fields."""
        return PreparedRequest(self.method, self._source, self._line, self.origin, block, typed)

    @property
    def real_url(self) -> URL:
        """The URL as it was asked for, with its fragment."""
        return URL(self._source)

    @property
    def url(self) -> URL:
        """The URL without fragment."""
        url = self._url
        if url is None:
            url = URL(self._source)
            if url.raw_fragment:
                url = url.with_fragment(None)
            self._url = url
        return url

    @property
    def request_info(self) -> RequestInfo:
        """What is asked for."""
        info = self._info
        if info is None:
            lines = self.head.decode("utf-8", "surrogateescape").split("\r\n")[1:-2]
            headers = CIMultiDict[str]()
            for line in lines:
                name, _, value = line.partition(": ")
                headers.add(name, value)
            info = RequestInfo(self.url, self.method, CIMultiDictProxy(headers), self.real_url)
            self._info = info
        return info


class PreparedRequests:
    """The prepared requests of one session."""

    __slots__ = (
        "_blocks",
        "_headers",
        "_origins",
        "_prepared",
        "_schemes",
        "_settings",
        "_version",
    )

    def __init__(self, settings: SessionSettings, schemes: frozenset[str]) -> None:
        self._settings = settings
        self._headers: Any = settings.headers
        self._schemes = schemes
        self._prepared: dict[str, dict[str | URL, PreparedRequest]] = {}
        self._origins: dict[str, Origin] = {}
        self._blocks: dict[Any, tuple[bytes, bool]] = {}
        self._version = -1
        self._forget()

    def _refresh(self) -> None:
        """Forget everything if the session's headers have changed."""
        if getversion(self._headers) != self._version:
            self._forget()

    def _forget(self) -> None:
        self._prepared = {method: {} for method in _METHODS}
        self._origins = {}
        self._blocks = {}
        self._version = getversion(self._headers)

    def __len__(self) -> int:
        return sum(map(len, self._prepared.values()))

    @property
    def origins(self) -> int:
        """How many origins are known."""
        return len(self._origins)

    @property
    def blocks(self) -> int:
        """How many sets of given fields are known."""
        return len(self._blocks)

    def find(self, method: str, source: str | URL) -> PreparedRequest | None:
        """Return the request for *method* and *source*; ``None``: take the general path."""
        self._refresh()
        prepared = self._prepared.get(method)
        if prepared is None:
            return None
        request = prepared.get(source)
        if request is None:
            request = self._make(method, source)
            if request is not None:
                if len(prepared) >= MAX_PREPARED:
                    prepared.pop(next(iter(prepared)))
                prepared[source] = request
        return request

    def with_params(self, method: str, source: str | URL, params: Any) -> PreparedRequest | None:
        """Return a request for the URL *source* with *params*, which is not kept."""
        self._refresh()
        if method not in self._prepared or not self._defaults_are_plain():
            return None
        if type(source) is str and type(params) is dict and "?" not in source:
            query = _plain_query(params)
            if query:
                request = self._plain(method, f"{source}?{query}")
                if request is not None:
                    return request
        return self._for_url(method, source, params)

    def _make(self, method: str, source: str | URL) -> PreparedRequest | None:
        if not self._defaults_are_plain():
            return None
        request = self._plain(method, source) if type(source) is str else None
        return request or self._for_url(method, source, None)

    def _plain(self, method: str, source: str) -> PreparedRequest | None:
        """Return a request for a URL that needs no parser, ``None`` if it does."""
        plain = _PLAIN_URL.fullmatch(source)
        if plain is None:
            return None
        origin = self._plain_origin(plain[1])
        if origin is None:
            return None
        return _prepare(method, source, plain[2] + (plain[3] or ""), origin)

    def _plain_origin(self, name: str) -> Origin | None:
        origin = self._origins.get(name)
        if origin is None:
            try:
                url = URL(name + "/")
            except ValueError:
                return None
            if str(url) == name + "/":  # else yarl would write it in another way
                origin = self._new_origin(name, url)
        return origin

    def _for_url(self, method: str, source: str | URL, params: Any) -> PreparedRequest | None:
        try:
            url = build_url(self._settings, source)
            if params:
                url = url.extend_query(params)
            check_url(url, self._schemes)
        except (ValueError, TypeError, IndexError, InvalidUrlClientError, NonHttpUrlClientError):
            return None
        if url.port is None or url.raw_user is not None or url.raw_password is not None:
            return None
        name = f"{url.scheme}://{url.raw_authority}"
        origin = self._origins.get(name) or self._new_origin(name, url)
        if origin is None:
            return None
        return _prepare(method, url, url.raw_path_qs, origin)

    def _new_origin(self, name: str, url: URL) -> Origin | None:
        if url.scheme not in ("http", "https") or url.scheme not in self._schemes:
            return None
        if len(self._origins) >= MAX_ORIGINS:
            self._origins.pop(next(iter(self._origins)))
        origin = self._origins[name] = Origin(url, self._settings)
        return origin

    def with_headers(self, request: PreparedRequest, headers: Any) -> PreparedRequest | None:
        """Return *request* with *headers*, which replace those of the session."""
        host = request.origin.host
        # Programs ask with the same few sets of fields.  What was refused is not kept, and no
        # value of another type is equal to a ``str``.
        key = (host, tuple(headers.items() if isinstance(headers, Mapping) else headers))
        try:
            known = self._blocks.get(key)
        except TypeError:  # something in it cannot be hashed
            return None
        if known is None:
            given = merge_headers(self._headers, headers)
            for name in _SPECIAL_FIELDS:
                if name in given:
                    return None
            known = _block(host, given, self._settings)
            if len(self._blocks) >= MAX_BLOCKS:
                self._blocks.pop(next(iter(self._blocks)))
            self._blocks[key] = known
        return request.with_fields(known[0], known[1])

    def _defaults_are_plain(self) -> bool:
        """Return whether a prepared request does all that the session's defaults ask for."""
        settings = self._settings
        special = (
            settings.auth is not None
            or settings.version != HttpVersion11
            or settings.request_class is not ClientRequest
            or any(name in settings.headers for name in _SPECIAL_FIELDS)
        )
        return not special


def _plain_query(params: dict[Any, Any]) -> str | None:
    """Return the query of *params*, or ``None`` if that takes more than putting it together."""
    pairs = []
    for name, value in params.items():
        if type(name) is not str:
            return None
        if type(value) is not str and (type(value) is not int or value.bit_length() > 64):
            return None
        pairs.append(f"{name}={value}")
    query = "&".join(pairs)
    count = len(pairs)
    # None of the separators may come from a name or a value.
    if query.count("=") != count or query.count("&") != count - 1:
        return None
    return query if _PLAIN_QUERY.fullmatch(query) else None


def _prepare(method: str, source: str | URL, target: str, origin: Origin) -> PreparedRequest:
    serializer.check_target(target)
    line = f"{method} {target} HTTP/1.1\r\n".encode("ascii")
    return PreparedRequest(method, source, line, origin, origin.block, origin.typed)
