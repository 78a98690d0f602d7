"""Digest authentication as a client middleware."""

from aiohttp_client.digest_auth import DigestAuthChallenge, DigestAuthMiddleware

__all__ = ("DigestAuthChallenge", "DigestAuthMiddleware")
