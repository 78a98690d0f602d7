"""``run_app`` as its users run it: a process, signals, exit statuses, what is printed."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")

PROGRAM = """
    import asyncio, logging, os, socket, ssl, sys
    import aiohttp_web as web

    logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s %(message)s")


    def say(text):
        print(text, flush=True)


    async def hello(request):
        return web.Response(text="hello")


    async def slow(request):
        say("handler runs")
        try:
            await asyncio.sleep(float(request.query.get("seconds", "600")))
        except asyncio.CancelledError:
            say("handler was cancelled")
            raise
        say("handler is done")
        return web.Response(text="slow")


    async def resource(app):
        say("start")
        yield
        say("cleanup")


    async def left(app):
        async def work():
            try:
                await asyncio.sleep(600)
            except asyncio.CancelledError:
                await asyncio.sleep(0.01)
                say("left-over task was cancelled")
                raise
        app[TASK] = asyncio.create_task(work())

    async def shutdown(app):
        say("shutdown")

    TASK = web.AppKey("task", asyncio.Task)
    app = web.Application()
    app.add_routes([web.get("/", hello), web.get("/slow", slow)])
    app.cleanup_ctx.append(resource)
    app.on_startup.append(left)
    app.on_shutdown.append(shutdown)
"""

SLOW = b"GET /slow?seconds=%s HTTP/1.1\r\nHost: a\r\n\r\n"


def with_call(call: str) -> str:
    return PROGRAM + f"    {call}\n    say('end of the program')\n"


@pytest.mark.spec("ADD-614", "CLI-04", "CLI-11", "SHUT-06", "SHUT-07", "DEP-01")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_gracefully(program: Any, ask: Any, number: signal.Signals) -> None:
    server = program(with_call("web.run_app(app, host='127.0.0.1', port=0)"))
    assert ask(server.port()).endswith(b"hello")
    server.send(number)
    assert server.status() == 0
    steps = ["start", "shutdown", "cleanup", "left-over task was cancelled", "end of the program"]
    said = [line.strip() for line in server.lines]
    assert [line for line in said if line in steps] == steps
    assert "Traceback" not in server.text


@pytest.mark.spec("ADD-613", "ADD-612", "CLI-07", "CLI-08")
def test_banner_of_many_places(program: Any, ask: Any, folder: Path) -> None:
    call = "web.run_app(app, host=['127.0.0.1', '127.0.0.2'], port=0, path=['b.sock', 'a.sock'])"
    server = program(with_call(call))
    places = server.running().split(", ")
    assert places == sorted(places)
    assert [place for place in places if "unix" in place] == [
        "http://unix:a.sock:",
        "http://unix:b.sock:",
    ]
    assert sum(place.startswith("http://127.0.0.") for place in places) == 2
    server.wait(r"^\(Press CTRL\+C to quit\)$")
    assert ask(str(folder / "a.sock")).endswith(b"hello")
    assert ask(str(folder / "b.sock")).endswith(b"hello")
    server.send(signal.SIGTERM)
    assert server.status() == 0
    assert not (folder / "a.sock").exists()


@pytest.mark.spec("ADD-612")
def test_a_given_socket(program: Any, ask: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.fileno()
        port = listening.getsockname()[1]
        call = f"web.run_app(app, sock=socket.socket(fileno={number}))"
        server = program(with_call(call), pass_fds=(number,))
        assert server.running() == f"http://127.0.0.1:{port}"
    assert ask(port).endswith(b"hello")
    server.send(signal.SIGTERM)
    assert server.status() == 0


@pytest.mark.spec("FWD-03", "ADD-607")
def test_tls(program: Any, ask: Any, folder: Path) -> None:
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(folder / "pem")
    call = (
        "context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)\n"
        "    context.load_cert_chain('pem')\n"
        "    web.run_app(app, host='127.0.0.1', port=0, ssl_context=context)"
    )
    server = program(with_call(call))
    assert server.running().startswith("https://127.0.0.1:")
    client = ssl.create_default_context()
    authority.configure_trust(client)
    assert ask(server.port(), context=client).endswith(b"hello")
    # Plain text to a TLS port hurts nobody.
    ask(server.port(), b"GET / HTTP/1.1\r\n\r\n")
    assert ask(server.port(), context=client).endswith(b"hello")
    server.send(signal.SIGTERM)
    assert server.status() == 0
    assert "Traceback" not in server.text


@pytest.mark.spec("SHUT-04", "SHUT-01")
def test_running_requests_may_end_and_the_log_says_so(program: Any, ask: Any) -> None:
    server = program(with_call("web.run_app(app, host='127.0.0.1', port=0, shutdown_timeout=30)"))
    port = server.port()
    with socket.create_connection(("127.0.0.1", port), 30) as sock:
        sock.sendall(SLOW % b"1.5")
        server.wait("handler runs")
        server.send(signal.SIGTERM)
        said = "waiting up to 30 s for 1 request\\(s\\): <Request GET /slow"
        server.wait(f"^aiohttp.server INFO .*{said}")
        with pytest.raises(ConnectionRefusedError):
            ask(port)
        answer = b""
        while piece := sock.recv(65536):
            answer += piece
    assert answer.endswith(b"slow")
    assert b"Connection: close" in answer
    assert server.status() == 0
    assert server.text.index("handler is done") < server.text.index("cleanup")


@pytest.mark.spec("SHUT-05", "CLI-09")
def test_requests_that_do_not_end_are_cancelled(program: Any) -> None:
    server = program(with_call("web.run_app(app, host='127.0.0.1', port=0, shutdown_timeout=0.2)"))
    with socket.create_connection(("127.0.0.1", server.port()), 30) as sock:
        sock.sendall(SLOW % b"600")
        server.wait("handler runs")
        server.send(signal.SIGTERM)
        assert sock.recv(65536) == b""
    assert server.status() == 0
    assert server.text.index("handler was cancelled") < server.text.index("cleanup")


@pytest.mark.spec("ADD-614")
def test_a_second_signal_is_immediate(program: Any) -> None:
    server = program(with_call("web.run_app(app, host='127.0.0.1', port=0)"))
    with socket.create_connection(("127.0.0.1", server.port()), 30) as sock:
        sock.sendall(SLOW % b"600")
        server.wait("handler runs")
        server.send(signal.SIGINT)
        server.wait("waiting up to 60 s")
        server.send(signal.SIGINT)
        assert server.status() == 1
    assert "Second signal" in server.text
    assert "end of the program" not in server.text
    assert "was destroyed" not in server.text


@pytest.mark.spec("SHUT-02")
def test_idle_connections_hold_nothing_up(program: Any) -> None:
    server = program(with_call("web.run_app(app, host='127.0.0.1', port=0, shutdown_timeout=60)"))
    with socket.create_connection(("127.0.0.1", server.port()), 30) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert sock.recv(65536)
        server.send(signal.SIGTERM)
        assert sock.recv(65536) == b""
    assert server.status() == 0
    assert "waiting up to" not in server.text


@pytest.mark.spec("LOG-01", "LOG-02", "LOG-06", "ADD-627")
def test_access_log(program: Any, ask: Any) -> None:
    server = program(with_call("web.run_app(app, host='127.0.0.1', port=0)"))
    ask(
        server.port(),
        b"GET /?q=1 HTTP/1.1\r\nHost: a\r\nUser-Agent: \xc2\x9b31mred\r\nConnection: close\r\n\r\n",
    )
    server.wait(
        r"^aiohttp\.access INFO 127\.0\.0\.1 \[\d\d/\w{3}/\d{4}:[\d:]{8} [+-]\d{4}\] "
        r'"GET /\?q=1 HTTP/1\.1" 200 \d+ "-" "\\x9b31mred"$'
    )
    server.send(signal.SIGTERM)
    assert server.status() == 0


@pytest.mark.spec("LOG-03", "LOG-12")
def test_without_configured_logging_only_errors_are_seen(program: Any, ask: Any) -> None:
    text = """
    import aiohttp_web as web

    async def hello(request):
        if request.path == "/broken":
            raise ValueError("broken")
        return web.Response(text="hello")

    app = web.Application()
    app.router.add_get("/{tail:.*}", hello)
    web.run_app(app, host="127.0.0.1", port=0)
    """
    server = program(text)
    ask(server.port())
    ask(server.port(), b"GET /broken HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    server.wait("^ValueError: broken")
    server.send(signal.SIGTERM)
    assert server.status() == 0
    assert "GET /" not in server.text.replace("GET /broken", "")
    assert server.text.count("Traceback") == 1


@pytest.mark.spec("CLI-10", "LOG-09")
def test_silence(program: Any, ask: Any, folder: Path) -> None:
    call = "web.run_app(app, path='s', print=None, access_log=None)"
    server = program(with_call(call))
    server.wait("^start$")
    while not (folder / "s").exists():
        os.sched_yield()
    assert ask(str(folder / "s")).endswith(b"hello")
    server.send(signal.SIGTERM)
    assert server.status() == 0
    assert "Running on" not in server.text
    assert "GET /" not in server.text


@pytest.mark.spec("ADD-614")
def test_a_taken_port_is_an_error_after_cleanup(program: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        call = f"web.run_app(app, host='127.0.0.1', port={taken.getsockname()[1]})"
        server = program(with_call(call))
        assert server.status() == 1
    assert "OSError" in server.text
    assert "cleanup" in server.text


CLI_MODULE = """
    import aiohttp_web as web

    async def hello(request):
        return web.Response(text="hello")

    def make(argv):
        app = web.Application()
        app.router.add_get("/", hello)
        return app

    async def make_later(argv):
        return make(argv)

    def broken(argv):
        raise ValueError("broken")
