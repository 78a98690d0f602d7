"""The command line, against a scripted server."""

import asyncio
import io
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from multidict import CIMultiDict
from yarl import URL

from aiohttp_client.auth import encode_basic_auth
from aiohttp_client.cli import Invocation, Parts, main, make_parser, parse_item
from aiohttp_client.cli_output import Progress, file_name, free_name, printable, show_body
from aiohttp_client.response import ClientResponse


class Echo:
    """Answers with what it was asked, as JSON; some targets have answers of their own."""

    special = {
        "/redirect": b"HTTP/1.1 302 Found\r\nLocation: /end\r\nContent-Length: 0\r\n\r\n",
        "/missing": b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone",
        "/evil": b"HTTP/1.1 200 OK\x1b[2J\r\nX: a\x1b]0;b\x07\r\nContent-Length: 0\r\n\r\n"[:15]
        + b"\r\nX-Odd: \xc2\x9b2J\r\nContent-Length: 0\r\n\r\n",
        "/drop": b"",
        "/file": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
        b'Content-Disposition: attachment; filename="../../x.txt"\r\n\r\nhello',
    }

    async def __aenter__(self) -> "Echo":
        self.bodies: list[bytes] = []
        self.heads: list[str] = []
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                self.heads.append(head)
                line, *fields = head[:-4].split("\r\n")
                headers = CIMultiDict(tuple(item.split(": ", 1)) for item in fields)
                body = b""
                if headers.get("Transfer-Encoding") == "chunked":
                    while size := int(await reader.readline(), 16):
                        body += (await reader.readexactly(size + 2))[:-2]
                    await reader.readline()
                else:
                    body = await reader.readexactly(int(headers.get("Content-Length", 0)))
                self.bodies.append(body)
                method, target, _ = line.split(" ")
                if target == "/never":
                    await reader.read()
                    return
                answer = self.special.get(target)
                if answer is None:
                    text = json.dumps({
                        "method": method, "target": target, "headers": dict(headers),
                        "body": body.decode("latin1"),
                    }).encode()  # fmt: skip
                    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    answer += b"Content-Length: %d\r\n\r\n" % len(text) + text
                if not answer:
                    return
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    async with Echo() as server:
        yield server


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes]) -> Any:
    async def run(*argv: str) -> tuple[int, bytes, str]:
        status = await asyncio.to_thread(main, argv)
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        return status, out, err.decode()

    return run


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("X-A:b", {"headers": {"X-A": "b"}}),
        ("X-A: b:c", {"headers": {"X-A": "b:c"}}),
        ("q==1", {"params": {"q": "1"}}),
        ("a=b=c", {"fields": [("a", "b=c")]}),
        ("a=", {"fields": [("a", "")]}),
        ('a:=[1, "x"]', {"fields": [("a", [1, "x"])], "raw_json": True}),
        ("f@/tmp/x", {"files": [("f", "/tmp/x")]}),
        (r"a\:b=c", {"fields": [("a:b", "c")]}),
    ],
)
def test_items(text: str, expected: dict[str, Any]) -> None:
    parts = Parts()
    parse_item(text, parts)
    reference = Parts()
    for name, value in expected.items():
        if isinstance(value, dict):
            getattr(reference, name).update(value)
        else:
            setattr(reference, name, value)
    assert parts == reference


@pytest.mark.parametrize("text", ["", "a", "=b", "a:=nonsense", ":x"])
def test_bad_items(text: str) -> None:
    with pytest.raises(ValueError):
        parse_item(text, Parts())


async def test_get(echo: Echo, run: Any) -> None:
    status, out, err = await run(f"{echo.url}/x", "q==1", "-p", "r=2", "X-A:b", "-H", "X-C: d",
                                 "-b", "k=v")  # fmt: skip
    asked = json.loads(out)
    assert (status, err) == (0, "")
    assert (asked["method"], asked["target"]) == ("GET", "/x?q=1&r=2")
    assert asked["headers"]["X-A"] == "b"
    assert asked["headers"]["X-C"] == "d"
    # Cookies of a session without a jar for IP addresses are shared ones.
    assert asked["headers"]["Cookie"] == "k=v"


