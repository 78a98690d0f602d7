"""The storage model: matching, replacement, expiry, limits."""

from http.cookies import Morsel

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from aiohttp_client.cookie_store import (
    CookieStore,
    StoredCookie,
    default_path,
    domain_matches,
    path_matches,
)
from aiohttp_core.fields.cookies import make_morsel


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def cookie(
    name: str,
    domain: str = "a.example",
    path: str = "/",
    *,
    secure: bool = False,
    host_only: bool = False,
    expires: float | None = None,
) -> StoredCookie:
    morsel: Morsel[str] = make_morsel(name, "v", "v")
    return StoredCookie(
        domain=domain, path=path, name=name, morsel=morsel, host_only=host_only, secure=secure,
        expires=expires,
    )  # fmt: skip


@pytest.mark.spec("ADD-246")
@pytest.mark.parametrize(
    ("request_path", "path"),
    [("/foo/bar", "/foo"), ("/x", "/"), ("/", "/"), ("", "/"), ("x/y", "/"), ("/a/b/", "/a/b")],
)
def test_default_path(request_path: str, path: str) -> None:
    assert default_path(request_path) == path


@pytest.mark.spec("ADD-247")
@pytest.mark.parametrize(
    ("request_path", "cookie_path", "matches"),
    [
        ("/", "/", True), ("/a", "/", True), ("/a", "/a", True), ("/a/b", "/a", True),
        ("/ab", "/a", False), ("/a", "/a/", False), ("/a/", "/a/", True), ("/a/b", "/a/", True),
        ("/b", "/a", False),
    ],
)  # fmt: skip
def test_path_matches(request_path: str, cookie_path: str, matches: bool) -> None:
    assert path_matches(request_path, cookie_path) is matches


@pytest.mark.spec("ADD-244")
def test_domain_matches() -> None:
    assert domain_matches("a.example", "a.example")
    assert domain_matches("b.a.example", "a.example")
    assert not domain_matches("ba.example", "a.example")
    assert not domain_matches("a.example", "b.a.example")


@pytest.mark.spec("ADD-248")
def test_replacement_keeps_the_place_and_drops_the_expiry() -> None:
    clock = Clock()
    store = CookieStore(clock)
    store.put(cookie("one", expires=2000))
    store.put(cookie("two"))
    store.put(cookie("one"))
    clock.now = 3000
    assert [found.name for found in store.matching("a.example", "/", secure=True)] == [
        "one",
        "two",
    ]
    assert len(store) == 2


@pytest.mark.spec("ADD-242", "ADD-241", "ADD-1094")
def test_expired_cookies() -> None:
    clock = Clock()
    store = CookieStore(clock)
    assert not store.put(cookie("never", expires=0.0))
    store.put(cookie("soon", expires=1001))
    assert store.put(cookie("later", expires=5000))
    clock.now = 1001
    assert [found.name for found in store.matching("a.example", "/", secure=True)] == ["later"]
    assert len(store) == 1
    assert not store.put(cookie("later", expires=10))
    assert len(store) == 0


@pytest.mark.spec("ADD-258", "ADD-816")
def test_limit_of_a_domain() -> None:
    clock = Clock()
    store = CookieStore(clock)
    for number in range(180):
        store.put(cookie(f"c{number}", secure=number < 10, expires=2000 if number < 20 else None))
    assert len(store) == 180
    for found in store.matching("a.example", "/", secure=True):
        if found.name in ("c30", "c31"):
            store.touch(found)
    store.put(cookie("new"))
    names = {stored.name for stored in store}
    assert len(store) == 150
    assert {"new", "c30", "c31", *(f"c{number}" for number in range(10))} <= names
    assert not {f"c{number}" for number in range(10, 30)} & names
    # Dead ones go first, whatever they are.
    for number in range(30):
        store.put(cookie(f"n{number}"))
    clock.now = 2000
    store.put(cookie("newer"))
    assert {f"c{number}" for number in range(10)} & {stored.name for stored in store} == set()


