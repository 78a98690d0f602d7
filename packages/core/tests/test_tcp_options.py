import asyncio
import socket
from unittest import mock

import pytest

from aiohttp_core.tcp_options import tcp_keepalive, tcp_nodelay


def transport_of(sock: socket.socket | None) -> asyncio.Transport:
    transport = mock.Mock(spec=asyncio.Transport)
    transport.get_extra_info.side_effect = lambda name: sock if name == "socket" else None
    return transport


@pytest.fixture
def tcp():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        yield sock


@pytest.mark.spec("ADD-1005")
def test_keepalive(tcp):
    tcp_keepalive(transport_of(tcp))
    assert tcp.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


@pytest.mark.spec("ADD-1005")
@pytest.mark.parametrize("value", [True, False])
def test_nodelay(tcp, value):
    tcp_nodelay(transport_of(tcp), value)
    assert bool(tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)) is value


def test_without_a_socket():
    tcp_keepalive(transport_of(None))
    tcp_nodelay(transport_of(None), True)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no Unix sockets here")
def test_unix_sockets_have_no_nagle():
    with socket.socket(socket.AF_UNIX) as sock:
        tcp_nodelay(transport_of(sock), True)


def test_a_closed_socket_is_no_error(tcp):
    transport = transport_of(tcp)
    family = tcp.family
    tcp.close()
    assert family is socket.AF_INET
    tcp_nodelay(transport, True)
