"""Cookie files."""

import json
import pickle
from collections import defaultdict
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from aiohttp_client.cookie_persistence import parse_cookies
from aiohttp_client.cookiejar import CookieJar

URL_A = URL("https://a.example/foo/bar")


def filled() -> CookieJar:
    jar = CookieJar(unsafe=True)
    jar.update_cookies_from_headers(
        [
            "host=1",
            "domain=2; Domain=a.example; Path=/",
            'quoted="x y"; HttpOnly; Path=/',
            "session=3; SameSite=Strict; Secure; Max-Age=1000; Path=/foo/",
            "session=4; Path=/foo",
            "__Host-x=5; Path=/; Secure",
            "имя=значение",
        ],
        URL_A,
    )
    jar.update_cookies({"shared": "s"})
    jar.update_cookies_from_headers(["ip=1"], URL("http://127.0.0.1/"))
    return jar


def snapshot(jar: CookieJar) -> set[tuple[object, ...]]:
    return {
        (c.key, c.value, c.coded_value, *sorted((k, v) for k, v in c.items() if v)) for c in jar
    }


@pytest.mark.spec("JAR-07", "ADD-265", "ADD-792", "ADD-793", "ADD-801", "ADD-874", "ADD-886")
def test_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "cookies.json"
    path.write_text("old")
    path.chmod(0o644)
    jar = filled()
    for given_path in (path, str(path)):
        jar.save(given_path)
        assert path.stat().st_mode & 0o777 == 0o600
        assert [entry.name for entry in tmp_path.iterdir()] == ["cookies.json"]
        again = CookieJar(unsafe=True)
        again.update_cookies({"gone": "1"})
        again.load(given_path)
        assert snapshot(again) == snapshot(jar)
        assert again.host_only_cookies == jar.host_only_cookies
        assert len(again) == len(jar) == 9
    # Host-only cookies stay so (CVE-2026-54279).
    assert set(again.filter_cookies(URL("https://sub.a.example/foo/bar"))) == {"domain", "shared"}


@pytest.mark.spec("ADD-265")
def test_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1000.0)
    jar = CookieJar()
    jar.update_cookies_from_headers(["a=1; Secure; Max-Age=100"], URL_A)
    jar.save(tmp_path / "c")
    assert json.loads((tmp_path / "c").read_text()) == {
        "a.example|/foo": {
            "a": {
                "key": "a",
                "value": "1",
                "coded_value": "1",
                "path": "/foo",
                "domain": "a.example",
                "max-age": "100",
                "secure": True,
                "host_only": True,
                "expires_timestamp": 1100.0,
            }
        }
    }


@pytest.mark.spec("ADD-801", "ADD-266")
def test_deadlines_survive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1000.0)
    jar = CookieJar()
    jar.update_cookies_from_headers(["a=1; Max-Age=100"], URL_A)
    jar.save(tmp_path / "c")
    monkeypatch.setattr("time.time", lambda: 1099.0)
    again = CookieJar()
    again.load(tmp_path / "c")
    assert len(again) == 1
    monkeypatch.setattr("time.time", lambda: 1100.0)
    assert list(again) == []
    again.load(tmp_path / "c")
    assert len(again) == 0


@pytest.mark.spec("ADD-266", "ADD-252")
def test_ip_cookies_need_an_unsafe_jar(tmp_path: Path) -> None:
    filled().save(tmp_path / "c")
    jar = CookieJar()
    jar.load(tmp_path / "c")
    assert "127.0.0.1" not in {cookie["domain"] for cookie in jar}
    assert len(jar) == 8


@pytest.mark.spec("ADD-834")
def test_unknown_attributes(tmp_path: Path) -> None:
    entry = {"key": "a", "value": "1", "coded_value": "1", "partitioned": True, "new": "x"}
    (tmp_path / "c").write_text(json.dumps({"a.example|": {"a": entry}}))
    jar = CookieJar()
    jar.load(tmp_path / "c")
    assert [cookie.key for cookie in jar] == ["a"]


class Exploit:
    def __reduce__(self) -> tuple[object, ...]:
        return (exec, ("raise SystemExit",))


PICKLES = [
    pickle.dumps(defaultdict(SimpleCookie, {("a", "/"): SimpleCookie("a=1")}), protocol)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
] + [pickle.dumps(Exploit(), protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]


@pytest.mark.spec("ADD-266", "ADD-792", "ADD-918", "ADD-1107")
@pytest.mark.parametrize(
    "content",
    [
        *PICKLES,
        b"",
        b"garbage",
        b"\xff\xfe",
        b"[]",
        b"1",
        b"null",
        b"[" * 100_000,
        b'{"a": {}}',
        b'{"a|": []}',
        b'{"a|": {"x": 1}}',
        b'{"a|": {"x": {}}}',
        b'{"a|": {"x": {"key": "x", "value": 1, "coded_value": "1"}}}',
        b'{"a|": {"x": {"key": "a;b", "value": "1", "coded_value": "1"}}}',
        b'{"a|": {"x": {"key": "a", "value": "1", "coded_value": "1\\r\\n"}}}',
        b'{"a|": {"x": {"key": "a", "value": "1", "coded_value": "1", "path": []}}}',
        b'{"a|": {"x": {"key": "a", "value": "1", "coded_value": "1", "path": {"a": 1}}}}',
        b'{"a|": {"x": {"key": "a", "value": "1", "coded_value": "1", "path": "x"}}}',
        b'{"a|": {"x": {"key": "a", "value": "1", "coded_value": "1", "expires_timestamp": "1"}}}',
        b'{"a|": {"x": {"key": "a", "value": "1", "coded_value": "1", "expires_timestamp": true}}}',
    ],
    ids=lambda content: repr(content[:30]),
)
def test_what_is_no_cookie_file(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "c"
    path.write_bytes(content)
    jar = filled()
    before = snapshot(jar)
    if content == b'{"a|": {"x": {"key": "a", "value": "1", "coded_value": "1", "path": []}}}':
        jar.load(path)  # an empty path counts as none
        return
    with pytest.raises(ValueError):
        jar.load(path)
    assert snapshot(jar) == before


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        CookieJar().load(tmp_path / "none")


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "c"
    path.write_text("old")

    def fail(self: Path, target: Path) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        filled().save(path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["c"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a|", "a|/x", "key", "value", "coded_value", "path", "secure"])
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
)


@given(JSON)
def test_any_json_is_cookies_or_a_value_error(data: object) -> None:
    try:
        cookies = parse_cookies(json.dumps(data))
    except ValueError:
        return
    assert all(cookie.path.startswith("/") for cookie in cookies)
