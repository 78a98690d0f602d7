"""Ours against aiohttp 3.14.5 from the index as a black box: same programs, same facts.

Differences that are meant stand in ``differences.py``, each with its reason.
"""

import pytest
from comparison import check, covers, same
from differences import DIFFERENCES


@pytest.mark.parametrize("area", DIFFERENCES)
def test_same_facts(aiohttp_python: str, area: str) -> None:
    wrong = check(area, aiohttp_python, DIFFERENCES[area])
    assert not wrong, f"{len(wrong)} differences\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("theirs", "ours", "expected"),
    [
        (1, 1, True),
        ([1, {"a": 2}], [1, {"a": 2}], True),
        ([1, {"a": 2}], [1, {"a": 3}], False),
        ({"a": 1}, {"b": 1}, False),
        (None, "x", False),
        (
            {"error": "ValueError", "kinds": ["ValueError"], "text": "theirs"},
            {"error": "Own", "kinds": ["Own", "ValueError"], "text": "ours"},
            True,
        ),
        (
            {"error": "ValueError", "kinds": ["ValueError"], "text": "x"},
            {"error": "TypeError", "kinds": ["TypeError"], "text": "x"},
            False,
        ),
        (
            {"error": "TooManyRedirects", "kinds": ["TooManyRedirects"], "text": "x"},
            {"error": "TooManyRedirects", "kinds": ["TooManyRedirects"], "text": "y"},
            False,
        ),
        (
            {"error": "E", "kinds": ["E"], "text": "x", "status": 400},
            {"error": "E", "kinds": ["E"], "text": "x", "status": 431},
            False,
        ),
    ],
)
def test_the_comparison_can_fail(theirs: object, ours: object, expected: bool) -> None:
    assert same(theirs, ours) is expected


def test_patterns() -> None:
    assert covers("a b", "a b")
    assert not covers("a b", "a b c")
    assert covers("a **", "a b c")
    assert covers("**: x", "any: x")
    assert not covers("ab**ba", "aba")
