"""The files of ``docs/deploy``: checked by the programs that read them, and run."""

import configparser
import contextlib
import json
import os
import re
import runpy
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from aiohttp_web.cli import main
from aiohttp_web.runner import longest_shutdown

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="servers on Unix")

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "deploy"


class Arguments(Exception):
    """What the command line made of its arguments."""


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], Any]:
    """Return a function that hands ``python -m aiohttp.web ...`` to the real command line."""

    def parse(command: list[str]) -> Any:
        assert command[0].endswith("python")
        assert command[1:3] == ["-m", "aiohttp.web"]
        found: dict[str, Any] = {}

        def run(*args: Any, **options: Any) -> int:
            found.update(options)
            if args and hasattr(args[0], "shutdown_timeout"):
                found["shutdown_timeout"] = args[0].shutdown_timeout
            return 0

        monkeypatch.setattr("aiohttp_web.cli.run_app", run)
        monkeypatch.setattr("aiohttp_web.workers.run_workers", run)
        monkeypatch.setattr("aiohttp_web.cli.logging.basicConfig", lambda **options: None)
        monkeypatch.setattr("aiohttp_web.cli.load_entry_point", lambda entry: lambda argv: entry)
        with pytest.raises(SystemExit) as caught:
            main(command[3:])
        assert caught.value.code in (0, None)
        return found

    return parse


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture
def nginx_conf(folder: Path) -> tuple[Path, int, int, ssl.SSLContext]:
    """The example for a folder and free ports: its path, the two ports, and a client's context."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1", "example.com")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    context = ssl.create_default_context()
    authority.configure_trust(context)
    (folder / "mime.types").write_text("types { text/plain txt; }\n")
    (folder / "static").mkdir()
    (folder / "static" / "a.txt").write_text("static file\n")
    plain, tls = free_port(), free_port()
    text = (EXAMPLES / "nginx.conf").read_text()
    for old, new in {
        "/etc/nginx/mime.types": f"{folder}/mime.types",
        "/etc/ssl/example": str(folder),
        "/run/example/": f"{folder}/",
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "/srv/example": str(folder),
        "listen 80 default_server": f"listen 127.0.0.1:{plain} default_server",
        "listen 443 ssl default_server": f"listen 127.0.0.1:{tls} ssl default_server",
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    # The machine of the test may have no IPv6.
    text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    text = text.replace("http {", f"http {{ access_log off; {temporary}", 1)
    user = "user root;\n" if os.getuid() == 0 else ""
    path = folder / "nginx.conf"
    path.write_text(f"{user}daemon off;\nerror_log {folder}/error.log;\n{text}")
    return path, plain, tls, context


@pytest.mark.spec("DEP-03", "DEP-10")
def test_nginx_accepts_its_configuration(nginx_binary: str, nginx_conf: Any, folder: Path) -> None:
    path = nginx_conf[0]
    done = subprocess.run(
        [nginx_binary, "-t", "-p", str(folder), "-c", str(path)],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


@pytest.mark.spec("DEP-01", "DEP-02", "DEP-03", "DEP-10", "FWD-01")
def test_nginx_in_front_of_workers_on_a_unix_socket(
    nginx_binary: str, nginx_conf: Any, folder: Path, program: Any, ask: Any
) -> None:
    path, plain, tls, context = nginx_conf
    shutil.copy(EXAMPLES / "example.py", folder)
    service = (EXAMPLES / "example.service").read_text()
    command = shlex.split(re.findall(r"^ExecStart=(.*)$", service, re.MULTILINE)[0])
    command = [part.replace("/run/example", str(folder)) for part in command]
    server = program([sys.executable, *command[1:]])
    assert server.running() == f"http://unix:{folder}/example.sock:"
    front = program([nginx_binary, "-p", str(folder), "-c", str(path)])

    def up() -> bool:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", tls), 1).close()
            return True
        return False

    while not up():
        assert front.process.poll() is None, front.text
    # Plain HTTP leads to TLS.
    answer = ask(plain, b"GET /x HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n")
    assert b"301 " in answer
    assert b"Location: https://example.com/x\r\n" in answer
    # What the client claims of its address does not arrive.
    request = (
        b"GET / HTTP/1.1\r\nHost: example.com\r\nX-Forwarded-For: 6.6.6.6\r\n"
        b"Connection: close\r\n\r\n"
    )
    answer = ask(tls, request, context)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"Hello, 127.0.0.1, from process " in answer
    answer = ask(tls, request.replace(b"GET / ", b"GET /static/a.txt "), context)
    assert answer.endswith(b"static file\n")
    # A WebSocket goes through.
    upgrade = (
        b"GET /echo HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        b"\x81\x82\0\0\0\0hi\x88\x80\0\0\0\0"
    )
    answer = ask(tls, upgrade, context)
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert b"\x81\x02hi" in answer
    # The reload of the unit, under way: every request is answered.
    server.send(signal.SIGHUP)
    for _ in range(2000):
        assert ask(tls, request, context).startswith(b"HTTP/1.1 200 ")
        if "Reload complete" in server.text:
            break
    server.wait("Reload complete")
    server.send(signal.SIGTERM)
    assert server.status() == 0
    assert ask(tls, request, context).startswith(b"HTTP/1.1 502 ")


@pytest.mark.spec("DEP-03")
def test_nginx_over_tcp(
    nginx_binary: str, nginx_conf: Any, folder: Path, program: Any, ask: Any
) -> None:
    path, _, tls, context = nginx_conf
    shutil.copy(EXAMPLES / "example.py", folder)
    command = [sys.executable, "-m", "aiohttp_web", "-H", "127.0.0.1", "-P", "0"]
    server = program([*command, "example:make_app"])
    unix = f"server unix:{folder}/example.sock fail_timeout=0;"
    text = path.read_text()
    assert unix in text
    path.write_text(text.replace(unix, f"server 127.0.0.1:{server.port()} fail_timeout=0;"))
    front = program([nginx_binary, "-p", str(folder), "-c", str(path)])
    request = b"GET /health HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n"
    while True:
        assert front.process.poll() is None, front.text
        with contextlib.suppress(ConnectionRefusedError):
            assert ask(tls, request, context).endswith(b"ok\n")
            break
    server.send(signal.SIGTERM)
    assert server.status() == 0


def unit() -> dict[str, str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment]
    parser.read(EXAMPLES / "example.service")
    return dict(parser["Service"])


def test_systemd_accepts_its_unit(folder: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd is not installed")
    text = (EXAMPLES / "example.service").read_text()
    # systemd looks whether the program is there.
    text = text.replace("/srv/example/venv/bin/python", os.path.realpath(sys.executable))
    (folder / "example.service").write_text(text)
    done = subprocess.run(
        [analyze, "verify", "--man=no", str(folder / "example.service")],
        capture_output=True,
        text=True,
        timeout=50,
    )
    complaints = [line for line in done.stderr.splitlines() if "example.service" in line]
    assert complaints == []


def test_the_unit_fits_the_command_line(parsed: Any) -> None:
    service = unit()
    options = parsed(shlex.split(service["ExecStart"]))
    assert options["workers"] == 4
    assert (options["host"], options["path"]) == (None, "/run/example/example.sock")
    assert int(service["TimeoutStopSec"]) > longest_shutdown(options["shutdown_timeout"]) + 5
    assert service["ExecReload"] == "/bin/kill -HUP $MAINPID"


@pytest.mark.spec("DEP-11")
def test_the_guide_says_what_apache_in_front_is() -> None:
    guide = " ".join((EXAMPLES.parent / "deployment.md").read_text().split())
    assert "Apache in front works, too" in guide
    assert "nobody tests it here" in guide


@pytest.mark.spec("DEP-04")
def test_supervisord(parsed: Any) -> None:
    parser = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=(" ;",))
    parser.read(EXAMPLES / "supervisord.conf")
    settings = parser["program:example"]
    paths = set()
    first = int(settings["numprocs_start"])
    for number in range(first, first + int(settings["numprocs"])):
        values = {"process_num": number}
        options = parsed(shlex.split(settings["command"] % values))
        paths.add(options["path"])
        assert int(settings["stopwaitsecs"]) > longest_shutdown(options["shutdown_timeout"])
    assert len(paths) == 4
    assert settings["stopsignal"] == "TERM"


@pytest.mark.spec("DEP-04", "DEP-02")
def test_a_real_supervisord_runs_its_programs(folder: Path, program: Any, ask: Any) -> None:
    supervisord = shutil.which("supervisord")
    if supervisord is None:
        pytest.skip("supervisord is not installed")
    shutil.copy(EXAMPLES / "example.py", folder)
    text = (EXAMPLES / "supervisord.conf").read_text()
    for old, new in {
        "/srv/example/venv/bin/python": sys.executable,
        "/run/example": str(folder),
        "/srv/example": str(folder),
        "/var/log/example": str(folder),
        "user=www-data\n": "",
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    user = "user=root\n" if os.getuid() == 0 else ""
    head = f"[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\n{user}"
    (folder / "supervisord.conf").write_text(f"{head}pidfile={folder}/pid\n\n{text}")
    server = program([supervisord, "-c", str(folder / "supervisord.conf")])
    sockets = [str(folder / f"example_{number}.sock") for number in range(1, 5)]

    def answer(path: str) -> bytes:
        # A program runs for supervisord before it listens.
        while True:
            assert server.process.poll() is None, server.text
            with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
                return bytes(ask(path))
            time.sleep(0.05)

    try:
        processes = {answer(path).rpartition(b"process ")[2] for path in sockets}
        assert len(processes) == 4
    finally:
        # It ends its programs, which have process groups of their own.
        server.send(signal.SIGTERM)
        assert server.status() == 0
    assert not any(map(os.path.exists, sockets))


def test_dockerfile(parsed: Any) -> None:
    text = (EXAMPLES / "Dockerfile").read_text()
    # The form with brackets: no shell between Docker and the signals.
    command = json.loads(re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)[0])
    options = parsed(command)
    assert (options["host"], options["port"]) == ("0.0.0.0", 8080)
    health = json.loads(re.findall(r"CMD (\[.*\])$", text, re.MULTILINE)[0])
    compile(health[2], "health", "exec")
    assert re.search(r"^USER (?!root)", text, re.MULTILINE)


def test_kubernetes(parsed: Any) -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    deployment, service = yaml.safe_load_all((EXAMPLES / "kubernetes.yaml").read_text())
    pod = deployment["spec"]["template"]
    [container] = pod["spec"]["containers"]
    options = parsed(container["args"])
    assert (options["host"], options["port"]) == ("0.0.0.0", 8080)
    pause = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    grace = pod["spec"]["terminationGracePeriodSeconds"]
    assert grace > pause + longest_shutdown(options["shutdown_timeout"])
    assert pod["metadata"]["labels"].items() >= service["spec"]["selector"].items()
    assert container["ports"][0]["containerPort"] == options["port"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"] == {"path": "/health", "port": "http"}


@pytest.mark.spec("DEP-05", "DEP-06", "DEP-07", "DEP-08")
def test_gunicorn_settings(folder: Path, program: Any, ask: Any) -> None:
    pytest.importorskip("gunicorn")
    pytest.importorskip("uvloop")
    settings = runpy.run_path(str(EXAMPLES / "gunicorn.conf.py"))
    assert settings["worker_class"] == "aiohttp.GunicornUVLoopWebWorker"
    text = (EXAMPLES / "gunicorn.conf.py").read_text()
    text = text.replace("/run/example", str(folder)).replace(
        '"aiohttp.G', '"aiohttp_web.gunicorn.G'
    )
    (folder / "conf.py").write_text(text)
    example = (EXAMPLES / "example.py").read_text()
    (folder / "example.py").write_text(
        example.replace("from aiohttp import web", "import aiohttp_web as web")
    )
    command = [sys.executable, "-m", "gunicorn", "-c", "conf.py", "example:make_gunicorn_app"]
    server = program(command)
    server.wait("Listening at")
    assert b"Hello, -, from process" in ask(str(folder / "example.sock"))
    server.wait(r'"GET / HTTP/1.1" 200 \d+ "-" "-" \d')
    server.send(signal.SIGTERM)
    assert server.status() == 0
