"""What can be sent as a body; :mod:`aiohttp_core.payload` is the public face."""
