"""Where the server is not installed, importing this says what to install."""

from aiohttp._later import sibling

sibling("aiohttp_web")
