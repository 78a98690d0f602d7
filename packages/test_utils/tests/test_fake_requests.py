import re

import pytest
from yarl import URL

from aiohttp_client import ClientConnectionError, ClientResponseError, ClientSession, CookieJar
from aiohttp_test_utils import (
    FakeAnswer,
    FakeRequests,
    TestClient,
    TestServer,
    UnexpectedRequest,
)

API = "https://api.example"


@pytest.fixture
def fake():
    with FakeRequests() as made:
        yield made


@pytest.fixture
async def session():
    async with ClientSession() as made:
        yield made


async def test_json(fake, session):
    route = fake.get(f"{API}/users", json=[{"name": "Grace"}])
    async with session.get(f"{API}/users", headers={"X-A": "1"}) as response:
        assert response.status == 200
        assert response.content_type == "application/json"
        assert await response.json() == [{"name": "Grace"}]
        assert response.request_info.method == "GET"
    assert route.called
    (call,) = route.calls
    assert call.method == "GET"
    assert call.url == URL(f"{API}/users")
    assert call.headers["X-A"] == "1"
    assert call.headers["Host"] == "api.example"


@pytest.mark.parametrize("verb", ["get", "post", "put", "patch", "delete", "options", "head"])
async def test_verbs(fake, session, verb):
    route = getattr(fake, verb)(f"{API}/", status=204)
    async with getattr(session, verb)(f"{API}/") as response:
        assert response.status == 204
    assert route.calls[0].method == verb.upper()


async def test_any_method(fake, session):
    route = fake.route("*", f"{API}/")
    await session.get(f"{API}/")
    await session.delete(f"{API}/")
    assert [call.method for call in route.calls] == ["GET", "DELETE"]


async def test_the_body_of_a_request_is_kept(fake, session):
    route = fake.post(f"{API}/", status=201)
    await session.post(f"{API}/", json={"a": 1})
    await session.post(f"{API}/", data=b"raw")

    async def pieces():
        yield b"one"
        yield b"two"

    await session.post(f"{API}/", data=pieces())
    assert route.calls[0].json() == {"a": 1}
    assert [call.body for call in route.calls[1:]] == [b"raw", b"onetwo"]


@pytest.mark.parametrize(
    ("answer", "text", "content_type"),
    [
        ({"body": "héllo"}, "héllo", "text/plain"),
        ({"body": b"raw"}, "raw", "application/octet-stream"),
        ({"body": "<p>", "content_type": "text/html"}, "<p>", "text/html"),
        ({"body": "x", "headers": {"Content-Type": "a/b"}}, "x", "a/b"),
        ({}, "", "application/octet-stream"),
    ],
)
async def test_bodies(fake, session, answer, text, content_type):
    fake.get(f"{API}/", **answer)
    async with session.get(f"{API}/") as response:
        assert await response.text() == text
        assert response.content_type == content_type


async def test_streaming(fake, session):
    fake.get(f"{API}/", body=b"x" * 100)
    async with session.get(f"{API}/") as response:
        pieces = [piece async for piece in response.content.iter_chunked(30)]
    assert [len(piece) for piece in pieces] == [30, 30, 30, 10]


async def test_answers_in_turn(fake, session):
    fake.get(f"{API}/", status=503).then(status=502).then(body="up")
    seen = [(await session.get(f"{API}/")).status for _ in range(4)]
    assert seen == [503, 502, 200, 200]


async def test_times(fake, session):
    fake.get(f"{API}/", times=1, body="first")
    fake.get(f"{API}/", body="others")
    seen = [await (await session.get(f"{API}/")).text() for _ in range(3)]
    assert seen == ["first", "others", "others"]


async def test_errors(fake, session):
    fake.get(f"{API}/", exception=ClientConnectionError("no route to host"))
    fake.get(f"{API}/slow", exception=TimeoutError)
    with pytest.raises(ClientConnectionError, match="no route"):
        await session.get(f"{API}/")
    with pytest.raises(TimeoutError):
        await session.get(f"{API}/slow")


async def test_functions_answer(fake, session):
    fake.get(f"{API}/plain", answer=lambda call: FakeAnswer(body=call.url.path))

    async def later(call):
        return FakeAnswer(status=201, json={"method": call.method})

    fake.get(f"{API}/later", later)
    assert await (await session.get(f"{API}/plain")).text() == "/plain"
    assert await (await session.get(f"{API}/later")).json() == {"method": "GET"}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (f"{API}/a?x=1&y=2", True),
        (f"{API}/a?y=2&x=1", True),
        (URL(f"{API}/a?y=2&x=1#part"), True),
        (f"{API}/a?x=1", False),
        (f"{API}/a", False),
        (f"{API}/b?x=1&y=2", False),
        ("http://api.example/a?x=1&y=2", False),
        (re.compile(r"https://.*\.example/"), True),
        (re.compile(r"/a"), False),
        (lambda url: url.path == "/a", True),
        (lambda url: False, False),
    ],
)
async def test_urls(fake, session, pattern, expected):
    fake.get(pattern)
    if expected:
        assert (await session.get(f"{API}/a?x=1&y=2")).status == 200
    else:
        with pytest.raises(UnexpectedRequest):
            await session.get(f"{API}/a?x=1&y=2")


