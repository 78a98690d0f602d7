"""What a session relies on in a cookie jar (spec rows ABC-06 to ABC-09; RFC 6265)."""

from abc import ABC, abstractmethod

from yarl import URL

from aiohttp_client import AbstractCookieJar
from aiohttp_test_utils.contracts.promises import promise

__all__ = ("CookieJarContract",)

SITE = URL("http://shop.example.com/cart/items")


class CookieJarContract(ABC):
    """The contract of :class:`~aiohttp_client.AbstractCookieJar`."""

    @abstractmethod
    async def make_jar(self) -> AbstractCookieJar:
        """Return an empty jar."""

    async def _jar(self, *set_cookie: str, url: URL = SITE) -> AbstractCookieJar:
        jar = await self.make_jar()
        jar.update_cookies_from_headers(set_cookie, url)
        return jar

    def _sent(self, jar: AbstractCookieJar, url: str) -> dict[str, str]:
        return {name: morsel.value for name, morsel in jar.filter_cookies(URL(url)).items()}

    async def test_empty(self) -> None:
        """A new jar has nothing."""
        jar = await self.make_jar()
        promise(len(jar) == 0, "len() is 0")
        promise(list(jar) == [], "there is nothing to iterate")
        promise(not jar.filter_cookies(SITE), "nothing is sent")

    async def test_comes_back_to_its_host(self) -> None:
        """A cookie without Domain goes to its host alone."""
        jar = await self._jar("id=7; Path=/")
        promise(self._sent(jar, "http://shop.example.com/") == {"id": "7"}, "its host gets it")
        for other in ("http://example.com/", "http://a.shop.example.com/", "http://other.test/"):
            promise(self._sent(jar, other) == {}, f"{other} does not get it")

    async def test_domain(self) -> None:
        """A cookie with Domain goes to the domain and what is below it."""
        jar = await self._jar("id=7; Path=/; Domain=example.com")
        for host in ("example.com", "shop.example.com", "a.b.example.com"):
            promise(self._sent(jar, f"http://{host}/") == {"id": "7"}, f"{host} gets it")
        for host in ("notexample.com", "example.com.evil.test", "com"):
            promise(self._sent(jar, f"http://{host}/") == {}, f"{host} does not get it")

    async def test_foreign_domain(self) -> None:
        """A server cannot set a cookie for somebody else."""
        jar = await self._jar("id=7; Domain=bank.test")
        promise(len(jar) == 0, "the cookie is refused")
        promise(self._sent(jar, "http://bank.test/") == {}, "it is not sent")

    async def test_path(self) -> None:
        """A cookie goes to its path and what is below it."""
        jar = await self._jar("id=7; Path=/cart")
        for path in ("/cart", "/cart/", "/cart/items/1"):
            promise(self._sent(jar, f"http://shop.example.com{path}") == {"id": "7"}, path)
        for path in ("/", "/cartoon", "/other"):
            promise(self._sent(jar, f"http://shop.example.com{path}") == {}, path)

    async def test_secure(self) -> None:
        """A Secure cookie travels over TLS only."""
        jar = await self._jar("id=7; Path=/; Secure", url=URL("https://shop.example.com/"))
        promise(self._sent(jar, "https://shop.example.com/") == {"id": "7"}, "https gets it")
        promise(self._sent(jar, "http://shop.example.com/") == {}, "http does not get it")

    async def test_replaced_and_removed(self) -> None:
        """The same name, domain and path is the same cookie; ``Max-Age=0`` removes it."""
        jar = await self._jar("id=7; Path=/")
        jar.update_cookies_from_headers(["id=8; Path=/"], SITE)
        promise(self._sent(jar, str(SITE)) == {"id": "8"}, "the later value counts")
        promise(len(jar) == 1, "there is one cookie")
        jar.update_cookies_from_headers(["id=; Path=/; Max-Age=0"], SITE)
        promise(self._sent(jar, str(SITE)) == {}, "it is gone")

    async def test_shared(self) -> None:
        """Cookies without a server go everywhere."""
        jar = await self.make_jar()
        jar.update_cookies({"lang": "fr"})
        for url in ("http://a.test/", "https://b.test/x"):
            promise(self._sent(jar, url) == {"lang": "fr"}, f"{url} gets it")

    async def test_clear(self) -> None:
        """``clear()`` empties the jar, with a predicate it chooses."""
        jar = await self._jar("a=1; Path=/", "b=2; Path=/")
        jar.clear(lambda morsel: morsel.key == "a")
        promise(self._sent(jar, str(SITE)) == {"b": "2"}, "only what was chosen is gone")
        jar.clear()
        promise(len(jar) == 0 and self._sent(jar, str(SITE)) == {}, "the jar is empty")

    async def test_clear_domain(self) -> None:
        """``clear_domain()`` takes the domain and what is below it."""
        jar = await self._jar("a=1; Path=/")
        jar.update_cookies_from_headers(["b=2; Path=/"], URL("http://other.test/"))
        jar.clear_domain("example.com")
        promise(self._sent(jar, str(SITE)) == {}, "the subdomain is cleared")
        promise(self._sent(jar, "http://other.test/") == {"b": "2"}, "another one is not")

    async def test_iteration(self) -> None:
        """Iterating gives a morsel per cookie."""
        jar = await self._jar("a=1; Path=/", "b=2; Path=/")
        promise({morsel.key for morsel in jar} == {"a", "b"}, "every cookie comes")
        promise(len(jar) == 2, "len() counts them")
