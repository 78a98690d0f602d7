"""Digest authentication: reading challenges and computing answers."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_client.digest_challenge import (
    DigestAuthChallenge,
    choose_challenge,
    digest_authorization,
    needs_body,
    next_nonce,
    parse_challenge,
)
from aiohttp_client.errors import ClientError


@pytest.mark.spec("ADD-388", "ADD-854", "ADD-894", "AUTH-05")
@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ('Digest realm="r", nonce="n"', {"realm": "r", "nonce": "n"}),
        ('DIGEST realm="r",nonce="n"', {"realm": "r", "nonce": "n"}),
        ('Digest realm = "r" , nonce=n', {"realm": "r", "nonce": "n"}),
        ('Digest realm="", opaque="", nonce="n"', {"realm": "", "opaque": "", "nonce": "n"}),
        (r'Digest realm="a\"b\\c", nonce="n"', {"realm": 'a"b\\c', "nonce": "n"}),
        ('Digest realm="a, b", nonce="n", foo="bar"', {"realm": "a, b", "nonce": "n"}),
        ('Digest nonce="1", nonce="2"', {"nonce": "1"}),
        ('Digest realm="r", nonce="n", Basic realm="b"', {"realm": "r", "nonce": "n"}),
        ('Digest qop="auth,auth-int", stale=TRUE', {"qop": "auth,auth-int", "stale": "TRUE"}),
        ("Digest", {}),
        ('Basic realm="r", Digest realm="d"', None),
        ("Digestive realm=x", None),
        ("", None),
        ("Negotiate", None),
        ("Digest " + "x" * 20_000, None),
    ],
)
def test_parse(field: str, expected: dict[str, str] | None) -> None:
    assert parse_challenge(field) == expected


@given(st.text('Digest ="\\,ab \t', max_size=200))
def test_parse_anything(text: str) -> None:
    parse_challenge(text)
    next_nonce(text)


def test_parsing_is_linear() -> None:
    for tail in ('"' + "\\" * 16_000, '"' + "a" * 16_000, "," * 16_000, " " * 16_000, "a" * 16_000):
        assert parse_challenge("Digest realm=" + tail) is not None


def test_choice_follows_the_order_of_the_server() -> None:
    fields = [
        'Basic realm="b"',
        'Digest realm="x", nonce="1", algorithm=FOO',
        'Digest realm="x", nonce="2", algorithm=SHA-256',
        'Digest realm="x", nonce="3", algorithm=MD5',
    ]
    chosen = choose_challenge(fields)
    assert chosen is not None
    assert chosen["nonce"] == "2"
    unknown = choose_challenge(fields[:2])
    assert unknown is not None
    assert unknown["nonce"] == "1"
    assert choose_challenge(fields[:1]) is None


def answer(challenge: DigestAuthChallenge, **options: object) -> str:
    arguments: dict[str, object] = {
        "method": "GET",
        "uri": "/dir/index.html",
        "login": "Mufasa",
        "password": "Circle of Life",
        "body": b"",
        "nonce_count": 1,
        "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    }
    return digest_authorization(challenge, **(arguments | options))  # type: ignore[arg-type]


def fields_of(value: str) -> dict[str, str]:
    assert value.startswith("Digest ")
    return {
        name: quoted or plain
        for name, quoted, plain in re.findall(r'([\w*]+)=(?:"((?:[^"\\]|\\.)*)"|([^",]+))', value)
    }


RFC7616: DigestAuthChallenge = {
    "realm": "http-auth@example.org",
    "qop": "auth, auth-int",
    "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    "opaque": "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
}


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
@pytest.mark.spec("AUTH-05", "AUTH-06")
def test_examples_of_rfc_7616(algorithm: str, response: str) -> None:
    value = answer(RFC7616 | {"algorithm": algorithm, "qop": "auth"})  # type: ignore[operator]
    fields = fields_of(value)
    assert fields["response"] == response
    assert fields["algorithm"] == algorithm
    assert fields["opaque"] == RFC7616["opaque"]
    assert (fields["qop"], fields["nc"]) == ("auth", "00000001")


def test_userhash_of_rfc_7616() -> None:
    # RFC 7616 section 3.9.2; its response is known to be wrong, so that is computed here.
    challenge: DigestAuthChallenge = {
        "realm": "api@example.org",
        "qop": "auth",
        "algorithm": "SHA-512-256",
        "nonce": "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
        "opaque": "HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS",
        "charset": "UTF-8",
        "userhash": "true",
    }
    fields = fields_of(
        answer(
            challenge,
            uri="/doe.json",
            login="Jäsøn Doe",
            password="Secret, or not?",
            cnonce="NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm",
        )
    )
    assert fields["userhash"] == "true"
    assert fields["username"] == "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"

    def digest(text: str) -> str:
        return hashlib.new("sha512_256", text.encode()).hexdigest()

    secret = digest("Jäsøn Doe:api@example.org:Secret, or not?")
    nonce, cnonce = challenge["nonce"], "NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm"
    subject = digest("GET:/doe.json")
    assert fields["response"] == digest(f"{secret}:{nonce}:00000001:{cnonce}:auth:{subject}")


def test_other_scripts() -> None:
    challenge: DigestAuthChallenge = {"realm": "r", "nonce": "n"}
    assert 'username="Jäsøn"' in answer(challenge, login="Jäsøn")
    told: DigestAuthChallenge = {"realm": "r", "nonce": "n", "charset": "utf-8"}
    assert "username*=UTF-8''J%C3%A4s%C3%B8n" in answer(told, login="Jäsøn")


HASHES = {
    "MD5": "md5", "SHA": "sha1", "SHA256": "sha256", "SHA-256": "sha256",
    "SHA512": "sha512", "SHA-512": "sha512", "SHA-512-256": "sha512_256",
}  # fmt: skip


@pytest.mark.spec("ADD-381", "ADD-382", "AUTH-06")
@pytest.mark.parametrize("session", ["", "-SESS"])
@pytest.mark.parametrize("name", HASHES)
@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_algorithms(name: str, session: str, case: type[str]) -> None:
    def digest(text: str) -> str:
        return hashlib.new(HASHES[name], text.encode()).hexdigest()

    algorithm = case(name + session)
    fields = fields_of(
        answer({"realm": "r", "nonce": "n", "qop": "auth", "algorithm": algorithm}, cnonce="0" * 16)
    )
    secret = digest("Mufasa:r:Circle of Life")
    if session:
        secret = digest(f"{secret}:n:{'0' * 16}")
    expected = digest(f"{secret}:n:00000001:{'0' * 16}:auth:{digest('GET:/dir/index.html')}")
    assert fields["response"] == expected
    assert fields["algorithm"] == algorithm


@pytest.mark.spec("ADD-383", "AUTH-06")
@pytest.mark.parametrize(
    ("qop", "body", "expected"),
    [
        ("auth", b"x", "auth"),
        ("auth,auth-int", b"x", "auth-int"),
        ("AUTH-INT , auth", b"x", "auth-int"),
        ("auth-int", b"", "auth-int"),
        ("auth,auth-int", None, "auth"),
        ("other,auth", b"", "auth"),
        ("", b"", None),
    ],
)
def test_quality_of_protection(qop: str, body: bytes | None, expected: str | None) -> None:
    challenge: DigestAuthChallenge = {"realm": "r", "nonce": "n", "qop": qop}
    assert fields_of(answer(challenge, body=body)).get("qop") == expected
    assert needs_body(challenge) is ("int" in qop.lower())


@pytest.mark.spec("ADD-383", "AUTH-06")
def test_auth_int_covers_the_body() -> None:
    challenge: DigestAuthChallenge = {"realm": "r", "nonce": "n", "qop": "auth-int"}
    one, other = (fields_of(answer(challenge, body=body))["response"] for body in (b"1", b"2"))
    assert one != other

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    subject = md5(f"GET:/dir/index.html:{md5('1')}")
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    secret = md5("Mufasa:r:Circle of Life")
    assert one == md5(f"{secret}:n:00000001:{cnonce}:auth-int:{subject}")


@pytest.mark.spec("ADD-383")
def test_rfc_2069() -> None:
    fields = fields_of(answer({"realm": "r", "nonce": "n"}))
    assert fields.keys() == {"username", "realm", "nonce", "uri", "response", "algorithm"}
    secret = hashlib.md5(b"Mufasa:r:Circle of Life").hexdigest()
    subject = hashlib.md5(b"GET:/dir/index.html").hexdigest()
    assert fields["response"] == hashlib.md5(f"{secret}:n:{subject}".encode()).hexdigest()


@pytest.mark.spec("ADD-383", "ADD-384")
@pytest.mark.parametrize(
    "challenge",
    [
        {"nonce": "n"},
        {"realm": "r"},
        {"realm": "r", "nonce": ""},
        {"realm": "r", "nonce": "n", "algorithm": "CRC32"},
        {"realm": "r", "nonce": "n", "algorithm": "MD5-SESS-SESS"},
        {"realm": "r", "nonce": "n", "qop": "other"},
    ],
)
def test_what_cannot_be_answered(challenge: DigestAuthChallenge) -> None:
    with pytest.raises(ClientError):
        answer(challenge)


def test_auth_int_without_a_body_that_can_be_read() -> None:
    with pytest.raises(ClientError, match="auth-int"):
        answer({"realm": "r", "nonce": "n", "qop": "auth-int"}, body=None)


@pytest.mark.spec("ADD-384", "ADD-386", "ADD-387", "ADD-812")
def test_form_of_the_answer() -> None:
    value = answer(
        {"realm": 'a"\\b', "nonce": "n", "opaque": "", "qop": "auth"},
        login='a"b\\c',
        nonce_count=0xAB,
        cnonce="0123456789abcdef",
        uri='/a?b="c"',
    )
    assert "opaque" not in value
    assert 'username="a\\"b\\\\c"' in value
    assert 'realm="a\\"\\\\b"' in value
    assert 'uri="/a?b=\\"c\\""' in value
    assert ', qop=auth, nc=000000ab, cnonce="0123456789abcdef"' in value
    assert "algorithm=MD5," in value
    assert 'realm=""' in answer({"realm": "", "nonce": "n"})


@pytest.mark.parametrize(
    ("value", "nonce"),
    [
        ('nextnonce="abc", qop=auth', "abc"),
        ("qop=auth, NextNonce=abc", "abc"),
        ('nextnonce=""', None),
        ("qop=auth", None),
        ("", None),
        ("x" * 20_000, None),
    ],
)
def test_next_nonce(value: str, nonce: str | None) -> None:
    assert next_nonce(value) == nonce
