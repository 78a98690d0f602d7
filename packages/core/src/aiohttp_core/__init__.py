"""HTTP/1.1 messages for asyncio: the core shared by client and server."""

from aiohttp_core.extensions import NO_EXTENSIONS, prefer_sources

if NO_EXTENSIONS:
    prefer_sources()
