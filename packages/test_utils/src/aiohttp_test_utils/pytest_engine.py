"""Running coroutine tests and fixtures where nothing else does (spec rows ADD-738 to ADD-740).

Laws
* A test, its coroutine fixtures and its servers share one loop, made for it and closed after it.
* Tests marked for another engine are left to it.
* A coroutine that was never awaited fails the test that forgot it.
"""

import asyncio
import gc
import inspect
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

import pytest

from aiohttp_test_utils.loops import loop_context

__all__ = (
    "loop",
    "loop_factory",
    "proactor_loop",
    "pytest_fixture_setup",
    "pytest_generate_tests",
    "pytest_pyfunc_call",
)

LoopFactory = Callable[[], asyncio.AbstractEventLoop]

_OTHER_ENGINES: Final = ("asyncio", "anyio", "trio")
_LOOPS: Final = ("pyloop", "uvloop")


def _factory(name: str) -> LoopFactory | None:
    """Return what makes loops called *name*; ``None`` for an optional one that is missing."""
    plain = name.removesuffix("?")
    if plain not in _LOOPS:
        raise pytest.UsageError(f"Unknown loop {plain!r} in --aiohttp-loop; there are {_LOOPS}")
    if plain == "pyloop":
        return asyncio.new_event_loop
    if find_spec("uvloop") is None:
        if name.endswith("?"):
            return None
        raise pytest.UsageError("--aiohttp-loop names uvloop, which is not installed")
    factory: LoopFactory = import_module("uvloop").new_event_loop
    return factory


def _factories(option: str) -> dict[str, LoopFactory]:
    names = "pyloop,uvloop?" if option == "all" else option
    found = {name.strip().removesuffix("?"): _factory(name.strip()) for name in names.split(",")}
    return {name: factory for name, factory in found.items() if factory is not None}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests that use a loop once with each wanted one."""
    if "loop_factory" not in metafunc.fixturenames:
        return
    factories = _factories(str(metafunc.config.getoption("--aiohttp-loop")))
    metafunc.parametrize("loop_factory", list(factories.values()), ids=list(factories))


@pytest.fixture
def loop_factory() -> LoopFactory:
    """Return what makes loops, where no test is there to be run with several."""
    return asyncio.new_event_loop


@pytest.fixture
def loop(
    loop_factory: LoopFactory, fast: bool, loop_debug: bool
) -> Iterator[asyncio.AbstractEventLoop]:
    """Return the loop of the test."""
    with loop_context(loop_factory, fast=fast) as made:
        if loop_debug:
            made.set_debug(True)
        yield made


@pytest.fixture
def proactor_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Return a proactor loop; the test is skipped where there is none."""
    factory = getattr(asyncio, "ProactorEventLoop", None)
    if factory is None:
        pytest.skip("There is no proactor event loop here")
    with loop_context(factory) as made:
        yield made


# -- tests -----------------------------------------------------------------------------------------


def _is_ours(item: pytest.Function) -> bool:
    return inspect.iscoroutinefunction(item.obj) and not any(
        item.get_closest_marker(name) for name in _OTHER_ENGINES
    )


@contextmanager
def _forgotten_coroutines() -> Iterator[None]:
    """Raise ``RuntimeError`` for RuntimeWarnings; issue others again."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", RuntimeWarning)
        yield
        gc.collect(0)
    mistakes = []
    for each in caught:
        if issubclass(each.category, RuntimeWarning):
            mistakes.append(f"{each.filename}:{each.lineno}: {each.message}")
        else:
            warnings.warn_explicit(
                each.message, each.category, each.filename, each.lineno, source=each.source
            )
    if mistakes:
        raise RuntimeError("\n".join(mistakes))


@contextmanager
def _loop_of(item: pytest.Function) -> Iterator[asyncio.AbstractEventLoop]:
    found: Any = item.funcargs.get("proactor_loop") or item.funcargs.get("loop")
    if found is not None:
        yield found
    else:
        with loop_context(fast=bool(item.config.getoption("--aiohttp-fast"))) as made:
            yield made


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a coroutine test in its loop."""
    if not _is_ours(pyfuncitem):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in names if name in pyfuncitem.funcargs}
    with _loop_of(pyfuncitem) as test_loop, _forgotten_coroutines():
        test_loop.run_until_complete(pyfuncitem.obj(**arguments))
    return True


# -- fixtures --------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: "pytest.FixtureDef[Any]", request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    """Run coroutine fixtures in the loop of the test."""
    original: Any = fixturedef.func
    if inspect.isasyncgenfunction(original):
        bridge = _generator_bridge(original, request)
    elif inspect.iscoroutinefunction(original):
        bridge = _coroutine_bridge(original, request)
    else:
        return (yield)
    definition: Any = fixturedef
    definition.func = bridge
    try:
        return (yield)
    finally:
        definition.func = original


def _coroutine_bridge(function: Any, request: pytest.FixtureRequest) -> Callable[..., Any]:
    def bridge(*args: Any, **kwargs: Any) -> Any:
        test_loop: asyncio.AbstractEventLoop = request.getfixturevalue("loop")
        return test_loop.run_until_complete(function(*args, **kwargs))

    return bridge


def _generator_bridge(function: Any, request: pytest.FixtureRequest) -> Callable[..., Any]:
    def bridge(*args: Any, **kwargs: Any) -> Any:
        test_loop: asyncio.AbstractEventLoop = request.getfixturevalue("loop")
        generator = function(*args, **kwargs)

        def finish() -> None:
            try:
                test_loop.run_until_complete(anext(generator))
            except StopAsyncIteration:
                return
            raise RuntimeError(f"Fixture {function.__name__} yielded more than once")

        value = test_loop.run_until_complete(anext(generator))
        request.addfinalizer(finish)
        return value

    return bridge
