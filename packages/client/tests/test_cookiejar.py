"""The cookie jar: who may set what, who gets what."""

import warnings
from http.cookies import BaseCookie, Morsel, SimpleCookie

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from aiohttp_client.cookiejar import CookieJar, DummyCookieJar
from aiohttp_core.fields.cookies import cookie_header

HTTP = URL("http://a.example/foo/bar")
HTTPS = URL("https://a.example/foo/bar")


def received(*fields: str, url: URL = HTTP, **options: object) -> CookieJar:
    jar = CookieJar(**options)  # type: ignore[arg-type]
    jar.update_cookies_from_headers(fields, url)
    return jar


def sent(jar: CookieJar, url: URL | str) -> str:
    return cookie_header(jar.filter_cookies(URL(url)))


@pytest.mark.spec("JAR-01", "JAR-06", "ADD-244", "ADD-1069")
@pytest.mark.parametrize(
    ("field", "target", "expected"),
    [
        ("a=1", "http://a.example/foo", "a=1"),
        ("a=1", "http://a.example/foo/x/y", "a=1"),
        ("a=1", "http://a.example/foox", ""),
        ("a=1", "http://a.example/", ""),
        ("a=1; Path=/", "http://a.example/", "a=1"),
        ("a=1; Path=", "http://a.example/foo", "a=1"),
        ("a=1; Path=x", "http://a.example/foo", "a=1"),
        ("a=1; Path=/", "http://b.a.example/", ""),
        ("a=1; Path=/; Domain=a.example", "http://b.a.example/", "a=1"),
        ("a=1; Path=/; Domain=.A.EXAMPLE", "http://b.a.example/", "a=1"),
        ("a=1; Path=/; Domain=a.example", "http://ba.example/", ""),
        ("a=1; Path=/; Domain=b.example", "http://b.example/", ""),
        ("a=1; Path=/; Domain=b.a.example", "http://b.a.example/", ""),
        ("a=1; Path=/; Domain=", "http://a.example/", "a=1"),
        ("a=1; Path=/; Domain=é.example", "http://a.example/", ""),
        ("a=1; Path=/", "http://a.example:8080/", "a=1"),
        ("a=1; Path=/", "ws://a.example/", "a=1"),
        ("a=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "http://a.example/", ""),
        ("a=1; Path=/; Max-Age=0", "http://a.example/", ""),
        ("a=1; Path=/; Max-Age=-1", "http://a.example/", ""),
        ("a=1; Path=/; Max-Age=" + "9" * 4300, "http://a.example/", "a=1"),
        ("a=1; Path=/; Max-Age=9999999999999", "http://a.example/", "a=1"),
        ("a=1; Path=/; Max-Age=x", "http://a.example/", "a=1"),
        ("a=1; Path=/; Max-Age=100; Expires=Thu, 01 Jan 1970 00:00:00 GMT", HTTP, "a=1"),
        ("a=1; Path=/; Expires=Thu, 01 Jan 60000 00:00:00 GMT", "http://a.example/", "a=1"),
        ("a=1; Path=/; Domain=example", "http://a.example/", ""),
    ],
)
def test_scope(field: str, target: str, expected: str) -> None:
    assert sent(received(field), target) == expected


@pytest.mark.spec("ADD-250", "ADD-758", "ADD-827", "JAR-04", "ADD-251")
@pytest.mark.parametrize(
    ("target", "goes"),
    [
        ("http://a.example/", False),
        ("ws://a.example/", False),
        ("https://a.example/", True),
        ("wss://a.example/", True),
        ("http://a.example:8080/", True),
        ("http://b.example/", False),
        ("http://c.example/", False),
    ],
)
def test_secure(target: str, goes: bool) -> None:
    origins = ["http://a.example:8080/ignored", URL("http://c.example:81")]
    jar = received("a=1; Path=/; Secure", treat_as_secure_origin=origins)
    shared: Morsel[str] = Morsel()
    shared.set("s", "1", "1")
    shared["secure"] = True
    jar.update_cookies({"s": shared})
    host_is_a = "a.example" in target
    assert ("s" in jar.filter_cookies(URL(target))) is (goes)
    assert ("a" in jar.filter_cookies(URL(target))) is (goes and host_is_a)


@pytest.mark.spec("ADD-262", "JAR-04", "ADD-906")
def test_properties() -> None:
    jar = CookieJar(unsafe=True, quote_cookie=False, treat_as_secure_origin="http://a.example/x")
    assert jar.unsafe
    assert not jar.quote_cookie
    assert jar.treat_as_secure_origin == {URL("http://a.example")}
    assert CookieJar().treat_as_secure_origin == frozenset()
    with pytest.raises(AttributeError):
        jar.unsafe = False  # type: ignore[misc]
    assert "0 cookies" in repr(jar)


@pytest.mark.spec("ADD-249")
def test_the_most_specific_of_one_name_goes() -> None:
    jar = received(
        "k=domain; Path=/foo; Domain=b.a.example",
        "k=path; Path=/; ",
        "k=parent; Path=/foo/bar; Domain=a.example",
        url=URL("http://b.a.example/foo/bar"),
    )
    assert sent(jar, "http://b.a.example/foo/bar") == "k=domain"
    assert [m.value for m in jar.matching_cookies(URL("http://b.a.example/foo/bar"))] == [
        "parent",
        "domain",
        "path",
    ]


@pytest.mark.spec("JAR-02", "ADD-252", "ADD-872")
@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "10.1.2.3"])
def test_ip_addresses(host: str) -> None:
    url = URL(f"http://{host}/")
    assert len(received("a=1", url=url)) == 0
    jar = CookieJar()
    jar.update_cookies({"a": "1"}, url)
    assert len(jar) == 0
    unsafe = received(
        "a=1", f"b=1; Domain={url.raw_host}", "c=1; Domain=0.0.1", url=url, unsafe=True
    )
    assert sent(unsafe, url) == "a=1; b=1"
    assert sent(unsafe, "http://127.0.0.2/") == ""
    assert sent(unsafe, "http://1.127.0.0.1/") == ""


