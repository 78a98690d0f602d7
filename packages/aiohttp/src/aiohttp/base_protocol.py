"""The plain asyncio protocol that connections are made of."""

from aiohttp_core import BaseProtocol

__all__ = ("BaseProtocol",)
