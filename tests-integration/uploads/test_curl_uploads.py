"""curl -F against our server: fields, files, names, encodings, and what is refused."""

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest


def post(curl: str, url: str, *arguments: str) -> tuple[int, Any]:
    done = subprocess.run(
        [curl, "-sS", "--max-time", "30", "-w", "\n%{http_code}", *arguments, url],
        capture_output=True,
        timeout=40,
        check=True,
    )
    body, _, status = done.stdout.rpartition(b"\n")
    return int(status), json.loads(body) if status == b"200" else body.decode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def odd_file(tmp_path: Path) -> Path:
    path = tmp_path / "ünï \"q\" 'a' ;,.txt"
    path.write_bytes(b"odd\r\n--x")
    return path


@pytest.mark.spec("ADD-489", "ADD-488", "WREQ-24", "WREQ-25")
def test_fields_and_files(curl: str, uploads: str, odd_file: Path, files: Path) -> None:
    name = str(odd_file).replace('"', '\\"')
    status, answer = post(
        curl,
        f"{uploads}/form",
        *("-F", "a=1", "-F", "a=zwei é", "-F", "empty="),
        *("-F", f'odd=@"{name}"'),
        *("-F", f"file=@{files / 'small.txt'};type=text/css;filename=other.css"),
        *("-F", "typed={};type=application/json", "-F", 'quo"te=v'),
        *("-F", f"text=<{files / 'small.txt'}"),
    )
    assert status == 200
    small = (files / "small.txt").read_bytes()
    # Since 7.81 curl escapes quotes as browsers do; that is part of the name it sends.
    for field in answer["fields"]:
        field["name"] = field["name"].replace("%22", '"')
        if "filename" in field:
            field["filename"] = field["filename"].replace("%22", '"')
    assert answer["fields"] == [
        {"name": "a", "text": "1"},
        {"name": "a", "text": "zwei é"},
        {"name": "empty", "text": ""},
        {
            "name": "odd",
            "filename": odd_file.name,
            "type": "text/plain",
            "size": 8,
            "sha256": sha256(b"odd\r\n--x"),
        },
        {
            "name": "file",
            "filename": "other.css",
            "type": "text/css",
            "size": len(small),
            "sha256": sha256(small),
        },
        {"name": "typed", "bytes": b"{}".hex()},
        {"name": 'quo"te', "text": "v"},
        {"name": "text", "text": small.decode()},
    ]
    assert answer["spooled"] == 0


@pytest.mark.spec("ADD-492")
@pytest.mark.parametrize("encoder", ["base64", "quoted-printable", "8bit", "binary"])
def test_transfer_encodings(curl: str, uploads: str, files: Path, encoder: str) -> None:
    path = files / ("small.txt" if encoder == "8bit" else "page.html")
    status, answer = post(
        curl,
        f"{uploads}/form",
        "-F",
        f"f=@{path};encoder={encoder}",
        "-F",
        f"t=a;encoder={encoder}",
    )
    assert status == 200
    assert answer["fields"][0]["sha256"] == sha256(path.read_bytes())
    assert answer["fields"][1] == {"name": "t", "text": "a"}


@pytest.mark.spec("ADD-483", "ADD-484")
def test_urlencoded(curl: str, uploads: str) -> None:
    status, answer = post(curl, f"{uploads}/form", "--data-urlencode", "a=é &=", "-d", "b=&c&=d")
    assert status == 200
    pairs = [(field["name"], field["text"]) for field in answer["fields"]]
    assert pairs == [("a", "é &="), ("b", ""), ("c", ""), ("", "d")]


@pytest.mark.spec("MPR-02", "ADD-704")
def test_nested_multipart(curl: str, uploads: str, files: Path) -> None:
    # curl sends several files of one field as a nested multipart/mixed.
    pair = f"two=@{files / 'small.txt'},{files / 'page.html'}"
    status, answer = post(curl, f"{uploads}/parts", "-F", "a=1", "-F", pair)
    assert status == 200
    first, second = answer["parts"]
    assert first["name"] == "a"
    assert [part["filename"] for part in second["parts"]] == ["small.txt", "page.html"]
    sizes = [(files / name).stat().st_size for name in ("small.txt", "page.html")]
    assert [part["size"] for part in second["parts"]] == sizes
    assert post(curl, f"{uploads}/form", "-F", pair)[0] == 400


@pytest.mark.spec("ADD-496", "ADD-487")
@pytest.mark.parametrize("how", ["length", "chunked"])
def test_a_large_file_is_spooled(curl: str, uploads: str, files: Path, how: str) -> None:
    extra = ["-H", "Transfer-Encoding: chunked"] if how == "chunked" else []
    path = files / "large.bin"
    status, answer = post(
        curl, f"{uploads}/form?max=10000000", *extra, "-F", f"f=@{path}", "-F", f"g=@{path}"
    )
    assert status == 200
    digest = sha256(path.read_bytes())
    assert [field["sha256"] for field in answer["fields"]] == [digest] * 2
    assert answer["spooled"] == 2
    assert post(curl, f"{uploads}/state", "-G")[1]["spooled"] == 0


