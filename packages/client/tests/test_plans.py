import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from aiohttp_client import BasicAuth, ClientRequest, ClientSession
from aiohttp_client.plans import MAX_ORIGINS, MAX_PLANS, Plan, PlanTable

SCHEMES = frozenset(("http", "https"))


def table(session: ClientSession) -> PlanTable:
    return PlanTable(session._settings, SCHEMES)


URLS = st.one_of(
    st.from_regex(r"https?://[a-z0-9.:-]{1,20}(/[!-~]{0,20})?", fullmatch=True),
    st.text(max_size=30).map(lambda text: "http://host" + text),
    st.builds(
        "http://{}{}".format,
        st.sampled_from(
            ["h", "H", "h.", "1.2.3.4", "[::1]", "h:80", "h:8080", "u@h", "h:0", "h:99999"]
        ),
        st.text(alphabet="/.%?#a=&+~:@;,_-é\\", max_size=12),
    ),
)


async def test_plans_equal_the_long_way() -> None:
    async with ClientSession(headers={"X-A": "1"}, skip_auto_headers=["User-Agent"]) as session:
        plans = table(session)

        @settings(max_examples=500, deadline=None)
        @given(URLS)
        def check(text: str) -> None:
            plan = plans.find("GET", text)
            if plan is None:
                return
            url = URL(text)
            request = ClientRequest(
                "GET",
                url,
                headers=session.headers,
                skip_auto_headers=session.skip_auto_headers,
                loop=session._settings.loop,
                session=session,
            )
            assert plan.head == request.head()
            assert plan.origin.key == request.connection_key
            assert plan.url == request.url
            assert plan.request_info == request.request_info

        check()


async def test_changed_defaults_forget_the_plans() -> None:
    async with ClientSession() as session:
        plans = table(session)
        first = plans.find("GET", "http://h/")
        assert isinstance(first, Plan)
        assert plans.find("GET", "http://h/") is first
        assert plans.find("HEAD", "http://h/") is not first
        session.headers["X"] = "1"
        second = plans.find("GET", "http://h/")
        assert second is not None
        assert b"\r\nX: 1\r\n" in second.head
        session.headers["Expect"] = "100-continue"
        assert plans.find("GET", "http://h/") is None


@pytest.mark.spec("ADD-757")
async def test_bad_defaults_are_refused() -> None:
    async with ClientSession(headers={"X": "a\r\nb: c"}) as session:
        with pytest.raises(ValueError):
            table(session).find("GET", "http://h/")


@pytest.mark.parametrize(
    "url", ["http://u:p@h/", "ftp://h/", "/x", "http://", "", "http://h:99999/"]
)
async def test_not_for_plans(url: str) -> None:
    async with ClientSession() as session:
        assert table(session).find("GET", url) is None
        assert table(session).find("TRACE", "http://h/") is None


async def test_bounds() -> None:
    async with ClientSession() as session:
        plans = table(session)
        for number in range(2 * MAX_PLANS):
            plans.find("GET", f"http://h{number}/")
        assert len(plans) == MAX_PLANS
        assert plans.origins == MAX_ORIGINS


async def test_session_auth_takes_the_long_way() -> None:
    with pytest.warns(DeprecationWarning, match="Basic"):
        auth = BasicAuth("a", "b")
    with pytest.warns(DeprecationWarning, match="auth"):
        session = ClientSession(auth=auth)
    assert table(session).find("GET", "http://h/") is None
    await session.close()
