"""The facade has the names of its siblings, each the same object, and nothing of its own."""

import ast
import importlib
import inspect
import pkgutil
import warnings
from pathlib import Path

import pytest

import aiohttp
import aiohttp_client
import aiohttp_core
import aiohttp_multipart
import aiohttp_web
import aiohttp_websocket
from aiohttp import web

SOURCE = Path(aiohttp.__file__).parent
MODULES = sorted(m.name for m in pkgutil.iter_modules([str(SOURCE)]) if not m.name.startswith("_"))

GUNICORN = {"GunicornUVLoopWebWorker", "GunicornWebWorker"}

# Names of the client that are no part of the root.
NOT_IN_ROOT = {
    aiohttp_client: {"SERVER_SOFTWARE", "ExchangeFacts", "__version__"},
}

# Of these siblings the root has only what users of clients and servers handle.
CHOSEN = {
    aiohttp_multipart: {
        "BadContentDispositionHeader",
        "BadContentDispositionParam",
        "BodyPartReader",
        "FormData",
        "MultipartReader",
        "MultipartResponseWrapper",
        "MultipartWriter",
        "content_disposition_filename",
        "parse_content_disposition",
    },
    aiohttp_websocket: {"WSCloseCode", "WSMessage", "WSMsgType", "WebSocketError"},
    aiohttp_core: {
        "AsyncIterablePayload",
        "BufferedReaderPayload",
        "BytesIOPayload",
        "BytesPayload",
        "ChainMapProxy",
        "DataQueue",
        "EMPTY_PAYLOAD",
        "ETag",
        "EofStream",
        "FlowControlDataQueue",
        "HttpVersion",
        "HttpVersion10",
        "HttpVersion11",
        "IOBasePayload",
        "JsonPayload",
        "PAYLOAD_REGISTRY",
        "Payload",
        "StreamReader",
        "StringIOPayload",
        "StringPayload",
        "TextIOPayload",
        "get_payload",
        "payload_type",
        "set_zlib_backend",
    },
}
ELSEWHERE = {"FrozenList", "hdrs", "streamer", *GUNICORN}


def public_names() -> set[str]:
    names: set[str] = set()
    for package, left_out in NOT_IN_ROOT.items():
        assert left_out <= set(package.__all__), left_out - set(package.__all__)
        names |= set(package.__all__) - left_out
    for package, chosen in CHOSEN.items():
        assert chosen <= set(package.__all__)
        names |= chosen
    return names


@pytest.mark.spec("ADD-974", "NAM-01", "NAM-02", "NAM-05")
def test_the_root_is_the_union_of_its_siblings():
    assert set(aiohttp.__all__) == public_names() | ELSEWHERE


@pytest.mark.spec("ADD-974")
@pytest.mark.parametrize("package", [*NOT_IN_ROOT, *CHOSEN], ids=lambda p: p.__name__)
def test_each_name_is_the_same_object(package):
    shared = set(package.__all__) & set(aiohttp.__all__)
    assert shared
    for name in shared:
        assert getattr(aiohttp, name) is getattr(package, name)


@pytest.mark.spec("ADD-979", "ADD-980", "NAM-10", "NAM-11", "NAM-12")
def test_web_is_all_of_the_server():
    more = {
        "HostSequence",
        "_run_app",
        "access_logger",
        "main",
    }
    assert set(web.__all__) == set(aiohttp_web.__all__) | more
    for name in aiohttp_web.__all__:
        assert getattr(web, name) is getattr(aiohttp_web, name)


@pytest.mark.spec("ADD-977", "ADD-745")
def test_dir_of_the_root():
    assert sorted(dir(aiohttp)) == sorted([*aiohttp.__all__, "__doc__"])


@pytest.mark.spec("ADD-1007")
def test_names_are_sorted_and_unique():
    for module in (aiohttp, web):
        assert list(module.__all__) == sorted(set(module.__all__))


def load(name: str):
    if name == "worker":
        pytest.importorskip("gunicorn")
    if name == "pytest_plugin":
        pytest.importorskip("pytest")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module(f"aiohttp.{name}")


@pytest.mark.parametrize("name", MODULES)
def test_a_module_has_what_it_says(name):
    module = load(name)
    assert module.__doc__
    for each in module.__all__:
        assert hasattr(module, each), each


@pytest.mark.spec("ADD-976")
@pytest.mark.parametrize("name", MODULES)
def test_modules_are_attributes_of_the_root(name):
    assert getattr(aiohttp, name) is load(name)


@pytest.mark.parametrize("name", MODULES)
def test_one_object_has_one_name_everywhere(name):
    """A class that is in the root too is the same there."""
    module = load(name)
    for each in module.__all__:
        value = getattr(module, each)
        if inspect.isclass(value) and each in aiohttp.__all__:
            assert value is getattr(aiohttp, each)


