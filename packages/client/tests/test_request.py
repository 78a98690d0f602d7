"""What middlewares see of a request, and how its message is framed."""

import importlib
import io
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from multidict import CIMultiDict
from yarl import URL

from aiohttp_client import (
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    Fingerprint,
)
from aiohttp_core.payload import BytesPayload, Payload, StringPayload
from aiohttp_core.versions import HttpVersion10, HttpVersion11
from aiohttp_multipart import FormData

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def fields(head: bytes, name: bytes) -> list[bytes]:
    """Return the values of the field *name* in a head."""
    lines = [line.partition(b":") for line in head.split(b"\r\n")[1:]]
    return [value.strip() for key, _, value in lines if key.lower() == name]


async def _chunks(talk: Any) -> bytes:
    body = b""
    while True:
        size = int(await talk.reader.readline(), 16)
        body += await talk.exactly(size)
        assert await talk.exactly(2) == b"\r\n"
        if not size:
            return body


Got = list[tuple[bytes, bytes]]


def recording(got: Got) -> Callable[[Any], Any]:
    """A script that keeps head and body of each request, and answers 200."""

    async def script(talk: Any) -> None:
        while True:
            head = await talk.head()
            if fields(head, b"transfer-encoding"):
                body = await _chunks(talk)
            else:
                body = await talk.exactly(int((fields(head, b"content-length") or [b"0"])[0]))
            got.append((head, body))
            await talk.send(OK)

    return script


class Seen:
    """A middleware that keeps the requests it has seen."""

    def __init__(self) -> None:
        self.requests: list[ClientRequest] = []

    async def __call__(self, request: ClientRequest, handler: Any) -> ClientResponse:
        self.requests.append(request)
        response: ClientResponse = await handler(request)
        return response


async def pieces() -> AsyncIterator[bytes]:
    yield b"one"
    yield b"two"


# -- what middlewares see -------------------------------------------------------------------------


@pytest.mark.spec("CRQ-01", "ADD-1036", "C51")
@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (None, bytes),
        (b"abc", BytesPayload),
        ("abc", StringPayload),
        ({"a": "b"}, BytesPayload),
        (FormData({"a": "b"}), Payload),
        (io.BytesIO(b"abc"), Payload),
        (pieces, Payload),
    ],
)
async def test_the_body_is_a_payload_or_empty(serve: Any, data: Any, kind: type) -> None:
    server = await serve(recording([]))
    seen = Seen()
    async with ClientSession(middlewares=[seen]) as session:
        await session.post(server.url(), data=data() if callable(data) and data is pieces else data)
    body = seen.requests[0].body
    assert isinstance(body, kind)
    if data is None:
        assert body == b""


@pytest.mark.spec("CRQ-01", "ADD-189")
async def test_assigning_the_body_is_deprecated(serve: Any) -> None:
    """The new body is sent, framed as it needs, but nobody closes the one before."""

    class Unfinished(BytesPayload):
        autoclose = False

    got: Got = []
    server = await serve(recording(got))

    async def assign(request: ClientRequest, handler: Any) -> ClientResponse:
        with pytest.warns(DeprecationWarning, match="update_body"):
            with pytest.warns(ResourceWarning, match="replaced without closing"):
                request.body = b"other"
        response: ClientResponse = await handler(request)
        return response

    async with ClientSession(middlewares=[assign]) as session:
        await session.post(server.url(), data=Unfinished(b"abc"))
    head, body = got[0]
    assert (fields(head, b"content-length"), body) == ([b"5"], b"other")


@pytest.mark.spec("CRQ-02", "C84")
@pytest.mark.parametrize(
    ("options", "before", "framing"),
    [
        ({"data": b"abc"}, None, [b"3"]),
        ({"data": b"abc", "chunked": True}, True, []),
        ({"data": b"abc", "chunked": False}, False, [b"3"]),
        ({"data": pieces}, True, []),
    ],
)
async def test_chunked(serve: Any, options: Any, before: Any, framing: list[bytes]) -> None:
    """Without a word of the caller the body decides."""
    got: Got = []
    server = await serve(recording(got))
    seen = Seen()
    if options["data"] is pieces:
        options = {"data": pieces()}
    async with ClientSession(middlewares=[seen]) as session:
        await session.post(server.url(), **options)
    assert seen.requests[0].chunked is before
    head, body = got[0]
    assert fields(head, b"content-length") == framing
    assert fields(head, b"transfer-encoding") == ([] if framing else [b"chunked"])
    assert body in {b"abc", b"onetwo"}


