"""The bench gets a figure out of a node and of plain Crossbar in every scenario; what the figures are is not asked."""

import os
import shutil

import pytest

from bench.run import one_round
from bench.scenarios import SCENARIOS, Bench, Cores, Pace, fanout

PACE = Pace(seconds=0.05, warm=0.0, connects=20, idle=200)
ECHOES = {f"call {place} {callers}" for place in ("here", "apart") for callers in ("1x64", "64x1")}
FIGURES = {"fan-out 3 pipelined", "fan-out 3 alone", "connect 20", *ECHOES}

pytestmark = pytest.mark.skipif(
    not shutil.which("gcc") or len(os.sched_getaffinity(0)) < 2, reason="the bench needs a compiler and two cores"
)


@pytest.mark.parametrize("system", ["openline", "crossbar"])
def test_every_scenario_has_its_figure(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SCENARIOS, "fanout", [fanout(3)])
    server, load = sorted(os.sched_getaffinity(0))[:2]
    runs = list(one_round(1, [system], ["fanout", "call", "connect"], Bench(PACE, Cores(server, load))))
    assert not [run.error for run in runs if run.error]
    assert {run.scenario for run in runs if not run.control and run.figure > 0 and run.work > 0} == FIGURES
    assert {run.scenario for run in runs if run.control} == FIGURES
