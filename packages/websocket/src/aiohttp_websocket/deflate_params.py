"""Negotiation of permessage-deflate (RFC 7692 section 7.1), as pure functions.

Laws
* An offer or answer is parsed strictly: unknown, repeated or malformed parameters make that offer
  unusable (server) or fail the handshake (client).
* The server takes the first offer it can honour; it never answers with a parameter that the offer
  does not allow.
* Window bits are plain digits 8 to 15 without a leading zero.  zlib cannot make a raw stream with a
  window of 8, so as a window for *our* compressor 8 is raised to 9 where the peer leaves the choice
  to us, and such an offer is declined where it does not.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from aiohttp_websocket.types import WSHandshakeError

__all__ = (
    "DeflateParams",
    "accept_answer",
    "check_window",
    "choose_offer",
    "offer_header",
    "ws_ext_gen",
    "ws_ext_parse",
)

EXTENSION: Final = "permessage-deflate"
MIN_BITS, MAX_BITS = 9, 15
MAX_OFFERS: Final = 16

# RFC 6455 section 9.1: extension-param = token [ "=" (token | quoted-string) ]
_TCHARS: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_PARAM: Final = re.compile(rf'[ \t]*({_TCHARS})[ \t]*(?:=[ \t]*("?)({_TCHARS})\2[ \t]*)?\Z')
_BITS: Final = re.compile(r"(?:8|9|1[0-5])\Z")


@dataclass(frozen=True, slots=True)
class DeflateParams:
    """What was agreed upon: window bits and context takeover for each direction."""

    server_bits: int = MAX_BITS
    client_bits: int = MAX_BITS
    server_no_context_takeover: bool = False
    client_no_context_takeover: bool = False


def check_window(bits: int) -> None:
    """Raise ``ValueError`` unless zlib can compress with a window of *bits* bits: 9 to 15."""
    if not MIN_BITS <= bits <= MAX_BITS:
        raise ValueError(f"Compress wbits must be between {MIN_BITS} and {MAX_BITS}, not {bits}")


def _parameters(text: str) -> dict[str, str | None] | None:
    """Parameters of one extension, or ``None`` where it is not a well-formed permessage-deflate."""
    name, *parts = text.split(";")
    if name.strip(" \t").lower() != EXTENSION:
        return None
    found: dict[str, str | None] = {}
    for part in parts:
        match = _PARAM.match(part)
        if match is None or match[1].lower() in found:
            return None
        found[match[1].lower()] = match[3]
    return found


def _bits(value: str | None) -> int | None:
    return int(value) if value is not None and _BITS.match(value) else None


def _accept_offer(offer: dict[str, str | None]) -> tuple[DeflateParams, str] | None:
    """Parameters and answer for one offer, or ``None`` where it cannot be honoured."""
    server_bits = MAX_BITS
    server_no_takeover = client_no_takeover = False
    answer = [EXTENSION]
    for name, value in offer.items():
        if name == "server_no_context_takeover" and value is None:
            server_no_takeover = True
            answer.append(name)
        elif name == "client_no_context_takeover" and value is None:
            client_no_takeover = True
            answer.append(name)
        elif name == "server_max_window_bits":
            bits = _bits(value)
            if bits is None or bits < MIN_BITS:
                return None
            server_bits = bits
            answer.append(f"{name}={bits}")
        elif name == "client_max_window_bits":
            # A hint only: our inflater takes any window, so nothing needs to be answered.
            if value is not None and _bits(value) is None:
                return None
        else:
            return None
    params = DeflateParams(server_bits, MAX_BITS, server_no_takeover, client_no_takeover)
    return params, "; ".join(answer)


def choose_offer(header_values: Iterable[str]) -> tuple[DeflateParams, str] | None:
    """Server side: choose from the ``Sec-WebSocket-Extensions`` of a request.

    Returns the parameters and the text of the answer, or ``None`` for no compression.
    """
    offers = [offer for value in header_values for offer in value.split(",")]
    for text in offers[:MAX_OFFERS]:
        offer = _parameters(text)
        if offer is not None:
            accepted = _accept_offer(offer)
            if accepted is not None:
                return accepted
    return None


def offer_header(bits: int = MAX_BITS, *, no_context_takeover: bool = False) -> str:
    """Client side: the offer, as ``ws_connect(compress=bits)`` asks for it.

    Raises ``ValueError`` for bits outside 9 to 15.
    """
    check_window(bits)
    parts = [EXTENSION, "client_max_window_bits"]
    if bits < MAX_BITS:
        parts.append(f"server_max_window_bits={bits}")
    if no_context_takeover:
        parts += ["client_no_context_takeover", "server_no_context_takeover"]
    return "; ".join(parts)


def accept_answer(
    header_values: Iterable[str], *, offered_bits: int = MAX_BITS
) -> DeflateParams | None:
    """Client side: what the server chose, or ``None`` where it named no extension.

    Raises :class:`WSHandshakeError` for anything that was not offered.
    """
    answers = [text for value in header_values for text in value.split(",")]
    if not answers:
        return None
    if len(answers) > 1:
        raise WSHandshakeError("The server answered with more than one extension")
    answer = _parameters(answers[0])
    if answer is None:
        raise WSHandshakeError(f"Extension not offered or malformed: {answers[0][:100]!r}")
    server_bits = client_bits = MAX_BITS
    for name, value in answer.items():
        if name in ("server_no_context_takeover", "client_no_context_takeover"):
            if value is not None:
                raise WSHandshakeError(f"Parameter {name} takes no value")
        elif name in ("server_max_window_bits", "client_max_window_bits"):
            bits = _bits(value)
            if bits is None or (name.startswith("client") and bits < MIN_BITS):
                raise WSHandshakeError(f"Invalid window size in {name}: {str(value)[:20]!r}")
            if name.startswith("server"):
                if bits > offered_bits:
                    raise WSHandshakeError("The server's window is larger than the one offered")
                server_bits = bits
            else:
                client_bits = bits
        else:
            raise WSHandshakeError(f"Extension parameter was not offered: {name[:50]!r}")
    return DeflateParams(
        server_bits,
        client_bits,
        "server_no_context_takeover" in answer,
        "client_no_context_takeover" in answer,
    )


def ws_ext_gen(compress: int = 15, isserver: bool = False, server_notakeover: bool = False) -> str:
    """Return an extension header; historical interface (spec row ADD-993)."""
    check_window(compress)
    parts = [EXTENSION]
    if not isserver:
        parts.append("client_max_window_bits")
    if compress < MAX_BITS:
        parts.append(f"server_max_window_bits={compress}")
    if server_notakeover:
        parts.append("server_no_context_takeover")
    return "; ".join(parts)


def ws_ext_parse(extstr: str | None, isserver: bool = False) -> tuple[int, bool]:
    """Return ``(window bits or 0, no context takeover)`` for the local side; historical interface.

    Raises :class:`WSHandshakeError` on the client side for an answer that was not offered.
    """
    if not extstr:
        return 0, False
    if isserver:
        chosen = choose_offer([extstr])
        if chosen is None:
            return 0, False
        return chosen[0].server_bits, chosen[0].server_no_context_takeover
    params = accept_answer([extstr])
    if params is None:
        return 0, False
    return params.client_bits, params.client_no_context_takeover
