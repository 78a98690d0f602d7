import unittest

import pytest

from aiohttp_test_utils import AioHTTPTestCase, TestClient, TestServer, unittest_run_loop
from aiohttp_web import Application, Response


async def hello(request):
    return Response(text="Hello, world")


def make_app() -> Application:
    app = Application()
    app.router.add_get("/", hello)
    return app


@pytest.mark.spec("TST-10")
class TestCaseOfOurs(AioHTTPTestCase):
    async def get_application(self) -> Application:
        return make_app()

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        assert self.server.started

    async def test_client_server_and_app(self):
        assert isinstance(self.client, TestClient)
        assert isinstance(self.server, TestServer)
        assert self.server.app is self.app
        async with self.client.request("GET", "/") as response:
            assert await response.text() == "Hello, world"
        assert self.loop.is_running()


@pytest.mark.spec("ADD-736")
class TestCaseOfOldNames(AioHTTPTestCase):
    set_up = torn_down = 0

    async def get_app(self) -> Application:
        return make_app()

    async def setUpAsync(self) -> None:
        type(self).set_up += 1

    async def tearDownAsync(self) -> None:
        type(self).torn_down += 1

    async def test_old_names(self):
        assert self.set_up == self.torn_down + 1
        assert (await self.client.get("/")).status == 200


def run_case(case: type[AioHTTPTestCase]) -> unittest.TestResult:
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    return result


@pytest.mark.spec("TST-10")
def test_client_and_server_are_closed():
    seen = []

    class Case(AioHTTPTestCase):
        async def get_application(self) -> Application:
            return make_app()

        async def get_server(self, app: Application) -> TestServer:
            seen.append(await super().get_server(app))
            return seen[0]

        async def get_client(self, server: TestServer) -> TestClient:
            seen.append(await super().get_client(server))
            return seen[1]

        async def test_fails(self):
            raise ZeroDivisionError

    assert len(run_case(Case).errors) == 1
    server, client = seen
    assert server.closed
    assert client.closed


def test_a_case_without_application_says_so():
    class Case(AioHTTPTestCase):
        async def test_nothing(self):
            raise AssertionError("never reached")

    errors = run_case(Case).errors
    assert "get_application" in errors[0][1]


@pytest.mark.spec("ADD-735", "ADD-969")
def test_run_loop_decorator_warns():
    with pytest.warns(DeprecationWarning, match="no longer needed"):
        assert unittest_run_loop(hello) is hello
