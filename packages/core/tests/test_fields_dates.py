"""HTTP dates."""

import locale
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_core.fields.dates import (
    format_http_date,
    format_last_modified,
    http_date_now,
    parse_http_date,
)

MOMENT = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "sun, 06 nov 1994 08:49:37 gmt",
        "Sun,06 Nov 1994 08:49:37 GMT",
        "Mon, 6 Nov 1994 08:49:37 UTC",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun, 06-Nov-1994 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun Nov 06 08:49:37 1994",
    ],
)
@pytest.mark.spec("WREQ-16")
def test_three_formats(text: str) -> None:
    assert parse_http_date(text) == MOMENT


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "yesterday",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 PST",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Xyz 1994 08:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, 0\u0666 Nov 1994 08:49:37 GMT",
        "\u017fun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        '"x"',
    ],
)
@pytest.mark.spec("WREQ-16", "ADD-468", "ADD-531")
def test_invalid_dates_are_none(text: str | None) -> None:
    assert parse_http_date(text) is None


def test_two_digit_years_lie_at_most_fifty_years_ahead() -> None:
    this_year = datetime.now(UTC).year
    for year in range(this_year - 49, this_year + 51):
        parsed = parse_http_date(f"Sunday, 01-Jan-{year % 100:02} 00:00:00 GMT")
        assert parsed is not None
        assert parsed.year == year


def test_leap_second() -> None:
    assert parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT") == datetime(
        2016, 12, 31, 23, 59, 59, tzinfo=UTC
    )


@given(st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC)))
@pytest.mark.spec("ADD-135")
def test_round_trip(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    text = format_http_date(moment.timestamp())
    assert text == format_datetime(moment, usegmt=True)
    assert parse_http_date(text) == moment


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (0.1, "Thu, 01 Jan 1970 00:00:01 GMT"),
        (1.0, "Thu, 01 Jan 1970 00:00:01 GMT"),
        (MOMENT, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (MOMENT.replace(microsecond=1), "Sun, 06 Nov 1994 08:49:38 GMT"),
        (MOMENT.replace(tzinfo=None), "Sun, 06 Nov 1994 08:49:37 GMT"),
        (MOMENT.astimezone(timezone(timedelta(hours=5))), "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("anything", "anything"),
    ],
)
@pytest.mark.spec("WRSP-14", "ADD-504", "ADD-890")
def test_last_modified(value: Any, expected: str) -> None:
    assert format_last_modified(value) == expected


@pytest.mark.parametrize("value", [None, b"x", [], True])
@pytest.mark.spec("ADD-504")
def test_last_modified_refuses_other_types(value: Any) -> None:
    with pytest.raises(TypeError, match="Unsupported type for last_modified"):
        format_last_modified(value)


@pytest.mark.spec("ADD-135")
def test_date_is_made_once_per_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 784111777.9
    monkeypatch.setattr("time.time", lambda: now)
    first = http_date_now()
    assert first == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert http_date_now() is first
    now = 784111778.0
    assert http_date_now() == "Sun, 06 Nov 1994 08:49:38 GMT"


@pytest.mark.spec("ADD-135")
def test_date_is_english_in_any_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    before = locale.setlocale(locale.LC_TIME)
    try:
        for name in ("de_DE.UTF-8", "C"):
            try:
                locale.setlocale(locale.LC_TIME, name)
            except locale.Error:
                continue
            assert format_http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT"
    finally:
        locale.setlocale(locale.LC_TIME, before)
