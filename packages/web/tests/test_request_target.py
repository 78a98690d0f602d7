"""Targets as URLs."""

import pytest
from yarl import URL

from aiohttp_web.request_target import is_origin_form, target_url


@pytest.mark.spec("ADD-034", "ADD-036", "ADD-462")
@pytest.mark.parametrize(
    ("method", "target", "origin", "url"),
    [
        ("GET", "/a%2F?b#c", True, URL("/a%2F?b#c", encoded=True)),
        ("GET", "/?#f", True, URL("/#f")),
        ("OPTIONS", "*", False, URL.build(path="*", encoded=True)),
        ("CONNECT", "a:443", False, URL.build(authority="a:443", encoded=True)),
        ("GET", "http://a:81/x?y", False, URL("http://a:81/x?y")),
    ],
)
def test_forms(method: str, target: str, origin: bool, url: URL) -> None:
    assert is_origin_form(target) is origin
    assert target_url(method, target) == url
