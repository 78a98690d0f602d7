"""The HTTP exceptions: hierarchy, answers, and the response that each owns."""

import pickle
import warnings
from http import HTTPStatus
from typing import Any

import pytest
from multidict import CIMultiDict
from yarl import URL

from aiohttp_web import exceptions
from aiohttp_web.application import Application
from aiohttp_web.exceptions import (
    HTTPBadRequest,
    HTTPClientError,
    HTTPError,
    HTTPException,
    HTTPFound,
    HTTPMethodNotAllowed,
    HTTPMove,
    HTTPNoContent,
    HTTPNotFound,
    HTTPNotModified,
    HTTPPermanentRedirect,
    HTTPRedirection,
    HTTPRequestEntityTooLarge,
    HTTPServerError,
    HTTPSuccessful,
    HTTPUnavailableForLegalReasons,
)
from aiohttp_web.response import Response

ROWS: list[tuple[str, int, str, type[HTTPException]]] = [
    ("WEXC-11", 200, "HTTPOk", HTTPSuccessful),
    ("WEXC-12", 201, "HTTPCreated", HTTPSuccessful),
    ("WEXC-13", 202, "HTTPAccepted", HTTPSuccessful),
    ("WEXC-14", 203, "HTTPNonAuthoritativeInformation", HTTPSuccessful),
    ("WEXC-15", 204, "HTTPNoContent", HTTPSuccessful),
    ("WEXC-16", 205, "HTTPResetContent", HTTPSuccessful),
    ("WEXC-17", 206, "HTTPPartialContent", HTTPSuccessful),
    ("WEXC-18", 300, "HTTPMultipleChoices", HTTPMove),
    ("WEXC-19", 301, "HTTPMovedPermanently", HTTPMove),
    ("WEXC-20", 302, "HTTPFound", HTTPMove),
    ("WEXC-21", 303, "HTTPSeeOther", HTTPMove),
    ("WEXC-22", 304, "HTTPNotModified", HTTPRedirection),
    ("WEXC-23", 305, "HTTPUseProxy", HTTPMove),
    ("WEXC-24", 307, "HTTPTemporaryRedirect", HTTPMove),
    ("WEXC-25", 308, "HTTPPermanentRedirect", HTTPMove),
    ("WEXC-26", 400, "HTTPBadRequest", HTTPClientError),
    ("WEXC-27", 401, "HTTPUnauthorized", HTTPClientError),
    ("WEXC-28", 402, "HTTPPaymentRequired", HTTPClientError),
    ("WEXC-29", 403, "HTTPForbidden", HTTPClientError),
    ("WEXC-30", 404, "HTTPNotFound", HTTPClientError),
    ("WEXC-31", 405, "HTTPMethodNotAllowed", HTTPClientError),
    ("WEXC-32", 406, "HTTPNotAcceptable", HTTPClientError),
    ("WEXC-33", 407, "HTTPProxyAuthenticationRequired", HTTPClientError),
    ("WEXC-34", 408, "HTTPRequestTimeout", HTTPClientError),
    ("WEXC-35", 409, "HTTPConflict", HTTPClientError),
    ("WEXC-36", 410, "HTTPGone", HTTPClientError),
    ("WEXC-37", 411, "HTTPLengthRequired", HTTPClientError),
    ("WEXC-38", 412, "HTTPPreconditionFailed", HTTPClientError),
    ("WEXC-39", 413, "HTTPRequestEntityTooLarge", HTTPClientError),
    ("WEXC-40", 414, "HTTPRequestURITooLong", HTTPClientError),
    ("WEXC-41", 415, "HTTPUnsupportedMediaType", HTTPClientError),
    ("WEXC-42", 416, "HTTPRequestRangeNotSatisfiable", HTTPClientError),
    ("WEXC-43", 417, "HTTPExpectationFailed", HTTPClientError),
    ("WEXC-44", 421, "HTTPMisdirectedRequest", HTTPClientError),
    ("WEXC-45", 422, "HTTPUnprocessableEntity", HTTPClientError),
    ("WEXC-46", 424, "HTTPFailedDependency", HTTPClientError),
    ("WEXC-47", 426, "HTTPUpgradeRequired", HTTPClientError),
    ("WEXC-48", 428, "HTTPPreconditionRequired", HTTPClientError),
    ("WEXC-49", 429, "HTTPTooManyRequests", HTTPClientError),
    ("WEXC-50", 431, "HTTPRequestHeaderFieldsTooLarge", HTTPClientError),
    ("WEXC-51", 451, "HTTPUnavailableForLegalReasons", HTTPClientError),
    ("WEXC-52", 500, "HTTPInternalServerError", HTTPServerError),
    ("WEXC-53", 501, "HTTPNotImplemented", HTTPServerError),
    ("WEXC-54", 502, "HTTPBadGateway", HTTPServerError),
    ("WEXC-55", 503, "HTTPServiceUnavailable", HTTPServerError),
    ("WEXC-56", 504, "HTTPGatewayTimeout", HTTPServerError),
    ("WEXC-57", 505, "HTTPVersionNotSupported", HTTPServerError),
    ("WEXC-58", 506, "HTTPVariantAlsoNegotiates", HTTPServerError),
    ("WEXC-59", 507, "HTTPInsufficientStorage", HTTPServerError),
    ("WEXC-60", 510, "HTTPNotExtended", HTTPServerError),
    ("WEXC-61", 511, "HTTPNetworkAuthenticationRequired", HTTPServerError),
]
EMPTY = {204, 205, 304}


