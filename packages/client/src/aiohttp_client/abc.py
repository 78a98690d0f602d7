"""The interfaces that an application may implement for a client: cookie jar and resolver.

Laws
* Nothing here knows an implementation; the session and the connector rely on these classes alone.
* A cookie jar is asked in the thread of the event loop and never waits.
"""

import socket
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from http.cookies import BaseCookie, Morsel, SimpleCookie
from typing import Any, Final, TypeAlias, TypedDict

from yarl import URL

from aiohttp_core.fields.cookies import parse_set_cookies

__all__ = (
    "AbstractCookieJar",
    "AbstractResolver",
    "ClearCookiePredicate",
    "LooseCookies",
    "ResolveResult",
)

NO_URL: Final = URL()
"""The empty URL: cookies without a server of their own."""

LooseCookies: TypeAlias = (
    Mapping[str, "str | BaseCookie[str] | Morsel[Any]"]
    | Iterable[tuple[str, "str | BaseCookie[str] | Morsel[Any]"]]
    | BaseCookie[str]
)
"""Everything that :meth:`AbstractCookieJar.update_cookies` takes."""

ClearCookiePredicate: TypeAlias = Callable[[Morsel[str]], bool]
"""Says of a stored cookie whether :meth:`AbstractCookieJar.clear` removes it."""


class ResolveResult(TypedDict):
    """One address of a host (spec row ABC-11)."""

    hostname: str
    """The name that was asked for."""
    host: str
    """The IP address; a link-local IPv6 address carries its scope id."""
    port: int
    family: int
    proto: int
    flags: int


class AbstractResolver(ABC):
    """Turns host names into addresses (spec row ABC-10)."""

    @abstractmethod
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of *host*, best first.

        *family* is ``AF_INET``, ``AF_INET6`` or ``AF_UNSPEC`` for both.  A name that has no
        address raises ``OSError``, which reaches the caller of a request as
        ``ClientConnectorDNSError``.
        """

    @abstractmethod
    async def close(self) -> None:
        """Release what the resolver holds.  May be called more than once."""


class AbstractCookieJar(Sized, Iterable[Morsel[str]]):
    """Stores the cookies of a session and chooses those that a request carries.

    Iteration gives a :class:`http.cookies.Morsel` for each live cookie, ``len()`` their stored
    number (spec rows ABC-06, ABC-07, ADD-262).
    """

    def __init__(self, *, loop: object = None) -> None:
        """Accept and ignore *loop*, which subclasses written for aiohttp 3 may hand on."""

    @property
    @abstractmethod
    def unsafe(self) -> bool:
        """Whether cookies of hosts that are IP addresses are accepted."""

    @property
    @abstractmethod
    def quote_cookie(self) -> bool:
        """Whether values with special characters are quoted in the ``Cookie`` field."""

    @property
    def treat_as_secure_origin(self) -> frozenset[URL]:
        """Origins that get ``Secure`` cookies although they do not use TLS; none by default."""
        return frozenset()

    @property
    @abstractmethod
    def cookies(self) -> Mapping[tuple[str, str], SimpleCookie]:
        """A read-only view of the stored cookies by ``(domain, path)``."""

    @property
    @abstractmethod
    def host_only_cookies(self) -> frozenset[tuple[str, str, str]]:
        """``(domain, path, name)`` of the cookies that go to exactly the host that set them."""

    @abstractmethod
    def clear(self, predicate: ClearCookiePredicate | None = None) -> None:
        """Remove all cookies, or those of which *predicate* is true."""

    @abstractmethod
    def clear_domain(self, domain: str) -> None:
        """Remove the cookies of *domain* and its subdomains."""

    @abstractmethod
    def update_cookies(self, cookies: LooseCookies, response_url: URL = NO_URL) -> None:
        """Store *cookies*, bound to the server of *response_url*.

        With the empty URL they are shared: sent with every request.
        """

    def update_cookies_from_headers(self, headers: Sequence[str], response_url: URL) -> None:
        """Store what *headers*, values of ``Set-Cookie`` fields, ask for (spec row ADD-263)."""
        morsels = parse_set_cookies(headers, user_agent=True)
        if morsels:
            self.update_cookies([(morsel.key, morsel) for morsel in morsels], response_url)

    @abstractmethod
    def filter_cookies(self, request_url: URL) -> BaseCookie[str]:
        """Return the cookies that a request to *request_url* carries, in their order."""

    @abstractmethod
    def __iter__(self) -> Iterator[Morsel[str]]: ...
