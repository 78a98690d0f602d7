"""curl against our server."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest


def run(curl: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [curl, "-sS", "--max-time", "20", *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )


def test_verbose_get(curl: str, demo: str) -> None:
    done = run(curl, "-v", f"{demo}/hello/curl?lang=de")
    assert json.loads(done.stdout)["hello"] == "curl"
    assert "< HTTP/1.1 200 OK" in done.stderr
    assert "< Content-Type: application/json; charset=utf-8" in done.stderr
    assert "left intact" in done.stderr


def test_two_requests_share_a_connection(curl: str, demo: str) -> None:
    done = run(curl, "-v", f"{demo}/hello/a", f"{demo}/hello/b")
    assert "Re-using existing connection" in done.stderr


def test_http_1_0(curl: str, demo: str) -> None:
    done = run(curl, "-v", "--http1.0", f"{demo}/count?to=3")
    assert done.stdout == "line 1\nline 2\nline 3\n"
    assert "< HTTP/1.0 200 OK" in done.stderr
    assert "chunked" not in done.stderr


def test_head(curl: str, demo: str) -> None:
    done = run(curl, "-I", f"{demo}/")
    assert "200 OK" in done.stdout
    assert "Content-Length: " in done.stdout


def test_a_stream_is_chunked(curl: str, demo: str) -> None:
    done = run(curl, "-v", f"{demo}/count?to=500")
    assert done.stdout.splitlines()[-1] == "line 500"
    assert "Transfer-Encoding: chunked" in done.stderr


@pytest.mark.parametrize("how", ["length", "chunked", "expect"])
def test_uploads(curl: str, demo: str, files: Path, how: str) -> None:
    data = files / "large.bin"
    extra = {
        "length": ["-H", "Expect:"],
        "chunked": ["-H", "Expect:", "-H", "Transfer-Encoding: chunked"],
        "expect": ["-H", "Expect: 100-continue"],
    }[how]
    done = run(curl, "-v", *extra, "--data-binary", f"@{data}", f"{demo}/upload")
    expected = hashlib.sha256(data.read_bytes()).hexdigest()
    assert json.loads(done.stdout) == {"bytes": 3_000_000, "sha256": expected}
    assert ("< HTTP/1.1 100 Continue" in done.stderr) == (how == "expect")


def test_errors(curl: str, demo: str) -> None:
    assert "404 Not Found" in run(curl, "-i", f"{demo}/nowhere").stdout
    wrong = run(curl, "-i", "-X", "DELETE", f"{demo}/count").stdout
    assert "405 Method Not Allowed" in wrong
    assert "Allow: GET,HEAD" in wrong


def test_a_head_that_is_too_large(curl: str, demo: str) -> None:
    done = run(curl, "-i", "-H", "X-Big: " + "x" * 9000, f"{demo}/")
    assert done.stdout.startswith("HTTP/1.1 431 ")
    assert "Connection: close" in done.stdout
