"""Form data."""

from typing import TYPE_CHECKING

from aiohttp._later import later
from aiohttp_multipart import FormData

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = ("FormData",)
