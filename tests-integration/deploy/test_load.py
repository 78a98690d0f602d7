"""Load generators of others against the server: every request is answered."""

import re
import shutil
import signal
import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")

PROGRAM = """
    import aiohttp_web as web

    async def hello(request):
        return web.Response(text="hello")

    app = web.Application()
    app.router.add_get("/", hello)
    web.run_app(app, host="127.0.0.1", port=0, access_log=None)
"""

TOOLS = {
    "ab": (["ab", "-q", "-k", "-n", "2000", "-c", "16"], r"Failed requests:\s+0\n"),
    "ab without keep-alive": (["ab", "-q", "-n", "500", "-c", "8"], r"Failed requests:\s+0\n"),
    "wrk": (["wrk", "-t", "1", "-c", "16", "-d", "1s"], r"\d+ requests in"),
    "h2load": (["h2load", "--h1", "-n", "2000", "-c", "16"], r" 2000 succeeded, 0 failed"),
}


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("workers", [False, True])
def test_load(program: Any, tool: str, workers: bool, folder: Any) -> None:
    command, wanted = TOOLS[tool]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    if workers:
        (folder / "load_app.py").write_text(
            "import aiohttp_web as web\n"
            "async def hello(request): return web.Response(text='hello')\n"
            "def make(argv):\n"
            "    app = web.Application()\n"
            "    app.router.add_get('/', hello)\n"
            "    return app\n"
        )
        options = ["-H", "127.0.0.1", "-P", "0", "--workers", "2"]
        server = program([sys.executable, "-m", "aiohttp_web", *options, "load_app:make"])
    else:
        server = program(PROGRAM)
    url = f"http://127.0.0.1:{server.port()}/"
    done = subprocess.run([*command, url], capture_output=True, text=True, timeout=50)
    assert done.returncode == 0, done.stderr
    assert re.search(wanted, done.stdout), done.stdout
    assert "Non-2xx" not in done.stdout
    assert not re.search(r"Socket errors|Non-2xx or 3xx", done.stdout), done.stdout
    server.send(signal.SIGTERM)
    assert server.status() == 0
    assert "Traceback" not in server.text
