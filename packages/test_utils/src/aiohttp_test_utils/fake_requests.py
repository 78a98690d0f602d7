"""Answers to requests without a server: what a program asked for, and what it was told.

::

    with FakeRequests() as fake:
        users = fake.get("https://api.example/users", json=[{"name": "Grace"}])
        await program_under_test()
    assert users.calls[0].headers["Accept"] == "application/json"

Laws
* A fake stands where the network stands: behind the middlewares, cookies, credentials and
  redirects of a session, which all work as ever.
* A request that no route expects fails, as if there were no network, and is remembered.
* Nothing is changed in a session: the fake is a client middleware that each request is given.
"""

import json as json_module
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from inspect import isawaitable
from types import TracebackType
from typing import Any, Final, Self
from unittest import mock

from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiohttp_client import (
    ClientConnectionError,
    ClientHandlerType,
    ClientRequest,
    ClientResponse,
    ClientSession,
)
from aiohttp_core import Payload

__all__ = ("FakeAnswer", "FakeCall", "FakeRequests", "FakeRoute", "UnexpectedRequest")

UrlPattern = str | URL | re.Pattern[str] | Callable[[URL], bool]
"""What a route expects: a URL, a pattern that its text begins with, or a predicate."""

Headers = Mapping[str, str] | Iterable[tuple[str, str]]

ANY_METHOD: Final = "*"


class UnexpectedRequest(ClientConnectionError):
    """A request was made that no route of the fake expects."""


@dataclass(frozen=True, slots=True)
class FakeCall:
    """A request that a fake has seen."""

    method: str
    url: URL
    headers: CIMultiDictProxy[str]
    body: bytes

    def json(self) -> Any:
        """Return the body decoded as JSON."""
        return json_module.loads(self.body)


Responder = Callable[[FakeCall], "FakeAnswer | Awaitable[FakeAnswer]"]


@dataclass(frozen=True, slots=True)
class FakeAnswer:
    """What a request is told: a response, or an exception that is raised instead."""

    status: int = 200
    body: bytes | str = b""
    json: Any = None
    """Becomes the body, with its content type, unless it is ``None``."""
    headers: Headers = ()
    content_type: str | None = None
    reason: str | None = None
    exception: BaseException | type[BaseException] | None = None

    def response_to(self, request: ClientRequest) -> ClientResponse:
        """Return the response, or raise the exception."""
        if self.exception is not None:
            raise self.exception
        headers = CIMultiDict(self.headers)
        body, content_type = self.body, self.content_type
        if self.json is not None:
            body = json_module.dumps(self.json)
            content_type = content_type or "application/json"
        elif isinstance(body, str):
            content_type = content_type or "text/plain; charset=utf-8"
        if content_type is not None:
            headers.setdefault("Content-Type", content_type)
        return request.response_class.build(
            request.method,
            request.url,
            status=self.status,
            reason=self.reason,
            headers=headers,
            body=body,
            request_headers=request.headers,
        )


