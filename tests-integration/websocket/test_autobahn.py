"""The Autobahn test-suite against our server and our client, strictly.

The quick cases run always; all 517 where ``AUTOBAHN=all`` (the nox session ``autobahn``).
"""

import asyncio
import os
from pathlib import Path

import autobahn
import pytest
from echo import Answer, answer, answer_listening, echo_server

import aiohttp

WHICH = os.environ.get("AUTOBAHN", "quick")
GROUPS = tuple(autobahn.GROUPS) if WHICH == "all" else autobahn.QUICK

pytestmark = [pytest.mark.timeout(3600 if WHICH == "all" else 300), pytest.mark.slow]


@pytest.fixture(scope="session", autouse=True)
def _suite() -> None:
    try:
        autobahn.wstest()
    except autobahn.Unavailable as exc:
        pytest.skip(str(exc))


def judge(folder: Path, group: str) -> None:
    cases = autobahn.verdicts(folder)
    assert len(cases) == autobahn.GROUPS[group][1]
    assert autobahn.complaints(cases) == {}


@pytest.mark.spec("WSP-11")
@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("answering", [answer, answer_listening])
async def test_server(answering: Answer, group: str, tmp_path: Path) -> None:
    async with echo_server(answering, max_msg_size=0, timeout=2) as url:
        spec = {
            "servers": [{"agent": "ours", "url": url}],
            "cases": autobahn.GROUPS[group][0],
            "exclude-cases": [],
        }
        async with autobahn.running("fuzzingclient", spec, tmp_path) as process:
            await process.wait()
    judge(tmp_path, group)


@pytest.mark.spec("WSP-11")
@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("answering", [answer, answer_listening])
async def test_client(answering: Answer, group: str, tmp_path: Path) -> None:
    url = f"ws://127.0.0.1:{autobahn.free_port()}"
    spec = {"url": url, "cases": autobahn.GROUPS[group][0], "exclude-cases": []}
    timeout = aiohttp.ClientWSTimeout(ws_close=2)
    async with autobahn.running("fuzzingserver", spec, tmp_path) as process:
        async with aiohttp.ClientSession() as session:
            count = await case_count(session, url, process)
            for number in range(1, count + 1):
                async with session.ws_connect(
                    f"{url}/runCase?case={number}&agent=ours",
                    max_msg_size=0,
                    compress=15,
                    timeout=timeout,
                ) as ws:
                    await answering(ws)
            async with session.ws_connect(f"{url}/updateReports?agent=ours") as ws:
                assert (await ws.receive()).type is aiohttp.WSMsgType.CLOSE
    judge(tmp_path, group)


async def case_count(
    session: aiohttp.ClientSession, url: str, process: asyncio.subprocess.Process
) -> int:
    """Ask how many cases there are, as soon as the suite listens."""
    async with asyncio.timeout(30):
        while process.returncode is None:
            try:
                async with session.ws_connect(f"{url}/getCaseCount") as ws:
                    return int(await ws.receive_str())
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.1)
    raise AssertionError("the test-suite ended at once")
