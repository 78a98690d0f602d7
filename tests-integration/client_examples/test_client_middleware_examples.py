"""The examples of docs/examples/client_middlewares do what they say."""

import asyncio
import importlib.util
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from aiohttp_client import (
    AbstractResolver,
    ClientConnectorDNSError,
    ClientSession,
    ResolveResult,
    ServerDisconnectedError,
)

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "examples" / "client_middlewares"


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def reply(status: int, body: bytes = b"", *fields: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def serving(answer: Callable[[str, str], bytes]) -> AsyncIterator[str]:
    """Serve ``answer(request line, head)``."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                for field in head.lower().split("\r\n"):
                    if field.startswith("content-length:"):
                        await reader.readexactly(int(field[15:]))
                data = answer(head.partition(" HTTP")[0], head)
                if not data:
                    return
                writer.write(data)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def test_retry() -> None:
    retry = example("retry")
    answers = [reply(503, b"", "Retry-After: 0"), reply(423), reply(423), reply(200, b"done")]
    async with serving(lambda line, head: answers.pop(0)) as url:
        assert await retry.fetch(url) == "done"
    assert not answers


async def test_retry_is_bounded() -> None:
    retry = example("retry")
    asked = 0

    def answer(line: str, head: str) -> bytes:
        nonlocal asked
        asked += 1
        return reply(423, b"locked")

    async with serving(answer) as url:
        assert await retry.fetch(url) == "locked"
    assert asked == 4


async def test_token_refresh() -> None:
    module = example("token_refresh")
    issued = 0
    good = ""
    heads: list[str] = []

    def answer(line: str, head: str) -> bytes:
        nonlocal issued, good
        if line.startswith("POST /token"):
            issued += 1
            good = f"t{issued}"
            return reply(200, b'{"token": "%b", "expires_in": 3600}' % good.encode(),
                         "Content-Type: application/json")  # fmt: skip
        heads.append(head)
        return reply(200 if f"Authorization: Bearer {good}\r\n" in head else 401)

    async with serving(answer) as url, serving(answer) as other:
        refresh = module.TokenRefresh(url, f"{url}/token")
        async with ClientSession(middlewares=[refresh]) as session:
            responses = await asyncio.gather(*(session.get(f"{url}/{n}") for n in range(5)))
            assert [response.status for response in responses] == [200] * 5
            assert issued == 1
            good = "revoked"
            responses = await asyncio.gather(*(session.get(f"{url}/{n}") for n in range(5)))
            assert [response.status for response in responses] == [200] * 5
            assert issued == 2
            heads.clear()
            await session.get(other)
            assert "Authorization" not in heads[0]


async def test_logging(caplog: pytest.LogCaptureFixture) -> None:
    module = example("logging_requests")
    reports: list[str] = []

    def answer(line: str, head: str) -> bytes:
        if line.startswith("POST /report"):
            reports.append(line)
            return reply(204)
        return b"" if line.endswith("/drop") else reply(200)

    async with serving(answer) as url:
        report = module.ReportToService(f"{url}/report")
        async with ClientSession(middlewares=[module.log_requests, report]) as session:
            task = asyncio.create_task(report.run(session))
            with caplog.at_level(logging.INFO, "example.client"):
                await session.get(f"{url}/x")
                with pytest.raises(ServerDisconnectedError):
                    await session.post(f"{url}/drop")
            await report.delivered()
            task.cancel()
    lines = [record.getMessage() for record in caplog.records if record.name == "example.client"]
    assert lines[0].startswith(f"GET {url}/x -> 200 (")
    assert lines[1].startswith(f"POST {url}/drop -> ServerDisconnectedError (")
    assert len(reports) == 1


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("1.1.1.1", True), ("2606:4700::1111", True), ("127.0.0.1", False), ("10.0.0.1", False),
        ("169.254.169.254", False), ("0.0.0.0", False), ("100.64.0.1", False), ("::1", False),
        ("fe80::1%eth0", False), ("fd00::1", False), ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False), ("224.0.0.1", False), ("255.255.255.255", False),
    ],
)  # fmt: skip
def test_public_addresses(address: str, public: bool) -> None:
    assert example("ssrf_guard").is_public(address) is public


class Fixed(AbstractResolver):
    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port,
                          family=socket.AF_INET, proto=0, flags=0)
            for address in self.addresses
        ]  # fmt: skip

    async def close(self) -> None: ...


async def test_ssrf_guard() -> None:
    module = example("ssrf_guard")
    async with module.guarded_session(Fixed("127.0.0.1", "10.0.0.1")) as session:
        for url in (
            "http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/meta-data",
            "http://[::ffff:127.0.0.1]/", "http://a.example:22/",
        ):  # fmt: skip
            with pytest.raises(module.ForbiddenTarget):
                await session.get(url)
        with pytest.raises(ClientConnectorDNSError, match="no public address"):
            await session.get("http://rebound.example/")


async def test_the_public_resolver_filters() -> None:
    module = example("ssrf_guard")
    resolver = module.PublicResolver(Fixed("10.0.0.1", "1.1.1.1"))
    assert [result["host"] for result in await resolver.resolve("a")] == ["1.1.1.1"]
    await resolver.close()