@dataclass(slots=True)
class FakeRoute:
    """Requests that are expected, and their answers in turn; the last answer goes on for ever.

    *times* limits how many requests are answered.
    """

    method: str
    url: UrlPattern
    headers: Mapping[str, str] | None = None
    params: Mapping[str, str] | None = None
    content: Callable[[bytes], bool] | None = None
    times: int | None = None
    passes: bool = False
    answers: list[FakeAnswer | Responder] = field(default_factory=list)
    calls: list[FakeCall] = field(default_factory=list)
    """The requests that were answered."""

    def __repr__(self) -> str:
        return f"<FakeRoute {self.method} {_shown(self.url)} calls={len(self.calls)}>"

    @property
    def called(self) -> bool:
        """Whether there was a request."""
        return bool(self.calls)

    def then(
        self,
        answer: FakeAnswer | Responder | None = None,
        *,
        status: int = 200,
        body: bytes | str = b"",
        json: Any = None,
        headers: Headers = (),
        content_type: str | None = None,
        reason: str | None = None,
        exception: BaseException | type[BaseException] | None = None,
    ) -> Self:
        """Add an answer: *answer*, or one made of the other arguments.  Returns the route."""
        if answer is None:
            answer = FakeAnswer(status, body, json, headers, content_type, reason, exception)
        self.answers.append(answer)
        return self

    def expects(self, call: FakeCall) -> bool:
        """Return whether *call* belongs to this route, which may be spent."""
        if self.times is not None and len(self.calls) >= self.times:
            return False
        if self.method not in (ANY_METHOD, call.method):
            return False
        if not _matches(self.url, self.params, call.url):
            return False
        wanted = self.headers or {}
        if any(call.headers.get(name) != value for name, value in wanted.items()):
            return False
        return self.content is None or self.content(call.body)

    def next_answer(self) -> FakeAnswer | Responder:
        """Return the answer to the next call."""
        if not self.answers:
            return FakeAnswer()
        return self.answers[min(len(self.calls), len(self.answers) - 1)]


def _shown(url: UrlPattern) -> str:
    return url.pattern if isinstance(url, re.Pattern) else str(url)


def _matches(wanted: UrlPattern, params: Mapping[str, str] | None, url: URL) -> bool:
    if isinstance(wanted, re.Pattern):
        found = wanted.match(str(url)) is not None
    elif isinstance(wanted, (str, URL)):
        wanted = URL(wanted)
        if params is not None:
            wanted = wanted.extend_query(params)
        same_place = url.with_query(None) == wanted.with_query(None).with_fragment(None)
        return same_place and sorted(url.query.items()) == sorted(wanted.query.items())
    else:
        found = wanted(url)
    return found and (params is None or params.items() <= dict(url.query).items())


async def _body_of(request: ClientRequest) -> bytes:
    body = request.body
    return await body.as_bytes() if isinstance(body, Payload) else bytes(body or b"")


