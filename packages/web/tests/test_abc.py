"""The abstract classes: what must be written, what is given."""

import logging
from collections.abc import Generator
from typing import Any

import pytest

from aiohttp_web.abc import (
    AbstractAccessLogger,
    AbstractAsyncAccessLogger,
    AbstractMatchInfo,
    AbstractRouter,
    AbstractView,
)


@pytest.mark.spec("ABC-01")
async def test_router_needs_resolve_alone_and_can_be_frozen() -> None:
    with pytest.raises(TypeError, match="resolve"):
        AbstractRouter()  # type: ignore[abstract]

    class Router(AbstractRouter):
        async def resolve(self, request: Any) -> Any:
            return request

    router = Router()
    assert await router.resolve(1) == 1
    assert not router.frozen
    router.post_init(object())
    router.freeze()
    assert router.frozen


@pytest.mark.spec("ABC-03", "ABC-04", "ADD-576")
def test_match_info_names_everything_that_must_be_written() -> None:
    assert AbstractMatchInfo.__abstractmethods__ == {
        "handler",
        "expect_handler",
        "http_exception",
        "get_info",
        "apps",
        "add_app",
        "freeze",
    }


@pytest.mark.spec("ABC-05")
async def test_view_is_awaitable_and_has_its_request() -> None:
    with pytest.raises(TypeError):
        AbstractView(object())  # type: ignore[abstract]

    class View(AbstractView):
        def __await__(self) -> Generator[None, None, str]:
            yield from ()
            return f"for {self.request}"

    assert await View("request") == "for request"


@pytest.mark.spec("ABC-08")
def test_access_logger() -> None:
    with pytest.raises(TypeError):
        AbstractAccessLogger(logging.getLogger("x"), "")  # type: ignore[abstract]

    class Logger(AbstractAccessLogger):
        def log(self, request: Any, response: Any, time: float) -> None:
            self.logger.info(self.log_format, request, response, time)

    made = Logger(logging.getLogger("x"), "%s")
    assert made.enabled is True
    assert (made.logger.name, made.log_format) == ("x", "%s")


@pytest.mark.spec("ABC-09", "NAM-03")
async def test_async_access_logger() -> None:
    seen: list[Any] = []

    class Logger(AbstractAsyncAccessLogger):
        async def log(self, request: Any, response: Any, time: float) -> None:
            seen.append((request, response, time))

    made = Logger(logging.getLogger("x"), "%s")
    await made.log(1, 2, 3.0)
    assert seen == [(1, 2, 3.0)]
    assert made.enabled is True
