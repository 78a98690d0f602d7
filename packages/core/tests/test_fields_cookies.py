"""Cookie and Set-Cookie: reading, writing, limits."""

import copy
import logging
import pickle
from datetime import UTC, datetime, timedelta, timezone
from http.cookies import Morsel, SimpleCookie

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_core.fields.cookies import (
    MAX_ATTRIBUTE_LENGTH,
    MAX_COOKIE_LENGTH,
    MAX_COOKIES,
    CookieMorsel,
    build_set_cookie,
    cookie_header,
    is_cookie_name,
    load_cookies,
    make_morsel,
    parse_cookie_header,
    parse_set_cookie,
    parse_set_cookies,
    quote_cookie_value,
    set_cookie_header,
    unquote_cookie_value,
)


def values(text: str) -> list[tuple[str, str]]:
    return [(name, value) for name, value, _ in parse_cookie_header(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a=1", [("a", "1")]),
        ("a=1; b=2", [("a", "1"), ("b", "2")]),
        ("a=1;b=2;;  ;c=3;", [("a", "1"), ("b", "2"), ("c", "3")]),
        ("a= 1 ; b=2", [("a", "1"), ("b", "2")]),
        ("a\t=1", [("a", "1")]),
        ("a=b=c", [("a", "b=c")]),
        ("a=", [("a", "")]),
        ("path=/; secure=1; $Version=1", [("path", "/"), ("secure", "1"), ("$Version", "1")]),
        (
            "a[b]=1;{x}=2;a@b=3;a/b:c(d)=4",
            [("a[b]", "1"), ("{x}", "2"), ("a@b", "3"), ("a/b:c(d)", "4")],
        ),
        ("a=1; a=2", [("a", "1"), ("a", "2")]),
        ('a="x y"; b=2', [("a", "x y"), ("b", "2")]),
        ('a="x\\073y\\"z\\\\"; b=2', [("a", 'x;y"z\\'), ("b", "2")]),
        ('a="\\303\\251"', [("a", "\xc3\xa9")]),
        ('a="unterminated; b=2', [("a", '"unterminated'), ("b", "2")]),
        ('a="x"y; b=2', [("a", '"x"y'), ("b", "2")]),
        ('a={"x": "y"}; b=2', [("a", '{"x": "y"}'), ("b", "2")]),
        ("a=1,2; b=3", [("a", "1,2"), ("b", "3")]),
        ("a=é; b=2", [("a", "é"), ("b", "2")]),
    ],
)
@pytest.mark.spec("ADD-472", "WREQ-12")
def test_read_request(text: str, expected: list[tuple[str, str]]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize("bad", ["a", "=v", "=", "é=1", '"a"=1', "a b=1", "a,b=1", "\x01=1", " "])
@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.spec("ADD-472", "ADD-840")
def test_a_broken_cookie_loses_no_other(bad: str, position: int) -> None:
    pieces = ["x=1", "y=2"]
    pieces.insert(position, bad)
    assert values("; ".join(pieces)) == [("x", "1"), ("y", "2")]


@pytest.mark.parametrize("text", ["a=1 b=2; c=3", "a=1, b=2; c=3", "a=1\tb=2; c=3"])
@pytest.mark.spec("ADD-472")
def test_blank_ends_a_value_but_begins_no_cookie(text: str) -> None:
    assert values(text) == [("a", "1"), ("c", "3")]


def test_nothing_smuggles_a_cookie() -> None:
    assert ("__Host-s", "evil") not in values("a=1 __Host-s=evil")
    assert ("__Host-s", "1") not in values("=__Host-s=1")
    assert values('a="x; session=secret; b=y"') == [("a", '"x'), ("session", "secret"), ("b", 'y"')]


def test_coded_value_is_kept() -> None:
    (pair,) = parse_cookie_header('a="x\\073y"')
    assert (pair.value, pair.coded_value) == ("x;y", '"x\\073y"')


@pytest.mark.parametrize(
    "text",
    [
        'a="' + "\\" * 100_000,
        'a="' + "\\" * 100_000 + '"',
        'a="' + "\\3" * 100_000 + '"',
        "a=x" + " " * 100_000 + "x",
        "a=x" + " x" * 100_000,
        "a=" + " b" * 100_000,
        "a=x" + ", " * 100_000,
        ";" * 100_000,
        "=" * 100_000,
        " " * 100_000 + "=1",
    ],
)
def test_hostile_fields_take_one_pass(text: str) -> None:
    # CVE-2024-7592 and CVE-2024-52804 were quadratic here: minutes for this much text.
    assert len(parse_cookie_header(text)) <= 1
    assert parse_set_cookie(text) is None


@pytest.mark.spec("ADD-784")
def test_many_bad_pairs_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        parse_cookie_header("; ".join(["é"] * 10_000))
    assert not caplog.records


@given(st.text())
def test_reading_never_raises(text: str) -> None:
    for name, value, coded in parse_cookie_header(text):
        assert is_cookie_name(name)
        assert ";" not in coded
        assert isinstance(value, str)
    morsel = parse_set_cookie(text)
    if morsel is not None:
        try:
            written = set_cookie_header(morsel)
        except ValueError:
            assert morsel.coded_value.startswith('"')  # an open quote, and an attribute closes it
            return
        assert written.startswith(f"{morsel.key}={morsel.coded_value}")
        assert parse_set_cookie(written) == morsel


# -- Set-Cookie -------------------------------------------------------------------------------


def set_attributes(text: str) -> dict[str, object]:
    morsel = parse_set_cookie(text)
    assert morsel is not None
    return {name: value for name, value in morsel.items() if value}


@pytest.mark.parametrize(
    ("text", "name", "value", "coded"),
    [
        ("a=b", "a", "b", "b"),
        ("a=b; c=d; e=f", "a", "b", "b"),
        ("Path=/x", "Path", "/x", "/x"),
        ("$Version=1; a=b", "$Version", "1", "1"),
        ("a[b]=1", "a[b]", "1", "1"),
        ("{x}=1", "{x}", "1", "1"),
        ("a = b ; Path=/", "a", "b", "b"),
        ("a=", "a", "", ""),
        ("a=b=c", "a", "b=c", "b=c"),
        ('a="x;y"; Path=/', "a", "x;y", '"x;y"'),
        ('a= "x" ;path=/', "a", "x", '"x"'),
        ('a="x"y;path=/', "a", '"x"y', '"x"y'),
        ('a="x;y', "a", '"x', '"x'),
        ('a="\\303\\251"', "a", "\xc3\xa9", '"\\303\\251"'),
        ('a={"x": [1, 2]}', "a", '{"x": [1, 2]}', '{"x": [1, 2]}'),
        ("a=é,ü", "a", "é,ü", "é,ü"),
        ("a=b\tc", "a", "b\tc", "b\tc"),
    ],
)
@pytest.mark.spec("ADD-232", "ADD-233", "ADD-235", "ADD-236", "ADD-237")
def test_one_field_makes_one_cookie(text: str, name: str, value: str, coded: str) -> None:
    morsel = parse_set_cookie(text)
    assert morsel is not None
    assert (morsel.key, morsel.value, morsel.coded_value) == (name, value, coded)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a; b=c",
        "=b",
        " =b",
        "a b=1",
        '"a"=1',
        "a,b=1",
        "é=1",
        "a=\x01",
        "a=\x00",
        "a=b\r\n",
        "a=b\x7f",
        "a=b; Path=/\x1f",
        ";a=b",
    ],
)
@pytest.mark.spec("ADD-234")
def test_fields_that_make_no_cookie(text: str) -> None:
    assert parse_set_cookie(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=b; PATH=/x; domain=.Example.com", {"path": "/x", "domain": ".Example.com"}),
        ("a=b; Path=/x; Path=/y", {"path": "/y"}),
        ("a=b; Path=/x; Path", {}),
        ("a=b; Unknown=1; Secure", {"secure": True}),
        ("a=b; Secure=no; HttpOnly=0", {"secure": True, "httponly": True}),
        ("a=b;;; ;SameSite=Lax", {"samesite": "Lax"}),
        ("a=b; Max-Age=10", {"max-age": "10"}),
        ("a=b; Max-Age=-1", {"max-age": "-1"}),
        ("a=b; Max-Age=1.5", {}),
        ("a=b; Max-Age=+5", {}),
        ("a=b; Max-Age=\u0661", {}),
        ("a=b; Max-Age", {}),
        (
            "a=b; Expires=Wed, 01 Jan 2031 00:00:00 GMT",
            {"expires": "Wed, 01 Jan 2031 00:00:00 GMT"},
        ),
        (
            "a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            {"expires": "Thu, 01 Jan 1970 00:00:00 GMT"},
        ),
        ("a=b; Expires=never", {}),
        ("a=b; Expires=Wed, 01 Jan 1500 00:00:00 GMT", {}),
    ],
)
@pytest.mark.spec("ADD-232", "ADD-239", "ADD-240", "ADD-241", "ADD-242", "ADD-1094", "WRSP-32")
def test_attributes(text: str, expected: dict[str, object]) -> None:
    assert set_attributes(text) == expected


