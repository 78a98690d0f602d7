"""The examples of the READMEs run as written; only the port is another one."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^<!-- run: readme -->\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: The pages whose examples run here, and how many they have.
PAGES = {"README.md": 2, "packages/client/README.md": 1, "packages/web/README.md": 1}


def blocks(readme: str) -> list[str]:
    """Return the examples of a page that are marked for this test, in their order."""
    return BLOCK.findall((ROOT / readme).read_text())


def test_all_marked_examples_run_here() -> None:
    marked = {
        page.relative_to(ROOT).as_posix(): len(BLOCK.findall(page.read_text()))
        for page in [ROOT / "README.md", *ROOT.glob("packages/*/README.md")]
    }
    assert {page: count for page, count in marked.items() if count} == PAGES


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def serving(text: str, port: int, folder: Path) -> Iterator[None]:
    """Run a server example until the block ends; it must then stop on the usual signal."""
    assert "8080" in text
    script = folder / "server.py"
    script.write_text(text.replace("8080", str(port)))
    process = subprocess.Popen(
        [sys.executable, "-W", "error", os.fspath(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        deadline = time.monotonic() + 20
        while True:
            assert process.poll() is None, process.stdout.read() if process.stdout else ""
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < deadline, "the example does not listen"
                time.sleep(0.05)
        yield
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)
        assert process.returncode == 0, output
        assert "Traceback" not in output
    finally:
        process.kill()
        process.wait()


def run_client(text: str, port: int, folder: Path) -> str:
    script = folder / "client.py"
    script.write_text(text.replace("8080", str(port)))
    done = subprocess.run(
        [sys.executable, "-W", "error", os.fspath(script)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_examples_of_the_front_page(tmp_path: Path) -> None:
    port = free_port()
    server, client = blocks("README.md")
    with serving(server, port, tmp_path):
        output = run_client(client, port, tmp_path)
    assert output.splitlines() == [
        "200 text/plain; charset=utf-8",
        "Hello, reader",
        "are you there?",
    ]


def test_examples_of_the_package_pages(tmp_path: Path) -> None:
    port = free_port()
    (server,), (client,) = blocks("packages/web/README.md"), blocks("packages/client/README.md")
    with serving(server, port, tmp_path):
        output = run_client(client, port, tmp_path)
    assert output == "200 Hello, world\n"
