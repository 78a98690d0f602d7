"""fsspec: its HTTP file system, asynchronous and synchronous."""

import asyncio

import fsspec
import pytest
from fsspec.implementations.http import HTTPFileSystem

from aiohttp import web

DATA = bytes(range(256)) * 1000


@pytest.fixture
async def server(aiohttp_server, tmp_path):
    (tmp_path / "data.bin").write_bytes(DATA)
    uploaded = {}

    async def index(request):
        return web.Response(text='<a href="/files/data.bin">data</a>', content_type="text/html")

    async def put(request):
        uploaded[request.match_info["name"]] = await request.read()
        return web.Response(status=201)

    app = web.Application(client_max_size=2**24)
    app.router.add_get("/", index)
    app.router.add_static("/files", tmp_path)
    app.router.add_route("*", "/upload/{name}", put)
    server = await aiohttp_server(app)
    server.uploaded = uploaded
    return server


async def test_asynchronous(server, tmp_path):
    fs = HTTPFileSystem(asynchronous=True)
    session = await fs.set_session()
    url = str(server.make_url("/files/data.bin"))
    try:
        assert await fs._cat_file(url) == DATA
        assert await fs._cat_file(url, start=10, end=20) == DATA[10:20]
        assert (await fs._info(url))["size"] == len(DATA)
        assert await fs._exists(url)
        assert not await fs._exists(str(server.make_url("/files/other")))
        assert [e["name"] for e in await fs._ls(str(server.make_url("/")))] == [url]
        await fs._get_file(url, str(tmp_path / "copy"))
        assert (tmp_path / "copy").read_bytes() == DATA
        await fs._put_file(str(tmp_path / "copy"), str(server.make_url("/upload/x")), method="put")
        assert server.uploaded["x"] == DATA
        with pytest.raises(FileNotFoundError):
            await fs._cat_file(str(server.make_url("/files/other")))
    finally:
        await session.close()


async def test_synchronous(server):
    url = str(server.make_url("/files/data.bin"))

    def read() -> tuple[bytes, bytes]:
        with fsspec.open(url, "rb", block_size=1000) as file:
            file.seek(500)
            part = file.read(10)
        return part, fsspec.filesystem("http").cat(url)

    part, whole = await asyncio.to_thread(read)
    assert part == DATA[500:510]
    assert whole == DATA
