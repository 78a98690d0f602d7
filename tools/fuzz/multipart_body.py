"""Fuzz multipart bodies and forms: ``python tools/fuzz/multipart_body.py --seconds 600``.

The first byte says how the rest is cut; however it is cut, the same parts and the same error come
out, and a form that is read whole does no worse than its own errors.
"""

import asyncio
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.fuzz import engine

BODIES = (
    b"--b--",
    b"pre\r\n--b\r\nA: x\r\n\r\none\r\n--b  \r\n\r\n\r\n--b--\r\nepilogue",
    b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nvalue\r\n--b--\r\n',
    (
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\nContent-Type: a/b\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\nYWJj\r\n--b--\r\n"
    ),
    (
        b'--b\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\nlatin1\r\n'
        b"--b\r\nContent-Disposition: form-data; name*=utf-8''%C3%A9\r\n\r\n\xe9\r\n--b--\r\n"
    ),
    b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nin\r\n--c--\r\n--b--\r\n",
    b"--b\r\n\r\n\r\n--b\r\n--b-\r\n--bb\r\n--b--x\r\n--b--",
)


def prepare() -> tuple[engine.Check, Sequence[bytes]]:
    """Return the check and its seeds."""
    from aiohttp_multipart.errors import MultipartError
    from aiohttp_multipart.form_parser import read_form
    from aiohttp_multipart.parser import MultipartParser, PartHead, Signal
    from aiohttp_multipart.reader import MultipartReader

    warnings.simplefilter("ignore")

    class Pieces:
        def __init__(self, data: bytes, size: int) -> None:
            self.data, self.size, self.at = data, size, 0

        async def readany(self) -> bytes:
            piece = self.data[self.at : self.at + self.size]
            self.at += self.size
            return piece

    def events(data: bytes, size: int) -> list[Any]:
        parser = MultipartParser(b"b")
        found: list[Any] = []
        try:
            for at in range(0, len(data) + size, size):
                if at < len(data):
                    parser.feed(data[at : at + size])
                else:
                    parser.feed_eof()
                while (event := parser.next_event()) is not None:
                    if event is Signal.END_OF_BODY:
                        return [*found, event]
                    if isinstance(event, PartHead):
                        found.append(dict(event.headers.items()))
                    elif isinstance(event, bytes) and found and isinstance(found[-1], bytes):
                        found[-1] += event
                    else:
                        found.append(event)
        except MultipartError as exc:
            found.append(type(exc))
        return found

    async def parts(reader: Any) -> None:
        async for part in reader:
            if isinstance(part, MultipartReader):
                await parts(part)
            else:
                await part.read_chunk(3)
                await part.readline()
                await part.read()

    async def consume(data: bytes, size: int) -> None:
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        try:
            (await read_form(headers, Pieces(data, size))).close()
        except MultipartError:
            pass
        try:
            await parts(MultipartReader(headers, Pieces(data, size)))
        except MultipartError:
            pass

    def check(data: bytes) -> None:
        if not data:
            return
        size, body = data[0] % 16 + 1, data[1:]
        whole = events(body, len(body) + 1)
        cut = events(body, size)
        if whole != cut:
            raise AssertionError(f"cut into {size}: {cut!r} instead of {whole!r}")
        asyncio.run(consume(body, size))

    return check, [bytes((size,)) + body for body in BODIES for size in (0, 6)]


if __name__ == "__main__":
    sys.exit(engine.main(prepare, instrument="aiohttp_multipart"))
