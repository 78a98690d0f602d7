"""Applications."""

from aiohttp import _web_required as _web_required
from aiohttp_web import AppKey, Application, CleanupError, Middleware

__all__ = ("AppKey", "Application", "CleanupError", "Middleware")
