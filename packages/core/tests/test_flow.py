"""The write gate and the plain connection shell."""

import asyncio

import pytest

from aiohttp_core.errors import ClientConnectionResetError
from aiohttp_core.flow import BaseProtocol, WriteGate


class RecordingTransport(asyncio.Transport):
    def __init__(self, error=None):
        super().__init__()
        self.calls = []
        self.closing = False
        self.error = error

    def is_closing(self):
        return self.closing

    def pause_reading(self):
        self.calls.append("pause")
        if self.error is not None:
            raise self.error

    def resume_reading(self):
        self.calls.append("resume")
        if self.error is not None:
            raise self.error


async def started(coroutine):
    task = asyncio.create_task(coroutine)
    await asyncio.sleep(0)
    return task


async def test_an_open_gate_lets_through_without_suspending():
    gate = WriteGate()
    with pytest.raises(StopIteration):
        gate.wait().send(None)


async def test_all_waiters_are_released_by_resume():
    gate = WriteGate()
    gate.pause()
    tasks = [await started(gate.wait()) for _ in range(3)]
    assert not any(task.done() for task in tasks)
    gate.resume()
    await asyncio.gather(*tasks)
    assert not gate.paused


@pytest.mark.spec("ADD-413")
async def test_closing_fails_each_waiter_with_an_error_of_its_own_and_with_the_cause():
    gate = WriteGate()
    gate.pause()
    tasks = [await started(gate.wait()) for _ in range(2)]
    cause = OSError("gone")
    gate.close(cause)
    errors = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(type(error) is ClientConnectionResetError for error in errors)
    assert errors[0] is not errors[1]
    assert errors[0].__cause__ is cause
    assert isinstance(errors[0], ConnectionResetError)


async def test_a_closed_gate_stays_closed():
    gate = WriteGate()
    gate.close()
    gate.close(OSError())
    gate.resume()
    assert gate.paused
    assert gate.closed
    with pytest.raises(ClientConnectionResetError, match="closing transport"):
        await gate.wait()


async def test_a_cancelled_waiter_leaves_the_others_waiting():
    gate = WriteGate()
    gate.pause()
    first = await started(gate.wait())
    second = await started(gate.wait())
    first.cancel()
    await asyncio.wait([first])
    assert not second.done()
    assert "waiters=1" in repr(gate)
    gate.resume()
    await second


async def test_cancelled_in_the_same_turn_as_released_and_shut_again():
    gate = WriteGate()
    gate.pause()
    first = await started(gate.wait())
    first.cancel()
    gate.resume()
    gate.pause()
    second = asyncio.create_task(gate.wait())
    await asyncio.wait([first])
    assert first.cancelled()
    await asyncio.sleep(0)
    gate.resume()
    await second


async def test_protocol_pauses_and_resumes_both_directions():
    protocol = BaseProtocol(asyncio.get_running_loop())
    assert not protocol.connected
    protocol.pause_reading()
    protocol.resume_reading()
    transport = RecordingTransport()
    protocol.connection_made(transport)
    assert protocol.connected
    for _ in range(2):
        protocol.pause_reading()
    assert protocol.reading_paused
    for _ in range(2):
        protocol.resume_reading()
    assert not protocol.reading_paused
    assert transport.calls == ["pause", "resume"]
    protocol.pause_writing()
    assert protocol.writing_paused
    waiting = await started(protocol.drain())
    protocol.resume_writing()
    await waiting
    await protocol.drain()


@pytest.mark.parametrize("error", [NotImplementedError(), RuntimeError("closing")])
def test_transports_that_cannot_pause_are_borne(error):
    protocol = BaseProtocol()
    transport = RecordingTransport(error)
    protocol.connection_made(transport)
    protocol.pause_reading()
    protocol.resume_reading()
    assert transport.calls == ["pause", "resume"]


async def test_connection_lost_releases_waiting_writers():
    protocol = BaseProtocol()
    transport = RecordingTransport()
    protocol.connection_made(transport)
    protocol.pause_writing()
    waiting = await started(protocol.drain())
    protocol.connection_lost(None)
    with pytest.raises(ClientConnectionResetError):
        await waiting
    assert protocol.transport is None
    assert not protocol.connected
    with pytest.raises(ClientConnectionResetError):
        await protocol.drain()


def test_a_closing_transport_is_not_connected():
    protocol = BaseProtocol()
    transport = RecordingTransport()
    protocol.connection_made(transport)
    transport.closing = True
    assert not protocol.connected
