"""Headless Chromium posts a form with several files and odd names, by itself and by script."""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="module")
def chromium() -> str:
    """The path of Chromium, which was proven to work."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("Chromium is not installed")
    return found


@contextlib.contextmanager
def visiting(chromium: str, url: str, folder: Path) -> Iterator[Path]:
    """Open a page for the length of the block; the block gets the log."""
    log = folder / "log"
    flags = [*FLAGS, f"--user-data-dir={folder / 'profile'}", "--remote-debugging-port=0"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["timeout", "--signal=KILL", "55", chromium, *flags, url],
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        yield log
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def received(uploads: str, key: str, log: Path) -> Any:
    """Wait for what the page posts."""
    try:
        with urllib.request.urlopen(f"{uploads}/received/{key}", timeout=50) as answer:
            return json.load(answer)
    except TimeoutError:
        pytest.fail("the page posted nothing:\n" + log.read_text(errors="replace")[-2000:])


def file(filename: str, data: bytes, kind: str = "text/plain") -> dict[str, Any]:
    digest = hashlib.sha256(data).hexdigest()
    return {
        "name": "files",
        "filename": filename,
        "type": kind,
        "size": len(data),
        "sha256": digest,
    }


# Browsers escape quotes and line ends of names, and nothing else: not even the percent sign, so
# that a receiver cannot undo it (HTML section 4.10.22.8).
SENT = (
    ("plain.txt", "plain.txt"),
    ("with space.txt", "with space.txt"),
    ('quo"te.txt', "quo%22te.txt"),
    ("back\\slash.txt", "back\\slash.txt"),
    ("semi;colon.txt", "semi;colon.txt"),
    ("ünïcödé ☃.txt", "ünïcödé ☃.txt"),
    ("100%25.txt", "100%25.txt"),
    ("new\nline.txt", "new%0Aline.txt"),
)


@pytest.mark.slow
@pytest.mark.spec("ADD-489", "ADD-488", "ADD-493", "WREQ-24", "WREQ-25")
@pytest.mark.parametrize("how", ["submit", "fetch", "submit&charset=windows-1252"])
def test_form(chromium: str, uploads: str, tmp_path: Path, how: str) -> None:
    key = how.replace("&", "-").replace("=", "-")
    with visiting(chromium, f"{uploads}/?key={key}&how={how}", tmp_path) as log:
        answer = received(uploads, key, log)
    assert answer.get("error") is None
    assert answer["type"] == "multipart/form-data"
    assert answer["spooled"] == 0
    fields = answer["fields"]
    cut = next(index for index, field in enumerate(fields) if field["name"] == "files")
    texts = [(field["name"], field.get("text")) for field in fields[:cut]]
    assert texts == [
        ("text", "a line\r\nand “another” é".replace("\r\n", "")),
        ("odd %22name%22 é%0D%0Ax", "1"),
        ("area", "one\r\ntwo\r\n"),
        ("empty", ""),
    ]
    files = fields[cut : cut + 11]
    windows = "charset" in how
    expected = [
        file(sent if not windows else sent.replace("☃", "&#9731;"), b"content of " + name.encode())
        for name, sent in SENT
    ]
    expected += [
        file("no-type", b"content of no-type", "application/octet-stream"),
        file("binary.bin", b"\xff" * 2000, "image/png"),
        file("nothing.txt", b""),
    ]
    assert files == expected
    # A file field where nothing was chosen is an empty file without a name and of a binary type.
    rest = [{"name": "none", "bytes": ""}, {"name": "checked", "text": "on"}]
    if not windows:  # there it comes first, so that it is not a field but says how to read them
        rest.append({"name": "_charset_", "text": "UTF-8"})
    assert fields[cut + 11 :] == rest