def make(cls: type[Any], **kwargs: Any) -> HTTPException:
    if issubclass(cls, HTTPMove):
        made: HTTPException = cls("/there", **kwargs)
    elif issubclass(cls, HTTPMethodNotAllowed):
        made = cls("GET", ["POST"], **kwargs)
    elif issubclass(cls, HTTPRequestEntityTooLarge):
        made = cls(10, 20, **kwargs)
    elif issubclass(cls, HTTPUnavailableForLegalReasons):
        made = cls(None, **kwargs)
    else:
        made = cls(**kwargs)
    return made


@pytest.mark.spec("WEXC-03", "WEXC-05", "WEXC-06", "ADD-420", "ADD-526", "ADD-972")
@pytest.mark.parametrize(
    ("status", "name", "base"),
    [pytest.param(*row[1:], marks=pytest.mark.spec(row[0]), id=row[2]) for row in ROWS],
)
def test_each_class(status: int, name: str, base: type[HTTPException]) -> None:
    cls = getattr(exceptions, name)
    assert base in cls.__mro__
    assert cls.status_code == status
    raised = make(cls)
    phrase = HTTPStatus(status).phrase
    assert (raised.status, raised.reason, str(raised)) == (status, phrase, phrase)
    assert raised.args == (phrase,)
    if status in EMPTY:
        assert raised.text is None
        assert raised.body is None
        assert "Content-Type" not in raised.headers
    else:
        if status != 413:
            assert raised.text == f"{status}: {phrase}"
        assert raised.headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.spec("WEXC-06", "NAM-11", "ADD-1009")
def test_all_classes_are_public_and_in_the_table() -> None:
    classes = {
        name
        for name, value in vars(exceptions).items()
        if isinstance(value, type) and issubclass(value, HTTPException)
    }
    assert classes <= set(exceptions.__all__)
    bases = {
        "HTTPException",
        "HTTPError",
        "HTTPSuccessful",
        "HTTPRedirection",
        "HTTPMove",
        "HTTPClientError",
        "HTTPServerError",
    }
    assert classes - bases == {row[2] for row in ROWS}
    assert issubclass(HTTPClientError, HTTPError)
    assert issubclass(HTTPServerError, HTTPError)
    assert issubclass(HTTPMove, HTTPRedirection)


@pytest.mark.spec("WEXC-01", "WEXC-62")
def test_headers_reason_text_type() -> None:
    given = CIMultiDict([("X-A", "1"), ("X-A", "2")])
    raised = HTTPBadRequest(headers=given, reason="Nope", text="<p>é</p>", content_type="text/html")
    assert raised.headers.getall("X-A") == ["1", "2"]
    assert list(given.items()) == [("X-A", "1"), ("X-A", "2")]
    assert (raised.reason, raised.text, raised.body) == ("Nope", "<p>é</p>", "<p>é</p>".encode())
    assert raised.headers["Content-Type"] == "text/html; charset=utf-8"
    assert (raised.content_type, raised.charset) == ("text/html", "utf-8")


def test_content_type_among_the_headers_wins() -> None:
    raised = HTTPBadRequest(headers={"Content-Type": "application/json"}, text="{}")
    assert raised.content_type == "application/json"
    assert raised.body == b"{}"


@pytest.mark.spec("ADD-525", "ADD-773", "ADD-795")
@pytest.mark.parametrize("reason", ["a\r\nX: y", "a\nb", "a\rb", "a\0b"])
def test_reason_is_checked_at_once(reason: str) -> None:
    with pytest.raises(ValueError, match=r"reason|Reason|control|CR"):
        HTTPNotFound(reason=reason)


