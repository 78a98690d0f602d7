"""JSON is that of the standard library, errors included."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_web.json_codec import decode_json, encode_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_values_go_out_and_come_back(value: Any) -> None:
    text = encode_json(value)
    assert text == json.dumps(value)
    assert decode_json(text) == value


def outcome(function: Any, argument: Any) -> Any:
    try:
        return function(argument)
    except Exception as exc:
        return type(exc), str(exc)


CIRCLE: list[Any] = []
CIRCLE.append(CIRCLE)
DEEP: list[Any] = []
for _ in range(100_000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "data",
    [
        *(float("inf"), float("-inf"), {1: 2, None: 3, False: 4}, (1, 2)),
        *(object(), {1, 2}, {(1,): 2}, CIRCLE, "\ud800", b"a"),
    ],
    # Numbers: what repr() makes of an object differs from process to process.
    ids=map(str, range(10)),
)
def test_unusual_data(data: Any) -> None:
    assert outcome(encode_json, data) == outcome(json.dumps, data)


def test_too_deep() -> None:
    with pytest.raises(RecursionError):
        encode_json(DEEP)
    with pytest.raises(RecursionError):
        decode_json("[" * 100_000)


@given(st.text(alphabet='[]{}":,0123456789.eE+- \n\ttruefalsnNIi\ufeff\\u', max_size=12))
def test_any_text(text: str) -> None:
    assert repr(outcome(decode_json, text)) == repr(outcome(json.loads, text))


@pytest.mark.parametrize(
    "text", ["", " 1", "1 ", "\n[1]\n", "[1] 2", "NaN", "\ufeff1", "-Infinity"]
)
def test_unusual_texts(text: str) -> None:
    assert repr(outcome(decode_json, text)) == repr(outcome(json.loads, text))


@pytest.mark.parametrize("raw", [b"[1]", bytearray(b' {"a": 2}'), b"x", None])
def test_what_is_no_text(raw: Any) -> None:
    assert outcome(decode_json, raw) == outcome(json.loads, raw)
