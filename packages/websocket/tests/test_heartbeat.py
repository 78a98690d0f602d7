import pytest

from aiohttp_websocket import HeartbeatError
from aiohttp_websocket.heartbeat import Heartbeat, Pulse

WAIT, PING, GIVE_UP = Pulse.WAIT, Pulse.PING, Pulse.GIVE_UP


@pytest.mark.spec("ADD-689", "ADD-690", "ADD-691")
@pytest.mark.parametrize(
    "story",
    [
        # (now, heard meanwhile at, what is to be done, ask again in)
        pytest.param([(4.0, None, PING, 2.0), (6.0, None, GIVE_UP, 0.0)], id="silence"),
        pytest.param(
            [(4.0, 3.0, WAIT, 3.0), (7.0, None, PING, 2.0), (9.0, None, GIVE_UP, 0.0)],
            id="silent after some data",
        ),
        pytest.param(
            [(4.0, None, PING, 2.0), (6.0, 5.0, WAIT, 3.0), (9.0, None, PING, 2.0)],
            id="an answer, then silence",
        ),
        pytest.param(
            [(4.0, None, PING, 2.0), (5.5, None, WAIT, 0.5), (6.0, None, GIVE_UP, 0.0)],
            id="asked too early",
        ),
        pytest.param(
            [(4.0, None, PING, 2.0), (4.0, 4.0, WAIT, 4.0)], id="answered at the same time"
        ),
        pytest.param([(90.0, None, PING, 2.0), (92.0, 91.5, WAIT, 3.5)], id="asked late"),
    ],
)
def test_a_story(story: list[tuple[float, float | None, Pulse, float]]) -> None:
    heartbeat = Heartbeat(4.0, 0.0)
    assert heartbeat.patience == 2.0
    for now, heard, pulse, wait in story:
        if heard is not None:
            heartbeat.heard = heard
        assert heartbeat.beat(now) == (pulse, wait)


def test_a_clock_that_begins_at_zero() -> None:
    heartbeat = Heartbeat(4.0, -4.0)
    assert heartbeat.beat(0.0) == (PING, 2.0)
    assert heartbeat.beat(2.0) == (GIVE_UP, 0.0)


def test_the_error_is_a_timeout() -> None:
    assert issubclass(HeartbeatError, TimeoutError)
