"""The index: candidates are complete, in order, few, and cheap."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_core import COMPILED
from aiohttp_web import Application, UrlDispatcher
from aiohttp_web.resource_index import ResourceIndex
from aiohttp_web.resources import AbstractResource, DynamicResource, PlainResource, index_key

TEMPLATES = [
    "/{x}",
    "/{x}/a",
    "/{x}/b",
    "/{x}/a/{y}",
    "/{x}/b/{y}",
    "/a/{x}",
    "/a/{x}/b",
    "/a/{x}/c",
    "/a/b{x}",
    "/a/b{x}/a",
    "/a/{x}-{y}",
    "/a/{x:.*}",
    "/{x:.*}",
    "/{x}/{y:.*}/b",
    "/{x}/a/{y:.*}",
    "/b/{x}/",
    "/b/{x}",
    "/b/{x:a/b}",
    "/{x:a/b}/c",
    "/a/a/{x}",
    "/a/a/a/{x}",
]


def filled(resources: list[DynamicResource]) -> ResourceIndex:
    index = ResourceIndex()
    for resource in resources:
        index.add(resource)
    return index


def reference(resources: list[DynamicResource], path: str) -> list[AbstractResource]:
    """What matches, found by trying everything: longest key first, then order of registration."""
    matching = [resource for resource in resources if resource.match_values(path) is not None]
    return sorted(matching, key=lambda resource: -len(index_key(resource.canonical)))  # type: ignore[return-value]


@pytest.mark.spec("RTR-16", "RTR-19", "ADD-558", "ADD-559")
@given(
    st.lists(st.sampled_from(TEMPLATES), unique=True),
    st.lists(st.sampled_from(["a", "b", "c", "bx", "a-b", ""]), max_size=5),
)
def test_candidates_hold_all_that_matches_in_order(templates: list[str], steps: list[str]) -> None:
    path = "/" + "/".join(steps)
    resources = [DynamicResource(template) for template in templates]
    candidates = list(filled(resources).candidates(path))
    assert len(candidates) == len(set(map(id, candidates)))
    matching = [
        resource
        for resource in candidates
        if isinstance(resource, DynamicResource) and resource.match_values(path) is not None
    ]
    assert matching == reference(resources, path)


def test_a_prefix_moves_the_steps() -> None:
    resources = [DynamicResource(f"/{{x}}/{number}") for number in range(20)]
    for resource in resources:
        resource.add_prefix("/caf%C3%A9")
    index = filled(resources)
    assert list(index.candidates("/café/me/7")) == [resources[7]]
    assert list(index.candidates("/me/7")) == []


def test_many_resources_of_one_key_are_told_apart() -> None:
    resources = [DynamicResource(f"/{{tenant}}/things{number}/{{x}}") for number in range(1000)]
    index = filled(resources)
    assert list(index.candidates("/acme/things7/x")) == [resources[7]]
    assert list(index.candidates("/acme/things7/x/y")) == []
    assert list(index.candidates("/acme/nothing/x")) == []


class Path(str):
    """A path that counts how often a prefix of it is looked for."""

    __slots__ = ()
    looked = 0

    def rfind(self, *args: Any) -> int:
        Path.looked += 1
        return super().rfind(*args)

    def __getitem__(self, key: Any) -> str:
        return Path(super().__getitem__(key))


@pytest.mark.skipif(COMPILED, reason="the compiled build takes no such path; its text is the same")
def test_the_work_is_bounded_by_the_table_not_by_the_path() -> None:
    index = filled([DynamicResource("/a/b/{x}"), DynamicResource("/c/{x}")])
    Path.looked = 0
    assert list(index.candidates(Path("/x" * 4000))) == []
    assert list(index.candidates(Path("/" * 8000))) == []
    assert Path.looked <= 10


def test_truth_and_clearing() -> None:
    index = ResourceIndex()
    assert not index
    index.add(DynamicResource("/{x}"))
    assert index
    index.clear()
    assert not index
    assert list(index.candidates("/a")) == []


async def _handler(request: Any) -> Any:
    return None


@pytest.mark.spec("RTR-16", "ADD-559")
@given(
    st.lists(st.tuples(st.sampled_from(TEMPLATES), st.sampled_from(["GET", "POST", "*"]))),
    st.sampled_from(["GET", "POST", "PUT"]),
    st.lists(st.sampled_from(["a", "b", "c", "bx", "a-b", "%2F", "%25", ""]), max_size=4),
)
def test_the_quick_lookup_finds_what_the_router_finds(
    registered: list[tuple[str, str]], method: str, steps: list[str]
) -> None:
    router = UrlDispatcher()
    for template, served in dict(registered).items():
        resource = DynamicResource(template)
        resource.add_route(served, _handler)
        router.register_resource(resource)
    path = "/" + "/".join(steps)
    lookup = router.quick_lookup()
    assert lookup is not None
    quick = lookup(method, path)
    match = router.find(SimpleNamespace(method=method, match_path=path))
    if match.http_exception is None:
        assert quick == (match.route, dict(match))
    else:
        assert quick is None


def test_the_quick_lookup_says_nothing_of_other_classes() -> None:
    class Own(DynamicResource):
        """A resource that may decide otherwise."""

    index = ResourceIndex()
    for resource in (Own("/a/{x}"), DynamicResource("/{x}/{y}")):
        resource.add_route("GET", _handler)
        index.add(resource)
    assert index.route_of("GET", "/a/b") is None
    found = index.route_of("GET", "/b/c")
    assert found is not None
    assert found[1] == {"x": "b", "y": "c"}


def test_no_quick_lookup_past_what_is_asked_before() -> None:
    router = UrlDispatcher()
    router.register_resource(PlainResource("/a"))
    assert router.quick_lookup() is not None
    router.register_resource(PlainResource("/a"))
    assert router.quick_lookup() is None
    app, nested = Application(), Application()
    app.add_domain("example.com", nested)
    assert app.router.quick_lookup() is None
