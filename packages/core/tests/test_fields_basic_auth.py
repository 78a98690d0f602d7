"""Basic authentication values."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_core.fields.basic_auth import decode_basic_auth, encode_basic_auth


@pytest.mark.spec("ADD-126", "ADD-1073")
def test_encode() -> None:
    assert encode_basic_auth("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    assert encode_basic_auth("a") == "Basic YTo="
    assert encode_basic_auth("é") == "Basic w6k6"
    assert encode_basic_auth("é", encoding="latin1") == "Basic 6To="


@pytest.mark.parametrize("pair", [(None, ""), ("a", None), ("a:b", "")])
@pytest.mark.spec("ADD-126", "ADD-127")
def test_encode_is_strict(pair: tuple[Any, Any]) -> None:
    with pytest.raises(ValueError, match="not allowed"):
        encode_basic_auth(*pair)


@given(st.text().filter(lambda text: ":" not in text), st.text())
@pytest.mark.spec("AUTH-01", "AUTH-02")
def test_round_trip(login: str, password: str) -> None:
    try:
        value = encode_basic_auth(login, password)
    except UnicodeEncodeError:
        return
    assert decode_basic_auth(value, "utf-8") == (login, password)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "Could not parse"),
        ("Basic", "Could not parse"),
        ("Bearer abc", "Unknown authorization method"),
        ("Ba\u017fic YTo=", "Unknown authorization method"),
        ("Basic !!!", "Invalid base64"),
        ("Basic YTo", "Invalid base64"),
        ("Basic é", "Invalid base64"),
        ("Basic YQ==", "Invalid credentials"),
        ("Basic " + "A" * 70_000, "Could not parse"),
    ],
)
@pytest.mark.spec("ADD-128")
def test_decode_errors(value: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        decode_basic_auth(value)


def test_decode_is_lenient_about_case_and_blanks() -> None:
    assert decode_basic_auth("bAsIc  YTpi:"[:-1]) == ("a", "b")
    assert decode_basic_auth("Basic 6To=").login == "é"


def test_password_is_not_shown() -> None:
    assert "secret" not in repr(decode_basic_auth(encode_basic_auth("a", "secret")))
    with pytest.raises(ValueError, match="method 'aaa") as caught:
        decode_basic_auth("a" * 100 + " secret")
    assert "secret" not in str(caught.value)
