"""The documentation has the pages that users look for, and the policies it states are kept."""

import asyncio
import inspect
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from blocks import DOCS, ROOT, blocks

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from tools import checks, suite

CONTRIBUTING = " ".join((DOCS / "contributing.md").read_text("utf-8").split())
PACKAGES = sorted(path.parent for path in ROOT.glob("packages/*/pyproject.toml"))

#: What readers look for, and the page (and a heading on it) that has it.
TOPICS = {
    "index": ("index.md", "aiohttp"),
    "client quickstart": ("client_quickstart.md", "Client quickstart"),
    "client, advanced: sessions": ("guides/sessions_and_pools.md", "Sessions and pools"),
    "client, advanced: timeouts": ("guides/timeouts.md", "On the client"),
    "client, advanced: proxies": ("guides/proxies.md", "Proxies"),
    "client, advanced: TLS": ("guides/tls.md", "TLS"),
    "client middleware cookbook": ("guides/client_cookbook.md", "Cookbook: client middlewares"),
    "client reference": ("reference/client.rst", "The session"),
    "tracing": ("guides/tracing.md", "Tracing and logging"),
    "tracing reference": ("reference/client_tracing.rst", "Tracing requests"),
    "life cycle of a request": ("guides/tracing.md", "The events of one request"),
    "server quickstart": ("server_quickstart.md", "Server quickstart"),
    "server, advanced: middlewares": ("guides/middlewares.md", "On the server"),
    "server, advanced: shutdown": ("guides/graceful_shutdown.md", "Graceful shutdown"),
    "server, low level": ("reference/web_running.rst", "The low-level server"),
    "server reference": ("reference/web.rst", "Applications and routing"),
    "server exceptions": ("reference/web_exceptions.rst", "HTTP exceptions"),
    "logging": ("guides/tracing.md", "Logging"),
    "testing": ("guides/testing.md", "Testing"),
    "deployment": ("deployment.md", "Deployment"),
    "abstract base classes": ("reference/client_connectors.rst", "Resolvers"),
    "multipart": ("guides/uploads_and_forms.md", "Multipart in general"),
    "multipart reference": ("reference/multipart.rst", "Multipart and forms"),
    "streams": ("reference/core.rst", "Streams"),
    "structures": ("reference/core.rst", "Versions and structures"),
    "websocket utilities": ("reference/websocket.rst", "Messages"),
    "questions": ("faq.md", "Frequently asked questions"),
    "glossary": ("glossary.md", "Glossary"),
    "changes": ("changes.md", "Changes"),
    "coming from older versions": ("migration/from_0.md", "From aiohttp 0.x and 1.x"),
    "external: what works with it": ("ecosystem.md", "Packages that work with aiohttp"),
    "contributing": ("contributing.md", "Contributing"),
}


def headings(page: str) -> list[str]:
    text = (DOCS / page).read_text("utf-8")
    if page.endswith(".rst"):
        return re.findall(r"^(.+)\n(?:={3,}|-{3,}|~{3,})$", text, re.MULTILINE)
    return re.findall(r"^#+ (.+)$", text, re.MULTILINE)


@pytest.mark.spec("DOC-01")
@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_its_page(topic: str) -> None:
    page, heading = TOPICS[topic]
    assert heading in headings(page)


def test_every_page_can_be_reached() -> None:
    """Each page is in a table of contents; Sphinx warns of others, and a warning is an error."""
    listed: set[str] = {"index"}
    for page in ("index.md", "reference/index.md"):
        text = (DOCS / page).read_text("utf-8")
        folder = page.rpartition("/")[0]
        for block in re.findall(r"```\{toctree\}\n(.*?)```", text, re.DOTALL):
            for line in block.splitlines():
                if line and not line.startswith(":"):
                    name = re.sub(r".*<(.+)>", r"\1", line.strip())
                    listed.add(f"{folder}/{name}".lstrip("/"))
    here = {
        path.relative_to(DOCS).with_suffix("").as_posix()
        for path in [*DOCS.rglob("*.md"), *DOCS.rglob("*.rst")]
        if not {"_build", "_generated"} & set(path.relative_to(DOCS).parts)
    }
    assert here == listed


