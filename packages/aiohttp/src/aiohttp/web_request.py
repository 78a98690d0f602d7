"""Requests of the server."""

from aiohttp import _web_required as _web_required
from aiohttp_web import BaseRequest, FileField, Request

__all__ = ("BaseRequest", "FileField", "Request")
