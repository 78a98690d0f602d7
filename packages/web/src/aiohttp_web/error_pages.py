"""The bodies of error responses that the server makes itself (ADD-430, ADD-431, LOW-04).

Laws
* Nothing of the program is told to a client: a traceback appears in debug mode alone.
* Whatever came from outside is escaped where it stands in HTML.
"""

import html
import traceback
from http import HTTPStatus
from typing import Any

from aiohttp_core import hdrs
from aiohttp_core.fields.accept import choose_media_type
from aiohttp_web.response import Response
from aiohttp_web.response_head import CLOSE, head_block, head_tail

__all__ = ("error_response", "refusal")

_OFFERS = ("text/plain", "text/html")


def error_response(
    request: Any, status: int = 500, exc: BaseException | None = None, *, debug: bool = False
) -> Response:
    """Return the page for a failed *request*, as HTML if its ``Accept`` likes that better.

    With *debug* the traceback of *exc* is shown.  The connection closes after it.
    """
    phrase = HTTPStatus(status).phrase
    shown = ""
    if debug and exc is not None:
        shown = "".join(traceback.format_exception(exc))
    if _wants_html(request):
        if shown:
            explanation = f"<h2>Traceback:</h2>\n<pre>{html.escape(shown)}</pre>"
        else:
            explanation = "Server got itself in trouble"
        text = (
            f"<html><head><title>{status} {phrase}</title></head>"
            f"<body>\n<h1>{status} {phrase}</h1>\n{explanation}\n</body></html>\n"
        )
        content_type = "text/html"
    else:
        explanation = f"Traceback:\n{shown}" if shown else "Server got itself in trouble"
        text = f"{status} {phrase}\n\n{explanation}"
        content_type = "text/plain"
    response = Response(status=status, text=text, content_type=content_type)
    response.force_close()
    return response


def _wants_html(request: Any) -> bool:
    accept = ",".join(request.headers.getall(hdrs.ACCEPT, ()))
    return "text/html" in accept and choose_media_type(accept, _OFFERS) == "text/html"


def refusal(status: int, message: str) -> bytes:
    """Return a whole response to what is no request, or to one that came at a bad time."""
    body = message.encode("utf-8", "backslashreplace")
    phrase = HTTPStatus(status).phrase
    block = head_block(1, status, phrase, "text/plain; charset=utf-8")
    return b"%b%d%b%b" % (block, len(body), head_tail(CLOSE), body)