"""


def cli(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "aiohttp_web", *arguments]


@pytest.mark.spec("CLI-12", "ADD-618", "ADD-619", "ADD-620")
@pytest.mark.parametrize("entry", ["cli_app:make", "cli_app:make_later"])
@pytest.mark.parametrize("options", [[], ["--workers", "2"], ["--reload"]])
def test_command_line(
    program: Callable[..., Any], ask: Any, folder: Path, entry: str, options: list[str]
) -> None:
    (folder / "cli_app.py").write_text(textwrap.dedent(CLI_MODULE))
    server = program(cli("-H", "127.0.0.1", "-P", "0", *options, entry))
    assert ask(server.port()).endswith(b"hello")
    server.wait('aiohttp.access:127.0.0.1 .*"GET / HTTP/1.1" 200')
    server.send(signal.SIGINT)
    assert server.status() == 0
    assert server.text.endswith("Stopped\n")
    assert "Traceback" not in server.text


@pytest.mark.spec("ADD-619")
@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (["nothing"], 2, "not in 'module:function' syntax"),
        ([".rel:make"], 2, "relative module names not supported"),
        (["no_such_module:make"], 2, "unable to import no_such_module"),
        (["cli_app:nothing"], 2, "module 'cli_app' has no attribute 'nothing'"),
        (["--workers", "2", "cli_app:nothing"], 2, "module 'cli_app' has no attribute 'nothing'"),
        (["-P", "many", "cli_app:make"], 2, "usage: python -m aiohttp_web"),
        (["cli_app:broken"], 1, "ValueError: broken"),
        (["--workers", "2", "cli_app:broken"], 1, "ValueError: broken"),
    ],
)
def test_exit_statuses(
    program: Callable[..., Any], folder: Path, arguments: list[str], status: int, text: str
) -> None:
    (folder / "cli_app.py").write_text(textwrap.dedent(CLI_MODULE))
    place = ["-U", "s"] if "-P" not in arguments else []
    server = program(cli(*place, *arguments))
    assert server.status() == status
    assert text in server.text


@pytest.mark.spec("ADD-618", "DEP-04")
@pytest.mark.parametrize("options", [[], ["--workers", "2"]])
def test_a_path_alone_means_no_tcp(
    program: Callable[..., Any], ask: Any, folder: Path, options: list[str]
) -> None:
    (folder / "cli_app.py").write_text(textwrap.dedent(CLI_MODULE))
    server = program(cli("--path", "s", *options, "cli_app:make"))
    assert server.running() == "http://unix:s:"
    assert ask(str(folder / "s")).endswith(b"hello")
    server.send(signal.SIGTERM)
    assert server.status() == 0
    assert not (folder / "s").exists()


@pytest.mark.spec("FWD-03")
@pytest.mark.parametrize("options", [[], ["--workers", "2"]])
def test_tls_on_the_command_line(
    program: Callable[..., Any], ask: Any, folder: Path, options: list[str]
) -> None:
    (folder / "cli_app.py").write_text(textwrap.dedent(CLI_MODULE))
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    client = ssl.create_default_context()
    authority.configure_trust(client)
    tls = ["--tls-cert", "cert.pem", "--tls-key", "key.pem"]
    server = program(cli("-H", "127.0.0.1", "-P", "0", *tls, *options, "cli_app:make"))
    assert server.running().startswith("https://127.0.0.1:")
    assert ask(server.port(), context=client).endswith(b"hello")
    server.send(signal.SIGTERM)
    assert server.status() == 0


@pytest.mark.spec("ADD-743")
def test_environment_variables(folder: Path) -> None:
    (folder / "env.py").write_text(
        textwrap.dedent(
            """
            import asyncio
            import aiohttp_core
            import aiohttp_web as web

            async def tell(app):
                print(asyncio.get_running_loop().get_debug(), aiohttp_core.COMPILED)
                raise web.GracefulExit

            app = web.Application()
            app.on_startup.append(tell)
            web.run_app(app, path="s", print=None)
            """
        )
    )
    for debug in ("", "1"):
        env = {**os.environ, "PYTHONASYNCIODEBUG": debug, "AIOHTTP_NO_EXTENSIONS": "1"}
        done = subprocess.run(
            [sys.executable, "env.py"],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert (done.returncode, done.stdout) == (0, f"{bool(debug)} False\n"), done.stderr
