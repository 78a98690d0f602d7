"""The loop fixtures where pytest-asyncio runs the tests: its loop is the loop."""

import asyncio

import pytest

__all__ = ("loop",)


@pytest.fixture
async def loop(loop_debug: bool) -> asyncio.AbstractEventLoop:
    """Return the loop of the test."""
    running = asyncio.get_running_loop()
    if loop_debug:
        running.set_debug(True)
    return running
