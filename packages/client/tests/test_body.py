"""What becomes of the data of a request."""

import io
from pathlib import Path
from typing import Any

import pytest

from aiohttp_client.body import make_body
from aiohttp_core import BytesPayload, IOBasePayload
from aiohttp_multipart import MultipartWriter


def test_what_the_registry_knows() -> None:
    assert make_body(None) is None
    assert isinstance(make_body(b"x"), BytesPayload)


@pytest.mark.parametrize("mode", ["r", "rb"])
def test_the_name_of_a_file_is_not_told(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "secret.txt"
    path.write_text("x")
    with path.open(mode) as file:
        body = make_body(file)
        assert isinstance(body, IOBasePayload)
        assert body.headers["Content-Type"].startswith("text/plain")
        assert "Content-Disposition" not in body.headers


@pytest.mark.parametrize("data", [{"a": "1"}, [("a", "1")], {"a": io.BytesIO(b"1")}])
def test_forms(data: Any) -> None:
    body = make_body(data)
    assert body is not None
    assert isinstance(body, MultipartWriter) == (type(data) is dict and data["a"] != "1")


@pytest.mark.parametrize("data", [5, {1}, ["a"], object()])
def test_no_form(data: Any) -> None:
    with pytest.raises(TypeError):
        make_body(data)
