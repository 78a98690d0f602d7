"""Real peers: our demo as a server, nginx, the standard library's server, aiohttp's wheel."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tools.environment import CommandFailed
from tools.peer_wheel import peer_python

ROOT = Path(__file__).resolve().parents[1]
BOUND = 300
"""Seconds after which a server of these tests ends by itself; a busy machine needs many of them."""


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the server ended: {log.read_text()}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise AssertionError(f"nothing listens: {log.read_text()}")


@contextlib.contextmanager
def serving(command: list[str], port: int, log: Path, **options: object) -> Iterator[str]:
    """Run a server for the length of the block; it cannot outlive :data:`BOUND`."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["timeout", "--signal=TERM", str(BOUND), *command],
            stdout=out,
            stderr=subprocess.STDOUT,
            **options,  # type: ignore[call-overload]
        )
        try:
            wait_for(port, process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def program(*names: str) -> str:
    """Return the path of the first of *names* that is installed, or skip the test."""
    path = os.environ.get("PATH", os.defpath) + os.pathsep + "/usr/sbin"
    for name in names:
        found = shutil.which(name, path=path)
        if found is not None:
            return found
    pytest.skip(f"{names[0]} is not installed")


class Peers:
    """Starts programs that are no Python of ours."""

    port = staticmethod(free_port)
    program = staticmethod(program)
    serving = staticmethod(serving)


@pytest.fixture(scope="session")
def peers() -> Peers:
    """What it takes to run a real peer."""
    return Peers()


ServeProgram = Callable[..., AbstractContextManager[str]]


@pytest.fixture(scope="session")
def serve_program(tmp_path_factory: pytest.TempPathFactory) -> ServeProgram:
    """Return a context manager that runs a Python program with a port behind its arguments."""

    def serve(*arguments: object, env: Mapping[str, str] | None = None) -> object:
        port = free_port()
        log = tmp_path_factory.mktemp("program") / "log"
        command = [sys.executable, *map(str, arguments), str(port)]
        return serving(command, port, log, env={**os.environ, **(env or {})}, cwd=ROOT)

    return serve  # type: ignore[return-value]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo application, served by ``python -m aiohttp.web``."""
    port = free_port()
    command = [sys.executable, "-m", "aiohttp.web", "-H", "127.0.0.1", "-P", str(port)]
    log = tmp_path_factory.mktemp("demo") / "log"
    with serving([*command, "demo.app:make_app"], port, log, cwd=ROOT) as url:
        yield url


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files that static servers offer."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "small.txt").write_text("small\n" * 3)
    (folder / "large.bin").write_bytes(os.urandom(3_000_000))
    (folder / "page.html").write_text("<p>" + "word " * 5000 + "</p>")
    return folder


@pytest.fixture(scope="session")
def static_server(serve_program: ServeProgram, files: Path) -> Iterator[str]:
    """Our server over the same folder, with an index."""
    program = ROOT / "tests-integration" / "interop" / "static_server.py"
    with serve_program(program, files) as url:
        yield url


@pytest.fixture(scope="session")
def stdlib_server(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``python -m http.server``, which speaks HTTP/1.0."""
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    log = tmp_path_factory.mktemp("stdlib") / "log"
    with serving([*command, "--directory", str(files)], port, log) as url:
        yield url


NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  default_type application/octet-stream;
  types {{ text/html html; text/plain txt; }}
  gzip on; gzip_types text/plain text/html; gzip_min_length 20;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  client_max_body_size 64m;
  keepalive_timeout 5;
  upstream app {{ server {app}; keepalive 4; }}
  server {{
    listen 127.0.0.1:{port};
    root {files};
    location /app/ {{
      proxy_pass http://app/;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_request_buffering off;
      proxy_buffering off;
    }}
  }}
}}
"""


@pytest.fixture(scope="session")
def nginx(demo: str, files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """nginx: static files at ``/``, and the demo behind it at ``/app/``."""
    binary = program("nginx")
    folder = tmp_path_factory.mktemp("nginx")
    port = free_port()
    app = demo.removeprefix("http://")
    config = NGINX.format(folder=folder, port=port, files=files, app=app)
    (folder / "nginx.conf").write_text(config)
    # nginx as root would run its workers as nobody, who cannot read the test's folder.
    user = "user root;\n" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(user + config)
    command = [binary, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with serving(command, port, folder / "log") as url:
        yield url


@pytest.fixture(scope="session")
def curl() -> str:
    """The path of curl."""
    return program("curl")


@pytest.fixture(scope="session")
def aiohttp_python() -> str:
    """An interpreter of another environment, with aiohttp's own wheel from the index."""
    try:
        return str(peer_python())
    except CommandFailed as error:
        pytest.skip(f"aiohttp's wheel cannot be installed: {error}")
