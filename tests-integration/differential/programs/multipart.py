"""The bytes of multipart bodies and forms, and what readers make of bytes."""

# ruff: noqa: E501 (tables)

import asyncio
import io
import itertools
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from harness import Facts, failure, run
from multidict import CIMultiDict, CIMultiDictProxy

import aiohttp
from aiohttp import FormData, MultipartReader, MultipartWriter

FOLDER = Path(mkdtemp())
(FOLDER / "file.txt").write_text("content\n")
(FOLDER / "é ü.txt").write_text("odd\n")


async def pieces() -> Any:
    yield b"one"
    yield b"two"


OBJECTS: dict[str, Any] = {
    "text": lambda: "zwei é", "empty": lambda: "", "bytes": lambda: b"\x00\xff" * 40,
    "bytearray": lambda: bytearray(b"x"), "bytesio": lambda: io.BytesIO(b"io"),
    "stringio": lambda: io.StringIO("é"), "file": lambda: (FOLDER / "file.txt").open("rb"),
    "text file": lambda: (FOLDER / "file.txt").open(), "odd file": lambda: (FOLDER / "é ü.txt").open("rb"),
    "generator": pieces, "payload": lambda: aiohttp.StringPayload("x", content_type="a/b"),
    "json": lambda: aiohttp.JsonPayload({"a": 1}), "int": lambda: 5, "none": lambda: None,
    "dict": lambda: {"a": "b"},
}  # fmt: skip
HEADERS: dict[str, dict[str, str]] = {
    "none": {},
    "type": {"Content-Type": "text/x; charset=latin1"},
    "base64": {"Content-Transfer-Encoding": "base64"},
    "quoted": {"Content-Transfer-Encoding": "quoted-printable"},
    "binary": {"Content-Transfer-Encoding": "binary"},
    "unknown transfer": {"Content-Transfer-Encoding": "rot13"},
    "gzip": {"Content-Encoding": "gzip"},
    "deflate": {"Content-Encoding": "deflate"},
    "identity": {"Content-Encoding": "identity"},
    "unknown content": {"Content-Encoding": "rot13"},
    "both": {"Content-Encoding": "deflate", "Content-Transfer-Encoding": "base64"},
    "other": {"X-A": "1", "x-b": "é"},
    "disposition": {"Content-Disposition": 'attachment; filename="x"'},
    "crlf": {"X-A": "a\r\nb"},
    "length": {"Content-Length": "99"},
}
FIELDS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "plain": (("a", "1"), {}), "unicode": (("é", "ü"), {}), "quote": (('a"b', 'x"y'), {}),
    "backslash": (("a\\b", "x"), {}), "newline": (("a\nb", "x"), {}), "empty": (("", ""), {}),
    "bytes": (("a", b"x"), {}), "file name": (("a", b"x"), {"filename": "n.txt"}),
    "file name odd": (("a", b"x"), {"filename": 'q"u\\o te é.txt'}),
    "file name path": (("a", b"x"), {"filename": "/a/b.txt"}),
    "file name newline": (("a", b"x"), {"filename": "a\nb"}),
    "file name percent": (("a", b"x"), {"filename": "100%.txt"}),
    "file name int": (("a", b"x"), {"filename": 5}),
    "type": (("a", "x"), {"content_type": "text/html"}),
    "type odd": (("a", "x"), {"content_type": "nonsense"}),
    "type crlf": (("a", "x"), {"content_type": "a\r\nb"}),
    "type int": (("a", "x"), {"content_type": 5}),
    "transfer": (("a", "x"), {"content_transfer_encoding": "base64"}),
    "transfer bytes": (("a", b"x"), {"content_transfer_encoding": "base64"}),
    "int": (("a", 5), {}), "none": (("a", None), {}), "name int": ((5, "x"), {}),
    "int with type": (("a", 5), {"content_type": "a/b"}), "semicolon": (("a;b", "x"), {}),
    "percent": (("a%b", "x%y"), {}), "space": (("a b", "x y"), {}), "plus": (("a+b", "x+y"), {}),
}  # fmt: skip
BODIES: dict[str, bytes] = {
    "one": b"--:\r\n\r\nx\r\n--:--\r\n",
    "two": b"--:\r\nX-A: 1\r\n\r\nx\r\n--:\r\n\r\ny\r\n--:--\r\n",
    "named": b'--:\r\nContent-Disposition: form-data; name="n"; filename="f"\r\n\r\nx\r\n--:--',
    "type": b"--:\r\nContent-Type: text/x; charset=latin1\r\n\r\n\xe9\r\n--:--",
    "json": b'--:\r\nContent-Type: application/json\r\n\r\n{"a": 1}\r\n--:--',
    "form": b"--:\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=1&b=%20\r\n--:--",
    "base64": b"--:\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj\r\n--:--",
    "quoted": b"--:\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A9\r\n--:--",
    "deflate": b"--:\r\nContent-Encoding: deflate\r\n\r\nKJL\x04\x00\r\n--:--",
    "unknown": b"--:\r\nContent-Transfer-Encoding: rot13\r\n\r\nx\r\n--:--",
    "length": b"--:\r\nContent-Length: 1\r\n\r\nx\r\n--:--",
    "length short": b"--:\r\nContent-Length: 1\r\n\r\nxyz\r\n--:--",
    "length long": b"--:\r\nContent-Length: 9\r\n\r\nx\r\n--:--",
    "length bad": b"--:\r\nContent-Length: x\r\n\r\nx\r\n--:--",
    "empty part": b"--:\r\n\r\n\r\n--:--",
    "no parts": b"--:--\r\n",
    "nothing": b"",
    "preamble": b"pre\r\n--:\r\n\r\nx\r\n--:--",
    "epilogue": b"--:\r\n\r\nx\r\n--:--\r\nepi\r\nlogue",
    "no end": b"--:\r\n\r\nx\r\n",
    "cut head": b"--:\r\nX-A: 1",
    "nested": b"--:\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nin\r\n--c--\r\n--:--",
    "near boundaries": b"--:\r\n\r\n\r\n--;\r\n--\r\n-:\r\n--:--",
    "crlfs": b"--:\r\n\r\n\r\n\r\n\r\n--:--",
    "lines": b"--:\r\n\r\na\nb\r\nc\r\n--:--",
    "bare lf": b"--:\n\nx\n--:--",
}


