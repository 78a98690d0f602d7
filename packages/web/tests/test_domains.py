"""Rules on the host of a request."""

from typing import Any

import pytest

from aiohttp_web.domains import AbstractRuleMatching, Domain, MaskDomain


@pytest.mark.spec("ADD-580", "ADD-904")
@pytest.mark.parametrize(
    ("domain", "canonical"),
    [
        ("example.com", "example.com"),
        ("EXAMPLE.com", "example.com"),
        ("example.com.", "example.com"),
        ("example.com:80", "example.com"),
        ("example.com:8080", "example.com:8080"),
        ("é.com", "xn--9ca.com"),
        ("1.2.3.4:5", "1.2.3.4:5"),
        ("localhost", "localhost"),
    ],
)
def test_canonical(domain: str, canonical: str) -> None:
    rule = Domain(domain)
    assert rule.canonical == canonical
    assert rule.get_info() == {"domain": canonical}


@pytest.mark.spec("ADD-580", "ADD-581")
@pytest.mark.parametrize(
    ("mask", "canonical"),
    [
        ("*.example.com", r"[^:]*\.example\.com(:.*)?"),
        ("*.a-b.com", r"[^:]*\.a-b\.com(:.*)?"),
        ("*", "[^:]*(:.*)?"),
        ("a*b.com:81", r"a[^:]*b\.com:81"),
    ],
)
def test_mask_canonical(mask: str, canonical: str) -> None:
    assert MaskDomain(mask).canonical == canonical


@pytest.mark.spec("ADD-580")
@pytest.mark.parametrize("cls", [Domain, MaskDomain])
@pytest.mark.parametrize(
    ("domain", "error"),
    [
        ("", ValueError),
        (".", ValueError),
        ("http://a.com", ValueError),
        ("a..b", ValueError),
        ("-a.com", ValueError),
        ("a-.com", ValueError),
        ("a_b.com", ValueError),
        ("a.com:xx", ValueError),
        ("a.com/x", ValueError),
        ("u@a.com", ValueError),
        ("[::1]", ValueError),
        ("a" * 64 + ".com", ValueError),
        (5, TypeError),
        (None, TypeError),
    ],
)
def test_refused(cls: type[Domain], domain: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        cls(domain)


@pytest.mark.spec("NEST-02", "ADD-580")
@pytest.mark.parametrize(
    ("domain", "host", "matches"),
    [
        ("example.com", "example.com", True),
        ("example.com", "EXAMPLE.com", True),
        ("example.com", "example.com:8080", True),
        ("example.com", "www.example.com", False),
        ("example.com", "example.com.evil", False),
        ("example.com:8080", "example.com:8080", True),
        ("example.com:8080", "example.com", False),
        ("example.com:8080", "example.com:80", False),
        ("k.com", "\u212a.com", False),
        ("example.com", "", False),
    ],
)
def test_domain(domain: str, host: str, matches: bool) -> None:
    assert Domain(domain).match_domain(host) is matches


@pytest.mark.spec("NEST-02", "ADD-580")
@pytest.mark.parametrize(
    ("mask", "host", "matches"),
    [
        ("*.example.com", "www.example.com", True),
        ("*.example.com", "WWW.example.com:81", True),
        ("*.example.com", "a.b.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "www.example.com.evil", False),
        ("*.example.com", "wwwXexampleXcom", False),
        ("*.example.com:81", "www.example.com:81", True),
        ("*.example.com:81", "www.example.com:82", False),
        ("*.example.com:81", "www.example.com", False),
        ("*.k.com", "a.\u212a.com", False),
        ("*", "anything", True),
        ("*", "x" * 5000, False),
    ],
)
def test_mask(mask: str, host: str, matches: bool) -> None:
    assert MaskDomain(mask).match_domain(host) is matches


class RequestStub:
    host = "example.com"


async def test_match_asks_for_the_host() -> None:
    assert await Domain("example.com").match(RequestStub())
    assert not await MaskDomain("*.example.com").match(RequestStub())


def test_rules_of_the_user_must_be_complete() -> None:
    with pytest.raises(TypeError):
        AbstractRuleMatching()  # type: ignore[abstract]
