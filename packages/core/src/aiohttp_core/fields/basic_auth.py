"""Basic authentication: the Authorization value (RFC 7617).

Credentials never appear in an error text.
"""

import base64
import binascii
from typing import Final, NamedTuple

from aiohttp_core.fields.quoted import ascii_lower

__all__ = ("BasicCredentials", "decode_basic_auth", "encode_basic_auth")

_MAX_LENGTH: Final = 65536


class BasicCredentials(NamedTuple):
    """Login and password of an Authorization field."""

    login: str
    password: str

    def __repr__(self) -> str:
        return f"BasicCredentials(login={self.login!r}, password=<hidden>)"


def encode_basic_auth(login: str, password: str = "", encoding: str = "utf-8") -> str:
    """Return ``Basic <base64>`` for *login* and *password*.

    Raises ValueError if either is ``None``, for a colon in *login*, which ends it on the wire, and
    for text that *encoding* cannot express.  Source: spec row ADD-126.
    """
    if login is None:
        raise ValueError("None is not allowed as login value")
    if password is None:
        raise ValueError("None is not allowed as password value")
    if ":" in login:
        raise ValueError('A ":" is not allowed in login (RFC 7617 section 2)')
    pair = f"{login}:{password}".encode(encoding)
    return "Basic " + base64.b64encode(pair).decode("ascii")


def decode_basic_auth(value: str, encoding: str = "latin1") -> BasicCredentials:
    """Return the credentials of an Authorization *value*.

    Raises ValueError without a blank, for another scheme, for bad Base64 and without a colon.
    Source: spec rows AUTH-02, ADD-128.
    """
    scheme, blank, token = value.partition(" ")
    if not blank or len(value) > _MAX_LENGTH:
        raise ValueError("Could not parse authorization header.")
    if ascii_lower(scheme) != "basic":
        raise ValueError(f"Unknown authorization method {scheme[:40]!r}")
    try:
        pair = base64.b64decode(token.strip(" \t").encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError("Invalid base64 encoding.") from None
    login, colon, password = pair.decode(encoding).partition(":")
    if not colon:
        raise ValueError("Invalid credentials.")
    return BasicCredentials(login, password)
