"""The plain asyncio protocol that connections are made of."""

from typing import TYPE_CHECKING

from aiohttp._later import later
from aiohttp_core import BaseProtocol

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = ("BaseProtocol",)
