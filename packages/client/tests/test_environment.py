import urllib.request

import pytest
from yarl import URL

from aiohttp_client import environment


@pytest.fixture
def netrc(tmp_path, monkeypatch):
    path = tmp_path / "netrc"
    path.write_text("machine shop.test login grace password secret\n")
    monkeypatch.setenv("NETRC", str(path))
    return path


@pytest.fixture
def proxies(monkeypatch):
    found = {"http": "http://user:pass@proxy.test:3128"}
    monkeypatch.setattr(urllib.request, "getproxies", lambda: found)
    monkeypatch.setattr(urllib.request, "proxy_bypass", lambda host: host.startswith("local"))
    return found


@pytest.mark.spec("ADD-992")
def test_netrc(netrc):
    rules = environment.netrc_from_env()
    auth = environment.basicauth_from_netrc(rules, "shop.test")
    assert (auth.login, auth.password) == ("grace", "secret")
    with pytest.raises(LookupError, match=r"No entry for other\.test"):
        environment.basicauth_from_netrc(rules, "other.test")
    with pytest.raises(LookupError, match=r"No \.netrc file"):
        environment.basicauth_from_netrc(None, "shop.test")


@pytest.mark.spec("ADD-992")
def test_proxies(proxies):
    (info,) = environment.proxies_from_env().values()
    assert info.proxy == URL("http://proxy.test:3128")
    assert (info.proxy_auth.login, info.proxy_auth.password) == ("user", "pass")
    proxy, auth = environment.get_env_proxy_for_url(URL("http://shop.test/"))
    assert (proxy, auth) == (info.proxy, info.proxy_auth)
    for url in ("http://local.test/", "https://shop.test/"):
        with pytest.raises(LookupError, match="No proxies found"):
            environment.get_env_proxy_for_url(URL(url))


def test_a_proxy_without_credentials(proxies):
    proxies["http"] = "http://proxy.test:3128"
    assert environment.proxies_from_env()["http"].proxy_auth is None


@pytest.mark.spec("ADD-992")
def test_credentials_of_a_url():
    plain = URL("http://shop.test/")
    assert environment.strip_auth_from_url(plain) == (plain, None)
    url, auth = environment.strip_auth_from_url(URL("http://grace:secret@shop.test/"))
    assert url == plain
    assert (auth.login, auth.password) == ("grace", "secret")
