"""The low-level server."""

from aiohttp import _web_required as _web_required
from aiohttp_web import Server

__all__ = ("Server",)
