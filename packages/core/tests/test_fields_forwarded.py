"""Forwarded."""

import pytest

from aiohttp_core.fields.forwarded import parse_forwarded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (", ,", []),
        (
            'for=1.2.3.4;by=x, for="[::1]:80"; proto=https',
            [{"for": "1.2.3.4", "by": "x"}, {"for": "[::1]:80", "proto": "https"}],
        ),
        ("For=A;HOST=b", [{"for": "A", "host": "b"}]),
        ('for="a\\"b\\\\"', [{"for": 'a"b\\'}]),
        ('for="a, b";by=c', [{"for": "a, b", "by": "c"}]),
        ("for=a;;by=b;", [{"for": "a", "by": "b"}]),
        ("for=a:80", [{"for": "a:80"}]),
        ("for=[::1]:80", [{"for": "[::1]:80"}]),
        ("for=_hidden, for=unknown", [{"for": "_hidden"}, {"for": "unknown"}]),
        ("for=1, bad, host=x", [{"for": "1"}, {}, {"host": "x"}]),
        ("for=a by=b, host=x", [{"for": "a"}, {"host": "x"}]),
        ("for = a", [{}]),
        ("for=", [{}]),
        ('for=_injected;by=", for=_real', [{"for": "_injected"}, {"for": "_real"}]),
        ("very bad syntax, for=_real", [{}, {"for": "_real"}]),
    ],
)
@pytest.mark.spec("WREQ-06", "ADD-470")
def test_elements(text: str, expected: list[dict[str, str]]) -> None:
    assert [dict(element) for element in parse_forwarded([text])] == expected


@pytest.mark.spec("WREQ-06")
def test_several_fields_and_read_only() -> None:
    elements = parse_forwarded(["for=a", "for=b, for=c"])
    assert isinstance(elements, tuple)
    assert [element["for"] for element in elements] == ["a", "b", "c"]
    with pytest.raises(TypeError):
        elements[0]["for"] = "x"  # type: ignore[index]


@pytest.mark.parametrize("unit", ['for="', "for=a;", ";", 'for="\\"', " ", 'a="\\\\";'])
@pytest.mark.spec("ADD-785")
def test_hostile_text_takes_one_pass(unit: str) -> None:
    assert len(parse_forwarded([unit * 100_000])) <= 1
