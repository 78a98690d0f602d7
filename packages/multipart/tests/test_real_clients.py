"""What curl really sends, taken apart."""

import asyncio
import shutil
from pathlib import Path

import pytest

from aiohttp_multipart.form_parser import FileField, read_form

CURL = shutil.which("curl")
pytestmark = pytest.mark.skipif(CURL is None, reason="curl is not installed")


async def capture(*arguments: str) -> tuple[dict[str, str], bytes]:
    """Run curl against a server of one request; return the headers and the body it sent."""
    got: asyncio.Future[tuple[dict[str, str], bytes]] = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:-2])
        if headers.get("Expect"):
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await reader.readexactly(int(headers["Content-Length"]))
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        got.set_result((headers, body))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}/"
        process = await asyncio.create_subprocess_exec(
            str(CURL), "-sS", "--noproxy", "*", "--max-time", "20", *arguments, url
        )
        assert await process.wait() == 0
        return await asyncio.wait_for(got, 20)


class Body:
    def __init__(self, data: bytes) -> None:
        self.left = data

    async def readany(self) -> bytes:
        data, self.left = self.left[:1000], self.left[1000:]
        return data


@pytest.mark.spec("ADD-129", "ADD-487", "ADD-489", "WREQ-25")
async def test_curl_form(tmp_path: Path) -> None:
    path = tmp_path / 'ü "quoted" 100%.bin'
    path.write_bytes(bytes(range(256)) * 300)
    headers, body = (
        await capture(
            *("-F", "text=é & ü", "-F", 'with "quotes"=x', "-F", "empty="),
            *("-F", f'file=@"{str(path).replace(chr(34), chr(92) + chr(34))}";type=image/x'),
            *("-F", f"file=@{path.parent}/b.txt"),
        )
        if (tmp_path / "b.txt").write_text("second")
        else ({}, b"")
    )
    form = await read_form(headers, Body(body))
    fields = form.fields
    assert fields["text"] == "é & ü"
    assert fields["empty"] == ""
    assert [name for name in fields if name.startswith("with")] in (
        ['with "quotes"'],
        ["with %22quotes%22"],
    )
    first, second = fields.getall("file")
    assert isinstance(first, FileField)
    assert isinstance(second, FileField)
    assert first.filename in ('ü "quoted" 100%.bin', "ü %22quoted%22 100%.bin")
    assert first.content_type == "image/x"
    assert first.file.read() == bytes(range(256)) * 300
    assert (second.filename, second.content_type) == ("b.txt", "text/plain")
    assert second.file.read() == b"second"
    form.close()


@pytest.mark.spec("ADD-484")
async def test_curl_urlencoded() -> None:
    headers, body = await capture("--data-urlencode", "a=é &=+", "-d", "b=", "-d", "c")
    form = await read_form(headers, Body(body))
    assert list(form.fields.items()) == [("a", "é &=+"), ("b", ""), ("c", "")]
