"""The client side of SOCKS 4, 4a (de facto) and 5 (RFC 1928, RFC 1929), without IO.

Laws
* Bytes in, bytes out; a fixed and small number of bytes is ever held.
* Every length that the protocol writes in one octet is checked before anything is sent.
* Bytes after the last reply are an error: an HTTP server does not speak first, so they come from
  somebody who wants to speak in its place.
"""

import ipaddress
from collections.abc import Generator
from typing import Final

from aiohttp_core.errors import show

__all__ = ("SocksError", "SocksHandshake", "TargetRefused")

_SOCKS5_REPLIES: Final = {
    1: "general failure of the SOCKS server",
    2: "connection not allowed by the rules of the proxy",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
    6: "time to live expired",
    7: "command not supported",
    8: "address type not supported",
}
_SOCKS4_REPLIES: Final = {
    0x5B: "request rejected or failed",
    0x5C: "request rejected: no identd on the client",
    0x5D: "request rejected: identd reports another user",
}
_MAX_OCTETS: Final = 255
_NO_AUTH: Final = 0x00
_PASSWORD: Final = 0x02


class SocksError(OSError):
    """The proxy refused the connection or broke the protocol."""


class TargetRefused(SocksError):
    """The proxy cannot or will not connect to this target; it may to another address."""


def _octets(text: str, what: str, *, encoding: str = "utf-8") -> bytes:
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError:
        raise ValueError(f"{what} cannot be encoded for SOCKS") from None
    if len(data) > _MAX_OCTETS:
        raise ValueError(f"{what} is longer than {_MAX_OCTETS} bytes")
    return data


class SocksHandshake:
    """One request to a SOCKS proxy to connect to *host* and *port*.

    *scheme* is ``socks4``, ``socks4a``, ``socks5`` or ``socks5h``.  With ``socks4`` and ``socks5``
    *host* has to be an IP address (the caller resolves it); the others send the name.  A name,
    login or password that does not fit raises ``ValueError`` here, before anything is sent.

    Use: send :meth:`start`; feed what comes and send what :meth:`feed` returns, until
    :attr:`complete` is true.
    """

    __slots__ = ("_buffer", "_complete", "_steps", "_wanted")

    def __init__(
        self,
        scheme: str,
        host: str,
        port: int,
        *,
        login: str | None = None,
        password: str = "",
    ) -> None:
        if not 0 < port < 65536:
            raise ValueError(f"port {port} is out of range")
        if scheme in ("socks4", "socks4a"):
            self._steps = _socks4(_socks4_request(scheme, host, port, login or ""))
        elif scheme in ("socks5", "socks5h"):
            self._steps = _socks5(
                _socks5_request(scheme, host, port), _socks5_credentials(login, password)
            )
        else:
            raise ValueError(f"{scheme!r} is no SOCKS scheme")
        self._buffer = bytearray()
        self._wanted = 0
        self._complete = False

    @staticmethod
    def resolves_remotely(scheme: str) -> bool:
        """Return whether the proxy, not the client, resolves names for *scheme*."""
        return scheme in ("socks4a", "socks5h")

    @property
    def complete(self) -> bool:
        """Whether the connection to the target stands."""
        return self._complete

    @property
    def wanted(self) -> int:
        """How many bytes are missing until the next step; never read more than that."""
        return self._wanted - len(self._buffer)

    def start(self) -> bytes:
        """Return the first bytes for the proxy."""
        outgoing, self._wanted = next(self._steps)
        return outgoing

    def feed(self, data: bytes) -> bytes:
        """Take bytes of the proxy and return those to send next, possibly none.

        A refusal or a breach of the protocol raises :class:`SocksError`.
        """
        if self._complete:
            raise SocksError(f"unexpected data after the SOCKS reply: {show(data)}")
        buffer = self._buffer
        buffer += data
        outgoing = b""
        while len(buffer) >= self._wanted:
            step = bytes(buffer[: self._wanted])
            del buffer[: self._wanted]
            try:
                more, self._wanted = self._steps.send(step)
            except StopIteration:
                self._complete = True
                self._wanted = 0
                if buffer:
                    raise SocksError(
                        f"unexpected data after the SOCKS reply: {show(buffer)}"
                    ) from None
                break
            outgoing += more
        return outgoing

    def feed_eof(self) -> None:
        """Say that the proxy closed the connection; raise :class:`SocksError` if too early."""
        if not self._complete:
            raise SocksError("the SOCKS proxy closed the connection during the handshake")


