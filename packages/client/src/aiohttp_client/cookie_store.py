"""The storage model of cookies (RFC 6265bis section 5.7 and 5.8): what is kept, found and evicted.

Laws
* Pure but for one clock that is handed in; nothing here knows URLs, fields or files.
* A cookie is identified by domain, path and name (spec row ADD-248).
* What servers store is bounded per domain and in total; a server that fills its domain evicts its
  own cookies first, and never a ``Secure`` one by one that is not (ADD-258).
* Looking up costs time in the number of labels of the host and of the cookies of these domains.
"""

from collections.abc import Callable, Iterator, KeysView
from http.cookies import Morsel
from typing import Final

__all__ = (
    "SHARED",
    "CookieStore",
    "StoredCookie",
    "default_path",
    "domain_matches",
    "path_matches",
)

SHARED: Final = ""
"""The domain of cookies that go to every host."""


class StoredCookie:
    """One cookie and what decides whether it is sent."""

    __slots__ = (
        "created",
        "domain",
        "expires",
        "host_only",
        "morsel",
        "name",
        "path",
        "secure",
        "used",
    )

    def __init__(
        self,
        domain: str,
        path: str,
        name: str,
        morsel: Morsel[str],
        *,
        host_only: bool,
        secure: bool,
        expires: float | None,
    ) -> None:
        self.domain = domain
        self.path = path
        self.name = name
        self.morsel = morsel
        self.host_only = host_only
        self.secure = secure
        # Seconds since the epoch; None keeps it as long as the jar lives.
        self.expires = expires
        # Position in the order of creation; a replacement inherits it (5.7 step 23.3).
        self.created = 0
        # Position in the order of use.
        self.used = 0


def domain_matches(host: str, domain: str) -> bool:
    """Return whether *host* is *domain* or below it (RFC 6265bis 5.1.3); not for IP addresses."""
    return host == domain or host.endswith("." + domain)


def default_path(request_path: str) -> str:
    """Return the directory of *request_path* (RFC 6265bis 5.1.4)."""
    if not request_path.startswith("/"):
        return "/"
    return request_path[: request_path.rfind("/")] or "/"


def path_matches(request_path: str, cookie_path: str) -> bool:
    """Return whether *cookie_path* covers *request_path*, by segments (RFC 6265bis 5.1.4)."""
    if not request_path.startswith(cookie_path):
        return False
    return (
        len(request_path) == len(cookie_path)
        or cookie_path.endswith("/")
        or request_path[len(cookie_path)] == "/"
    )


_Cookies = dict[tuple[str, str], StoredCookie]


