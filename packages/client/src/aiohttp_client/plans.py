"""Requests that need nothing special, ready as bytes.

Laws
* A plan is what the long way would send for the same method and URL with the present defaults of
  the session; a test compares the bytes.  When the defaults change, all plans are forgotten.
* Nothing unchecked gets into a plan: its head comes out of the serializer, and a URL that was not
  parsed before goes through a pattern that admits only what needs no quoting.
* The tables are bounded, whatever the application asks for.
"""

import re
from math import inf
from typing import Any, Final

from multidict import CIMultiDict, CIMultiDictProxy, getversion
from yarl import URL

from aiohttp_client.call import SessionSettings, check_url
from aiohttp_client.connection_key import ConnectionKey
from aiohttp_client.cookiejar import DummyCookieJar
from aiohttp_client.errors import NonHttpUrlClientError
from aiohttp_client.lease import ExchangeTerms
from aiohttp_client.request import ClientRequest, origin_host
from aiohttp_client.request_info import RequestInfo
from aiohttp_client.timeouts import deadline_after
from aiohttp_client.tls import SSLOption
from aiohttp_client.version import SERVER_SOFTWARE
from aiohttp_core import hdrs, serializer
from aiohttp_core.versions import HttpVersion11

__all__ = ("Plan", "PlanTable")

MAX_PLANS: Final = 512
MAX_ORIGINS: Final = 256

_METHODS: Final = frozenset((hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS))

# An http URL that yarl would leave as it is: RFC 3986 characters that are not quoted, no dot
# segments, no credentials, no fragment, no port that may be the default one.
_PLAIN_URL: Final = re.compile(
    r"(https?://[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?(?::[1-9][0-9]{0,4})?)"
    r"(/(?:[A-Za-z0-9_~!$'()*,;=:@-][A-Za-z0-9._~!$'()*,;=:@-]*+/?)*+)"
    r"(\?[A-Za-z0-9._~=&:/-]++)?"
)


def _version_of(headers: Any) -> int:
    """Return a number that changes with every change of *headers*."""
    return getversion(headers)


class _Origin:
    """What all plans for one origin share."""

    __slots__ = ("block", "headers", "key", "scheme")

    def __init__(self, url: URL, settings: SessionSettings) -> None:
        headers: CIMultiDict[str] = CIMultiDict()
        if hdrs.HOST not in settings.headers:
            headers[hdrs.HOST] = origin_host(url)
        headers.extend(settings.headers)
        skip = {name.title() for name in settings.skip_auto_headers}
        automatic = {**settings.request_class.DEFAULT_HEADERS, hdrs.USER_AGENT: SERVER_SOFTWARE}
        for name, value in automatic.items():
            if name not in headers and name not in skip:
                headers[name] = value
        self.headers: CIMultiDictProxy[str] = CIMultiDictProxy(headers)
        self.block = serializer.header_lines(headers) + b"\r\n"
        ssl: SSLOption = settings.ssl
        self.key = ConnectionKey(url.raw_host or "", url.port, url.scheme in ("https", "wss"), ssl)
        self.scheme = url.scheme


class Plan:
    """One request: what is sent, and where."""

    __slots__ = ("_info", "_origin", "_url", "data", "key", "method", "text")

    def __init__(self, method: str, text: str, target: str, origin: _Origin) -> None:
        self.method = method
        serializer.check_target(target)
        self.data = f"{method} {target} HTTP/1.1\r\n".encode("ascii") + origin.block
        self.key = origin.key
        self.text = text
        self._origin = origin
        self._url: URL | None = None
        self._info: RequestInfo | None = None

    @property
    def real_url(self) -> URL:
        """The URL as it was asked for, with its fragment."""
        return URL(self.text)

    @property
    def url(self) -> URL:
        """The URL without fragment."""
        url = self._url
        if url is None:
            url = URL(self.text)
            if url.raw_fragment:
                url = url.with_fragment(None)
            self._url = url
        return url

    @property
    def request_info(self) -> RequestInfo:
        """What is asked for."""
        info = self._info
        if info is None:
            info = RequestInfo(self.url, self.method, self._origin.headers, self.real_url)
            self._info = info
        return info


