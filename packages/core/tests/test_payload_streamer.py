import pytest

from aiohttp_core import AbstractStreamWriter, Replay, get_payload
from aiohttp_core.payload_streamer import StreamPayload, StreamWrapperPayload, streamer


class Collector:
    def __init__(self) -> None:
        self.data = b""

    async def write(self, chunk: bytes) -> None:
        self.data += chunk


def make(function):
    with pytest.warns(DeprecationWarning, match="use async generators"):
        return streamer(function)


async def body(writer: AbstractStreamWriter, text: bytes = b"default", *, end: bytes = b"") -> None:
    await writer.write(text)
    await writer.write(end)


@pytest.mark.spec("ADD-970", "PAY-11")
async def test_a_call_is_a_body():
    payload = get_payload(make(body)(b"text", end=b"!"))
    assert isinstance(payload, StreamWrapperPayload)
    assert payload.size is None
    assert payload.replay is Replay.ONCE
    assert payload.content_type == "application/octet-stream"
    writer = Collector()
    await payload.write(writer)
    assert writer.data == b"text!"
    with pytest.raises(TypeError, match="decode"):
        payload.decode()


@pytest.mark.spec("ADD-970", "PAY-11")
async def test_the_function_itself_is_a_body():
    payload = get_payload(make(body))
    assert isinstance(payload, StreamPayload)
    writer = Collector()
    await payload.write(writer)
    assert writer.data == b"default"
