"""The fields that a scanner acts upon (RFC 9110 sections 7 and 8, RFC 9112 sections 6 and 9).

Laws
* Names and tokens are compared as ASCII bytes: a letter of another script that folds to an ASCII
  one never matches (ADD-021, ADD-022).
* A request that repeats a field of which there can be only one is refused (ADD-015).
"""

from typing import TYPE_CHECKING, Final

from aiohttp_core import grammar
from aiohttp_core.errors import InvalidHeader, show

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("KIND_OF", "LENGTHS", "ControlFields", "kind_of")

# What the scanner acts upon.  The numbers are bits of ControlFields.seen.
_HOST: Final = 1
_CONNECTION: Final = 2
_CONTENT_LENGTH: Final = 3
_TRANSFER_ENCODING: Final = 4
_CONTENT_ENCODING: Final = 5
_UPGRADE: Final = 6
_EXPECT: Final = 7
_WEBSOCKET_KEY1: Final = 8
_SINGLETON: Final = 9  # and above: only counted
_SET_COOKIE: Final = 16  # any number of them

_KINDS: Final[dict[bytes, int]] = {
    b"host": _HOST,
    b"connection": _CONNECTION,
    b"content-length": _CONTENT_LENGTH,
    b"transfer-encoding": _TRANSFER_ENCODING,
    b"content-encoding": _CONTENT_ENCODING,
    b"upgrade": _UPGRADE,
    b"expect": _EXPECT,
    b"sec-websocket-key1": _WEBSOCKET_KEY1,
    b"content-location": 9,
    b"content-range": 10,
    b"content-type": 11,
    b"etag": 12,
    b"max-forwards": 13,
    b"server": 14,
    b"user-agent": 15,
    b"set-cookie": _SET_COOKIE,
}
KIND_OF: Final[dict[bytes, int]] = _KINDS | {
    name.title().replace(b"Etag", b"ETag"): kind for name, kind in _KINDS.items()
}
"""The kinds of the names in their usual spellings; all others are for :func:`kind_of`."""

# ADD-015; Transfer-Encoding in two lines is legal in RFC 9112 and used by nobody but attackers.
_ONCE: Final = frozenset(
    {_HOST, _CONTENT_LENGTH, _TRANSFER_ENCODING, *range(_SINGLETON, _SET_COOKIE)}
)

# Connection options, as bits.
_CLOSE: Final = 1
_KEEP_ALIVE: Final = 2
_ASKS_UPGRADE: Final = 4
_OPTIONS: Final[dict[bytes, int]] = {
    b"close": _CLOSE,
    b"keep-alive": _KEEP_ALIVE,
    b"upgrade": _ASKS_UPGRADE,
}
_CONNECTION_VALUES: Final[dict[bytes, int]] = {
    b"keep-alive": _KEEP_ALIVE,
    b"Keep-Alive": _KEEP_ALIVE,
    b"close": _CLOSE,
    b"Close": _CLOSE,
    b"upgrade": _ASKS_UPGRADE,
    b"Upgrade": _ASKS_UPGRADE,
    b"keep-alive, Upgrade": _KEEP_ALIVE | _ASKS_UPGRADE,
}

_UPGRADES: Final = frozenset({b"websocket", b"tcp"})  # ADD-025

_HOST_TABLE: bytes = grammar.char_table(grammar.HOST_CHARS)

# The names by their length, and the lengths that occur, as bits.
_BY_LENGTH: tuple[tuple[tuple[bytes, int], ...], ...] = tuple(
    tuple((name, kind) for name, kind in _KINDS.items() if len(name) == length)
    for length in range(19)
)

LENGTHS: Final[int] = sum({1 << len(name) for name in _KINDS})
"""The lengths of the names that are acted upon, as bits."""


def kind_of(name: bytes) -> int:
    """Return the kind of the field *name*, 0 if it is not acted upon."""
    return KIND_OF.get(name) or _KINDS.get(name.lower(), 0)


# Hosts with a port take the long way; those seen last are known.  Bounded, as all that peers fill.
_HOSTS_KEPT: Final = 256
_HOST_LENGTH: Final = 128
_GOOD_HOSTS: set[bytes] = set()


def _remember_host(value: bytes) -> None:
    """Keep a host that was found good; few names are asked for again and again."""
    if len(_GOOD_HOSTS) >= _HOSTS_KEPT:
        _GOOD_HOSTS.clear()
    if len(value) <= _HOST_LENGTH:
        _GOOD_HOSTS.add(value)


def _is_plain_host(value: bytes) -> bool:  # pragma: no cover (compiled only)
    """Tell whether *value* is letters, digits, dots and hyphens: valid without a second look."""
    p = value
    table = _HOST_TABLE
    i = 0
    while table[p[i]]:
        i += 1
    return i > 0 and i == len(value)


