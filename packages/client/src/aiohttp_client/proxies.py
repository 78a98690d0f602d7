"""Which proxy a request goes through: the argument, the session, or the environment.

Laws
* A proxy that cannot be used is an error before anything is sent; it is never passed by silently,
  for that would send what should be proxied in the open.
* The environment is read in a worker thread: on some systems it means the registry or a name
  lookup.
* Credentials never stay in the URL of a proxy.
"""

import asyncio
import ipaddress
import os
from typing import Final

from yarl import URL

from aiohttp_client.auth import encode_basic_auth
from aiohttp_client.errors import InvalidURL
from aiohttp_client.netrc_auth import netrc_credentials
from aiohttp_core.log import client_logger
from aiohttp_core.records import Record

__all__ = (
    "PROXY_SCHEMES",
    "SOCKS_SCHEMES",
    "ProxyChoice",
    "bypasses_proxy",
    "check_proxy",
    "environment_proxies",
    "environment_proxy",
    "find_environment_proxy",
)

SOCKS_SCHEMES: Final = frozenset(("socks4", "socks4a", "socks5", "socks5h"))
"""``socks4a`` and ``socks5h`` let the proxy resolve the name of the target."""

PROXY_SCHEMES: Final = frozenset(("http", "https")) | SOCKS_SCHEMES
"""The schemes that a proxy URL may have."""

_PROXIED_SCHEMES: Final = ("http", "https", "ws", "wss")


class ProxyChoice(Record):
    """A proxy and what it wants to know of the caller."""

    url: URL
    """Scheme, host and port of the proxy, without credentials."""
    login: str | None = None
    password: str = ""

    def __repr__(self) -> str:
        return f"ProxyChoice(url={self.url!r}, login={self.login!r})"

    @property
    def authorization(self) -> str | None:
        """The value of ``Proxy-Authorization``, or ``None``."""
        return None if self.login is None else encode_basic_auth(self.login, self.password)

    @property
    def is_socks(self) -> bool:
        """Whether the proxy speaks SOCKS instead of HTTP."""
        return self.url.scheme in SOCKS_SCHEMES


def check_proxy(proxy: str | URL) -> ProxyChoice:
    """Return the choice that the URL *proxy* stands for.

    A URL without host raises ``InvalidURL``, a scheme that is no proxy's ``ValueError`` (spec
    row ADD-277); other types raise ``TypeError``.
    """
    if not isinstance(proxy, (str, URL)):
        raise TypeError(f"proxy must be a str or URL, not {type(proxy).__name__}")
    try:
        url = URL(proxy)
        port = url.port
    except ValueError as exc:
        raise InvalidURL(str(proxy), f"the proxy URL is invalid: {exc}") from exc
    if not url.scheme or not url.raw_host:
        raise InvalidURL(url, "a proxy URL needs a scheme and a host")
    if url.scheme not in PROXY_SCHEMES:
        raise ValueError(
            f"the proxy scheme {url.scheme!r} is not supported; "
            f"there are {', '.join(sorted(PROXY_SCHEMES))}"
        )
    if port is None and url.scheme not in SOCKS_SCHEMES:
        raise InvalidURL(url, "the proxy URL has no port")
    login: str | None = None
    password = ""
    if url.raw_user is not None or url.raw_password is not None:
        login, password = url.user or "", url.password or ""
        url = url.with_user(None)
        if ":" in login and url.scheme not in SOCKS_SCHEMES:
            raise InvalidURL(url, "a proxy login must not hold a colon")
    if port is None:
        url = url.with_port(1080)
    return ProxyChoice(url, login, password)


def environment_proxies() -> dict[str, ProxyChoice]:
    """Return the proxies of the environment by the scheme of the target (spec row ADD-285).

    Blocking on Windows and macOS, whose system settings count too.  ``wss`` URLs are skipped with
    a warning; other unusable URLs raise as :func:`check_proxy` does.
    """
    found: dict[str, ProxyChoice] = {}
    import urllib.request  # loads an HTTP client of its own: only for who trusts the environment

    settings = urllib.request.getproxies()
    for scheme in _PROXIED_SCHEMES:
        text = settings.get(scheme)
        if not text:
            continue
        if "://" not in text:
            # "proxy:3128" means an HTTP proxy, as for curl.
            text = "http://" + text
        if text.startswith("wss:"):
            client_logger.warning("wss proxies are not supported, ignoring %s_proxy", scheme)
            continue
        found[scheme] = check_proxy(text)
    return found


def bypasses_proxy(url: URL) -> bool:
    """Return whether ``no_proxy`` of the environment names the host of *url* (spec row ADD-287).

    The rules are those of :func:`urllib.request.proxy_bypass`: ``*``, suffixes of host names with
    or without a leading dot, an optional port; and networks in CIDR notation, as curl has them.
    """
    host = url.host
    if host is None:
        return False
    import urllib.request

    shown = f"[{host}]" if ":" in host else host
    port = f":{url.port}" if url.port is not None else ""
    if urllib.request.proxy_bypass(shown + port) or urllib.request.proxy_bypass(host):
        return True
    networks = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    if "/" not in networks:
        return False
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    for entry in networks.split(","):
        entry = entry.strip()
        if "/" in entry:
            try:
                if address in ipaddress.ip_network(entry, strict=False):
                    return True
            except ValueError:
                continue
    return False


def find_environment_proxy(url: URL) -> ProxyChoice | None:
    """Return the proxy of the environment for *url*, or ``None``; blocking.

    Credentials come from the URL of the proxy, else from the netrc file (spec row ADD-289).
    """
    choice = environment_proxies().get(url.scheme)
    if choice is None or bypasses_proxy(url):
        return None
    if choice.login is None and choice.url.host is not None:
        known = netrc_credentials(choice.url.host)
        if known is not None and ":" not in known[0]:
            return ProxyChoice(choice.url, *known)
    return choice


async def environment_proxy(url: URL) -> ProxyChoice | None:
    """Return the proxy of the environment for *url*, or ``None``, found in a worker thread."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, find_environment_proxy, url)