def old_basic_auth() -> object:
    return aiohttp.BasicAuth("a", "b")


def old_router() -> object:
    return web.Application(router=web.UrlDispatcher())


def old_debug() -> object:
    return web.Application(debug=True)


def old_verify_ssl() -> object:
    return aiohttp.TCPConnector(verify_ssl=False)


@pytest.mark.spec("DOC-02")
@pytest.mark.parametrize("call", [old_basic_auth, old_router, old_debug, old_verify_ssl])
async def test_what_is_deprecated_warns_and_works(call: Callable[[], object]) -> None:
    with pytest.warns(DeprecationWarning):
        made = call()
    assert made is not None
    if isinstance(made, aiohttp.TCPConnector):
        await made.close()
    assert "`DeprecationWarning`, for a year and a half at least" in CONTRIBUTING


@pytest.mark.spec("DOC-03")
def test_versions_are_semantic_and_of_one_train() -> None:
    assert (
        "Z in X.Y.Z counts bug fixes, Y new features and deprecations, X removals" in CONTRIBUTING
    )
    versions = set()
    for package in PACKAGES:
        project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
        found = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)(?:(?:a|b|rc|\.dev)\d+)?", project["version"])
        assert found, project["version"]
        versions.add(found.group(1, 2))
    assert len(versions) == 1


