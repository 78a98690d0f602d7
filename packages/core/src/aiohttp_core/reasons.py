"""Status codes and their words (RFC 9110 section 15)."""

from http import HTTPStatus
from types import MappingProxyType
from typing import Final

__all__ = ("RESPONSES",)

RESPONSES: Final = MappingProxyType(
    {status: (status.phrase, status.description) for status in HTTPStatus}
)
"""The reason phrase and a longer description of each status code; read-only."""
