"""What the outcome of a handler means as an answer (ADDENDUM 3.2).

Laws
* Whatever a handler returns or raises becomes a response, or the error that ends the connection.
* What the client did wrong is a 4xx and a line at debug level; what the program did wrong is a 500
  and one traceback.  No answer tells more than its status, but in debug mode.
"""

import asyncio
import logging
import warnings
from typing import Any

from aiohttp_core.errors import ClientConnectionResetError, PayloadEncodingError
from aiohttp_multipart import MultipartError, MultipartLimitError
from aiohttp_web.error_pages import error_response
from aiohttp_web.exceptions import HTTPException
from aiohttp_web.payload_errors import RequestPayloadError
from aiohttp_web.response import Response

__all__ = ("answer_for_value", "answer_to_error", "answer_to_failure", "busy_answer")


def answer_for_value(request: Any, returned: Any, logger: logging.Logger) -> Response:
    """Return the response for what a handler returned instead of one (ADD-434, ADD-435)."""
    if isinstance(returned, HTTPException):
        warnings.warn(
            "returning HTTPException object is deprecated (#2415), raise it instead",
            DeprecationWarning,
            stacklevel=1,
        )
        return returned.to_response()
    if returned is None:
        logger.error("Missing return statement on request handler for %r", request)
    else:
        logger.error("Web-handler should return a response instance, got %r", returned)
    return Response(status=500, text="500: Internal Server Error")


def answer_to_error(request: Any, exc: Exception, logger: logging.Logger) -> Response:
    """Return the response to *request*, whose handler raised *exc*.

    Raises ClientConnectionResetError if the response has begun: then only the end of the
    connection tells the client that it is not whole (ADD-432).
    """
    if request.response_started:
        logger.error(
            "Error handling request from %s after the response had begun",
            request.remote,
            exc_info=exc,
        )
        raise ClientConnectionResetError("The response cannot be completed") from exc
    request.withdraw_response()
    if isinstance(exc, HTTPException):
        return exc.to_response()
    if isinstance(exc, (RequestPayloadError, PayloadEncodingError, MultipartError)):
        logger.debug("Bad body from %s: %s", request.remote, exc)
        status = 413 if isinstance(exc, MultipartLimitError) else getattr(exc, "status", 400)
        response = Response(status=status, text=f"{status}: {exc}")
    elif isinstance(exc, TimeoutError):
        logger.debug("Request handler timed out", exc_info=exc)
        response = Response(status=504)
    else:
        return answer_to_failure(request, exc, logger)
    response.force_close()
    return response


def answer_to_failure(request: Any, exc: Exception, logger: logging.Logger) -> Response:
    """Return the 500 for an error of the program, and log its traceback."""
    logger.error("Error handling request from %s", request.remote, exc_info=exc)
    debug = asyncio.get_running_loop().get_debug()
    return error_response(request, 500, exc, debug=debug)


def busy_answer() -> Response:
    """Return the answer while as many handlers run as may."""
    return Response(status=503, text="503: Service Unavailable", headers={"Retry-After": "1"})
