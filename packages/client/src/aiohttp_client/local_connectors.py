"""Connectors to servers on the same machine: Unix domain sockets and named pipes of Windows."""

import asyncio
import ssl
from collections.abc import Sequence
from os import fspath
from typing import Any

from aiohttp_client.connection import HttpConnection
from aiohttp_client.connector import BaseConnector, ConnectRequest
from aiohttp_client.dial import TLSPlan, check_fingerprint
from aiohttp_client.errors import (
    ClientConnectionError,
    ClientConnectorError,
    UnixClientConnectorError,
    connect_error,
)
from aiohttp_client.timeouts import ClientTimeout, Unset, sentinel
from aiohttp_client.tls import Fingerprint, shared_context
from aiohttp_client.tracing import Trace

__all__ = ("NamedPipeConnector", "UnixConnector")


class UnixConnector(BaseConnector):
    """Connects to the Unix domain socket *path*; host and port of URLs only fill ``Host``.

    Failures raise :exc:`UnixClientConnectorError` (spec rows CON-27, ADD-307).
    """

    allowed_protocol_schema_set = BaseConnector.allowed_protocol_schema_set | {"unix"}

    def __init__(
        self,
        path: str,
        force_close: bool = False,
        keepalive_timeout: Unset | float | None = sentinel,
        limit: int = 100,
        limit_per_host: int = 0,
        loop: asyncio.AbstractEventLoop | None = None,
        *,
        max_lifetime: float | None = None,
        max_uses: int | None = None,
    ) -> None:
        super().__init__(
            force_close=force_close,
            keepalive_timeout=keepalive_timeout,
            limit=limit,
            limit_per_host=limit_per_host,
            loop=loop,
            max_lifetime=max_lifetime,
            max_uses=max_uses,
        )
        self._path = fspath(path)

    @property
    def path(self) -> str:
        """The path of the socket."""
        return self._path

    async def _create_connection(
        self, req: ConnectRequest, traces: Sequence[Trace], timeout: ClientTimeout
    ) -> HttpConnection:
        options: dict[str, Any] = {}
        key = req.connection_key
        plan: TLSPlan | None = None
        if req.is_ssl:
            pin = req.ssl if isinstance(req.ssl, Fingerprint) else None
            context = await self._loop.run_in_executor(None, shared_context, req.ssl)
            name = req.server_hostname or (req.url.raw_host or "").rstrip(".")
            plan = TLSPlan(context, name, pin)
            options = {"ssl": context, "server_hostname": name}
        try:
            loop: Any = self._loop  # a connection is a protocol by its methods, not by its class
            transport, protocol = await loop.create_unix_connection(
                self._factory, self._path, **options
            )
            if plan is not None:
                check_fingerprint(transport, plan)
        except ClientConnectionError:
            raise
        except (ssl.SSLError, ssl.CertificateError) as exc:
            raise connect_error(key, exc) from exc
        except OSError as exc:
            raise UnixClientConnectorError(self._path, key, exc) from exc
        connection: HttpConnection = protocol
        return connection


class NamedPipeConnector(BaseConnector):
    """Connects to the named pipe *path*; only with the proactor event loop of Windows.

    Another loop raises ``RuntimeError`` (spec row ADD-308).
    """

    allowed_protocol_schema_set = BaseConnector.allowed_protocol_schema_set | {"npipe"}

    def __init__(
        self,
        path: str,
        force_close: bool = False,
        keepalive_timeout: Unset | float | None = sentinel,
        limit: int = 100,
        limit_per_host: int = 0,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(
            force_close=force_close,
            keepalive_timeout=keepalive_timeout,
            limit=limit,
            limit_per_host=limit_per_host,
            loop=loop,
        )
        self._path = path
        proactor: Any = getattr(asyncio, "ProactorEventLoop", None)
        if proactor is None or not isinstance(self._loop, proactor):
            self._closed = True
            raise RuntimeError("Named Pipes only available in proactor loop under windows")

    @property
    def path(self) -> str:
        """The path of the pipe."""
        return self._path

    async def _create_connection(
        self, req: ConnectRequest, traces: Sequence[Trace], timeout: ClientTimeout
    ) -> HttpConnection:
        loop: Any = self._loop
        try:
            _, protocol = await loop.create_pipe_connection(self._factory, self._path)
        except OSError as exc:
            raise ClientConnectorError(req.connection_key, exc) from exc
        connection: HttpConnection = protocol
        return connection
