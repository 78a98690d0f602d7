"""Resolvers."""

from aiohttp_client.abc import AbstractResolver, ResolveResult
from aiohttp_client.resolver import AsyncResolver, DefaultResolver, ThreadedResolver

__all__ = (
    "AbstractResolver",
    "AsyncResolver",
    "DefaultResolver",
    "ResolveResult",
    "ThreadedResolver",
)
