"""From what a caller gives as ``data`` to a payload."""

import io
from typing import Any

from aiohttp_core.fields.content_type import parse_content_type
from aiohttp_core.payload import PAYLOAD_REGISTRY, LookupError, Payload  # noqa: A004

__all__ = ("make_body",)


def make_body(data: Any, content_type: str | None = None) -> Payload | None:
    """Return the payload for *data*: whatever the registry knows, else a form (CREQ-07).

    ``None`` means no body.  A value of which no form can be made raises ``TypeError``.  A form
    takes its boundary from *content_type*, the caller's own field, if there is one in it
    (spec row ADD-943).
    """
    if data is None:
        return None
    try:
        if isinstance(data, io.IOBase):
            # The name of a local file is nobody's business unless a form is sent.
            return PAYLOAD_REGISTRY.get(data, disposition=None)
        return PAYLOAD_REGISTRY.get(data)
    except LookupError:
        # Forms are rare among requests, and the package of forms is a large one.
        from aiohttp_multipart import FormData

        form = data if isinstance(data, FormData) else FormData(data)
        boundary = None
        if content_type is not None:
            boundary = parse_content_type(content_type).parameters.get("boundary")
        return form(boundary=boundary)
