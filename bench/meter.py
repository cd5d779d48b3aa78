"""What processes have used: CPU time as the scheduler counts it, memory as the kernel maps it."""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_LOOK, _RESTING = 0.1, 0.02
"""Seconds between two looks, and the share of a core below which nothing goes on."""


def cpu(pids: Iterable[int]) -> float:
    """CPU seconds that all threads of some processes have used, in the kernel and out of it."""
    files = (file for pid in pids for file in (_PROC / str(pid) / "task").glob("*/schedstat"))
    return sum(int(file.read_text().split()[0]) for file in files) / 1e9


@dataclass(frozen=True)
class Core:
    """Seconds that one core was busy, and that the machine under this one kept from it, since it was started."""

    busy: float
    stolen: float

    def since(self, before: "Core") -> "Core":
        """What was added."""
        return Core(self.busy - before.busy, self.stolen - before.stolen)


def core(number: int) -> Core:
    """Read one core."""
    line = next(line for line in (_PROC / "stat").read_text().splitlines() if line.startswith(f"cpu{number} "))
    user, nice, system, _, _, irq, softirq, stolen = (int(word) / _TICKS for word in line.split()[1:9])
    return Core(user + nice + system + irq + softirq, stolen)


@dataclass(frozen=True)
class Memory:
    """KiB in memory: all, and what no other process shares."""

    rss: int
    uss: int


def memory(pids: Iterable[int]) -> Memory:
    """Add up the memory of some processes."""
    rss = uss = 0
    for pid in pids:
        for line in (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]:
            name, size = line.split()[:2]
            rss += int(size) * (name == "Rss:")
            uss += int(size) * name.startswith("Private_")
    return Memory(rss, uss)


def rest(pids: Iterable[int], patience: float = 8.0) -> bool:
    """Wait until some processes do nothing; say whether they came to that."""
    deadline, quiet, before = time.monotonic() + patience, 0, cpu(pids)
    while time.monotonic() < deadline:
        time.sleep(_LOOK)
        used = cpu(pids)
        quiet = quiet + 1 if used - before < _LOOK * _RESTING and not wants_to_run(pids) else 0
        if quiet == 2:
            return True
        before = used
    return False


def wants_to_run(pids: Iterable[int]) -> bool:
    """Say whether a thread of some processes runs, or waits for the core while others are on it."""
    files = (file for pid in pids for file in (_PROC / str(pid) / "task").glob("*/stat"))
    return any(file.read_text().rpartition(")")[2].split()[0] == "R" for file in files)


@contextmanager
def on_core(number: int) -> Iterator[None]:
    """Start processes on one core: they inherit it."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {number})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
