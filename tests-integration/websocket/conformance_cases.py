"""What a peer that echoes must do, case by case, in the categories of the Autobahn test-suite.

A case is what is sent, what must come back, and how the connection must end.  The numbers are those
of the public suite's categories; the cases are our own.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from raw_peer import BINARY, CLOSE, PING, PONG, TEXT, Frame

Message = tuple[int, bytes]


@dataclass
class Case:
    """*end*: the code of the echoing side's CLOSE, or ``None`` if it stays open: then we close."""

    name: str
    send: list[Frame]
    expect: list[Message] = field(default_factory=list)
    end: int | None = None
    close: Frame | None = None
    in_order: bool = True


def echoed(*messages: Message) -> list[Message]:
    return list(messages)


SIZES = (0, 1, 125, 126, 127, 128, 65535, 65536)


def framing() -> Iterator[Case]:
    """1.*: text and binary messages of all length forms, whole and chopped."""
    for opcode in (TEXT, BINARY):
        for size in SIZES:
            data = b"*" * size if opcode == TEXT else b"\xfe" * size
            for chop in (0, 997):
                yield Case(
                    f"{opcode}-{size}-{chop}", [Frame(opcode, data, chop=chop)], [(opcode, data)]
                )
    data = b"x" * 300
    yield Case("one byte at a time", [Frame(TEXT, data, chop=1)], [(TEXT, data)])


def pings() -> Iterator[Case]:
    """2.*: pings are answered with their payload, pongs ignored, large ones refused."""
    for payload in (b"", b"hello", b"\x00\xff\xfe\xfd", b"\xfe" * 125):
        yield Case(f"ping-{len(payload)}", [Frame(PING, payload)], [(PONG, payload)])
        yield Case(
            f"ping-chopped-{len(payload)}", [Frame(PING, payload, chop=1)], [(PONG, payload)]
        )
    yield Case("ping-126", [Frame(PING, b"\xfe" * 126)], end=1002)
    yield Case("pong", [Frame(PONG, b"unasked"), Frame(PING, b"p")], [(PONG, b"p")])
    many = [str(number).encode() for number in range(10)]
    yield Case("ten", [Frame(PING, data) for data in many], [(PONG, data) for data in many])
    yield Case("pong-126", [Frame(PONG, bytes(126))], end=1002)


def reserved_bits() -> Iterator[Case]:
    """3.*: reserved bits without an extension end the connection, after what came before."""
    for rsv in range(1, 8):
        for opcode in (TEXT, BINARY, PING, PONG, CLOSE):
            payload = b"\x03\xe8" if opcode == CLOSE else b"x"
            yield Case(
                f"rsv-{rsv}-{opcode}",
                [Frame(TEXT, b"before"), Frame(opcode, payload, rsv=rsv), Frame(PING)],
                [(TEXT, b"before")],
                1002,
            )


def opcodes() -> Iterator[Case]:
    """4.*: reserved opcodes end the connection."""
    for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        for payload in (b"", b"payload"):
            yield Case(f"opcode-{opcode}-{len(payload)}", [Frame(opcode, payload)], end=1002)
            yield Case(
                f"opcode-{opcode}-{len(payload)}-behind",
                [Frame(TEXT, b"before"), Frame(opcode, payload), Frame(PING)],
                [(TEXT, b"before")],
                1002,
            )


