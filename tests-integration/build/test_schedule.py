"""The queue of the test command: order, limits, failures, and that nothing outlives it."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tools.schedule import Job, Worker, command, ranks, run_jobs
from tools.workspace import ROOT


class Recorder:
    """Makes jobs that say when they begin and end."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.lock = threading.Lock()
        self.active = 0
        self.most = 0

    def job(self, name: str, *after: str, ok: bool = True, seconds: float = 1.0) -> Job:
        def action(worker: Worker) -> bool:
            with self.lock:
                self.events.append(f"{name} begins")
                self.active += 1
                self.most = max(self.most, self.active)
            with self.lock:
                self.active -= 1
                self.events.append(f"{name} ends")
            return ok

        return Job(name, action, frozenset(after), seconds)


def test_a_job_starts_when_all_that_it_comes_after_has_ended() -> None:
    recorder = Recorder()
    jobs = [
        recorder.job("c", "a", "b"),
        recorder.job("b", "a"),
        recorder.job("a"),
        recorder.job("d", "never heard of"),
    ]
    assert run_jobs(jobs, 3) == []
    at = recorder.events.index
    assert at("a ends") < at("b begins") < at("b ends") < at("c begins")
    assert len(recorder.events) == 8


def test_what_comes_after_a_failure_runs_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    recorder = Recorder()
    assert run_jobs([recorder.job("a", ok=False), recorder.job("b", "a")], 2) == ["a"]
    assert recorder.events[-1] == "b ends"
    assert "FAILED a" in capsys.readouterr().out


def test_the_longest_chain_goes_first() -> None:
    recorder = Recorder()
    jobs = [
        recorder.job("short", seconds=2),
        recorder.job("head", seconds=1),
        recorder.job("tail", "head", seconds=9),
        recorder.job("long", seconds=5),
    ]
    assert ranks(jobs) == {"short": 2, "head": 10, "tail": 9, "long": 5}
    run_jobs(jobs, 1)
    assert [e for e in recorder.events if e.endswith("begins")] == [
        "head begins",
        "tail begins",
        "long begins",
        "short begins",
    ]
    assert recorder.most == 1


def test_places_are_limited_but_who_waits_takes_none() -> None:
    """Two jobs meet at a barrier though there is one place: one of them only waits."""
    barrier = threading.Barrier(2, timeout=20)

    def meet(worker: Worker) -> bool:
        barrier.wait()
        return True

    jobs = [Job("works", meet), Job("waits", meet, waits=True)]
    assert run_jobs(jobs, 1) == []


def test_output_is_shown_of_failures_alone(capsys: pytest.CaptureFixture[str]) -> None:
    code = "import os; print('status', os.environ['NUMBER']); raise SystemExit({})"
    jobs = [
        command("good", sys.executable, "-c", code.format(0), env={"NUMBER": "1"}),
        command("bad", sys.executable, "-c", code.format(3), env={"NUMBER": "2"}),
    ]
    assert run_jobs(jobs, 2) == ["bad"]
    shown = capsys.readouterr().out
    assert "status 2" in shown
    assert "status 1" not in shown


def test_an_error_in_an_action_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    def action(worker: Worker) -> bool:
        raise ZeroDivisionError("by zero")

    assert run_jobs([Job("odd", action)], 1) == ["odd"]
    assert "ZeroDivisionError: by zero" in capsys.readouterr().out


def test_remarks_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    def action(worker: Worker) -> bool:
        worker.run(sys.executable, "-c", "print('three were skipped')")
        worker.remarks += worker.output().splitlines()
        return True

    assert run_jobs([Job("job", action)], 1) == []
    assert "three were skipped" in capsys.readouterr().out


@pytest.mark.skipif(os.name != "posix", reason="process groups")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_no_process_outlives_the_queue(number: int, tmp_path: Path) -> None:
    """The grandchild of an interrupted queue holds a pipe open for as long as it lives."""
    reader, writer = os.pipe()
    grandchild = f"import os, time; os.write({writer}, b'here'); time.sleep(50)"
    child = f"import subprocess, sys; subprocess.call([sys.executable, '-c', {grandchild!r}], pass_fds=[{writer}])"  # noqa: E501
    program = tmp_path / "program.py"
    program.write_text(
        "import signal, sys, subprocess\n"
        # A shell may have started all of this with SIGINT ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"sys.path.insert(0, {os.fspath(ROOT)!r})\n"
        "from tools import schedule\n"
        "popen = subprocess.Popen\n"
        f"schedule.subprocess.Popen = lambda *a, **k: popen(*a, **k, pass_fds=[{writer}])\n"
        f"job = schedule.command('job', sys.executable, '-c', {child!r})\n"
        "try:\n"
        "    schedule.run_jobs([job], 1)\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(7)\n"
    )
    process = subprocess.Popen([sys.executable, program], pass_fds=[writer])
    os.close(writer)
    try:
        assert os.read(reader, 4) == b"here"
        process.send_signal(number)
        assert process.wait(30) == 7
        os.set_blocking(reader, False)
        deadline = time.monotonic() + 30
        while True:
            try:
                assert os.read(reader, 1) == b""
                break
            except BlockingIOError:
                assert time.monotonic() < deadline, "somebody still holds the pipe"
                time.sleep(0.01)
    finally:
        process.kill()
        os.close(reader)
