import pytest

from aiohttp_core.control_fields import LENGTHS, ControlFields, kind_of
from aiohttp_core.errors import InvalidHeader


def control(*fields, lenient=False, request=True):
    fields_of = ControlFields(is_request=request, lenient=lenient)
    for name, value in fields:
        fields_of.note(kind_of(name), value)
    return fields_of


NAMES = [
    b"host",
    b"connection",
    b"content-length",
    b"transfer-encoding",
    b"content-encoding",
    b"upgrade",
    b"expect",
    b"sec-websocket-key1",
    b"content-location",
    b"content-range",
    b"content-type",
    b"etag",
    b"max-forwards",
    b"server",
    b"user-agent",
]


def test_names_are_known_in_every_spelling():
    assert len({kind_of(name) for name in NAMES}) == len(NAMES)
    for name in NAMES:
        assert kind_of(name) == kind_of(name.upper()) == kind_of(name.title()) > 0
        assert LENGTHS >> len(name) & 1
    for name in (b"", b"hos", b"hosts", b"cookie", b"content_length", b"ho\xc5\xbft", b"x-host"):
        assert kind_of(name) == 0


@pytest.mark.spec("ADD-015", "ADD-017", "ADD-787")
@pytest.mark.parametrize(
    "name",
    [
        b"Content-Length",
        b"Content-Location",
        b"Content-Range",
        b"Content-Type",
        b"ETag",
        b"Host",
        b"Max-Forwards",
        b"Server",
        b"Transfer-Encoding",
        b"User-Agent",
    ],
)
def test_what_may_stand_only_once(name):
    value = b"5" if name == b"Content-Length" else b"x"
    with pytest.raises(InvalidHeader, match=r"(?i)repeated field '" + name.decode()):
        control((name, value), (name.lower(), value))
    control((name, value), (name, value), lenient=True)


def test_what_may_be_repeated():
    fields = control((b"Upgrade", b"a"), (b"upgrade", b"b"), (b"Expect", b"x"), (b"Expect", b"y"))
    assert fields.upgrade == b"a, b"
    assert fields.expect


def test_clear_forgets_everything():
    fields = control(*((name, b"5") for name in NAMES if name != b"sec-websocket-key1"))
    assert fields.seen
    fields.clear()
    untouched = control()
    for name in (
        "seen",
        "connection",
        "expect",
        "host",
        "content_length",
        "transfer_encoding",
        "encoding",
        "upgrade",
    ):
        assert getattr(fields, name) == getattr(untouched, name)


@pytest.mark.spec("ADD-023")
def test_connection_options_are_merged_and_close_wins():
    assert control((b"connection", b"Keep-Alive")).keeps_alive(False)
    assert not control().keeps_alive(False)
    assert control().keeps_alive(True)
    fields = control((b"connection", b"a,, close ,b"), (b"connection", b"keep-alive"))
    assert not fields.keeps_alive(True)


def test_lengths_are_numbers():
    assert control((b"content-length", b"0007")).content_length == 7
    assert control((b"content-length", b"000")).content_length == 0
    with pytest.raises(InvalidHeader, match="differ"):
        control((b"content-length", b"1"), (b"content-length", b"2"), lenient=True)


def test_a_list_of_lengths_and_long_numbers():
    assert control((b"content-length", b"9" * 18)).content_length == 10**18 - 1
    assert control((b"content-length", b"9223372036854775807")).content_length == 2**63 - 1
    assert control().content_length == -1
    for bad in (b"", b"1a", b"9223372036854775808", b"1" * 20, b"-1", b"5, 5"):
        with pytest.raises(InvalidHeader, match="Bad Content-Length"):
            control((b"content-length", bad))


def test_hosts():
    for good in (b"a", b"", b"a.b-c.d", b"a:1", b"a_b", b"[::1]:80", b"%41", b"a:"):
        assert control((b"host", good)).host == good
    for bad in (
        b"a b",
        b"a/b",
        b"u@a",
        b"a:b",
        b"a,b",
        b"[::1",
        b"a:99999",
        b"\xc3\xa9",
        b"%4",
        b":80",
        b"[]",
    ):
        with pytest.raises(InvalidHeader):
            control((b"host", bad))
        assert control((b"host", bad), request=False).host == bad
