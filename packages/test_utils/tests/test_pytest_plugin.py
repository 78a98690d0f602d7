"""The plugin, alone and as a guest of pytest-asyncio, in a pytest of its own."""

import pytest

PLUGIN = 'pytest_plugins = ["aiohttp_test_utils.pytest_plugin"]\n'

ALONE = ("-p", "no:asyncio")
GUEST = ("--asyncio-mode=auto",)
STRICT = ("--asyncio-mode=strict",)

TEST = """
import asyncio
import pytest
from aiohttp_test_utils import RawTestServer, TestClient, TestServer
from aiohttp_web import AppKey, Application, Response

value = AppKey("value", str)


async def hello(request):
    return Response(text="Hello, world")


def make_app(loop=None, *, path="/"):
    app = Application()
    app.router.add_get(path, hello)
    return app


@pytest.fixture
async def client(aiohttp_client):
    return await aiohttp_client(make_app())


closed = []


@pytest.fixture
async def resource():
    yield asyncio.get_running_loop()
    closed.append(asyncio.get_running_loop())


async def test_client(client):
    assert isinstance(client, TestClient)
    response = await client.get("/")
    assert await response.text() == "Hello, world"


async def test_the_same_loop(loop, resource):
    assert asyncio.get_running_loop() is loop is resource


async def test_the_fixture_was_finished():
    assert len(closed) == 1


async def test_servers(aiohttp_server, aiohttp_raw_server, aiohttp_client, aiohttp_unused_port):
    port = aiohttp_unused_port()
    server = await aiohttp_server(make_app(), port=port)
    assert server.port == port
    raw = await aiohttp_raw_server(hello)
    assert isinstance(raw, RawTestServer)
    for each in (server, raw):
        assert (await (await aiohttp_client(each)).get("/")).status == 200


async def test_server_options(aiohttp_client):
    options = {"skip_url_asserts": True}
    client = await aiohttp_client(make_app(), server_kwargs=options, headers={"A": "1"})
    assert client.server.skip_url_asserts
    assert client.session.headers["A"] == "1"


async def test_a_function_makes_the_application(aiohttp_client):
    client = await aiohttp_client(make_app, path="/x")
    assert (await client.get("/x")).status == 200


async def test_not_an_application(aiohttp_client):
    with pytest.raises(TypeError, match="Unknown argument type"):
        await aiohttp_client(1)


async def test_nobody_takes_arguments(aiohttp_client):
    with pytest.raises(TypeError, match="nobody takes"):
        await aiohttp_client(make_app(), 1)


async def test_fake(fake_requests):
    from aiohttp_client import ClientSession

    fake_requests.get("https://api.example/", body="x")
    async with ClientSession() as session:
        assert await (await session.get("https://api.example/")).text() == "x"


class TestClass:
    @pytest.fixture
    async def made(self, aiohttp_server):
        return self, await aiohttp_server(make_app())

    async def test_method(self, made):
        assert made[0] is not None
        assert made[1].started


def test_plain():
    pass
"""
PASSED = 11


@pytest.mark.spec("TST-14", "TST-15", "TST-16", "TST-17", "TST-19", "ADD-739", "ADD-742")
@pytest.mark.parametrize("mode", [ALONE, GUEST, STRICT], ids=["alone", "guest", "strict"])
def test_fixtures(run_pytest, mode):
    result = run_pytest(TEST, *mode, conftest=PLUGIN)
    assert f"{PASSED} passed" in result.stdout, result.stdout
    assert result.returncode == 0


@pytest.mark.spec("TST-18")
@pytest.mark.parametrize("mode", [ALONE, GUEST], ids=["alone", "guest"])
def test_what_was_made_is_closed(run_pytest, mode):
    text = """
seen = []

async def test_one(aiohttp_client):
    from aiohttp_web import Application
    client = await aiohttp_client(Application())
    seen.append(client)
    raise ZeroDivisionError

def test_two():
    assert seen[0].closed and seen[0].server.closed and seen[0].session.closed
"""
    result = run_pytest(text, *mode, conftest=PLUGIN)
    assert "1 failed, 1 passed" in result.stdout, result.stdout


@pytest.mark.spec("TST-17")
@pytest.mark.parametrize("mode", [ALONE, GUEST], ids=["alone", "guest"])
def test_a_client_class_of_ones_own(run_pytest, mode):
    text = """
import pytest
from aiohttp_test_utils import TestClient
from aiohttp_web import Application

class Mine(TestClient):
    async def login(self):
        return "in"

@pytest.fixture
def aiohttp_client_cls(request):
    return Mine if request.node.get_closest_marker("mine") else TestClient

@pytest.mark.mine
async def test_mine(aiohttp_client):
    assert await (await aiohttp_client(Application())).login() == "in"

async def test_other(aiohttp_client):
    assert type(await aiohttp_client(Application())) is TestClient
"""
    result = run_pytest(text, *mode, conftest=PLUGIN)
    assert "2 passed" in result.stdout, result.stdout