@pytest.mark.spec("ADD-239")
def test_partitioned_is_kept_where_the_library_knows_it() -> None:
    morsel = parse_set_cookie("a=b; Partitioned=x")
    assert morsel is not None
    assert morsel.get("partitioned", None) == (
        True if Morsel().isReservedKey("partitioned") else None
    )


@pytest.mark.spec("ADD-238")
def test_limits() -> None:
    longest = "a=" + "x" * (MAX_COOKIE_LENGTH - 1)
    assert parse_set_cookie(longest) is not None
    assert parse_set_cookie(longest + "x") is None
    assert parse_set_cookie("a=" + "é" * 2047) is not None
    assert parse_set_cookie("a=" + "é" * 2048) is None
    assert set_attributes("a=b" + "; x=y" * 31 + "; Secure") == {"secure": True}
    assert set_attributes("a=b" + "; x=y" * 32 + "; Secure") == {}
    path = "/" + "p" * (MAX_ATTRIBUTE_LENGTH - 1)
    assert set_attributes(f"a=b; Path={path}") == {"path": path}
    assert set_attributes(f"a=b; Path={path}p; Secure") == {"secure": True}
    assert len(parse_set_cookies(f"c{n}=1" for n in range(10_000))) == MAX_COOKIES


@pytest.mark.spec("ADD-234")
def test_one_warning_for_all_bad_fields(caplog: pytest.LogCaptureFixture) -> None:
    cookies = parse_set_cookies(["a=1", "b b=1", "é=1", "c=2"])
    assert [morsel.key for morsel in cookies] == ["a", "c"]
    assert [(record.name, record.levelname) for record in caplog.records] == [
        ("aiohttp.internal", "WARNING")
    ]


