"""Tokens, quoted strings, lists and parameters."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_core.fields.quoted import (
    ascii_lower,
    is_token,
    parse_parameters,
    quote,
    quote_if_needed,
    refuse_controls,
    split_list,
    unquote,
)

FIELD_TEXT = st.text(
    st.characters(
        blacklist_categories=["Cs"], blacklist_characters=[chr(c) for c in range(32)]
    ).filter(lambda c: c != "\x7f")
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        (" , ,", []),
        ("a", ["a"]),
        ("a, b ,\tc", ["a", "b", "c"]),
        ('a="1, 2", b', ['a="1, 2"', "b"]),
        ('"a\\", b", c', ['"a\\", b"', "c"]),
        ('by=", for=x', ['by="', "for=x"]),
        ('"a" "b" , c', ['"a" "b"', "c"]),
        ('a",b"c,d', ['a",b"c', "d"]),
        ('"\\"\\",\\"', ['"\\"\\"', '\\"']),
    ],
)
def test_split_list(text: str, parts: list[str]) -> None:
    assert split_list(text) == parts


@given(st.lists(FIELD_TEXT.map(quote)))
def test_split_list_finds_each_quoted_string(elements: list[str]) -> None:
    assert split_list(", ".join(elements)) == elements


@given(FIELD_TEXT)
def test_quote_round_trip(text: str) -> None:
    assert unquote(quote(text)) == text


@pytest.mark.parametrize("text", ["a\r\nX: y", "a\nb", "a\x00b", "\x7f"])
def test_quote_refuses_controls(text: str) -> None:
    with pytest.raises(ValueError, match="Control character"):
        quote(text)
    with pytest.raises(ValueError, match="in a name"):
        refuse_controls(text, "a name")


def test_tab_is_allowed() -> None:
    assert quote("a\tb") == '"a\tb"'


@pytest.mark.parametrize("text", ['"', "x", 'x"', '"x', ""])
def test_unquote_leaves_other_text(text: str) -> None:
    assert unquote(text) == text


@pytest.mark.parametrize(
    ("text", "token"), [("a", True), ("a b", False), ("", False), ("é", False)]
)
def test_token(text: str, token: bool) -> None:
    assert is_token(text) is token
    assert (quote_if_needed(text) == text) is token


def test_ascii_lower_leaves_unicode_alone() -> None:
    assert ascii_lower("CHUN\u212aED") == "chun\u212aed"
    assert ascii_lower("ABC") == "abc"


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("a=1; B=2", [("a", "1"), ("b", "2")]),
        ('a="x; y" ; b', [("a", "x; y"), ("b", "")]),
        ("a = b", [("a", "b")]),
        ('a="\\"\\\\"', [("a", '"\\')]),
        ('a="x"y; b=1', [("b", "1")]),
        ("=x; b=1", [("b", "1")]),
        ("a=; b=1", [("a", ""), ("b", "1")]),
        ('!="\\\\\\', []),
    ],
)
def test_parameters(text: str, pairs: list[tuple[str, str]]) -> None:
    assert list(parse_parameters(text)) == pairs


@pytest.mark.parametrize(
    "unit", ['"\\', '\\"', '"', '""', ';a="', ',"', '"\\",', '" ', "a ", ";a=", 'a="\\"" ']
)
@pytest.mark.parametrize("action", [split_list, lambda text: list(parse_parameters(text))])
def test_hostile_text_is_read_in_one_pass(unit: str, action: Callable[[str], object]) -> None:
    # Quadratic work on this much text would take minutes; the suite's time limit is the judge.
    action(unit * 200_000)
    assert action(unit) == action(unit)