class CookieStore:
    """Cookies by domain, with limits.

    *clock* gives seconds since the epoch.  Shared cookies come from the application, not from a
    server, and are outside the limits.
    """

    PER_DOMAIN: Final = 180
    PER_DOMAIN_KEPT: Final = 149
    TOTAL: Final = 3300
    TOTAL_KEPT: Final = 3000

    __slots__ = ("_clock", "_count", "_domains", "_ticks")

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._domains: dict[str, _Cookies] = {}
        self._count = 0
        self._ticks = 0

    def __len__(self) -> int:
        return self._count

    @property
    def domains(self) -> KeysView[str]:
        """The domains that have cookies; follows what happens to the store."""
        return self._domains.keys()

    def __iter__(self) -> Iterator[StoredCookie]:
        """Give the cookies that are stored, dead ones included, by domain."""
        for cookies in self._domains.values():
            yield from cookies.values()

    def put(self, cookie: StoredCookie) -> bool:
        """Store *cookie* in place of one of the same identity; return whether it is kept.

        One that has expired removes its predecessor.  One that does not fit beside live
        ``Secure`` cookies is dropped.
        """
        identity = (cookie.path, cookie.name)
        cookies = self._domains.get(cookie.domain)
        old = None if cookies is None else cookies.get(identity)
        if cookie.expires is not None and cookie.expires <= self._clock():
            if old is not None:
                self._remove(old)
            return False
        self._ticks += 1
        cookie.used = self._ticks
        if old is not None:
            cookie.created = old.created
            self._domains[cookie.domain][identity] = cookie
            return True
        if cookie.domain != SHARED and not self._make_room(cookie):
            return False
        cookie.created = self._ticks
        self._domains.setdefault(cookie.domain, {})[identity] = cookie
        self._count += 1
        return True

    def shadows_secure(self, name: str, domain: str, path: str) -> bool:
        """Return whether a live ``Secure`` cookie must not be overlaid by such a one.

        "Leave secure cookies alone", RFC 6265bis 5.7 step 16: same name, domains that match in
        either direction, and a path below that of the secure cookie.
        """
        now = self._clock()
        for other_domain, cookies in self._domains.items():
            if not (domain_matches(domain, other_domain) or domain_matches(other_domain, domain)):
                continue
            for cookie in cookies.values():
                if (
                    cookie.name == name
                    and cookie.secure
                    and path_matches(path, cookie.path)
                    and (cookie.expires is None or cookie.expires > now)
                ):
                    return True
        return False

    def matching(
        self, host: str, path: str, *, secure: bool, parents: bool = True, own: bool = True
    ) -> list[StoredCookie]:
        """Return the live cookies for a request, in the order of RFC 6265bis 5.8.3.

        Longer paths come first, then older cookies.  *parents* is false for IP addresses, *own*
        is false if only shared cookies may be sent.  The dead cookies met are removed.
        """
        found: list[StoredCookie] = []
        dead: list[StoredCookie] = []
        now = self._clock()
        domains = self._domains
        candidates = [SHARED]
        if own:
            candidates.append(host)
            if parents:
                dot = host.find(".")
                while dot >= 0:
                    candidates.append(host[dot + 1 :])
                    dot = host.find(".", dot + 1)
        for domain in candidates:
            for cookie in domains.get(domain, {}).values():
                if cookie.expires is not None and cookie.expires <= now:
                    dead.append(cookie)
                elif (
                    (secure or not cookie.secure)
                    and (not cookie.host_only or domain == host)
                    and path_matches(path, cookie.path)
                ):
                    found.append(cookie)
        for cookie in dead:
            self._remove(cookie)
        found.sort(key=lambda cookie: (-len(cookie.path), cookie.created))
        return found

    def touch(self, cookie: StoredCookie) -> None:
        """Note that *cookie* is being sent."""
        self._ticks += 1
        cookie.used = self._ticks

    def remove_if(self, predicate: Callable[[StoredCookie], bool]) -> None:
        """Remove the cookies of which *predicate* is true."""
        for cookie in [cookie for cookie in self if predicate(cookie)]:
            self._remove(cookie)

    def remove_expired(self) -> None:
        """Remove the cookies whose time is over."""
        now = self._clock()
        self.remove_if(lambda cookie: cookie.expires is not None and cookie.expires <= now)

    def clear(self) -> None:
        """Remove everything."""
        self._domains.clear()
        self._count = 0

    # ------------------------------------------------------------ limits

    def _make_room(self, newcomer: StoredCookie) -> bool:
        cookies = self._domains.get(newcomer.domain)
        if cookies is not None and len(cookies) >= self.PER_DOMAIN:
            self._trim(
                list(cookies.values()), self.PER_DOMAIN_KEPT, spare_secure=not newcomer.secure
            )
            if len(self._domains.get(newcomer.domain, ())) >= self.PER_DOMAIN:
                return False
        if self._count >= self.TOTAL:
            everything = [cookie for cookie in self if cookie.domain != SHARED]
            self._trim(everything, self.TOTAL_KEPT, spare_secure=False)
        return True

    def _trim(self, cookies: list[StoredCookie], keep: int, *, spare_secure: bool) -> None:
        """Remove the least worthy of *cookies* until *keep* are left."""
        now = self._clock()
        excess = len(cookies) - keep

        def worth(cookie: StoredCookie) -> tuple[int, int]:
            if cookie.expires is not None and cookie.expires <= now:
                return (0, cookie.used)
            return (2 if cookie.secure else 1, cookie.used)

        cookies.sort(key=worth)
        for cookie in cookies:
            rank = worth(cookie)[0]
            # All that is dead goes; of the living only as many as needed.
            if rank and (excess <= 0 or (rank == 2 and spare_secure)):
                break
            self._remove(cookie)
            excess -= 1

    def _remove(self, cookie: StoredCookie) -> None:
        cookies = self._domains[cookie.domain]
        del cookies[cookie.path, cookie.name]
        self._count -= 1
        if not cookies:
            del self._domains[cookie.domain]
