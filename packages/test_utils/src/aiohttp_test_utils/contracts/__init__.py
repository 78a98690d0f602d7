"""Tests for other people's resolvers, connectors, cookie jars and payloads.

Derive a test class, make the object, and let pytest or unittest run it::

    class TestMyResolver(ResolverContract):
        async def make_resolver(self) -> AbstractResolver:
            return MyResolver()

Laws
* A contract says only what sessions rely on; each test is one sentence of it.
* The methods are coroutines: they want pytest-asyncio or the plugin of this kit, or
  ``unittest.IsolatedAsyncioTestCase`` as a second base.
"""

from aiohttp_test_utils.contracts.connector import ConnectorContract
from aiohttp_test_utils.contracts.cookie_jar import CookieJarContract
from aiohttp_test_utils.contracts.payload import PayloadContract
from aiohttp_test_utils.contracts.resolver import ResolverContract

__all__ = ("ConnectorContract", "CookieJarContract", "PayloadContract", "ResolverContract")
