"""The application: values, freezing, signals, the way of a request, middlewares."""

import asyncio
import functools
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import pytest
from aiosignal import Signal
from frozenlist import FrozenList

import aiohttp_web
from aiohttp_web import application
from aiohttp_web.abc import AbstractRouter
from aiohttp_web.application import Application
from aiohttp_web.cleanup import CleanupContext
from aiohttp_web.exceptions import HTTPException, HTTPForbidden, HTTPNotAcceptable, HTTPNotFound
from aiohttp_web.keys import AppKey
from aiohttp_web.request import Request
from aiohttp_web.response import Response
from aiohttp_web.route_defs import RouteTableDef, get
from aiohttp_web.router import UrlDispatcher
from aiohttp_web.stream_response import StreamResponse

MakeRequest = Callable[..., Request]


async def handler(request: Request) -> Response:
    return Response(text=request.match_info.get("name", "hello"))


async def answer(app: Application, request: Request) -> Response:
    app.freeze()
    response = await app._handle(request)
    assert isinstance(response, Response)
    return response


@pytest.mark.spec("ADD-584")
def test_identity_truth_and_call() -> None:
    app = Application()
    assert app
    assert app == app
    assert app != Application()
    assert len({app, app}) == 1
    assert app() is app
    assert repr(app).startswith("<Application 0x")


@pytest.mark.spec(
    "APP-01", "APP-02", "APP-04", "APP-05", "APP-06", "APP-08", "ADD-485", "ADD-900", "APP-15"
)
def test_arguments() -> None:
    app = Application()
    assert app.logger is logging.getLogger("aiohttp.web")
    assert isinstance(app.router, UrlDispatcher)
    assert (app.client_max_size, app.client_max_fields) == (1024**2, 1000)
    assert not hasattr(app, "add_route")
    with pytest.raises(AttributeError):
        app.router = UrlDispatcher()  # type: ignore[misc]
    logger = logging.getLogger("own")
    own = Application(
        logger=logger,
        middlewares=[plain_middleware],
        handler_args={"a": 1},
        client_max_size=5,
        client_max_fields=6,
    )
    assert own.logger is logger
    assert list(own.middlewares) == [plain_middleware]
    assert isinstance(own.middlewares, FrozenList)
    assert own.handler_args == {"a": 1}
    assert (own.client_max_size, own.client_max_fields) == (5, 6)


@pytest.mark.spec("APP-07", "APP-17", "APP-18", "ADD-577", "ADD-587", "ADD-963")
async def test_deprecated_arguments() -> None:
    with pytest.warns(DeprecationWarning, match="debug") as caught:
        app = Application(debug=True)
    assert caught[0].filename == __file__
    with pytest.warns(DeprecationWarning, match="debug"):
        assert app.debug is asyncio.get_running_loop().get_debug()
    router = UrlDispatcher()
    with pytest.warns(DeprecationWarning, match="router"):
        assert Application(router=router).router is router
    with pytest.warns(DeprecationWarning, match="router"), pytest.raises(TypeError):
        Application(router=object())  # type: ignore[arg-type]
    loop = asyncio.get_running_loop()
    with pytest.warns(DeprecationWarning, match="loop"):
        app = Application(loop=loop)
    with pytest.warns(DeprecationWarning, match="loop"):
        assert app.loop is loop


@pytest.mark.spec("APP-18")
async def test_one_loop() -> None:
    app, nested = Application(), Application()
    app.add_subapp("/n", nested)
    app.set_loop(None)
    app.set_loop(asyncio.get_running_loop())
    with pytest.warns(DeprecationWarning, match="loop"):
        assert nested.loop is asyncio.get_running_loop()
    with pytest.raises(RuntimeError, match="different loop"):
        app.set_loop(object())  # type: ignore[arg-type]


@pytest.mark.spec("ADD-583", "ADD-963")
def test_subclasses_warn_and_work() -> None:
    with pytest.warns(DeprecationWarning, match="Own") as caught:

        class Own(Application):
            pass

    assert caught[0].filename == __file__
    assert Own()


