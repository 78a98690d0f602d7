"""The result of routing: variable parts, route, stack of applications."""

from typing import Any

import pytest

from aiohttp_web.abc import AbstractMatchInfo
from aiohttp_web.exceptions import HTTPNotFound
from aiohttp_web.match import MatchInfoError, UrlMappingMatchInfo
from aiohttp_web.resources import PlainResource
from aiohttp_web.response import Response


async def handler(request: Any) -> Response:
    return Response()


@pytest.fixture
def match_info() -> UrlMappingMatchInfo:
    return UrlMappingMatchInfo({"x": "1"}, PlainResource("/").add_route("GET", handler))


@pytest.mark.spec("RES-11", "ADD-576", "ABC-03", "ABC-04")
def test_it_is_a_dict_with_a_route(match_info: UrlMappingMatchInfo) -> None:
    assert isinstance(match_info, dict)
    assert isinstance(match_info, AbstractMatchInfo)
    assert match_info == {"x": "1"}
    assert match_info["x"] == "1"
    assert match_info.handler is handler
    assert match_info.expect_handler == match_info.route.handle_expect_header
    assert match_info.http_exception is None
    assert match_info.get_info() == {"path": "/"}
    assert repr(match_info).startswith("<MatchInfo {'x': '1'}: <ResourceRoute")


@pytest.mark.spec("ADD-576", "ADD-586")
def test_applications(match_info: UrlMappingMatchInfo) -> None:
    assert match_info.apps == ()
    with pytest.raises(RuntimeError, match="no application"):
        assert match_info.current_app
    match_info.add_app("inner")
    match_info.add_app("outer")
    assert match_info.apps == ("outer", "inner")
    assert match_info.current_app == "inner"
    match_info.current_app = "outer"
    assert match_info.current_app == "outer"
    with pytest.raises(ValueError, match="Expected one of"):
        match_info.current_app = "other"
    match_info.freeze()
    with pytest.raises(RuntimeError, match="freeze"):
        match_info.add_app("more")
    assert match_info.apps == ("outer", "inner")


def test_it_is_light(match_info: UrlMappingMatchInfo) -> None:
    assert not hasattr(match_info, "__dict__")


@pytest.mark.spec("ABC-03")
async def test_error() -> None:
    raised = HTTPNotFound()
    found = MatchInfoError(raised)
    assert found == {}
    assert found.http_exception is raised
    assert found.get_info() == {"http_exception": raised}
    assert repr(found) == "<MatchInfoError 404: Not Found>"
    with pytest.raises(HTTPNotFound):
        await found.handler(None)
