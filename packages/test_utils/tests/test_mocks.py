import asyncio
from unittest import mock

import pytest
from multidict import CIMultiDict
from yarl import URL

from aiohttp_core import HttpVersion, StreamReader
from aiohttp_test_utils import make_mocked_coro, make_mocked_request
from aiohttp_web import Application, Request, Response


@pytest.mark.spec("TST-11", "ADD-731")
def test_defaults():
    request = make_mocked_request("GET", "/a%20b?c=1")
    assert isinstance(request, Request)
    assert (request.method, request.path, request.query_string) == ("GET", "/a b", "c=1")
    assert request.url == URL("http://127.0.0.1/a%20b?c=1")
    assert request.version == (1, 1)
    assert request.host == "127.0.0.1"
    assert request.remote is None
    assert request.scheme == "http"
    assert request.keep_alive
    assert request.match_info == {}
    assert isinstance(request.app, Application)
    assert request.client_max_size == 1024**2
    assert not request.body_exists
    assert request.transport.get_extra_info("sockname") == ("127.0.0.1", 80)
    assert request.transport.get_extra_info("peername") is None


@pytest.mark.spec("ADD-731")
async def test_the_body_is_empty():
    assert await make_mocked_request("POST", "/").read() == b""


@pytest.mark.spec("TST-11", "ADD-731")
async def test_what_is_given():
    app = Application()
    transport = mock.Mock()
    transport.get_extra_info.return_value = None
    body = StreamReader(mock.Mock(), 2**16)
    body.feed_data(b'{"a": 1}')
    body.feed_eof()
    request = make_mocked_request(
        "POST",
        "/",
        headers=CIMultiDict({"Host": "shop.test", "Content-Length": "8"}),
        version=HttpVersion(1, 0),
        closing=True,
        app=app,
        match_info={"name": "x"},
        transport=transport,
        payload=body,
        client_max_size=100,
        client_max_fields=3,
    )
    assert request.host == "shop.test"
    assert request.raw_headers[0] == (b"Host", b"shop.test")
    assert request.version == (1, 0)
    assert not request.keep_alive
    assert not request.connection_stays
    assert request.app is app
    assert request.match_info["name"] == "x"
    assert request.transport is transport
    assert (request.client_max_size, request.client_max_fields) == (100, 3)
    assert await request.json() == {"a": 1}


@pytest.mark.spec("TST-11")
def test_a_tls_context_makes_it_https():
    request = make_mocked_request("GET", "/", sslcontext=True)
    assert request.secure
    assert request.url.scheme == "https"


@pytest.mark.spec("ADD-732")
async def test_the_running_loop_is_the_loop():
    assert make_mocked_request("GET", "/").loop is asyncio.get_running_loop()


@pytest.mark.spec("ADD-732")
def test_without_a_running_loop_it_is_a_mock():
    assert isinstance(make_mocked_request("GET", "/").loop, mock.Mock)
    assert make_mocked_request("GET", "/", loop="mine").loop == "mine"


async def test_a_response_can_be_prepared():
    writer = mock.Mock()
    for name in ("write", "write_eof", "write_headers", "drain"):
        setattr(writer, name, make_mocked_coro())
    writer.output_size = 0
    writer.length = None
    request = make_mocked_request("GET", "/", writer=writer)
    response = Response(text="x")
    assert await response.prepare(request) is writer
    await response.write_eof()
    status_line, headers = writer.write_headers.call_args.args
    assert status_line == "HTTP/1.1 200 OK"
    assert headers["Content-Length"] == "1"
    writer.write_eof.assert_called_once()


@pytest.mark.spec("TST-11")
def test_a_handler_that_is_a_plain_function():
    def handler(request: Request) -> Response:
        assert request.headers.get("token") == "x"
        return Response(body=b"data")

    assert handler(make_mocked_request("GET", "/", headers={"token": "x"})).body == b"data"


@pytest.mark.spec("ADD-733")
async def test_mocked_coroutine():
    call = make_mocked_coro(7)
    assert await call(1, a=2) == 7
    call.assert_called_once_with(1, a=2)


@pytest.mark.spec("ADD-733")
async def test_mocked_coroutine_with_an_awaitable():
    future = asyncio.get_running_loop().create_future()
    future.set_result(1)
    assert await make_mocked_coro(future)() is None


@pytest.mark.spec("ADD-733")
async def test_mocked_coroutine_that_raises():
    with pytest.raises(ZeroDivisionError):
        await make_mocked_coro(raise_exception=ZeroDivisionError)()
