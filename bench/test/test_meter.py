"""CPU time, memory and disturbances are read as the kernel writes them."""

import os
import subprocess
import time

import pytest

from bench import meter
from bench.generator import Done
from bench.meter import Core
from bench.scenarios import disturbed
from tests.support.node import wait_for


def test_cpu_time_is_what_the_process_counts_itself() -> None:
    us = [os.getpid()]
    before, our_before = meter.cpu(us), time.process_time()
    while time.process_time() < our_before + 0.05:
        pass
    assert meter.cpu(us) - before == pytest.approx(time.process_time() - our_before, abs=0.03)


def test_memory_is_shared_or_our_own() -> None:
    found = meter.memory([os.getpid()])
    assert 0 < found.uss <= found.rss
    assert meter.memory([os.getpid()] * 2).rss == pytest.approx(2 * found.rss, rel=0.1)


def test_who_sleeps_does_not_want_to_run() -> None:
    with subprocess.Popen(["sleep", "60"]) as asleep:
        try:
            wait_for(lambda: not meter.wants_to_run([asleep.pid]), "sleep does not sleep")
            assert meter.wants_to_run([asleep.pid, os.getpid()])
            assert meter.rest([asleep.pid])
        finally:
            asleep.kill()


def test_a_core_only_counts_up() -> None:
    number = min(os.sched_getaffinity(0))
    first = meter.core(number)
    passed = meter.core(number).since(first)
    assert passed.busy >= 0 and passed.stolen >= 0


@pytest.mark.parametrize(
    ("used", "load", "server_core", "load_core", "flag"),
    [
        (0.9, 0.5, Core(0.95, 0), Core(0.55, 0), None),
        (0.9, 0.97, Core(0.95, 0), Core(0.97, 0), "generator at its limit"),
        (0.5, 0.5, Core(0.6, 0), Core(0.5, 0), "others beside the server"),
        (0.9, 0.5, Core(0.9, 0), Core(0.6, 0), "others beside the generator"),
        (0.9, 0.5, Core(0.9, 0.1), Core(0.5, 0), "core taken away"),
    ],
)
def test_names_what_disturbs(used: float, load: float, server_core: Core, load_core: Core, flag: str | None) -> None:
    assert disturbed(used, Done(1, 1.0, load), server_core, load_core) == ((flag,) if flag else ())
