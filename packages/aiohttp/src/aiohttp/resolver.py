"""Resolvers."""

from typing import TYPE_CHECKING

from aiohttp._later import later
from aiohttp_client.abc import AbstractResolver, ResolveResult
from aiohttp_client.resolver import AsyncResolver, DefaultResolver, ThreadedResolver

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = (
    "AbstractResolver",
    "AsyncResolver",
    "DefaultResolver",
    "ResolveResult",
    "ThreadedResolver",
)
