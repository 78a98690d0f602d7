"""Form data."""

from aiohttp_multipart import FormData

__all__ = ("FormData",)