@pytest.mark.spec("CRQ-03", "C10", "ADD-1043")
@pytest.mark.parametrize(
    ("given", "name"),
    [(None, None), (False, None), (True, "deflate"), ("deflate", "deflate"), ("gzip", "gzip")],
)
async def test_compress(serve: Any, given: Any, name: str | None) -> None:
    """Callers write a flag or a name; a name or ``None`` is kept."""
    server = await serve(recording([]))
    seen = Seen()
    async with ClientSession(middlewares=[seen]) as session:
        await session.post(server.url(), data=b"abc", compress=given)
    assert seen.requests[0].compress == name
    assert seen.requests[0].headers.get("Content-Encoding") == name


@pytest.mark.spec("CRQ-04", "ADD-167")
async def test_headers_are_mutable_and_know_no_case(serve: Any) -> None:
    server = await serve(recording([]))

    async def change(request: ClientRequest, handler: Any) -> ClientResponse:
        assert isinstance(request.headers, CIMultiDict)
        assert request.headers["user-agent"] == "mine"
        request.headers["x-new"] = "1"
        request.headers["ACCEPT"] = "text/html"
        del request.headers["X-Old"]
        response: ClientResponse = await handler(request)
        return response

    async with ClientSession(middlewares=[change], headers={"X-Old": "0"}) as session:
        await session.get(server.url(), headers={"USER-AGENT": "mine", "accept-encoding": "br"})
    head = server.talks[0].heads[0]
    assert fields(head, b"x-new") == [b"1"]
    assert fields(head, b"x-old") == []
    assert fields(head, b"accept") == [b"text/html"]
    assert fields(head, b"user-agent") == [b"mine"]
    assert fields(head, b"accept-encoding") == [b"br"]


@pytest.mark.spec("CRQ-05", "CRQ-06")
@pytest.mark.parametrize(
    ("url", "secure"),
    [
        ("http://a.test/x?y#z", False),
        ("https://a.test/x?y#z", True),
        ("ws://a.test/x?y#z", False),
        ("wss://a.test/x?y#z", True),
    ],
)
async def test_the_url_and_what_it_says_of_tls(url: str, secure: bool) -> None:
    request = ClientRequest("get", URL(url))
    assert request.is_ssl is secure
    assert request.method == "GET"
    assert request.original_url == URL(url)
    assert request.url == URL(url).with_fragment(None)
    assert request.version == HttpVersion11
    assert ClientRequest("GET", URL(url), version=HttpVersion10).version == HttpVersion10


@pytest.mark.spec("CRQ-07")
async def test_proxy_headers_are_there_with_a_proxy_only() -> None:
    url = URL("http://a.test/")
    plain = ClientRequest("GET", url, proxy_headers={"X-Proxy": "1"})
    assert plain.proxy is None
    assert plain.proxy_headers is None
    proxied = ClientRequest("GET", url, proxy="http://p.test:8080", proxy_headers={"X-Proxy": "1"})
    assert proxied.proxy == URL("http://p.test:8080")
    assert proxied.proxy_headers == {"X-Proxy": "1"}
    assert isinstance(proxied.proxy_headers, CIMultiDict)
    assert ClientRequest("GET", url, proxy=URL("http://p.test:8080")).proxy_headers == {}


@pytest.mark.spec("CRQ-08", "ADD-380", "ADD-914", "ADD-913")
async def test_what_a_request_knows_of_its_session(serve: Any) -> None:
    class Own(ClientResponse):
        pass

    server = await serve(recording([]))
    seen = Seen()
    pin = Fingerprint(b"0" * 32)
    context = ssl.create_default_context()
    async with ClientSession(middlewares=[seen], response_class=Own, ssl=context) as session:
        await session.get(server.url())
        timeout = ClientTimeout(total=7, sock_read=3)
        await session.get(server.url(), ssl=pin, server_hostname="b.test", timeout=timeout)
        await session.get(server.url(), ssl=False)
        first, second, third = seen.requests
        for request in seen.requests:
            assert request.session is session
            assert request.response_class is Own
        assert first.server_hostname is None
        assert first.timeout is session.timeout
        assert second.timeout is timeout
        assert second.server_hostname == "b.test"
        assert [request.ssl for request in seen.requests] == [context, pin, False]
        assert third.ssl is False
    default = Seen()
    async with ClientSession(middlewares=[default]) as session:
        await session.get(server.url())
    assert default.requests[0].ssl is True
    with pytest.raises(TypeError, match="ssl"):
        ClientSession(ssl="strict")  # type: ignore[arg-type]


