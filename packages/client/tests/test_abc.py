"""The interfaces for applications."""

import inspect
from collections.abc import Iterator, Mapping
from http.cookies import BaseCookie, Morsel, SimpleCookie
from typing import Any

import pytest
from yarl import URL

from aiohttp_client import ClientSession, CookieJar, DummyCookieJar
from aiohttp_client.abc import NO_URL, AbstractCookieJar, AbstractResolver, ResolveResult


class Jar(AbstractCookieJar):
    unsafe = False
    quote_cookie = True
    cookies: Mapping[tuple[str, str], SimpleCookie] = {}
    host_only_cookies: frozenset[tuple[str, str, str]] = frozenset()

    def __init__(self) -> None:
        super().__init__(loop=None)
        self.got: list[tuple[object, URL]] = []

    def clear(self, predicate: object = None) -> None: ...

    def clear_domain(self, domain: str) -> None: ...

    def update_cookies(self, cookies: object, response_url: URL = NO_URL) -> None:
        self.got.append((cookies, response_url))

    def filter_cookies(self, request_url: URL) -> BaseCookie[str]:
        return SimpleCookie()

    def __iter__(self) -> Iterator[Morsel[str]]:
        return iter(())

    def __len__(self) -> int:
        return 0


@pytest.mark.spec("ABC-06", "ABC-07", "ADD-262", "ADD-263")
def test_a_jar_of_the_application() -> None:
    jar = Jar()
    assert jar.treat_as_secure_origin == frozenset()
    url = URL("http://a.example/")
    jar.update_cookies_from_headers(["a=1; Path=/x", "b=2"], url)
    ((cookies, got_url),) = jar.got
    assert got_url == url
    assert [(name, morsel.value, morsel["path"]) for name, morsel in cookies] == [  # type: ignore[attr-defined]
        ("a", "1", "/x"),
        ("b", "2", ""),
    ]
    jar.got.clear()
    jar.update_cookies_from_headers(["no cookie"], url)
    assert not jar.got


@pytest.mark.spec("ADD-262")
@pytest.mark.parametrize("name", ["unsafe", "quote_cookie", "cookies", "host_only_cookies"])
def test_properties_are_mandatory(name: str) -> None:
    incomplete = type("Incomplete", (Jar,), {name: getattr(AbstractCookieJar, name)})
    with pytest.raises(TypeError, match=name):
        incomplete()


@pytest.mark.spec("C16", "ADD-1046")
@pytest.mark.parametrize("name", ["clear", "clear_domain", "update_cookies", "filter_cookies"])
def test_methods_are_mandatory(name: str) -> None:
    """``clear`` too, which every jar has with the same parameters."""
    incomplete = type("Incomplete", (Jar,), {name: getattr(AbstractCookieJar, name)})
    with pytest.raises(TypeError, match=name):
        incomplete()
    for jar in (CookieJar, DummyCookieJar):
        ours, theirs = (
            list(inspect.signature(getattr(kind, name)).parameters)
            for kind in (jar, AbstractCookieJar)
        )
        assert ours == theirs


@pytest.mark.spec("C17", "ADD-1046")
async def test_a_jar_is_given_url_objects(serve: Any, answering: Any) -> None:
    """By the session: the URL of the request, and that of the answer."""
    asked: list[Any] = []
    told: list[Any] = []

    class Watching(Jar):
        def filter_cookies(self, request_url: URL) -> BaseCookie[str]:
            asked.append(request_url)
            return super().filter_cookies(request_url)

        def update_cookies(self, cookies: Any, response_url: URL | None = None) -> None:
            told.append(response_url)

    head = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
    server = await serve(answering(head))
    async with ClientSession(cookie_jar=Watching()) as session:
        async with session.get(server.url("/x?y")):
            pass
    assert asked == told == [URL(server.url("/x?y"))]
    assert {type(url) for url in (*asked, *told)} == {URL}


@pytest.mark.spec("ABC-10", "ABC-11")
async def test_resolver() -> None:
    class Resolver(AbstractResolver):
        async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
            return [
                ResolveResult(
                    hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0
                )
            ]

        async def close(self) -> None: ...

    (result,) = await Resolver().resolve("h", 80)
    assert result["host"] == "127.0.0.1"
    with pytest.raises(TypeError):
        AbstractResolver()  # type: ignore[abstract]
