import asyncio
import gc
import json
from typing import Any

import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiohttp_client import (
    ClientConnectionError,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ContentTypeError,
    RequestInfo,
)
from aiohttp_core.streams import StreamReader


def build(**options: Any) -> ClientResponse:
    return ClientResponse.build("GET", "http://example.com/a?b#c", **options)


@pytest.mark.spec("CRSP-04", "CRSP-09", "CRSP-10", "CRSP-15", "ADD-359", "ADD-193")
async def test_build() -> None:
    first = build(status=302)
    resp = build(status=201, headers={"X-A": "ä"}, body="täxt", history=[first])
    assert (resp.status, resp.reason, resp.version) == (201, "Created", (1, 1))
    assert resp.url == URL("http://example.com/a?b")
    assert resp.real_url == URL("http://example.com/a?b#c")
    assert resp.host == "example.com"
    assert resp.headers["x-a"] == "ä"
    assert resp.raw_headers == ((b"X-A", "ä".encode()),)
    assert await resp.read() == "täxt".encode()
    assert await resp.text() == "täxt"
    assert resp.history == (first,)
    assert resp.closed
    assert resp.connection is None
    assert resp.ok
    assert isinstance(resp.request_info, RequestInfo)
    assert build(status=599).reason == ""
    assert await build(body=b"abc").content.read() == b"abc"


def test_build_needs_no_loop() -> None:
    assert build().status == 200


@pytest.mark.spec("ADD-1020")
@pytest.mark.parametrize("extra", [{}, {"stream_writer": None}])
async def test_constructor_of_aiohttp_3(extra: dict[str, Any]) -> None:
    """What aioresponses and vcrpy do."""
    url = URL("http://example.com/#f")
    info = RequestInfo(url, "GET", CIMultiDictProxy(CIMultiDict()))
    loop = asyncio.get_running_loop()
    resp = ClientResponse(
        "GET",
        url,
        writer=None,
        continue100=None,
        timer=None,
        request_info=info,
        traces=[],
        loop=loop,
        session=None,
        **extra,
    )
    resp._headers = CIMultiDictProxy(
        CIMultiDict({"Content-Type": "application/json", "Set-Cookie": "a=b"})
    )
    resp._raw_headers = ()
    resp.status = 200
    resp.reason = "OK"

    class Control:
        reading_paused = False

        def pause_reading(self) -> None: ...

        def resume_reading(self) -> None: ...

    resp.content = StreamReader(Control(), 2**16, loop=loop)
    resp.content.feed_data(b'{"a": 1}')
    resp.content.feed_eof()
    resp.cookies.load("x=y")
    assert resp.cookies["x"].value == "y"
    assert await resp.json() == {"a": 1}
    assert resp._body == b'{"a": 1}'
    assert resp.url == URL("http://example.com/")
    assert resp.history == ()
    resp._history = (build(),)
    assert len(resp.history) == 1
    async with resp:
        pass
    with pytest.raises(TypeError):
        ClientResponse("GET", "http://x/", request_info=info)  # type: ignore[arg-type]


@pytest.mark.spec("CRSP-12", "CRSP-13", "ADD-1037")
@pytest.mark.parametrize(
    ("value", "kind", "charset"),
    [
        (None, "application/octet-stream", None),
        ("jpg", "application/octet-stream", None),
        ("Text/HTML; charset=UTF-8", "text/html", "utf-8"),
    ],
)
def test_content_type(value: str | None, kind: str, charset: str | None) -> None:
    resp = build(headers={} if value is None else {"Content-Type": value})
    assert resp.content_type == kind
    assert resp.charset == charset


