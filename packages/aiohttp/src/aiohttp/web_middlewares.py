"""Middlewares of the server."""

from aiohttp import _web_required as _web_required
from aiohttp_web import middleware, normalize_path_middleware

__all__ = ("middleware", "normalize_path_middleware")
