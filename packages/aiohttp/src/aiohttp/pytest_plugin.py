"""The pytest plugin."""

from aiohttp import _test_utils_required as _test_utils_required
from aiohttp_test_utils.pytest_plugin import (
    AiohttpClient,
    AiohttpRawServer,
    AiohttpServer,
    aiohttp_client,
    aiohttp_client_cls,
    aiohttp_raw_server,
    aiohttp_server,
    aiohttp_unused_port,
    fake_requests,
    fast,
    loop_debug,
    pytest_addoption,
    pytest_configure,
    raw_test_server,
    test_client,
    test_server,
    unused_port,
)

__all__ = (
    "AiohttpClient",
    "AiohttpRawServer",
    "AiohttpServer",
    "aiohttp_client",
    "aiohttp_client_cls",
    "aiohttp_raw_server",
    "aiohttp_server",
    "aiohttp_unused_port",
    "fake_requests",
    "fast",
    "loop_debug",
    "pytest_addoption",
    "pytest_configure",
    "raw_test_server",
    "test_client",
    "test_server",
    "unused_port",
)
