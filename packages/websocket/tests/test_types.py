import pickle

import pytest

from aiohttp_websocket import (
    WS_CLOSED_MESSAGE,
    WS_CLOSING_MESSAGE,
    WebSocketError,
    WSCloseCode,
    WSMessage,
    WSMessageTypeError,
    WSMsgType,
)


@pytest.mark.spec("ADD-631", "WSP-01")
def test_numbers_of_the_message_types() -> None:
    assert {member.name: int(member) for member in WSMsgType} == {
        "CONTINUATION": 0,
        "TEXT": 1,
        "BINARY": 2,
        "PING": 9,
        "PONG": 10,
        "CLOSE": 8,
        "CLOSING": 0x100,
        "CLOSED": 0x101,
        "ERROR": 0x102,
    }


@pytest.mark.spec("ADD-633")
@pytest.mark.parametrize(
    "name", ["text", "binary", "ping", "pong", "close", "closing", "closed", "error"]
)
def test_lower_case_names_are_the_same_members(name: str) -> None:
    assert getattr(WSMsgType, name) is getattr(WSMsgType, name.upper())


@pytest.mark.spec("ADD-632", "WSP-03")
def test_numbers_of_the_close_codes() -> None:
    assert {member.name: int(member) for member in WSCloseCode} == {
        "OK": 1000,
        "GOING_AWAY": 1001,
        "PROTOCOL_ERROR": 1002,
        "UNSUPPORTED_DATA": 1003,
        "ABNORMAL_CLOSURE": 1006,
        "INVALID_TEXT": 1007,
        "POLICY_VIOLATION": 1008,
        "MESSAGE_TOO_BIG": 1009,
        "MANDATORY_EXTENSION": 1010,
        "INTERNAL_ERROR": 1011,
        "SERVICE_RESTART": 1012,
        "TRY_AGAIN_LATER": 1013,
        "BAD_GATEWAY": 1014,
    }


@pytest.mark.spec("ADD-634", "WSP-04", "WSP-07")
def test_a_message_is_a_tuple_that_reads_json() -> None:
    message = WSMessage(WSMsgType.TEXT, '{"a": 1}', "")
    assert tuple(message) == (WSMsgType.TEXT, '{"a": 1}', "")
    assert message.json() == {"a": 1}
    assert message.json(loads=len) == 8


@pytest.mark.spec("WSP-08")
def test_what_stands_in_for_the_old_names() -> None:
    """``MsgType``, ``Message(tp, data, extra)`` and ``message.tp``, in the same order."""
    message = WSMessage(WSMsgType.CLOSE, 1000, "bye")
    assert (message.type, message.data, message.extra) == (WSMsgType.CLOSE, 1000, "bye")
    assert WSMessage._fields == ("type", "data", "extra")
    assert not hasattr(message, "tp")


@pytest.mark.spec("ADD-634", "WSP-06")
def test_messages_without_a_frame() -> None:
    assert WS_CLOSED_MESSAGE == (WSMsgType.CLOSED, None, None)
    assert WS_CLOSING_MESSAGE == (WSMsgType.CLOSING, None, None)


@pytest.mark.spec("ADD-636")
def test_the_error_has_code_and_text() -> None:
    error = WebSocketError(WSCloseCode.PROTOCOL_ERROR, "what happened")
    assert error.code == 1002
    assert str(error) == "what happened"
    again = pickle.loads(pickle.dumps(error))
    assert (again.code, str(again)) == (1002, "what happened")


@pytest.mark.spec("CEX-10", "C71")
def test_the_type_error() -> None:
    assert issubclass(WSMessageTypeError, TypeError)
