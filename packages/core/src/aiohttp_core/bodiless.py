"""Messages that have no body whatever their fields say (RFC 9110 section 6.4.1, RFC 9112 6.3)."""

from typing import Final

from aiohttp_core.hdrs import METH_CONNECT, METH_HEAD

__all__ = (
    "EMPTY_BODY_METHODS",
    "EMPTY_BODY_STATUS_CODES",
    "must_be_empty_body",
    "should_remove_content_length",
)

EMPTY_BODY_METHODS: Final = frozenset({str(METH_HEAD)})
"""Methods whose responses have no body."""

EMPTY_BODY_STATUS_CODES: Final = frozenset((*range(100, 200), 204, 304))
"""Statuses of responses without a body."""


def _is_tunnel(method: str, code: int) -> bool:
    return method == METH_CONNECT and 200 <= code < 300


def must_be_empty_body(method: str, code: int) -> bool:
    """Return whether the response with status *code* to *method* has no body."""
    return (
        code in EMPTY_BODY_STATUS_CODES or method in EMPTY_BODY_METHODS or _is_tunnel(method, code)
    )


def should_remove_content_length(method: str, code: int) -> bool:
    """Return whether that response must not declare a length (RFC 9110 section 8.6)."""
    return code in EMPTY_BODY_STATUS_CODES or _is_tunnel(method, code)
