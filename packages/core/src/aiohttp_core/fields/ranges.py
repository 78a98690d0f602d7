"""Range, Content-Range (RFC 9110 section 14).

Positions are ASCII digits; numbers of 2**63 and more count as the largest position.  A set of
ranges is bounded in number and merged before anything is served, so that no request can ask for
more bytes than there are.
"""

import re
from typing import Final, NamedTuple

__all__ = (
    "MAX_RANGES",
    "ByteRange",
    "ContentRange",
    "RangeNotSatisfiable",
    "RangeSpec",
    "content_range_header",
    "parse_content_range",
    "parse_range",
    "parse_range_set",
    "satisfiable_ranges",
    "unsatisfied_range_header",
)

MAX_RANGES: Final = 16
"""The most ranges of one request that are served one by one."""

_MAX_POSITION: Final = 2**63 - 1

# RFC 9110 14.1.1: ranges-specifier = range-unit "=" range-set, of which only bytes are known here
_BYTES: Final = re.compile(r"[ \t]*+bytes[ \t]*+=", re.IGNORECASE | re.ASCII)
_UNIT: Final = re.compile(r"[ \t]*+[!#$%&'*+\-.^_`|~0-9A-Za-z]++[ \t]*+=")
_SINGLE: Final = re.compile(r"bytes=([0-9]*+)-([0-9]*+)", re.IGNORECASE | re.ASCII)
# 14.1.2: int-range / suffix-range
_SPEC: Final = re.compile(r"([0-9]*+)-([0-9]*+)")
# 14.4: Content-Range = range-unit SP ( range-resp / unsatisfied-range )
_CONTENT_RANGE: Final = re.compile(
    r"([!#$%&'*+\-.^_`|~0-9A-Za-z]++) (?:([0-9]{1,19})-([0-9]{1,19})|\*)/([0-9]{1,19}|\*)"
)


class RangeNotSatisfiable(ValueError):
    """No range of a request touches the representation: answer 416 (section 14.1.2)."""


class RangeSpec(NamedTuple):
    """One range as asked for: ``first``-``last`` inclusive, or the last ``last`` bytes.

    ``first`` is ``None`` for a suffix; ``last`` is ``None`` for an open end.
    """

    first: int | None
    last: int | None


class ByteRange(NamedTuple):
    """One range to serve: ``start`` inclusive, ``stop`` exclusive, never empty."""

    start: int
    stop: int


class ContentRange(NamedTuple):
    """A Content-Range: ``stop`` is exclusive, ``size`` ``None`` if unknown.

    ``start`` and ``stop`` are ``None`` in the answer to a range that could not be satisfied.
    """

    unit: str
    start: int | None
    stop: int | None
    size: int | None


def parse_range(text: str | None) -> slice:
    """Return the one byte range of a Range value as a slice; everything without one.

    The start is inclusive, the end exclusive; a suffix has a negative start.  Raises ValueError
    for another unit or syntax, several ranges, an empty range, and an end before the start.
    Source: spec rows WREQ-15, ADD-467.
    """
    if text is None:
        return slice(None, None, 1)
    found = _SINGLE.fullmatch(text)
    if found is None:
        raise ValueError("range not in acceptable format")
    spec = _spec(found[1], found[2])
    if spec.first is None:
        return slice(-(spec.last or 0), None, 1)
    return slice(spec.first, None if spec.last is None else spec.last + 1, 1)


def _spec(first: str, last: str) -> RangeSpec:
    start = _position(first)
    end = _position(last)
    if start is None and end is None:
        raise ValueError("No start or end of range specified")
    if start is None and end == 0:
        raise ValueError("range is empty")
    if start is not None and end is not None and start > end:
        raise ValueError("start cannot be after end")
    return RangeSpec(start, end)


def _position(digits: str) -> int | None:
    if len(digits) > 19:
        digits = digits.lstrip("0")
        if len(digits) > 19:
            return _MAX_POSITION
        digits = digits or "0"
    return min(int(digits), _MAX_POSITION) if digits else None


def parse_range_set(text: str, *, max_ranges: int = MAX_RANGES) -> list[RangeSpec] | None:
    """Return all byte ranges of a Range value, in order; ``None`` if it is to be ignored.

    ``None`` means: send the whole representation, because the ranges are too many or in a unit
    other than bytes (section 14.2: that must be ignored).  Raises ValueError if any element is
    malformed, for then the whole field is invalid.
    """
    head = _BYTES.match(text)
    if head is None:
        if _UNIT.match(text) is not None:
            return None
        raise ValueError("range not in acceptable format")
    pieces = text[head.end() :].split(",", max_ranges + 1)
    specs: list[RangeSpec] = []
    for piece in pieces[: max_ranges + 1]:
        plain = piece.strip(" \t")
        if not plain:
            continue
        found = _SPEC.fullmatch(plain)
        if found is None:
            raise ValueError("range not in acceptable format")
        specs.append(_spec(found[1], found[2]))
    if len(pieces) > max_ranges:
        return None
    if not specs:
        raise ValueError("No start or end of range specified")
    return specs


def satisfiable_ranges(specs: list[RangeSpec], size: int) -> list[ByteRange]:
    """Return what *specs* mean for a representation of *size* bytes: sorted, merged, not empty.

    Ranges that overlap or touch become one, so the sum never exceeds *size*.  A suffix longer than
    the representation is all of it; an end past the end is cut.  Raises RangeNotSatisfiable if
    nothing remains.
    """
    found: list[ByteRange] = []
    for first, last in specs:
        if first is None:
            start, stop = max(size - (last or 0), 0), size
        else:
            start, stop = first, size if last is None else min(last + 1, size)
        if start < stop:
            found.append(ByteRange(start, stop))
    if not found:
        raise RangeNotSatisfiable(f"no range lies within {size} bytes")
    found.sort()
    merged = [found[0]]
    for byte_range in found[1:]:
        previous = merged[-1]
        if byte_range.start <= previous.stop:
            merged[-1] = ByteRange(previous.start, max(previous.stop, byte_range.stop))
        else:
            merged.append(byte_range)
    return merged


def content_range_header(start: int, stop: int, size: int | None) -> str:
    """Write the Content-Range of bytes *start* to *stop* (exclusive) of *size* (``None``: unknown).

    Raises ValueError for an empty range or one outside of the size.
    """
    if not 0 <= start < stop or (size is not None and stop > size):
        raise ValueError(f"Impossible content range {start}-{stop} of {size}")
    return f"bytes {start}-{stop - 1}/{'*' if size is None else size}"


def unsatisfied_range_header(size: int) -> str:
    """Write the Content-Range of a 416 answer."""
    return f"bytes */{size}"


def parse_content_range(text: str | None) -> ContentRange | None:
    """Return a parsed Content-Range, or ``None`` for an absent or invalid one."""
    if text is None:
        return None
    found = _CONTENT_RANGE.fullmatch(text.strip(" \t"))
    if found is None:
        return None
    unit, first, last, complete = found.groups()
    size = None if complete == "*" else int(complete)
    if first is None:
        return None if size is None else ContentRange(unit.lower(), None, None, size)
    start, stop = int(first), int(last) + 1
    if start >= stop or (size is not None and stop > size):
        return None
    return ContentRange(unit.lower(), start, stop, size)
