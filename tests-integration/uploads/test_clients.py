"""Uploads by our client and by aiohttp's own one, which must tell the server the same."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).with_name("upload_program.py")
PIECES = b"".join(bytes([number]) * 10_000 for number in range(20))


def run(python: str, uploads: str, files: Path) -> Any:
    done = subprocess.run(
        [python, PROGRAM, uploads, files], capture_output=True, text=True, timeout=50
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module", params=["ours", "its own"])
def said(request: pytest.FixtureRequest, uploads: str, files: Path) -> Any:
    """What the server said to one of the two clients."""
    own = request.param == "its own"
    python = request.getfixturevalue("aiohttp_python") if own else sys.executable
    return run(python, uploads, files)


def file(name: str, filename: str, data: bytes, kind: str) -> dict[str, Any]:
    digest = hashlib.sha256(data).hexdigest()
    described = {"name": name, "filename": filename, "type": kind, "size": len(data)}
    return {**described, "sha256": digest}


def part(data: bytes, kind: str | None, **more: Any) -> dict[str, Any]:
    digest = hashlib.sha256(data).hexdigest()
    known = {"name": None, "filename": None, "type": kind, "size": len(data), "sha256": digest}
    return {**known, **more}


@pytest.mark.spec("FORM-05", "ADD-110", "ADD-112", "ADD-113")
@pytest.mark.parametrize("how", ["files", "expect"])
def test_form_with_files(said: Any, files: Path, how: str) -> None:
    large, small = (files / "large.bin").read_bytes(), (files / "small.txt").read_bytes()
    assert said[how]["fields"] == [
        {"name": "text", "text": "zwei é\r\n--"},
        {"name": "json", "bytes": b"{}".hex()},
        file("file", "small.txt", small, "text/plain"),
        file("odd", "ünï ;'.txt", b"odd", "text/css"),
        file("bytes", "b.bin", b"\x00\xff", "application/octet-stream"),
        file("large", "l", large, "application/octet-stream"),
        {"name": "feld é", "text": "1"},
    ]
    assert said[how]["spooled"] == 1
    assert said["spooled"] == 0


@pytest.mark.spec("MPW-09", "ADD-716", "MPR-11")
def test_related(said: Any, files: Path) -> None:
    page = (files / "page.html").read_bytes()
    parts = said["related"]["parts"]
    text = "text/plain; charset=utf-8"
    assert parts[:6] == [
        part(b"text", text),
        part(b"\x00\x01" * 500, "application/octet-stream"),
        part("é=".encode() * 100, text),
        part(b"x" * 5000, "application/octet-stream"),
        part(b'{"a": [1]}', "application/json"),
        part(b"a=1&b=%C3%BC", "application/x-www-form-urlencoded"),
    ]
    assert parts[6] == {"parts": [part(b"inside", text), part(PIECES, "application/octet-stream")]}
    assert parts[7:] == [part(page, "text/html", filename="page.html"), part(b"", text)]


def test_plain_forms(said: Any, files: Path) -> None:
    assert [(f["name"], f["text"]) for f in said["urlencoded"]["fields"]] == [
        ("a", "é &="),
        ("b", ""),
    ]
    assert [(f["name"], f["text"]) for f in said["pairs"]["fields"]] == [("a", "1"), ("a", "2")]
    small = (files / "small.txt").read_bytes()
    assert said["mapping"]["fields"] == [
        file("f", "small.txt", small, "text/plain"),
        {"name": "t", "text": "x"},
    ]
    assert said["compressed"]["fields"] == [{"name": "a", "text": "x" * 10_000}]
    assert said["zipped"]["fields"] == [{"name": "a", "text": "x"}]
    assert said["after all"]["fields"] == [{"name": "a", "text": "b"}]


def test_streamed_and_limits(said: Any, files: Path) -> None:
    sizes = [len("zwei é\r\n--".encode()), 2, 18, 3, 2, 3_000_000, 1]
    assert said["streamed"]["sizes"] == sizes
    assert said["too large"] == 413
    assert said["too many"] == 413
