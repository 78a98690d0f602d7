"""The interfaces for applications."""

from collections.abc import Iterator, Mapping
from http.cookies import BaseCookie, Morsel, SimpleCookie

import pytest
from yarl import URL

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
