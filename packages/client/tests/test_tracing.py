"""The signals."""

from types import SimpleNamespace
from typing import Any

import pytest
from aiosignal import Signal
from multidict import CIMultiDict
from yarl import URL

from aiohttp_client import tracing
from aiohttp_client.tracing import Trace, TraceConfig

HEADERS = CIMultiDict({"A": "b"})
AN_URL = URL("http://a.example/")
BASE = {"method": "GET", "url": AN_URL}

SIGNALS: list[tuple[str, str, type, dict[str, Any]]] = [
    ("request_start", "on_request_start", tracing.TraceRequestStartParams,
     BASE | {"headers": HEADERS}),
    ("request_chunk_sent", "on_request_chunk_sent", tracing.TraceRequestChunkSentParams,
     BASE | {"chunk": b"x"}),
    ("response_chunk_received", "on_response_chunk_received",
     tracing.TraceResponseChunkReceivedParams, BASE | {"chunk": b"x"}),
    ("request_end", "on_request_end", tracing.TraceRequestEndParams,
     BASE | {"headers": HEADERS, "response": object()}),
    ("request_exception", "on_request_exception", tracing.TraceRequestExceptionParams,
     BASE | {"headers": HEADERS, "exception": ValueError()}),
    ("request_redirect", "on_request_redirect", tracing.TraceRequestRedirectParams,
     BASE | {"headers": HEADERS, "response": object()}),
    ("request_headers", "on_request_headers_sent", tracing.TraceRequestHeadersSentParams,
     BASE | {"headers": HEADERS}),
    ("connection_queued_start", "on_connection_queued_start",
     tracing.TraceConnectionQueuedStartParams, {}),
    ("connection_queued_end", "on_connection_queued_end",
     tracing.TraceConnectionQueuedEndParams, {}),
    ("connection_create_start", "on_connection_create_start",
     tracing.TraceConnectionCreateStartParams, {}),
    ("connection_create_end", "on_connection_create_end",
     tracing.TraceConnectionCreateEndParams, {}),
    ("connection_reuseconn", "on_connection_reuseconn",
     tracing.TraceConnectionReuseconnParams, {}),
    ("dns_resolvehost_start", "on_dns_resolvehost_start", tracing.TraceDnsResolveHostStartParams,
     {"host": "h"}),
    ("dns_resolvehost_end", "on_dns_resolvehost_end", tracing.TraceDnsResolveHostEndParams,
     {"host": "h"}),
    ("dns_cache_hit", "on_dns_cache_hit", tracing.TraceDnsCacheHitParams, {"host": "h"}),
    ("dns_cache_miss", "on_dns_cache_miss", tracing.TraceDnsCacheMissParams, {"host": "h"}),
]  # fmt: skip


@pytest.mark.spec(
    "TRC-02", "TRC-03", "TRC-04", "TRC-05", "TRC-06", "TRC-07", "TRC-08", "TRC-09", "TRC-10",
    "TRC-11", "TRC-12", "TRC-13", "TRC-14", "ADD-1007",
)  # fmt: skip
@pytest.mark.parametrize(("sender", "signal", "params", "values"), SIGNALS)
async def test_signals(sender: str, signal: str, params: type, values: dict[str, Any]) -> None:
    config = TraceConfig()
    got: list[tuple[Any, ...]] = []

    async def receiver(session: Any, context: Any, params: Any) -> None:
        got.append((session, context, params))

    getattr(config, signal).append(receiver)
    config.freeze()
    session, context = object(), object()
    trace = Trace(session, config, context)
    await getattr(trace, f"send_{sender}")(*values.values())
    assert got == [(session, context, params(**values))]
    assert trace.wants_request_chunks is (sender == "request_chunk_sent")
    assert trace.wants_response_chunks is (sender == "response_chunk_received")
    assert f"{signal}=1" in repr(config)


@pytest.mark.parametrize(("sender", "signal", "params", "values"), SIGNALS)
async def test_without_receivers(
    sender: str, signal: str, params: type, values: dict[str, Any]
) -> None:
    config = TraceConfig()
    config.freeze()
    await getattr(Trace(None, config, None), f"send_{sender}")(*values.values())
    assert repr(config) == "<TraceConfig without receivers>"


async def test_receivers_run_in_order_and_errors_come_through() -> None:
    config = TraceConfig()
    got: list[int] = []

    async def one(*args: Any) -> None:
        got.append(1)

    async def two(*args: Any) -> None:
        got.append(2)
        raise LookupError("from a receiver")

    config.on_dns_cache_hit.append(one)
    config.on_dns_cache_hit.append(two)
    config.freeze()
    with pytest.raises(LookupError, match="from a receiver"):
        await Trace(None, config, None).send_dns_cache_hit("h")
    assert got == [1, 2]


@pytest.mark.spec("ADD-399")
def test_frozen() -> None:
    config = TraceConfig()
    config.freeze()
    signals = [value for value in vars(config).values() if isinstance(value, Signal)]
    assert len(signals) == len(SIGNALS)
    for signal in signals:
        with pytest.raises(RuntimeError):
            signal.append(None)


@pytest.mark.spec("TRC-01", "ADD-400", "ADD-402", "ADD-1021")
def test_contexts() -> None:
    context = TraceConfig().trace_config_ctx()
    assert context == SimpleNamespace(trace_request_ctx=None)
    assert TraceConfig().trace_config_ctx({"id": 1}).trace_request_ctx == {"id": 1}

    class Context:
        def __init__(self, trace_request_ctx: Any) -> None:
            self.given = trace_request_ctx

    typed: TraceConfig[Context] = TraceConfig(Context)
    assert typed.trace_config_ctx(trace_request_ctx=5).given == 5
    assert TraceConfig[Context] is not TraceConfig
