"""WebSocket servers under load: processor time per message, as ratios to aiohttp.

One server on core 0, the load on core 1, interleaved rounds; raw sockets make the load, so that no
client library is measured.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from . import cpu, report
from .environment import BENCH, OURS, PEERS, ensure_peers
from .server_bench import LOAD_CORE, Samples, Scenario, Server, start


@dataclass(frozen=True)
class Traffic:
    name: str
    kind: str
    size: int
    text: bool = False
    connections: int = 32


TRAFFIC = {
    t.name: t
    for t in (
        Traffic("echo-32", "echo", 32),
        Traffic("echo-32-text", "echo", 32, text=True),
        Traffic("echo-8k", "echo", 8192),
        Traffic("echo-8k-text", "echo", 8192, text=True),
        Traffic("echo-1m", "echo", 2**20, connections=2),
        Traffic("echo-1m-text", "echo", 2**20, text=True, connections=2),
        Traffic("count-32", "count", 32, connections=8),
        Traffic("deflate-1k", "deflate", 1024, connections=8),
        Traffic("deflate-64k", "deflate", 65536, connections=8),
    )
}
EVERYDAY = ("echo-32", "echo-8k", "echo-1m", "count-32", "deflate-1k")


@dataclass
class WebSocketServer(Server):
    deflates: bool = True


def servers(loop: str) -> list[WebSocketServer]:
    """The measured servers on one event loop, the base first."""

    def script(python: Path, name: str, *rest: str) -> list[str]:
        return [str(python), str(BENCH / "ws_servers" / name), "{port}", loop, *rest]

    pure = {"AIOHTTP_NO_EXTENSIONS": "1"}
    compiled = {"AIOHTTP_NO_EXTENSIONS": ""}
    return [
        WebSocketServer("aiohttp 3.14.5", script(PEERS, "aiohttp_peer.py")),
        WebSocketServer("ours receive()", script(OURS, "ours.py", "receive"), compiled),
        WebSocketServer("ours listen()", script(OURS, "ours.py", "listen"), compiled),
        WebSocketServer("ours receive(), interpreted", script(OURS, "ours.py", "receive"), pure),
        WebSocketServer(
            "ours receive(), isal",
            script(OURS, "ours.py", "receive", "isal"),
            compiled,
            only=("deflate-1k", "deflate-64k"),
        ),
        WebSocketServer("picows", script(PEERS, "picows_peer.py"), deflates=False),
        WebSocketServer("websockets", script(PEERS, "websockets_peer.py")),
    ]


def load(server: str, port: int, traffic: Traffic, seconds: float) -> tuple[int, float]:
    """Run the load once; returns messages and seconds."""
    command = [
        *(str(PEERS), str(BENCH / "ws_loader.py"), str(port), traffic.kind, str(traffic.size)),
        *("text" if traffic.text else "binary", str(traffic.connections), str(seconds)),
    ]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=120,
            preexec_fn=lambda: os.sched_setaffinity(0, LOAD_CORE),
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{traffic.name} against {server}: no answer") from None
    if done.returncode:
        raise RuntimeError(f"{traffic.name} against {server}: {done.stderr[-500:]}")
    result = json.loads(done.stdout)
    return result["messages"], result["seconds"]


def one_sample(
    samples: Samples,
    server: str,
    pid: int,
    port: int,
    traffic: Traffic,
    options: argparse.Namespace,
) -> None:
    for _ in range(options.retries + 1):
        before = os.times()
        meter = cpu.Meter([pid])
        count, seconds = load(server, port, traffic, options.seconds)
        used, other = meter.stop()
        after = os.times()
        own = sum(after[:4]) - sum(before[:4])
        other = max(other - own, 0.0) / seconds
        if other <= options.disturbed or options.keep_disturbed:
            samples.rate.append(count / seconds)
            samples.cpu.append(used[pid] / max(count, 1) * 1e6)
            samples.other.append(other)
            return
        samples.dropped += 1


def measure(traffic: Traffic, loop: str, options: argparse.Namespace) -> dict[str, Samples]:
    chosen = [
        s
        for s in servers(loop)
        if (s.deflates or traffic.kind != "deflate")
        and (not s.only or traffic.name in s.only)
        and (not options.only or any(o in s.name for o in options.only))
    ]
    running = [(server, *start(server, Scenario(traffic.name, "/"))) for server in chosen]
    results = {server.name: Samples() for server in chosen}
    try:
        for server, _, port in running:
            load(server.name, port, traffic, 0.5)
        for _ in range(options.rounds):
            for server, process, port in running:
                one_sample(results[server.name], server.name, process.pid, port, traffic, options)
    finally:
        for _, process, _ in running:
            process.terminate()
        deadline = time.monotonic() + 5
        for _, process, _ in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
    return results


def render(traffic: Traffic, loop: str, results: dict[str, Samples]) -> str:
    base = next((s for name, s in results.items() if name.startswith("aiohttp")), None)
    rows = []
    for name, s in results.items():
        us = report.median(s.cpu)
        ratio = report.median(base.cpu) / us if base and us else float("nan")
        rows.append(
            [
                name,
                f"{report.median(s.rate):,.0f}",
                f"{us:.2f}",
                f"**{ratio:.2f}**",
                f"{report.median(s.other):.2f}",
                str(s.dropped),
            ]
        )
    title = f"websocket: {traffic.name}, {loop}, {traffic.connections} connections"
    header = ["server", "messages/s", "cpu us/message", "ratio by cpu", "other cpu", "dropped"]
    return report.table(title, header, rows)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tools/bench websocket", description=__doc__)
    parser.add_argument("--scenario", action="append", choices=sorted(TRAFFIC))
    parser.add_argument("--loop", action="append", choices=["uvloop", "asyncio"])
    parser.add_argument("--only", action="append", help="part of a server's name")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument(
        "--retries", type=int, default=3, help="how often a disturbed sample is taken again"
    )
    parser.add_argument(
        "--disturbed", type=float, default=cpu.DISTURBED, help="cores used by others that disturb"
    )
    parser.add_argument("--keep-disturbed", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(argv)
    ensure_peers()
    data = {}
    for loop in options.loop or ["uvloop", "asyncio"]:
        for name in options.scenario or EVERYDAY:
            results = measure(TRAFFIC[name], loop, options)
            print(render(TRAFFIC[name], loop, results), flush=True)
            data[f"websocket {name} {loop}"] = {k: vars(v) for k, v in results.items()}
    if options.json:
        report.save(options.json, data)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