@pytest.mark.spec("C50")
async def test_update_body_is_a_coroutine(serve: Any) -> None:
    """Not awaited it changes nothing."""
    got: Got = []
    server = await serve(recording(got))

    async def forget(request: ClientRequest, handler: Any) -> ClientResponse:
        request.update_body(b"other").close()
        response: ClientResponse = await handler(request)
        return response

    async with ClientSession(middlewares=[forget]) as session:
        await session.post(server.url(), data=b"abc")
    assert got[0][1] == b"abc"


# -- the head -------------------------------------------------------------------------------------


@pytest.mark.spec("ADD-166")
@pytest.mark.parametrize("where", ["session", "call"])
@pytest.mark.parametrize("name", ["Host", "HOST", "host"])
async def test_the_callers_host_replaces_the_automatic_one(
    serve: Any, where: str, name: str
) -> None:
    server = await serve(recording([]))
    given = {name: "other.test:81"}
    async with ClientSession(headers=given if where == "session" else None) as session:
        for _ in range(2):  # on a new connection, and on one that is ready
            await session.get(server.url(), headers=given if where == "call" else None)
    for head in server.talks[0].heads:
        assert fields(head, b"host") == [b"other.test:81"]


@pytest.mark.spec("ADD-167", "HTTP-26", "ADD-1025")
@pytest.mark.parametrize("where", ["session", "call"])
async def test_automatic_fields_are_not_sent_twice(serve: Any, where: str) -> None:
    got: Got = []
    server = await serve(recording(got))
    names = ["host", "aCCept", "ACCEPT-ENCODING", "user-agent", "CONTENT-type", "content-LENGTH"]
    given = dict.fromkeys(names, "3")
    async with ClientSession(headers=given if where == "session" else None) as session:
        for _ in range(2):
            await session.post(
                server.url(), data=b"abc", headers=given if where == "call" else None
            )
    assert [body for _, body in got] == [b"abc"] * 2
    for head, _ in got:
        for name in names:
            assert fields(head, name.lower().encode()) == [b"3"], name


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://a.test/", "a.test:80"),
        ("http://a.test.:81/", "a.test:81"),
        ("https://a.test/", "a.test:443"),
        ("http://[::1]:82/", "[::1]:82"),
    ],
)
async def test_target_of_connect(url: str, target: str) -> None:
    """RFC 9112 section 3.2.3: host and port, an IPv6 address in brackets."""
    head = ClientRequest("CONNECT", URL(url)).head()
    assert head.startswith(f"CONNECT {target} HTTP/1.1\r\n".encode())


# -- framing --------------------------------------------------------------------------------------


@pytest.mark.spec("CREQ-15")
@pytest.mark.parametrize(
    ("data", "length"),
    [(None, [b"0"]), (b"abc", [b"3"]), ("abc", [b"3"]), (pieces, [])],
)
async def test_a_field_alone_does_not_switch_chunking_on(
    serve: Any, data: Any, length: list[bytes]
) -> None:
    """The body is chunked if it has to be, or if ``chunked`` says so."""
    got: Got = []
    server = await serve(recording(got))
    async with ClientSession() as session:
        await session.post(
            server.url(),
            data=pieces() if data is pieces else data,
            headers={"transfer-encoding": "Chunked"},
        )
    head, _ = got[0]
    assert fields(head, b"content-length") == length
    assert fields(head, b"transfer-encoding") == ([] if length else [b"chunked"])


@pytest.mark.spec("CREQ-15")
@pytest.mark.parametrize("coding", ["gzip", "gzip, chunked", "identity", "chunked, chunked", ""])
@pytest.mark.parametrize("data", [None, b"abc", pieces])
async def test_other_transfer_codings_are_a_mistake(coding: str, data: Any) -> None:
    """Nobody here could apply them, so the field would be a lie."""
    with pytest.raises(ValueError, match="Transfer-Encoding"):
        ClientRequest(
            "POST",
            URL("http://a.test/"),
            data=pieces() if data is pieces else data,
            headers={"Transfer-Encoding": coding},
        )