async def test_bodies(echo: Echo, run: Any, tmp_path: Path) -> None:
    (tmp_path / "f.txt").write_bytes(b"content")
    file = f"{tmp_path}/f.txt"
    (tmp_path / "j.json").write_text('{"j": 1}')
    cases: list[tuple[list[str], str, str, bytes]] = [
        (["a=1", "b:=[2]"], "POST", "application/json", b'{"a": "1", "b": [2]}'),
        (["-j", "[1]"], "POST", "application/json", b"[1]"),
        (["-j", f"@{tmp_path}/j.json"], "POST", "application/json", b'{"j": 1}'),
        (["-d", "raw", "-m", "put"], "PUT", "application/octet-stream", b"raw"),
        (["-d", f"@{file}"], "POST", "text/plain", b"content"),
        (["-f", "a=1", "b=ä"], "POST", "application/x-www-form-urlencoded", b"a=1&b=%C3%A4"),
    ]
    for arguments, method, kind, body in cases:
        status, out, err = await run(f"{echo.url}/", *arguments)
        assert (status, err) == (0, "")
        asked = json.loads(out)
        assert asked["method"] == method
        assert asked["headers"]["Content-Type"].startswith(kind)
        assert echo.bodies[-1] == body
    status, out, _ = await run("PATCH", f"{echo.url}/", "a=1", f"up@{file}", "-F", f"v={file}")
    asked = json.loads(out)
    assert asked["method"] == "PATCH"
    assert asked["headers"]["Content-Type"].startswith("multipart/form-data; boundary=")
    assert echo.bodies[-1].count(b"content\r\n") == 2
    assert b'name="up"; filename="f.txt"' in echo.bodies[-1]
    await run(f"{echo.url}/", "-d", "x" * 1000, "--compress", "gzip")
    assert echo.bodies[-1].startswith(b"\x1f\x8b")


async def test_auth(echo: Echo, run: Any) -> None:
    _, out, _ = await run(f"{echo.url}/", "-a", "u:p:q")
    assert json.loads(out)["headers"]["Authorization"] == encode_basic_auth("u", "p:q")
    assert (await run(f"{echo.url}/", "-a", "u:p", "--digest"))[0] == 0


async def test_redirects_and_status(echo: Echo, run: Any) -> None:
    assert (await run(f"{echo.url}/redirect"))[1] == b""
    assert json.loads((await run(f"{echo.url}/redirect", "-L"))[1])["target"] == "/end"
    assert (await run(f"{echo.url}/missing"))[:2] == (0, b"none")
    assert (await run(f"{echo.url}/missing", "--check-status"))[0] == 4
    assert (await run(f"{echo.url}/redirect", "--check-status"))[0] == 3


async def test_verbose(echo: Echo, run: Any) -> None:
    status, out, err = await run(
        f"{echo.url}/redirect", "-L", "-v", "-a", "u:p4ss", "a=1", "--timing", "-m", "PUT"
    )
    assert status == 0
    assert json.loads(out)["method"] == "PUT"
    assert "p4ss" not in err
    assert encode_basic_auth("u", "p4ss") not in err
    lines = err.splitlines()
    assert "> PUT /redirect HTTP/1.1" in lines
    assert "> Authorization: <hidden>" in lines
    assert "< HTTP/1.1 302 Found" in lines
    assert "< Location: /end" in lines
    assert "* using an open connection" in lines
    assert "> PUT /end HTTP/1.1" in lines
    assert "< HTTP/1.1 200 OK" in lines
    assert any(line.strip().startswith("total:") for line in lines)


async def test_terminal_escapes_are_shown(echo: Echo, run: Any) -> None:
    status, out, _ = await run(f"{echo.url}/evil", "-i")
    assert status == 0
    assert b"\xc2\x9b" not in out
    assert b"\\x9b2J" in out


async def test_saving(
    echo: Echo, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        status, out, err = await run(f"{echo.url}/file", "--download", "--progress", "-i")
        assert (status, out) == (0, b"")
        assert "100%" in err
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"hello"] * 2
    await run(f"{echo.url}/file", "-o", "out.bin")
    assert (tmp_path / "out.bin").read_bytes() == b"hello"


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["{url}/", "nonsense"], 2),
        (["{url}/", "-H", "no-colon"], 2),
        (["{url}/", "-H", "X\r\nY:z"], 2),
        (["{url}/", "-j", "{{"], 2),
        (["{url}/", "-j", "1", "-d", "x"], 2),
        (["{url}/", "-f", "a:=1"], 2),
        (["{url}/", "--digest"], 2),
        (["{url}/", "-x", "gopher://p"], 2),
        (["ftp://x/"], 2),
        (["http://"], 2),
        (["http://[::1"], 2),
        (["{url}/", "f@/nonexistent"], 1),
        (["{url}/drop", "-m", "POST"], 1),
        (["http://127.0.0.1:1/"], 1),
    ],
)
async def test_mistakes(echo: Echo, run: Any, arguments: list[str], status: int) -> None:
    arguments = [argument.replace("{url}", echo.url) for argument in arguments]
    got, out, err = await run(*arguments)
    assert (got, out) == (status, b"")
    assert err.startswith("error: ")
    assert "Traceback" not in err
    assert len(echo.heads) == int("drop" in arguments[0])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{url}/never", "-t", "0.05"], "error: timeout: the total timeout of 0.05 s expired"),
        (["ftp://x/"], "ftp://x/: the scheme has to be http or https"),
        (["{url}/", "f@/nonexistent"], "error: /nonexistent: No such file or directory\n"),
        (["{url}/", "-o", "/nonexistent/x"], "error: /nonexistent/x: No such file or directory\n"),
    ],
)
async def test_what_is_wrong_is_said(echo: Echo, run: Any, arguments: list[str], said: str) -> None:
    status, _, err = await run(*[argument.replace("{url}", echo.url) for argument in arguments])
    assert status
    assert said in err
    assert err.count("\n") == 1


