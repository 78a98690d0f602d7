"""The choice of a proxy."""

import logging

import pytest
from yarl import URL

from aiohttp_client import proxies
from aiohttp_client.auth import encode_basic_auth
from aiohttp_client.errors import InvalidURL
from aiohttp_client.proxies import check_proxy


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    for scheme in ("http", "https", "ws", "wss", "all", "no", "ftp"):
        monkeypatch.delenv(f"{scheme}_proxy", raising=False)
        monkeypatch.delenv(f"{scheme}_proxy".upper(), raising=False)
    monkeypatch.delenv("REQUEST_METHOD", raising=False)
    path = f"{tmp_path}/empty-netrc"
    open(path, "w").close()
    monkeypatch.setenv("NETRC", path)


@pytest.mark.spec("PRX-01", "PRX-02", "ADD-271")
@pytest.mark.parametrize(
    ("proxy", "url", "login", "password"),
    [
        ("http://p.example:3128", "http://p.example:3128", None, ""),
        ("http://p.example", "http://p.example", None, ""),
        ("https://p.example", "https://p.example", None, ""),
        ("http://u:s%40@p.example:1", "http://p.example:1", "u", "s@"),
        ("http://u@p.example:1", "http://p.example:1", "u", ""),
        ("socks5://p.example", "socks5://p.example:1080", None, ""),
        ("socks5h://u:s@p.example:9050", "socks5h://p.example:9050", "u", "s"),
        ("socks4a://u@[::1]:1", "socks4a://[::1]:1", "u", ""),
    ],
)
def test_check(proxy: str, url: str, login: str | None, password: str) -> None:
    for given in (proxy, URL(proxy)):
        choice = check_proxy(given)
        assert choice.url == URL(url)
        assert (choice.login, choice.password) == (login, password)
        assert choice.is_socks is url.startswith("socks")
    expected = None if login is None else encode_basic_auth(login, password)
    assert choice.authorization == expected
    assert "password" not in repr(choice)


@pytest.mark.spec("ADD-277")
@pytest.mark.parametrize(
    "proxy", ["", "p.example", "/p", "//p", "http://", "http://[", "http://p:x"]
)
def test_no_absolute_url(proxy: str) -> None:
    with pytest.raises(InvalidURL):
        check_proxy(proxy)


@pytest.mark.spec("ADD-277")
@pytest.mark.parametrize("proxy", ["ftp://p", "ws://p", "socks://p", "socks6://p", "quic://p:1"])
def test_an_unsupported_scheme_is_an_error_at_once(proxy: str) -> None:
    with pytest.raises(ValueError, match="not supported"):
        check_proxy(proxy)


def test_wrong_type() -> None:
    with pytest.raises(TypeError):
        check_proxy(b"http://p")  # type: ignore[arg-type]


@pytest.mark.spec("PRX-04", "SES-20", "ADD-285")
@pytest.mark.parametrize("scheme", ["http", "https", "ws", "wss"])
async def test_environment(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url = URL(f"{scheme}://a.example/")
    assert await proxies.environment_proxy(url) is None
    monkeypatch.setenv(f"{scheme}_proxy".upper(), "http://upper.example:1")
    choice = await proxies.environment_proxy(url)
    assert choice is not None
    assert choice.url.host == "upper.example"
    monkeypatch.setenv(f"{scheme}_proxy", "http://u:p@lower.example:1")
    choice = await proxies.environment_proxy(url)
    assert choice is not None
    assert (choice.url.host, choice.login, choice.password) == ("lower.example", "u", "p")


@pytest.mark.spec("ADD-285")
def test_all_proxy_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://p.example:1")
    assert proxies.find_environment_proxy(URL("http://a.example/")) is None


@pytest.mark.spec("ADD-286")
def test_cgi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUEST_METHOD", "GET")
    monkeypatch.setenv("HTTP_PROXY", "http://attacker.example:1")
    assert proxies.find_environment_proxy(URL("http://a.example/")) is None
    monkeypatch.setenv("http_proxy", "http://p.example:1")
    assert proxies.find_environment_proxy(URL("http://a.example/")) is not None


def test_without_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "p.example:3128")
    choice = proxies.find_environment_proxy(URL("http://a.example/"))
    assert choice is not None
    assert str(choice.url) == "http://p.example:3128"


@pytest.mark.spec("ADD-287", "PRX-04")
@pytest.mark.parametrize(
    ("no_proxy", "url", "bypassed"),
    [
        ("*", "http://a.example/", True),
        ("a.example", "http://a.example/", True),
        ("a.example", "http://b.a.example/", True),
        (".a.example", "http://b.a.example/", True),
        ("a.example", "http://ba.example/", False),
        ("x.example, a.example", "http://a.example/", True),
        ("a.example:8080", "http://a.example:8080/", True),
        ("a.example:8080", "http://a.example/", False),
        ("10.0.0.1", "http://10.0.0.1/", True),
        ("10.0.0.0/8", "http://10.1.2.3/", True),
        ("10.0.0.0/8,bad/99", "http://11.1.2.3/", False),
        ("bad/99,fd00::/8", "http://[fd00::1]/", True),
        ("10.0.0.0/8", "http://a.example/", False),
        ("", "http://a.example/", False),
    ],
)
def test_no_proxy(no_proxy: str, url: str, bypassed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://p.example:1")
    monkeypatch.setenv("no_proxy", no_proxy)
    assert proxies.bypasses_proxy(URL(url)) is bypassed
    assert (proxies.find_environment_proxy(URL(url)) is None) is bypassed
    assert not proxies.bypasses_proxy(URL("/relative"))


def test_unusable_environment_proxies(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("https_proxy", "wss://p.example:1")
    with caplog.at_level(logging.WARNING, "aiohttp.client"):
        assert proxies.environment_proxies() == {}
    assert "not supported" in caplog.text
    monkeypatch.setenv("https_proxy", "gopher://p.example:1")
    with pytest.raises(ValueError, match="not supported"):
        proxies.environment_proxies()
    # Skipping a proxy would send in the open what should be proxied: TLS proxies are used.
    monkeypatch.setenv("https_proxy", "https://p.example:1")
    assert proxies.environment_proxies()["https"].url.scheme == "https"


@pytest.mark.spec("ADD-289", "PRX-04")
def test_netrc_of_the_proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    path = f"{tmp_path}/netrc"
    with open(path, "w") as file:
        file.write("machine p.example login l password s\n")
    monkeypatch.setenv("NETRC", path)
    monkeypatch.setenv("http_proxy", "http://p.example:1")
    choice = proxies.find_environment_proxy(URL("http://a.example/"))
    assert choice is not None
    assert (choice.login, choice.password) == ("l", "s")
    monkeypatch.setenv("http_proxy", "http://own:x@p.example:1")
    choice = proxies.find_environment_proxy(URL("http://a.example/"))
    assert choice is not None
    assert choice.login == "own"
