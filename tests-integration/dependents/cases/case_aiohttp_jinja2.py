"""aiohttp-jinja2: templates as responses, context processors, url filter."""

import aiohttp_jinja2
import jinja2

from aiohttp import web


async def test_templates(aiohttp_client):
    @aiohttp_jinja2.template("page.html")
    async def page(request):
        return {"name": request.match_info["name"]}

    class View(web.View):
        @aiohttp_jinja2.template("page.html")
        async def get(self):
            return {"name": "view"}

    async def processor(request):
        return {"site": "shop"}

    app = web.Application()
    templates = {"page.html": "{{ site }} {{ name }} {{ url('page', name='x') }}"}
    aiohttp_jinja2.setup(
        app,
        loader=jinja2.DictLoader(templates),
        context_processors=[processor, aiohttp_jinja2.request_processor],
    )
    app.router.add_get("/page/{name}", page, name="page")
    app.router.add_view("/view", View)
    client = await aiohttp_client(app)
    response = await client.get("/page/grace")
    assert response.content_type == "text/html"
    assert await response.text() == "shop grace /page/x"
    assert await (await client.get("/view")).text() == "shop view /page/x"


async def test_render(aiohttp_client):
    async def handler(request):
        return aiohttp_jinja2.render_template("a.html", request, {"a": 1}, status=201)

    app = web.Application()
    aiohttp_jinja2.setup(app, loader=jinja2.DictLoader({"a.html": "{{ a }}"}))
    app.router.add_get("/", handler)
    client = await aiohttp_client(app)
    response = await client.get("/")
    assert (response.status, await response.text()) == (201, "1")