def writer(make: Any, headers: dict[str, str], subtype: str = "mixed") -> MultipartWriter:
    made = MultipartWriter(subtype, boundary=":")
    made.append(make(), headers)
    return made


class Collected:
    """Takes what a payload writes."""

    def __init__(self) -> None:
        self.data = b""

    async def write(self, data: bytes) -> None:
        self.data += data

    async def drain(self) -> None:
        pass


async def written(payload: Any) -> Any:
    target = Collected()
    await payload.write(target)
    head, _, rest = target.data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    return [payload.size, lines[0], sorted(lines[1:]), rest, dict(payload.headers)]


def stream(data: bytes) -> Any:
    protocol = type("Protocol", (), {"_reading_paused": False, "reading_paused": False})()
    protocol.pause_reading = protocol.resume_reading = lambda *args, **options: None
    reader = aiohttp.StreamReader(protocol, 2**16, loop=asyncio.get_running_loop())
    reader.feed_data(data)
    reader.feed_eof()
    return reader


async def parts_of(reader: MultipartReader, how: str) -> Any:
    found: list[Any] = []
    while True:
        try:
            part = await reader.next()
            if part is None:
                return [*found, "end", reader.at_eof()]
            if isinstance(part, MultipartReader):
                found.append(await parts_of(part, how))
                continue
            head = [part.name, part.filename, dict(part.headers), part.get_charset("none")]
            if how == "chunks":
                value: Any = b""
                while chunk := await part.read_chunk(6):
                    value += chunk
            elif how == "lines":
                value = []
                while line := await part.readline():
                    value.append(line)
            elif how == "decoded":
                value = await part.read(decode=True)
            elif how == "skip":
                value = None
            else:
                value = await getattr(part, how)()
            found.append([head, value, part.at_eof()])
        except Exception as exc:
            return [*found, failure(exc)]


async def main(facts: Facts) -> None:
    for (name, make), (kind, headers) in itertools.product(OBJECTS.items(), HEADERS.items()):

        async def one(make: Any = make, headers: dict[str, str] = headers) -> Any:
            return await written(writer(make, headers))

        await facts.wait(f"writer {name} {kind}", one())
    for name, make in OBJECTS.items():

        async def form_data(make: Any = make) -> Any:
            return await written(writer(make, {}, "form-data"))

        await facts.wait(f"form-data writer {name}", form_data())
    for boundary in ("b", "a b", 'a"b', "a'b", "", "é", "a\nb", "x" * 71, "a;b", "(x)", "a/b?c"):
        facts.call(
            f"boundary {boundary!r}",
            lambda boundary=boundary: [
                MultipartWriter(boundary=boundary).headers["Content-Type"],
                MultipartWriter(boundary=boundary).boundary,
            ],
        )
    for (name, (args, options)), multipart, quote in itertools.product(
        FIELDS.items(), (False, True), (True, False)
    ):

        async def field(
            args: Any = args,
            options: Any = options,
            multipart: bool = multipart,
            quote: bool = quote,
        ) -> Any:
            form = FormData(quote_fields=quote, default_to_multipart=multipart)
            form.add_field(*args, **options)
            payload = form()
            body = await written(payload)
            body[4].pop("Content-Type", None)
            boundary = getattr(payload, "boundary", None)
            if boundary:
                body = [str(one).replace(boundary, "BOUNDARY") for one in body]
            return [form.is_multipart, body]

        await facts.wait(f"field {name} multipart={multipart} quote={quote}", field())
    for charset, multipart in itertools.product(("utf-8", "latin1", "utf-16"), (False, True)):

        async def encoded(charset: str = charset, multipart: bool = multipart) -> Any:
            form = FormData({"a": "é"}, charset=charset, default_to_multipart=multipart)
            return str(await written(form())).replace(getattr(form(), "boundary", "-"), "BOUNDARY")

        await facts.wait(f"charset {charset} {multipart}", encoded())
    mixed = CIMultiDictProxy(CIMultiDict({"Content-Type": "multipart/mixed; boundary=:"}))
    ways = ("read", "text", "json", "form", "chunks", "lines", "decoded", "skip", "release")
    for (name, data), how in itertools.product(BODIES.items(), ways):
        await facts.wait(
            f"reader {name} {how}", parts_of(MultipartReader(mixed, stream(data)), how)
        )
    for value in ("", "text/plain", "multipart/mixed", "multipart/mixed; boundary=", "multipart/x;boundary=:",
                  'multipart/x; boundary=":"', "Multipart/X; Boundary=:", "multipart/x; boundary=" + "b" * 71):  # fmt: skip
        fields = CIMultiDictProxy(CIMultiDict({"Content-Type": value}))
        facts.call(
            f"reader of {value!r}",
            lambda fields=fields: type(MultipartReader(fields, stream(b""))).__name__,
        )


if __name__ == "__main__":
    run(main)
