"""The distributions by themselves, without the facade."""

from aiohttp_client import ClientSession, ClientTimeout
from aiohttp_multipart import FormData, MultipartWriter
from aiohttp_web import Application, Request, Response, json_response
from aiohttp_websocket import WSMessage, WSMsgType


async def fetch(url: str) -> bytes:
    async with ClientSession(timeout=ClientTimeout(total=5)) as session:
        async with session.get(url) as response:
            return await response.read()


def body() -> MultipartWriter:
    writer = MultipartWriter("mixed")
    part = writer.append("text", {"Content-Type": "text/plain"})
    part.set_content_disposition("attachment", filename="a.txt")
    return writer


def fields() -> FormData:
    form = FormData({"a": "1"})
    form.add_field("b", "2")
    return form


async def echo(request: Request) -> Response:
    return json_response({"length": len(await request.read())})


def application() -> Application:
    app = Application()
    app.router.add_post("/", echo)
    return app


def kind(message: WSMessage) -> str:
    if message.type is WSMsgType.TEXT:
        text: str = message.data
        return text
    return message.type.name
