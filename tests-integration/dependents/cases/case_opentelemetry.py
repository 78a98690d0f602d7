"""OpenTelemetry: client and server instrumentation."""

import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor
from opentelemetry.instrumentation.aiohttp_server import AioHttpServerInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import aiohttp
from aiohttp import web


@pytest.fixture
def spans():
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    AioHttpClientInstrumentor().instrument(tracer_provider=provider)
    AioHttpServerInstrumentor().instrument(tracer_provider=provider)
    yield exporter
    AioHttpClientInstrumentor().uninstrument()
    AioHttpServerInstrumentor().uninstrument()


async def test_spans_of_both_sides(spans, aiohttp_server):
    async def hello(request):
        return web.Response(text=request.headers["traceparent"])

    async def broken(request):
        raise web.HTTPNotFound

    app = web.Application()
    app.router.add_get("/hello/{name}", hello)
    app.router.add_get("/broken", broken)
    server = await aiohttp_server(app)
    async with aiohttp.ClientSession() as session:
        async with session.get(server.make_url("/hello/grace")) as response:
            parent = await response.text()
        async with session.get(server.make_url("/broken")) as response:
            assert response.status == 404
    found = spans.get_finished_spans()
    kinds = [(span.kind, span.status.is_ok) for span in found]
    assert kinds.count((trace.SpanKind.SERVER, True)) >= 1
    clients = [span for span in found if span.kind is trace.SpanKind.CLIENT]
    servers = [span for span in found if span.kind is trace.SpanKind.SERVER]
    assert (len(clients), len(servers)) == (2, 2)
    assert format(clients[0].context.span_id, "016x") in parent
    assert servers[0].parent.span_id == clients[0].context.span_id
    assert not clients[1].status.is_ok
