import re

import pytest

from aiohttp_core import grammar


def every(accepts):
    return bytes(c for c in range(256) if accepts(bytes((c,))))


def test_tables_and_patterns_agree_on_every_byte():
    assert every(grammar.is_token) == bytes(sorted(grammar.TCHAR))
    assert every(grammar.is_value) == grammar.VALUE_CHARS
    assert every(grammar.is_lenient_value) == grammar.LENIENT_VALUE_CHARS
    assert every(grammar.is_target) == grammar.TARGET_CHARS
    for chars in (grammar.TCHAR, grammar.VALUE_CHARS, grammar.TARGET_CHARS):
        table = grammar.char_table(chars)
        assert len(table) == 256
        assert bytes(c for c in range(256) if table[c]) == bytes(sorted(chars))
    assert set(every(grammar.is_authority)) >= set(grammar.HOST_CHARS)


def test_tokens_are_those_of_rfc_9110():
    assert set(grammar.TCHAR) == {c for c in range(33, 127) if chr(c) not in '"(),/:;<=>?@[\\]{}'}
    assert not grammar.is_token(b"")


@pytest.mark.parametrize("c", [0x00, 0x08, 0x0A, 0x0B, 0x0D, 0x1F, 0x7F])
def test_what_no_value_holds(c):
    assert not grammar.is_value(bytes((c,)))


def test_content_length():
    assert grammar.parse_content_length(b"0") == 0
    assert grammar.parse_content_length(b"9223372036854775807") == grammar.MAX_LENGTH == 2**63 - 1
    for bad in (
        b"",
        b"-1",
        b"+1",
        b" 1",
        b"1 ",
        b"1_0",
        b"0x1",
        b"9223372036854775808",
        b"0" * 20,
        b"\xd9\xa1",
        b"1\n",
    ):
        assert grammar.parse_content_length(bad) == -1


def test_split_list():
    assert grammar.split_list(b"a,\tB ,,") == [b"a", b"b", b"", b""]
    assert grammar.split_list(b"\x0ba\xa0") == [b"\x0ba\xa0"]


def test_authorities():
    for good in (
        b"a",
        b"a:1",
        b"a:65535",
        b"a:",
        b"1.2.3.4",
        b"[::1]",
        b"[::ffff:1.2.3.4]:1",
        b"[v1.x:y]",
        b"a%20b",
        b"a_b",
    ):
        assert grammar.is_authority(good), good
    for bad in (
        b"",
        b":1",
        b"a:65536",
        b"a:123456",
        b"a b",
        b"a@b",
        b"a,b",
        b"[::1",
        b"::1",
        b"[]",
        b"[g]",
        b"a%2",
        b"a:1:2",
        b"a\n",
    ):
        assert not grammar.is_authority(bad), bad
    assert grammar.is_authority(b"a:1", need_port=True)
    assert not grammar.is_authority(b"a", need_port=True)
    assert not grammar.is_authority(b"a:", need_port=True)


def test_framing_fields_are_found_in_any_case():
    block = (
        b"x\r\nHOST: a\r\nX-Host: b\r\nhost2: c\r\nContent-LENGTH:\t5\r\nCookie: Host: x\r\n\r\n"
    )
    assert grammar.find_framing_fields(block) == [(b"HOST", b"a"), (b"Content-LENGTH", b"5")]


def test_lenient_framing_fields_are_those_that_frame():
    block = (
        b"x\r\nServer: a\r\nCONTENT-length: 5\r\nContent-Type: t\r\nset-cookie: a=b\r\n"
        b"Content-Encoding:gzip\r\nX-Upgrade: y\r\nUpgrade: h2c\r\nConnection: a, b\r\n"
        b"Transfer-Encoding: chunked\r\nSet-Cookie: c=d\r\n\r\n"
    )
    found = grammar.find_lenient_framing_fields(block)
    assert found == [
        (b"CONTENT-length", b"5"),
        (b"set-cookie", b"a=b"),
        (b"Content-Encoding", b"gzip"),
        (b"Upgrade", b"h2c"),
        (b"Connection", b"a, b"),
        (b"Transfer-Encoding", b"chunked"),
        (b"Set-Cookie", b"c=d"),
    ]
    counted = {b"Server", b"Content-Type"}
    assert [pair for pair in grammar.find_framing_fields(block) if pair[0] not in counted] == found


def test_every_repetition_is_possessive():
    """A pattern that cannot give back what it took needs time linear in its input."""
    seen = 0
    for name, value in vars(grammar).items():
        pattern = getattr(value, "__self__", value)
        if isinstance(pattern, re.Pattern):
            seen += 1
            bare = re.sub(rb"\\.|\[(?:\\.|[^\]\\])*\]", b"x", pattern.pattern)
            assert not re.search(rb"[*+]", re.sub(rb"[*+?}]\+", b"", bare)), name
    assert seen >= 15
