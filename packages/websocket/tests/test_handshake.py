import base64
from typing import Any

import pytest
from multidict import CIMultiDict

from aiohttp_websocket import (
    WS_KEY,
    DeflateParams,
    WSHandshakeError,
    accept_request,
    accept_value,
    check_response,
    new_key,
    request_headers,
)

RFC_KEY = "dGhlIHNhbXBsZSBub25jZQ=="
RFC_ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def request(**changes: str | None) -> "CIMultiDict[str]":
    headers = CIMultiDict(
        {
            "Host": "a",
            "Upgrade": "websocket",
            "Connection": "keep-alive, Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": RFC_KEY,
        }
    )
    return changed(headers, changes)


def response(**changes: str | None) -> "CIMultiDict[str]":
    headers = CIMultiDict(
        {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": RFC_ACCEPT}
    )
    return changed(headers, changes)


def changed(headers: "CIMultiDict[str]", changes: dict[str, str | None]) -> "CIMultiDict[str]":
    for name, value in changes.items():
        name = name.replace("_", "-")
        if value is None:
            headers.popall(name, None)
        else:
            headers[name] = value
    return headers


def test_the_example_of_the_rfc() -> None:
    assert accept_value(RFC_KEY) == RFC_ACCEPT
    assert WS_KEY == b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def test_keys_are_sixteen_fresh_bytes() -> None:
    one, two = new_key(), new_key()
    assert len(base64.b64decode(one)) == 16
    assert one != two


@pytest.mark.spec("ADD-638", "ADD-639")
@pytest.mark.parametrize("version", ["13", "8", "7"])
def test_the_server_answers(version: str) -> None:
    made = accept_request(request(Sec_WebSocket_Version=version))
    assert list(made.headers.items()) == [
        ("Upgrade", "websocket"),
        ("Connection", "upgrade"),
        ("Sec-WebSocket-Accept", RFC_ACCEPT),
    ]
    assert (made.protocol, made.deflate, made.unknown_protocols) == (None, None, ())


@pytest.mark.spec("ADD-638", "ADD-779")
@pytest.mark.parametrize(
    "changes",
    [
        {"Upgrade": None},
        {"Upgrade": "h2c"},
        {"Upgrade": "web\u017focket"},
        {"Connection": None},
        {"Connection": "keep-alive"},
        {"Connection": "notupgrade"},
        {"Sec_WebSocket_Version": None},
        {"Sec_WebSocket_Version": "12"},
        {"Sec_WebSocket_Version": "13, 8"},
        {"Sec_WebSocket_Key": None},
        {"Sec_WebSocket_Key": ""},
        {"Sec_WebSocket_Key": "not base64!"},
        {"Sec_WebSocket_Key": base64.b64encode(b"x" * 15).decode()},
        {"Sec_WebSocket_Key": base64.b64encode(b"x" * 17).decode()},
        {"Sec_WebSocket_Key": "\u00e9" * 24},
    ],
    ids=str,
)
def test_the_server_refuses(changes: dict[str, str | None]) -> None:
    with pytest.raises(WSHandshakeError) as caught:
        accept_request(request(**changes))
    assert str(caught.value)
    versions = {"Sec-WebSocket-Version": "13, 8, 7"} if "Sec_WebSocket_Version" in changes else {}
    assert caught.value.headers == versions


@pytest.mark.parametrize("kind", [dict, lambda headers: list(headers.items())])
def test_fields_may_be_any_mapping_or_pairs(kind: Any) -> None:
    assert accept_request(kind(request())).headers["sec-websocket-accept"] == RFC_ACCEPT
    assert check_response(101, kind(response()), RFC_KEY).protocol is None
    lower = {name.lower(): value for name, value in request().items()}
    assert accept_request(lower).headers["sec-websocket-accept"] == RFC_ACCEPT


@pytest.mark.spec("ADD-640", "WSP-10")
@pytest.mark.parametrize(
    ("offered", "known", "chosen", "unknown"),
    [
        ("a, b", ["b", "a"], "a", ()),
        ("x,b", ["b"], "b", ()),
        ("x, y", ["b"], None, ("x", "y")),
        ("x", [], None, ()),
        ("", ["b"], None, ()),
    ],
)
def test_the_subprotocol_is_the_clients_first_choice(
    offered: str, known: list[str], chosen: str | None, unknown: tuple[str, ...]
) -> None:
    made = accept_request(request(Sec_WebSocket_Protocol=offered), known)
    assert made.protocol == chosen
    assert made.headers.get("Sec-WebSocket-Protocol") == chosen
    assert made.unknown_protocols == unknown


@pytest.mark.spec("ADD-651")
def test_the_server_negotiates_compression_or_not() -> None:
    headers = request(Sec_WebSocket_Extensions="permessage-deflate; server_max_window_bits=10")
    made = accept_request(headers)
    assert made.deflate == DeflateParams(server_bits=10)
    assert (
        made.headers["Sec-WebSocket-Extensions"] == "permessage-deflate; server_max_window_bits=10"
    )
    assert accept_request(headers, compress=False).deflate is None


@pytest.mark.spec("ADD-642", "WSC-04")
def test_the_request_of_a_client() -> None:
    headers = request_headers("k", protocols=("a", "b"), origin="http://o", compress=15)
    assert dict(headers) == {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "k",
        "Sec-WebSocket-Protocol": "a,b",
        "Origin": "http://o",
        "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
    }
    assert "Sec-WebSocket-Protocol" not in request_headers("k")


@pytest.mark.parametrize("origin", ["http://o\r\nX: y", "http://o\n", "\0"])
def test_an_origin_must_fit_into_a_field(origin: str) -> None:
    with pytest.raises(ValueError, match="header"):
        request_headers("k", origin=origin)


@pytest.mark.parametrize("name", ["", "a b", "a,b", "é", "a\r\n"])
def test_a_subprotocol_must_be_a_token(name: str) -> None:
    with pytest.raises(ValueError, match="token"):
        request_headers("k", protocols=(name,))


@pytest.mark.spec("ADD-643", "ADD-644")
@pytest.mark.parametrize("connection", ["Upgrade", "upgrade", "keep-alive, Upgrade"])
def test_the_client_accepts(connection: str) -> None:
    made = check_response(101, response(Connection=connection), RFC_KEY)
    assert (made.protocol, made.deflate) == (None, None)


@pytest.mark.spec("ADD-643")
@pytest.mark.parametrize(
    ("status", "changes", "text"),
    [
        (200, {}, "status"),
        (101, {"Upgrade": None}, "upgrade"),
        (101, {"Upgrade": "h2c"}, "upgrade"),
        (101, {"Connection": "keep-alive"}, "connection"),
        (101, {"Sec_WebSocket_Accept": None}, "challenge"),
        (101, {"Sec_WebSocket_Accept": RFC_ACCEPT.lower()}, "challenge"),
        (101, {"Sec_WebSocket_Accept": "\u00e9"}, "challenge"),
        (101, {"Sec_WebSocket_Protocol": "other"}, "Subprotocol"),
        (101, {"Sec_WebSocket_Protocol": "a, a"}, "Subprotocol"),
        (101, {"Sec_WebSocket_Extensions": "permessage-deflate"}, "Extension"),
    ],
)
def test_the_client_refuses(status: int, changes: dict[str, str | None], text: str) -> None:
    with pytest.raises(WSHandshakeError, match=text):
        check_response(status, response(**changes), RFC_KEY, protocols=("a",))


@pytest.mark.spec("ADD-646", "ADD-654", "WSC-09")
def test_the_client_learns_protocol_and_compression() -> None:
    headers = response(
        Sec_WebSocket_Protocol="b",
        Sec_WebSocket_Extensions="permessage-deflate; client_no_context_takeover",
    )
    made = check_response(101, headers, RFC_KEY, protocols=("a", "b"), compress=15)
    assert made.protocol == "b"
    assert made.deflate == DeflateParams(client_no_context_takeover=True)
