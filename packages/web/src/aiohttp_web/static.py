"""Static files: a directory served below a URL prefix.

Laws
* A path that leaves the prefix by ``..`` does not match the resource at all, and is never looked up
  (ADD-549, ADD-780, GHSA-54jq-c3m8-4m76).
* What does not exist, lies outside, or cannot be a name is the same 404.
* The files are opened by :mod:`aiohttp_web.file_access`, the one place that touches them.
"""

import asyncio
import base64
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypedDict
from urllib.parse import quote

from yarl import URL

from aiohttp_core import hdrs
from aiohttp_web.directory_index import directory_page
from aiohttp_web.exceptions import HTTPForbidden, HTTPNotFound
from aiohttp_web.file_access import (
    FileRefused,
    RootDirectory,
    RootedSource,
    split_name,
)
from aiohttp_web.file_response import FileResponse
from aiohttp_web.match import UrlMappingMatchInfo
from aiohttp_web.resources import NOWHERE, PrefixResource, Resolution, unquote_match
from aiohttp_web.response import Response
from aiohttp_web.routes import AbstractRoute, ExpectHandler, HandlerOrView, ResourceRoute
from aiohttp_web.stream_response import StreamResponse

__all__ = ("StaticOptions", "StaticResource")

_HASHED_AT_ONCE: Final = 256 * 1024


class StaticOptions(TypedDict, total=False):
    """The options of ``UrlDispatcher.add_static``."""

    name: str | None
    expect_handler: ExpectHandler | None
    chunk_size: int
    show_index: bool
    follow_symlinks: bool
    append_version: bool


class StaticResource(PrefixResource):
    """The files below *directory*, under *prefix*; made by ``UrlDispatcher.add_static``.

    ``ValueError`` if the directory is missing or none.
    """

    VERSION_KEY = "v"

    def __init__(
        self,
        prefix: str,
        directory: str | os.PathLike[str],
        *,
        name: str | None = None,
        expect_handler: ExpectHandler | None = None,
        chunk_size: int = 256 * 1024,
        show_index: bool = False,
        follow_symlinks: bool = False,
        append_version: bool = False,
    ) -> None:
        super().__init__(prefix, name=name)
        self._root = RootDirectory(directory, leave_by_links=follow_symlinks)
        self._directory = Path(self._root.path)
        self._show_index = show_index
        self._chunk_size = chunk_size
        self._follow_symlinks = follow_symlinks
        self._expect_handler = expect_handler
        self._append_version = append_version
        self._routes = {
            method: ResourceRoute(method, self._handle, self, expect_handler=expect_handler)
            for method in (hdrs.METH_GET, hdrs.METH_HEAD)
        }
        self._allowed_methods = set(self._routes)

    def find(self, method: str, path: str, request: Any) -> Resolution:
        """Return what :meth:`resolve` does, for the match form of a path."""
        if path != self._match_prefix and not path.startswith(self._match_below):
            return NOWHERE
        filename = unquote_match(path[len(self._match_below) :])
        if split_name(filename) is None:
            return NOWHERE
        route = self._routes.get(method)
        if route is None:
            return None, self._allowed_methods
        return UrlMappingMatchInfo({"filename": filename}, route), self._allowed_methods

    async def resolve(self, request: Any) -> Resolution:
        """Return the match of a path below the prefix."""
        return self.find(request.method, request.match_path, request)

    def set_options_route(self, handler: HandlerOrView) -> AbstractRoute:
        """Let *handler* answer OPTIONS and return the route; ``RuntimeError`` the second time."""
        if hdrs.METH_OPTIONS in self._routes:
            raise RuntimeError("OPTIONS route was set already")
        route = ResourceRoute(hdrs.METH_OPTIONS, handler, self, expect_handler=self._expect_handler)
        self._routes[hdrs.METH_OPTIONS] = route
        self._allowed_methods.add(hdrs.METH_OPTIONS)
        return route

    async def _handle(self, request: Any) -> StreamResponse:
        filename: str = request.match_info["filename"]
        steps = split_name(filename)
        if steps is None:
            raise HTTPNotFound
        response = FileResponse(
            self._root.full_path([step for step in steps if step]), chunk_size=self._chunk_size
        )
        try:
            await response.open(request, RootedSource(self._root, steps))
        except FileRefused as refused:
            if refused.directory:
                return await self._directory_answer(request, steps)
            if refused.status == 403:
                raise HTTPForbidden from None
            raise HTTPNotFound from None
        return response

    async def _directory_answer(self, request: Any, steps: tuple[str, ...]) -> StreamResponse:
        if not self._show_index:
            raise HTTPForbidden
        loop = asyncio.get_running_loop()
        try:
            entries = await loop.run_in_executor(None, self._root.entries, steps)
        except FileRefused as refused:
            raise (HTTPForbidden if refused.status == 403 else HTTPNotFound) from None
        names = [step for step in steps if step]
        relative = "/".join(names) or "."
        base = "/".join([self._prefix, *(quote(name, safe="") for name in names)])
        page = directory_page(base, relative, entries)
        return Response(text=page, content_type="text/html")

    def url_for(
        self, *, filename: str | os.PathLike[str], append_version: bool | None = None
    ) -> URL:
        """Return the URL of *filename*, a path below the directory.

        With *append_version* (default: that of the resource) the hash of the file is added as
        ``v``; a file that is not there or not served gets none. The file is read for it.
        """
        name = os.fspath(filename).replace("\\", "/") if os.sep == "\\" else os.fspath(filename)
        name = name.lstrip("/")
        path = f"{self._prefix}/{quote(name, safe='/' + _SEGMENT_SAFE)}"
        if path.startswith("//"):
            path = "/" + path.lstrip("/")
        url = URL.build(path=path, encoded=True)
        if append_version is None:
            append_version = self._append_version
        if append_version:
            digest = self._hash_of(name)
            if digest is not None:
                url = url.with_query({self.VERSION_KEY: digest})
        return url

    def _hash_of(self, name: str) -> str | None:
        steps = split_name(name)
        if not steps:
            return None
        digest = hashlib.sha256()
        try:
            file = self._root.open(steps, ())
        except (FileRefused, OSError):
            return None
        try:
            offset = 0
            while data := file.read(offset, _HASHED_AT_ONCE):
                digest.update(data)
                offset += len(data)
        except OSError:
            return None
        finally:
            file.close()
        return base64.urlsafe_b64encode(digest.digest()).decode("ascii")

    def get_info(self) -> Any:
        """Return ``directory``, ``prefix`` and ``routes``."""
        return {"directory": self._directory, "prefix": self._prefix, "routes": self._routes}

    def __len__(self) -> int:
        return len(self._routes)

    def __iter__(self) -> Iterator[AbstractRoute]:
        return iter(self._routes.values())

    def __repr__(self) -> str:
        name = f"'{self.name}'" if self.name is not None else ""
        return f"<StaticResource {name} {self._prefix} -> {self._directory!r}>"


# RFC 3986 section 3.3: pchar without the percent sign.
_SEGMENT_SAFE: Final = "!$&'()*+,;=:@-._~"
