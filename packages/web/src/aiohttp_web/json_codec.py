"""JSON as ``json.dumps`` and ``json.loads`` do it, without what their options cost on each call.

Laws
* Results and errors are those of the standard library: whatever is not the plain case, errors
  above all, is done again by it.
"""

import json
from json import encoder
from typing import Any, Final

__all__ = ("decode_json", "encode_json")

_raw_decode: Final = json.JSONDecoder().raw_decode


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
        return "".join(_encode(data, 0))
    except Exception:
        # The standard library tells it in its own words.
        return json.dumps(data)


def decode_json(text: str) -> Any:
    """Return what *text* says in JSON, as ``json.loads(text)`` does."""
    try:
        value, end = _raw_decode(text)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return json.loads(text)
    # White space around the value is rare between programs.
    return value if end == len(text) else json.loads(text)
