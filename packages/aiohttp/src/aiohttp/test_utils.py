"""Test servers, test clients and mocks."""

from typing import TYPE_CHECKING

from aiohttp import _test_utils_required as _test_utils_required
from aiohttp._later import later
from aiohttp_test_utils import (
    REUSE_ADDRESS,
    AioHTTPTestCase,
    BaseTestServer,
    FakeAnswer,
    FakeRequests,
    MemoryConnector,
    MemoryNetwork,
    MemoryTestServer,
    RawTestServer,
    TestClient,
    TestServer,
    get_port_socket,
    get_unused_port_socket,
    loop_context,
    make_mocked_coro,
    make_mocked_request,
    setup_test_loop,
    teardown_test_loop,
    unittest_run_loop,
    unused_port,
)

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = (
    "AioHTTPTestCase",
    "BaseTestServer",
    "FakeAnswer",
    "FakeRequests",
    "MemoryConnector",
    "MemoryNetwork",
    "MemoryTestServer",
    "REUSE_ADDRESS",
    "RawTestServer",
    "TestClient",
    "TestServer",
    "get_port_socket",
    "get_unused_port_socket",
    "loop_context",
    "make_mocked_coro",
    "make_mocked_request",
    "setup_test_loop",
    "teardown_test_loop",
    "unittest_run_loop",
    "unused_port",
)
