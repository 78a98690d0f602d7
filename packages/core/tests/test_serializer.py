import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from aiohttp_core import serializer
from aiohttp_core.parser import END_OF_CHUNK, RequestParser, ResponseParser
from aiohttp_core.versions import HttpVersion, HttpVersion10, HttpVersion11

CONTROLS = [chr(c) for c in range(32) if c != 9] + ["\x7f"]


@pytest.mark.spec("ADD-122")
def test_heads():
    fields = CIMultiDict([("hOst", "a"), ("X", "é\t;"), ("x", "")])
    lines = b"hOst: a\r\nX: \xc3\xa9\t;\r\nx: \r\n"
    assert serializer.header_lines(fields) == lines
    assert serializer.header_lines(CIMultiDictProxy(fields)) == lines
    assert serializer.header_lines({"A": "b"}) == b"A: b\r\n"
    assert serializer.header_lines({}) == b""
    expected = b"GET /?a HTTP/1.1\r\n" + lines + b"\r\n"
    assert serializer.request_head("GET", "/?a", HttpVersion11, fields) == expected
    assert serializer.head("GET /?a HTTP/1.1", fields) == expected
    assert (
        serializer.response_head(HttpVersion10, 404, "Not Found", {})
        == b"HTTP/1.0 404 Not Found\r\n\r\n"
    )
    assert serializer.response_head(HttpVersion11, 100, "", {}) == b"HTTP/1.1 100 \r\n\r\n"


@pytest.mark.spec("ADD-120", "ADD-757", "ADD-795", "ADD-773", "ADD-761", "ADD-878")
@pytest.mark.parametrize("bad", [*CONTROLS, "\r\n", "\nX: y", "\r\nX: y"])
def test_control_characters_are_refused_everywhere(bad):
    text = f"a{bad}b"
    for call in (
        lambda: serializer.check_method(text),
        lambda: serializer.check_target(f"/{text}"),
        lambda: serializer.check_reason(text),
        lambda: serializer.check_field(text, "v"),
        lambda: serializer.check_field("N", text),
        lambda: serializer.header_lines({text: "v"}),
        lambda: serializer.header_lines({"N": text}),
        lambda: serializer.header_lines({"N": text, "M": "v"}),
        lambda: serializer.head(text, {}),
        lambda: serializer.head("GET / HTTP/1.1", {"N": text}),
        lambda: serializer.request_head(text, "/", HttpVersion11, {}),
        lambda: serializer.request_head("GET", f"/{text}", HttpVersion11, {}),
        lambda: serializer.request_head("GET", "/", HttpVersion11, {"N": text}),
        lambda: serializer.response_head(HttpVersion11, 200, text, {}),
        lambda: serializer.response_head(HttpVersion11, 200, "OK", {text: "v"}),
        lambda: serializer.last_chunk({"N": text}),
        lambda: serializer.last_chunk({text: "v"}),
    ):
        with pytest.raises(ValueError, match=r"."):
            call()


def test_errors_show_the_character_and_no_secret():
    """A key that was read from a file often has a line end behind it."""
    for call in (
        lambda: serializer.check_field("Authorization", "Bearer é secret\n"),
        lambda: serializer.header_lines({"Host": "a", "Authorization": "Bearer é secret\n"}),
    ):
        with pytest.raises(ValueError, match="Control character") as caught:
            call()
        text = str(caught.value)
        assert text == r"Control character b'\n' at byte 16 of the value of header 'Authorization'"


def test_errors_are_short():
    long = "x" * 100_000 + "\n"
    for call in (
        lambda: serializer.check_method(long),
        lambda: serializer.check_target(long),
        lambda: serializer.check_reason(long),
        lambda: serializer.check_field(long, "v"),
        lambda: serializer.check_field("N", long),
        lambda: serializer.head(long, {}),
        lambda: serializer.response_head(
            HttpVersion11, 200, "OK", {"Content-Length": "1", "Transfer-Encoding": long}
        ),
        lambda: serializer.head("GET / HTTP/1.1", {"Content-Length": long}),
        lambda: serializer.chunk_header(1, long),
    ):
        with pytest.raises(ValueError, match=r"b'") as caught:
            call()
        assert len(str(caught.value)) < 250


def test_a_value_that_looks_like_two_fields_is_refused():
    """The joined block alone would be valid; the number of its lines gives it away."""
    with pytest.raises(ValueError, match="Control character"):
        serializer.header_lines({"A": "1\r\nB: 2"})
    with pytest.raises(ValueError, match="no HTTP token"):
        serializer.header_lines({"A: 1\r\nB": "2"})
    with pytest.raises(ValueError, match="no HTTP token"):
        serializer.header_lines({"A: 1\r\n": "", "B": "2"})


