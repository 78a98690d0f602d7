"""Event loops for tests that are not coroutines (spec rows TST-13, ADD-737).

Laws
* A loop made here is the current one until it is torn down; afterwards there is none.
"""

import asyncio
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ("loop_context", "setup_test_loop", "teardown_test_loop")

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


@contextmanager
def loop_context(
    loop_factory: LoopFactory = asyncio.new_event_loop, fast: bool = False
) -> Iterator[asyncio.AbstractEventLoop]:
    """Make a loop, make it the current one, and tear it down at the end.

    Without *fast* garbage is collected then, so that what was forgotten tells so in this test.
    """
    loop = setup_test_loop(loop_factory)
    try:
        yield loop
    finally:
        teardown_test_loop(loop, fast=fast)


def setup_test_loop(
    loop_factory: LoopFactory = asyncio.new_event_loop,
) -> asyncio.AbstractEventLoop:
    """Make a loop and make it the current one.  The caller calls :func:`teardown_test_loop`."""
    loop = loop_factory()
    asyncio.set_event_loop(loop)
    return loop


def teardown_test_loop(loop: asyncio.AbstractEventLoop, fast: bool = False) -> None:
    """Close *loop*; the current loop is ``None`` afterwards."""
    if not loop.is_closed():
        loop.run_until_complete(loop.shutdown_asyncgens())
        # What was scheduled for "soon" gets its turn.
        loop.call_soon(loop.stop)
        loop.run_forever()
        loop.close()
    if not fast:
        gc.collect()
    asyncio.set_event_loop(None)