@pytest.mark.spec("DOC-04")
@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_the_changelog_is_made_of_fragments(package: Path) -> None:
    folder = package / "changes"
    settings = tomllib.loads((ROOT / "towncrier.toml").read_text())["tool"]["towncrier"]
    kinds = {kind["directory"] for kind in settings["type"]}
    fragments = sorted(folder.glob("*.rst"))
    assert fragments
    for fragment in fragments:
        assert re.fullmatch(rf"(?:\d+|\+[\w-]+)\.({'|'.join(kinds)})(?:\.\d+)?\.rst", fragment.name)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "towncrier", "build", "--draft", "--version", "9.9.9"),
            *("--config", str(ROOT / "towncrier.toml"), "--dir", str(folder.parent)),
            *("--name", folder.parent.name, "--date", "2026-01-01"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    text = " ".join(done.stdout.split())
    for fragment in fragments:
        words = fragment.read_text("utf-8").split()[:4]
        assert " ".join(words) in text, fragment.name
    assert "news fragment" in CONTRIBUTING


def made_by(target: str) -> str:
    """Return the commands that ``make`` would run."""
    done = subprocess.run(
        ["make", "--dry-run", "--always-make", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


TARGETS = {
    "install-dev": "tools/dev.py build",
    "fmt": "tools/dev.py lint --fix",
    "lint": "tools/dev.py lint",
    "mypy": "tools/dev.py lint",
    "test": "tools/dev.py test",
    "cov": "tools/dev.py coverage",
    "doc": "tools/dev.py docs",
    "doc-spelling": "codespell --ignore-words docs/spelling_wordlist.txt",
    "clean": "tools/dev.py clean",
}
needs_make = pytest.mark.skipif(
    subprocess.run(["which", "make"], capture_output=True, check=False).returncode != 0,
    reason="there is no make",
)


@needs_make
@pytest.mark.spec("DOC-05")
@pytest.mark.parametrize("target", TARGETS)
def test_make_knows_the_usual_targets(target: str) -> None:
    assert TARGETS[target] in made_by(target)
    if target != "clean":
        assert f"make {target}" in CONTRIBUTING or target == "mypy"


@pytest.mark.spec("DOC-05")
def test_the_linters_come_first() -> None:
    python = Path(sys.executable)
    jobs = {job.name: job for job in suite.plan(suite.Suite(python), None, [], fast=False)}
    linters = {check.name for check in checks.style_checks(python)}
    assert {"ruff check", "ruff format", "mypy client"} <= jobs.keys()
    for kind in ("interpreted", "from its wheel", "integration"):
        tests = [job for name, job in jobs.items() if kind in name]
        assert tests
        assert all(linters <= job.after for job in tests)


@needs_make
@pytest.mark.spec("DOC-09")
@pytest.mark.parametrize(
    ("target", "session"),
    [("test-3.11", "full-3.11(compiled)"), ("test-3.12-no-extensions", "full-3.12(pure)")],
)
def test_one_python_with_and_without_extensions(target: str, session: str) -> None:
    assert f'nox -s "{session}"' in made_by(target)
    listed = subprocess.run(
        [sys.executable, "-m", "nox", "-l"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert session in listed.stdout


@pytest.mark.spec("DOC-06")
def test_coverage_has_a_floor_and_an_aim() -> None:
    done = subprocess.run(
        [sys.executable, "tools/dev.py", "coverage", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    floor = re.search(r"percent; default ([\d.]+)", done.stdout)
    assert floor is not None
    assert f"Branch coverage below {float(floor[1]):g} % fails; 97 % is good" in CONTRIBUTING


@pytest.mark.spec("DOC-07")
def test_spelling() -> None:
    words = DOCS / "spelling_wordlist.txt"
    texts = [
        *(p for p in [*DOCS.rglob("*.md"), *DOCS.rglob("*.rst")] if "_build" not in p.parts),
        *DOCS.glob("examples/**/*.py"),
        *(ROOT / name for name in ("README.md", "SECURITY.md")),
        *ROOT.glob("packages/*/README.md"),
        *ROOT.glob("packages/*/changes/*.rst"),
        *ROOT.glob("packages/*/src/**/*.py"),
    ]

    def check(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "codespell_lib", *options, *map(str, texts)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    done = check("--ignore-words", str(words))
    assert done.returncode == 0, done.stdout
    # Each word of the list is there because a text needs it.
    unknown = {
        line.rpartition(": ")[2].partition(" ==>")[0].lower()
        for line in check().stdout.splitlines()
    }
    assert unknown == set(words.read_text().split())


@pytest.mark.spec("DOC-08")
def test_samples_of_the_cookbook_are_files() -> None:
    page = (DOCS / "guides" / "client_cookbook.md").read_text("utf-8")
    included = re.findall(r"```\{literalinclude\} \.\./(\S+)", page)
    files = [p.relative_to(DOCS).as_posix() for p in DOCS.glob("examples/client_middlewares/*.py")]
    assert sorted(included) == sorted(files)
    assert "```python" not in page
    # And they are run: each has tests of its own.
    tests = "".join(
        p.read_text() for p in (ROOT / "tests-integration/client_examples").glob("*.py")
    )
    assert [
        name for name in files if name.rpartition("/")[2].removesuffix(".py") not in tests
    ] == []


@pytest.mark.spec("WFRM-06")
def test_the_page_of_other_packages_names_what_is_tested() -> None:
    page = (DOCS / "ecosystem.md").read_text("utf-8")
    words = set(re.findall(r"\w+", page.replace("-", "_").lower()))
    cases = ROOT.glob("tests-integration/dependents/cases/case_*.py")
    names = {path.stem.removeprefix("case_") for path in cases}
    short = {"fsspec_http": "fsspec", "sentry": "sentry_sdk", "socketio": "python_socketio"}
    assert len(names) > 10
    assert {short.get(name, name) for name in names} - words == set()
    # What a server has from others: sessions of users, templates, CORS, a debug toolbar.
    for name in ("aiohttp-session", "aiohttp-jinja2", "aiohttp-cors", "aiohttp-debugtoolbar"):
        assert f"`{name}`" in page
    assert not {"setup_session", "render_template", "setup_cors"} & set(dir(web))


def examples(page: str, word: str) -> list[str]:
    """Return the examples of a page that hold a word; test_code_blocks runs each of them."""
    found = [b.text for b in blocks() if b.page == page and word in b.text and b.kind == "server"]
    assert found, f"{page} has no example with {word}"
    return found


@pytest.mark.spec("WRSP-29")
async def test_a_middleware_compresses_all_responses() -> None:
    options = {*inspect.signature(web.Application).parameters}
    options |= {*inspect.signature(web.AppRunner).parameters}
    assert not [name for name in options if "compress" in name]
    namespace: dict[str, Any] = {}
    exec(examples("guides/performance.md", "enable_compression")[0], namespace)
    async with TestClient(TestServer(namespace["app"])) as client:
        async with client.get("/") as response:
            assert response.headers["Content-Encoding"] in response.request_info.headers[
                "Accept-Encoding"
            ].split(", ")
            assert len(await response.text()) == 10_000
        async with client.get("/", headers={"Accept-Encoding": "identity"}) as response:
            assert "Content-Encoding" not in response.headers


@pytest.mark.spec("DISC-04")
async def test_a_tracked_task_survives_cancellation() -> None:
    namespace: dict[str, Any] = {}
    exec(examples("guides/graceful_shutdown.md", "asyncio.shield")[0], namespace)
    began, release, saved = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def save() -> None:
        began.set()
        await release.wait()
        saved.set()

    namespace["save"] = save
    app = namespace["app"]
    server = TestServer(app)
    client = TestClient(server)
    await client.start_server(handler_cancellation=True)
    request = asyncio.create_task(client.get("/"))
    await began.wait()
    request.cancel()  # the client leaves, and so its handler is cancelled
    with pytest.raises(asyncio.CancelledError):
        await request
    closing = asyncio.create_task(client.close())
    assert not saved.is_set()
    release.set()
    await closing
    assert saved.is_set()


LOOP = web.AppKey("LOOP", asyncio.AbstractEventLoop)


@pytest.mark.spec("APP-16")
async def test_an_application_is_made_where_its_loop_runs() -> None:
    """Nothing binds to a loop at import time, and a coroutine function may make it."""
    made = 0

    async def make_app() -> web.Application:
        nonlocal made
        made += 1
        app = web.Application()
        app[LOOP] = asyncio.get_running_loop()
        return app

    app = await make_app()
    async with TestClient(TestServer(app)) as client:
        async with client.get("/") as response:
            assert response.status == 404
    assert app[LOOP] is asyncio.get_running_loop()
    assert made == 1
    assert "async def make_app() -> web.Application" in "".join(b.text for b in blocks())


@pytest.mark.spec("NAM-16", "NAM-17")
def test_names_that_only_old_texts_have_are_not_there() -> None:
    assert not hasattr(web.AbstractRoute, "url")
    assert hasattr(web.AbstractRoute, "url_for")
    assert not hasattr(web.Request, "url_for")


@pytest.mark.spec("DEP-11")
def test_the_page_on_deployment_says_that_nobody_tests_apache() -> None:
    text = " ".join((DOCS / "deployment.md").read_text("utf-8").split())
    assert "Apache in front works, too" in text
    assert "nobody tests it here" in text
    assert not list((DOCS / "deploy").glob("*apache*"))


@pytest.mark.spec("ADD-830")
def test_the_newest_python_with_and_without_gil_is_built_for() -> None:
    newest = "Programming Language :: Python :: 3.14"
    for package in PACKAGES:
        settings = tomllib.loads((package / "pyproject.toml").read_text())
        assert newest in settings["project"]["classifiers"], package.name
    workflow = (ROOT / ".github/workflows/ci.yml").read_text()
    assert {"cp314-*", "cp314t-*"} <= set(re.findall(r"cp3\d+t?-\*", workflow))
    # Without this an extension switches the GIL on again when it is imported.
    assert '"freethreading_compatible": True' in (ROOT / "tools/hatch_build.py").read_text()
