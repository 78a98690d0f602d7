"""What older versions had at the root, and what stands there for it."""

import importlib
import inspect
import subprocess
import sys

import pytest
from aiosignal import Signal
from frozenlist import FrozenList

import aiohttp
from aiohttp import web


@pytest.mark.spec("DATA-01")
def test_a_frozen_list_freezes_for_good():
    """The list of the library, and the one that applications hold."""
    application = web.Application()
    for items in (FrozenList([1, 2]), application.on_startup):
        assert isinstance(items, FrozenList)
        items.append(3)
        assert not items.frozen
        items.freeze()
        assert items.frozen
        with pytest.raises(RuntimeError):
            items.append(4)
    assert not hasattr(FrozenList, "thaw")


@pytest.mark.spec("DATA-08")
async def test_signals_are_those_of_the_library():
    application = web.Application()
    called: list[object] = []

    async def receiver(app: web.Application) -> None:
        called.append(app)

    assert isinstance(application.on_startup, Signal)
    application.on_startup.append(receiver)
    application.on_startup.freeze()
    await application.on_startup.send(application)
    assert called == [application]
    for dropped in ("PreSignal", "PostSignal", "DebugSignal"):
        assert not hasattr(aiohttp, dropped)


@pytest.mark.spec("HTTP-32")
def test_the_low_level_messages_are_the_requests_and_responses_of_both_sides():
    assert not hasattr(aiohttp, "Request")
    assert not hasattr(aiohttp, "Response")
    assert inspect.isclass(aiohttp.ClientRequest)
    assert inspect.isclass(web.Response)


@pytest.mark.spec("HTTP-35")
async def test_the_protocol_of_the_server_is_made_by_web_server():
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("aiohttp.server")

    async def handler(request: web.BaseRequest) -> web.Response:
        return web.Response()

    assert callable(web.Server(handler))
    assert hasattr(web.RequestHandler, "data_received")


@pytest.mark.spec("HTTP-37")
def test_there_is_no_wsgi():
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("aiohttp.wsgi")


@pytest.mark.spec("HTTP-21")
async def test_the_timeout_of_slow_requests_is_gone(caplog: pytest.LogCaptureFixture):
    """What slow clients do is bounded by other means, which have names of their own."""

    async def handler(request: web.BaseRequest) -> web.Response:
        return web.Response()

    web.Server(handler, timeout=0)
    assert "Unknown server option 'timeout' is ignored" in caplog.text


@pytest.mark.spec("HTTP-09", "HTTP-08", "ADD-008")
@pytest.mark.parametrize(
    ("options", "variable", "expected"),
    [
        (["-X", "dev"], "", "True"),
        ([], "1", "True"),
        (["-E"], "1", "False"),
        ([], "", "False"),
    ],
)
def test_development_mode_warns_and_makes_the_client_strict(
    options: list[str], variable: str, expected: str
):
    code = (
        "import sys, warnings; sys.path[:0] = {path!r}\n"
        "import asyncio, aiohttp\n"
        "from aiohttp import web\n"
        "from aiohttp.helpers import DEBUG\n"
        "from aiohttp_client import connection\n"
        "from aiohttp_core.composed import compose_request_head\n"
        "async def main():\n"
        "    application = web.Application()\n"
        "    application.freeze()\n"
        "    factory = web.AppRunner(application)\n"
        "    await factory.setup()\n"
        "    head = compose_request_head('GET', '/', {{'Host': 'a'}})\n"
        "    request = factory.server.request_factory(head, None, None)\n"
        "    async with aiohttp.ClientSession() as session:\n"
        "        for place in session, application, request:\n"
        "            with warnings.catch_warnings(record=True) as caught:\n"
        "                warnings.simplefilter('always')\n"
        "                place.own = 1\n"
        "            assert place.own == 1\n"
        "            told = [w.filename for w in caught if w.category is DeprecationWarning]\n"
        "            print(told == [__file__], *(str(w.message) for w in caught), sep='|')\n"
        "    await factory.cleanup()\n"
        "    print(DEBUG, connection.STRICT, type(request).__name__)\n"
        "__file__ = '<string>'\n"
        "asyncio.run(main())\n"
    )
    result = subprocess.run(
        [sys.executable, *options, "-c", code.format(path=[p for p in sys.path if p])],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
        env={"PATH": "", "PYTHONASYNCIODEBUG": variable},
    )
    assert result.returncode == 0, result.stderr
    names = ("ClientSession", "web.Application", "Request")
    told = [f"{expected}|Setting custom {name}.own attribute is discouraged" for name in names]
    if expected == "False":
        told = ["False"] * 3
    assert result.stdout.splitlines() == [*told, f"{expected} {expected} Request"]


@pytest.mark.spec("C29")
def test_routes_are_added_by_the_documented_methods_alone():
    """``register_route`` of old versions is gone; a resource takes its routes itself."""
    router = web.UrlDispatcher()
    assert not hasattr(router, "register_route")
    route = router.add_resource("/").add_route("GET", handler_of_nothing)
    assert list(router.routes()) == [route]


async def handler_of_nothing(request: web.Request) -> web.Response:
    return web.Response()
