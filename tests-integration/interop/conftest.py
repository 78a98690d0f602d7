"""Real forward proxies: tinyproxy, squid, stunnel in front of tinyproxy, microsocks, dante."""

import os
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme

LOGIN, PASSWORD = "user", "pass-w0rd"
"""What the proxies that ask for credentials want."""


@dataclass(frozen=True)
class Proxy:
    """A running proxy: its URL without credentials, and where it tells what it does."""

    url: str
    log: Path

    @property
    def with_login(self) -> str:
        """The URL with the credentials that the proxy wants."""
        return self.url.replace("://", f"://{LOGIN}:{PASSWORD}@")

    def said(self) -> str:
        return self.log.read_text(errors="replace")


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


@pytest.fixture(scope="session")
def client_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture(scope="session")
def certificate(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the key and the certificate of a proxy on this machine."""
    path = tmp_path_factory.mktemp("certificate") / "proxy.pem"
    issued = authority.issue_cert("localhost", "127.0.0.1")
    issued.private_key_and_cert_chain_pem.write_to_path(path)
    return path


TINYPROXY = """
Port {port}
Listen 127.0.0.1
Timeout 30
MaxClients 20
LogFile "{folder}/proxy.log"
LogLevel Connect
{more}
"""


@pytest.fixture(
    scope="session",
    params=["tinyproxy", "squid"],
)
def http_proxy(
    request: Any, peers: Any, certificate: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    """A forward proxy for everybody."""
    yield from _http_proxy(request.param, False, peers, certificate, tmp_path_factory)


@pytest.fixture(scope="session", params=["tinyproxy", "squid"])
def private_proxy(
    request: Any, peers: Any, certificate: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    """A forward proxy that asks who is there."""
    yield from _http_proxy(request.param, True, peers, certificate, tmp_path_factory)


@pytest.fixture(scope="session", params=["stunnel", "squid"])
def https_proxy(
    request: Any, peers: Any, certificate: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    """A forward proxy that is talked to over TLS."""
    if request.param == "squid":
        yield from _squid(peers, certificate, private=False, tls=True)
        return
    stunnel = peers.program("stunnel4", "stunnel")
    folder = tmp_path_factory.mktemp("stunnel")
    port = peers.port()
    for plain in _tinyproxy(peers, tmp_path_factory, private=False):
        (folder / "conf").write_text(
            f"foreground = yes\nsyslog = no\npid = {folder}/pid\n"
            f"[proxy]\naccept = 127.0.0.1:{port}\n"
            f"connect = {plain.url.removeprefix('http://')}\ncert = {certificate}\n"
        )
        with peers.serving([stunnel, str(folder / "conf")], port, folder / "log"):
            yield Proxy(f"https://localhost:{port}", plain.log)


def _http_proxy(
    kind: str, private: bool, peers: Any, certificate: Path, folders: pytest.TempPathFactory
) -> Iterator[Proxy]:
    if kind == "tinyproxy":
        return _tinyproxy(peers, folders, private=private)
    return _squid(peers, certificate, private=private, tls=False)


def _tinyproxy(peers: Any, folders: pytest.TempPathFactory, *, private: bool) -> Iterator[Proxy]:
    binary = peers.program("tinyproxy")
    folder = folders.mktemp("tinyproxy")
    port = peers.port()
    more = f"BasicAuth {LOGIN} {PASSWORD}" if private else ""
    (folder / "conf").write_text(TINYPROXY.format(port=port, folder=folder, more=more))
    command = [binary, "-d", "-c", str(folder / "conf")]
    with peers.serving(command, port, folder / "log") as url:
        yield Proxy(url, folder / "proxy.log")


SQUID = """
{listen}
pid_filename none
cache deny all
cache_log {folder}/cache.log
access_log stdio:{folder}/proxy.log
netdb_filename none
coredump_dir {folder}
shutdown_lifetime 0 seconds
visible_hostname localhost
cache_effective_user nobody
pinger_enable off
logfile_rotate 0
{access}
"""


def _squid(
    peers: Any,
    certificate: Path,
    *,
    private: bool,
    tls: bool,
) -> Iterator[Proxy]:
    binary = peers.program("squid")
    port = peers.port()
    if tls:
        listen = f"https_port 127.0.0.1:{port} tls-cert={certificate}"
    else:
        listen = f"http_port 127.0.0.1:{port}"
    access = "http_access allow all"
    # Started as root it becomes somebody else, who has to write here; the folders of pytest are
    # for their owner alone.
    with tempfile.TemporaryDirectory(prefix="squid-") as name:
        folder = Path(name)
        if private:
            helper = _helper("basic_ncsa_auth")
            made = subprocess.run(
                [peers.program("openssl"), "passwd", "-apr1", PASSWORD],
                capture_output=True,
                text=True,
                check=True,
            )
            (folder / "users").write_text(f"{LOGIN}:{made.stdout.strip()}\n")
            access = (
                f"auth_param basic program {helper} {folder}/users\n"
                "auth_param basic children 1 startup=1\n"
                "acl known proxy_auth REQUIRED\nhttp_access allow known\nhttp_access deny all"
            )
        (folder / "conf").write_text(SQUID.format(listen=listen, folder=folder, access=access))
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody")
        command = [binary, "-N", "-f", str(folder / "conf")]
        with peers.serving(command, port, folder / "log"):
            scheme = "https" if tls else "http"
            yield Proxy(f"{scheme}://localhost:{port}", folder / "proxy.log")


def _helper(name: str) -> str:
    for folder in ("/usr/lib/squid", "/usr/libexec/squid", "/usr/lib64/squid"):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            return path
    pytest.skip(f"squid has no {name}")


@pytest.fixture(scope="session", params=[False, True], ids=["open", "private"])
def socks5_proxy(
    request: Any, peers: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Proxy, bool]]:
    """microsocks, and whether it asks who is there."""
    binary = peers.program("microsocks")
    folder = tmp_path_factory.mktemp("microsocks")
    port = peers.port()
    command = [binary, "-i", "127.0.0.1", "-p", str(port)]
    if request.param:
        command += ["-u", LOGIN, "-P", PASSWORD]
    with peers.serving(command, port, folder / "log"):
        yield Proxy(f"socks5h://127.0.0.1:{port}", folder / "log"), request.param


DANTE = """
logoutput: {folder}/proxy.log
internal: 127.0.0.1 port = {port}
external: lo
clientmethod: none
socksmethod: none
{user}
client pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 }}
socks pass {{
  from: 127.0.0.0/8 to: 0.0.0.0/0
  protocol: tcp
  proxyprotocol: socks_v4 socks_v5
  log: connect error
}}
"""


@pytest.fixture(scope="session")
def dante(peers: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """dante, which speaks SOCKS 4 and 5."""
    binary = peers.program("danted", "sockd")
    folder = tmp_path_factory.mktemp("dante")
    port = peers.port()
    user = "user.privileged: root\nuser.unprivileged: root" if os.geteuid() == 0 else ""
    (folder / "conf").write_text(DANTE.format(folder=folder, port=port, user=user))
    command = [binary, "-f", str(folder / "conf"), "-p", str(folder / "pid"), "-N", "1"]
    with peers.serving(command, port, folder / "log"):
        yield Proxy(f"socks5h://127.0.0.1:{port}", folder / "proxy.log")
