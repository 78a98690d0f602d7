"""HTTP dates (RFC 9110 section 5.6.7).

Always English and always GMT.  Reading takes the three formats of the grammar, the day of the week
unchecked, and never raises.  The text of the current second is made once per second.
"""

import re
import time
from calendar import timegm
from datetime import UTC, datetime
from math import ceil
from typing import Final

__all__ = ("format_http_date", "format_last_modified", "http_date_now", "parse_http_date")

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_MONTH_NUMBERS: Final = {name.lower(): number for number, name in enumerate(_MONTHS, 1)}

_CLOCK: Final = r"([0-9]{2}):([0-9]{2}):([0-9]{2})"
# IMF-fixdate = day-name "," SP date1 SP time-of-day SP GMT
_FIXDATE: Final = re.compile(
    rf"[A-Z][a-z]{{2}}, ?([0-9]{{1,2}}) ([A-Z][a-z]{{2}}) ([0-9]{{4}}) {_CLOCK} (?:GMT|UTC)",
    re.IGNORECASE | re.ASCII,
)
# rfc850-date = day-name-l "," SP date2 SP time-of-day SP GMT
_RFC850: Final = re.compile(
    rf"[A-Z]{{3,9}}, ?([0-9]{{1,2}})-([A-Z]{{3}})-([0-9]{{4}}|[0-9]{{2}}) {_CLOCK} (?:GMT|UTC)",
    re.IGNORECASE | re.ASCII,
)
# asctime-date = day-name SP date3 SP time-of-day SP year
_ASCTIME: Final = re.compile(
    rf"[A-Z]{{3}} ([A-Z]{{3}}) ([ 0-9][0-9]|[0-9]) {_CLOCK} ([0-9]{{4}})",
    re.IGNORECASE | re.ASCII,
)


def parse_http_date(text: str | None) -> datetime | None:
    """Return the instant of an HTTP date, in UTC, or ``None`` if there is none or it is invalid.

    A two-digit year that would lie more than 50 years ahead belongs to the past century.
    """
    if text is None or len(text) > 64:
        return None
    if (found := _FIXDATE.fullmatch(text) or _RFC850.fullmatch(text)) is not None:
        day, month, year, *clock = found.groups()
    elif (found := _ASCTIME.fullmatch(text)) is not None:
        month, day, *clock, year = found.groups()
    else:
        return None
    number = _MONTH_NUMBERS.get(month.lower())
    if number is None:
        return None
    full_year = int(year)
    if len(year) == 2:
        this_year = time.gmtime().tm_year
        full_year += this_year // 100 * 100
        if full_year > this_year + 50:
            full_year -= 100
    hour, minute, second = map(int, clock)
    if second == 60:  # a leap second, legal in the grammar, unknown to datetime
        second = 59
    try:
        return datetime(full_year, number, int(day), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def format_http_date(timestamp: float) -> str:
    """Return the IMF-fixdate of *timestamp* (seconds since 1970), a fraction cut off.

    Raises ValueError or OverflowError outside of the years that the platform knows.
    """
    year, month, day, hour, minute, second, weekday, *_ = time.gmtime(timestamp)
    return (
        f"{_DAYS[weekday]}, {day:02} {_MONTHS[month - 1]} {year:04} "
        f"{hour:02}:{minute:02}:{second:02} GMT"
    )


def format_last_modified(value: float | datetime | str) -> str:
    """Return the Last-Modified text of a time: numbers and datetimes are rounded *up* to a second.

    A naive datetime counts as UTC; a ``str`` comes back as it is.  Raises TypeError for other
    types.  Source: spec rows WRSP-14, ADD-504.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        moment = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        utc = moment.astimezone(UTC)
        return format_http_date(timegm(utc.timetuple()) + (1 if utc.microsecond else 0))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format_http_date(ceil(value))
    raise TypeError(f"Unsupported type for last_modified: {type(value).__name__}")


class _CurrentDate:
    """The Date text of the current second."""

    __slots__ = ("_second", "_text")

    def __init__(self) -> None:
        self._second = 0
        self._text = ""

    def text(self) -> str:
        """Return the text of the current second for a Date field; made once per second."""
        second = int(time.time())
        if second != self._second:
            # Text first: a thread that sees the new second must not see the old text.
            self._text = format_http_date(second)
            self._second = second
        return self._text


http_date_now: Final = _CurrentDate().text
