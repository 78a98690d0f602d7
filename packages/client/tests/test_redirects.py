"""Where redirects lead, and what goes along."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiohttp_client.auth import encode_basic_auth
from aiohttp_client.errors import (
    InvalidUrlRedirectClientError,
    NonHttpUrlRedirectClientError,
    RedirectClientError,
)
from aiohttp_client.redirects import (
    NextHop,
    next_hop,
    redirect_location,
    redirects_exhausted,
    same_origin,
)

BASE = URL("http://a.example/dir/page?q=1#old")


def hop(
    location: str,
    *,
    status: int = 302,
    method: str = "GET",
    url: URL = BASE,
    headers: dict[str, str] | CIMultiDict[str] | None = None,
    **options: object,
) -> NextHop:
    return next_hop(
        method=method,
        url=url,
        headers=CIMultiDict(headers or {}),
        status=status,
        location=location,
        **options,  # type: ignore[arg-type]
    )


@pytest.mark.spec("ADD-205", "ADD-211", "ADD-1100")
@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        *((status, {"Location": "/x"}, "/x") for status in (301, 302, 303, 307, 308)),
        *((status, {"Location": "/x"}, None) for status in (200, 201, 300, 304, 305, 306, 400)),
        (302, {}, None),
        (302, {"URI": "/u"}, "/u"),
        (302, {"URI": "/u", "location": "/x"}, "/x"),
        (302, {"Location": ""}, None),
    ],
)
def test_which_responses_redirect(
    status: int, headers: dict[str, str], expected: str | None
) -> None:
    assert redirect_location(status, CIMultiDictProxy(CIMultiDict(headers))) == expected


def test_two_targets() -> None:
    same = CIMultiDict([("Location", "/x"), ("Location", "/x")])
    assert redirect_location(302, same) == "/x"
    same.add("Location", "/y")
    with pytest.raises(InvalidUrlRedirectClientError):
        redirect_location(302, same)


@pytest.mark.spec("CREQ-12", "RED-01", "ADD-212", "ADD-1033")
@pytest.mark.parametrize(
    ("received", "limit", "exhausted"),
    [(1, 1, True), (9, 10, False), (10, 10, True), (10_000, 0, False)],
)
def test_limit(received: int, limit: int, exhausted: bool) -> None:
    assert redirects_exhausted(received, limit) is exhausted


@pytest.mark.spec("ADD-206", "ADD-207", "ADD-208")
@pytest.mark.parametrize(
    ("status", "method", "new_method", "keep_body"),
    [
        (303, "POST", "GET", False),
        (303, "PUT", "GET", False),
        (303, "GET", "GET", False),
        (303, "HEAD", "HEAD", False),
        (301, "POST", "GET", False),
        (302, "POST", "GET", False),
        (301, "PUT", "PUT", True),
        (302, "DELETE", "DELETE", True),
        (302, "PATCH", "PATCH", True),
        (302, "HEAD", "HEAD", True),
        (302, "GET", "GET", True),
        (307, "POST", "POST", True),
        (308, "PUT", "PUT", True),
    ],
)
def test_method_and_body(status: int, method: str, new_method: str, keep_body: bool) -> None:
    result = hop("/x", status=status, method=method)
    assert (result.method, result.keep_body) == (new_method, keep_body)


@pytest.mark.spec("ADD-209", "ADD-1105", "RED-04")
def test_body_fields_go_with_the_body() -> None:
    headers = {
        "content-length": "3",
        "Content-Type": "text/plain",
        "CONTENT-ENCODING": "gzip",
        "Transfer-Encoding": "chunked",
        "Expect": "100-continue",
        "X-Mine": "1",
    }
    assert dict(hop("/x", status=303, method="POST", headers=headers).headers) == {"X-Mine": "1"}
    assert dict(hop("/x", status=307, method="POST", headers=headers).headers) == headers


TARGETS = [
    ("/x", "http://a.example/x"),
    ("x", "http://a.example/dir/x"),
    ("../x", "http://a.example/x"),
    ("?z=2", "http://a.example/dir/page?z=2"),
    ("#f", "http://a.example/dir/page?q=1#f"),
    ("", "http://a.example/dir/page?q=1"),
    ("//b.example/x", "http://b.example/x"),
    ("http://b.example", "http://b.example"),
    ("HTTPS://B.example/X", "https://b.example/X"),
    ("http:/x", "http://a.example/x"),
    ("http:x", "http://a.example/dir/x"),
    ("HTTP:/x", "http://a.example/x"),
    ("http:?y", "http://a.example/dir/page?y"),
    ("/путь", "http://a.example/%D0%BF%D1%83%D1%82%D1%8C"),
    ("/a b", "http://a.example/a%20b"),
    ("/\udcff", "http://a.example/%FF"),
    ("/%7Ex", "http://a.example/~x"),
    ("/" + "x" * 10_000, "http://a.example/" + "x" * 10_000),
    (r"/\evil.example", "http://a.example/%5Cevil.example"),
]


@pytest.mark.spec("ADD-215", "ADD-216", "ADD-217", "ADD-907", "RED-05")
@pytest.mark.parametrize(("location", "target"), TARGETS, ids=lambda value: value[:40])
def test_targets(location: str, target: str) -> None:
    assert str(hop(location).url) == target


@pytest.mark.spec("SES-22")
def test_requoting_can_be_switched_off() -> None:
    assert str(hop("/%7Ex/%2f", requote=False).url) == "http://a.example/%7Ex/%2f"


@pytest.mark.spec("ADD-214", "RED-03", "CEX-06")
@pytest.mark.parametrize(
    "location",
    ["javascript:alert(1)", "ftp://x/", "data:,x", "file:///etc/passwd", "ws://a/", "wss://a/",
     "mailto:x@y", "HTTPX://a/"],
)  # fmt: skip
def test_other_schemes(location: str) -> None:
    with pytest.raises(NonHttpUrlRedirectClientError):
        hop(location)


@pytest.mark.spec("ADD-214", "RED-03", "CEX-06")
@pytest.mark.parametrize(
    "location",
    ["http://", "http://[", "http://[::1", "http:///x", "https:/x", "https:x", "http://h:99999/",
     "http://h:x/", "/\x00", "/\r\nX: y", "http://a b/", "http://%00/", "///", "http://a%3Ab:c@h/"],
)  # fmt: skip
def test_unusable_targets(location: str) -> None:
    with pytest.raises(InvalidUrlRedirectClientError):
        hop(location)


def test_relative_targets_of_websockets_stay() -> None:
    assert str(hop("/x", url=URL("ws://a.example/ws")).url) == "ws://a.example/x"


SECRETS = CIMultiDict(
    [
        ("AUTHORIZATION", "Basic eA=="),
        ("authorization", "Bearer x"),
        ("Cookie", "a=1"),
        ("cookie", "b=1"),
        ("Proxy-Authorization", "Basic eA=="),
        ("Host", "a.example"),
        ("X-Api-Key", "k"),
        ("X-Mine", "1"),
    ]
)


@pytest.mark.spec("ADD-218", "ADD-219", "ADD-794", "ADD-815", "ADD-898")
@pytest.mark.parametrize(
    ("url", "location", "stays"),
    [
        ("http://a.example/", "/x", True),
        ("http://a.example/", "http://a.example:80/x", True),
        ("http://a.example/", "http://A.EXAMPLE/x", True),
        ("http://a.example/", "https://a.example/", False),
        ("https://a.example/", "http://a.example/", False),
        ("http://a.example/", "http://a.example:8080/", False),
        ("http://a.example/", "http://b.example/", False),
        ("http://a.example/", "//b.a.example/", False),
        ("http://a.example/", "http://x@a.example/", True),
    ],
)
def test_credentials_stay_in_their_origin(url: str, location: str, stays: bool) -> None:
    before = SECRETS.copy()
    result = hop(location, url=URL(url), headers=SECRETS)
    assert before == SECRETS
    assert result.same_origin is stays
    left = {name.lower() for name in result.headers}
    if stays:
        expected = {name.lower() for name in SECRETS}
        assert left == (expected - {"authorization"} if "@" in location else expected)
    else:
        assert left == {"x-api-key", "x-mine"}


@pytest.mark.spec("ADD-218")
def test_secrets_that_the_user_names() -> None:
    result = hop("http://b/", headers=SECRETS, secret_headers=["x-api-key"])
    assert dict(result.headers) == {"X-Mine": "1"}


@pytest.mark.spec("ADD-197")
def test_credentials_of_the_target() -> None:
    result = hop("http://u:p@a.example/x", headers={"Authorization": "Bearer old"})
    assert result.url == URL("http://a.example/x")
    assert result.authorization == encode_basic_auth("u", "p")
    assert "Authorization" not in result.headers


def test_same_origin() -> None:
    assert same_origin(URL("http://a/"), URL("http://a:80/x"))
    assert not same_origin(URL("http://a/"), URL("https://a/"))


@given(st.text(max_size=60) | st.text("htps:/@#?[]. %\\a1", max_size=30))
def test_any_location_is_a_hop_or_a_documented_error(location: str) -> None:
    try:
        result = hop(location, headers=SECRETS)
    except RedirectClientError:
        return
    assert result.url.scheme in ("http", "https")
    assert result.url.raw_host
    assert result.url.raw_user is None
    if result.url.raw_host != "a.example":
        assert set(result.headers) == {"X-Api-Key", "X-Mine"}
