"""Dates of cookies, with the vectors of the http-state working group."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_core.fields.cookie_dates import parse_cookie_date

VECTORS = Path(__file__).parents[4] / "shared" / "data" / "http-state"


@pytest.mark.parametrize("name", ["examples.json", "bsd-examples.json"])
@pytest.mark.spec("ADD-240")
def test_working_group_vectors(name: str) -> None:
    path = VECTORS / name
    if not path.exists():
        pytest.skip("the vectors of the http-state working group are not here")
    wrong = []
    cases = json.loads(path.read_text("utf-8"))
    for case in cases:
        expected = case["expected"] and parsedate_to_datetime(case["expected"])
        if parse_cookie_date(case["test"]) != expected:
            wrong.append((case, parse_cookie_date(case["test"])))
    assert cases
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", (1994, 11, 6, 8, 49, 37)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", (1994, 11, 6, 8, 49, 37)),
        ("Sun Nov  6 08:49:37 1994", (1994, 11, 6, 8, 49, 37)),
        ("1994 08:49:37 6 November", (1994, 11, 6, 8, 49, 37)),
        ("Sun, 06 Nov 1994 08:49:37 -0800", (1994, 11, 6, 8, 49, 37)),
        ("06 nov 94 8:9:7", (1994, 11, 6, 8, 9, 7)),
        ("06 Nov 69 00:00:00", (2069, 11, 6, 0, 0, 0)),
        ("06 Nov 70 00:00:00", (1970, 11, 6, 0, 0, 0)),
        ("01 Jan 1601 00:00:00", (1601, 1, 1, 0, 0, 0)),
        ("01 Jan 1600 00:00:00", None),
        ("31 Feb 2020 00:00:00", None),
        ("00 Feb 2020 00:00:00", None),
        ("01 Jan 2020 24:00:00", None),
        ("01 Jan 2020 00:60:00", None),
        ("01 Jan 2020 00:00:000", None),
        ("01 Jan 60000 00:00:00", None),
        ("\u0660\u0661 Jan 2020 00:00:00", None),
        ("01 Jan 2020", None),
        ("", None),
    ],
)
@pytest.mark.spec("ADD-240")
def test_dates(text: str, expected: tuple[int, ...] | None) -> None:
    assert parse_cookie_date(text) == (expected and datetime(*expected, tzinfo=UTC))  # type: ignore[arg-type,misc]


@given(st.text())
def test_never_raises(text: str) -> None:
    parse_cookie_date(text)


def test_long_text_is_no_date() -> None:
    assert parse_cookie_date("01 Jan 2020 00:00:00 " + "x " * 1000) is None
