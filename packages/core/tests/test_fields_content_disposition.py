"""Content-Disposition: reading, file names, writing."""

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_core.fields.content_disposition import (
    BadContentDispositionHeader,
    BadContentDispositionParam,
    content_disposition_filename,
    content_disposition_header,
    parse_content_disposition,
    safe_base_name,
)


def read(header: str | None) -> tuple[str | None, dict[str, str], str | None, list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        disptype, params = parse_content_disposition(header)
    names = [warning.category.__name__.removeprefix("BadContentDisposition") for warning in caught]
    return disptype, params, content_disposition_filename(params), names


@pytest.mark.parametrize(
    ("header", "disptype", "params"),
    [
        (None, None, {}),
        ("", None, {}),
        ("inline", "inline", {}),
        ("ATTACHMENT; FileName=x", "attachment", {"filename": "x"}),
        ('form-data; name="a"', "form-data", {"name": "a"}),
        ('form-data; name=""; filename=""', "form-data", {"name": "", "filename": ""}),
        (' attachment ; filename = "x" ', "attachment", {"filename": "x"}),
        ('attachment; filename="a;b=c"', "attachment", {"filename": "a;b=c"}),
        ('attachment; filename="a\\"b"', "attachment", {"filename": 'a"b'}),
        ('attachment; filename="f\\oo"', "attachment", {"filename": "foo"}),
        ('attachment; filename="é.txt"', "attachment", {"filename": "é.txt"}),
        ('attachment; filename="a%20b"', "attachment", {"filename": "a%20b"}),
        ("attachment; filename*=UTF-8''%e2%82%ac", "attachment", {"filename*": "€"}),
        ("attachment; filename*=iso-8859-1'en'%a3", "attachment", {"filename*": "£"}),
        (
            "attachment; filename*0=a; filename*1=b",
            "attachment",
            {"filename*0": "a", "filename*1": "b"},
        ),
    ],
)
@pytest.mark.spec("HDR-03", "HDR-06", "ADD-129", "CRSP-14", "ADD-896")
def test_read(header: str | None, disptype: str | None, params: dict[str, str]) -> None:
    assert read(header)[:2] == (disptype, params)
    assert read(header)[3] == []


@pytest.mark.parametrize(
    "header",
    [
        '"inline"',
        'inline"',
        "a/b; x=y",
        "attachment; filename=/etc/x",
        "attachment; filename=a b.txt",
        'attachment; filename="a',
        "attachment; filename=",
        "attachment; filename=foo; baz",
        'attachment; name="a"; name="b"',
        "form-data name=x",
        "form-data, name=x",
        "attachment; filename=é.txt",
        'attachment; filename="a"b',
        ";",
        "=",
        ";a=b",
        "attachment" + "".join(f"; a{n}=b" for n in range(100)),
    ],
)
@pytest.mark.spec("HDR-06", "ADD-129", "MPR-14", "MPR-15")
def test_malformed_header_is_worth_nothing(header: str) -> None:
    assert read(header) == (None, {}, None, ["Header"])


@pytest.mark.parametrize(
    ("header", "params", "expected"),
    [
        ("attachment; filename=x;", {"filename": "x"}, ["Header"]),
        ("attachment;; filename=x", {"filename": "x"}, ["Header"]),
        ("attachment; ; filename=x; ", {"filename": "x"}, ["Header", "Header"]),
        ("attachment; =x; filename=y", {"filename": "y"}, ["Param"]),
        ("attachment; filename*=UTF-8''%ff; filename=y", {"filename": "y"}, ["Param"]),
        ("attachment; filename*=x-no''a; filename=y", {"filename": "y"}, ["Param"]),
        ("attachment; filename*=hex''61; filename=y", {"filename": "y"}, ["Param"]),
        ("attachment; filename*=a; filename=y", {"filename": "y"}, ["Param"]),
        ("attachment; filename*=\"UTF-8''a\"; filename=y", {"filename": "y"}, ["Param"]),
        ("attachment; filename*=UTF-8''%zz; filename=y", {"filename": "y"}, ["Param"]),
    ],
)
@pytest.mark.spec("ADD-129", "ADD-130", "ADD-811", "ADD-833")
def test_one_bad_element_leaves_the_others(
    header: str, params: dict[str, str], expected: list[str]
) -> None:
    assert read(header)[1] == params
    assert read(header)[3] == expected


@pytest.mark.parametrize(
    ("header", "filename"),
    [
        ('attachment; filename="/etc/passwd"', "etc/passwd"),
        ('attachment; filename="\\\\\\\\host\\\\x"', "host\\x"),
        ('form-data; name=f; filename="../../x"', "../../x"),
        ("attachment; filename*=utf-8''%2fetc%2Fpasswd", "etc/passwd"),
        ("attachment; filename*=utf-8''%5c%5chost", "host"),
        ("attachment; filename*0*=utf-8''%2f; filename*1=x", "x"),
        ('attachment; filename*0="/a"; filename*1=b', "ab"),
    ],
)
@pytest.mark.spec("ADD-131", "ADD-923")
def test_leading_slashes_are_removed(header: str, filename: str) -> None:
    assert read(header)[2] == filename


@pytest.mark.parametrize(
    ("client", "header", "name", "filename"),
    [
        ("Chrome 130", 'form-data; name="f"; filename="a\u00e9 b.txt"', "f", "a\u00e9 b.txt"),
        ("Chrome 130", 'form-data; name="f"; filename="a%22b.txt"', "f", "a%22b.txt"),
        ("Firefox 60", 'form-data; name="f"; filename="a\\"b.txt"', "f", 'a"b.txt'),
        ("Safari 17", 'form-data; name="f"; filename="a%0D%0Ab"', "f", "a%0D%0Ab"),
        ("IE 8", 'form-data; name="f"; filename="C:\\dir\\new.txt"', "f", "C:\\dir\\new.txt"),
        ("curl 7.80", 'form-data; name="f"; filename="a\\\\b\\"c"', "f", 'a\\b"c'),
        ("curl 8", 'form-data; name="f"; filename="a%22b"', "f", "a%22b"),
        ("requests", "form-data; name=\"f\"; filename*=utf-8''%C3%A9", "f", "é"),
        ("PHP cURL", 'form-data; name="f[]"; filename="x"', "f[]", "x"),
        ("no file chosen", 'form-data; name="f"; filename=""', "f", ""),
    ],
)
@pytest.mark.spec("ADD-129", "MPR-14", "MPR-15")
def test_what_clients_send(client: str, header: str, name: str, filename: str) -> None:
    _, params, found, _ = read(header)
    assert (params["name"], found) == (name, filename), client


@pytest.mark.parametrize(
    ("params", "filename"),
    [
        ({}, None),
        ({"filename": "a", "filename*": "b"}, "b"),
        ({"filename": "a", "filename*0": "b"}, "a"),
        ({"filename*0": "a", "filename*1": "b"}, "ab"),
        ({"filename*0": "a", "filename*2": "c"}, "a"),
        ({"filename*1": "b"}, None),
        ({"filename*01": "b"}, None),
        ({"filename*0*": "UTF-8''%e2", "filename*1*": "%82%ac"}, "€"),
        ({"filename*0*": "UTF-8''a%20", "filename*1": "b%20"}, "a b%20"),
        ({"filename*0*": "x-none''a"}, "a"),
        ({"filename*0*": "x-none''%ff"}, None),
        ({"filename*0*": "UTF-8''%ff"}, None),
        ({"filename*0*": "a'b"}, "a'b"),
        ({"filename*0*": "\ud800"}, None),
    ],
)
@pytest.mark.spec("ADD-132")
def test_filename(params: dict[str, str], filename: str | None) -> None:
    assert content_disposition_filename(params) == filename


def test_other_name() -> None:
    assert content_disposition_filename({"name*": "a", "name": "b"}, "name") == "a"


@pytest.mark.parametrize(
    ("arguments", "params", "expected"),
    [
        (("form-data",), {}, "form-data"),
        (("form-data",), {"name": "a"}, 'form-data; name="a"'),
        (
            ("form-data",),
            {"name": 'a"b\\c', "filename": 'x y"é.txt'},
            'form-data; name="a\\"b\\\\c"; filename="x%20y%22%C3%A9.txt"',
        ),
        (("form-data",), {"name": "é"}, "form-data; name*=utf-8''%C3%A9"),
        (("attachment", True, "latin1"), {"name": "é"}, "attachment; name*=latin1''%E9"),
        (("attachment", False), {"filename": 'é "x"'}, 'attachment; filename="é \\"x\\""'),
        (("attachment",), {"filename": ""}, 'attachment; filename=""'),
        (
            ("a",),
            {"name": "x\r\ny", "filename": "q\n"},
            "a; name*=utf-8''x%0D%0Ay; filename=\"q%0A\"",
        ),
    ],
)
@pytest.mark.spec("ADD-113", "HDR-07")
def test_write(arguments: tuple[str], params: dict[str, str], expected: str) -> None:
    assert content_disposition_header(*arguments, **params) == expected  # type: ignore[arg-type]
    assert content_disposition_header(*arguments, params=params) == expected


@pytest.mark.parametrize(
    ("disptype", "quote_fields", "params"),
    [
        ("at tachment", True, {}),
        ("", True, {}),
        ("a\r\nX: y", True, {}),
        ("a", True, {"b c": "x"}),
        ("a", False, {"filename": "x\r\ny"}),
        ("a", False, {"name": "x\0y"}),
        ("a", True, {"filename": "\ud800"}),
    ],
)
@pytest.mark.spec("ADD-113", "ADD-133")
def test_write_is_strict(disptype: str, quote_fields: bool, params: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"bad content disposition|Control|surrogates"):
        content_disposition_header(disptype, quote_fields, params=params)
    with pytest.raises(ValueError, match="bad charset"):
        content_disposition_header("a", True, "utf 8", {"name": "é"})


@given(st.text(), st.text())
def test_reading_never_raises(first: str, second: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for header in (first, f"form-data; name={first}; {second}", f'a; b="{first}"; {second}'):
            content_disposition_filename(parse_content_disposition(header)[1])


@given(
    st.text(
        st.characters(min_codepoint=32, blacklist_characters="\x7f", blacklist_categories=["Cs"])
    )
)
@pytest.mark.spec("ADD-113")
def test_round_trip(name: str) -> None:
    written = content_disposition_header("form-data", params={"name": name})
    assert content_disposition_filename(read(written)[1], "name") == name.lstrip("/\\")
    raw = content_disposition_header("form-data", False, params={"name": name})
    assert read(raw)[1]["name"] == name.lstrip("/\\")


@pytest.mark.parametrize(
    "header",
    [
        "a" + ";a=" * 10_000,
        "a" + ';a="' * 100_000,
        'a;a="' + "\\" * 100_000,
        "a" + ";" * 100_000,
        "a;" + " " * 100_000 + "b",
        "a; " + "a" * 100_000,
        'a; a="' + '\\"' * 100_000,
    ],
)
@pytest.mark.spec("ADD-785")
def test_hostile_headers_take_one_pass(header: str) -> None:
    assert read(header)[:2] == (None, {})


def test_warnings_do_not_remember_the_peer() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for number in range(100):
            parse_content_disposition(f"bad{number} header")
    assert len({str(warning.message) for warning in caught}) == 1
    assert issubclass(BadContentDispositionHeader, RuntimeWarning)
    assert issubclass(BadContentDispositionParam, RuntimeWarning)


@pytest.mark.parametrize(
    ("filename", "base"),
    [
        ("../../etc/cron.d/x", "x"),
        ("C:\\dir\\a.txt", "a.txt"),
        ("a\x00b\n.txt", "ab.txt"),
        ("..", "file"),
        ("...hidden", "hidden"),
        ("", "file"),
        (None, "file"),
        ("NUL.txt", "_NUL.txt"),
        ("com1", "_com1"),
        ("COM¹.x", "_COM¹.x"),
        ("x::$DATA", "x$DATA"),
        ("é" * 200 + ".txt", "é" * 125 + ".txt"),
        ("a" * 300, "a" * 255),
        ("/", "file"),
    ],
)
@pytest.mark.spec("ADD-131")
def test_safe_base_name(filename: str | None, base: str) -> None:
    assert safe_base_name(filename) == base
    assert len(base.encode()) <= 255
