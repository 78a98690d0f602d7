"""Private names of the session of aiohttp 3 that libraries around it lean on (spec row ADD-1018).

Mock libraries, caches and instrumentation read these; nothing in this package does.  Each has a
public counterpart, which is what new code takes.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from multidict import CIMultiDict
from yarl import URL

from aiohttp_client.abc import AbstractCookieJar
from aiohttp_client.call import SessionSettings, build_url, merge_headers
from aiohttp_client.connector import BaseConnector
from aiohttp_client.options import LooseHeaders, RaiseForStatus
from aiohttp_client.request import ClientRequest
from aiohttp_client.response import ClientResponse
from aiohttp_client.timeouts import ClientTimeout

__all__ = ("SessionSeams",)


class SessionSeams:
    """The names of aiohttp 3, on top of ``_settings``."""

    _settings: SessionSettings

    def _build_url(self, str_or_url: str | URL) -> URL:
        return build_url(self._settings, str_or_url)

    def _prepare_headers(self, headers: LooseHeaders | None) -> CIMultiDict[str]:
        return merge_headers(self._settings.headers, headers)

    @property
    def _base_url(self) -> URL | None:
        return self._settings.base_url

    @property
    def _connector(self) -> BaseConnector | None:
        return self._settings.connector

    @property
    def _cookie_jar(self) -> AbstractCookieJar:
        return self._settings.cookie_jar

    @property
    def _default_headers(self) -> CIMultiDict[str]:
        return self._settings.headers

    @property
    def _json_serialize(self) -> Callable[[Any], str]:
        return self._settings.json_serialize

    @property
    def _loop(self) -> asyncio.AbstractEventLoop:
        return self._settings.loop

    @property
    def _raise_for_status(self) -> RaiseForStatus:
        return self._settings.raise_for_status

    @property
    def _request_class(self) -> type[ClientRequest]:
        return self._settings.request_class

    @property
    def _response_class(self) -> type[ClientResponse]:
        return self._settings.response_class

    @property
    def _timeout(self) -> ClientTimeout:
        return self._settings.timeout

    @property
    def _trust_env(self) -> bool:
        return self._settings.trust_env