_Steps = Generator[tuple[bytes, int], bytes, None]
# A step yields what to send and how many bytes it needs, and is resumed with exactly those.


def _socks4_request(scheme: str, host: str, port: int, login: str) -> bytes:
    user = _octets(login, "the SOCKS user id")
    if b"\0" in user:
        raise ValueError("the SOCKS user id holds a NUL")
    head = b"\x04\x01" + port.to_bytes(2, "big")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if scheme == "socks4":
            raise ValueError("socks4 needs an IP address; use socks4a for names") from None
        name = _octets(host, "the host name", encoding="ascii")
        if not name or b"\0" in name:
            raise ValueError("the host name is empty or holds a NUL") from None
        return head + b"\0\0\0\x01" + user + b"\0" + name + b"\0"
    if address.version != 4:
        raise ValueError("SOCKS 4 cannot connect to IPv6 addresses")
    return head + address.packed + user + b"\0"


def _socks4(request: bytes) -> _Steps:
    reply = yield request, 8
    if reply[0] != 0:
        raise SocksError(f"the answer of the proxy is not SOCKS 4: {show(reply)}")
    if reply[1] != 0x5A:
        raise TargetRefused(
            "SOCKS 4 proxy: " + _SOCKS4_REPLIES.get(reply[1], f"unknown reply {reply[1]}")
        )


def _socks5_request(scheme: str, host: str, port: int) -> bytes:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        if scheme == "socks5":
            raise ValueError("socks5 needs an IP address; use socks5h for names") from None
        name = _octets(host, "the host name", encoding="ascii")
        if not name:
            raise ValueError("the host name is empty") from None
        target = b"\x03" + bytes((len(name),)) + name
    else:
        target = (b"\x01" if address.version == 4 else b"\x04") + address.packed
    return b"\x05\x01\x00" + target + port.to_bytes(2, "big")


def _socks5_credentials(login: str | None, password: str) -> bytes | None:
    if login is None:
        return None
    user = _octets(login, "the SOCKS login")
    secret = _octets(password, "the SOCKS password")
    if not user:
        raise ValueError("the SOCKS login is empty")
    return b"\x01" + bytes((len(user),)) + user + bytes((len(secret),)) + secret


def _socks5(request: bytes, credentials: bytes | None) -> _Steps:
    offer = b"\x05\x01\x00" if credentials is None else b"\x05\x02\x00\x02"
    version, method = yield offer, 2
    if version != 5:
        raise SocksError(f"the proxy does not speak SOCKS 5 (version {version})")
    outgoing = request
    if method == _PASSWORD and credentials is not None:
        sub_version, status = yield credentials, 2
        if sub_version != 1:
            raise SocksError("the proxy breaks the password exchange of RFC 1929")
        if status != 0:
            raise SocksError("the SOCKS proxy refused login and password")
    elif method == 0xFF:
        raise SocksError("the SOCKS proxy accepts none of the offered authentication methods")
    elif method != _NO_AUTH:
        raise SocksError(f"the SOCKS proxy chose method {method}, which was not offered")
    reply = yield outgoing, 4
    if reply[0] != 5:
        raise SocksError(f"the answer of the proxy is not SOCKS 5: {show(reply)}")
    if reply[1] != 0:
        raise TargetRefused(
            "SOCKS 5 proxy: " + _SOCKS5_REPLIES.get(reply[1], f"unknown reply {reply[1]}")
        )
    kind = reply[3]
    if kind == 1:
        rest = 4 + 2
    elif kind == 4:
        rest = 16 + 2
    elif kind == 3:
        length = yield b"", 1
        rest = length[0] + 2
    else:
        raise SocksError(f"the SOCKS proxy answers with unknown address type {kind}")
    # The bound address is of no use to a client of HTTP.
    yield b"", rest