@pytest.mark.spec("ADD-258")
def test_secure_cookies_are_not_driven_out() -> None:
    store = CookieStore(Clock())
    for number in range(180):
        store.put(cookie(f"s{number}", secure=True))
    assert not store.put(cookie("plain"))
    assert len(store) == 180
    assert store.put(cookie("other", "b.example"))
    assert store.put(cookie("s180", secure=True))
    assert len(store) == 151


@pytest.mark.spec("ADD-258", "ADD-816")
def test_limit_of_the_jar() -> None:
    store = CookieStore(Clock())
    store.put(cookie("shared", ""))
    for number in range(3299):
        store.put(cookie("c", f"d{number}.example"))
    assert len(store) == 3300
    store.put(cookie("c", "new.example"))
    assert len(store) == 3002
    domains = {stored.domain for stored in store}
    assert {"", "new.example", "d3298.example"} <= domains
    assert "d0.example" not in domains


@pytest.mark.spec("ADD-258")
def test_shared_cookies_are_outside_the_limits() -> None:
    store = CookieStore(Clock())
    for number in range(4000):
        store.put(cookie(f"c{number}", ""))
    assert len(store) == 4000


@pytest.mark.parametrize(
    ("domain", "path", "shadows"),
    [
        ("a.example", "/", False),
        ("a.example", "/login", True),
        ("a.example", "/login/x", True),
        ("b.a.example", "/login", True),
        ("example", "/login", True),
        ("c.example", "/login", False),
    ],
)
def test_shadows_secure(domain: str, path: str, shadows: bool) -> None:
    clock = Clock()
    store = CookieStore(clock)
    store.put(cookie("sid", "a.example", "/login", secure=True, expires=2000))
    store.put(cookie("plain", "a.example", "/login"))
    assert store.shadows_secure("sid", domain, path) is shadows
    assert not store.shadows_secure("plain", domain, path)
    clock.now = 2000
    assert not store.shadows_secure("sid", domain, path)


class Model(RuleBasedStateMachine):
    """The store against a plain dictionary, within the limits."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.store = CookieStore(self.clock)
        self.model: dict[tuple[str, str, str], StoredCookie] = {}

    @rule(
        name=st.sampled_from("abc"),
        domain=st.sampled_from(["", "x.example", "y.x.example", "example"]),
        path=st.sampled_from(["/", "/p", "/p/", "/p/q"]),
        secure=st.booleans(),
        host_only=st.booleans(),
        life=st.none() | st.integers(-5, 50),
    )
    def put(
        self, name: str, domain: str, path: str, secure: bool, host_only: bool, life: int | None
    ) -> None:
        expires = None if life is None else self.clock.now + life
        new = cookie(
            name, domain, path, secure=secure, host_only=host_only and domain != "", expires=expires
        )
        identity = (domain, path, name)
        kept = self.store.put(new)
        assert kept is (life is None or life > 0)
        if kept:
            self.model[identity] = new
        else:
            self.model.pop(identity, None)

    @rule(seconds=st.integers(0, 30))
    def wait(self, seconds: int) -> None:
        self.clock.now += seconds

    @rule(
        host=st.sampled_from(["x.example", "y.x.example", "z.example"]),
        path=st.sampled_from(["/", "/p", "/p/q/r", "/pq"]),
        secure=st.booleans(),
    )
    def match(self, host: str, path: str, secure: bool) -> None:
        found = self.store.matching(host, path, secure=secure)
        expected = [
            stored
            for stored in self.model.values()
            if (stored.expires is None or stored.expires > self.clock.now)
            and (secure or not stored.secure)
            and path_matches(path, stored.path)
            and (
                stored.domain == ""
                or host == stored.domain
                or (not stored.host_only and domain_matches(host, stored.domain))
            )
        ]
        assert len(found) == len(expected)
        assert set(map(id, found)) == set(map(id, expected))
        lengths = [len(stored.path) for stored in found]
        assert lengths == sorted(lengths, reverse=True)

    @invariant()
    def counts(self) -> None:
        assert len(self.store) == len(list(self.store))


Model.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestModel = Model.TestCase
