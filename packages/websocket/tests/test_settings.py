import pytest

from aiohttp_websocket import DeflateParams, WebSocketSettings
from aiohttp_websocket.settings import make_inflater


@pytest.mark.parametrize("name", ["heartbeat", "max_msg_size", "writer_limit"])
def test_what_may_not_be_negative(name: str) -> None:
    assert WebSocketSettings(**{name: 0})
    with pytest.raises(ValueError, match=f"^{name} may not be negative: -1$"):
        WebSocketSettings(**{name: -1})


@pytest.mark.parametrize("server", [True, False])
def test_what_inflates(server: bool) -> None:
    assert make_inflater(server, None) is None
    assert make_inflater(server, DeflateParams()) is not None