def fragmentation() -> Iterator[Case]:
    """5.*: messages in fragments, with control frames between them, and wrong orders."""
    for opcode in (PING, PONG):
        yield Case(f"fragmented-{opcode}", [Frame(opcode, b"a", False), Frame(0, b"b")], end=1002)
    for chop in (0, 1):
        yield Case(
            f"two-{chop}",
            [Frame(TEXT, b"frag1", False, chop=chop), Frame(0, b"frag2", chop=chop)],
            [(TEXT, b"frag1frag2")],
        )
        yield Case(
            f"ping-between-{chop}",
            [
                Frame(TEXT, b"frag1", False, chop=chop),
                Frame(PING, b"ping", chop=chop),
                Frame(0, b"frag2", chop=chop),
            ],
            [(PONG, b"ping"), (TEXT, b"frag1frag2")],
        )
        yield Case(
            f"many-{chop}",
            [
                Frame(BINARY, b"1", False, chop=chop),
                Frame(PING, b"a"),
                Frame(0, b"2", False, chop=chop),
                Frame(0, b"", False),
                Frame(PING, b"b"),
                Frame(PONG, b"ignored"),
                Frame(0, b"3"),
            ],
            [(PONG, b"a"), (PONG, b"b"), (BINARY, b"123")],
        )
    yield Case(
        "all empty", [Frame(TEXT, b"", False), Frame(0, b"", False), Frame(0)], [(TEXT, b"")]
    )
    yield Case(
        "empty around", [Frame(TEXT, b"", False), Frame(0, b"x", False), Frame(0)], [(TEXT, b"x")]
    )
    for fin in (True, False):
        yield Case(f"nothing to continue-{fin}", [Frame(0, b"x", fin)], end=1002)
        yield Case(
            f"nothing to continue behind-{fin}",
            [Frame(TEXT, b"before"), Frame(0, b"x", fin), Frame(TEXT, b"after")],
            [(TEXT, b"before")],
            1002,
        )
    for opcode in (TEXT, BINARY):
        yield Case(
            f"data inside-{opcode}", [Frame(TEXT, b"a", False), Frame(opcode, b"b")], end=1002
        )
    yield Case(
        "two messages",
        [Frame(TEXT, b"a", False), Frame(0, b"b"), Frame(BINARY, b"c", False), Frame(0, b"d")],
        [(TEXT, b"ab"), (BINARY, b"cd")],
    )
    yield Case(
        "a thousand empty fragments",
        [Frame(TEXT, b"a", False), *[Frame(0, b"", False)] * 1000, Frame(0, b"b")],
        [(TEXT, b"ab")],
    )


VALID = (
    "",
    "Hello-µ@ßöäüàá-UTF-8!!",
    "κόσμε",
    "\x00",
    "\x7f\x80\u07ff\u0800\uffff\U00010000",
    "\ud7ff\ue000\ufffd\U0010ffff",
    "\ufffe\uffff\U0001fffe\U0001ffff",
    "\u200b\ufeff",
)
INVALID = (
    b"\x80",
    b"\xbf",
    b"\x80\xbf\x80",
    b"\xc0\xaf",  # overlong
    b"\xc1\xbf",
    b"\xe0\x80\xaf",
    b"\xe0\x9f\xbf",
    b"\xf0\x80\x80\xaf",
    b"\xf0\x8f\xbf\xbf",
    b"\xf8\x88\x80\x80\x80",
    b"\xfc\x84\x80\x80\x80\x80",
    b"\xfe",
    b"\xff",
    b"\xfe\xfe\xff\xff",
    b"\xed\xa0\x80",  # surrogates
    b"\xed\xad\xbf",
    b"\xed\xbf\xbf",
    b"\xed\xa0\x80\xed\xb0\x80",
    b"\xf4\x90\x80\x80",  # above U+10FFFF
    b"\xf7\xbf\xbf\xbf",
    b"\xc2x",  # a second byte that is none
    b"\xe2\x82x",
    b"\xf0\x9f\x98x",
)
UNFINISHED = (b"\xc2", b"\xe2\x82", b"\xf0\x9f\x98", b"\xf0")


def utf8() -> Iterator[Case]:
    """6.*: text is UTF-8, checked byte for byte across fragments, failing at the first bad byte."""
    for text in VALID:
        data = text.encode()
        yield Case(f"valid-{data!r}", [Frame(TEXT, data)], [(TEXT, data)])
        parts = [Frame(0, data[i : i + 1], False) for i in range(len(data))]
        yield Case(
            f"valid-bytewise-{data!r}", [Frame(TEXT, b"", False), *parts, Frame(0)], [(TEXT, data)]
        )
    for bad in INVALID:
        yield Case(f"invalid-{bad!r}", [Frame(TEXT, bad)], end=1007)
        yield Case(f"invalid-chopped-{bad!r}", [Frame(TEXT, b"ok" + bad, chop=1)], end=1007)
        # Nothing more follows: the first bad byte must be enough.
        yield Case(f"fast-{bad!r}", [Frame(TEXT, "κόσμε".encode() + bad, False)], end=1007)
        for cut in range(1, len(bad)):
            yield Case(
                f"fast-{bad!r}-{cut}",
                [Frame(TEXT, bad[:cut], False), Frame(0, bad[cut:], False)],
                end=1007,
            )
    for bad in UNFINISHED:
        yield Case(f"unfinished-{bad!r}", [Frame(TEXT, b"x" + bad)], end=1007)
        yield Case(f"unfinished-fragment-{bad!r}", [Frame(TEXT, bad, False), Frame(0)], end=1007)
    yield Case("binary is not checked", [Frame(BINARY, b"\xff\xc0")], [(BINARY, b"\xff\xc0")])


