"""Requests as bytes, and the plainest handlers that answer them."""

from typing import Any

from aiohttp_web import Response


def get(path: str = "/", extra: str = "", version: str = "1.1") -> bytes:
    return f"GET {path} HTTP/{version}\r\nHost: a\r\n{extra}\r\n".encode()


def post(body: bytes, extra: str = "", path: str = "/") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


async def hello(request: Any) -> Response:
    return Response(text=f"hello {request.path}")


async def echo(request: Any) -> Response:
    return Response(body=await request.read())
