"""Test servers, test clients, mocks and fakes for programs that use aiohttp."""

from aiohttp_test_utils.case import AioHTTPTestCase, unittest_run_loop
from aiohttp_test_utils.client import TestClient
from aiohttp_test_utils.fake_requests import (
    FakeAnswer,
    FakeCall,
    FakeRequests,
    FakeRoute,
    UnexpectedRequest,
)
from aiohttp_test_utils.loops import loop_context, setup_test_loop, teardown_test_loop
from aiohttp_test_utils.memory import (
    MemoryConnector,
    MemoryNetwork,
    MemoryTestServer,
    MemoryTransport,
)
from aiohttp_test_utils.mocks import make_mocked_coro, make_mocked_request
from aiohttp_test_utils.ports import (
    REUSE_ADDRESS,
    get_port_socket,
    get_unused_port_socket,
    unused_port,
)
from aiohttp_test_utils.servers import BaseTestServer, RawTestServer, TestServer

__all__ = (
    "REUSE_ADDRESS",
    "AioHTTPTestCase",
    "BaseTestServer",
    "FakeAnswer",
    "FakeCall",
    "FakeRequests",
    "FakeRoute",
    "MemoryConnector",
    "MemoryNetwork",
    "MemoryTestServer",
    "MemoryTransport",
    "RawTestServer",
    "TestClient",
    "TestServer",
    "UnexpectedRequest",
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
