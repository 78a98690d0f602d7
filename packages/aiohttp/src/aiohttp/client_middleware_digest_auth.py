"""Digest authentication as a client middleware."""

from typing import TYPE_CHECKING

from aiohttp._later import later
from aiohttp_client.digest_auth import DigestAuthChallenge, DigestAuthMiddleware

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = ("DigestAuthChallenge", "DigestAuthMiddleware")
