"""What the tests of multipart bodies share."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

from aiohttp_core.streams import StreamReader

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


class Connection:
    """The reading side of a connection, as a ``StreamReader`` sees it."""

    reading_paused = False

    def pause_reading(self) -> None:
        self.reading_paused = True

    def resume_reading(self) -> None:
        self.reading_paused = False


MakeStream = Callable[..., StreamReader]


@pytest.fixture
def make_stream() -> MakeStream:
    """Return a function that gives a stream of *data*, fed whole or in pieces, ended or not."""

    def make(data: bytes, step: int | None = None, *, eof: bool = True) -> StreamReader:
        stream = StreamReader(Connection(), 2**16, loop=asyncio.get_running_loop())
        for at in range(0, len(data), step or max(len(data), 1)):
            stream.feed_data(data[at : at + (step or len(data))])
        if eof:
            stream.feed_eof()
        return stream

    return make