@pytest.mark.spec("WEXC-07", "ADD-520", "ADD-521", "ADD-936", "WEXC-63", "C95")
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ("/path?q=1", "/path?q=1"),
        ("/é", "/%C3%A9"),
        ("http://example.com/a b", "http://example.com/a%20b"),
        (URL("/x"), "/x"),
        ("other", "other"),
    ],
)
def test_location(given: Any, field: str) -> None:
    raised = HTTPFound(given)
    assert raised.headers["Location"] == field
    assert raised.location == URL(given)


@pytest.mark.spec("ADD-520")
@pytest.mark.parametrize(
    ("location", "error"), [("", ValueError), (None, ValueError), (5, TypeError)]
)
def test_bad_location(location: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        HTTPFound(location)


def test_location_cannot_break_the_head() -> None:
    raised = HTTPFound("/a\r\nX: y")
    assert "\r" not in raised.headers["Location"]
    assert "\n" not in raised.headers["Location"]


@pytest.mark.spec("WEXC-08", "ADD-522")
def test_method_not_allowed() -> None:
    raised = HTTPMethodNotAllowed("post", ["GET", "HEAD", "GET"])
    assert raised.headers["Allow"] == "GET,HEAD"
    assert raised.method == "POST"
    assert raised.allowed_methods == {"GET", "HEAD"}


@pytest.mark.spec("WEXC-09", "ADD-524", "ADD-1083")
@pytest.mark.parametrize(("size", "shown"), [(10, "10"), (1.5, "1.5")])
def test_too_large(size: float, shown: str) -> None:
    expected = f"Maximum request body size {shown} exceeded."
    assert HTTPRequestEntityTooLarge(size).text == expected
    assert HTTPRequestEntityTooLarge(size, 20).text == expected
    assert HTTPRequestEntityTooLarge(max_size=size, actual_size=2, text="x").text == "x"


@pytest.mark.spec("WEXC-10", "ADD-523")
def test_legal_reasons() -> None:
    raised = HTTPUnavailableForLegalReasons("http://example.com/é", text="why")
    assert raised.link == URL("http://example.com/é")
    assert raised.headers["Link"] == '<http://example.com/%C3%A9>; rel="blocked-by"'
    without = HTTPUnavailableForLegalReasons(None)
    assert without.link is None
    assert "Link" not in without.headers


@pytest.mark.spec("WEXC-04", "C38", "ADD-929")
def test_cookies() -> None:
    raised = HTTPBadRequest()
    raised.set_cookie("a", "b", version=1, max_age=5)
    assert raised.cookies["a"].value == "b"
    assert raised.to_response().cookies["a"]["max-age"] in (5, "5")
    raised.del_cookie("a")
    assert raised.cookies["a"].value == ""


@pytest.mark.spec("ADD-519", "ADD-965")
def test_body_is_deprecated() -> None:
    with pytest.warns(DeprecationWarning, match="body") as caught:
        raised = HTTPBadRequest(body=b"raw")
    assert caught[0].filename == __file__
    assert raised.body == b"raw"


@pytest.mark.spec("ADD-527")
def test_arguments_without_effect_warn() -> None:
    with pytest.warns(DeprecationWarning, match="no body"):
        assert HTTPNoContent(text="x").text is None
    with pytest.warns(DeprecationWarning, match="content_type"):
        HTTPBadRequest(content_type="text/html")
    with pytest.warns(DeprecationWarning, match="body") as caught:
        HTTPFound("/", body=b"x")
    assert caught[0].filename == __file__


@pytest.mark.spec("ADD-527")
def test_repr() -> None:
    assert repr(HTTPFound("/x")) == "<HTTPFound: Found>"


@pytest.mark.spec("ADD-519", "ADD-1058", "ADD-1082", "WEXC-01", "C61")
def test_it_is_an_exception_that_owns_a_response() -> None:
    raised = HTTPNotFound()
    assert not isinstance(raised, Response)
    response = raised.to_response()
    assert isinstance(response, Response)
    assert raised.to_response() is response
    raised.text = "other"
    raised.headers["X"] = "1"
    raised.set_status(410, "Away")
    raised.content_type = "text/html"
    raised.charset = "latin-1"
    assert (response.text, response.headers["X"], response.status) == ("other", "1", 410)
    assert response.content_type == "text/html"
    raised.body = b"raw"
    assert response.body == b"raw"
    assert raised.content_length == 3
    assert (raised.prepared, raised.keep_alive, raised.body_length) == (False, None, 0)
    raised.force_close()
    assert raised.keep_alive is False
    raised.enable_compression()
    assert response.compression


async def test_it_can_be_raised_again(make_request: Any) -> None:
    raised = HTTPNotFound(text="text", headers={"X-Own": "1"})
    raised.set_cookie("a", "b")
    bodies = []
    for _ in range(3):
        request = make_request("GET", "/")
        await raised.prepare(request)
        await raised.write_eof()
        assert raised.prepared
        writer = request.response_writer()
        bodies.append((writer.body, writer.headers["X-Own"], writer.headers["Set-Cookie"]))
        assert writer.headers.getall("Date") == [writer.headers["Date"]]
    assert bodies[0] == bodies[1] == bodies[2]
    assert bodies[0][0] == b"text"


@pytest.mark.spec("WEXC-02", "WEXC-64", "ADD-435", "ADD-965", "C61")
async def test_returning_it_works_with_a_warning(serve: Any) -> None:
    async def returned(request: Any) -> Any:
        return HTTPNotFound(text="returned", headers={"X-Own": "1"})

    async def one_for_all(request: Any) -> Any:
        raise shared

    shared = HTTPNotFound(text="shared")
    app = Application()
    app.router.add_get("/returned", returned)
    app.router.add_get("/shared", one_for_all)
    served = await serve(app)
    with pytest.warns(DeprecationWarning, match="returning HTTPException"):
        answer = await served.ask("GET", "/returned")
    assert (answer.status, answer.body, answer.headers["X-Own"]) == (404, b"returned", "1")
    for _ in range(2):
        answer = await served.ask("GET", "/shared")
        assert (answer.status, answer.body) == (404, b"shared")


@pytest.mark.spec("WEXC-15", "WEXC-16", "WEXC-22", "WEXC-63")
@pytest.mark.parametrize(
    ("raised", "status", "body"),
    [
        (HTTPNoContent(), 204, b""),
        (HTTPNotModified(), 304, b""),
        (exceptions.HTTPResetContent(), 205, b""),
        (exceptions.HTTPOk(), 200, b"200: OK"),
        (HTTPFound("/there"), 302, b"302: Found"),
        (HTTPMethodNotAllowed("GET", ["PUT"]), 405, b"405: Method Not Allowed"),
    ],
    ids=repr,
)
async def test_on_the_wire(serve: Any, raised: HTTPException, status: int, body: bytes) -> None:
    async def handler(request: Any) -> Any:
        raise raised

    app = Application()
    app.router.add_get("/", handler)
    answer = await (await serve(app)).ask("GET", "/")
    assert (answer.status, answer.body) == (status, body)


@pytest.mark.spec("ADD-513")
def test_it_is_a_mapping_like_a_response_and_always_true() -> None:
    raised = HTTPNotFound()
    assert len(raised) == 0
    assert raised
    raised["key"] = 1
    assert raised["key"] == raised.get("key") == 1
    assert "key" in raised
    assert list(raised) == ["key"]
    del raised["key"]
    assert raised.get("key", 2) == 2
    assert raised == raised
    assert raised != HTTPNotFound()
    assert len({raised, raised}) == 1


@pytest.mark.parametrize(
    "raised",
    [HTTPFound("/x", headers={"X": "1"}), HTTPMethodNotAllowed("GET", ["POST"]), HTTPNotModified()],
    ids=repr,
)
def test_pickle(raised: Any) -> None:
    copy = pickle.loads(pickle.dumps(raised))
    assert type(copy) is type(raised)
    assert (copy.status, copy.reason, copy.body) == (raised.status, raised.reason, raised.body)
    assert copy.headers == raised.headers
    assert vars(copy).keys() == vars(raised).keys()
    assert copy.args == raised.args


@pytest.mark.spec("ADD-972")
def test_own_subclass() -> None:
    class Teapot(HTTPClientError):
        status_code = 418

    class Unknown(HTTPServerError):
        status_code = 599

    assert (Teapot().status, Teapot().text) == (418, f"418: {HTTPStatus(418).phrase}")
    assert (Unknown().reason, Unknown().text) == ("", "599: ")


def test_no_warnings_for_ordinary_use() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for row in ROWS:
            make(getattr(exceptions, row[2]))


@pytest.mark.spec("C39", "C40", "C41", "C95")
def test_the_family_and_what_it_takes() -> None:
    for base in (HTTPClientError, HTTPServerError):
        assert issubclass(base, HTTPError)
    assert issubclass(HTTPError, HTTPException)
    assert issubclass(HTTPPermanentRedirect, HTTPMove)
    raised = HTTPPermanentRedirect("/new")
    assert (raised.status, raised.headers["Location"]) == (308, "/new")
    with pytest.raises(TypeError):
        HTTPPermanentRedirect()  # type: ignore[call-arg]
    # The text is that of the body, not the reason.
    missing = HTTPNotFound(text="Nobody here", reason="Gone Fishing")
    assert (missing.text, missing.reason) == ("Nobody here", "Gone Fishing")
    # A redirect takes a place, not a request.
    with pytest.raises(TypeError):
        HTTPFound(object(), "/x")  # type: ignore[call-arg,arg-type]
