"""aiohttp-cors: preflights and headers, by looking into the router."""

import aiohttp_cors

from aiohttp import web

ORIGIN = "https://page.example"


async def hello(request):
    return web.Response(text="hello", headers={"X-Shown": "1"})


async def test_cors(aiohttp_client):
    app = web.Application()
    cors = aiohttp_cors.setup(
        app,
        defaults={
            ORIGIN: aiohttp_cors.ResourceOptions(
                allow_credentials=True, expose_headers=("X-Shown",), allow_headers=("X-Sent",)
            )
        },
    )
    resource = cors.add(app.router.add_resource("/hello"))
    cors.add(resource.add_route("GET", hello))
    app.router.add_get("/other", hello)
    app.router.add_put("/later", hello)
    for route in list(app.router.routes()):
        if route.resource.canonical == "/later":
            cors.add(route)
    client = await aiohttp_client(app)

    response = await client.get("/hello", headers={"Origin": ORIGIN})
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert response.headers["Access-Control-Expose-Headers"] == "X-Shown"

    response = await client.get("/hello", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in response.headers

    for path, method in (("/hello", "GET"), ("/later", "PUT")):
        response = await client.options(
            path,
            headers={
                "Origin": ORIGIN,
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": "x-sent",
            },
        )
        assert response.status == 200, await response.text()
        assert response.headers["Access-Control-Allow-Methods"] == method
        assert response.headers["Access-Control-Allow-Headers"] == "X-SENT"

    response = await client.options("/hello", headers={"Origin": "https://evil.example"})
    assert response.status == 403
