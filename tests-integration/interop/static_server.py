"""Serves a folder with its index: ``python static_server.py FOLDER PORT``."""

import sys

from aiohttp import web


async def fail(request: web.Request) -> web.Response:
    """Fail as a program does that has a mistake in it."""
    raise ValueError("<b>nobody's business</b>")


def main(folder: str, port: str) -> None:
    """Serve *folder* at the root, and a mistake at ``/fail``."""
    app = web.Application()
    app.router.add_get("/fail", fail)
    app.router.add_static("/", folder, show_index=True)
    web.run_app(app, host="127.0.0.1", port=int(port), print=None)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
