"""What is loaded when, what happens where a sibling is missing, and the two commands."""

import subprocess
import sys
import textwrap
from importlib.metadata import PackageNotFoundError, version

import pytest

import aiohttp


def run(code: str, *options: str) -> str:
    """Run code in an interpreter of its own and return what it prints."""
    command = [sys.executable, *options, "-W", "error", "-c", textwrap.dedent(code)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.spec("ADD-745")
def test_the_root_is_light():
    loaded = run(
        """
        import sys
        import aiohttp
        print("\\n".join(sys.modules))
        """
    ).split()
    heavy = ("aiohttp_web", "aiohttp_test_utils", "gunicorn", "pytest", "unittest", "aiohttp.web")
    assert [name for name in loaded if name.partition(".")[0] in heavy or name in heavy] == []
    assert "aiohttp_client" in loaded


def test_a_client_is_imported_without_what_few_sessions_need():
    """And every name is there when it is asked for, also for ``import *``."""
    run(
        """
        import sys
        import aiohttp

        late = {
            "aiohttp_websocket", "aiohttp_multipart", "aiohttp_client.websocket",
            "aiohttp_client.digest_auth", "aiohttp_client.local_connectors",
            "aiohttp_client.retry_middleware", "aiohttp_core.fields.content_disposition",
        }
        assert not late & set(sys.modules), late & set(sys.modules)
        import aiohttp_client
        for module in (aiohttp_client, aiohttp):
            assert set(module.__all__) <= set(dir(module))
        assert not late & set(sys.modules), late & set(sys.modules)
        space = {}
        exec("from aiohttp_client import *", space)
        assert set(aiohttp_client.__all__) <= set(space)
        assert aiohttp.WSMsgType is sys.modules["aiohttp_websocket"].WSMsgType
        """
    )


def test_looking_for_the_client_does_not_load_the_server():
    run(
        """
        import sys
        from aiohttp import abc, client_exceptions, connector, helpers, resolver, typedefs
        from aiohttp.abc import AbstractResolver
        assert "aiohttp_web" not in sys.modules
        from aiohttp.abc import AbstractView
        assert "aiohttp_web" in sys.modules
        """
    )


@pytest.mark.spec("ADD-743")
@pytest.mark.parametrize(
    "package",
    [
        "aiohttp_core",
        "aiohttp_multipart",
        "aiohttp_websocket",
        "aiohttp_client",
        "aiohttp_web",
        "aiohttp_test_utils",
        "aiohttp",
    ],
)
def test_without_extensions_only_sources_are_loaded(package: str, monkeypatch: pytest.MonkeyPatch):
    """Whichever package is imported first."""
    monkeypatch.setenv("AIOHTTP_NO_EXTENSIONS", "1")
    run(
        f"""
        import sys
        import {package}
        ours = {{n: m.__file__ for n, m in sys.modules.items() if n.startswith("aiohttp_")}}
        assert all(file.endswith(".py") for file in ours.values()), ours
        """
    )


HIDE = """
    import sys

    class Hidden:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] in ({packages}):
                raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

    sys.meta_path.insert(0, Hidden())
"""


@pytest.mark.parametrize(
    ("statement", "distribution"),
    [
        ("from aiohttp import web", "aiohttp-web"),
        ("import aiohttp.web", "aiohttp-web"),
        ("import aiohttp.web_exceptions", "aiohttp-web"),
        ("aiohttp.web", "aiohttp-web"),
        ("from aiohttp.abc import AbstractView", "aiohttp-web"),
        ("from aiohttp.helpers import AppKey", "aiohttp-web"),
        ("from aiohttp.typedefs import Handler", "aiohttp-web"),
        ("aiohttp.GunicornWebWorker", "aiohttp-web"),
        ("import aiohttp.test_utils", "aiohttp-test-utils"),
        ("from aiohttp import test_utils", "aiohttp-test-utils"),
        ("import aiohttp.pytest_plugin", "aiohttp-test-utils"),
    ],
)
def test_with_the_client_alone(statement, distribution):
    hide = textwrap.dedent(HIDE.format(packages="'aiohttp_web', 'aiohttp_test_utils'"))
    code = f"""
import aiohttp
import aiohttp.abc, aiohttp.client, aiohttp.connector, aiohttp.helpers, aiohttp.typedefs
from aiohttp import ClientSession, FormData, WSMsgType
try:
    {statement}
except ImportError as exc:
    print(exc)
"""
    assert f"install {distribution}" in run(hide + code)


def test_an_error_inside_a_sibling_is_not_hidden(tmp_path, monkeypatch):
    from aiohttp._later import sibling

    (tmp_path / "broken_sibling.py").write_text("import not_there_at_all")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="not_there_at_all"):
        sibling("broken_sibling")


@pytest.mark.spec("ADD-745", "NAM-07")
def test_gunicorn_is_loaded_on_demand():
    try:
        import gunicorn  # noqa: F401
    except ImportError:
        with pytest.raises(ImportError):
            _ = aiohttp.GunicornWebWorker
    else:
        from aiohttp import worker

        assert aiohttp.GunicornWebWorker is worker.GunicornWebWorker
        assert aiohttp.GunicornUVLoopWebWorker is worker.GunicornUVLoopWebWorker


def test_other_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = aiohttp.nothing
    with pytest.raises(ImportError):
        from aiohttp import nothing  # noqa: F401


def test_the_version():
    assert aiohttp.__version__ == "3.90.0"
    assert [int(part) for part in aiohttp.__version__.split(".")] == [3, 90, 0]
    try:
        assert version("aiohttp") == aiohttp.__version__
    except PackageNotFoundError:
        pytest.skip("the facade is not installed, only on the path")


@pytest.mark.spec("CLI-12")
@pytest.mark.parametrize(
    "module", ["aiohttp.web", "aiohttp.client", "aiohttp_web", "aiohttp_client"]
)
def test_commands(module):
    result = subprocess.run(
        [sys.executable, "-m", module, "--help"],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert f"usage: {'' if module == 'aiohttp.web' else 'python -m '}{module}" in result.stdout


def test_star_import():
    pytest.importorskip("gunicorn")
    run("from aiohttp import *; from aiohttp.web import *; ClientSession; Application")
