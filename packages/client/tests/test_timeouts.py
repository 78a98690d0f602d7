import asyncio
from math import inf

import pytest

from aiohttp_client.timeouts import ClientTimeout, PhaseLimit, deadline_after


@pytest.mark.spec("TMO-01", "ADD-339")
def test_order_of_fields() -> None:
    timeout = ClientTimeout(1, 2, 3, 4, 5)
    assert (
        timeout.total,
        timeout.connect,
        timeout.sock_read,
        timeout.sock_connect,
        timeout.ceil_threshold,
    ) == (
        1,
        2,
        3,
        4,
        5,
    )
    assert ClientTimeout() == ClientTimeout(None)


@pytest.mark.spec("TMO-06", "TMO-08", "ADD-346", "ADD-1070", "ADD-1071")
@pytest.mark.parametrize(
    ("delay", "inclusive", "due"),
    [
        (None, True, inf),
        (0, True, inf),
        (4.9, True, 105.4),
        (5, True, 106.0),
        (5, False, 105.5),
        (5.1, False, 106.0),
        (300, True, 401.0),
    ],
)
def test_deadlines(delay: float | None, inclusive: bool, due: float) -> None:
    assert deadline_after(100.5, delay, inclusive=inclusive) == pytest.approx(due)
    assert deadline_after(100.5, 2, 1) == 103.0


@pytest.mark.spec("ADD-345")
async def test_phase_limit() -> None:
    loop = asyncio.get_running_loop()
    with pytest.raises(LookupError):
        async with PhaseLimit(loop.time() + 0.01, LookupError):
            await asyncio.sleep(10)
    async with PhaseLimit(inf, LookupError):
        pass

    async def cancelled() -> None:
        async with PhaseLimit(loop.time() + 10, LookupError):
            await asyncio.sleep(10)

    task = asyncio.ensure_future(cancelled())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(TimeoutError, match="inner"):
        async with PhaseLimit(loop.time() + 10, LookupError):
            raise TimeoutError("inner")
