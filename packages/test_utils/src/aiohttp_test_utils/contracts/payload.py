"""What a message writer relies on in a payload (spec rows PAY-01 to PAY-06, ADD-096 to ADD-105)."""

from abc import ABC, abstractmethod

from multidict import CIMultiDict

from aiohttp_core import AbstractStreamWriter, Payload, Replay
from aiohttp_core.typedefs import Byteish
from aiohttp_test_utils.contracts.promises import promise, raises

__all__ = ("PayloadContract",)


class _Collector(AbstractStreamWriter):
    """Keeps what is written."""

    def __init__(self) -> None:
        self.data = bytearray()

    async def write(self, chunk: Byteish) -> None:
        self.data += memoryview(chunk).cast("B")

    async def write_eof(self, chunk: bytes = b"") -> None:
        self.data += chunk

    async def drain(self) -> None:
        return None

    def enable_compression(self, encoding: str = "deflate", strategy: int | None = None) -> None:
        raise AssertionError("A payload does not choose the coding of its message")

    def enable_chunking(self) -> None:
        raise AssertionError("A payload does not choose the framing of its message")

    async def write_headers(self, status_line: str, headers: CIMultiDict[str]) -> None:
        raise AssertionError("A payload does not write heads")


class PayloadContract(ABC):
    """The contract of :class:`~aiohttp_core.Payload`."""

    @property
    @abstractmethod
    def expected(self) -> bytes:
        """What the payload writes; at least two bytes."""

    @abstractmethod
    async def make_payload(self) -> Payload:
        """Return a new payload."""

    async def test_writes_what_it_is(self) -> None:
        """``write()`` writes the body and nothing else."""
        payload = await self.make_payload()
        writer = _Collector()
        try:
            await payload.write(writer)
        finally:
            await payload.close()
        promise(bytes(writer.data) == self.expected, f"written was {bytes(writer.data)!r}")

    async def test_size(self) -> None:
        """``size`` is unknown or exact."""
        payload = await self.make_payload()
        try:
            promise(payload.size in (None, len(self.expected)), f"size is {payload.size}")
        finally:
            await payload.close()

    async def test_content_type(self) -> None:
        """There is a content type, and the fields have it too."""
        payload = await self.make_payload()
        try:
            promise("/" in payload.content_type, f"content_type is {payload.content_type!r}")
            promise(
                payload.headers["Content-Type"] == payload.content_type,
                "Content-Type is content_type",
            )
        finally:
            await payload.close()

    async def test_cut(self) -> None:
        """``write_with_length()`` never writes more than it may."""
        for limit in (0, 1, len(self.expected), len(self.expected) + 1):
            payload = await self.make_payload()
            writer = _Collector()
            try:
                await payload.write_with_length(writer, limit)
            finally:
                await payload.close()
            promise(bytes(writer.data) == self.expected[:limit], f"{limit} bytes are allowed")

    async def test_as_bytes(self) -> None:
        """``as_bytes()`` is what would be written."""
        payload = await self.make_payload()
        try:
            promise(await payload.as_bytes() == self.expected, "as_bytes() is the body")
        finally:
            await payload.close()

    async def test_again(self) -> None:
        """What says it can be sent again can; what cannot says so."""
        payload = await self.make_payload()
        try:
            first, second = _Collector(), _Collector()
            await payload.write(first)
            if payload.replay is Replay.ONCE:
                with raises(RuntimeError, "a body that can be sent once is sent once"):
                    await payload.write(second)
            else:
                await payload.write(second)
                promise(bytes(second.data) == self.expected, "the second time is the same")
        finally:
            await payload.close()

    async def test_close_twice(self) -> None:
        """``close()`` may be called again, also before anything was written."""
        payload = await self.make_payload()
        await payload.close()
        await payload.close()