@pytest.mark.spec("JAR-05", "ADD-158", "SES-07")
def test_shared_cookies() -> None:
    jar = CookieJar()
    jar.update_cookies({"a": "1"})
    for url in ("http://x.example/any/path", "https://y.example", "http://127.0.0.1/"):
        assert sent(jar, url) == "a=1"
    with_domain: SimpleCookie = SimpleCookie("b=2")
    with_domain["b"]["domain"] = "x.example"
    with_domain["b"]["path"] = "/p"
    jar.update_cookies(with_domain)
    assert sent(jar, "http://sub.x.example/p") == "b=2; a=1"
    assert sent(jar, "http://y.example/p") == "a=1"


@pytest.mark.spec("JAR-05", "ADD-264")
def test_kinds_of_cookies() -> None:
    morsel: Morsel[str] = Morsel()
    morsel.set("m", "v", "v")
    jar = CookieJar()
    jar.update_cookies({"d": "1", "m": morsel}, HTTP)
    jar.update_cookies([("p", "2"), ("q", morsel)], HTTP)
    jar.update_cookies(SimpleCookie("s=3"), HTTP)
    jar.update_cookies({"ignored": SimpleCookie("t=4")}, HTTP)
    assert {m.key: m.value for m in jar} == {"d": "1", "m": "v", "p": "2", "s": "3", "t": "4"}
    assert morsel["domain"] == ""
    assert morsel["path"] == ""


@pytest.mark.spec("ADD-800", "ADD-234")
def test_what_an_application_must_not_set(caplog: pytest.LogCaptureFixture) -> None:
    jar = CookieJar()
    for name in ("", "a b", "a;b", "a=b", "a\r\n", "é"):
        with pytest.raises(ValueError, match="name"):
            jar.update_cookies({name: "1"})
    jar.update_cookies({"a": "1\r\nX: y", "b": "\x00"})
    assert len(jar) == 0
    assert "control" in caplog.text


@pytest.mark.spec("ADD-800", "ADD-234")
@pytest.mark.parametrize("field", ["a=\x01", "a\x00=1", "=1", "nothing", "", "a=1; Path=/\x0b"])
def test_fields_that_make_no_cookie(field: str) -> None:
    assert len(received(field)) == 0


