"""Applications."""

from typing import TYPE_CHECKING

from aiohttp import _web_required as _web_required
from aiohttp._later import later
from aiohttp_web import AppKey, Application, CleanupError, Middleware

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = ("AppKey", "Application", "CleanupError", "Middleware")
