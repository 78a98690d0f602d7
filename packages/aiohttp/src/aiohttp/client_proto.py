"""The client's side of a connection."""

from typing import TYPE_CHECKING

from aiohttp._later import later
from aiohttp_client.response_handler import ResponseHandler

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = ("ResponseHandler",)