@pytest.mark.spec("ADD-180", "ADD-1091")
async def test_chunked_false_is_not_chunked(serve: Any) -> None:
    got: Got = []
    server = await serve(recording(got))
    async with ClientSession() as session:
        await session.post(server.url(), data=b"abc", chunked=False)
        await session.post(
            server.url(), data=pieces(), headers={"Content-Length": "6"}, chunked=False
        )
        with pytest.raises(ValueError, match="chunked=False needs a Content-Length"):
            await session.post(server.url(), data=pieces(), chunked=False)
    assert [body for _, body in got] == [b"abc", b"onetwo"]
    for head, body in got:
        assert fields(head, b"content-length") == [str(len(body)).encode()]
        assert fields(head, b"transfer-encoding") == []


@pytest.mark.spec("CMP-06", "CREQ-13")
async def test_compression_has_to_be_asked_for(serve: Any) -> None:
    """Then it frames the body, and what would contradict it is a mistake."""
    got: Got = []
    server = await serve(recording(got))
    async with ClientSession() as session:
        await session.post(server.url(), data=b"abc" * 100)
        await session.post(server.url(), data=b"abc" * 100, compress="gzip")
        for headers in ({"Content-Encoding": "gzip"}, {"Content-Length": "300"}):
            with pytest.raises(ValueError, match="Content-"):
                await session.post(
                    server.url(), data=b"abc" * 100, compress="gzip", headers=headers
                )
    (plain, _), (compressed, _) = got
    assert fields(plain, b"content-encoding") == []
    assert fields(plain, b"content-length") == [b"300"]
    assert fields(compressed, b"content-encoding") == [b"gzip"]
    assert fields(compressed, b"transfer-encoding") == [b"chunked"]
    assert fields(compressed, b"content-length") == []


@pytest.mark.parametrize("answer", ["nothing", "late", "refusal"])
async def test_a_server_that_does_not_know_the_expectation(
    serve: Any, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    """RFC 9110 section 10.1.1: nobody waits for ever; what comes then is taken as it comes."""
    module = importlib.import_module("aiohttp_client.request")  # the root has a function there
    monkeypatch.setattr(module, "CONTINUE_AFTER", 0.02)
    bodies: list[bytes] = []

    async def script(talk: Any) -> None:
        head = await talk.head()
        assert fields(head, b"expect") == [b"100-continue"]
        bodies.append(await talk.exactly(3))
        if answer == "late":
            await talk.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if answer == "refusal":
            await talk.send(b"HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n")
        else:
            await talk.send(OK)
        await talk.head()
        await talk.send(OK)

    server = await serve(script)
    async with ClientSession() as session:
        async with session.post(server.url(), data=b"abc", expect100=True) as response:
            assert response.status == (417 if answer == "refusal" else 200)
        async with session.get(server.url()) as response:
            assert response.status == 200
        assert session.connector is not None
        session.connector.check_invariants()
    assert bodies == [b"abc"]
    assert len(server.talks) == 1


# -- forms ----------------------------------------------------------------------------------------


@pytest.mark.spec("ADD-943")
@pytest.mark.parametrize("where", ["session", "call"])
@pytest.mark.parametrize("boundary", ["xyz", '"a b"'])
async def test_the_boundary_of_the_callers_content_type(
    serve: Any, where: str, boundary: str
) -> None:
    got: Got = []
    server = await serve(recording(got))
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    form = FormData(default_to_multipart=True)
    form.add_field("a", "b")
    async with ClientSession(headers=headers if where == "session" else None) as session:
        await session.post(server.url(), data=form, headers=headers if where == "call" else None)
    head, body = got[0]
    assert fields(head, b"content-type") == [headers["Content-Type"].encode()]
    delimiter = b"--" + boundary.strip('"').encode()
    assert body.startswith(delimiter + b"\r\n")
    assert body.endswith(delimiter + b"--\r\n")


@pytest.mark.spec("ADD-943")
async def test_a_form_keeps_the_boundary_that_it_has() -> None:
    form = FormData(default_to_multipart=True, boundary="own")
    form.add_field("a", "b")
    request = ClientRequest(
        "POST",
        URL("http://a.test/"),
        data=form,
        headers={"Content-Type": "multipart/form-data; boundary=other"},
    )
    assert isinstance(request.body, Payload)
    assert (await request.body.as_bytes()).startswith(b"--own\r\n")
