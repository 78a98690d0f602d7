"""Cookies on disk: JSON, private to the user (spec rows ADD-265, ADD-266).

Laws
* A cookie file holds secrets: it is created with mode 0600 and replaces the old one in one step,
  so that a crash leaves the old or the new file, never half of one.
* Reading believes nothing: every type is checked, nothing is executed.  The pickle files of
  aiohttp before 3.14 are recognised and refused (CVE-2026-34993).
"""

import json
import os
import tempfile
from collections.abc import Iterable
from http.cookies import CookieError, Morsel
from pathlib import Path
from typing import Any, Final

from aiohttp_client.cookie_store import SHARED, StoredCookie
from aiohttp_core.fields.cookies import make_morsel

__all__ = ("dump_cookies", "parse_cookies", "read_cookie_file", "write_cookie_file")

_ATTRIBUTES: Final = (
    "expires",
    "path",
    "comment",
    "domain",
    "max-age",
    "secure",
    "httponly",
    "version",
    "samesite",
    "partitioned",
)
_MAX_BYTES: Final = 64 * 1024 * 1024


def dump_cookies(cookies: Iterable[StoredCookie]) -> str:
    """Return *cookies* as JSON text: ``domain|path`` → name → cookie.

    The path in the key has no trailing slash, as in files of aiohttp 3.14; of cookies that differ
    in nothing else the later one gets a key with a slash.  The path that counts is in the cookie.
    """
    data: dict[str, dict[str, dict[str, Any]]] = {}
    for cookie in cookies:
        key = f"{cookie.domain}|{cookie.path.rstrip('/')}"
        group = data.setdefault(key, {})
        while cookie.name in group:
            key += "/"
            group = data.setdefault(key, {})
        morsel = cookie.morsel
        entry: dict[str, Any] = {
            "key": morsel.key,
            "value": morsel.value,
            "coded_value": morsel.coded_value,
        }
        entry.update((name, morsel[name]) for name in _ATTRIBUTES if morsel.get(name))
        if cookie.host_only:
            entry["host_only"] = True
        if cookie.expires is not None:
            entry["expires_timestamp"] = cookie.expires
        group[cookie.name] = entry
    return json.dumps(data, indent=2)


def write_cookie_file(path: str | os.PathLike[str], text: str) -> None:
    """Replace the file *path* by one that holds *text* and that only the user can read."""
    target = Path(path)
    descriptor, temporary = tempfile.mkstemp(
        prefix=f".{target.name}.", dir=target.parent, text=True
    )
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_cookie_file(path: str | os.PathLike[str]) -> list[StoredCookie]:
    """Return the cookies of the file *path*.

    ``OSError`` if it cannot be read, ``ValueError`` if it is no cookie file.
    """
    with Path(path).open("rb") as file:
        raw = file.read(_MAX_BYTES + 1)
    if len(raw) > _MAX_BYTES:
        raise ValueError(f"a cookie file has at most {_MAX_BYTES} bytes")
    if raw[:1] == b"\x80" or raw.startswith((b"(dp", b"ccollections\n", b"c__builtin__\n")):
        raise ValueError(
            "this is a pickle file, as aiohttp wrote before 3.14; "
            "it is not loaded because a pickle can execute code"
        )
    return parse_cookies(raw)


def parse_cookies(raw: str | bytes) -> list[StoredCookie]:
    """Return the cookies of JSON text; what breaks the format raises ``ValueError``."""
    try:
        data = json.loads(raw)
    except RecursionError:
        raise ValueError("the cookie file is nested too deeply") from None
    if not isinstance(data, dict):
        raise ValueError("a cookie file holds a JSON object")
    cookies: list[StoredCookie] = []
    for key, group in data.items():
        domain, bar, key_path = key.partition("|")
        if not bar or not isinstance(group, dict):
            raise ValueError(f"the cookie file has a malformed group {key[:80]!r}")
        cookies.extend(_parse_cookie(domain, key_path, entry) for entry in group.values())
    return cookies


def _parse_cookie(domain: str, key_path: str, entry: object) -> StoredCookie:
    if not isinstance(entry, dict):
        raise ValueError("the cookie file holds a cookie that is no object")
    key, value, coded = entry.get("key"), entry.get("value"), entry.get("coded_value")
    if not (isinstance(key, str) and isinstance(value, str) and isinstance(coded, str)):
        raise ValueError("the cookie file holds a cookie without key or value")
    morsel: Morsel[str] = make_morsel(key, value, coded, any_name=True)
    for name in _ATTRIBUTES:
        attribute = entry.get(name)
        if not attribute:
            continue
        if not isinstance(attribute, (str, bool, int)):
            raise ValueError(f"the cookie file holds a malformed attribute {name}")
        try:
            morsel[name] = attribute
        except CookieError:
            # An older Python does not know the attribute (spec row ADD-834).
            continue
    expires = entry.get("expires_timestamp")
    if expires is not None and (isinstance(expires, bool) or not isinstance(expires, (int, float))):
        raise ValueError("the cookie file holds a malformed expires_timestamp")
    path = morsel["path"] or key_path or "/"
    if not isinstance(path, str) or not path.startswith("/"):
        raise ValueError("the cookie file holds a malformed path")
    morsel["path"] = path
    morsel["domain"] = domain
    return StoredCookie(
        domain=domain.lower() if domain != SHARED else SHARED,
        path=path,
        name=morsel.key,
        morsel=morsel,
        host_only=entry.get("host_only") is True,
        secure=bool(morsel["secure"]),
        expires=expires,
    )
