"""The netrc file: where it is, what counts, and that trouble with it is not fatal."""

import logging
import threading
from pathlib import Path

import pytest
from yarl import URL

from aiohttp_client import netrc_auth
from aiohttp_client.auth import encode_basic_auth
from aiohttp_client.proxies import environment_proxy


@pytest.fixture
def netrc_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "my-netrc"
    monkeypatch.setenv("NETRC", str(path))
    return path


@pytest.mark.spec("AUTH-04", "SES-20", "SES-21", "ADD-200")
async def test_credentials(netrc_file: Path) -> None:
    netrc_file.write_text("machine a.example login l password p\n")
    assert await netrc_auth.netrc_authorization("a.example") == encode_basic_auth("l", "p")
    assert await netrc_auth.netrc_authorization("b.example") is None
    # Read anew for each request.
    netrc_file.write_text("machine b.example login l2 password p2\n")
    assert await netrc_auth.netrc_authorization("b.example") == encode_basic_auth("l2", "p2")


@pytest.mark.spec("ADD-200", "ADD-202")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("default login d password e\n", ("d", "e")),
        ("machine h account acc password p\n", ("acc", "p")),
        ("machine h login l\n", ("l", "")),
        ("machine other login l password p\n", None),
        ("", None),
    ],
)
def test_entries(netrc_file: Path, text: str, expected: tuple[str, str] | None) -> None:
    netrc_file.write_text(text)
    assert netrc_auth.netrc_credentials("h") == expected


@pytest.mark.spec("ADD-838", "ADD-291")
async def test_files_are_read_in_another_thread(
    netrc_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file can be on a slow disk; the event loop goes on."""
    threads: list[int] = []
    load = netrc_auth.load_netrc

    def noting() -> object:
        threads.append(threading.get_ident())
        return load()

    netrc_file.write_text("machine a.example login l password p\n")
    monkeypatch.setenv("http_proxy", "http://a.example:3128")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setattr(netrc_auth, "load_netrc", noting)
    assert await netrc_auth.netrc_authorization("a.example") == encode_basic_auth("l", "p")
    choice = await environment_proxy(URL("http://b.example/"))
    assert choice is not None
    assert choice.login == "l"
    assert len(threads) == 2
    assert threading.get_ident() not in threads


@pytest.mark.spec("ADD-203")
async def test_utf8(netrc_file: Path) -> None:
    netrc_file.write_text("machine h login й password п\n", encoding="utf-8")
    assert await netrc_auth.netrc_authorization("h") == encode_basic_auth("й", "п")


@pytest.mark.spec("ADD-201")
@pytest.mark.parametrize("content", [None, b"machine h bogus\n", b"machine h login \xff\xfe\n"])
def test_a_bad_named_file_is_a_warning(
    netrc_file: Path, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    if content is not None:
        netrc_file.write_bytes(content)
    with caplog.at_level(logging.WARNING, "aiohttp.client"):
        assert netrc_auth.netrc_credentials("h") is None
    assert [record.name for record in caplog.records] == ["aiohttp.client"]


@pytest.mark.spec("ADD-201", "ADD-841")
def test_a_missing_default_file_is_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("NETRC", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert netrc_auth.netrc_credentials("h") is None
    (tmp_path / ".netrc").write_text("machine h login l password p\n")
    assert netrc_auth.netrc_credentials("h") == ("l", "p")
    (tmp_path / ".netrc").unlink()
    (tmp_path / ".netrc").mkdir()
    assert not caplog.records
    assert netrc_auth.netrc_credentials("h") is None
    assert caplog.records


def test_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("no home")

    monkeypatch.delenv("NETRC", raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    assert netrc_auth.netrc_path() is None
    assert netrc_auth.netrc_credentials("h") is None


async def test_a_colon_in_the_login_is_ignored(
    netrc_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    netrc_file.write_text("machine h login a:b password p\n")
    assert await netrc_auth.netrc_authorization("h") is None
    assert "colon" in caplog.text