@pytest.mark.spec(
    "CRSP-21",
    "CRSP-22",
    "ADD-350",
    "ADD-352",
    "ADD-355",
    "ADD-941",
    "ADD-1102",
    "ADD-1038",
    "C12",
    "ADD-1045",
)
@pytest.mark.parametrize(
    ("kind", "expected", "fits"),
    [
        ("application/json", "application/json", True),
        ("Application/JSON; charset=utf-8", "application/json", True),
        ("application/problem+json", "application/json", True),
        ("image/x+json", "application/json", True),
        ("application/jsonfoo", "application/json", False),
        ("text/plain", "application/json", False),
        (None, "application/json", False),
        ("text/plain", None, True),
        ("custom/type; a=b", "custom/type", True),
        ("application/x+json", "custom/type", False),
    ],
)
async def test_json(kind: str | None, expected: str | None, fits: bool) -> None:
    resp = build(headers={} if kind is None else {"Content-Type": kind}, body=b' {"a": 1} ')
    if fits:
        assert await resp.json(content_type=expected) == {"a": 1}
    else:
        with pytest.raises(ContentTypeError) as caught:
            await resp.json(content_type=expected)
        assert caught.value.status == 200
        assert caught.value.headers is resp.headers
    empty = build(headers={"Content-Type": "application/json"}, body=b" \n")
    assert await empty.json() is None
    with pytest.raises(json.JSONDecodeError):
        await build(body=b"x").json(content_type=None)


@pytest.mark.spec("CRSP-20", "CRSP-24", "ADD-353", "ADD-354", "ADD-358", "SES-27")
async def test_text() -> None:
    latin = build(headers={"Content-Type": "text/plain; charset=latin-1"}, body=b"\xe4")
    assert await latin.text() == "ä"
    assert latin.get_encoding() == "iso8859-1"
    assert await latin.text(errors="replace", encoding="utf-8") == "\ufffd"
    with pytest.raises(UnicodeDecodeError):
        await latin.text(encoding="utf-8")
    unknown = build(headers={"Content-Type": "text/plain; charset=hex"}, body=b"abc")
    assert unknown.get_encoding() == "utf-8"


@pytest.mark.spec("SES-27", "ADD-353")
async def test_charset_resolver(serve: Any, answering: Any) -> None:
    server = await serve(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\xe4"))
    async with ClientSession(fallback_charset_resolver=lambda resp, body: "latin-1") as session:
        for _ in range(2):
            async with session.get(server.url()) as resp:
                with pytest.raises(RuntimeError, match="not yet read"):
                    resp.get_encoding()
                assert await resp.text() == "ä"


@pytest.mark.spec("CRSP-11", "ADD-361")
def test_links() -> None:
    resp = build(headers={"Link": '</next>; rel="next"; title=x, <http://o.test/>'})
    assert resp.links["next"]["url"] == URL("http://example.com/next")
    assert resp.links["http://o.test/"]["url"] == URL("http://o.test/")


@pytest.mark.spec("CRSP-14")
def test_content_disposition() -> None:
    resp = build(headers={"Content-Disposition": 'attachment; filename="a.txt"'})
    found = resp.content_disposition
    assert found is not None
    assert (found.type, found.filename) == ("attachment", "a.txt")
    assert build().content_disposition is None


@pytest.mark.spec("CRSP-03", "CRSP-19", "ADD-348", "ADD-349")
async def test_raise_for_status() -> None:
    build(status=399).raise_for_status()
    resp = build(status=404)
    assert not resp.ok
    with pytest.raises(ClientResponseError) as caught:
        resp.raise_for_status()
    assert str(caught.value) == "404, message='Not Found', url='http://example.com/a?b#c'"
    with pytest.raises(ClientConnectionError):
        await resp.read()
    inside = build(status=404, body=b"x")
    async with inside:
        with pytest.raises(ClientResponseError):
            inside.raise_for_status()
        assert await inside.read() == b"x"


@pytest.mark.spec("ADD-360", "HTTP-24")
def test_repr() -> None:
    resp = build(headers={"X": "1"}, reason="Fän")
    assert repr(resp) == (
        "<ClientResponse(http://example.com/a?b) [200 F\\xe4n]>\n<CIMultiDictProxy('X': '1')>\n"
    )


@pytest.mark.spec("ADD-362", "ADD-958", "ADD-971")
async def test_deprecated() -> None:
    resp = build()
    for name in ("url_obj", "output_size", "upload_complete"):
        with pytest.warns(DeprecationWarning):
            getattr(resp, name)
    await resp.release()


@pytest.mark.spec("ADD-364")
async def test_collected_response_frees_its_connection(serve: Any) -> None:
    async def half(talk: Any) -> None:
        await talk.head()
        await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        await talk.ended()

    server = await serve(half)
    async with ClientSession() as session:
        resp = await session.get(server.url())
        connector = session.connector
        assert connector is not None
        assert connector.stats.leased == 1
        del resp
        gc.collect()
        assert connector.stats.leased == 0
        connector.check_invariants()
