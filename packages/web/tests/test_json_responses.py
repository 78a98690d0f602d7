"""JSON responses."""

import json
from typing import Any

import pytest

from aiohttp_web import json_bytes_response, json_response


@pytest.mark.spec("WRSP-26", "ADD-507", "ADD-508")
def test_json_response() -> None:
    response = json_response({"a": "é"})
    assert json.loads(response.body) == {"a": "é"}
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert json_response(None).text == "null"
    assert json_response(text="[1]").text == "[1]"
    assert json_response(body=b"[1]").headers["Content-Type"] == "application/json"
    made = json_response(1, status=201, reason="Made", headers={"X": "y"}, dumps=lambda _: "x")
    assert (made.status, made.reason, made.headers["X"], made.text) == (201, "Made", "y", "x")
    for extra in ({"text": "a"}, {"body": b"a"}):
        with pytest.raises(ValueError, match="only one"):
            json_response(1, **extra)  # type: ignore[arg-type]


@pytest.mark.spec("ADD-507", "ADD-508", "ADD-865")
def test_json_bytes_response() -> None:
    def dumps(value: Any) -> bytes:
        return json.dumps(value).encode()

    response = json_bytes_response([1], dumps=dumps)
    assert (response.body, response.headers["Content-Type"]) == (b"[1]", "application/json")
    assert json_bytes_response(body=b"x", dumps=dumps).body == b"x"
    with pytest.raises(ValueError, match="only one"):
        json_bytes_response(1, body=b"a", dumps=dumps)
