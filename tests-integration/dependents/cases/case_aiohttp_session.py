"""aiohttp-session: a session in a cookie, through a middleware."""

from aiohttp_session import SimpleCookieStorage, get_session, new_session, setup

from aiohttp import web


async def test_session(aiohttp_client):
    async def count(request):
        session = await get_session(request)
        session["count"] = session.get("count", 0) + 1
        return web.Response(text=str(session["count"]))

    async def forget(request):
        session = await new_session(request)
        session["count"] = 0
        return web.Response(text="forgotten")

    app = web.Application()
    setup(app, SimpleCookieStorage(max_age=100))
    app.router.add_get("/", count)
    app.router.add_get("/forget", forget)
    client = await aiohttp_client(app)
    assert [await (await client.get("/")).text() for _ in range(3)] == ["1", "2", "3"]
    await client.get("/forget")
    assert await (await client.get("/")).text() == "1"


async def test_streams_cannot_save_a_session(aiohttp_client):
    async def stream(request):
        session = await get_session(request)
        session["a"] = 1
        response = web.StreamResponse()
        await response.prepare(request)
        return response

    app = web.Application()
    setup(app, SimpleCookieStorage())
    app.router.add_get("/", stream)
    client = await aiohttp_client(app)
    assert (await client.get("/")).status in (200, 500)
