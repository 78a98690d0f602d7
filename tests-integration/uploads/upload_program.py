"""Uploads all sorts of forms with whatever ``aiohttp`` is: ``upload_program.py URL FOLDER``.

Prints what the server says of each as JSON.
"""

import asyncio
import gzip
import io
import json
import sys
from pathlib import Path
from typing import Any

import aiohttp


async def pieces() -> Any:
    for number in range(20):
        yield bytes([number]) * 10_000


def files(folder: Path) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("text", "zwei é\r\n--")
    form.add_field("json", "{}", content_type="application/json")
    form.add_field("file", (folder / "small.txt").open("rb"))
    form.add_field("odd", io.BytesIO(b"odd"), filename="ünï ;'.txt", content_type="text/css")
    form.add_field("bytes", b"\x00\xff", filename="b.bin")
    form.add_field("large", (folder / "large.bin").open("rb"), filename="l")
    form.add_field("feld é", "1")
    return form


def related(folder: Path) -> aiohttp.MultipartWriter:
    with aiohttp.MultipartWriter("related", boundary="a b'c") as writer:
        writer.append("text", {"Content-Encoding": "gzip"})
        writer.append(b"\x00\x01" * 500, {"Content-Transfer-Encoding": "base64"})
        writer.append("é=" * 100, {"Content-Transfer-Encoding": "quoted-printable"})
        writer.append(b"x" * 5000, {"Content-Encoding": "deflate"})
        writer.append_json({"a": [1]})
        writer.append_form([("a", "1"), ("b", "ü")])
        with aiohttp.MultipartWriter() as inner:
            inner.append("inside")
            inner.append(pieces(), {"X-Kind": "stream"})
        writer.append(inner)
        writer.append((folder / "page.html").open("rb"))
        writer.append("")
    return writer


async def main(url: str, folder: Path) -> None:
    said: dict[str, Any] = {}

    async def post(name: str, path: str, **options: Any) -> None:
        async with session.post(path, **options) as response:
            said[name] = await response.json() if response.ok else response.status

    async with aiohttp.ClientSession(url) as session:
        await post("files", "/form?max=10000000", data=files(folder))
        await post("related", "/parts", data=related(folder))
        await post("urlencoded", "/form", data={"a": "é &=", "b": ""})
        await post("pairs", "/form", data=[("a", "1"), ("a", "2")])
        await post("mapping", "/form", data={"f": (folder / "small.txt").open("rb"), "t": "x"})
        await post("streamed", "/stream", data=files(folder))
        await post("expect", "/form?max=10000000", data=files(folder), expect100=True)
        await post("too large", "/form", data=files(folder))
        many = [(f"f{number}", "1") for number in range(1001)]
        await post("too many", "/form", data=aiohttp.FormData(many))
        await post("compressed", "/form", data={"a": "x" * 10_000}, compress="gzip")
        zipped = gzip.compress(b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b--")
        headers = {
            "Content-Type": "multipart/form-data; boundary=b",
            "Content-Encoding": "gzip",
        }
        await post("zipped", "/form", data=zipped, headers=headers)
        await post("after all", "/form", data={"a": "b"})
        said["spooled"] = (await (await session.get("/state")).json())["spooled"]
    print(json.dumps(said))


asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
