"""Responses whose body is JSON (spec rows WRSP-26, ADD-507, ADD-508)."""

from collections.abc import Callable
from typing import Any

from aiohttp_web.json_codec import encode_json
from aiohttp_web.response import Response
from aiohttp_web.stream_response import LooseHeaders

__all__ = ("json_bytes_response", "json_response")

_UNSET: Any = object()


def json_response(
    data: Any = _UNSET,
    *,
    text: str | None = None,
    body: bytes | None = None,
    status: int = 200,
    reason: str | None = None,
    headers: LooseHeaders | None = None,
    content_type: str = "application/json",
    dumps: Callable[[Any], str] = encode_json,
) -> Response:
    """Return a response with *data* as JSON, made by *dumps*; or with a *text* or *body* of JSON.

    The default *dumps* gives what ``json.dumps`` gives.  ValueError if *data* comes together with
    either.
    """
    if data is not _UNSET:
        if text or body:
            raise ValueError("only one of data, text, or body should be specified")
        text = dumps(data)
    if status == 200 and headers is None and reason is None and body is None:
        # Usual, and each argument that is named costs.
        return Response(text=text, content_type=content_type)
    return Response(
        text=text,
        body=body,
        status=status,
        reason=reason,
        headers=headers,
        content_type=content_type,
    )


def json_bytes_response(
    data: Any = _UNSET,
    *,
    dumps: Callable[[Any], bytes],
    body: bytes | None = None,
    status: int = 200,
    reason: str | None = None,
    headers: LooseHeaders | None = None,
    content_type: str = "application/json",
) -> Response:
    """Return a response with *data* as JSON, made by a *dumps* that returns bytes.

    No charset is added.  ValueError if *data* and *body* come together.
    """
    if data is not _UNSET:
        if body is not None:
            raise ValueError("only one of data or body should be specified")
        body = dumps(data)
    return Response(
        body=body, status=status, reason=reason, headers=headers, content_type=content_type
    )
