"""Accept, Accept-Encoding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_core.fields.accept import choose_coding, choose_media_type, parse_accept


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("gzip", [("gzip", 1.0)]),
        ("GZip;Q=0.5, br ; q=1.000 ,, *;q=0", [("gzip", 0.5), ("br", 1.0), ("*", 0.0)]),
        ("a;q=.5, b;q=0., c;q=1.", [("a", 0.5), ("b", 0.0), ("c", 1.0)]),
        ("a;q=2, b;q=-1, c;q=x, d;q=, e;q=nan, f;q=1e0, g", [("g", 1.0)]),
        ('text/html;level="a,b";q=0.3', [("text/html", 0.3)]),
        ("a;q=\u0660.5, b", [("b", 1.0)]),
    ],
)
@pytest.mark.spec("ADD-1104")
def test_parse(text: str, expected: list[tuple[str, float]]) -> None:
    assert parse_accept(text) == expected


@pytest.mark.parametrize(
    ("text", "coding"),
    [
        (None, None),
        ("", None),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip;q=0, DEFLATE", "deflate"),
        ("gzip;q=0.2, deflate;q=0.8", "deflate"),
        ("gzip;q=0", None),
        ("identity", None),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("br;q=0, *", "gzip"),
        ("gzipped, xbr", None),
        ("gzip;q=0.001", "gzip"),
    ],
)
@pytest.mark.spec("WRSP-06", "ADD-075", "ADD-1104", "ADD-536")
def test_choose_coding(text: str | None, coding: str | None) -> None:
    assert choose_coding(text, ("br", "gzip", "deflate")) == coding


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        (None, "text/plain"),
        (" ", "text/plain"),
        ("text/html", "text/html"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("*/*", "text/plain"),
        ("text/*;q=0.5, text/html;q=0.1", "text/plain"),
        ("text/plain;q=0, */*", "text/html"),
        ("application/json", None),
        ("*", "text/plain"),
        ("rubbish", None),
    ],
)
def test_choose_media_type(text: str | None, chosen: str | None) -> None:
    assert choose_media_type(text, ("text/plain", "text/html")) == chosen
    assert choose_media_type(text, ()) is None


@given(st.text())
def test_never_raises(text: str) -> None:
    choose_coding(text, ("gzip",))
    choose_media_type(text, ("text/html; charset=utf-8",))


def test_number_of_elements_is_bounded() -> None:
    assert len(parse_accept("a," * 100_000)) == 128