@pytest.mark.spec("ADD-583", "ADD-1019")
def test_own_attributes_warn_in_development_mode_only() -> None:
    code = "from aiohttp_web.application import Application\na = Application()\na.own = 1"
    env = {**os.environ, "AIOHTTP_NO_EXTENSIONS": "1"}
    for flags, warned in (["-X", "dev"], True), ([], False):
        done = subprocess.run(
            [sys.executable, "-W", "always::DeprecationWarning:__main__", *flags, "-c", code],
            capture_output=True,
            check=True,
            timeout=60,
            env=env,
        )
        assert (b"custom web.Application.own attribute" in done.stderr) is warned
    assert {name for name in vars(Application()) if name not in Application.ATTRS} == set()


@pytest.mark.spec("APP-19", "ADD-963")
async def test_make_handler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "_server_factory", [])
    app = Application(handler_args={"b": 3})
    with pytest.warns(DeprecationWarning, match="AppRunner"), pytest.raises(RuntimeError):
        app.make_handler()
    application.install_server_factory(lambda app, **options: (app, options))
    with pytest.warns(DeprecationWarning, match="AppRunner"):
        assert app.make_handler(a=1, b=2) == (app, {"a": 1, "b": 3})
    assert app.frozen


# Freezing


@pytest.mark.spec("APP-13", "ADD-579", "ADD-582", "ADD-940", "C22")
def test_frozen() -> None:
    app = Application()
    key = AppKey("key", int)
    app[key] = 1
    assert not app.pre_frozen
    app.freeze()
    app.freeze()
    assert app.frozen
    assert app.pre_frozen
    with pytest.raises(RuntimeError):
        app.add_routes([get("/", handler)])
    for signal in (app.on_startup, app.on_shutdown, app.on_cleanup, app.on_response_prepare):
        with pytest.raises(RuntimeError):
            signal.append(handler)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError):
        app.middlewares.append(plain_middleware)
    with pytest.raises(RuntimeError):
        app.cleanup_ctx.append(handler)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError):
        app.add_subapp("/x", Application())
    with pytest.warns(DeprecationWarning, match="Changing state") as caught:
        app[key] = 2
    assert caught[0].filename == __file__
    with pytest.warns(DeprecationWarning, match="Changing state"):
        del app[key]


@pytest.mark.spec("APP-11")
def test_add_routes() -> None:
    (route,) = Application().add_routes([get("/", handler)])
    assert route.method == "GET"


# Signals


@pytest.mark.spec("SIG-03", "SIG-04", "SIG-05", "APP-12", "APP-20")
async def test_signals_in_order() -> None:
    app = Application()
    log: list[str] = []

    def listener(name: str) -> Any:
        async def listen(app: Application) -> None:
            log.append(name)

        return listen

    for kind in ("startup", "shutdown", "cleanup"):
        signal = getattr(app, f"on_{kind}")
        assert isinstance(signal, Signal)
        signal.append(listener(f"{kind} 1"))
        signal.append(listener(f"{kind} 2"))
    assert isinstance(app.cleanup_ctx, CleanupContext)
    app.freeze()
    await app.startup()
    await app.shutdown()
    await app.cleanup()
    assert log == [
        f"{kind} {number}" for kind in ("startup", "shutdown", "cleanup") for number in (1, 2)
    ]


@pytest.mark.spec("SIG-08")
async def test_cleanup_listeners_run_after_a_failed_startup() -> None:
    app = Application()
    log: list[str] = []

    async def fail(app: Application) -> None:
        raise ValueError("no")

    async def clean(app: Application) -> None:
        log.append("cleaned")

    app.on_startup.append(fail)
    app.on_cleanup.append(clean)
    app.freeze()
    with pytest.raises(ValueError, match="no"):
        await app.startup()
    await app.cleanup()
    assert log == ["cleaned"]


