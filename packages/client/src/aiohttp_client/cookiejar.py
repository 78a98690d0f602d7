"""The cookie jar of a session: RFC 6265bis over ``http.cookies`` objects.

Laws
* The jar decides by the URL of the response who may set a cookie, and by the URL of the request who
  gets it; storage and limits are :mod:`aiohttp_client.cookie_store`.
* Nothing that a server sends raises: a cookie that breaks a rule is not stored.
* Where aiohttp 3.14 is laxer than RFC 6265bis in a documented way, its way is kept: a ``Secure``
  cookie may be set without TLS (spec row ADD-250), there is no list of public suffixes beyond the
  top-level domains (ADD-245), and life is not cut to 400 days (ADD-242).
"""

import ipaddress
import os
import re
import time
from collections.abc import Iterable, Iterator, KeysView, Mapping, Sequence
from http.cookies import BaseCookie, Morsel, SimpleCookie
from typing import Any, Final

from yarl import URL

from aiohttp_client.abc import NO_URL, AbstractCookieJar, ClearCookiePredicate, LooseCookies
from aiohttp_client.cookie_store import (
    SHARED,
    CookieStore,
    StoredCookie,
    default_path,
    domain_matches,
)
from aiohttp_core import warn_caller
from aiohttp_core.fields.cookies import (
    make_morsel,
    parse_set_cookies,
    quote_cookie_value,
)
from aiohttp_core.log import client_logger

__all__ = ("CookieJar", "DummyCookieJar")

_INTEGER: Final = re.compile(r"[ \t]*(-?)([0-9]+)[ \t]*")
_END_OF_TIME: Final = 253402300799  # 9999-12-31 23:59:59, the last date that can be written
_MAX_SENT: Final = 150
_MAX_SENT_BYTES: Final = 8190
_HEADER_OVERHEAD: Final = len("Cookie: ")


def _now() -> float:
    # time.time is looked up at each call, so that tests can set the clock.
    return time.time()


def _is_ip_address(host: str) -> bool:
    if ":" not in host and not host[-1:].isdigit():
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _origins(given: str | URL | Iterable[str | URL] | None) -> frozenset[URL]:
    if given is None:
        return frozenset()
    if isinstance(given, (str, URL)):
        given = (given,)
    return frozenset(URL(origin).origin() for origin in given)


class _CookieView(Mapping[tuple[str, str], SimpleCookie]):
    """The stored cookies by domain and path, always as they are now (spec row ADD-261)."""

    __slots__ = ("_store",)

    def __init__(self, store: CookieStore) -> None:
        self._store = store

    def _groups(self) -> dict[tuple[str, str], SimpleCookie]:
        groups: dict[tuple[str, str], SimpleCookie] = {}
        for cookie in self._store:
            group = groups.setdefault((cookie.domain, cookie.path.rstrip("/")), SimpleCookie())
            group[cookie.name] = cookie.morsel
        return groups

    def __getitem__(self, key: tuple[str, str]) -> SimpleCookie:
        return self._groups()[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._groups())

    def __len__(self) -> int:
        return len(self._groups())

    def __repr__(self) -> str:
        return repr(self._groups())


