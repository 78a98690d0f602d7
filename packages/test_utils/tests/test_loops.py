import asyncio
import gc
from unittest import mock

import pytest

from aiohttp_test_utils import loop_context, setup_test_loop, teardown_test_loop


def current_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_event_loop_policy().get_event_loop()
    except RuntimeError:
        return None


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.spec("TST-13", "ADD-737")
def test_loop_context_sets_the_loop_and_takes_it_away():
    with loop_context() as loop:
        assert current_loop() is loop
        assert loop.run_until_complete(asyncio.sleep(0, "done")) == "done"
    assert loop.is_closed()
    assert current_loop() is None


@pytest.mark.spec("TST-13")
def test_the_factory_makes_the_loop():
    made = []

    def factory() -> asyncio.AbstractEventLoop:
        made.append(asyncio.new_event_loop())
        return made[-1]

    loop = setup_test_loop(factory)
    assert made == [loop]
    teardown_test_loop(loop)
    assert loop.is_closed()


@pytest.mark.spec("ADD-737")
@pytest.mark.parametrize(("fast", "collections"), [(False, 1), (True, 0)])
def test_garbage_is_collected_unless_fast(fast, collections):
    with mock.patch.object(gc, "collect") as collect:
        teardown_test_loop(setup_test_loop(), fast=fast)
    assert collect.call_count == collections


def test_what_was_scheduled_still_runs():
    ran = []
    with loop_context() as loop:
        loop.call_soon(ran.append, 1)
    assert ran == [1]


def test_the_loop_is_torn_down_after_an_error():
    with pytest.raises(ZeroDivisionError):
        with loop_context() as loop:
            raise ZeroDivisionError
    assert loop.is_closed()


def test_a_closed_loop_can_be_torn_down():
    loop = setup_test_loop()
    loop.close()
    teardown_test_loop(loop)