@pytest.mark.spec("SIG-09")
async def test_one_context_for_start_and_end() -> None:
    variable: ContextVar[str] = ContextVar("variable", default="unset")
    app = Application()
    seen = []

    async def start(app: Application) -> None:
        variable.set("started")

    async def stop(app: Application) -> None:
        seen.append(variable.get())

    app.on_startup.append(start)
    app.on_cleanup.append(stop)
    app.freeze()
    await app.startup()
    await app.cleanup()
    assert seen == ["started"]


@pytest.mark.spec("SIG-01", "SIG-02", "SIG-13", "C86")
async def test_response_prepare(make_request: MakeRequest) -> None:
    app = Application()
    seen: list[Any] = []

    async def listen(request: Request, response: Any) -> None:
        seen.append((request, response, "Date" in response.headers))
        response.headers["X-Late"] = "1"

    app.on_response_prepare.append(listen)
    app.router.add_get("/", handler)
    request = make_request("GET", "/")
    response = await answer(app, request)
    await response.prepare(request)
    assert seen == [(request, response, True)]
    assert request.response_writer().headers["X-Late"] == "1"  # type: ignore[attr-defined]


# The way of a request


async def test_request_is_routed_and_bound(make_request: MakeRequest) -> None:
    app = Application()
    route = app.router.add_get("/{name}", handler)
    request = make_request("GET", "/bob")
    assert request.match_info is None
    response = await answer(app, request)
    assert response.text == "bob"
    assert request.app is app
    assert request.match_info.route is route
    assert request.match_info.apps == (app,)
    with pytest.raises(RuntimeError):
        request.match_info.add_app(app)


@pytest.mark.spec("ABC-01", "ABC-02", "ADD-577", "C93")
async def test_own_router(make_request: MakeRequest) -> None:
    inner = UrlDispatcher()
    inner.add_get("/", handler)
    seen = []

    class Own(AbstractRouter):
        async def resolve(self, request: Any) -> Any:
            seen.append(request.match_info)
            return await inner.resolve(request)

    with pytest.warns(DeprecationWarning, match="router"):
        app = Application(router=Own())
    assert (await answer(app, make_request("GET", "/"))).text == "hello"
    assert seen == [None]
    with pytest.raises(HTTPNotFound):
        await answer(app, make_request("GET", "/x"))


async def test_a_router_that_returns_something_else(make_request: MakeRequest) -> None:
    class Own(AbstractRouter):
        async def resolve(self, request: Any) -> Any:
            return None

    with pytest.warns(DeprecationWarning, match="router"):
        app = Application(router=Own())
    with pytest.raises(TypeError, match="AbstractMatchInfo"):
        await answer(app, make_request("GET", "/"))