class CookieJar(AbstractCookieJar):
    """Keeps cookies in memory by the rules of RFC 6265bis.

    *unsafe* accepts cookies from hosts that are IP addresses, bound to exactly that address.
    *quote_cookie* quotes values with special characters in the ``Cookie`` field; without it values
    go out raw.  *treat_as_secure_origin* names origins, with their ports, that get ``Secure``
    cookies although they do not use TLS.

    At most 180 cookies are kept per domain and 3300 in all, and at most 150 cookies or 8190 bytes
    are sent with one request (spec rows JAR-01 to JAR-11, ADD-244 to ADD-269).
    """

    def __init__(
        self,
        *,
        unsafe: bool = False,
        quote_cookie: bool = True,
        treat_as_secure_origin: str | URL | Iterable[str | URL] | None = None,
        loop: object = None,
    ) -> None:
        super().__init__()
        self._unsafe = unsafe
        self._quote_cookie = quote_cookie
        self._secure_origins = _origins(treat_as_secure_origin)
        self._store = CookieStore(_now)

    @property
    def unsafe(self) -> bool:
        """Whether cookies of hosts that are IP addresses are accepted."""
        return self._unsafe

    @property
    def quote_cookie(self) -> bool:
        """Whether values with special characters are quoted."""
        return self._quote_cookie

    @property
    def treat_as_secure_origin(self) -> frozenset[URL]:
        """The origins that count as secure without TLS."""
        return self._secure_origins

    @property
    def cookies(self) -> Mapping[tuple[str, str], SimpleCookie]:
        """A live read-only view by ``(domain, path)``; the path has no trailing slash."""
        return _CookieView(self._store)

    @property
    def host_only_cookies(self) -> frozenset[tuple[str, str, str]]:
        """``(domain, path, name)`` of the cookies that go to exactly the host that set them."""
        return frozenset(
            (cookie.domain, cookie.path.rstrip("/"), cookie.name)
            for cookie in self._store
            if cookie.host_only
        )

    @property
    def domains(self) -> KeysView[str]:
        """The domains that have cookies.  The view follows the jar; it is true if there are any."""
        return self._store.domains

    def __len__(self) -> int:
        return len(self._store)

    def __iter__(self) -> Iterator[Morsel[str]]:
        self._store.remove_expired()
        for cookie in list(self._store):
            yield cookie.morsel

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {len(self)} cookies>"

    # ------------------------------------------------------------ storing

    def update_cookies(self, cookies: LooseCookies, response_url: URL = NO_URL) -> None:
        """Store *cookies* as set by a response from *response_url*.

        With the empty URL they are shared: sent to every host, unless a Morsel names a domain.
        Morsels are copied.  An illegal name of a ``str`` value raises ``ValueError``; a value with
        control characters is left out with a warning in the log (spec row ADD-800).
        """
        items = cookies.items() if isinstance(cookies, Mapping) else cookies
        for name, value in items:
            if isinstance(value, Morsel):
                self._keep(value.copy(), response_url)
            elif isinstance(value, BaseCookie):
                for morsel in value.values():
                    self._keep(morsel.copy(), response_url)
            else:
                text = str(value)
                if _has_controls(text):
                    client_logger.warning("Cookie %r is left out: control characters", name)
                    continue
                self._keep(make_morsel(name, text, quote_cookie_value(text)), response_url)

    def update_cookies_from_headers(self, headers: Sequence[str], response_url: URL) -> None:
        """Store what the ``Set-Cookie`` values *headers* ask for.

        Nothing is even parsed if the host is an IP address and the jar is not *unsafe*.
        """
        host = response_url.raw_host
        if host is not None and not self._unsafe and _is_ip_address(host):
            return
        for morsel in parse_set_cookies(headers, user_agent=True):
            self._keep(morsel, response_url)

    def _keep(self, morsel: Morsel[Any], url: URL) -> None:
        cookie = self._accept(morsel, url)
        if cookie is not None:
            self._store.put(cookie)

    def _accept(self, morsel: Morsel[Any], url: URL) -> StoredCookie | None:
        """Apply RFC 6265bis section 5.7; ``None`` if the cookie is refused."""
        host = url.raw_host or ""
        is_ip = bool(host) and _is_ip_address(host)
        if is_ip and not self._unsafe:
            return None
        placed = _place(str(morsel["domain"]), host, is_ip=is_ip)
        if placed is None:
            return None
        domain, host_only = placed
        given_path = str(morsel["path"])
        path = given_path
        if not path.startswith("/"):
            path = default_path(url.raw_path) if host else "/"
        secure = bool(morsel["secure"])
        is_secure_origin = not host or self._is_secure(url)
        if host and not _keeps_prefix_promise(
            morsel.key,
            secure=secure and is_secure_origin,
            host_only=host_only,
            root=given_path == "/",
        ):
            # The promise is one of servers; what the application shares is its own affair.
            return None
        if (
            not secure
            and not is_secure_origin
            and self._store.shadows_secure(morsel.key, domain, path)
        ):
            return None
        morsel["domain"] = domain
        morsel["path"] = path
        return StoredCookie(
            domain=domain,
            path=path,
            name=morsel.key,
            morsel=morsel,
            host_only=host_only,
            secure=secure,
            expires=_deadline(morsel),
        )

    def _is_secure(self, url: URL) -> bool:
        if url.scheme in ("https", "wss"):
            return True
        return bool(self._secure_origins) and url.origin() in self._secure_origins

    # ------------------------------------------------------------ sending

    def filter_cookies(self, request_url: URL | str) -> BaseCookie[str]:
        """Return the cookies that a request to *request_url* carries, in the order of sending.

        Of cookies with one name the most specific goes: longest domain, then longest path (spec
        row ADD-249).  A ``str`` is accepted with ``DeprecationWarning``.
        """
        result: BaseCookie[str] = SimpleCookie() if self._quote_cookie else BaseCookie()
        if not isinstance(request_url, URL):
            warn_caller("filter_cookies expects a yarl.URL, a str is deprecated")
            request_url = URL(request_url)
        if not len(self._store):
            return result
        chosen: dict[str, StoredCookie] = {}
        matching = self._matching(request_url)
        for cookie in matching:
            rival = chosen.get(cookie.name)
            if rival is None or _specificity(cookie) > _specificity(rival):
                chosen[cookie.name] = cookie
        fitting = self._fit(list(chosen.values()))
        for cookie in matching:
            if id(cookie) in fitting:
                self._store.touch(cookie)
                result[cookie.name] = self._outgoing(cookie)
        return result

    def matching_cookies(self, request_url: URL) -> list[Morsel[str]]:
        """Return all cookies for *request_url*, equal names included (RFC 6265bis 5.8.3).

        That is what a browser sends: longer paths first, then older cookies, without limits.
        """
        return [self._outgoing(cookie) for cookie in self._matching(request_url)]

    def _matching(self, url: URL) -> list[StoredCookie]:
        host = url.raw_host or ""
        is_ip = bool(host) and _is_ip_address(host)
        return self._store.matching(
            host,
            url.raw_path or "/",
            secure=self._is_secure(url) if host else False,
            parents=not is_ip,
            own=bool(host) and (self._unsafe or not is_ip),
        )

    def _outgoing(self, cookie: StoredCookie) -> Morsel[str]:
        morsel = cookie.morsel
        coded = morsel.coded_value if self._quote_cookie else morsel.value
        return make_morsel(morsel.key, morsel.value, coded, any_name=True)

    def _fit(self, cookies: list[StoredCookie]) -> set[int]:
        """Return the ids of those *cookies* that fit into one request (spec row ADD-259).

        Shared cookies, which are the application's, always do (ADD-260).
        """
        cookies.sort(key=_specificity, reverse=True)
        fitting: set[int] = set()
        size = _HEADER_OVERHEAD - len("; ")
        for cookie in cookies:
            if cookie.domain == SHARED:
                fitting.add(id(cookie))
                continue
            if len(fitting) >= _MAX_SENT:
                continue
            morsel = cookie.morsel
            coded = morsel.coded_value if self._quote_cookie else morsel.value
            cost = len("; =") + len(cookie.name) + len(coded.encode("utf-8", "surrogateescape"))
            if size + cost > _MAX_SENT_BYTES:
                continue
            size += cost
            fitting.add(id(cookie))
        return fitting

    # ------------------------------------------------------------ removing

    def clear(self, predicate: ClearCookiePredicate | None = None) -> None:
        """Remove all cookies, or the expired ones and those of which *predicate* is true."""
        if predicate is None:
            self._store.clear()
            return
        wanted = predicate
        self._store.remove_expired()
        self._store.remove_if(lambda cookie: bool(wanted(cookie.morsel)))

    def clear_domain(self, domain: str) -> None:
        """Remove the cookies of *domain* and its subdomains."""
        self.clear(lambda morsel: domain_matches(str(morsel["domain"]), domain))

    # ------------------------------------------------------------ files

    def save(self, file_path: str | os.PathLike[str]) -> None:
        """Write the cookies to *file_path* as JSON, with mode 0600; blocking."""
        self._store.remove_expired()
        from aiohttp_client.cookie_persistence import dump_cookies, write_cookie_file

        write_cookie_file(file_path, dump_cookies(self._store))

    def load(self, file_path: str | os.PathLike[str]) -> None:
        """Replace the cookies by those of the JSON file *file_path*; blocking.

        ``OSError`` if it cannot be read; ``ValueError`` if it is malformed or an old pickle file;
        the jar is unchanged then.  Cookies of IP addresses are left out without *unsafe*, and the
        limits of the jar hold.
        """
        from aiohttp_client.cookie_persistence import read_cookie_file

        cookies = read_cookie_file(file_path)
        self._store.clear()
        for cookie in cookies:
            if cookie.domain == SHARED or self._unsafe or not _is_ip_address(cookie.domain):
                self._store.put(cookie)