class PlanTable:
    """The plans of one session."""

    __slots__ = (
        "_due",
        "_due_until",
        "_origins",
        "_plans",
        "_schemes",
        "_settings",
        "_version",
        "terms",
    )

    def __init__(self, settings: SessionSettings, schemes: frozenset[str]) -> None:
        self._settings = settings
        self._schemes = schemes
        self._plans: dict[str, Plan] = {}
        self._origins: dict[str, _Origin] = {}
        self._version = _version_of(settings.headers)
        self._due = inf
        self._due_until = -inf
        self.terms = ExchangeTerms(
            settings.limits,
            settings.read_bufsize,
            settings.auto_decompress,
            settings.timeout.total,
            self._keeps_cookies(),
        )
        """What all plans have in common."""

    def _keeps_cookies(self) -> bool:
        return not isinstance(self._settings.cookie_jar, DummyCookieJar)

    def deadline(self, now: float) -> float:
        """Return when the total timeout of a request that begins *now* is over.

        Long timeouts end on whole seconds, so requests of one second have the same end.
        """
        if now < self._due_until:
            return self._due
        timeout = self._settings.timeout
        threshold = timeout.ceil_threshold
        due = deadline_after(now, timeout.total, threshold, inclusive=True)
        if timeout.total and timeout.total >= threshold:
            self._due = due
            self._due_until = due - timeout.total
        return due

    def find(self, method: str, text: str) -> Plan | None:
        """Return the plan for *method* and the URL *text*; ``None``: it takes the long way."""
        if _version_of(self._settings.headers) != self._version:
            self._plans.clear()
            self._origins.clear()
            self._version = _version_of(self._settings.headers)
        plan = self._plans.get(text)
        if plan is not None and plan.method == method:
            return plan
        return self._make(method, text)

    def _make(self, method: str, text: str) -> Plan | None:
        if method not in _METHODS or not self._defaults_are_plain():
            return None
        plain = _PLAIN_URL.fullmatch(text)
        if plain is None:
            return self._parse(method, text)
        origin = self._origins.get(plain[1])
        if origin is None:
            try:
                url = URL(plain[1] + "/")
            except ValueError:
                return None
            if str(url) != plain[1] + "/":
                return self._parse(method, text)  # yarl would write it in another way
            origin = self._new_origin(plain[1], url)
            if origin is None:
                return None
        return self._keep(Plan(method, text, plain[2] + (plain[3] or ""), origin))

    def _parse(self, method: str, text: str) -> Plan | None:
        try:
            url = URL(text)
            check_url(url, self._schemes)
        except (ValueError, IndexError, NonHttpUrlClientError):
            return None
        if url.port is None or url.raw_user is not None or url.raw_password is not None:
            return None
        name = f"{url.scheme}://{url.raw_authority}"
        origin = self._origins.get(name) or self._new_origin(name, url)
        if origin is None:
            return None
        return self._keep(Plan(method, text, url.raw_path_qs, origin))

    def _new_origin(self, name: str, url: URL) -> _Origin | None:
        if url.scheme not in ("http", "https") or url.scheme not in self._schemes:
            return None
        if len(self._origins) >= MAX_ORIGINS:
            self._origins.pop(next(iter(self._origins)))
        origin = self._origins[name] = _Origin(url, self._settings)
        return origin

    def _keep(self, plan: Plan) -> Plan:
        if len(self._plans) >= MAX_PLANS:
            self._plans.pop(next(iter(self._plans)))
        self._plans[plan.text] = plan
        return plan

    def _defaults_are_plain(self) -> bool:
        """Return whether the defaults of the session ask for nothing that a plan does not do."""
        settings = self._settings
        headers = settings.headers
        special = (
            settings.auth is not None
            or settings.version != HttpVersion11
            or settings.request_class is not ClientRequest
            or any(name in headers for name in _SPECIAL_FIELDS)
        )
        return not special


_SPECIAL_FIELDS: Final = frozenset(
    (
        hdrs.CONNECTION,
        hdrs.CONTENT_LENGTH,
        hdrs.COOKIE,
        hdrs.EXPECT,
        hdrs.TRANSFER_ENCODING,
        hdrs.UPGRADE,
    )
)
