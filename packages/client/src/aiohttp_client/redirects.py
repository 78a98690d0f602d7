"""Where a redirect leads, and what goes there (RFC 9110 section 15.4).

Laws
* Pure: a request and a response head in, the next hop or an error out.
* Credentials stay at home: whatever authenticates the caller goes only to the origin (scheme, host,
  port) it was meant for, in whatever case its name is written and however often it is repeated
  (CVE-2026-34518, CVE-2026-47265, spec row ADD-218).
* A body that is not sent again takes the fields that describe it along (CVE-2023-45803, ADD-1105).
* Only HTTP is followed.
"""

import re
from collections.abc import Collection
from typing import Final

from multidict import CIMultiDict, MultiMapping
from yarl import URL

from aiohttp_client.auth import strip_url_credentials
from aiohttp_client.errors import InvalidUrlRedirectClientError, NonHttpUrlRedirectClientError
from aiohttp_core.errors import show
from aiohttp_core.records import Record

__all__ = (
    "REDIRECT_STATUSES",
    "NextHop",
    "next_hop",
    "redirect_location",
    "redirects_exhausted",
    "same_origin",
)

REDIRECT_STATUSES: Final = frozenset((301, 302, 303, 307, 308))
"""The statuses that are followed (spec row ADD-205)."""

CREDENTIAL_FIELDS: Final = ("Authorization", "Cookie", "Proxy-Authorization", "Host")
"""Fields that do not cross an origin; ``Host`` because it names the old one."""

BODY_FIELDS: Final = (
    "Content-Length",
    "Content-Type",
    "Content-Encoding",
    "Content-Language",
    "Content-Location",
    "Transfer-Encoding",
    "Trailer",
    "Expect",
)
"""Fields that describe a body and go with it."""

# RFC 3986 section 3.1
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")
# RFC 3986 section 3.2.2 without percent-encoding: no name that is connected to needs it.
_HOST: Final = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=-]{1,254}|[0-9A-Fa-f:.]+(?:%[\w.%~-]+)?")
_EMPTY_AUTHORITY: Final = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//(?:[/?#]|\Z)")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


class NextHop(Record):
    """The request that follows a redirect."""

    method: str
    url: URL
    """The target: no credentials, its own fragment."""
    headers: CIMultiDict[str]
    """A copy of the fields of the request before, without those that may not go along."""
    keep_body: bool
    """Whether the body is sent again; if it cannot be, the request fails."""
    same_origin: bool
    """If false, the ``auth`` argument and the cookies of the call are dropped for good."""
    authorization: str | None
    """The ``Authorization`` value that stood in the URL of the redirect, or ``None``."""


def redirect_location(status: int, headers: MultiMapping[str]) -> str | None:
    """Return the target of a response that redirects, ``None`` for every other response.

    An empty target is none: it could only lead back to where the answer came from.
    Two ``Location`` fields that differ raise ``InvalidUrlRedirectClientError``: which one counts
    is a guess.
    """
    if status not in REDIRECT_STATUSES:
        return None
    locations = headers.getall("Location", None) or headers.getall("URI", None)
    if not locations:
        return None
    first = locations[0]
    if any(other != first for other in locations):
        raise InvalidUrlRedirectClientError(
            show(first), "The response names several different redirect targets"
        )
    return first or None


def redirects_exhausted(received: int, max_redirects: int) -> bool:
    """Return whether *received* redirects are too many (spec row ADD-212; 0 means no limit)."""
    return bool(max_redirects) and received >= max_redirects


def same_origin(one: URL, other: URL) -> bool:
    """Return whether two URLs have the same scheme, host and port."""
    return one.scheme == other.scheme and one.raw_host == other.raw_host and one.port == other.port


def next_hop(
    *,
    method: str,
    url: URL,
    headers: CIMultiDict[str],
    status: int,
    location: str,
    requote: bool = True,
    secret_headers: Collection[str] = (),
) -> NextHop:
    """Return the request that follows the answer *status* with *location* to a request.

    *requote* normalises the percent-encoding of the target.  *secret_headers* are more names of
    fields that do not cross an origin.  ``InvalidUrlRedirectClientError`` says that the target is
    no URL with a host, ``NonHttpUrlRedirectClientError`` that it is not HTTP.
    """
    target = _resolve(url, location, requote=requote)
    try:
        target, authorization = strip_url_credentials(target)
    except ValueError as exc:
        raise InvalidUrlRedirectClientError(show(location), str(exc)) from exc
    stays = same_origin(url, target)
    new_headers = CIMultiDict(headers)
    if not stays:
        for name in (*CREDENTIAL_FIELDS, *secret_headers):
            new_headers.popall(name, None)
    if authorization is not None:
        new_headers.popall("Authorization", None)
    new_method, keep_body = _method_and_body(status, method)
    if not keep_body:
        for name in BODY_FIELDS:
            new_headers.popall(name, None)
    return NextHop(new_method, target, new_headers, keep_body, stays, authorization)


def _method_and_body(status: int, method: str) -> tuple[str, bool]:
    if status == 303:
        return ("HEAD" if method == "HEAD" else "GET"), False
    if status in (301, 302) and method == "POST":
        return "GET", False
    return method, True


def _resolve(base: URL, location: str, *, requote: bool) -> URL:
    if _CONTROLS.search(location):
        raise InvalidUrlRedirectClientError(
            show(location), "The redirect target holds control characters"
        )
    # Bytes that were no UTF-8 arrive as surrogates; percent-encoded they are what was meant.
    location = _SURROGATES.sub(_percent, location)
    scheme = _SCHEME.match(location)
    if scheme is not None:
        name = scheme[1].lower()
        if name not in ("http", "https"):
            raise NonHttpUrlRedirectClientError(show(location))
        if not location.startswith("//", scheme.end()) and name == base.scheme:
            # "http:/path" and "http:path" are relative to the current URL (WHATWG URL, ADD-215).
            location = location[scheme.end() :]
    if _EMPTY_AUTHORITY.match(location):
        raise InvalidUrlRedirectClientError(show(location), "The redirect target has no host")
    try:
        # The fragment is not inherited (ADD-217).
        target = base.with_fragment(None).join(URL(location, encoded=not requote))
        usable = _HOST.fullmatch(target.raw_host or "") is not None and target.port is not None
    except (ValueError, IndexError) as exc:  # yarl raises both
        raise InvalidUrlRedirectClientError(
            show(location), "Server attempted redirecting to a location that is no URL"
        ) from exc
    if not usable or target.scheme not in ("http", "https", "ws", "wss"):
        raise InvalidUrlRedirectClientError(show(location), "Invalid redirect URL origin")
    return target


def _percent(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        return f"%{code - 0xDC00:02X}"
    return "%EF%BF%BD"