def _specificity(cookie: StoredCookie) -> tuple[int, int]:
    return len(cookie.domain), len(cookie.path)


def _has_controls(text: str) -> bool:
    return any(char < " " or char == "\x7f" for char in text)


def _place(attribute: str, host: str, *, is_ip: bool) -> tuple[str, bool] | None:
    """Return domain and host-only flag for a ``Domain`` attribute, ``None`` to refuse."""
    domain = attribute.removeprefix(".")
    if not domain:
        return host, bool(host)
    if not domain.isascii():
        return None
    domain = domain.lower()
    if not host:
        return domain, False
    if is_ip:
        return (host, True) if domain == host else None
    if not domain_matches(host, domain):
        # Names with a trailing dot come here too (http-state DOMAIN0014).
        return None
    if "." not in domain and domain != host:
        # Nobody may set cookies for a whole top-level domain (http-state DOMAIN0017).
        return None
    return domain, False


def _keeps_prefix_promise(name: str, *, secure: bool, host_only: bool, root: bool) -> bool:
    """Return whether a cookie may bear its name (RFC 6265bis 4.1.3 and 5.7 steps 20, 21)."""
    lowered = name[:9].lower()
    if lowered.startswith("__secure-"):
        return secure
    if lowered.startswith("__host-"):
        return secure and host_only and root
    return True


