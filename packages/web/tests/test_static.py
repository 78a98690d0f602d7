"""Static routes over a socket: what is served, what is hidden, URLs with versions."""

import base64
import functools
import hashlib
import inspect
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from aiohttp_web.application import Application
from aiohttp_web.exceptions import HTTPException
from aiohttp_web.file_access import split_name
from aiohttp_web.response import Response
from aiohttp_web.router import UrlDispatcher
from aiohttp_web.static import StaticResource

Serve = Callable[..., Awaitable[Any]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "static"
    (made / "sub").mkdir(parents=True)
    (made / "file.txt").write_text("file")
    (made / "a b.txt").write_text("blank")
    (made / "é.txt").write_text("accent")
    (made / "sub" / "inner.html").write_text("inner")
    (made / "100%.txt").write_text("percent")
    (tmp_path / "static1").mkdir()
    (tmp_path / "static1" / "x").write_text("secret")
    (tmp_path / "secret.txt").write_text("secret")
    return made


def application(root: Path, prefix: str = "/static", **options: Any) -> Application:
    app = Application()
    app.router.add_static(prefix, root, **options)
    return app


@pytest.mark.spec("STAT-01", "STAT-10", "ADD-547")
@pytest.mark.parametrize(
    ("target", "status", "body"),
    [
        ("/static/file.txt", 200, b"file"),
        ("/static/sub/inner.html", 200, b"inner"),
        ("/static/a%20b.txt", 200, b"blank"),
        ("/static/%C3%A9.txt", 200, b"accent"),
        ("/static/100%25.txt", 200, b"percent"),
        ("/static/sub%2Finner.html", 200, b"inner"),
        ("/static/sub/../file.txt", 200, b"file"),
        ("/static/file.txt?query=1", 200, b"file"),
        ("/static/missing", 404, None),
        ("/static/file.txt/", 404, None),
        ("/static/file.txt/.", 404, None),
        ("/static", 403, None),
        ("/static/", 403, None),
        ("/static/sub", 403, None),
        ("/static/sub/", 403, None),
        ("/staticfile.txt", 404, None),
        ("/other", 404, None),
    ],
)
async def test_names(
    serve: Serve, root: Path, target: str, status: int, body: bytes | None
) -> None:
    answer = await (await serve(application(root))).ask("GET", target)
    assert answer.status == status
    if body is not None:
        assert answer.body == body


TRAVERSAL = [
    "/static/../secret.txt",
    "/static/../../../../../../etc/passwd",
    "/static/%2e%2e/secret.txt",
    "/static/%2E%2E/secret.txt",
    "/static/..%2fsecret.txt",
    "/static/..%2Fsecret.txt",
    "/static/%2e%2e%2fsecret.txt",
    "/static/..%252fsecret.txt",
    "/static/%252e%252e/secret.txt",
    "/static/..%5csecret.txt",
    "/static/..\\secret.txt",
    "/static/%c0%ae%c0%ae/secret.txt",
    "/static/..;/secret.txt",
    "/static/sub/../../secret.txt",
    "/static/sub/..%2f..%2fsecret.txt",
    "/static/./../secret.txt",
    "/static/..%2fstatic1/x",
    "/static/../static1/x",
    "/static1/x",
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static///etc/passwd",
    "/static/file.txt%00",
    "/static/file%00.txt",
    "/static/%00",
    "/static/%5c%5cattacker%5cshare%5cx",
    "/static/C:%5cx",
    "/static/x::$DATA",
    "/static/..",
    "/static/%2e%2e",
]


@pytest.mark.spec("STAT-08", "ADD-549", "ADD-550", "ADD-764", "ADD-780")
@pytest.mark.parametrize("target", TRAVERSAL)
@pytest.mark.parametrize("follow", [False, True])
@pytest.mark.parametrize("prefix", ["/static", "/"])
async def test_traversal(serve: Serve, root: Path, target: str, follow: bool, prefix: str) -> None:
    served = await serve(application(root, prefix, follow_symlinks=follow, show_index=True))
    target = target.replace("/static/", prefix.rstrip("/") + "/")
    answer = await served.ask("GET", target)
    assert answer.status in (404, 400)
    assert b"secret" not in answer.body
    assert b"root:" not in answer.body


@pytest.mark.spec("ADD-780", "ADD-781")
async def test_what_is_outside_cannot_be_probed(
    serve: Serve, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = await serve(application(root))
    there = await served.ask("GET", "/static/../static1/x")
    not_there = await served.ask("GET", "/static/../nothing/x")
    assert (there.status, there.body) == (not_there.status, not_there.body) == (404, there.body)

    def fail(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("the file system was asked")

    for name in ("open", "stat", "lstat"):
        monkeypatch.setattr(os, name, fail)
    for target in ("/static/../static1/x", "/static/%00", "/static/..%2fx", "/static//etc/passwd"):
        assert (await served.ask("GET", target)).status == 404


WINDOWS = [
    "/static/%5c%5cattacker%5cshare%5cx",
    "/static/%2f%2fattacker/share/x",
    "/static/C:%5cx",
    "/static/C:/x",
    "/static/sub/C:x",
    "/static/NUL",
    "/static/nul.txt",
    "/static/COM%C2%B9",
    "/static/file.txt::$DATA",
    "/static/file.txt:stream",
    "/static/file.txt.",
    "/static/file.txt%20",
    "/static/sub%5cinner.html",
    "/static/%5c%5c%3f%5cC:%5cx",
]


@pytest.mark.spec("ADD-549")
@pytest.mark.parametrize("target", WINDOWS)
@pytest.mark.parametrize("follow", [False, True])
async def test_windows_is_not_asked_for_its_special_names(
    serve: Serve, root: Path, monkeypatch: pytest.MonkeyPatch, target: str, follow: bool
) -> None:
    # ``aiohttp_web.static`` is the function of that name.
    module = sys.modules[StaticResource.__module__]
    monkeypatch.setattr(module, "split_name", functools.partial(split_name, windows=True))
    served = await serve(application(root, follow_symlinks=follow, show_index=True))
    assert (await served.ask("GET", "/static/file.txt")).status == 200

    def fail(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("the file system was asked")

    for name in ("open", "stat", "lstat", "scandir"):
        monkeypatch.setattr(os, name, fail)
    assert (await served.ask("GET", target)).status == 404


@pytest.mark.spec("STAT-05", "ADD-557")
async def test_links(serve: Serve, root: Path) -> None:
    (root / "inside").symlink_to("sub/inner.html")
    (root / "outside").symlink_to("../secret.txt")
    (root / "up").symlink_to("..")
    served = await serve(application(root))
    assert (await served.ask("GET", "/static/inside")).body == b"inner"
    assert (await served.ask("GET", "/static/outside")).status == 404
    assert (await served.ask("GET", "/static/up/secret.txt")).status == 404
    served = await serve(application(root, follow_symlinks=True))
    assert (await served.ask("GET", "/static/outside")).body == b"secret"
    assert (await served.ask("GET", "/static/up/secret.txt")).body == b"secret"


@pytest.mark.spec("ADD-770")
async def test_a_neighbour_that_is_a_link_is_not_served(serve: Serve, root: Path) -> None:
    (root / "file.txt.gz").symlink_to("../secret.txt")
    for follow in (False, True):
        served = await serve(application(root, follow_symlinks=follow))
        answer = await served.ask("GET", "/static/file.txt", Accept_Encoding="gzip")
        assert (answer.status, answer.body) == (200, b"file")
        assert "Content-Encoding" not in answer.headers


@pytest.mark.spec("STAT-03", "ADD-537")
async def test_neighbours(serve: Serve, root: Path) -> None:
    (root / "sub" / "x.js.br").write_text("brotli")
    served = await serve(application(root))
    answer = await served.ask("GET", "/static/sub/x.js", Accept_Encoding="br")
    assert (answer.status, answer.body) == (200, b"brotli")
    assert answer.headers["Content-Encoding"] == "br"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Type"].endswith("javascript")
    assert (await served.ask("GET", "/static/sub/x.js")).status == 404


@pytest.mark.spec("ADD-548", "ADD-544", "ADD-547")
async def test_methods(serve: Serve, root: Path) -> None:
    served = await serve(application(root, "/static/"))
    answer = await served.ask("POST", "/static/file.txt")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET,HEAD")
    head = await served.ask("HEAD", "/static/file.txt")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", "4")


@pytest.mark.spec("STAT-04", "ADD-552", "ADD-768")
async def test_index(serve: Serve, root: Path) -> None:
    (root / "<b>.txt").write_text("x")
    app = Application()
    app.add_subapp("/deep", application(root, show_index=True))
    served = await serve(app)
    answer = await served.ask("GET", "/deep/static/")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    page = answer.body.decode()
    assert page.count("Index of /.") == 2
    assert 'href="/deep/static/%3Cb%3E.txt"' in page
    assert "&lt;b&gt;.txt" in page
    assert page.index("100%.txt") < page.index("a b.txt") < page.index("sub/") < page.index("é.txt")
    for target in ("/deep/static/sub", "/deep/static/sub/"):
        answer = await served.ask("GET", target)
        assert b'href="/deep/static/sub/inner.html"' in answer.body
        assert b'<a href="/deep/static/">../</a>' in answer.body
    head = await served.ask("HEAD", "/deep/static/sub")
    assert (head.status, head.body) == (200, b"")


async def test_index_of_a_linked_directory(serve: Serve, root: Path) -> None:
    (root / "alias").symlink_to("sub")
    (root / "out").symlink_to("..")
    served = await serve(application(root, show_index=True))
    assert b"inner.html" in (await served.ask("GET", "/static/alias/")).body
    answer = await served.ask("GET", "/static/out/")
    assert (answer.status, b"secret" in answer.body) == (404, False)
    assert b"alias" in (await served.ask("GET", "/static/")).body


@pytest.mark.spec("ADD-541")
async def test_special_files(serve: Serve, root: Path) -> None:
    os.mkfifo(root / "fifo")
    assert (await (await serve(application(root))).ask("GET", "/static/fifo")).status == 403


@pytest.mark.spec("WMW-06")
async def test_middlewares_see_missing_files(serve: Serve, root: Path) -> None:
    async def render(request: Any, handler: Any) -> Any:
        try:
            return await handler(request)
        except HTTPException as error:
            return Response(text=f"own {error.status}", status=error.status)

    app = Application(middlewares=[render])
    app.router.add_static("/static", root)
    served = await serve(app)
    assert (await served.ask("GET", "/static/missing")).body == b"own 404"
    assert (await served.ask("GET", "/static/")).body == b"own 403"


@pytest.mark.spec("RTR-19")
async def test_routes_beside_static_files(serve: Serve, root: Path) -> None:
    async def handler(request: Any) -> Response:
        return Response(text="route")

    app = Application()
    app.router.add_static("/", root)
    app.router.add_get("/file.txt", handler)
    served = await serve(app)
    assert (await served.ask("GET", "/file.txt")).body == b"route"
    assert (await served.ask("GET", "/sub/inner.html")).body == b"inner"


@pytest.mark.spec("ADD-919", "STAT-07")
async def test_chunk_size_and_expect_handler(serve: Serve, root: Path) -> None:
    asked = []

    async def expect(request: Any) -> None:
        asked.append(request.path)

    served = await serve(application(root, chunk_size=10, expect_handler=expect))
    answer = await served.ask("GET", "/static/file.txt", Expect="100-continue")
    assert answer.body == b"file"
    assert asked == ["/static/file.txt"]


# The resource


@pytest.mark.spec("ADD-554", "ADD-556", "ADD-1049", "C27", "ADD-1019")
def test_description(root: Path) -> None:
    router = UrlDispatcher()
    resource = router.add_static("/static/", root, name="files")
    assert isinstance(resource, StaticResource)
    assert router["files"] is resource
    assert resource.canonical == "/static"
    info = resource.get_info()
    assert info["directory"] == root
    assert info["prefix"] == "/static"
    assert set(info["routes"]) == {"GET", "HEAD"}
    assert len(resource) == 2
    assert repr(resource) == f"<StaticResource 'files' /static -> {root!r}>"
    assert StaticResource.VERSION_KEY == "v"
    for wrong in (root / "missing", root / "file.txt"):
        with pytest.raises(ValueError, match=r"directory|exist"):
            router.add_static("/x", wrong)


@pytest.mark.spec("RES-06", "ADD-553")
@pytest.mark.parametrize(
    ("filename", "path"),
    [
        ("file.txt", "/static/file.txt"),
        ("/file.txt", "/static/file.txt"),
        ("//file.txt", "/static/file.txt"),
        (Path("sub/inner.html"), "/static/sub/inner.html"),
        ("a b.txt", "/static/a%20b.txt"),
        ("é", "/static/%C3%A9"),
        ("100%.txt", "/static/100%25.txt"),
        ("a?b#c", "/static/a%3Fb%23c"),
    ],
)
def test_url_for(root: Path, filename: Any, path: str) -> None:
    resource = UrlDispatcher().add_static("/static", root)
    assert str(resource.url_for(filename=filename)) == path


def test_url_for_below_the_root_prefix(root: Path) -> None:
    resource = UrlDispatcher().add_static("/", root)
    assert resource.url_for(filename="//evil.example/x") == URL("/evil.example/x")


@pytest.mark.spec("RES-06", "STAT-06", "ADD-553")
def test_versions(root: Path) -> None:
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"file").digest()).decode()
    resource = UrlDispatcher().add_static("/static", root)
    url = resource.url_for(filename="file.txt", append_version=True)
    assert url == URL("/static/file.txt").with_query(v=digest)
    assert resource.url_for(filename="file.txt").query_string == ""
    by_default = UrlDispatcher().add_static("/static", root, append_version=True)
    assert by_default.url_for(filename="file.txt") == url
    assert by_default.url_for(filename="file.txt", append_version=False).query_string == ""
    (root / "outside").symlink_to("../secret.txt")
    for name in ("missing", "sub", "", "../secret.txt", "outside"):
        assert by_default.url_for(filename=name).query_string == ""
    following = UrlDispatcher().add_static("/s", root, append_version=True, follow_symlinks=True)
    assert following.url_for(filename="outside").query_string != ""
    assert following.url_for(filename="../secret.txt").query_string == ""


@pytest.mark.spec("ADD-555", "ADD-920")
async def test_options_route(serve: Serve, root: Path) -> None:
    async def handler(request: Any) -> Response:
        return Response(text="options")

    app = Application()
    resource = app.router.add_static("/static", root)
    route = resource.set_options_route(handler)
    assert route.method == "OPTIONS"
    with pytest.raises(RuntimeError, match="already"):
        resource.set_options_route(handler)
    served = await serve(app)
    assert (await served.ask("OPTIONS", "/static/file.txt")).body == b"options"
    answer = await served.ask("PUT", "/static/file.txt")
    assert answer.headers["Allow"] == "GET,HEAD,OPTIONS"


@pytest.mark.spec("RES-07")
def test_a_prefix_is_added_by_nesting(root: Path) -> None:
    app, nested = Application(), Application()
    resource = nested.router.add_static("/static", root)
    app.add_subapp("/n", nested)
    assert resource.canonical == "/n/static"
    assert str(resource.url_for(filename="x")) == "/n/static/x"
    with pytest.raises(ValueError, match="prefix"):
        resource.add_prefix("x/")


@pytest.mark.spec("C75")
def test_the_default_size_of_a_chunk(root: Path) -> None:
    for taking in (StaticResource, UrlDispatcher.add_static):
        assert inspect.signature(taking).parameters["chunk_size"].default == 256 * 1024
