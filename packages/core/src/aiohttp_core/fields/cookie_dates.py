"""The date of a cookie's Expires attribute (RFC 6265bis section 5.1.1).

The algorithm takes day, month, year and time wherever they stand between delimiters, so it reads
every format in use.  Its grammar is ASCII: other digits are no digits.  Pure; one pass.
"""

import re
from datetime import UTC, datetime
from typing import Final

__all__ = ("parse_cookie_date",)

_MAX_LENGTH: Final = 1024

# RFC 6265bis 5.1.1: date-token = 1*non-delimiter
_DATE_TOKEN: Final = re.compile(r"[^\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
# time = time-field ":" time-field ":" time-field [ non-digit *OCTET ]
_TIME: Final = re.compile(r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?![0-9])")
# day-of-month = 1*2DIGIT [ non-digit *OCTET ]
_DAY: Final = re.compile(r"([0-9]{1,2})(?![0-9])")
# The first three letters decide: month = ( "jan" / "feb" / ... ) *OCTET
_MONTH_NAMES: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_MONTHS: Final = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
# year = 2*4DIGIT [ non-digit *OCTET ]
_YEAR: Final = re.compile(r"([0-9]{2,4})(?![0-9])")


def parse_cookie_date(text: str) -> datetime | None:
    """Return the instant that *text* names, in UTC, or ``None`` if it names none.

    Zone names and offsets are not looked at, as the algorithm says.  Two-digit years are
    1970-1999 and 2000-2069; years before 1601 and impossible dates or times give ``None``.
    """
    if len(text) > _MAX_LENGTH:
        return None
    clock: tuple[int, int, int] | None = None
    day = month = year = 0
    has_year = False
    for token in _DATE_TOKEN.findall(text):
        if clock is None and (found := _TIME.match(token)) is not None:
            clock = int(found[1]), int(found[2]), int(found[3])
        elif not day and (found := _DAY.match(token)) is not None:
            day = int(found[1])
            if not day:
                return None
        elif not month and (number := _MONTHS.get(token[:3].lower(), 0)):
            month = number
        elif not has_year and (found := _YEAR.match(token)) is not None:
            year = int(found[1])
            has_year = True
    if clock is None or not (day and month and has_year):
        return None
    if 70 <= year <= 99:
        year += 1900
    elif year <= 69:
        year += 2000
    if year < 1601:
        return None
    try:
        return datetime(year, month, day, *clock, tzinfo=UTC)
    except ValueError:
        return None