def test_load_cookies_keeps_the_last() -> None:
    cookies = load_cookies(parse_set_cookies(["a=1", "path=2", "a=3"]))
    assert isinstance(cookies, SimpleCookie)
    assert {name: morsel.value for name, morsel in cookies.items()} == {"a": "3", "path": "2"}


# -- writing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "coded"),
    [
        ("", '""'),
        ("abc", "abc"),
        ("b c", '"b c"'),
        (",", '"\\054"'),
        (";", '"\\073"'),
        ('"', '"\\""'),
        ("\\", '"\\\\"'),
        ("a=b/c", '"a=b/c"'),
        ("é", '"\\351"'),
        ("\n", '"\\012"'),
        ("€", '"€"'),
    ],
)
@pytest.mark.spec("ADD-256")
def test_quoting(value: str, coded: str) -> None:
    assert quote_cookie_value(value) == coded == SimpleCookie().value_encode(value)[1]
    assert unquote_cookie_value(coded) == value


@given(st.text())
@pytest.mark.spec("ADD-256")
def test_quoting_round_trip(value: str) -> None:
    coded = quote_cookie_value(value)
    assert unquote_cookie_value(coded) == value
    assert ";" not in coded
    assert coded.isprintable() or not coded.isascii()


@pytest.mark.spec("ADD-255", "ADD-256", "ADD-257")
def test_cookie_header() -> None:
    received = parse_set_cookie('r="x\\054y"')
    raw = parse_set_cookie('q=x,"y')
    assert received is not None
    assert raw is not None
    pairs: dict[str, str | Morsel[str]] = {"a": "1", "b": "b c", "r": received, "q": raw}
    assert cookie_header(pairs) == 'a=1; b="b c"; r="x\\054y"; q=x,"y'
    assert cookie_header(pairs.items(), quote_cookie=False) == 'a=1; b=b c; r="x\\054y"; q=x,"y'
    assert cookie_header({}) == ""


