"""Names become addresses: by the system, and by aiodns from a name server of our own."""

import asyncio
import importlib.util
import socket
import struct
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest

import aiohttp_client
from aiohttp_client import (
    AsyncResolver,
    ClientSession,
    DefaultResolver,
    TCPConnector,
    ThreadedResolver,
    resolver,
)

needs_aiodns = pytest.mark.skipif(
    importlib.util.find_spec("aiodns") is None, reason="aiodns is not installed"
)
KINDS = ["threads", pytest.param("aiodns", marks=needs_aiodns)]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class NameServer(asyncio.DatagramProtocol):
    """Knows ``a.test``; says of all other names that they do not exist."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        number, _, _ = struct.unpack_from("!HHH", data)
        labels, at = [], 12
        while size := data[at]:
            labels.append(data[at + 1 : at + 1 + size].decode())
            at += 1 + size
        name = ".".join(labels)
        (kind,) = struct.unpack_from("!H", data, at + 1)
        question = data[12 : at + 5]
        self.asked.append(name)
        known = name == "a.test"
        answers = b""
        if known and kind == 1:
            for last in (1, 2):
                answers += struct.pack("!HHHIH4B", 0xC00C, 1, 1, 60, 4, 127, 0, 0, last)
        head = struct.pack(
            "!HHHHHH", number, 0x8180 if known else 0x8183, 1, len(answers) // 16, 0, 0
        )
        self.transport.sendto(head + question + answers, address)


@pytest.fixture
async def name_server() -> AsyncIterator[tuple[NameServer, int]]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(NameServer, local_addr=("127.0.0.1", 0))
    yield server, transport.get_extra_info("sockname")[1]
    transport.close()


@pytest.fixture(autouse=True)
def _no_search_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALDOMAIN", "")
    monkeypatch.setenv("RES_OPTIONS", "ndots:0 attempts:1 timeout:5")


# -- which one ------------------------------------------------------------------------------------


@pytest.mark.spec("DNS-01", "ADD-313", "C09")
@needs_aiodns
def test_the_default_is_aiodns_where_it_is_installed() -> None:
    assert DefaultResolver is AsyncResolver


@pytest.mark.spec("DNS-01", "ADD-313", "ADD-325", "C09")
def test_the_default_without_aiodns() -> None:
    """Then the system is asked in threads, and who wants aiodns is told that it is missing."""
    program = (
        "import asyncio, sys\n"
        "sys.modules['aiodns'] = None\n"
        "import importlib.util\n"
        "found = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda n, *a: None if n == 'aiodns' else found(n, *a)\n"
        "from aiohttp_client import AsyncResolver, DefaultResolver\n"
        "from aiohttp_client import TCPConnector, ThreadedResolver\n"
        "assert DefaultResolver is ThreadedResolver\n"
        "async def main():\n"
        "    async with TCPConnector() as connector:\n"
        "        (address, *_) = await connector._resolve_host('localhost', 80)\n"
        "        assert address['host'] in ('127.0.0.1', '::1')\n"
        "    try:\n"
        "        AsyncResolver()\n"
        "    except RuntimeError as error:\n"
        "        print(error)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("Resolver requires aiodns library\n", "")


@pytest.mark.spec("DNS-01")
async def test_a_connector_uses_the_default(
    serve: Any, answering: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []

    class Watched(ThreadedResolver):
        def __init__(self, loop: Any = None) -> None:
            super().__init__(loop)
            made.append(self)
            self.closed = False

        async def close(self) -> None:
            self.closed = True

    monkeypatch.setattr("aiohttp_client.tcp_connector.DefaultResolver", Watched)
    server = await serve(answering(OK))
    async with ClientSession() as session:
        async with session.get(server.url()) as resp:
            assert resp.status == 200
        assert made == []  # nobody has asked for a name
        for _ in range(2):
            async with session.get(server.url(host="localhost")) as resp:
                assert resp.status == 200
        assert len(made) == 1
    assert made[0].closed


# -- aiodns ---------------------------------------------------------------------------------------


@pytest.mark.spec("ADD-325", "DNS-01")
@needs_aiodns
async def test_arguments_go_to_aiodns(
    name_server: tuple[NameServer, int], serve: Any, answering: Any
) -> None:
    names, port = name_server
    asking = AsyncResolver(nameservers=["127.0.0.1"], udp_port=port, tries=1, timeout=5)
    server = await serve(answering(OK))
    found = await asking.resolve("a.test", 80)
    assert {address["host"] for address in found} == {"127.0.0.1", "127.0.0.2"}
    for address in found:
        assert address["hostname"] == "a.test"
        assert address["port"] == 80
        assert address["family"] == socket.AF_INET
        assert address["flags"] == socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    with pytest.raises(OSError, match="not found"):
        await asking.resolve("b.test", 80)
    async with ClientSession(connector=TCPConnector(resolver=asking)) as session:
        async with session.get(server.url(host="a.test")) as resp:
            assert resp.status == 200
        with pytest.raises(aiohttp_client.ClientConnectorDNSError):
            await session.get(server.url(host="b.test"))
    assert {"a.test", "b.test"} <= set(names.asked)
    await asking.close()
    await asking.close()


@pytest.mark.spec("ADD-314")
@needs_aiodns
async def test_resolvers_without_arguments_share_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of one loop, until the last of them is closed."""
    made: list[Any] = []

    class Stub:
        def __init__(self, *args: Any, **options: Any) -> None:
            self.options = options
            self.closed = False
            made.append(self)

        async def close(self) -> None:
            self.closed = True

    monkeypatch.setattr("aiodns.DNSResolver", Stub)
    first, second = AsyncResolver(), AsyncResolver()
    assert len(made) == 1
    own = AsyncResolver(nameservers=["127.0.0.1"])
    assert len(made) == 2
    assert made[1].options["nameservers"] == ["127.0.0.1"]
    await own.close()
    assert [stub.closed for stub in made] == [False, True]
    await first.close()
    await first.close()  # again, and the other one still has it
    assert not made[0].closed
    await second.close()
    assert made[0].closed
    third = AsyncResolver()
    assert len(made) == 3

    def in_another_loop() -> None:
        async def use() -> None:
            other = AsyncResolver()
            assert len(made) == 4
            await other.close()

        asyncio.run(use())

    await asyncio.to_thread(in_another_loop)
    assert [stub.closed for stub in made] == [True, True, False, True]
    await third.close()