@pytest.mark.spec("ADD-121")
@pytest.mark.parametrize("value", [1, None, b"x", 1.0, ["x"]])
def test_only_text_is_sent(value):
    for call in (
        lambda: serializer.header_lines({"A": "b", "N": value}),
        lambda: serializer.check_field("N", value),
        lambda: serializer.check_field(value, "v"),
        lambda: (
            serializer.header_lines({"A": "b", value: "v"})
            if not isinstance(value, list)
            else serializer.check_reason(value)
        ),
        lambda: serializer.check_reason(value),
        lambda: serializer.check_target(value),
        lambda: (
            serializer.check_method(value)
            if not isinstance(value, list)
            else serializer.check_reason(value)
        ),
    ):
        with pytest.raises(TypeError):
            call()


@pytest.mark.parametrize("name", ["", " ", "X ", " X", "X:", "X y", "é", "X\u212a", "[]", "X/"])
def test_names_are_tokens(name):
    with pytest.raises(ValueError, match="token"):
        serializer.check_field(name, "v")
    with pytest.raises(ValueError, match="token"):
        serializer.header_lines({name: "v"})


@pytest.mark.spec("ADD-761")
@pytest.mark.parametrize(
    "method", ["", "GET x", "GET / HTTP/1.1\r\nX: y\r\n\r\nGET", "G\x00T", "ＧＥＴ", "GE(T"]
)
def test_methods_are_tokens(method):
    with pytest.raises(ValueError, match="token"):
        serializer.request_head(method, "/", HttpVersion11, {})


def test_own_methods_are_fine():
    assert serializer.check_method("PURGE") == "PURGE"
    assert serializer.check_method("get") == "get"


@pytest.mark.parametrize("target", ["", " ", "/a b", "/é", "/a#b", "/\x7f"])
def test_bad_targets(target):
    with pytest.raises(ValueError, match="target"):
        serializer.check_target(target)


@pytest.mark.parametrize(
    "version",
    ["1.1", "1.1\r\nX: y", (1, 1, 1), HttpVersion(2, 0), None, [1, 1], HttpVersion("1", "1\r\n")],
)
def test_versions(version):
    with pytest.raises(ValueError, match="version"):
        serializer.request_head("GET", "/", version, {})
    with pytest.raises(ValueError, match="version"):
        serializer.response_head(version, 200, "OK", {})


@pytest.mark.parametrize("status", [99, 1000, -1, "200", 200.0, None])
def test_status(status):
    with pytest.raises(ValueError, match="Status"):
        serializer.response_head(HttpVersion11, status, "OK", {})


@pytest.mark.spec("HTTP-13")
@pytest.mark.parametrize("kind", [dict, CIMultiDict])
def test_never_two_framings(kind):
    fields = kind({"transfer-encoding": "chunked", "CONTENT-LENGTH": "1"})
    for call in (
        lambda: serializer.head("x", fields),
        lambda: serializer.request_head("GET", "/", HttpVersion11, fields),
        lambda: serializer.response_head(HttpVersion11, 200, "OK", fields),
    ):
        with pytest.raises(ValueError, match="together"):
            call()


@pytest.mark.spec("ADD-763")
def test_bytes_that_were_no_utf8_go_out_as_they_came_in():
    assert serializer.header_lines({"X": "\udcff"}) == b"X: \xff\r\n"
    with pytest.raises(ValueError, match="surrogates"):
        serializer.header_lines({"X": "\ud800"})
    with pytest.raises(ValueError, match="surrogates"):
        serializer.check_reason("\ud800")


def test_chunks():
    assert serializer.chunk(b"") == b""
    assert serializer.chunk(b"x" * 26) == b"1a\r\n" + b"x" * 26 + b"\r\n"
    assert serializer.chunk(bytearray(b"ab")) == b"2\r\nab\r\n"
    assert serializer.chunk(memoryview(b"abcd").cast("H")) == b"4\r\nabcd\r\n"
    assert serializer.chunk_header(255) == b"ff\r\n"
    for size in (0, -1):
        with pytest.raises(ValueError, match="at least one byte"):
            serializer.chunk_header(size)
    assert (
        serializer.last_chunk()
        == serializer.last_chunk({})
        == serializer.LAST_CHUNK
        == b"0\r\n\r\n"
    )
    assert serializer.last_chunk({"X-T": "1"}) == b"0\r\nX-T: 1\r\n\r\n"


@pytest.mark.parametrize(
    "name",
    ["Content-Length", "TRANSFER-ENCODING", "host", "Authorization", "Set-Cookie", "Trailer"],
)
def test_what_no_trailer_may_be(name):
    with pytest.raises(ValueError, match="trailers"):
        serializer.last_chunk({name: "1"})