@pytest.mark.parametrize(
    ("name", "value"), [("a b", "1"), ("", "1"), ("a", "x\r\ny"), ("a", "\0"), ("a;b", "1")]
)
def test_cookie_header_is_strict(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"cookie"):
        cookie_header({name: value}, quote_cookie=False)


@given(st.lists(st.tuples(st.from_regex(r"[!#-+.\-/0-:<>-~]+", fullmatch=True), st.text())))
def test_what_is_sent_is_read_back(pairs: list[tuple[str, str]]) -> None:
    assert values(cookie_header(pairs)) == pairs


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, "a=1; Path=/"),
        ({"path": None}, "a=1"),
        ({"max_age": 0}, "a=1; Path=/; Max-Age=0"),
        ({"max_age": "5", "domain": "x.org"}, "a=1; Path=/; Domain=x.org; Max-Age=5"),
        ({"secure": True, "httponly": True}, "a=1; Path=/; Secure; HttpOnly"),
        ({"secure": False}, "a=1; Path=/"),
        ({"samesite": "lax"}, "a=1; Path=/; SameSite=Lax"),
        ({"samesite": "None", "secure": True}, "a=1; Path=/; Secure; SameSite=None"),
        ({"partitioned": True, "secure": True}, "a=1; Path=/; Secure; Partitioned"),
        (
            {"expires": "Thu, 01 Jan 1970 00:00:00 GMT"},
            "a=1; expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/",
        ),
        (
            {"expires": datetime(2031, 1, 1, tzinfo=UTC)},
            "a=1; expires=Wed, 01 Jan 2031 00:00:00 GMT; Path=/",
        ),
        (
            {"expires": datetime(2031, 1, 1, tzinfo=timezone(timedelta(hours=1)))},
            "a=1; expires=Tue, 31 Dec 2030 23:00:00 GMT; Path=/",
        ),
    ],
)
@pytest.mark.spec("WRSP-09", "WRSP-10", "WRSP-12")
def test_build(arguments: dict[str, object], expected: str) -> None:
    morsel = build_set_cookie("a", 1, **arguments)  # type: ignore[arg-type]
    assert set_cookie_header(morsel) == expected
    cookies = SimpleCookie()
    cookies["a"] = morsel
    assert sorted(cookies.output(header="").strip().split("; ")) == sorted(expected.split("; "))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("", {}),
        ("a b", {}),
        ("a;b", {}),
        ("a\r\nX: y", {}),
        ("é", {}),
        ("a", {"domain": "x; HttpOnly"}),
        ("a", {"path": "/\r\nX: y"}),
        ("a", {"path": "/é"}),
        ("a", {"expires": "x;y"}),
        ("a", {"max_age": "1; a=b"}),
        ("a", {"max_age": 1.5}),
        ("a", {"samesite": "x"}),
    ],
)
@pytest.mark.spec("WRSP-09", "WRSP-12")
def test_build_is_strict(name: str, arguments: dict[str, object]) -> None:
    # CVE-2026-35536 of a peer: attributes were injected through a domain.
    with pytest.raises(ValueError, match="ookie"):
        build_set_cookie(name, "v", **arguments)  # type: ignore[arg-type]