async def test_conditions(fake, session):
    fake.get(f"{API}/", match_params={"x": "1"}, body="params")
    fake.get(re.compile(API), match_params={"y": "2"}, body="some params")
    fake.post(f"{API}/", match_headers={"X-A": "1"}, body="headers")
    fake.post(f"{API}/", match_content=lambda body: body == b"b", body="content")
    fake.post(f"{API}/", body="none")
    asked = [
        session.get(f"{API}/?x=1"),
        session.get(f"{API}/?x=1&y=2"),
        session.post(f"{API}/", headers={"x-a": "1"}),
        session.post(f"{API}/", data=b"b"),
        session.post(f"{API}/"),
    ]
    seen = [await (await call).text() for call in asked]
    assert seen == ["params", "some params", "headers", "content", "none"]


async def test_what_is_not_expected_fails_and_is_remembered(fake, session):
    fake.get(f"{API}/known")
    with pytest.raises(UnexpectedRequest, match=r"GET https://api\.example/unknown"):
        await session.get(f"{API}/unknown")
    (call,) = fake.unexpected
    assert call.url.path == "/unknown"
    assert fake.calls == [call]


# -- the session works as ever ---------------------------------------------------------------------


async def test_redirects(fake, session):
    fake.get(f"{API}/old", status=302, headers={"Location": "/new"})
    fake.get(f"{API}/new", body="here")
    async with session.get(f"{API}/old") as response:
        assert await response.text() == "here"
        assert response.url == URL(f"{API}/new")
        assert [each.status for each in response.history] == [302]


async def test_cookies(fake, session):
    fake.get(f"{API}/set", headers={"Set-Cookie": "id=7; Path=/"})
    sent = fake.get(f"{API}/get")
    await session.get(f"{API}/set")
    await session.get(f"{API}/get")
    assert sent.calls[0].headers["Cookie"] == "id=7"


async def test_raise_for_status(fake):
    fake.get(f"{API}/", status=404)
    async with ClientSession(raise_for_status=True) as session:
        with pytest.raises(ClientResponseError, match="Not Found"):
            await session.get(f"{API}/")


async def test_base_url_and_middlewares(fake):
    async def sign(request, handler):
        request.headers["X-Signed"] = "yes"
        return await handler(request)

    route = fake.get(f"{API}/v1/users")
    async with ClientSession(f"{API}/v1/", middlewares=(sign,)) as session:
        await session.get("users")
        await session.get("users", middlewares=())
    assert [call.headers.get("X-Signed") for call in route.calls] == ["yes", None]


# -- where the fake is -----------------------------------------------------------------------------


async def test_one_session_only():
    fake = FakeRequests()
    fake.get(f"{API}/", body="fake")
    async with ClientSession(middlewares=(fake,)) as session:
        assert await (await session.get(f"{API}/")).text() == "fake"


async def test_afterwards_there_is_a_network_again(app):
    before = ClientSession._request
    with FakeRequests():
        assert ClientSession._request is not before
    assert ClientSession._request is before
    async with TestClient(TestServer(app)) as client:
        assert (await client.get("/")).status == 200


async def test_some_hosts_are_real(app):
    async with TestClient(TestServer(app)) as client:
        with FakeRequests(pass_through=["127.0.0.1"]) as fake:
            assert await (await client.get("/")).text() == "Hello, world"
            assert fake.calls == []


async def test_some_urls_are_real(app, fake):
    async with TestClient(TestServer(app), cookie_jar=CookieJar()) as client:
        route = fake.let_pass(client.make_url("/"))
        assert await (await client.get("/")).text() == "Hello, world"
        assert not route.called
        with pytest.raises(UnexpectedRequest):
            await client.get("/mirror")
        fake.assert_all_called()


async def test_fakes_nest(fake, session):
    fake.get(f"{API}/", body="outer")
    fake.get(f"{API}/outer", body="outer")
    with FakeRequests() as inner:
        inner.get(f"{API}/", body="inner")
        inner.let_pass(f"{API}/outer")
        assert await (await session.get(f"{API}/")).text() == "inner"
        assert await (await session.get(f"{API}/outer")).text() == "outer"


async def test_routes_that_were_not_asked_for(session):
    with pytest.raises(AssertionError, match=r"Never asked for: .*idle"):
        with FakeRequests(assert_all_called=True) as fake:
            fake.get(f"{API}/")
            fake.get(f"{API}/idle")
            await session.get(f"{API}/")


def test_an_error_is_not_hidden_by_idle_routes():
    with pytest.raises(ZeroDivisionError):
        with FakeRequests(assert_all_called=True) as fake:
            fake.get(f"{API}/")
            raise ZeroDivisionError