@pytest.mark.spec("JAR-03", "ADD-256", "ADD-257")
def test_quoting() -> None:
    jar = CookieJar()
    jar.update_cookies({"a": "b c", "d": 'x,y;z"'}, HTTP)
    jar.update_cookies_from_headers(['q="as \\054 sent"; Path=/foo'], HTTP)
    cookies = jar.filter_cookies(HTTP)
    assert isinstance(cookies, SimpleCookie)
    assert cookie_header(cookies) == 'a="b c"; d="x\\054y\\073z\\""; q="as \\054 sent"'
    assert cookies["q"].value == "as , sent"
    raw = CookieJar(quote_cookie=False)
    raw.update_cookies({"a": "b c"}, HTTP)
    raw.update_cookies_from_headers(['q="x y"; Path=/foo'], HTTP)
    assert type(raw.filter_cookies(HTTP)) is BaseCookie
    assert cookie_header(raw.filter_cookies(HTTP)) == "a=b c; q=x y"


@pytest.mark.spec("ADD-267", "JAR-11", "ADD-960")
def test_a_text_as_url_is_deprecated() -> None:
    jar = received("a=1")
    with pytest.warns(DeprecationWarning, match=r"yarl\.URL"):
        assert "a" in jar.filter_cookies("http://a.example/foo")  # type: ignore[arg-type]


PREFIXES = [
    ("__Secure-a=1; Secure; Path=/", HTTPS, True),
    ("__Secure-a=1; Path=/", HTTPS, False),
    ("__secure-a=1; Path=/", HTTPS, False),
    ("__Secure-a=1; Secure; Path=/", HTTP, False),
    ("__Host-a=1; Secure; Path=/", HTTPS, True),
    ("__HOST-a=1; Secure; Path=/; Domain=a.example", HTTPS, False),
    ("__Host-a=1; Secure; Path=/foo", HTTPS, False),
    ("__Host-a=1; Secure", URL("https://a.example/"), False),
    ("__Host-a=1; Path=/", HTTPS, False),
    ("__Hos-a=1", HTTP, True),
]


@pytest.mark.parametrize(("field", "url", "kept"), PREFIXES)
def test_prefixes(field: str, url: URL, kept: bool) -> None:
    # RFC 6265bis 4.1.3
    assert len(received(field, url=url)) == int(kept)


def test_secure_cookies_are_left_alone() -> None:
    # RFC 6265bis 5.7 step 16
    jar = received("sid=good; Secure; Path=/", url=HTTPS)
    jar.update_cookies_from_headers(["sid=evil; Path=/foo", "other=1; Path=/foo"], HTTP)
    assert sent(jar, HTTPS) == "other=1; sid=good"
    jar.update_cookies_from_headers(["sid=new; Path=/foo"], HTTPS)
    assert sent(jar, HTTPS) == "other=1; sid=new"


@pytest.mark.spec("ADD-239")
def test_attributes_are_stored() -> None:
    (cookie,) = received("a=1; SameSite=Lax; HttpOnly; Secure; Max-Age=5; Expires=x; Path=/")
    assert cookie["samesite"] == "Lax"
    assert cookie["httponly"] is True
    assert cookie["secure"] is True
    assert cookie["max-age"] == "5"
    assert cookie["domain"] == "a.example"
    assert cookie["path"] == "/"


@pytest.mark.spec("ADD-261", "ADD-861")
def test_views() -> None:
    jar = received("a=1; Path=/", "b=1; Path=/foo/; Domain=a.example")
    view = jar.cookies
    assert set(view) == {("a.example", ""), ("a.example", "/foo")}
    assert view["a.example", ""]["a"].value == "1"
    assert jar.host_only_cookies == {("a.example", "", "a")}
    assert "SimpleCookie" in repr(view)
    jar.clear()
    assert len(view) == 0
    with pytest.raises(TypeError):
        view["x", ""] = SimpleCookie()  # type: ignore[index]


@pytest.mark.spec("ADD-268")
def test_length_and_iteration(monkeypatch: pytest.MonkeyPatch) -> None:
    jar = received("a=1; Max-Age=100", "b=1")
    now = __import__("time").time()
    monkeypatch.setattr("time.time", lambda: now + 200)
    assert len(jar) == 2
    assert [cookie.key for cookie in jar] == ["b"]
    assert len(jar) == 1


