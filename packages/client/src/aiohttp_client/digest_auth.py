"""The middleware that answers Digest challenges (RFC 7616).

Laws
* Credentials are bound to the origin of the first request that passes through.  Another origin
  gets none, whatever it asks for, unless the first one has named it as part of its protection space
  (``domain``); that is the defence against CVE-2026-54276 (spec row ADD-390).
* A request is sent again once at most; a second 401 belongs to the caller (ADD-389).
* The count of each nonce only grows, also under concurrent requests.
"""

import os

from yarl import URL

from aiohttp_client.digest_challenge import (
    DigestAuthChallenge,
    choose_challenge,
    digest_authorization,
    needs_body,
    next_nonce,
)
from aiohttp_client.middlewares import ClientHandlerType
from aiohttp_client.redirects import same_origin
from aiohttp_client.request import ClientRequest
from aiohttp_client.response import ClientResponse

__all__ = ("DigestAuthChallenge", "DigestAuthMiddleware")


class DigestAuthMiddleware:
    """Answers 401 responses with a Digest challenge, and sends the request again.

    With *preemptive* later requests within the protection space of the last challenge carry an
    answer at once (RFC 7616 section 3.6); without it each request waits for its own challenge.
    ``None`` as login or password, a colon or a control character in the login raise
    ``ValueError``.  A challenge that cannot be answered raises ``ClientError``.

    A body is sent again only if it can be; else the 401 response is returned.  One instance serves
    one origin; concurrent requests may share it.
    """

    def __init__(self, login: str, password: str, preemptive: bool = True) -> None:
        if login is None:
            raise ValueError("None is not allowed as login value")
        if password is None:
            raise ValueError("None is not allowed as password value")
        if ":" in login:
            raise ValueError('A ":" is not allowed in username (RFC 7616 section 3.4)')
        if any(char < " " or char == "\x7f" for char in login):
            raise ValueError("Control characters are not allowed in login")
        self._login = login
        self._password = password
        self._preemptive = preemptive
        self._anchor: URL | None = None
        self._challenge: DigestAuthChallenge = {}
        self._space: tuple[URL, ...] = ()
        self._count = 0

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Send *request*, answer one challenge, return the response."""
        if self._anchor is None:
            self._anchor = request.url.origin()
        if self._preemptive and self._challenge and self._within_space(request.url):
            await self._authorize(request)
        response = await handler(request)
        if response.status != 401 or not self._may_answer(request.url):
            self._note_next_nonce(response)
            return response
        challenge = choose_challenge(response.headers.getall("WWW-Authenticate", ()))
        if challenge is None or not request.replayable:
            return response
        self._adopt(challenge, response.url)
        await self._authorize(request)
        await response.release()
        response = await handler(request)
        self._note_next_nonce(response)
        return response

    # ------------------------------------------------------------ the protection space

    def _may_answer(self, url: URL) -> bool:
        anchor = self._anchor
        return (anchor is not None and same_origin(anchor, url)) or self._within_space(url)

    def _within_space(self, url: URL) -> bool:
        return any(_covers(prefix, url) for prefix in self._space)

    def _adopt(self, challenge: DigestAuthChallenge, url: URL) -> None:
        """Take *challenge*, sent by *url*, and the protection space that it names."""
        if challenge.get("nonce") != self._challenge.get("nonce"):
            self._count = 0
        self._challenge = challenge
        anchor = self._anchor
        if anchor is not None and same_origin(anchor, url):
            # Only the origin that is trusted may say who else is.
            self._space = _protection_space(challenge.get("domain", ""), url)

    def _note_next_nonce(self, response: ClientResponse) -> None:
        """Take a fresh nonce that comes with a good answer (RFC 7616 section 3.5)."""
        if not self._challenge or not self._may_answer(response.url):
            return
        info = response.headers.get("Authentication-Info")
        nonce = next_nonce(info) if info is not None else None
        if nonce is not None and nonce != self._challenge.get("nonce"):
            self._challenge = {**self._challenge, "nonce": nonce}
            self._count = 0

    # ------------------------------------------------------------ the answer

    async def _authorize(self, request: ClientRequest) -> None:
        challenge = self._challenge
        body: bytes | None = None
        if needs_body(challenge):
            body = await _body_bytes(request)
            if challenge is not self._challenge:
                # Another request brought a newer one while this body was read.
                challenge = self._challenge
        self._count += 1
        request.headers["Authorization"] = digest_authorization(
            challenge,
            method=request.method,
            uri=request.url.raw_path_qs,
            login=self._login,
            password=self._password,
            body=body,
            nonce_count=self._count,
            cnonce=os.urandom(8).hex(),
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} origin={self._anchor} preemptive={self._preemptive}>"


def _protection_space(domain: str, url: URL) -> tuple[URL, ...]:
    """Return the URL prefixes of *domain*; the origin of *url* if it names none (ADD-391)."""
    space: list[URL] = []
    for text in domain.split()[:64]:
        try:
            prefix = url.join(URL(text))
            usable = bool(prefix.raw_host) and prefix.scheme in ("http", "https")
        except ValueError:
            continue
        if usable:
            space.append(prefix.with_user(None).with_query(None).with_fragment(None))
    return tuple(space) or (url.origin(),)


def _covers(prefix: URL, url: URL) -> bool:
    """Return whether *url* lies below *prefix*, at a boundary of path segments."""
    if not same_origin(prefix, url):
        return False
    base = prefix.raw_path.rstrip("/")
    path = url.raw_path
    return path == base or path.startswith(base + "/")


async def _body_bytes(request: ClientRequest) -> bytes | None:
    """Return the body for ``auth-int``; ``None`` if reading it would use it up."""
    body = request.body
    if isinstance(body, bytes):
        return body
    return await body.as_bytes() if request.resendable else None
