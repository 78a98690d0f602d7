"""Sockets for several workers: own queues, shared ones, names, files, failures."""

import errno
import os
import socket
from pathlib import Path

import pytest

from aiohttp_web.listeners import BALANCED, Listeners

HOST = "127.0.0.1"


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
    except OSError:
        return False
    return True


def connect(port: int) -> None:
    with socket.create_connection((HOST, port), 5):
        pass


@pytest.fixture
def short_path(tmp_path: Path) -> str:
    """A path that fits into a socket address."""
    path = os.path.relpath(tmp_path / "s")
    return path if len(path) < len(str(tmp_path / "s")) else str(tmp_path / "s")


@pytest.mark.parametrize("slots", [1, 3])
def test_tcp(slots: int) -> None:
    listeners = Listeners(slots, hosts=[HOST], port=0)
    try:
        port = listeners.slots[0][0].getsockname()[1]
        assert listeners.names == [f"http://{HOST}:{port}"]
        assert {sock.getsockname() for slot in listeners.slots for sock in slot} == {(HOST, port)}
        different = len({id(sock) for slot in listeners.slots for sock in slot})
        assert different == (slots if BALANCED else 1)
        assert all(sock.getblocking() is False for slot in listeners.slots for sock in slot)
        connect(port)
    finally:
        listeners.close()
    with pytest.raises(ConnectionRefusedError):
        connect(port)


def test_without_balancing_all_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiohttp_web.listeners.BALANCED", False)
    listeners = Listeners(3, hosts=[HOST], port=0)
    try:
        assert len({id(sock) for slot in listeners.slots for sock in slot}) == 1
    finally:
        listeners.close()


def test_several_hosts_have_one_port() -> None:
    listeners = Listeners(2, hosts=[HOST, "127.0.0.2"], port=0, scheme="https")
    try:
        names = {sock.getsockname() for slot in listeners.slots for sock in slot}
        assert len(listeners.names) == 2
        assert all(name.startswith("https://127.0.0.") for name in listeners.names)
        assert {host for host, _ in names} == {HOST, "127.0.0.2"}
    finally:
        listeners.close()


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_ipv6_in_brackets() -> None:
    listeners = Listeners(1, hosts=["::1"], port=0)
    try:
        port = listeners.slots[0][0].getsockname()[1]
        assert listeners.names == [f"http://[::1]:{port}"]
    finally:
        listeners.close()


def test_an_address_without_ipv6_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(*args: object, **kwargs: object) -> list[object]:
        v6 = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2001:db8::1", 0, 0, 0))
        return [v6, (socket.AF_INET, socket.SOCK_STREAM, 6, "", (HOST, 0))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    listeners = Listeners(1, hosts=["a.example"], port=0)
    try:
        assert [sock.family for sock in listeners.slots[0]] == [socket.AF_INET]
    finally:
        listeners.close()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: found()[:1])
    with pytest.raises(OSError, match="attempting to bind") as caught:
        Listeners(1, hosts=["a.example"], port=0)
    assert caught.value.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


@pytest.mark.parametrize("slots", [1, 2])
def test_a_port_is_not_shared_by_accident(slots: int) -> None:
    first = Listeners(slots, hosts=[HOST], port=0)
    port = first.slots[0][0].getsockname()[1]
    try:
        with pytest.raises(OSError, match="attempting to bind") as caught:
            Listeners(2, hosts=["127.0.0.2", HOST], port=port)
        assert caught.value.errno == errno.EADDRINUSE
        # What was bound before is given back.
        Listeners(1, hosts=["127.0.0.2"], port=port).close()
    finally:
        first.close()


def test_unix(short_path: str) -> None:
    listeners = Listeners(2, paths=[short_path])
    assert listeners.names == [f"http://unix:{short_path}:"]
    assert listeners.slots[0][0] is listeners.slots[1][0]
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(short_path)
    listeners.close()
    assert not os.path.exists(short_path)
    listeners.close()


def test_unix_takes_the_place_of_a_dead_server(short_path: str) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(short_path)
    Listeners(1, paths=[short_path]).close()


def test_unix_leaves_files_alone(short_path: str) -> None:
    with open(short_path, "w") as file:
        file.write("precious")
    with pytest.raises(OSError, match="in use"):
        Listeners(1, paths=[short_path])
    assert Path(short_path).read_text() == "precious"


def test_unix_removes_only_its_own_file(short_path: str) -> None:
    first = Listeners(1, paths=[short_path])
    second = Listeners(1, paths=[short_path])
    first.close()
    assert os.path.exists(short_path)
    second.close()
    assert not os.path.exists(short_path)


def test_all_interfaces_have_a_name() -> None:
    # Nothing is served: the sockets close before anybody could connect.
    listeners = Listeners(1, hosts=[None], port=0)
    port = listeners.slots[0][0].getsockname()[1]
    listeners.close()
    assert listeners.names == [f"http://0.0.0.0:{port}"]