def _plain_number(value: bytes) -> int:  # pragma: no cover (compiled only)
    """Return the number of up to 18 digits in *value*, -1 for all else; for compiled use."""
    p = value
    size = len(value)
    if size == 0 or size > 18:
        return -1
    number = 0
    for i in range(size):
        if not 48 <= p[i] <= 57:
            return -1
        number = number * 10 + p[i] - 48
    return number


class ControlFields:
    """What the fields of one head say about its body and its connection; reused head after head."""

    __slots__ = (
        "connection",
        "content_length",
        "encoding",
        "expect",
        "host",
        "is_request",
        "lenient",
        "seen",
        "transfer_encoding",
        "upgrade",
    )

    seen: int
    connection: int
    expect: bool
    host: bytes | None
    content_length: int
    """-1 if there is none."""
    transfer_encoding: bytes | None
    encoding: bytes | None
    upgrade: bytes | None

    def __init__(self, *, is_request: bool, lenient: bool) -> None:
        self.is_request = is_request
        self.lenient = lenient
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.seen = 0
        self.connection = 0
        self.expect = False
        self.host = None
        self.content_length = -1
        self.transfer_encoding = None
        self.encoding = None
        self.upgrade = None

    def keeps_alive(self, is_11: bool) -> bool:
        """Tell whether the connection stays open after this message (RFC 9112 section 9.3)."""
        if self.connection & _CLOSE:
            return False
        return is_11 or self.connection & _KEEP_ALIVE != 0

    def asks_upgrade(self) -> bool:
        """Tell whether another protocol is asked for that this family speaks (ADD-024, ADD-025)."""
        if not self.connection & _ASKS_UPGRADE or self.upgrade is None:
            return False
        return self.upgrade.lower() in _UPGRADES

    def sets_cookies(self) -> bool:
        """Tell whether there is a Set-Cookie field."""
        return self.seen >> _SET_COOKIE & 1 != 0

    def kind_at(self, p: bytes, start: int, length: int) -> int:  # pragma: no cover (compiled only)
        """Return the kind of the name at *start*, 0 if it is not acted upon; for compiled use."""
        for name, kind in _BY_LENGTH[length]:
            wanted = name
            i = 0
            while i < length and p[start + i] | 32 == wanted[i]:
                i += 1
            if i == length:
                return kind
        return 0

    def note(self, kind: int, value: bytes) -> None:
        """Take note of a field that says how the message or the connection goes on."""
        bit = 1 << kind
        again = self.seen & bit
        if again and kind in _ONCE and not self.lenient:
            names = [name.decode() for name, number in _KINDS.items() if number == kind]
            raise InvalidHeader(names[0], f"Repeated field {names[0]!r}: {show(value)}")
        self.seen |= bit
        if kind >= _SINGLETON:
            return
        if kind == _HOST:
            if value and self.is_request:
                plain = cython.compiled and _is_plain_host(value)
                if not plain and value not in _GOOD_HOSTS:
                    if not grammar.is_authority(value):
                        raise InvalidHeader(b"Host", f"Bad Host {show(value)}")
                    _remember_host(value)
            self.host = value
        elif kind == _CONNECTION:
            options = _CONNECTION_VALUES.get(value, -1)
            if options < 0:
                options = 0
                for option in grammar.split_list(value):
                    options |= _OPTIONS.get(option, 0)
            self.connection |= options
        elif kind == _CONTENT_LENGTH:
            length = _plain_number(value) if cython.compiled else -1
            if length < 0:
                length = grammar.parse_content_length(value)
            if length < 0:
                raise InvalidHeader(b"Content-Length", f"Bad Content-Length {show(value)}")
            if again and self.content_length != length:
                raise InvalidHeader(
                    b"Content-Length",
                    f"Content-Length fields that differ: {self.content_length}, {length}",
                )
            self.content_length = length
        elif kind == _TRANSFER_ENCODING:
            self.transfer_encoding = _joined(self.transfer_encoding, value)
        elif kind == _CONTENT_ENCODING:
            self.encoding = _joined(self.encoding, value)
        elif kind == _UPGRADE:
            self.upgrade = _joined(self.upgrade, value)
        elif kind == _EXPECT:
            self.expect = True
        elif kind == _WEBSOCKET_KEY1 and self.is_request:
            raise InvalidHeader(  # ADD-033
                b"Sec-WebSocket-Key1",
                f"Sec-WebSocket-Key1 {show(value)} is of a WebSocket draft before RFC 6455",
            )


def _joined(before: bytes | None, value: bytes) -> bytes:
    return value if before is None else before + b", " + value