def _deadline(morsel: Morsel[Any]) -> float | None:
    """Return when the cookie expires, in seconds since the epoch; ``Max-Age`` wins."""
    max_age = morsel["max-age"]
    if max_age != "" and max_age is not None:
        found = _INTEGER.fullmatch(str(max_age))
        if found is not None:
            sign, digits = found.groups()
            if sign:
                return 0.0
            # Digits are not converted without a bound: their number is the server's choice.
            digits = digits.lstrip("0")
            if len(digits) > 12:
                return float(_END_OF_TIME)
            seconds = int(digits or "0")
            return min(_now() + seconds, _END_OF_TIME) if seconds else 0.0
    if morsel["expires"]:
        from aiohttp_core.fields.cookie_dates import parse_cookie_date

        date = parse_cookie_date(str(morsel["expires"]))
        if date is not None:
            return date.timestamp()
    return None


class DummyCookieJar(AbstractCookieJar):
    """Stores no cookie and sends none (spec row JAR-10)."""

    def __init__(self, *, loop: object = None) -> None:
        super().__init__()

    @property
    def unsafe(self) -> bool:
        """Always false."""
        return False

    @property
    def quote_cookie(self) -> bool:
        """Always true."""
        return True

    @property
    def cookies(self) -> Mapping[tuple[str, str], SimpleCookie]:
        """Always empty."""
        return {}

    @property
    def host_only_cookies(self) -> frozenset[tuple[str, str, str]]:
        """Always empty."""
        return frozenset()

    def __iter__(self) -> Iterator[Morsel[str]]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def clear(self, predicate: ClearCookiePredicate | None = None) -> None:
        """Do nothing."""

    def clear_domain(self, domain: str) -> None:
        """Do nothing."""

    def update_cookies(self, cookies: LooseCookies, response_url: URL = NO_URL) -> None:
        """Do nothing."""

    def update_cookies_from_headers(self, headers: Sequence[str], response_url: URL) -> None:
        """Do nothing; the values are not even parsed."""

    def filter_cookies(self, request_url: URL) -> BaseCookie[str]:
        """Return no cookies."""
        return SimpleCookie()
