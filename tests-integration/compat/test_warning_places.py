"""Deprecations are shown where the user can mend them: at the user's own line.

Python shows a ``DeprecationWarning`` by default only when it is attributed to ``__main__``; test
runners name the file.  Compiled functions have no frames, so this is asked of the build that runs.
"""

import warnings
from types import FunctionType

import pytest

import aiohttp
from aiohttp import web


async def _basic_auth() -> None:
    aiohttp.BasicAuth("user", "secret")


async def _session_auth() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        old = aiohttp.BasicAuth("user", "secret")
    await aiohttp.ClientSession(auth=old).close()


async def _request_auth() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        old = aiohttp.BasicAuth("user", "secret")
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get("http://127.0.0.1:1/", auth=old)


async def _verify_ssl() -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get("http://127.0.0.1:1/", verify_ssl=False)


async def _connector_verify_ssl() -> None:
    await aiohttp.TCPConnector(verify_ssl=False).close()


async def _session_loop() -> None:
    async with aiohttp.ClientSession() as session:
        assert session.loop is not None


async def _requote_redirect_url() -> None:
    async with aiohttp.ClientSession() as session:
        session.requote_redirect_url = False


async def _float_timeout_of_websocket() -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.ws_connect("http://127.0.0.1:1/", receive_timeout=1.0)


async def _subclass() -> None:
    type("Mine", (aiohttp.ClientSession,), {})


async def _string_key() -> None:
    web.Application()["name"] = 1


async def _application_loop() -> None:
    assert web.Application(loop=None) is not None
    assert web.Application().loop is None


async def _chunk_size() -> None:
    web.StreamResponse().enable_chunked_encoding(100)


async def _bool_compression() -> None:
    web.StreamResponse().enable_compression(True)


async def _plain_handler() -> None:
    web.Application().router.add_get("/", lambda request: web.Response())


async def _filter_cookies() -> None:
    aiohttp.CookieJar().filter_cookies("http://example.com/")


@pytest.mark.parametrize(
    "use",
    [
        _basic_auth,
        _session_auth,
        _request_auth,
        _verify_ssl,
        _connector_verify_ssl,
        _session_loop,
        _requote_redirect_url,
        _float_timeout_of_websocket,
        _subclass,
        _string_key,
        _application_loop,
        _chunk_size,
        _bool_compression,
        _plain_handler,
        _filter_cookies,
    ],
    ids=lambda use: use.__name__.strip("_"),
)
async def test_the_users_line(use: FunctionType) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        await use()
    old = [
        warning
        for warning in caught
        if issubclass(warning.category, (DeprecationWarning, web.NotAppKeyWarning))
    ]
    assert old
    lines = {line for _, _, line in use.__code__.co_lines()}
    assert {warning.filename for warning in old} == {__file__}
    assert {warning.lineno for warning in old} <= lines