@pytest.mark.spec("JAR-08", "JAR-09", "ABC-07", "ADD-269", "ADD-1046")
def test_clearing() -> None:
    jar = CookieJar()
    for host in ("a.example", "b.a.example", "ba.example"):
        jar.update_cookies_from_headers(["x=1", "y=1"], URL(f"http://{host}/"))
    jar.clear_domain("a.example")
    assert {cookie["domain"] for cookie in jar} == {"ba.example"}
    jar.clear(lambda cookie: cookie.key == "x")
    assert [cookie.key for cookie in jar] == ["y"]
    jar.clear()
    assert len(jar) == 0


@pytest.mark.spec("ADD-238", "ADD-816")
def test_many_cookies_of_one_response() -> None:
    jar = received(*(f"c{number}=1" for number in range(10_000)))
    assert len(jar) == 50


@pytest.mark.spec("ADD-259", "ADD-776")
def test_limits_of_one_request() -> None:
    jar = CookieJar()
    for number in range(170):
        jar.update_cookies_from_headers([f"c{number}=1; Path=/foo"], HTTP)
    jar.update_cookies_from_headers(["broad=1; Path=/"], HTTP)
    cookies = jar.filter_cookies(HTTP)
    assert len(cookies) == 150
    assert "broad" not in cookies
    big = CookieJar()
    for number in range(10):
        big.update_cookies_from_headers([f"b{number}={'x' * 1000}; Path=/foo"], HTTP)
    header = sent(big, HTTP)
    assert len("Cookie: " + header) <= 8190
    assert len(big.filter_cookies(HTTP)) == 8


@pytest.mark.spec("ADD-260")
def test_shared_cookies_have_no_limits() -> None:
    jar = CookieJar()
    jar.update_cookies({f"s{number}": "x" * 100 for number in range(200)})
    jar.update_cookies({"__Host-mine": "1", "__Secure-mine": "1"})
    assert len(jar.filter_cookies(HTTP)) == 202


@pytest.mark.spec("ADD-245")
def test_parents_without_a_list_of_public_suffixes() -> None:
    jar = received("a=1; Path=/; Domain=co.example", url=URL("http://x.co.example/"))
    assert sent(jar, "http://y.co.example/") == "a=1"
    # A top-level domain is refused all the same: http-state DOMAIN0017.
    assert len(received("a=1; Domain=example", url=URL("http://x.co.example/"))) == 0


def test_looking_up_leaves_nothing_behind() -> None:
    jar = received("a=1; Path=/")
    for number in range(1000):
        jar.filter_cookies(URL(f"http://h{number}.a.example/p/{number}"))
    assert len(jar.cookies) == 1


@given(st.lists(st.text(max_size=40) | st.text("ab=; \"'\\,DomainPath/.-", max_size=40)))
def test_no_field_raises_and_every_cookie_can_be_sent(fields: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        jar = received(*fields, url=HTTPS)
        header = cookie_header(jar.filter_cookies(HTTPS))
    assert not set(header) & {"\r", "\n", "\0"}
    assert len(header.split("; ")) == max(1, len(jar.filter_cookies(HTTPS)))


@pytest.mark.spec("JAR-10", "ADD-261", "ADD-263")
def test_dummy_jar() -> None:
    jar = DummyCookieJar()
    jar.update_cookies({"a": "1"}, HTTP)
    jar.update_cookies_from_headers(["a=1"], HTTP)
    jar.clear()
    jar.clear_domain("a.example")
    assert (len(jar), list(jar), jar.filter_cookies(HTTP)) == (0, [], SimpleCookie())
    assert (jar.unsafe, jar.quote_cookie, jar.cookies) == (False, True, {})
    assert (jar.host_only_cookies, jar.treat_as_secure_origin) == (frozenset(), frozenset())


@pytest.mark.spec("ADD-242", "ADD-826")
@pytest.mark.parametrize("digits", [10, 20, 400, 4000])
def test_a_huge_max_age_does_not_overflow(digits: int) -> None:
    """The cookie lives as long as dates go, and what stands beside it is read as ever."""
    jar = CookieJar()
    url = URL("http://a.example/")
    jar.update_cookies_from_headers(
        [f"big=1; Max-Age={'9' * digits}", f"small=1; Max-Age=-{'9' * digits}", "plain=1"], url
    )
    cookies = jar.filter_cookies(url)
    # 1024 bytes are the limit of one attribute, a longer one is none at all.
    assert set(cookies) == {"big", "plain"} | ({"small"} if digits > 1024 else set())
    assert {cookie.key for cookie in jar} == set(cookies)
