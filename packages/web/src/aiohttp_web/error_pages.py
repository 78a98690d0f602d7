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

_EXPLANATION = "Server got itself in trouble"

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
    "h1{font-size:1.3rem}h2{font-size:1.1rem}"
    "pre{font:13px/1.5 ui-monospace,monospace;padding:1rem;overflow-x:auto;background:#8882}"
)


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
        text = _html(f"{status} {phrase}", shown)
        content_type = "text/html"
    else:
        explanation = f"Traceback:\n{shown}" if shown else _EXPLANATION
        text = f"{status} {phrase}\n\n{explanation}"
        content_type = "text/plain"
    response = Response(status=status, text=text, content_type=content_type)
    response.force_close()
    return response


def _html(title: str, traceback_text: str) -> str:
    if traceback_text:
        explanation = f"<h2>Traceback</h2>\n<pre>{html.escape(traceback_text)}</pre>"
    else:
        explanation = f"<p>{_EXPLANATION}</p>"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<h1>{title}</h1>\n{explanation}\n</body>\n</html>\n"
    )


def _wants_html(request: Any) -> bool:
    accept = ",".join(request.headers.getall(hdrs.ACCEPT, ()))
    return "text/html" in accept and choose_media_type(accept, _OFFERS) == "text/html"


def refusal(status: int, message: str) -> bytes:
    """Return a whole response to what is no request, or to one that came at a bad time."""
    body = message.encode("utf-8", "backslashreplace")
    phrase = HTTPStatus(status).phrase
    block = head_block(1, status, phrase, "text/plain; charset=utf-8")
    return b"%b%d%b%b" % (block, len(body), head_tail(CLOSE), body)
