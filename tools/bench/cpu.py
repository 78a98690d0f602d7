"""Processor time as the kernel accounts it: of one process tree, and of everything else.

A sample is *disturbed* when other processes used more than :data:`DISTURBED` of a core while it
was taken; disturbed samples are dropped and taken again a bounded number of times.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass

TICK = os.sysconf("SC_CLK_TCK")
DISTURBED = 0.10


def process_seconds(pid: int) -> float:
    """User and system time of *pid* and of its live children, in seconds."""
    total = _own_seconds(pid)
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            children = file.read().split()
    except OSError:
        return total
    return total + sum(process_seconds(int(child)) for child in children)


def _own_seconds(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/schedstat") as file:
            nanoseconds = int(file.read().split()[0])
        if _threads(pid) == 1:
            return nanoseconds / 1e9
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK
    except OSError:
        return 0.0


def _threads(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/task"))


def machine_seconds() -> float:
    """Busy time of the whole machine in seconds."""
    with open("/proc/stat") as file:
        fields = [int(value) for value in file.readline().split()[1:]]
    idle = fields[3] + fields[4]
    return (sum(fields[:8]) - idle) / TICK


@dataclass
class Meter:
    """Measures between construction and :meth:`stop`."""

    pids: Iterable[int]

    def __post_init__(self) -> None:
        self.pids = tuple(self.pids)
        self._machine = machine_seconds()
        self._start = {pid: process_seconds(pid) for pid in self.pids}

    def stop(self) -> tuple[dict[int, float], float]:
        """Return seconds per watched process, and those of all others."""
        used = {pid: process_seconds(pid) - self._start[pid] for pid in self.pids}
        return used, machine_seconds() - self._machine - sum(used.values())
