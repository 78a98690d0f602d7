"""curl against our server."""

import gzip
import hashlib
import json
import os
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
    assert "400 Bad Request" in run(curl, "-i", f"{demo}/count?to=many").stdout
    assert run(curl, f"{demo}/count?to=2&pause=nan").stdout == "line 1\nline 2\n"


def test_ranges(curl: str, static_server: str, files: Path) -> None:
    data = (files / "large.bin").read_bytes()
    url = f"{static_server}/large.bin"
    for given, wanted in (("10-19", data[10:20]), ("-5", data[-5:]), ("2999990-", data[-10:])):
        done = subprocess.run(
            [curl, "-sS", "--max-time", "20", "-r", given, url], capture_output=True, check=True
        )
        assert done.stdout == wanted
    assert "206 Partial Content" in run(curl, "-r", "0-0", "-D", "-", "-o", os.devnull, url).stdout
    # A unit that the server does not know is ignored.
    whole = run(curl, "-H", "Range: items=0-1", "-D", "-", "-o", os.devnull, url).stdout
    assert "200 OK" in whole


def test_a_download_goes_on_where_it_broke_off(
    curl: str, static_server: str, files: Path, tmp_path: Path
) -> None:
    data = (files / "large.bin").read_bytes()
    (tmp_path / "large.bin").write_bytes(data[:1_234_567])
    output = str(tmp_path / "large.bin")
    run(curl, "-C", "-", "-o", output, f"{static_server}/large.bin")
    assert (tmp_path / "large.bin").read_bytes() == data


def test_a_file_that_has_not_changed_is_not_sent_again(
    curl: str, static_server: str, tmp_path: Path
) -> None:
    url, tag = f"{static_server}/small.txt", str(tmp_path / "tag")
    arguments = ["--etag-compare", tag, "--etag-save", tag, "-w", "%{http_code}", url]
    assert run(curl, *arguments).stdout == "small\n" * 3 + "200"
    assert run(curl, *arguments).stdout == "304"


def test_what_curl_unpacks_by_itself(curl: str, static_server: str, files: Path) -> None:
    text = (files / "small.txt").read_text()
    (files / "packed.txt").write_text(text)
    with gzip.open(files / "packed.txt.gz", "wt") as packed:
        packed.write(text)
    done = run(curl, "--compressed", "-v", f"{static_server}/packed.txt")
    assert done.stdout == text
    assert "< Content-Encoding: gzip" in done.stderr


def test_a_head_that_is_too_large(curl: str, demo: str) -> None:
    done = run(curl, "-i", "-H", "X-Big: " + "x" * 9000, f"{demo}/")
    assert done.stdout.startswith("HTTP/1.1 431 ")
    assert "Connection: close" in done.stdout
