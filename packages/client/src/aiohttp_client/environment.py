"""What the environment says about proxies and credentials, in the terms of aiohttp 3.

All functions read files or settings of the system and block (spec rows ADD-992, SES-20).
"""

import netrc
from dataclasses import dataclass

from yarl import URL

from aiohttp_client.auth import BasicAuth
from aiohttp_client.netrc_auth import load_netrc
from aiohttp_client.proxies import ProxyChoice, environment_proxies, find_environment_proxy
from aiohttp_core.fields.basic_auth import encode_basic_auth

__all__ = (
    "ProxyInfo",
    "basicauth_from_netrc",
    "get_env_proxy_for_url",
    "netrc_from_env",
    "proxies_from_env",
    "strip_auth_from_url",
)


@dataclass(frozen=True, slots=True)
class ProxyInfo:
    """A proxy and its credentials."""

    proxy: URL
    proxy_auth: BasicAuth | None


def _basic(login: str, password: str) -> BasicAuth:
    # Decoding does not warn: the caller has not chosen this class.
    return BasicAuth.decode(encode_basic_auth(login, password), "utf-8")


def _info(choice: ProxyChoice) -> ProxyInfo:
    auth = None if choice.login is None else _basic(choice.login, choice.password)
    return ProxyInfo(choice.url, auth)


def strip_auth_from_url(url: URL) -> tuple[URL, BasicAuth | None]:
    """Return *url* without user information, and that as credentials or ``None``."""
    auth = BasicAuth.from_url(url)
    return (url, None) if auth is None else (url.with_user(None), auth)


def netrc_from_env() -> netrc.netrc | None:
    """Return the netrc file of the user; ``None`` if there is none that can be used."""
    return load_netrc()


def basicauth_from_netrc(netrc_obj: netrc.netrc | None, host: str) -> BasicAuth:
    """Return the credentials of *host* in a netrc file; :exc:`LookupError` without any."""
    if netrc_obj is None:
        raise LookupError("No .netrc file found")
    entry = netrc_obj.authenticators(host)
    if entry is None:
        raise LookupError(f"No entry for {host} found in the .netrc file")
    login, account, password = entry
    return _basic(login or account or "", password or "")


def proxies_from_env() -> dict[str, ProxyInfo]:
    """Return the proxies of the environment by the scheme of the target."""
    return {scheme: _info(choice) for scheme, choice in environment_proxies().items()}


def get_env_proxy_for_url(url: URL) -> tuple[URL, BasicAuth | None]:
    """Return the proxy of the environment for *url*; :exc:`LookupError` if there is none."""
    choice = find_environment_proxy(url)
    if choice is None:
        raise LookupError(f"No proxies found for `{url!s}` in the env")
    info = _info(choice)
    return info.proxy, info.proxy_auth