class FakeRequests:
    """A network that answers as it is told.

    As a context manager it is there for all sessions of the process; ``middlewares=[fake]`` gives
    it to one.  Routes are tried in the order in which they were added.  Requests to the hosts in
    *pass_through* go to the network.  With *assert_all_called* leaving the context raises
    ``AssertionError`` if a route was never asked for.
    """

    def __init__(
        self, *, pass_through: Iterable[str] = (), assert_all_called: bool = False
    ) -> None:
        self.routes: list[FakeRoute] = []
        """All routes."""
        self.calls: list[FakeCall] = []
        """All requests, expected or not, but those that went to the network."""
        self.unexpected: list[FakeCall] = []
        """Requests that no route expected."""
        self._pass_through = frozenset(pass_through)
        self._assert_all_called = assert_all_called
        self._installed = ExitStack()

    # -- routes -----------------------------------------------------------------------------------

    def route(
        self,
        method: str,
        url: UrlPattern,
        answer: FakeAnswer | Responder | None = None,
        *,
        match_headers: Mapping[str, str] | None = None,
        match_params: Mapping[str, str] | None = None,
        match_content: Callable[[bytes], bool] | None = None,
        times: int | None = None,
        **response: Any,
    ) -> FakeRoute:
        """Expect *method*, ``"*"`` for any, at *url*, and answer.

        A URL is compared without regard to the order of its query; *match_params* adds to the
        query, or, with a pattern or predicate, must be in it.  *answer* is an answer, or a function
        or coroutine function from :class:`FakeCall` to one; or *response* are the arguments of
        :meth:`FakeRoute.then`.  Without either the answer is an empty 200.
        """
        method = method.upper()
        route = FakeRoute(method, url, match_headers, match_params, match_content, times)
        if answer is not None or response:
            route.then(answer, **response)
        self.routes.append(route)
        return route

    def get(
        self, url: UrlPattern, answer: FakeAnswer | Responder | None = None, **kwargs: Any
    ) -> FakeRoute:
        """Expect GET; see :meth:`route`."""
        return self.route("GET", url, answer, **kwargs)

    def post(
        self, url: UrlPattern, answer: FakeAnswer | Responder | None = None, **kwargs: Any
    ) -> FakeRoute:
        """Expect POST; see :meth:`route`."""
        return self.route("POST", url, answer, **kwargs)

    def put(
        self, url: UrlPattern, answer: FakeAnswer | Responder | None = None, **kwargs: Any
    ) -> FakeRoute:
        """Expect PUT; see :meth:`route`."""
        return self.route("PUT", url, answer, **kwargs)

    def patch(
        self, url: UrlPattern, answer: FakeAnswer | Responder | None = None, **kwargs: Any
    ) -> FakeRoute:
        """Expect PATCH; see :meth:`route`."""
        return self.route("PATCH", url, answer, **kwargs)

    def delete(
        self, url: UrlPattern, answer: FakeAnswer | Responder | None = None, **kwargs: Any
    ) -> FakeRoute:
        """Expect DELETE; see :meth:`route`."""
        return self.route("DELETE", url, answer, **kwargs)

    def head(
        self, url: UrlPattern, answer: FakeAnswer | Responder | None = None, **kwargs: Any
    ) -> FakeRoute:
        """Expect HEAD; see :meth:`route`."""
        return self.route("HEAD", url, answer, **kwargs)

    def options(
        self, url: UrlPattern, answer: FakeAnswer | Responder | None = None, **kwargs: Any
    ) -> FakeRoute:
        """Expect OPTIONS; see :meth:`route`."""
        return self.route("OPTIONS", url, answer, **kwargs)

    def let_pass(self, url: UrlPattern, method: str = ANY_METHOD) -> FakeRoute:
        """Let requests to *url* go to the network."""
        route = self.route(method, url)
        route.passes = True
        return route

    # -- answering --------------------------------------------------------------------------------

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Answer *request*: the client middleware."""
        if request.url.host in self._pass_through:
            return await handler(request)
        headers = CIMultiDictProxy(CIMultiDict(request.headers))
        call = FakeCall(request.method, request.url, headers, await _body_of(request))
        for route in self.routes:
            if route.expects(call):
                break
        else:
            self.calls.append(call)
            self.unexpected.append(call)
            raise UnexpectedRequest(
                f"{call.method} {call.url} was not expected; there are {self.routes}"
            )
        if route.passes:
            return await handler(request)
        answer: Any = route.next_answer()
        self.calls.append(call)
        route.calls.append(call)
        if not isinstance(answer, FakeAnswer):
            answer = answer(call)
            if isawaitable(answer):
                answer = await answer
        response: ClientResponse = answer.response_to(request)
        if "Set-Cookie" in response.headers:
            # The network would have done this.
            request.session.cookie_jar.update_cookies(response.cookies, request.url)
        return response

    def assert_all_called(self) -> None:
        """Raise ``AssertionError`` if a route was never asked for."""
        idle = [route for route in self.routes if not route.called and not route.passes]
        if idle:
            raise AssertionError(f"Never asked for: {idle}")

    # -- for all sessions -------------------------------------------------------------------------

    def __enter__(self) -> Self:
        through: Any = ClientSession._request  # the one way of all requests
        fake = self

        async def _request(
            session: ClientSession, method: str, url: str | URL, **options: Any
        ) -> ClientResponse:
            given: Sequence[Any] | None = options.get("middlewares")
            if given is None:
                given = session.middlewares
            options["middlewares"] = (*given, fake)
            response: ClientResponse = await through(session, method, url, **options)
            return response

        self._installed.enter_context(mock.patch.object(ClientSession, "_request", _request))
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._installed.close()
        if exc_type is None and self._assert_all_called:
            self.assert_all_called()
