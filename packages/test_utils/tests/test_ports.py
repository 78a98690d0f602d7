import socket

import pytest

from aiohttp_test_utils import get_port_socket, get_unused_port_socket, unused_port


@pytest.mark.spec("TST-12", "ADD-734")
def test_unused_port_can_be_bound():
    port = unused_port()
    with get_port_socket("127.0.0.1", port, socket.AF_INET) as sock:
        assert sock.getsockname() == ("127.0.0.1", port)


@pytest.mark.spec("ADD-734")
def test_sockets_of_unused_ports_differ():
    with get_unused_port_socket("127.0.0.1") as one, get_unused_port_socket("127.0.0.1") as two:
        assert one.family == socket.AF_INET
        assert one.getsockname()[1] != two.getsockname()[1]


def test_a_taken_port_is_an_error_and_leaves_no_socket_open():
    with get_unused_port_socket("127.0.0.1") as sock:
        sock.listen()
        port = sock.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            get_port_socket("127.0.0.1", port, socket.AF_INET)


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_ipv6():
    try:
        sock = get_unused_port_socket("::1", socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 loopback here")
    with sock:
        assert sock.getsockname()[0] == "::1"
