"""Content-Type and media types."""

import pytest

from aiohttp_core.fields.content_type import (
    content_type_header,
    is_json_type,
    known_charset,
    parse_content_type,
    parse_mimetype,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("", "", "", {})),
        ("*", ("*", "*", "", {})),
        ("application/json", ("application", "json", "", {})),
        ("text/html; charset=utf-8", ("text", "html", "", {"charset": "utf-8"})),
        ("TEXT/HTML;Charset=UTF-8", ("text", "html", "", {"charset": "UTF-8"})),
        ("application/rss+xml", ("application", "rss", "xml", {})),
        ('text/plain;base64;x="a;b"', ("text", "plain", "", {"base64": "", "x": "a;b"})),
        ("text", ("text", "", "", {})),
    ],
)
@pytest.mark.spec("HDR-05", "ADD-992")
def test_parse_mimetype(text: str, expected: tuple[str, str, str, dict[str, str]]) -> None:
    kind, subtype, suffix, parameters = parse_mimetype(text)
    assert (kind, subtype, suffix, dict(parameters)) == expected


@pytest.mark.parametrize(
    ("text", "mimetype", "parameters"),
    [
        ("text/html", "text/html", {}),
        ("Text/HTML; Charset=UTF-8", "text/html", {"charset": "UTF-8"}),
        ("jpg", "application/octet-stream", {}),
        ("a/b/c; charset=x", "application/octet-stream", {"charset": "x"}),
        ("/", "application/octet-stream", {}),
        ("text/", "application/octet-stream", {}),
        ("", "application/octet-stream", {}),
        ("text/html, text/plain", "application/octet-stream", {}),
        ("text/html; charset=a; charset=b", "text/html", {"charset": "a"}),
        ('multipart/mixed; boundary="a; b"', "multipart/mixed", {"boundary": "a; b"}),
        ("text/html;;;charset=x", "text/html", {"charset": "x"}),
    ],
)
@pytest.mark.spec("CRSP-12", "ADD-136", "ADD-1037", "WREQ-14", "ADD-837")
def test_parse_content_type(text: str, mimetype: str, parameters: dict[str, str]) -> None:
    parsed = parse_content_type(text)
    assert parsed.mimetype == mimetype
    assert dict(parsed.parameters) == parameters


@pytest.mark.spec("CRSP-13", "WREQ-14")
def test_charset() -> None:
    assert parse_content_type("text/html; charset=UTF-8").charset == "utf-8"
    assert parse_content_type("text/html").charset is None
    assert parse_content_type("text/html; charset=").charset is None


def test_parameters_are_read_only_because_they_are_shared() -> None:
    parsed = parse_content_type("text/html; charset=utf-8")
    with pytest.raises(TypeError):
        parsed.parameters["charset"] = "x"  # type: ignore[index]


def test_long_values_are_parsed_but_not_kept() -> None:
    text = "text/html; x=" + "a" * 10_000
    assert parse_content_type(text).parameters["x"] == "a" * 10_000
    assert parse_content_type(text) is not parse_content_type(text)
    assert parse_mimetype(text) is not parse_mimetype(text)


def test_backtracking_input_is_linear() -> None:
    # CVE-2024-24762
    assert parse_content_type('application/x; !="' + "\\" * 100_000).mimetype == "application/x"


@pytest.mark.parametrize(
    ("mimetype", "is_json"),
    [
        ("application/json", True),
        ("APPLICATION/JSON; charset=x", True),
        ("application/problem+json", True),
        ("application/jsonfoo", False),
        ("text/json", False),
        ("json", False),
        ("", False),
    ],
)
@pytest.mark.spec("ADD-1102")
def test_is_json(mimetype: str, is_json: bool) -> None:
    assert is_json_type(mimetype) is is_json
    assert parse_content_type(mimetype).is_json is is_json


def test_header() -> None:
    assert content_type_header("text/html") == "text/html"
    assert content_type_header("text/x", {"charset": "utf-8"}) == "text/x; charset=utf-8"
    assert content_type_header("a/b", {"c": 'd "e"'}) == 'a/b; c="d \\"e\\""'


@pytest.mark.parametrize(
    ("mimetype", "parameters"),
    [("text", {}), ("text/html\r\nX: y", {}), ("a/b", {"c": "\n"}), ("a/b", {"c d": "e"})],
)
def test_header_is_strict(mimetype: str, parameters: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"Not a|Control"):
        content_type_header(mimetype, parameters)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("latin1", "iso8859-1"),
        ("iso-8859-1", "iso8859-1"),
        ("windows-1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("ascii", "ascii"),
        ("Shift_JIS", "shift_jis"),
        ("hex", None),
        ("zlib", None),
        ("rot13", None),
        ("unicode_escape", None),
        ("undefined", None),
        ("idna", None),
        ("x-nothing", None),
        ("\u212aoi8-r", None),
        ("utf-8\0", None),
        ("a" * 1000, None),
        ("", None),
        (None, None),
    ],
)
@pytest.mark.spec("CRSP-24")
def test_known_charset(name: str | None, codec: str | None) -> None:
    assert known_charset(name) == codec
    if name is not None:
        assert parse_content_type(f'text/plain; charset="{name}"').encoding == codec
