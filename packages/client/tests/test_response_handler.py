import asyncio
from unittest import mock

import pytest

from aiohttp_client.response_handler import ResponseHandler
from aiohttp_core import StreamReader


@pytest.mark.spec("ADD-982")
async def test_a_stream_can_stand_on_it():
    handler = ResponseHandler(loop=asyncio.get_running_loop())
    stream = StreamReader(handler, limit=2**16, loop=asyncio.get_running_loop())
    stream.feed_data(b"x" * 2**20)
    assert handler.reading_paused
    stream.feed_eof()
    assert len(await stream.read()) == 2**20
    assert not handler.reading_paused


@pytest.mark.spec("ADD-982")
def test_its_state():
    handler = ResponseHandler()
    assert not handler.is_connected()
    assert not handler.should_close
    handler.close()
    transport = mock.Mock()
    transport.is_closing.return_value = False
    handler.connection_made(transport)
    assert handler.is_connected()
    handler.force_close()
    assert handler.should_close
    handler.close()
    transport.close.assert_called_once_with()
    assert handler.transport is None
