"""The access log."""

from aiohttp import _web_required as _web_required
from aiohttp_web import AccessLogger

__all__ = ("AccessLogger",)