@pytest.mark.spec("ADD-486", "ADD-485")
@pytest.mark.parametrize("expect", ["", "100-continue"])
def test_limits(curl: str, uploads: str, files: Path, expect: str, tmp_path: Path) -> None:
    extra = ["-H", f"Expect:{expect}"]
    large = f"f=@{files / 'large.bin'}"
    status, text = post(curl, f"{uploads}/form", *extra, "-F", large)
    assert (status, text) == (413, "Maximum request body size 1048576 exceeded.")
    status, _ = post(curl, f"{uploads}/form", *extra, "-d", "&" * 1001)
    assert status == 413
    many = tmp_path / "many"
    many.write_text("".join(f'-F "f{number}=1"\n' for number in range(1001)))
    status, text = post(curl, f"{uploads}/form", *extra, "-K", str(many))
    assert (status, text) == (413, "Maximum number of form fields 1000 exceeded.")
    # A part that is read as a whole is limited too, one that is streamed is not.
    assert post(curl, f"{uploads}/parts", *extra, "-F", large)[0] == 413
    assert post(curl, f"{uploads}/stream", *extra, "-F", large)[1]["sizes"] == [3_000_000]
    assert post(curl, f"{uploads}/state", "-G")[1]["spooled"] == 0


HEAD = b'--b\r\nContent-Disposition: form-data; name="a"\r\n'
FILE = HEAD.replace(b"\r\n", b"; filename=f\r\n").replace(b"--b; filename=f", b"--b")


@pytest.mark.spec("ADD-494", "ADD-490", "ADD-491", "ADD-696")
@pytest.mark.parametrize(
    ("path", "boundary", "body", "expected"),
    [
        ("/form", "b", HEAD + b"\r\nx\r\n--b--", 200),
        ("/form", "b", HEAD + b"\r\nx\r\n--b", 400),
        ("/form", "b", HEAD + b"\r\nx", 400),
        ("/form", "b", HEAD, 400),
        ("/form", "b", b"", 400),
        ("/form", "b" * 71, b"--" + b"b" * 71 + b"--", 400),
        ("/form", "", b"", 400),
        ("/form", "b", b"--b\r\n\r\nno name\r\n--b--", 400),
        ("/form", "b", HEAD + b"X: " + b"x" * 8190 + b"\r\n\r\nx\r\n--b--", 413),
        ("/form", "b", HEAD + b"X: y\r\n" * 128 + b"\r\nx\r\n--b--", 413),
        ("/form", "b", HEAD + b"X\r\n\r\nx\r\n--b--", 400),
        ("/form", "b", HEAD + b"X: a\x00b\r\n\r\nx\r\n--b--", 400),
        ("/form", "b", HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nYQ\r\n--b--", 400),
        ("/form", "b", FILE + b"Content-Transfer-Encoding: base64\r\n\r\nYQ\r\n--b--", 400),
        ("/form", "b", HEAD + b"Content-Transfer-Encoding: x\r\n\r\nYQ\r\n--b--", 400),
        ("/form", "b", HEAD + b"\r\n\xff\r\n--b--", 415),
        ("/form", "b", HEAD + b"Content-Type: text/plain; charset=x\r\n\r\nx\r\n--b--", 415),
        ("/parts", "b", HEAD + b"\r\nx\r\n--b", 400),
        ("/parts", "b", HEAD + b"X: " + b"x" * 8190 + b"\r\n\r\nx\r\n--b--", 413),
        ("/parts", "b", HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nYQ\r\n--b--", 400),
        ("/parts", "", b"", 400),
        ("/stream", "b", HEAD + b"\r\n" + b"x" * 100_000, 400),
    ],
)
def test_broken_forms(
    curl: str, uploads: str, tmp_path: Path, path: str, boundary: str, body: bytes, expected: int
) -> None:
    (tmp_path / "body").write_bytes(body)
    kind = f"multipart/form-data; boundary={boundary}"
    arguments = ("-H", f"Content-Type: {kind}", "--data-binary", f"@{tmp_path / 'body'}")
    assert post(curl, uploads + path, *arguments)[0] == expected
    assert post(curl, f"{uploads}/state", "-G")[1]["spooled"] == 0


def test_a_failing_handler_leaves_no_files(curl: str, uploads: str, files: Path) -> None:
    large = f"f=@{files / 'large.bin'}"
    assert post(curl, f"{uploads}/broken?max=10000000", "-F", large)[0] == 500
    assert post(curl, f"{uploads}/state", "-G")[1]["spooled"] == 0


@pytest.mark.spec("ADD-496")
def test_a_client_that_leaves_leaves_no_files(curl: str, uploads: str, files: Path) -> None:
    waiting = subprocess.Popen(
        [curl, "-sS", "-F", f"f=@{files / 'large.bin'}", f"{uploads}/hold?max=10000000"],
        stderr=subprocess.DEVNULL,
    )
    try:
        assert post(curl, f"{uploads}/held", "-G")[1]["spooled"] == 1
    finally:
        waiting.terminate()
        waiting.wait(10)
    assert post(curl, f"{uploads}/released", "-G")[1]["spooled"] == 0
