"""Route definitions and tables."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from aiohttp_web import route_defs
from aiohttp_web.response import Response
from aiohttp_web.route_defs import (
    AbstractRouteDef,
    RouteDef,
    RouteTableDef,
    StaticDef,
    get,
    options,
    route,
    static,
    view,
)
from aiohttp_web.router import UrlDispatcher


async def handler(request: Any) -> Response:
    return Response()


async def expect(request: Any) -> None:
    return None


@pytest.mark.spec("RDEF-01", "RDEF-03", "ADD-1014")
@pytest.mark.parametrize("name", ["head", "post", "put", "patch", "delete", "options", "get"])
def test_definitions_by_method(name: str) -> None:
    made = getattr(route_defs, name)("/path", handler, name="n", expect_handler=expect)
    assert isinstance(made, RouteDef)
    assert isinstance(made, AbstractRouteDef)
    assert (made.method, made.path, made.handler) == (name.upper(), "/path", handler)
    assert made.kwargs.items() >= {"name": "n", "expect_handler": expect}.items()
    (registered,) = made.register(UrlDispatcher())
    assert registered.method == name.upper()
    assert registered.name == "n"


@pytest.mark.spec("RDEF-02", "RDEF-07")
def test_view_and_route() -> None:
    assert view("/", handler).method == "*"
    assert route("QUERY", "/", handler).method == "QUERY"
    (registered,) = route("get", "/", handler).register(UrlDispatcher())
    assert registered.method == "GET"


@pytest.mark.spec("RDEF-01")
def test_get_allows_head_unless_forbidden() -> None:
    router = UrlDispatcher()
    get("/a", handler).register(router)
    get("/b", handler, allow_head=False).register(router)
    assert [known.method for known in router.routes()] == ["HEAD", "GET", "GET"]


@pytest.mark.spec("RDEF-02", "RDEF-03", "RDEF-04")
def test_static(tmp_path: Path) -> None:
    made = static("/s", tmp_path, name="files", show_index=True)
    assert isinstance(made, StaticDef)
    assert (made.prefix, made.path) == ("/s", tmp_path)
    assert made.kwargs == {"name": "files", "show_index": True}
    router = UrlDispatcher()
    assert {registered.method for registered in made.register(router)} == {"GET", "HEAD"}
    assert router["files"].canonical == "/s"


def test_repr(tmp_path: Path) -> None:
    assert repr(get("/", handler, name="n")) == (
        "<RouteDef GET / -> 'handler', allow_head=True, name='n'>"
    )
    assert repr(static("/s", "/p", name="n")) == "<StaticDef /s -> /p, name='n'>"
    assert repr(RouteTableDef()) == "<RouteTableDef count=0>"


def test_definitions_are_equal_by_value() -> None:
    assert options("/", handler) == options("/", handler)
    assert options("/", handler) != options("/x", handler)


@pytest.mark.spec("RDEF-05", "C57")
@pytest.mark.parametrize(
    "name", ["get", "post", "head", "put", "patch", "delete", "options", "view"]
)
def test_table_decorators(name: str) -> None:
    table = RouteTableDef()
    decorated = getattr(table, name)("/path", name="n")(handler)
    assert decorated is handler
    (item,) = table
    assert isinstance(item, RouteDef)
    assert item.method == ("*" if name == "view" else name.upper())
    assert item.kwargs == {"name": "n"}


@pytest.mark.spec("RDEF-05")
def test_table_is_a_sequence(tmp_path: Path) -> None:
    table = RouteTableDef()
    assert isinstance(table, Sequence)
    assert not table
    table.route("PUT", "/a")(handler)
    table.static("/s", tmp_path)
    assert len(table) == 2
    assert table[0] in table
    assert isinstance(table[1], StaticDef)
    assert table[:1] == [table[0]]
    assert list(table) == [table[0], table[1]]


def test_own_definition() -> None:
    with pytest.raises(TypeError):
        AbstractRouteDef()  # type: ignore[abstract]

    class Own(AbstractRouteDef):
        def register(self, router: UrlDispatcher) -> Any:
            return [router.add_get("/own", handler)]

    assert [made.method for made in UrlDispatcher().add_routes([Own()])] == ["GET"]
