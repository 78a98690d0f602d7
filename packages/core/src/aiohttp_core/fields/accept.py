"""Content negotiation: Accept, Accept-Encoding and their q-values (RFC 9110 section 12)."""

import re
from collections.abc import Sequence
from typing import Final

from aiohttp_core.fields.quoted import ascii_lower, parse_parameters, split_list

__all__ = ("choose_coding", "choose_media_type", "coding_quality", "parse_accept")

# 12.4.2: qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ).  More digits do no harm.
_QVALUE: Final = re.compile(r"0?\.[0-9]{1,9}|0\.?|1(?:\.0{0,9})?")

# The most elements of one list that are looked at.
_MAX_ELEMENTS: Final = 128


def parse_accept(text: str) -> list[tuple[str, float]]:
    """Return ``(lowered value, quality)`` for each element of an Accept-like field, in order.

    Parameters other than ``q`` are dropped; an element whose q-value is malformed is left out.
    """
    ranges: list[tuple[str, float]] = []
    for element in split_list(text)[:_MAX_ELEMENTS]:
        value, _, rest = element.partition(";")
        quality = 1.0
        for name, parameter in parse_parameters(rest) if rest else ():
            if name == "q":
                quality = float(parameter) if _QVALUE.fullmatch(parameter) is not None else -1.0
                break
        plain = ascii_lower(value.strip(" \t"))
        if plain and quality >= 0:
            ranges.append((plain, quality))
    return ranges


def coding_quality(accepted: Sequence[tuple[str, float]], coding: str) -> float:
    """Return how welcome *coding* is among parsed Accept-Encoding elements (section 12.5.3).

    ``x-gzip`` means gzip.  ``*`` stands for what is not listed; ``identity`` is always welcome
    (quality 0.001) unless it or ``*`` is listed otherwise.
    """
    wildcard = -1.0
    for name, quality in accepted:
        if name == coding or (name == "x-gzip" and coding == "gzip"):
            return quality
        if name == "*":
            wildcard = quality
    if wildcard >= 0:
        return wildcard
    return 0.001 if coding == "identity" else 0.0


def choose_coding(accept_encoding: str | None, available: Sequence[str]) -> str | None:
    """Return the coding of *available*, in the server's order of preference, that suits best.

    The highest q-value wins, the server's order breaks ties; ``None`` means: send it uncoded.
    Without the field nothing is coded: section 12.5.3 would allow it, but who does not ask may
    not understand.  Source: spec rows WRSP-06, ADD-075, ADD-1104.
    """
    if not accept_encoding:
        return None
    accepted = parse_accept(accept_encoding)
    best: str | None = None
    best_quality = 0.0
    for coding in available:
        quality = coding_quality(accepted, coding)
        if quality > best_quality:
            best, best_quality = coding, quality
    if best is None or best == "identity":
        return None
    # Plain data that is listed as more welcome than the best coding goes out plain.
    return None if coding_quality(accepted, "identity") > best_quality else best


def choose_media_type(accept: str | None, offers: Sequence[str]) -> str | None:
    """Return the media type of *offers* that an Accept value likes best, or ``None`` for none.

    The most specific range decides the quality of an offer (section 12.5.1); the order of *offers*
    breaks ties.  Without Accept everything is acceptable, so the first offer is returned.
    """
    if not offers:
        return None
    if accept is None or not accept.strip(" \t"):
        return offers[0]
    accepted = parse_accept(accept)
    best: str | None = None
    best_quality = 0.0
    for offer in offers:
        plain = ascii_lower(offer.partition(";")[0].strip(" \t"))
        quality = _media_quality(accepted, plain)
        if quality > best_quality:
            best, best_quality = offer, quality
    return best


def _media_quality(accepted: Sequence[tuple[str, float]], media_type: str) -> float:
    family = media_type.partition("/")[0] + "/*"
    specificity = {media_type: 3, family: 2, "*/*": 1, "*": 1}
    best, quality = 0, 0.0
    for value, weight in accepted:
        rank = specificity.get(value, 0)
        if rank > best:
            best, quality = rank, weight
    return quality
