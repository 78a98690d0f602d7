"""Workers for gunicorn."""

from aiohttp import _web_required as _web_required
from aiohttp_web.gunicorn import GunicornUVLoopWebWorker, GunicornWebWorker

__all__ = ("GunicornUVLoopWebWorker", "GunicornWebWorker")