# What stands in a facade: documentation, imports, ``__all__``, and names that come later.
ALLOWED = (ast.Import, ast.ImportFrom)
OTHER_MODULES = {"_later", "_reexports"}  # what modules load when, and tables of places


def is_thin(node: ast.stmt) -> bool:
    if isinstance(node, ALLOWED):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, (ast.Constant, ast.Call))
    if isinstance(node, ast.Assign):
        return isinstance(node.targets[0], ast.Name) and node.targets[0].id in (
            "__all__",
            "__getattr__",
        )
    if isinstance(node, ast.If):
        return all(is_thin(each) for each in [*node.body, *node.orelse])
    return isinstance(node, ast.FunctionDef) and node.name == "__dir__"


@pytest.mark.parametrize(
    "path",
    sorted(p for p in SOURCE.rglob("*.py") if p.stem not in OTHER_MODULES),
    ids=lambda p: p.stem,
)
def test_there_is_no_logic(path):
    thick = [node.lineno for node in ast.parse(path.read_text()).body if not is_thin(node)]
    assert thick == []


@pytest.mark.spec("NAM-05", "NAM-09")
def test_names_of_aiohttp_2():
    from aiohttp import helpers, log, protocol

    assert protocol.HttpVersion is aiohttp.HttpVersion
    assert helpers.AccessLogger is aiohttp_web.AccessLogger
    assert "%a" in helpers.AccessLogger.LOG_FORMAT
    assert log.access_logger.name == "aiohttp.access"


@pytest.mark.spec("ADD-975")
def test_one_payload_is_not_in_the_root():
    from aiohttp import payload

    assert "JsonBytesPayload" in payload.__all__
    assert "JsonBytesPayload" not in aiohttp.__all__


@pytest.mark.spec("ADD-983")
def test_private_names_of_the_client():
    from aiohttp import client

    assert client._RequestContextManager is aiohttp_client.RequestContextManager
    assert client._BaseRequestContextManager is aiohttp_client.BaseRequestContextManager
    assert client._RequestOptions is aiohttp_client.RequestOptions
    assert client._WSRequestContextManager is not None
    assert client.URL.__name__ == "URL"


@pytest.mark.spec("ADD-989")
def test_tls_contexts_of_the_connector():
    import ssl

    from aiohttp import connector

    assert connector._SSL_CONTEXT_VERIFIED.verify_mode is ssl.CERT_REQUIRED
    assert connector._SSL_CONTEXT_UNVERIFIED.verify_mode is ssl.CERT_NONE
    assert connector._DNSCacheTable is not None


@pytest.mark.spec("NAM-06", "ADD-991")
def test_hdrs_can_be_assigned_to():
    """Some dependents do, and expect that nothing breaks."""
    from aiohttp import hdrs

    assert hdrs is aiohttp.hdrs
    assert hdrs.istr is type(hdrs.CONTENT_TYPE)
    assert {hdrs.METH_GET, hdrs.METH_POST} <= hdrs.METH_ALL
    hdrs.WEBSOCKET = "websocket"
    del hdrs.WEBSOCKET


@pytest.mark.spec("ADD-1010")
def test_file_responses_and_their_types():
    from aiohttp import web_fileresponse

    assert web_fileresponse.CONTENT_TYPES.guess_type("a.html")[0] == "text/html"
    assert web_fileresponse.FALLBACK_CONTENT_TYPE == "application/octet-stream"


@pytest.mark.spec("ADD-970", "ADD-1002", "ADD-1029")
def test_streamer_warns():
    with pytest.warns(DeprecationWarning, match="use async generators"):

        @aiohttp.streamer
        async def body(writer, name):
            await writer.write(name)

    assert isinstance(aiohttp.get_payload(body(b"x")), aiohttp.Payload)


@pytest.mark.spec("ADD-1021")
def test_generic_classes_are_subscriptable():
    from aiohttp.test_utils import TestClient

    for cls in (web.AppKey, web.RequestKey, web.ResponseKey, aiohttp.ClientWebSocketResponse):
        assert cls[bool] is not None
    assert web.WebSocketResponse[bool] is not None
    assert TestClient[web.Request, web.Application] is not None


@pytest.mark.spec("ADD-997")
def test_the_private_path_of_the_websocket_reader():
    from aiohttp import http_websocket
    from aiohttp._websocket import reader

    assert reader.WebSocketReader is http_websocket.WebSocketReader
    assert reader.WebSocketDataQueue is aiohttp_websocket.WebSocketDataQueue


@pytest.mark.spec("ADD-1022")
def test_it_is_typed():
    assert (SOURCE / "py.typed").is_file()