@pytest.mark.spec("TST-20", "ADD-739", "ADD-969")
def test_old_names_warn(run_pytest):
    text = """
async def test_old(test_client, test_server, raw_test_server, unused_port, aiohttp_client):
    assert test_client is aiohttp_client
    assert unused_port() > 0
"""
    result = run_pytest(text, *ALONE, conftest=PLUGIN)
    assert "1 passed, 4 warnings" in result.stdout, result.stdout
    assert "use aiohttp_client fixture instead of test_client" in result.stdout


@pytest.mark.spec("ADD-738")
@pytest.mark.parametrize(
    ("option", "names"),
    [
        ("pyloop", {"pyloop"}),
        ("pyloop,uvloop?", {"pyloop", "uvloop"}),
        ("all", {"pyloop", "uvloop"}),
    ],
)
def test_loops(run_pytest, option, names):
    text = """
async def test_kind(loop):
    print("kind:", type(loop).__module__.partition(".")[0])
"""
    try:
        import uvloop  # noqa: F401
    except ImportError:
        names = names - {"uvloop"}
    result = run_pytest(text, *ALONE, f"--aiohttp-loop={option}", conftest=PLUGIN)
    assert f"{len(names)} passed" in result.stdout, result.stdout
    for name in names:
        assert f"test_kind[{name}]" in result.stdout
        assert f"kind: {'asyncio' if name == 'pyloop' else name}" in result.stdout


@pytest.mark.spec("ADD-738")
def test_an_unknown_loop_is_a_mistake(run_pytest):
    result = run_pytest(
        "async def test(loop): pass", *ALONE, "--aiohttp-loop=zloop", conftest=PLUGIN
    )
    assert result.returncode != 0
    assert "Unknown loop 'zloop'" in result.stdout + result.stderr


@pytest.mark.spec("ADD-738")
@pytest.mark.parametrize("mode", [ALONE, GUEST], ids=["alone", "guest"])
def test_loop_debug(run_pytest, mode):
    text = """
async def test_debug(loop, loop_debug, fast):
    assert loop.get_debug() and loop_debug and fast
"""
    options = ("--aiohttp-enable-loop-debug", "--aiohttp-fast")
    result = run_pytest(text, *mode, *options, conftest=PLUGIN)
    assert "1 passed" in result.stdout, result.stdout


@pytest.mark.spec("ADD-740")
def test_a_forgotten_coroutine_fails_the_test(run_pytest):
    text = """
import asyncio
import warnings

async def nothing():
    pass

async def test_forgets():
    nothing()

async def test_other_warnings_stay():
    warnings.warn("mind the gap", UserWarning)
"""
    result = run_pytest(text, *ALONE, conftest=PLUGIN)
    assert "1 failed, 1 passed, 1 warning" in result.stdout, result.stdout
    assert "was never awaited" in result.stdout
    assert "mind the gap" in result.stdout


@pytest.mark.spec("ADD-740")
def test_coroutine_fixtures_of_plain_tests(run_pytest):
    text = """
import pytest

@pytest.fixture
async def number():
    return 7

@pytest.fixture
async def twice():
    yield 1
    yield 2

def test_plain(number):
    assert number == 7

def test_twice(twice):
    assert twice == 1
"""
    result = run_pytest(text, *ALONE, conftest=PLUGIN)
    assert "2 passed, 1 error" in result.stdout, result.stdout
    assert "yielded more than once" in result.stdout


@pytest.mark.spec("ADD-739")
def test_proactor_loop_is_for_windows(run_pytest):
    text = """
async def test_proactor(proactor_loop):
    assert type(proactor_loop).__name__ == "ProactorEventLoop"
"""
    result = run_pytest(text, *ALONE, conftest=PLUGIN)
    assert "1 skipped" in result.stdout or "1 passed" in result.stdout


def test_another_engine_keeps_its_tests(run_pytest):
    text = """
import pytest

@pytest.mark.asyncio
async def test_theirs(request):
    assert request.node.get_closest_marker("asyncio")

async def test_ours():
    pass
"""
    result = run_pytest(text, *STRICT, conftest=PLUGIN)
    assert "2 passed" in result.stdout, result.stdout


@pytest.mark.spec("ADD-741")
def test_types():
    from aiohttp_test_utils.pytest_plugin import AiohttpClient, AiohttpRawServer, AiohttpServer

    assert {AiohttpClient, AiohttpRawServer, AiohttpServer}