# -- how they ask ---------------------------------------------------------------------------------


class Node:
    """An answer of aiodns."""

    def __init__(self, family: int, address: Any) -> None:
        self.family = family
        self.addr = address


class Answers:
    """Stands for aiodns or for the loop; keeps the flags it was asked with."""

    def __init__(self, *outcomes: Any) -> None:
        self.outcomes = list(outcomes)
        self.flags: list[int] = []

    async def getaddrinfo(self, host: str, port: int = 0, **options: Any) -> Any:
        self.flags.append(options["flags"])
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    async def getnameinfo(self, address: Any, flags: int) -> Any:
        class Result:
            node = f"{address[0]}%lo"

        return Result if self.outcomes is None else ("fe80::1%lo", "80")


SYSTEM = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]


def asking(kind: str, *outcomes: Any) -> tuple[Any, Answers]:
    """Return a resolver that gets *outcomes*, and who gives them."""
    answers = Answers(*outcomes)
    if kind == "threads":
        return ThreadedResolver(answers), answers  # type: ignore[arg-type]
    made = AsyncResolver(nameservers=["127.0.0.1"])
    made._resolver = answers
    return made, answers


def outcome(kind: str) -> Any:
    if kind == "threads":
        return SYSTEM

    class Result:
        nodes = (Node(socket.AF_INET, (b"127.0.0.1", 80)),)

    return Result


def failure(kind: str) -> BaseException:
    if kind == "threads":
        return OSError(1, "no")
    error: BaseException = importlib.import_module("aiodns").error.DNSError(1, "no")
    return error


@pytest.mark.spec("ADD-315", "ADD-891")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("platform", "host", "again"),
    [("win32", "localhost", True), ("win32", "a.test", False), ("linux", "localhost", False)],
)
async def test_flags(
    monkeypatch: pytest.MonkeyPatch, kind: str, platform: str, host: str, again: bool
) -> None:
    """Only usable addresses; Windows without a network finds ``localhost`` without that flag."""
    monkeypatch.setattr(resolver.sys, "platform", platform)
    made, answers = asking(kind, outcome(kind))
    (address,) = await made.resolve(host, 80)
    assert (address["host"], address["port"]) == ("127.0.0.1", 80)
    assert answers.flags == [socket.AI_ADDRCONFIG]
    made, answers = asking(kind, failure(kind), outcome(kind))
    if again:
        (address,) = await made.resolve(host, 80)
        assert address["host"] == "127.0.0.1"
        assert answers.flags == [socket.AI_ADDRCONFIG, 0]
    else:
        with pytest.raises(OSError, match="no"):
            await made.resolve(host, 80)
        assert answers.flags == [socket.AI_ADDRCONFIG]
    made, answers = asking(kind, failure(kind), failure(kind))
    with pytest.raises(OSError, match="no"):
        await made.resolve(host, 80)


@pytest.mark.spec("ADD-316")
async def test_link_local_addresses_keep_their_scope() -> None:
    local = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("fe80::1", 80, 0, 1))
    broad = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2001:db8::1", 80, 0, 0))
    broken = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (b"", 80))
    made, _ = asking("threads", [local, broad, broken])
    found = await made.resolve("a.test", 80, socket.AF_UNSPEC)
    assert [address["host"] for address in found] == ["fe80::1%lo", "2001:db8::1"]


@needs_aiodns
async def test_an_empty_answer_is_a_failure() -> None:
    class Nothing:
        nodes = ()

    made, _ = asking("aiodns", Nothing)
    with pytest.raises(OSError, match="DNS lookup failed"):
        await made.resolve("a.test", 80)


async def test_the_system_knows_localhost() -> None:
    made = ThreadedResolver()
    found = await made.resolve("localhost", 80, socket.AF_INET)
    assert found[0]["host"] == "127.0.0.1"
    assert found[0]["hostname"] == "localhost"
    with pytest.raises(OSError):
        await made.resolve("name.invalid", 80)
    await made.close()
