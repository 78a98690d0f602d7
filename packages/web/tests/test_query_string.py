"""The query as pairs: the same as yarl's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from aiohttp_web.query_string import form_pairs, parse_query


@pytest.mark.skipif(
    len(URL("/?&").query) > 0, reason="an old yarl takes nothing between two & for a pair"
)
@given(st.text(alphabet="ab=&%+;/?2Ff0E9C3-~", max_size=20))
@settings(max_examples=500, database=None)
def test_equals_yarl(raw: str) -> None:
    assert parse_query(raw) == URL.build(path="/", query_string=raw, encoded=True).query


@pytest.mark.spec("WREQ-28")
@pytest.mark.parametrize(
    ("raw", "pairs"),
    [
        ("", []),
        ("a", [("a", "")]),
        ("a=&&=b", [("a", ""), ("", "b")]),
        ("a=1;b=2", [("a", "1;b=2")]),
        ("a=b=c", [("a", "b=c")]),
        ("%C3%A9=%ff+", [("é", "\ufffd ")]),
        ("%zz=%", [("%zz", "%")]),
    ],
)
def test_pairs(raw: str, pairs: list[tuple[str, str]]) -> None:
    assert list(parse_query(raw).items()) == pairs


def test_charset_and_linear_time() -> None:
    assert form_pairs("a=%E9", "latin-1") == [("a", "é")]
    assert len(form_pairs("a&" * 100_000)) == 100_000
