"""The request: target, origin, fields, body, clones."""

import asyncio
from typing import Any

import pytest
from detached_requests import make
from yarl import URL

from aiohttp_core.raw_messages import RawRequestMessage
from aiohttp_web import RequestKey, Response


@pytest.mark.spec("WREQ-01", "ADD-481")
def test_mapping() -> None:
    request = make()
    key = RequestKey("key", int)
    request[key] = 1
    request["a"] = 2
    assert request[key] == 1
    assert len(request) == 2
    assert request
    assert request != make()
    assert hash(request) == hash(request)
    request.custom = 5  # type: ignore[attr-defined]
    assert request.custom == 5  # type: ignore[attr-defined]


# The body


# Clones


@pytest.mark.spec("WREQ-18", "ADD-478", "WREQ-09")
def test_clone() -> None:
    request = make("/a?b=1", {"Host": "a", "X": "1"}, client_max_size=5)
    request["key"] = "value"
    same = request.clone()
    assert (same.method, same.path_qs, same.headers) == ("GET", "/a?b=1", request.headers)
    assert same["key"] == "value"
    same["key"] = "other"
    assert request["key"] == "value"
    assert same.client_max_size == 5
    changed = request.clone(
        method="POST", rel_url="/c?d=2", headers={"Host": "z", "Y": "2"}, scheme="https",
        host="h.example", remote="1.2.3.4", client_max_size=7, client_max_fields=8,
    )  # fmt: skip
    assert (changed.method, changed.path, changed.query["d"]) == ("POST", "/c", "2")
    assert dict(changed.headers) == {"Host": "z", "Y": "2"}
    assert changed.raw_headers == ((b"Host", b"z"), (b"Y", b"2"))
    assert str(changed.url) == "https://h.example/c?d=2"
    assert (changed.remote, changed.client_max_size, changed.client_max_fields) == ("1.2.3.4", 7, 8)
    assert changed.clone().host == "h.example"
    assert request.clone(rel_url=URL("/é")).raw_path == "/%C3%A9"


async def test_the_answer_to_a_clone_is_that_to_the_request() -> None:
    request = make()
    copy = request.clone().clone()
    assert copy.response_writer() is request.response_writer()
    copy.response_writer().output_size = 10  # type: ignore[attr-defined]
    assert request.response_started


@pytest.mark.spec("ADD-496")
async def test_files_of_a_clone_are_closed_with_the_request() -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="f.txt"\r\n'
        b"Content-Type: text/css\r\n\r\ncontent\r\n--b--\r\n"
    )
    request = make(method="POST", headers=headers, body=body)
    copy = request.clone(client_max_size=10**6).clone()
    field: Any = (await copy.post())["file"]
    assert not field.file.closed
    request.close_files()
    assert field.file.closed


@pytest.mark.spec("ADD-478")
async def test_no_clone_after_reading() -> None:
    request = make(body=b"abc")
    await request.read()
    with pytest.raises(RuntimeError):
        request.clone()


@pytest.mark.spec("ADD-480", "ADD-966", "WREQ-31", "WREQ-32")
async def test_deprecated_attributes() -> None:
    request = make(body=b"a")
    with pytest.warns(DeprecationWarning, match="can_read_body"):
        assert request.has_body
    with pytest.warns(DeprecationWarning, match="loop"):
        assert request.loop is asyncio.get_running_loop()
    with pytest.warns(DeprecationWarning, match="message"):
        message = request.message
    assert isinstance(message, RawRequestMessage)
    assert message.path == "/"


@pytest.mark.spec("ADD-482", "WREQ-30")
async def test_names_that_are_gone_and_what_stands_for_them(raw_server: Any) -> None:
    async def handler(request: Any) -> Response:
        assert not hasattr(request, "payload")
        assert not hasattr(request, "wait_for_disconnection")
        leaving = asyncio.ensure_future(request.disconnected())
        body = await request.content.read()
        assert not leaving.done()
        leaving.cancel()
        return Response(body=body)

    server = await raw_server(handler)
    answer = await server.ask(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody")
    assert (answer.status, answer.body) == (200, b"body")