NAMES = st.text("abcXYZ019-_!#$%&'*+.^`|~", min_size=1, max_size=20).map(lambda name: "X" + name)
VALUES = st.text(st.characters(exclude_characters=CONTROLS, exclude_categories=["Cs"]), max_size=40)


@given(fields=st.lists(st.tuples(NAMES, VALUES), max_size=20), strict=st.booleans())
def test_what_is_written_is_read_back(fields, strict):
    headers = CIMultiDict(fields)
    read = [(name, value.strip(" \t")) for name, value in fields]
    parser = ResponseParser(strict=strict)
    parser.expect("HEAD")
    parser.feed(serializer.response_head(HttpVersion11, 299, "Fine", headers))
    head = parser.next_event()
    assert (head.status, head.reason, list(head.headers.items())) == (299, "Fine", read)
    server = RequestParser()
    server.feed(serializer.request_head("PUT", "/x", HttpVersion10, headers))
    assert list(server.next_event().headers.items()) == read


@given(
    fields=st.lists(st.tuples(st.text(max_size=6), st.text(max_size=12)), min_size=1, max_size=4)
)
def test_the_block_check_is_the_field_check(fields):
    """What the quick check of the block accepts is what the check of each field accepts."""

    def verdict(call):
        try:
            call()
        except ValueError:
            return False
        return True

    each = all(
        verdict(lambda name=name, value=value: serializer.check_field(name, value))
        for name, value in fields
    )
    assert verdict(lambda: serializer.header_lines(CIMultiDict(fields))) == each


def test_chunks_are_read_back():
    parser = RequestParser()
    parser.feed(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    parser.feed(serializer.chunk(b"ab") + serializer.chunk(b"") + serializer.last_chunk({"T": "1"}))
    parser.next_event()
    assert [parser.next_event(), parser.next_event()] == [b"ab", END_OF_CHUNK]
    assert dict(parser.next_event().trailers) == {"T": "1"}


@pytest.mark.parametrize(
    "lengths", [["1", "2"], ["1", "1"], ["x"], ["-1"], ["+1"], ["1 "], [""], ["1_0"], ["\u0661"]]
)
@pytest.mark.spec("HTTP-13")
def test_a_head_declares_one_length_and_that_is_a_number(lengths):
    headers = CIMultiDict([("Content-Length", value) for value in lengths])
    for call in (
        lambda: serializer.head("GET / HTTP/1.1", headers),
        lambda: serializer.request_head("GET", "/", HttpVersion11, headers),
        lambda: serializer.response_head(HttpVersion11, 200, "OK", headers),
    ):
        with pytest.raises(ValueError, match="Content-Length"):
            call()


def test_the_largest_length():
    assert b"9223372036854775807" in serializer.head(
        "GET / HTTP/1.1", {"Content-Length": str(2**63 - 1)}
    )
    with pytest.raises(ValueError, match="Content-Length"):
        serializer.head("GET / HTTP/1.1", {"Content-Length": str(2**63)})


def test_chunk_extensions():
    assert serializer.chunk_header(10, ";a=b") == b"a;a=b\r\n"
    assert serializer.chunk(b"ab", ';a="b c";d') == b'2;a="b c";d\r\nab\r\n'
    assert serializer.chunk(b"", ";a=b") == b""
    for bad in ("a", "; =b", ";a=\n", ";a\r\n", ";a=b\x00", ';a="b', ";a;", ";é"):
        with pytest.raises(ValueError, match="chunk extension"):
            serializer.chunk_header(1, bad)


def test_start_lines_are_checked_every_time_and_kept_up_to_a_bound():
    for number in range(600):
        line = f"GET /{number} HTTP/1.1"
        for _ in range(2):
            assert serializer.head(line, {}) == line.encode() + b"\r\n\r\n"
            with pytest.raises(ValueError, match="start line"):
                serializer.head(line + "\r", {})
    assert serializer.head("x" * 500, {}) == b"x" * 500 + b"\r\n\r\n"
    with pytest.raises(TypeError, match="Start line"):
        serializer.head(b"GET / HTTP/1.1", {})


class Flip(dict):
    """A mapping that says something else when it is asked again."""

    def __init__(self, first, later):
        super().__init__(later)
        self.first = first

    def items(self):
        first, self.first = self.first, None
        return first.items() if first is not None else super().items()


def test_what_was_checked_is_what_is_sent():
    with pytest.raises(ValueError, match="grammar"):
        serializer.header_lines(Flip({"A": "b\r\nC: d"}, {"A": "b"}))
    with pytest.raises(TypeError):
        serializer.header_lines(Flip({"A": 1}, {"A": "b"}))
