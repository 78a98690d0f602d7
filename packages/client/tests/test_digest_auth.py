"""The Digest middleware, with real requests and built responses."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from yarl import URL

from aiohttp_client.digest_auth import DigestAuthMiddleware
from aiohttp_client.errors import ClientError
from aiohttp_client.request import ClientRequest
from aiohttp_client.response import ClientResponse

URL_A = URL("http://a.example/dir/page?q=1")
CHALLENGE = 'Digest realm="r", nonce="n1", qop="auth", algorithm=MD5'


class Server:
    """Answers requests from a list and remembers what it was asked."""

    def __init__(self, *answers: tuple[int, dict[str, str]]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str | None]] = []

    async def __call__(self, request: ClientRequest) -> ClientResponse:
        self.asked.append((str(request.url), request.headers.get("Authorization")))
        status, headers = self.answers.pop(0) if self.answers else (200, {})
        return ClientResponse.build(request.method, request.url, status=status, headers=headers)


def unauthorized(challenge: str = CHALLENGE) -> tuple[int, dict[str, str]]:
    return 401, {"WWW-Authenticate": challenge}


def get(url: URL | str = URL_A, **options: Any) -> ClientRequest:
    return ClientRequest(options.pop("method", "GET"), URL(url), **options)


def field(value: str | None, name: str) -> str | None:
    found = re.search(rf'{name}=(?:"([^"]*)"|([^",]+))', value or "")
    return None if found is None else found[1] or found[2]


@pytest.mark.spec("ADD-392", "ADD-1074")
def test_constructor() -> None:
    for login, password in ((None, "p"), ("l", None), ("a:b", "p"), ("a\r\n", "p")):
        with pytest.raises(ValueError):
            DigestAuthMiddleware(login, password)  # type: ignore[arg-type]
    assert "preemptive=False" in repr(DigestAuthMiddleware("l", "p", False))
    assert "p4ss" not in repr(DigestAuthMiddleware("l", "p4ss"))


@pytest.mark.spec("AUTH-05", "AUTH-07", "ADD-385", "ADD-386")
async def test_a_challenge_is_answered() -> None:
    server = Server(unauthorized())
    middleware = DigestAuthMiddleware("user", "pass")
    response = await middleware(get(), server)
    assert response.status == 200
    (_, nothing), (_, answer) = server.asked
    assert nothing is None
    assert field(answer, "uri") == "/dir/page?q=1"
    assert field(answer, "nc") == "00000001"
    cnonce = field(answer, "cnonce")
    assert cnonce is not None
    assert re.fullmatch("[0-9a-f]{16}", cnonce)

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    expected = md5(f"{md5('user:r:pass')}:n1:00000001:{cnonce}:auth:{md5('GET:/dir/page?q=1')}")
    assert field(answer, "response") == expected


@pytest.mark.spec("ADD-385", "ADD-876")
async def test_the_uri_is_that_of_the_request_line() -> None:
    """Quoted as on the wire, without fragment; a server compares the two."""
    server = Server(unauthorized())
    request = get("http://a.example/grüße an/%2F?q=a b&r=%2B#f")
    await DigestAuthMiddleware("user", "pass")(request, server)
    target = request.head().split(b" ")[1].decode()
    assert field(server.asked[1][1], "uri") == target == "/gr%C3%BC%C3%9Fe%20an/%2F?q=a+b&r=%2B"


@pytest.mark.spec("ADD-389")
async def test_one_repetition_only() -> None:
    server = Server(unauthorized(), unauthorized(), unauthorized())
    response = await DigestAuthMiddleware("u", "p")(get(), server)
    assert response.status == 401
    assert len(server.asked) == 2


@pytest.mark.spec("AUTH-08", "ADD-386")
async def test_preemptive() -> None:
    server = Server(unauthorized())
    middleware = DigestAuthMiddleware("u", "p")
    for _ in range(3):
        await middleware(get(), server)
    assert [field(answer, "nc") for _, answer in server.asked] == [
        None, "00000001", "00000002", "00000003",
    ]  # fmt: skip
    server = Server(unauthorized(), (200, {}), unauthorized())
    waiting = DigestAuthMiddleware("u", "p", preemptive=False)
    for _ in range(2):
        await waiting(get(), server)
    assert [field(answer, "nc") for _, answer in server.asked] == [
        None, "00000001", None, "00000002",
    ]  # fmt: skip


@pytest.mark.spec("AUTH-09")
async def test_stale_nonce() -> None:
    server = Server(
        unauthorized(), (200, {}), unauthorized(CHALLENGE.replace("n1", "n2") + ", stale=true")
    )
    middleware = DigestAuthMiddleware("u", "p")
    await middleware(get(), server)
    response = await middleware(get(), server)
    assert response.status == 200
    assert [(field(a, "nonce"), field(a, "nc")) for _, a in server.asked] == [
        (None, None), ("n1", "00000001"), ("n1", "00000002"), ("n2", "00000001"),
    ]  # fmt: skip


async def test_next_nonce() -> None:
    server = Server(unauthorized(), (200, {"Authentication-Info": 'nextnonce="n9"'}))
    middleware = DigestAuthMiddleware("u", "p")
    await middleware(get(), server)
    await middleware(get(), server)
    assert (field(server.asked[-1][1], "nonce"), field(server.asked[-1][1], "nc")) == (
        "n9",
        "00000001",
    )


@pytest.mark.spec("ADD-390", "ADD-802", "ADD-887")
@pytest.mark.parametrize(
    "other",
    ["http://b.example/", "https://a.example/", "http://a.example:8080/", "http://x.a.example/"],
)
async def test_other_origins_get_nothing(other: str) -> None:
    middleware = DigestAuthMiddleware("u", "p")
    # A redirects to B before it has asked for anything; B asks.
    server = Server((302, {"Location": other}), unauthorized())
    await middleware(get(), server)
    response = await middleware(get(other), server)
    assert response.status == 401
    assert [answer for _, answer in server.asked] == [None, None]
    # Nor after A has its answer, nor by naming itself in a challenge of its own.
    server = Server(unauthorized(), (200, {}), unauthorized(f'{CHALLENGE}, domain="{other}"'))
    await middleware(get(), server)
    response = await middleware(get(other), server)
    assert response.status == 401
    assert server.asked[-1][1] is None


@pytest.mark.spec("ADD-390", "ADD-391", "ADD-894")
@pytest.mark.parametrize(
    ("domain", "url", "covered"),
    [
        (None, "http://a.example/anything", True),
        ("", "http://a.example/anything", True),
        ("/api", "http://a.example/api", True),
        ("/api", "http://a.example/api/x?y", True),
        ("/api/", "http://a.example/api/x", True),
        ("/api", "http://a.example/apix", False),
        ("/x /api", "http://a.example/api/1", True),
        ("/", "http://a.example/api/1", True),
        ("http://b.example/in", "http://b.example/in/x", True),
        ("http://b.example/in", "http://b.example/out", False),
        ("http://b.example/in", "http://a.example/dir/page", False),
        ("http://[ ftp://x/", "http://a.example/x", True),
    ],
)
async def test_protection_space(domain: str | None, url: str, covered: bool) -> None:
    challenge = CHALLENGE if domain is None else f'{CHALLENGE}, domain="{domain}"'
    server = Server(unauthorized(challenge))
    middleware = DigestAuthMiddleware("u", "p")
    await middleware(get(), server)
    await middleware(get(url), server)
    assert (server.asked[-1][1] is not None) is covered


@pytest.mark.spec("ADD-388")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"WWW-Authenticate": "Basic realm=x"},
        {"WWW-Authenticate": 'Basic realm="x", Digest realm="d", nonce="n"'},
    ],
)
async def test_what_is_not_answered(headers: dict[str, str]) -> None:
    server = Server((401, headers))
    response = await DigestAuthMiddleware("u", "p")(get(), server)
    assert response.status == 401
    assert len(server.asked) == 1


@pytest.mark.spec("ADD-384")
@pytest.mark.parametrize(
    "challenge",
    ['Digest realm="r"', 'Digest nonce="n"', 'Digest realm="r", nonce=""',
     'Digest realm="r", nonce="n", algorithm=ROT13'],
)  # fmt: skip
async def test_bad_challenges(challenge: str) -> None:
    with pytest.raises(ClientError):
        await DigestAuthMiddleware("u", "p")(get(), Server(unauthorized(challenge)))


@pytest.mark.spec("ADD-383", "AUTH-06")
@pytest.mark.parametrize(
    ("make", "qop"),
    [
        (lambda: b"body", "auth-int"),
        (lambda: None, "auth-int"),
        (lambda: pieces(), "auth"),
    ],
)
async def test_auth_int(make: Callable[[], Any], qop: str) -> None:
    server = Server(unauthorized('Digest realm="r", nonce="n", qop="auth,auth-int"'))
    request = get(method="POST", data=make())
    await DigestAuthMiddleware("u", "p")(request, server)
    assert field(server.asked[-1][1], "qop") == qop
    assert request.replayable


async def pieces() -> AsyncIterator[bytes]:
    yield b"body"


@pytest.mark.spec("ADD-393")
async def test_a_body_that_is_used_up_is_not_sent_again() -> None:
    class UsedUp(ClientRequest):
        replayable = False

    async def handler(request: ClientRequest) -> ClientResponse:
        return ClientResponse.build("POST", URL_A, status=401, headers=unauthorized()[1])

    response = await DigestAuthMiddleware("u", "p")(UsedUp("POST", URL_A, data=b"x"), handler)
    assert response.status == 401


async def test_concurrent_requests_never_share_a_count() -> None:
    server = Server(unauthorized())
    middleware = DigestAuthMiddleware("u", "p")
    await middleware(get(), server)
    await asyncio.gather(*(middleware(get(), server) for _ in range(50)))
    counts = [field(answer, "nc") for _, answer in server.asked[1:]]
    assert len(set(counts)) == 51
