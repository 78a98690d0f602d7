"""Keep-Alive (RFC 2068 section 19.7.1.1, as servers use it with HTTP/1.1)."""

import re
from typing import Final, NamedTuple

from aiohttp_core.fields.quoted import parse_parameters, split_list

__all__ = ("KeepAlive", "keep_alive_header", "parse_keep_alive")

_DIGITS: Final = re.compile(r"[0-9]{1,9}")


class KeepAlive(NamedTuple):
    """How long, in seconds, and for how many more requests a peer keeps a connection open."""

    timeout: int | None = None
    max: int | None = None


def parse_keep_alive(text: str | None) -> KeepAlive:
    """Return the hints of a Keep-Alive value; what is absent or malformed is ``None``."""
    hints: dict[str, int] = {}
    for element in split_list(text or ""):
        for name, value in parse_parameters(element):
            if _DIGITS.fullmatch(value) is not None:
                hints.setdefault(name, int(value))
    return KeepAlive(hints.get("timeout"), hints.get("max"))


def keep_alive_header(timeout: float, max_requests: int | None = None) -> str:
    """Write a Keep-Alive value; the timeout is cut to whole seconds, never promised longer."""
    if timeout < 0 or (max_requests is not None and max_requests < 0):
        raise ValueError("Keep-Alive values cannot be negative")
    text = f"timeout={int(timeout)}"
    return text if max_requests is None else f"{text}, max={max_requests}"
