"""Link."""

import pytest
from yarl import URL

from aiohttp_core.fields.link import parse_links

BASE = URL("http://example.com/p/q")


def links(*values: str) -> list[tuple[str, dict[str, object]]]:
    return [(key, dict(link)) for key, link in parse_links(values, BASE).items()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<http://e.com/?2>; rel=next", [("next", {"rel": "next", "url": URL("http://e.com/?2")})]),
        ("<x>", [("x", {"url": URL("http://example.com/p/x")})]),
        (
            "<x>; rel=next, <y>; rel='last'",
            [
                ("next", {"rel": "next", "url": URL("http://example.com/p/x")}),
                ("last", {"rel": "last", "url": URL("http://example.com/p/y")}),
            ],
        ),
        (
            '<a/b>; rel="next prev"; title="x, y; z"',
            [
                (
                    "next prev",
                    {
                        "rel": "next prev",
                        "title": "x, y; z",
                        "url": URL("http://example.com/p/a/b"),
                    },
                )
            ],
        ),
        ("</a?b=1,2>; rel=x", [("x", {"rel": "x", "url": URL("http://example.com/a?b=1,2")})]),
        ("<x>; rel; a=1; =2; b c=3", [("x", {"a": "1", "url": URL("http://example.com/p/x")})]),
        ("<x>; url=y", [("x", {"url": URL("http://example.com/p/x")})]),
        ("bad, <x>", [("x", {"url": URL("http://example.com/p/x")})]),
        ("<bad, <x>", [("x", {"url": URL("http://example.com/p/x")})]),
        ("<http://[>; rel=y, <x>", [("x", {"url": URL("http://example.com/p/x")})]),
        ("", []),
    ],
)
@pytest.mark.spec("CRSP-11", "ADD-361", "C55")
def test_links(text: str, expected: list[tuple[str, dict[str, object]]]) -> None:
    assert links(text) == expected


@pytest.mark.spec("CRSP-11")
def test_all_fields_and_repeated_relations() -> None:
    found = parse_links(["<a>; rel=x; rel=y", "<b>; rel=x"], BASE)
    assert [str(link["url"].path) for link in found.getall("x")] == ["/p/a", "/p/b"]  # type: ignore[union-attr]
    assert found["x"].getall("rel") == ["x", "y"]


@pytest.mark.parametrize("unit", ["<", "<,", '<a>;"', ',"\\', "<a>;;", "< "])
@pytest.mark.spec("ADD-785")
def test_hostile_text_takes_one_pass(unit: str) -> None:
    assert len(links(unit * 50_000)) <= 1
