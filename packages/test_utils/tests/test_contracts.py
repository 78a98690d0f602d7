"""Our own classes keep the contracts; broken ones do not."""

import io
import socket

import pytest
from yarl import URL

from aiohttp_client import (
    AbstractResolver,
    CookieJar,
    DummyCookieJar,
    TCPConnector,
    ThreadedResolver,
)
from aiohttp_core import (
    AsyncIterablePayload,
    BufferedReaderPayload,
    BytesIOPayload,
    BytesPayload,
    JsonPayload,
    Payload,
    Replay,
    StringIOPayload,
    StringPayload,
)
from aiohttp_test_utils import MemoryNetwork
from aiohttp_test_utils.contracts import (
    ConnectorContract,
    CookieJarContract,
    PayloadContract,
    ResolverContract,
)
from aiohttp_test_utils.memory import MemoryConnector
from aiohttp_web import Server

# -- kept ------------------------------------------------------------------------------------------


@pytest.mark.spec("ABC-10", "ABC-11")
class TestThreadedResolver(ResolverContract):
    unknown_host = "no.such.name.invalid"

    @pytest.fixture(autouse=True)
    def no_network(self, monkeypatch):
        real = socket.getaddrinfo

        def lookup(host, *args, **kwargs):
            if host == self.unknown_host:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return real(host, *args, **kwargs)

        monkeypatch.setattr(socket, "getaddrinfo", lookup)

    async def make_resolver(self):
        return ThreadedResolver()


@pytest.mark.spec("ABC-06", "ABC-07", "ABC-08")
class TestCookieJar(CookieJarContract):
    async def make_jar(self):
        return CookieJar()


@pytest.mark.spec("CON-01", "CON-02")
class TestTCPConnector(ConnectorContract):
    async def make_connector(self, **kwargs):
        return TCPConnector(**kwargs)


class TestMemoryConnector(ConnectorContract):
    @pytest.fixture(autouse=True)
    async def network(self):
        async with MemoryNetwork() as self.known:
            yield

    async def make_connector(self, **kwargs):
        return MemoryConnector(self.known, **kwargs)

    async def serve(self, stack, handler):
        await self.known.serve("http://shop.example", Server(handler, handler_cancellation=True))
        return URL("http://shop.example/")

    async def unreachable(self, stack):
        return URL("http://nowhere.example/")


async def two_pieces():
    yield b"he"
    yield b"llo"


PAYLOADS = {
    "bytes": lambda: BytesPayload(b"hello"),
    "str": lambda: StringPayload("hello"),
    "StringIO": lambda: StringIOPayload(io.StringIO("hello")),
    "BytesIO": lambda: BytesIOPayload(io.BytesIO(b"hello")),
    "reader": lambda: BufferedReaderPayload(io.BufferedReader(io.BytesIO(b"hello"))),
    "pieces": lambda: AsyncIterablePayload(two_pieces()),
}


@pytest.mark.spec("PAY-01")
class TestPayloads(PayloadContract):
    expected = b"hello"

    @pytest.fixture(autouse=True, params=sorted(PAYLOADS))
    def kind(self, request):
        self.make = PAYLOADS[request.param]

    async def make_payload(self):
        return self.make()


class TestJsonPayload(PayloadContract):
    expected = b'{"a": 1}'

    async def make_payload(self):
        return JsonPayload({"a": 1})


# -- broken ----------------------------------------------------------------------------------------


class NamesForAddresses(AbstractResolver):
    async def resolve(self, host, port=0, family=socket.AF_INET):
        entry = {"hostname": host, "port": port, "family": family, "proto": 0, "flags": 0}
        return [{**entry, "host": "not.an.address"}]

    async def close(self):
        return None


class Resolver(ResolverContract):
    async def make_resolver(self):
        return NamesForAddresses()


class Forgetful(CookieJarContract):
    async def make_jar(self):
        return DummyCookieJar()


class TooMuch(BytesPayload):
    async def write(self, writer):
        await writer.write(b"hello!")


class Again(BytesPayload):
    _replay = Replay.ONCE


class BrokenPayload(PayloadContract):
    expected = b"hello"

    def __init__(self, kind: type[Payload]) -> None:
        self.kind = kind

    async def make_payload(self):
        return self.kind(b"hello")


class Unlimited(ConnectorContract):
    async def make_connector(self, **kwargs):
        kwargs.pop("limit", None)
        return TCPConnector(**kwargs)


@pytest.mark.parametrize(
    ("contract", "test", "error"),
    [
        (Resolver(), "test_addresses_are_complete", ValueError),
        (Resolver(), "test_unknown_name", AssertionError),
        (Resolver(), "test_many_at_once", AssertionError),
        (Forgetful(), "test_comes_back_to_its_host", AssertionError),
        (Forgetful(), "test_shared", AssertionError),
        (BrokenPayload(TooMuch), "test_writes_what_it_is", AssertionError),
        (BrokenPayload(Again), "test_again", AssertionError),
        (Unlimited(), "test_limit", AssertionError),
    ],
)
async def test_a_broken_one_is_found_out(contract, test, error):
    with pytest.raises(error):
        await getattr(contract, test)()
