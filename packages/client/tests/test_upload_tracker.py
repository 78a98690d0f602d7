"""Progress of an upload."""

import asyncio
import gc

import pytest

from aiohttp_client.errors import UploadAbortedError
from aiohttp_client.upload_tracker import UploadTracker


@pytest.mark.spec("ADD-366")
def test_needs_a_loop() -> None:
    with pytest.raises(RuntimeError):
        UploadTracker()


@pytest.mark.spec("ADD-369")
async def test_one_request_only() -> None:
    tracker = UploadTracker()
    tracker.bind()
    with pytest.raises(RuntimeError, match="one request"):
        tracker.bind()


@pytest.mark.spec("ADD-367", "ADD-371", "ADD-899")
async def test_bytes_count_when_the_kernel_has_them() -> None:
    tracker = UploadTracker()
    assert (tracker.bytes_written, tracker.attempts) == (0, 0)
    taken = 0
    tracker.begin_attempt(lambda: taken)
    tracker.on_body_write(100, 150)
    tracker.on_body_write(50, 210)
    assert tracker.bytes_written == 0
    taken = 150
    assert tracker.bytes_written == 100
    taken = 209
    assert tracker.bytes_written == 100
    taken = 500
    assert tracker.bytes_written == 150
    tracker.begin_attempt()
    assert (tracker.bytes_written, tracker.attempts) == (0, 2)
    tracker.on_body_write(7, 7)
    assert tracker.bytes_written == 7
    assert "bytes_written=7 attempts=2" in repr(tracker)


async def test_marks_are_bounded() -> None:
    tracker = UploadTracker()
    tracker.begin_attempt(lambda: 0)
    for position in range(5000):
        tracker.on_body_write(1, position + 1)
    assert tracker.bytes_written == 0
    tracker.end_attempt()
    assert tracker.bytes_written == 5000


@pytest.mark.spec("ADD-368")
async def test_success() -> None:
    tracker = UploadTracker()
    tracker.finish()
    assert await tracker.upload_complete is None
    tracker.finish(ValueError())
    assert tracker.upload_complete.exception() is None
    assert "complete" in repr(tracker)


@pytest.mark.spec("ADD-368", "ADD-370")
@pytest.mark.parametrize(
    ("error", "complete", "expected"),
    [
        (OSError("disk"), True, OSError),
        (None, False, UploadAbortedError),
        (asyncio.CancelledError(), True, UploadAbortedError),
        (KeyboardInterrupt(), False, UploadAbortedError),
    ],
)
async def test_failure_is_silent_if_nobody_looks(
    error: BaseException | None, complete: bool, expected: type[Exception]
) -> None:
    complaints: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda loop, context: complaints.append(context)
    )
    tracker = UploadTracker()
    tracker.finish(error, complete=complete)
    with pytest.raises(expected):
        await tracker.upload_complete
    silent = UploadTracker()
    silent.finish(error, complete=complete)
    del silent, tracker
    gc.collect()
    assert complaints == []
