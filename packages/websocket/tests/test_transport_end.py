import asyncio

import pytest
from memory_wire import Wire

from aiohttp_websocket import transport_end
from aiohttp_websocket.transport_end import TransportEnd


async def test_without_anything_left_to_send() -> None:
    wire = Wire()
    end = TransportEnd(wire, 0.01)  # type: ignore[arg-type]
    end.close(linger=False)
    assert (wire.state, end.lingering) == ("closing", False)
    end.close(linger=True)
    assert wire.state == "closing"


@pytest.mark.parametrize("linger", [False, True])
@pytest.mark.parametrize("timeout", [0.01, None])
async def test_a_peer_that_takes_nothing_is_cut(
    linger: bool, timeout: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport_end, "LINGER", 0.01)
    wire = Wire()
    wire.buffered = 1
    wire.reading_paused = True
    end = TransportEnd(wire, timeout)  # type: ignore[arg-type]
    end.close(linger)
    assert wire.state == ("half" if linger else "closing")
    assert end.lingering is linger
    assert wire.reading_paused is not linger
    wire.ended.clear()
    await wire.ended.wait()
    assert wire.state == "aborted"


async def test_a_peer_that_went_is_not_cut() -> None:
    wire = Wire()
    end = TransportEnd(wire, 0)  # type: ignore[arg-type]
    end.close(linger=True)
    end.stop()
    end.stop()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert wire.state == "half"


async def test_a_transport_without_halves() -> None:
    wire = Wire()
    wire.half_close = False
    end = TransportEnd(wire, 1)  # type: ignore[arg-type]
    end.close(linger=True)
    assert (wire.state, end.lingering) == ("closing", False)


async def test_a_peer_that_has_reset_the_connection() -> None:
    wire = Wire()
    wire.eof_error = OSError("reset")
    end = TransportEnd(wire, 1)  # type: ignore[arg-type]
    end.close(linger=True)
    assert (wire.state, end.lingering) == ("aborted", False)


async def test_a_transport_that_is_gone() -> None:
    wire = Wire()
    wire.transport = None
    end = TransportEnd(wire, 1)  # type: ignore[arg-type]
    end.close(linger=True)
    end.cut()
    assert (wire.state, end.lingering) == ("open", False)
