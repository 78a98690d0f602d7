"""Basic authentication and the order of sources of credentials."""

import pickle

import pytest
from yarl import URL

from aiohttp_client.auth import (
    ASK_NETRC,
    BasicAuth,
    choose_authorization,
    encode_basic_auth,
    strip_url_credentials,
)


def basic(login: str, password: str = "", encoding: str = "latin1") -> BasicAuth:
    with pytest.warns(DeprecationWarning, match="encode_basic_auth"):
        return BasicAuth(login, password, encoding)


@pytest.mark.spec("AUTH-01", "ADD-859", "ADD-954", "ADD-1073")
def test_basic_auth() -> None:
    auth = basic("nkim", "pwd")
    assert auth == ("nkim", "pwd", "latin1")
    assert auth.encode() == "Basic bmtpbTpwd2Q="
    assert basic("é", "ü").encode() == "Basic 6Tr8"
    assert basic("é", "ü", "utf-8").encode() == "Basic w6k6w7w="
    assert pickle.loads(pickle.dumps(auth)) == auth


@pytest.mark.spec("AUTH-01")
@pytest.mark.parametrize(("login", "password"), [(None, ""), ("a", None), ("a:b", "")])
def test_bad_credentials(login: str, password: str) -> None:
    with pytest.warns(DeprecationWarning, match="BasicAuth"), pytest.raises(ValueError):
        BasicAuth(login, password)
    with pytest.raises(ValueError):
        encode_basic_auth(login, password)


@pytest.mark.spec("AUTH-02")
@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Basic bmtpbTpwd2Q=", ("nkim", "pwd")),
        ("basic bmtpbTpwd2Q=", ("nkim", "pwd")),
        ("BASIC bmtpbTo=", ("nkim", "")),
        ("Basic bmtpbTphOmI=", ("nkim", "a:b")),
    ],
)
def test_decode(header: str, expected: tuple[str, str]) -> None:
    assert BasicAuth.decode(header)[:2] == expected


@pytest.mark.spec("AUTH-02")
@pytest.mark.parametrize(
    "header", ["", "Basic", "Complex bmtpbTpwd2Q=", "Basic bmtpb", "Basic bmtpbQ==", "Basic é"]
)
def test_decode_refuses(header: str) -> None:
    with pytest.raises(ValueError):
        BasicAuth.decode(header)


@pytest.mark.spec("AUTH-03", "C54")
def test_from_url() -> None:
    assert BasicAuth.from_url(URL("http://user:p%40ss@h/")) == ("user", "p@ss", "latin1")
    assert BasicAuth.from_url(URL("http://:pw@h/")) == ("", "pw", "latin1")
    assert BasicAuth.from_url(URL("http://h/")) is None
    with pytest.raises(TypeError):
        BasicAuth.from_url("http://h/")  # type: ignore[arg-type]


@pytest.mark.spec("ADD-194", "ADD-203", "ADD-271")
@pytest.mark.parametrize(
    ("url", "stripped", "value"),
    [
        ("http://h/x?y#z", "http://h/x?y#z", None),
        ("http://a:b@h/x?y#z", "http://h/x?y#z", encode_basic_auth("a", "b")),
        ("https://:pw@h/", "https://h/", encode_basic_auth("", "pw")),
        ("http://a@h:8080/", "http://h:8080/", encode_basic_auth("a")),
        ("http://%D0%B9@h/", "http://h/", encode_basic_auth("й")),
    ],
)
def test_strip(url: str, stripped: str, value: str | None) -> None:
    assert strip_url_credentials(URL(url)) == (URL(stripped), value)


def test_strip_refuses_a_colon_in_the_login() -> None:
    with pytest.raises(ValueError, match="not allowed"):
        strip_url_credentials(URL("http://a%3Ab:c@h/"))


@pytest.mark.spec("ADD-196", "ADD-197", "ADD-220", "SES-11")
@pytest.mark.parametrize(
    ("sources", "chosen"),
    [
        ({}, None),
        ({"argument": "A", "session": "S", "trust_env": True}, "A"),
        ({"from_url": "U", "session": "S", "trust_env": True}, "U"),
        ({"session": "S", "trust_env": True}, "S"),
        ({"session": "S", "session_applies": False}, None),
        ({"session": "S", "session_applies": False, "trust_env": True}, ASK_NETRC),
        ({"trust_env": True}, ASK_NETRC),
        ({"argument": "A", "from_url": "U", "first_hop": False}, "U"),
        ({"argument": "A", "first_hop": False}, "A"),
        ({"session": "S", "first_hop": False}, "S"),
    ],
)
def test_order_of_sources(sources: dict[str, object], chosen: str | None) -> None:
    assert choose_authorization(has_header=False, **sources) == chosen  # type: ignore[arg-type]


@pytest.mark.spec("ADD-198", "ADD-199")
@pytest.mark.parametrize(
    ("has_header", "sources"),
    [
        (False, {"argument": "A", "from_url": "U"}),
        (True, {"argument": "A"}),
        (True, {"from_url": "U"}),
        (True, {"session": "S"}),
    ],
)
def test_contradictions(has_header: bool, sources: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="Cannot combine"):
        choose_authorization(has_header=has_header, **sources)  # type: ignore[arg-type]


@pytest.mark.spec("ADD-199")
def test_a_header_of_the_caller_is_enough() -> None:
    assert choose_authorization(has_header=True, trust_env=True) is None
    assert choose_authorization(has_header=True, session="S", session_applies=False) is None
    # A field that survived a redirect is what was meant.
    assert choose_authorization(has_header=True, session="S", first_hop=False) is None
    assert choose_authorization(has_header=True, from_url="U", first_hop=False) == "U"