async def test_tools_may_replace_the_funnel_and_the_router(
    make_request: MakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    handle, resolve = Application._handle, UrlDispatcher.resolve

    async def own_handle(self: Application, request: Any) -> Any:
        seen.append("handle")
        return await handle(self, request)

    async def own_resolve(self: UrlDispatcher, request: Any) -> Any:
        seen.append("resolve")
        return await resolve(self, request)

    monkeypatch.setattr(Application, "_handle", own_handle)
    monkeypatch.setattr(UrlDispatcher, "resolve", own_resolve)
    app = Application()
    app.router.add_get("/", handler)
    app.freeze()
    assert (await app.handle_request(make_request("GET", "/"))).status == 200
    assert seen == ["handle", "resolve"]


@pytest.mark.spec("EXP-01", "EXP-02", "EXP-03", "EXP-04", "EXP-05", "ADD-596", "ADD-597", "ADD-598")
async def test_expect_handlers_run_before_middlewares(make_request: MakeRequest) -> None:
    log: list[str] = []
    refusal = Response(status=403)
    answers: dict[str, Any] = {"go": None, "refuse": refusal, "raise": HTTPForbidden()}

    async def expect(request: Request) -> Any:
        log.append("expect")
        decided = answers[request.headers["X"]]
        if isinstance(decided, HTTPException):
            raise decided
        return decided

    async def log_middleware(request: Request, handler: Any) -> Any:
        log.append("middleware")
        return await handler(request)

    app = Application(middlewares=[log_middleware])
    app.router.add_get("/", handler, expect_handler=expect)

    def request(decision: str) -> Request:
        return make_request("GET", "/", {"Host": "a", "Expect": "100-continue", "X": decision})

    assert (await answer(app, request("go"))).text == "hello"
    assert log == ["expect", "middleware"]
    log.clear()
    assert await answer(app, request("refuse")) is refusal
    with pytest.raises(HTTPForbidden):
        await answer(app, request("raise"))
    assert log == ["expect", "expect"]
    log.clear()
    assert (await answer(app, make_request("GET", "/"))).text == "hello"
    assert log == ["middleware"]


@pytest.mark.spec("EXP-02", "EXP-06", "ADD-597")
async def test_unknown_expectation(make_request: MakeRequest) -> None:
    app = Application()
    for path in ("/", "/missing"):
        request = make_request("GET", path, {"Host": "a", "Expect": "200-ok"})
        with pytest.raises(HTTPException) as raised:
            await answer(app, request)
        assert (raised.value.status, raised.value.text) == (417, "Unknown Expect: 200-ok")


# Middlewares


async def plain_middleware(request: Request, handler: Any) -> Any:
    return await handler(request)


@pytest.mark.spec("ADD-771")
async def test_the_chain_is_built_once_and_never_for_peers(make_request: MakeRequest) -> None:
    built = []

    async def own(request: Request, handler: Any) -> Any:
        built.append(handler)
        return await handler(request)

    app = Application(middlewares=[own])
    app.router.add_get("/{name}", handler)
    for number in range(3):
        await answer(app, make_request("GET", f"/{number}"))
    assert len(app._chains) == 1
    for number in range(100):
        with pytest.raises(HTTPException):
            await answer(app, make_request(f"M{number}", f"/{number}/x"))
    assert len(app._chains) == 1


async def test_handlers_made_per_request_do_not_fill_memory(
    make_request: MakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "_CHAINS_KEPT", 3)
    inner = UrlDispatcher()
    inner.add_get("/", handler)

    class Own(AbstractRouter):
        async def resolve(self, request: Any) -> Any:
            match_info = await inner.resolve(request)

            async def fresh(request: Any) -> Any:
                return Response(text="fresh")

            match_info.route._handler = fresh
            return match_info

    with pytest.warns(DeprecationWarning, match="router"):
        app = Application(router=Own(), middlewares=[plain_middleware])
    for _ in range(10):
        assert (await answer(app, make_request("GET", "/"))).text == "fresh"
    assert len(app._chains) <= 3


async def test_a_handler_without_a_hash(make_request: MakeRequest) -> None:
    class Odd:
        __hash__ = None  # type: ignore[assignment]

        async def __call__(self, request: Request) -> Response:
            return Response(text="odd")

    app = Application(middlewares=[plain_middleware])
    app.router.add_get("/", Odd())
    assert (await answer(app, make_request("GET", "/"))).text == "odd"


# Served


@pytest.mark.spec("SIG-10", "SIG-11")
async def test_each_request_has_its_copy_of_the_context(serve: Any) -> None:
    variable: ContextVar[str] = ContextVar("variable", default="unset")

    async def look(request: Request) -> Response:
        before = variable.get()
        variable.set("changed by a handler")
        return Response(text=before)

    app = Application()
    app.router.add_get("/", look)
    variable.set("of the server")
    served = await serve(app)
    one = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    last = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    raw = await served.send(one + one + last)
    assert raw.count(b"\r\n\r\nof the server") == 3
    assert variable.get() == "of the server"


@pytest.mark.spec("WMW-04", "ADD-434")
async def test_what_is_no_http_exception_becomes_500_after_the_middlewares(serve: Any) -> None:
    seen = []

    async def watch(request: Request, handler: Any) -> Any:
        try:
            return await handler(request)
        except ValueError as error:
            seen.append(str(error))
            raise

    async def fail(request: Request) -> Response:
        raise ValueError("secret")

    async def nothing(request: Request) -> None:
        return None

    app = Application(middlewares=[watch])
    app.router.add_get("/fail", fail)
    app.router.add_get("/nothing", nothing)
    served = await serve(app)
    answer = await served.ask("GET", "/fail")
    assert answer.status == 500
    assert b"secret" not in answer.body
    assert seen == ["secret"]
    assert (await served.ask("GET", "/nothing")).status == 500


@pytest.mark.spec("WMW-08")
async def test_fields_of_a_prepared_response_are_gone(serve: Any) -> None:
    async def late(request: Request, handler: Any) -> Any:
        response = await handler(request)
        response.headers["X-Late"] = "1"
        return response

    async def stream(request: Request) -> Any:
        response = StreamResponse()
        await response.prepare(request)
        await response.write(b"x")
        return response

    app = Application(middlewares=[late])
    app.router.add_get("/stream", stream)
    app.router.add_get("/whole", handler)
    served = await serve(app)
    assert "X-Late" not in (await served.ask("GET", "/stream")).headers
    assert (await served.ask("GET", "/whole")).headers["X-Late"] == "1"


@pytest.mark.spec("RTR-25")
async def test_second_level_routing_is_user_code(serve: Any) -> None:
    async def choose(request: Request) -> Response:
        chosen = {"application/json": "json", "text/xml": "xml"}.get(request.headers["Accept"])
        if chosen is None:
            raise HTTPNotAcceptable
        return Response(text=chosen)

    app = Application()
    app.router.add_get("/", choose)
    served = await serve(app)
    assert (await served.ask("GET", "/", Accept="text/xml")).body == b"xml"
    assert (await served.ask("GET", "/", Accept="other")).status == 406


@pytest.mark.spec("SIG-12")
async def test_background_tasks_of_a_cleanup_context() -> None:
    states = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            states.append("cancelled")
            raise

    async def background(app: Application) -> Any:
        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        yield
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    app = Application()
    app.cleanup_ctx.append(background)
    app.freeze()
    await app.startup()
    await app.cleanup()
    assert states == ["cancelled"]


@pytest.mark.spec("RDEF-09")
async def test_foreign_decorators_stand_below_the_route(make_request: MakeRequest) -> None:
    def shout(function: Any) -> Any:
        @functools.wraps(function)
        async def run(request: Request) -> Response:
            return Response(text=(await function(request)).upper())

        return run

    table = RouteTableDef()

    @table.get("/")
    @shout
    async def quiet(request: Request) -> str:
        return "quiet"

    app = Application()
    app.add_routes(table)
    assert (await answer(app, make_request("GET", "/"))).text == "QUIET"


@pytest.mark.spec("ADD-979", "ADD-1009", "ADD-1011", "ADD-1014", "ADD-1016", "NAM-12")
def test_public_names() -> None:
    names = [
        "AbstractMatchInfo",
        "AbstractResource",
        "AbstractRoute",
        "AbstractRouteDef",
        "AbstractRouter",
        "AbstractRuleMatching",
        "AbstractView",
        "AppKey",
        "Application",
        "CleanupError",
        "Domain",
        "DynamicResource",
        "FileResponse",
        "MaskDomain",
        "MatchInfoError",
        "MatchedSubAppResource",
        "NotAppKeyWarning",
        "PlainResource",
        "PrefixResource",
        "PrefixedSubAppResource",
        "RequestKey",
        "Resource",
        "ResourceRoute",
        "ResourcesView",
        "ResponseKey",
        "RouteDef",
        "RouteTableDef",
        "RoutesView",
        "StaticDef",
        "StaticResource",
        "SystemRoute",
        "UrlDispatcher",
        "UrlMappingMatchInfo",
        "View",
        "delete",
        "get",
        "head",
        "middleware",
        "normalize_path_middleware",
        "options",
        "patch",
        "post",
        "put",
        "route",
        "static",
        "view",
    ]
    assert set(names) <= set(aiohttp_web.__all__)
    for name in names:
        assert getattr(aiohttp_web, name) is not None
