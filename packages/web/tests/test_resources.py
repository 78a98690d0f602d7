"""Resources: matching and URL making of fixed, variable and prefix paths."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from aiohttp_web.request import Request
from aiohttp_web.resources import (
    AbstractResource,
    DynamicResource,
    PlainResource,
    PrefixResource,
    Resource,
    index_key,
    match_form,
    requote_path,
    unquote_match,
)
from aiohttp_web.response import Response
from aiohttp_web.routes import ResourceRoute
from aiohttp_web.static import StaticResource
from aiohttp_web.subapps import MatchedSubAppResource, PrefixedSubAppResource


async def handler(request: Request) -> Response:
    return Response()


async def other(request: Request) -> Response:
    return Response()


@pytest.mark.spec("ADD-561", "ADD-562", "ADD-1066", "RTR-22", "C91")
@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/plain/path", "/plain/path"),
        ("/caf%C3%A9", "/café"),
        ("/caf%c3%a9", "/café"),
        ("/café", "/café"),
        ("/a%2Fb", "/a%2Fb"),
        ("/a%2fb", "/a%2Fb"),
        ("/a%25b", "/a%25b"),
        ("/a%252Fb", "/a%252Fb"),
        ("/a%20b", "/a b"),
        ("/a%3Fb", "/a?b"),
        ("/a+b", "/a+b"),
    ],
)
def test_match_form(path: str, form: str) -> None:
    assert match_form(path) == form


@pytest.mark.spec("ADD-561")
@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "a"), ("a%2Fb", "a/b"), ("a%25b", "a%b"), ("a%252Fb", "a%2Fb"), ("%25252F", "%252F")],
)
def test_unquote_match(value: str, text: str) -> None:
    assert unquote_match(value) == text


@pytest.mark.spec("ADD-559")
@pytest.mark.parametrize(
    ("canonical", "key"),
    [
        ("/", "/"),
        ("", "/"),
        ("/a/b", "/a/b"),
        ("/a/b/", "/a/b"),
        ("/a/{x}", "/a"),
        ("/a/b{x}", "/a"),
        ("/a/b{x}/c", "/a"),
        ("/{x}", "/"),
        ("/caf%C3%A9/{x}", "/café"),
    ],
)
def test_index_key(canonical: str, key: str) -> None:
    assert index_key(canonical) == key


@pytest.mark.spec("RES-02", "RES-04", "ADD-571")
def test_plain() -> None:
    resource = PlainResource("/é b", name="n")
    assert resource.canonical == "/é b"
    assert resource.name == "n"
    assert resource.get_info() == {"path": "/é b"}
    assert resource.url_for() == URL("/%C3%A9%20b", encoded=True)
    assert PlainResource("/a%20b").url_for() == URL("/a%20b", encoded=True)
    assert resource.raw_match("/é b")
    assert not resource.raw_match("/x")
    resource.add_prefix("/p")
    assert resource.canonical == "/p/é b"
    assert repr(resource) == "<PlainResource 'n'  /p/é b>"


def test_an_empty_path_becomes_the_root_when_it_stays_alone() -> None:
    resource = PlainResource("")
    resource.freeze()
    assert resource.canonical == "/"
    nested = PlainResource("")
    nested.add_prefix("/p")
    nested.freeze()
    assert nested.canonical == "/p"


@pytest.mark.spec("RTR-21", "RTR-23", "RES-05", "ADD-563", "ADD-564", "ADD-1076")
@pytest.mark.parametrize(
    ("template", "path", "values"),
    [
        ("/{name}", "/bob", {"name": "bob"}),
        ("/{name}", "/bob/", None),
        ("/{name}", "/", None),
        ("/a/{name}/c", "/a/etc/c", {"name": "etc"}),
        ("/a{x}b{y}", "/a1b2", {"x": "1", "y": "2"}),
        (r"/{x:\d+}", "/42", {"x": "42"}),
        (r"/{x:\d+}", "/4a", None),
        (r"/{x:\d{2}}", "/42", {"x": "42"}),
        (r"/{x:\d{2}}", "/4", None),
        ("/{tail:.*}", "/a/b/c", {"tail": "a/b/c"}),
        ("/{tail:.*}", "/", {"tail": ""}),
        ("/{x:a:b}", "/a:b", {"x": "a:b"}),
        ("/{x:[а-я]+}", "/п", {"x": "п"}),
        ("/café/{x}", "/café/1", {"x": "1"}),
        ("/caf%C3%A9/{x}", "/café/1", {"x": "1"}),
        ("/{x}", "/a%2Fb", {"x": "a/b"}),
        ("/{x}", "/a%25b", {"x": "a%b"}),
        ("/{x}", "/a%252Fb", {"x": "a%2Fb"}),
        ("/q%2Fz/{y}", "/q%2Fz/1", {"y": "1"}),
        ("/a.b/{x}", "/acb/1", None),
        ("/{x:(a)?(?P<inner>b)?}", "/b", {"x": "b", "inner": "b"}),
        ("/{x:(?P<inner>a)?}", "/", {"x": ""}),
    ],
)
def test_dynamic_match(template: str, path: str, values: dict[str, str] | None) -> None:
    assert DynamicResource(template).match_values(path) == values


@pytest.mark.spec("ADD-563")
@pytest.mark.parametrize(
    "template", ["/{x", "/{x}}", "/x}", "/{1x}", "/{}", "/{x-y}", "/{x:[}", "/{x:(}", "/{x}/{x}"]
)
def test_dynamic_refuses(template: str) -> None:
    with pytest.raises(ValueError, match=r"path|pattern"):
        DynamicResource(template)


@pytest.mark.spec("RES-02", "RES-05", "ADD-571")
def test_dynamic_description() -> None:
    resource = DynamicResource(r"/get/{num:^\d+}", name="n")
    assert resource.canonical == "/get/{num}"
    info = resource.get_info()
    assert info["formatter"] == "/get/{num}"
    assert isinstance(info["pattern"], re.Pattern)
    assert DynamicResource("/é b/{x}").canonical == "/%C3%A9%20b/{x}"
    assert repr(resource) == "<DynamicResource 'n'  /get/{num}>"
    resource.add_prefix("/p")
    assert resource.canonical == "/p/get/{num}"


@pytest.mark.spec("RES-04", "ADD-570", "RES-15")
@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("b", "/a/b"),
        ("b c", "/a/b%20c"),
        ("b/c", "/a/b/c"),
        ("%", "/a/%25"),
        ("é?#", "/a/%C3%A9%3F%23"),
        ("a+b", "/a/a+b"),
        ("..", "/a/.."),
    ],
)
def test_url_for(value: str, path: str) -> None:
    assert str(DynamicResource("/a/{x}").url_for(x=value)) == path


@pytest.mark.spec("ADD-570")
def test_url_for_errors() -> None:
    resource = DynamicResource("/a/{x}")
    with pytest.raises(KeyError):
        resource.url_for()
    with pytest.raises(TypeError, match="str"):
        resource.url_for(x=5)  # type: ignore[arg-type]


def test_url_for_never_names_another_host() -> None:
    url = DynamicResource("/{x}").url_for(x="/evil.example/a")
    assert str(url) == "/%2Fevil.example/a"
    assert not url.absolute
    assert not str(url).startswith("//")
    assert str(PlainResource("//evil.example").url_for()) == "/%2Fevil.example"


@given(st.text(st.characters(exclude_characters="/{}", exclude_categories=["Cs"]), min_size=1))
def test_what_url_for_makes_is_matched_again(value: str) -> None:
    resource = DynamicResource("/a/{x}/z")
    path = resource.url_for(x=value).raw_path
    assert resource.match_values(match_form(path)) == {"x": value}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_requoting_is_stable(text: str) -> None:
    once = requote_path(text)
    assert once.isascii()
    assert requote_path(once) == once


@pytest.mark.spec("RES-03", "ADD-566", "ADD-573")
def test_add_route_checks() -> None:
    resource = PlainResource("/")
    route = resource.add_route("get", handler)
    assert isinstance(route, ResourceRoute)
    assert route.method == "GET"
    with pytest.raises(RuntimeError, match="GET"):
        resource.add_route("GET", other)
    resource.add_route("*", other)
    with pytest.raises(RuntimeError, match=r"\*"):
        resource.add_route("POST", other)
    with pytest.raises(ValueError, match="G T"):
        PlainResource("/").add_route("G T", handler)
    for method in ("", "ＧＥＴ", "G\x00T", "GET\r\n"):
        with pytest.raises(ValueError, match="method"):
            PlainResource("/").add_route(method, handler)
    with pytest.raises(TypeError):
        resource.register_route(object())  # type: ignore[arg-type]


@pytest.mark.spec("ADD-897")
def test_new_methods_are_fine() -> None:
    assert PlainResource("/").add_route("query", handler).method == "QUERY"


@pytest.mark.spec("RES-01")
async def test_resolve(make_request: Callable[..., Request]) -> None:
    resource = DynamicResource("/{x}")
    get = resource.add_route("GET", handler)
    put = resource.add_route("PUT", other)
    assert len(resource) == 2
    assert list(resource) == [get, put]
    match_info, methods = await resource.resolve(make_request("GET", "/a?q"))
    assert match_info == {"x": "a"}
    assert match_info is not None
    assert match_info.route is get
    assert methods == {"GET", "PUT"}
    assert await resource.resolve(make_request("DELETE", "/a")) == (None, {"GET", "PUT"})
    assert await resource.resolve(make_request("GET", "/a/b")) == (None, set())


@pytest.mark.spec("RES-08", "C25", "C26", "ADD-1048")
def test_hierarchy() -> None:
    for cls, base in [
        (Resource, AbstractResource),
        (PlainResource, Resource),
        (DynamicResource, Resource),
        (PrefixResource, AbstractResource),
        (StaticResource, PrefixResource),
        (PrefixedSubAppResource, PrefixResource),
        (MatchedSubAppResource, PrefixedSubAppResource),
    ]:
        assert issubclass(cls, base)
    with pytest.raises(TypeError):
        AbstractResource()  # type: ignore[abstract]


@pytest.mark.parametrize("prefix", ["x", "/x/"])
def test_prefix_is_checked(prefix: str, tmp_path: Any) -> None:
    with pytest.raises(ValueError, match="prefix"):
        StaticResource(prefix, tmp_path)


def test_a_resource_that_matches_nothing_says_so() -> None:
    class Odd(Resource):
        canonical = "/"

        def url_for(self, *args: Any, **kwargs: Any) -> URL:
            return URL("/")

        def add_prefix(self, prefix: str) -> None:
            pass

        def get_info(self) -> Any:
            return {}

    with pytest.raises(TypeError, match="Odd"):
        Odd().find("GET", "/", None)