def closing() -> Iterator[Case]:
    """7.*: the closing handshake, its payload, codes and reasons, and what comes after it."""
    good = Frame(CLOSE, b"\x03\xe8")
    yield Case("echo, then close", [Frame(TEXT, b"x")], [(TEXT, b"x")])
    yield Case("close without code", [], close=Frame(CLOSE))
    for after in (Frame(TEXT, b"late"), Frame(PING, b"late"), good, Frame(3)):
        yield Case(f"after-{after.opcode}", [good, after], end=1000)
    yield Case("inside a message", [Frame(TEXT, b"a", False), good, Frame(0, b"b")], end=1000)
    yield Case("one byte", [Frame(CLOSE, b"\x03")], end=1002)
    yield Case("longest reason", [], close=Frame(CLOSE, b"\x03\xe8" + b"*" * 123))
    yield Case("UTF-8 reason", [], close=Frame(CLOSE, b"\x03\xe8" + "κόσμε".encode()))
    yield Case("reason too long", [Frame(CLOSE, b"\x03\xe8" + b"*" * 124)], end=1002)
    yield Case("fragmented", [Frame(CLOSE, b"\x03\xe8", False)], end=1002)
    for bad in INVALID:
        yield Case(f"reason-{bad!r}", [Frame(CLOSE, b"\x03\xe8" + bad)], end=1007)
    registered = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014)
    for code in (*registered, 3000, 3999, 4000, 4999):
        yield Case(f"code-{code}", [], close=Frame(CLOSE, code.to_bytes(2, "big")))
    for code in (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535):
        for reason in (b"", b"why"):
            payload = code.to_bytes(2, "big") + reason
            yield Case(f"code-{code}-{reason!r}", [Frame(CLOSE, payload)], end=1002)


def limits() -> Iterator[Case]:
    """9.*: large messages, small fragments, many round trips."""
    for power in (16, 18, 20, 22, 24):
        for opcode in (TEXT, BINARY):
            data = b"*" * 2**power if opcode == TEXT else os.urandom(2**power)
            yield Case(f"whole-{opcode}-{power}", [Frame(opcode, data)], [(opcode, data)])
    data = os.urandom(2**22)
    for size in (64, 1024, 2**14, 2**16, 2**20):
        whole = data if size > 64 else data[: 2**18]
        parts = [whole[i : i + size] for i in range(0, len(whole), size)]
        frames = [
            Frame(0 if i else BINARY, part, i == len(parts) - 1) for i, part in enumerate(parts)
        ]
        yield Case(f"fragments-{size}", frames, [(BINARY, whole)])
    for chop in (64, 512, 2048):
        text = b"*" * 2**17
        yield Case(f"chops-{chop}", [Frame(TEXT, text, chop=chop)], [(TEXT, text)])
    for size in (0, 16, 1024):
        frames = [Frame(BINARY, bytes(size))] * 1000
        yield Case(f"thousand-{size}", frames, [(BINARY, bytes(size))] * 1000)


def auto_fragmentation() -> Iterator[Case]:
    """10.*: a message comes in fragments of 1300 bytes."""
    text = b"*" * 65536
    parts = [text[i : i + 1300] for i in range(0, len(text), 1300)]
    frames = [Frame(0 if i else TEXT, p, i == len(parts) - 1) for i, p in enumerate(parts)]
    yield Case("1300", frames, [(TEXT, text)])


PLAIN = {
    "1": framing,
    "2": pings,
    "3": reserved_bits,
    "4": opcodes,
    "5": fragmentation,
    "6": utf8,
    "7": closing,
    "9": limits,
    "10": auto_fragmentation,
}