def test_build_checks_types() -> None:
    with pytest.raises(TypeError, match="domain"):
        build_set_cookie("a", "v", domain=1)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["path", "Secure", "partitioned", "expires"])
def test_names_of_attributes_are_names(name: str) -> None:
    assert set_cookie_header(build_set_cookie(name, "v", path=None)) == f"{name}=v"


@pytest.mark.spec("ADD-270")
def test_too_long_a_cookie_warns() -> None:
    with pytest.warns(UserWarning, match="longer than the 4096 bytes"):
        build_set_cookie("a", "x" * MAX_COOKIE_LENGTH)


@pytest.mark.parametrize("value", ["a;b", '"a;b"c', "a\nb"])
def test_a_morsel_of_a_user_is_checked(value: str) -> None:
    morsel: Morsel[str] = Morsel()
    try:
        morsel.set("a", value, value)
    except Exception:
        return
    with pytest.raises(ValueError, match="Illegal value"):
        set_cookie_header(morsel)


@pytest.mark.parametrize(
    ("value", "path", "written"),
    [
        ('"', "/", 'a="; Path=/'),
        ('"', '/"', None),
        ('"b', '"', None),
        ('"b"', '/"', 'a="b"; Path=/"'),
        ('"b;c"', '/"', 'a="b;c"; Path=/"'),
        ('b"', '/"', 'a=b"; Path=/"'),
    ],
)
def test_no_attribute_becomes_part_of_the_value(value: str, path: str, written: str | None) -> None:
    """A quote that the value opens must not be closed by an attribute."""
    morsel: Morsel[str] = Morsel()
    morsel.set("a", value, value)
    morsel["path"] = path
    if written is None:
        with pytest.raises(ValueError, match="Illegal value"):
            set_cookie_header(morsel)
        return
    assert set_cookie_header(morsel) == written
    again = parse_set_cookie(written)
    assert again is not None
    assert (again.coded_value, again["path"]) == (value, path)


def test_a_morsel_with_a_bad_name_is_refused() -> None:
    with pytest.raises(ValueError, match="Illegal cookie name"):
        set_cookie_header(Morsel())
    with pytest.raises(ValueError, match="Illegal cookie name"):
        make_morsel("a;b", "", "")
    with pytest.raises(ValueError, match="Control character"):
        make_morsel("a", "", "\n")


@pytest.mark.spec("WRSP-09", "ADD-239")
def test_partitioned_on_every_version() -> None:
    morsel = CookieMorsel()
    morsel.set("a", "1", "1")
    assert morsel["partitioned"] == ""
    assert "Partitioned" not in morsel.OutputString()
    morsel["Partitioned"] = True
    assert morsel["partitioned"] is True
    assert morsel.isReservedKey("Partitioned")
    assert morsel.isReservedKey("path")
    assert morsel.OutputString() == "a=1; Partitioned"
    assert morsel.OutputString(["path"]) == "a=1"
    assert pickle.loads(pickle.dumps(morsel))["partitioned"] is True
    assert copy.copy(morsel)["partitioned"] is True


@pytest.mark.spec("ADD-504")
def test_naive_expiry_is_utc() -> None:
    naive = datetime(2031, 1, 1)
    assert "Wed, 01 Jan 2031 00:00:00 GMT" in set_cookie_header(
        build_set_cookie("a", 1, expires=naive)
    )
