"""JSON as ``json.dumps`` and ``json.loads`` do it, without what their options cost on each call.

Laws
* Results and errors are those of the standard library: whatever is not the plain case is left to
  it, errors above all.
* The compiled build writes values of the plain types itself, subclasses never: a program may have
  told them how to look.
"""

import json
from json import encoder
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("decode_json", "encode_json")

_DEEP: Final = 64
"""Below so many levels the standard library goes on, which knows the limit of recursion."""

_scan: Final = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


def _make_encoder() -> Any:
    """Return the kernel of ``json.dumps``, which that makes anew each time; else ``None``."""
    make = getattr(encoder, "c_make_encoder", None)
    try:
        # Markers, which find circles, are left out: a circle ends in RecursionError.
        return make and make(
            None,
            json.JSONEncoder().default,
            encoder.encode_basestring_ascii,
            None,
            ": ",
            ", ",
            False,
            False,
            True,
        )
    except TypeError:
        return None


_encode: Final = _make_encoder()


def encode_json(data: Any) -> str:
    """Return *data* as JSON, as ``json.dumps(data)`` does."""
    if _encode is None:
        return json.dumps(data)
    try:
        if cython.compiled:
            pieces: list[str] = []
            _write(data, pieces, 0)
            return "".join(pieces)
        return "".join(_encode(data, 0))
    except Exception:
        # The standard library tells it in its own words.
        return json.dumps(data)


def _write(value: Any, pieces: list[str], depth: int) -> None:  # pragma: no cover (compiled only)
    """Append *value* in JSON; the compiled kernel."""
    kind = type(value)
    if kind is str:
        _write_text(value, pieces)
    elif value is None:
        pieces.append("null")
    elif value is True:
        pieces.append("true")
    elif value is False:
        pieces.append("false")
    elif kind is int or (kind is float and isfinite(value)):
        pieces.append(repr(value))
    elif kind is dict and depth < _DEEP:
        _write_object(value, pieces, depth + 1)
    elif (kind is list or kind is tuple) and depth < _DEEP:
        before = "["
        for item in value:
            pieces.append(before)
            _write(item, pieces, depth + 1)
            before = ", "
        pieces.append("]" if value else "[]")
    else:
        pieces.extend(_encode(value, 0))


def _write_object(
    value: dict[Any, Any], pieces: list[str], depth: int
) -> None:  # pragma: no cover (compiled only)
    for key in value:
        if type(key) is not str:
            pieces.extend(_encode(value, 0))
            return
    before = "{"
    for key, item in value.items():
        pieces.append(before)
        _write_text(key, pieces)
        pieces.append(": ")
        _write(item, pieces, depth)
        before = ", "
    pieces.append("}" if value else "{}")


def _write_text(text: str, pieces: list[str]) -> None:  # pragma: no cover (compiled only)
    for letter in text:
        if letter < " " or letter > "~" or letter == '"' or letter == "\\":
            pieces.append(encoder.encode_basestring_ascii(text))
            return
    pieces.append('"')
    pieces.append(text)
    pieces.append('"')


def decode_json(text: str) -> Any:
    """Return what *text* says in JSON, as ``json.loads(text)`` does."""
    try:
        value, end = _scan(text, 0)
    except (ValueError, TypeError, AttributeError, RecursionError, StopIteration):
        return json.loads(text)
    # White space around the value is rare between programs.
    return value if end == len(text) else json.loads(text)
