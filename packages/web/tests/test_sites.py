"""Sites: names, ports, sockets."""

import asyncio
import socket
import ssl
import sys
from pathlib import Path
from typing import Any

import pytest

from aiohttp_web import (
    Application,
    AppRunner,
    NamedPipeSite,
    Response,
    Server,
    ServerRunner,
    SockSite,
    TCPSite,
    UnixSite,
)

unix_only = pytest.mark.skipif(sys.platform == "win32", reason="no Unix sockets there")


async def hello(request: Any) -> Response:
    return Response(text=str(request.remote))


@pytest.fixture
async def runner() -> Any:
    runner = ServerRunner(Server(hello, access_log=None))
    await runner.setup()
    yield runner
    await runner.cleanup()


@pytest.mark.spec("ADD-604")
async def test_sites_need_a_runner_that_is_set_up(runner: Any) -> None:
    with pytest.raises(RuntimeError):
        TCPSite(AppRunner(Application()))
    site = TCPSite(runner, "127.0.0.1", 0)
    with pytest.raises(RuntimeError):
        await site.stop()
    await site.start()
    with pytest.raises(RuntimeError):
        await site.start()


@pytest.mark.spec("RUN-12", "RUN-17", "ADD-605", "ADD-606", "ADD-607", "ADD-862", "ADD-1054", "C43")
async def test_names_and_ports(runner: Any) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    assert TCPSite(runner).name == "http://0.0.0.0:8080"
    assert TCPSite(runner, "").name == "http://0.0.0.0:8080"
    assert TCPSite(runner, "::1", 81).name == "http://[::1]:81"
    assert TCPSite(runner, "a.example", ssl_context=context).name == "https://a.example:8443"
    assert UnixSite(runner, "/run/x.sock").name == "http://unix:/run/x.sock:"
    site = TCPSite(runner, "127.0.0.1", 0)
    assert site.port == 0
    await site.start()
    assert site.port > 0
    assert site.name == f"http://127.0.0.1:{site.port}"
    assert repr(site) == f"<TCPSite {site.name}>"


async def test_a_taken_address_leaves_nothing(runner: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        site = TCPSite(runner, "127.0.0.1", taken.getsockname()[1])
        with pytest.raises(OSError, match="address"):
            await site.start()
    assert runner.sites == set()


@unix_only
@pytest.mark.spec("RUN-14", "ADD-616", "ADD-471")
async def test_unix_site(runner: Any, tmp_path: Path) -> None:
    path = tmp_path / "s.sock"
    site = UnixSite(runner, path)
    await site.start()
    assert runner.addresses == [str(path)]
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert (await reader.read()).startswith(b"HTTP/1.1 200 OK\r\n")
    writer.close()
    await site.stop()
    assert not path.exists()


@unix_only
async def test_a_file_that_is_not_ours_stays(runner: Any, tmp_path: Path) -> None:
    path = tmp_path / "s.sock"
    site = UnixSite(runner, path)
    await site.start()
    path.unlink()
    path.write_text("other")
    await site.stop()
    assert path.read_text() == "other"


@pytest.mark.spec("RUN-16", "C44")
async def test_sock_site_names(runner: Any, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        site = SockSite(runner, sock)
        assert site.name == f"http://127.0.0.1:{sock.getsockname()[1]}"
        await site.start()
        await site.stop()
    if sys.platform != "win32":
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind(str(tmp_path / "x"))
            assert SockSite(runner, sock).name == f"http://unix:{tmp_path / 'x'}:"


@pytest.mark.spec("RUN-15")
@pytest.mark.skipif(sys.platform == "win32", reason="works there")
async def test_named_pipes_need_windows(runner: Any) -> None:
    with pytest.raises(RuntimeError):
        NamedPipeSite(runner, r"\\.\pipe\x")


@pytest.mark.spec("ADD-603", "ADD-968")
async def test_shutdown_timeout_of_a_site(runner: Any) -> None:
    with pytest.warns(DeprecationWarning, match="shutdown_timeout"):
        TCPSite(runner, shutdown_timeout=3)
    assert runner.shutdown_timeout == 3


@pytest.mark.spec("RUN-13")
async def test_port_is_shared_on_demand(runner: Any) -> None:
    first = TCPSite(runner, "127.0.0.1", 0, reuse_port=True)
    await first.start()
    second = TCPSite(runner, "127.0.0.1", first.port, reuse_port=True, reuse_address=True)
    await second.start()
    assert len(runner.addresses) == 2


@pytest.mark.spec("SHUT-01")
@pytest.mark.parametrize("rounds", range(6))
async def test_stopping_loses_no_connection_that_was_accepted(runner: Any, rounds: int) -> None:
    """In whichever round of the loop it was: what this site does not serve is left to others."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as client,
    ):
        listening.setblocking(False)
        # Held as the parent of several workers holds it: what is in its queue is not lost.
        await SockSite(runner, listening.dup()).start()
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        for _ in range(rounds):
            await asyncio.sleep(0)
        await runner.cleanup()
        try:
            listening.accept()[0].close()
        except BlockingIOError:
            client.settimeout(20)
            answer = await asyncio.to_thread(client.recv, 4096)
            assert answer.startswith(b"HTTP/1.1 200")
