"""The opening handshake of RFC 6455 section 4, as pure functions over header fields.

Laws
* Nothing is sent or closed here: a broken handshake raises :class:`WSHandshakeError` with the rule,
  and the shell makes 400 (server) or ``WSServerHandshakeError`` (client) of it.
* Tokens are compared as ASCII, so that letters which merely lower-case to ASCII never match.
* Whoever was offered something answers with one of it or with nothing.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from multidict import CIMultiDict, CIMultiDictProxy

from aiohttp_core.serializer import check_field
from aiohttp_websocket.deflate_params import (
    MAX_BITS,
    DeflateParams,
    accept_answer,
    choose_offer,
    offer_header,
)
from aiohttp_websocket.types import WSHandshakeError

__all__ = (
    "WS_KEY",
    "ClientHandshake",
    "ServerHandshake",
    "accept_request",
    "accept_value",
    "check_response",
    "new_key",
    "request_headers",
)

WS_KEY: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""What a server adds to the key of a client (RFC 6455 section 1.3)."""
VERSIONS: Final = ("13", "8", "7")
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")

Fields = CIMultiDict[str] | CIMultiDictProxy[str]
Headers = Fields | Mapping[str, str] | Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ServerHandshake:
    """What the server answers: fields of the 101 response, and what was agreed upon."""

    headers: "CIMultiDict[str]"
    protocol: str | None
    deflate: DeflateParams | None
    unknown_protocols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClientHandshake:
    """What the client learned from the 101 response."""

    protocol: str | None
    deflate: DeflateParams | None


def _fields(headers: Headers) -> Fields:
    """Return fields whose names are found in any case."""
    if isinstance(headers, (CIMultiDict, CIMultiDictProxy)):
        return headers
    return CIMultiDict(headers)


def _tokens(headers: Fields, name: str) -> list[str]:
    return [
        token.strip(" \t")
        for value in headers.getall(name, ())
        for token in value.split(",")
        if token.strip(" \t")
    ]


def _is(text: str, token: str) -> bool:
    return text.isascii() and text.lower() == token


def accept_value(key: str) -> str:
    """Return ``Sec-WebSocket-Accept`` for a key (RFC 6455 section 4.2.2)."""
    digest = hashlib.sha1(key.encode("ascii") + WS_KEY, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode("ascii")


def new_key() -> str:
    """Return a fresh ``Sec-WebSocket-Key``: sixteen random bytes in base64."""
    return base64.b64encode(os.urandom(16)).decode("ascii")


def _check_key(key: str | None) -> str:
    try:
        if key is None or len(base64.b64decode(key.encode("ascii"), validate=True)) != 16:
            raise WSHandshakeError(f"Handshake error: {str(key)[:50]!r}")
    except (binascii.Error, UnicodeEncodeError):
        raise WSHandshakeError(f"Handshake error: {str(key)[:50]!r}") from None
    return key


def accept_request(
    headers: Headers, protocols: Sequence[str] = (), *, compress: bool = True
) -> ServerHandshake:
    """Server side: check a request's fields and make the answer.

    *headers* may be any mapping, or pairs if a name comes several times.
    *protocols* are the subprotocols the server knows; the first of the client's list that is among
    them is chosen.  Raises :class:`WSHandshakeError` (spec row ADD-638); after a version that is
    not known its ``headers`` tell which ones are (RFC 6455 section 4.4).
    """
    headers = _fields(headers)
    upgrade = headers.get("Upgrade", "").strip(" \t")
    if not _is(upgrade, "websocket"):
        raise WSHandshakeError(
            f"No WebSocket UPGRADE hdr: {upgrade[:50]!r}\n Can upgrade only to WebSocket."
        )
    if not any(_is(token, "upgrade") for token in _tokens(headers, "Connection")):
        raise WSHandshakeError(f"No CONNECTION upgrade hdr: {headers.get('Connection', '')[:50]!r}")
    version = headers.get("Sec-WebSocket-Version", "")
    if version not in VERSIONS:
        raise WSHandshakeError(
            f"Unsupported version: {version[:20]!r}",
            {"Sec-WebSocket-Version": ", ".join(VERSIONS)},
        )
    key = _check_key(headers.get("Sec-WebSocket-Key"))
    offered = _tokens(headers, "Sec-WebSocket-Protocol")
    protocol = next((name for name in offered if name in protocols), None)
    answer = CIMultiDict(
        {"Upgrade": "websocket", "Connection": "upgrade", "Sec-WebSocket-Accept": accept_value(key)}
    )
    if protocol is not None:
        answer["Sec-WebSocket-Protocol"] = protocol
    chosen = choose_offer(headers.getall("Sec-WebSocket-Extensions", ())) if compress else None
    if chosen is not None:
        answer["Sec-WebSocket-Extensions"] = chosen[1]
    missed = tuple(offered) if protocols and offered and protocol is None else ()
    return ServerHandshake(answer, protocol, chosen[0] if chosen else None, missed)


def request_headers(
    key: str, *, protocols: Sequence[str] = (), origin: str | None = None, compress: int = 0
) -> "CIMultiDict[str]":
    """Client side: the fields of the request (spec row ADD-642).

    *compress* is 0 for none or the window bits 9 to 15.  Raises ``ValueError`` for other bits and
    for a subprotocol that is no token and an origin that would break the head.
    """
    headers = CIMultiDict(
        {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": key,
        }
    )
    for name in protocols:
        if _TOKEN.match(name) is None:
            raise ValueError(f"Subprotocol is no token: {name!r}")
    if protocols:
        headers["Sec-WebSocket-Protocol"] = ",".join(protocols)
    if origin is not None:
        check_field("Origin", origin)
        headers["Origin"] = origin
    if compress:
        headers["Sec-WebSocket-Extensions"] = offer_header(compress)
    return headers


def check_response(
    status: int,
    headers: Headers,
    key: str,
    *,
    protocols: Sequence[str] = (),
    compress: int = 0,
) -> ClientHandshake:
    """Client side: check the answer to a request made with :func:`request_headers`.

    *headers* may be any mapping, or pairs if a name comes several times.
    Raises :class:`WSHandshakeError` naming the first field that is wrong (RFC 6455 section 4.1).
    """
    headers = _fields(headers)
    if status != 101:
        raise WSHandshakeError("Invalid response status")
    if not _is(headers.get("Upgrade", "").strip(" \t"), "websocket"):
        raise WSHandshakeError("Invalid upgrade header")
    if not any(_is(token, "upgrade") for token in _tokens(headers, "Connection")):
        raise WSHandshakeError("Invalid connection header")
    accept = headers.get("Sec-WebSocket-Accept", "").strip(" \t")
    if not hmac.compare_digest(
        accept.encode("utf-8", "surrogateescape"), accept_value(key).encode()
    ):
        raise WSHandshakeError("Invalid challenge response")
    answered = _tokens(headers, "Sec-WebSocket-Protocol")
    protocol = answered[0] if answered else None
    if len(answered) > 1 or (protocol is not None and protocol not in protocols):
        raise WSHandshakeError("Subprotocol was not offered")
    extensions = headers.getall("Sec-WebSocket-Extensions", ())
    if extensions and not compress:
        raise WSHandshakeError("Extension was not offered")
    deflate = accept_answer(extensions, offered_bits=compress or MAX_BITS)
    return ClientHandshake(protocol, deflate)