async def test_a_proxy_without_scheme_speaks_http(echo: Echo, run: Any) -> None:
    proxy = echo.url.removeprefix("http://")
    status, _, _ = await run("http://a.test/x", "-x", proxy)
    assert status == 0
    assert echo.heads[0].startswith("GET http://a.test/x HTTP/1.1")


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    """Each of them is a command line that is understood."""
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith("usage: python -m aiohttp_client [options] [METHOD] URL [ITEM ...]\n")
    examples = [line.split()[3:] for line in shown.splitlines() if line.startswith("  python -m ")]
    assert len(examples) == 5
    for arguments in examples:
        Invocation(make_parser().parse_intermixed_args(arguments))


def test_messages_name_what_was_run(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([], prog="fetch")
    assert capsys.readouterr().err.startswith("usage: fetch [options]")


def test_usage() -> None:
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2


def test_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "aiohttp_client", "--version"], capture_output=True, timeout=30
    )
    assert done.returncode == 0
    assert done.stdout.startswith(b"aiohttp-client ")


def built(url: str = "http://a.example/", **options: Any) -> ClientResponse:
    return ClientResponse.build(url=URL(url, encoded=True), **options)


@pytest.mark.parametrize(
    ("url", "disposition", "name"),
    [
        ("http://a/", None, "download"),
        ("http://a/x/y.txt?z", None, "y.txt"),
        ("http://a/..%2F..%2Fetc%2Fpasswd", None, "_.._etc_passwd"),
        ("http://a/..", None, "download"),
        ("http://a/%00%1b", None, "__"),
        ("http://a/x", 'attachment; filename=".bashrc"', "bashrc"),
        ("http://a/x", 'attachment; filename="a\\\\b.exe"', "b.exe"),
        ("http://a/x", "inline", "x"),
    ],
)
def test_file_names(url: str, disposition: str | None, name: str) -> None:
    headers = {} if disposition is None else {"Content-Disposition": disposition}
    found = file_name(built(url, headers=headers))
    assert "/" not in found
    assert "\\" not in found
    assert not found.startswith(".")
    if "\\" not in (disposition or ""):
        assert found == name


def test_free_names(tmp_path: Path) -> None:
    assert free_name(str(tmp_path), "a.tar.gz") == f"{tmp_path}/a.tar.gz"
    (tmp_path / "a.tar.gz").touch()
    (tmp_path / "a-1.tar.gz").touch()
    assert free_name(str(tmp_path), "a.tar.gz") == f"{tmp_path}/a-2.tar.gz"


@pytest.mark.parametrize(
    ("body", "kind", "shown"),
    [
        (
            b'{"b":[1],"a":"\xc3\xa9"}', "application/json",
            '{\n    "b": [\n        1\n    ],\n    "a": "é"\n}\n',
        ),
        (b"{broken", "application/json", "{broken\n"),
        (b"[" * 100_000, "application/json", "[" * 100_000 + "\n"),
        (b"a\x1b[2Jb\r\n", "text/plain", "a\\x1b[2Jb\n"),
        (
            b"\xff\xfe", "text/plain; charset=utf-8",
            "<2 bytes of binary data, not shown: save them with -o>\n",
        ),
        (b"", "text/plain", ""),
    ],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
def test_bodies_on_a_terminal(body: bytes, kind: str, shown: str) -> None:
    output = io.BytesIO()
    response = built(headers={"Content-Type": kind}, body=body)
    show_body(body, response, output, terminal=True)
    assert output.getvalue().decode() == shown
    raw = io.BytesIO()
    show_body(body, response, raw, terminal=False)
    assert raw.getvalue() == body


def test_printable() -> None:
    assert printable("a\x1b\x07\x9b\u202eb\té") == "a\\x1b\\x07\\x9b\\x202eb\té"


def test_progress() -> None:
    stream = io.StringIO()
    bar = Progress(200, stream)
    bar.add(100)
    assert " 50% " in bar.line()
    assert "#" * 15 + "." * 15 in bar.line()
    bar.add(300)
    bar.finish()
    assert "100%" in stream.getvalue()
    assert stream.getvalue().endswith("\n")
    unknown = Progress(None, stream)
    unknown.add(3 * 2**30)
    assert "3.0 GiB" in unknown.line()
