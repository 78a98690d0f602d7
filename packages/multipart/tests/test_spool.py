"""Spooled uploads."""

import asyncio
import threading
from tempfile import SpooledTemporaryFile
from typing import Any

import pytest

from aiohttp_multipart.spool import SpooledUpload


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, bool]]:
    """Record size and thread (is it the loop's?) of each write to a file."""
    seen: list[tuple[int, bool]] = []
    main = threading.get_ident()

    class Watched(SpooledTemporaryFile[bytes]):
        def write(self, data: Any) -> int:
            seen.append((len(data), threading.get_ident() == main))
            return super().write(data)

    monkeypatch.setattr("aiohttp_multipart.spool.SpooledTemporaryFile", Watched)
    return seen


@pytest.mark.spec("ADD-487")
async def test_small_uploads_stay_in_memory(writes: list[tuple[int, bool]]) -> None:
    upload = SpooledUpload(100)
    await upload.write(b"x" * 60)
    await upload.write(b"y" * 40)
    await upload.finish()
    assert writes == [(60, True), (40, True)]
    assert upload.size == 100
    assert upload.file.read() == b"x" * 60 + b"y" * 40
    upload.close()


@pytest.mark.spec("ADD-487")
async def test_the_disk_is_never_touched_in_the_loop(writes: list[tuple[int, bool]]) -> None:
    upload = SpooledUpload(100)
    for _ in range(100):
        await upload.write(b"x" * 10_000)
    await upload.write(b"end")
    await upload.finish()
    assert not any(in_loop for _, in_loop in writes)
    assert len(writes) < 10
    assert upload.file.read() == b"x" * 1_000_000 + b"end"
    upload.close()
    upload.close()
    assert upload.file.closed


async def test_everything_in_memory(writes: list[tuple[int, bool]]) -> None:
    upload = SpooledUpload(0)
    await upload.write(b"x" * 10_000_000)
    await upload.finish()
    assert writes == [(10_000_000, True)]
    upload.close()


async def test_closing_waits_for_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    upload = SpooledUpload(1)
    begun, go_on = threading.Event(), threading.Event()
    write = upload.file.write

    def slow(data: bytes) -> int:
        begun.set()
        assert go_on.wait(10)
        return write(data)

    monkeypatch.setattr(upload.file, "write", slow)
    task = asyncio.ensure_future(upload.write(b"x" * 300_000))
    await asyncio.get_running_loop().run_in_executor(None, begun.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    upload.close()
    assert not upload.file.closed
    go_on.set()
    for _ in range(1000):
        if upload.file.closed:
            break
        await asyncio.sleep(0.005)
    assert upload.file.closed


async def test_errors_of_the_disk_come_through(monkeypatch: pytest.MonkeyPatch) -> None:
    upload = SpooledUpload(1)

    def full(data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(upload.file, "write", full)
    with pytest.raises(OSError, match="No space"):
        await upload.write(b"x" * 300_000)
    upload.close()
