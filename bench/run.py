"""Measure systems side by side: `python -m bench.run --systems openline,ws --scenarios fanout --rounds 8`.

Each round starts every system anew, and takes them in turn, scenario by scenario, in an order that moves on with the
rounds. The one that came first comes once more at the end: its two figures are the A/A control of that round.
"""

import argparse
import os
import resource
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path

from tests.support.node import wait_for

from . import build, machine, meter
from .generator import Generator, LoadFailed
from .results import Results, Run
from .scenarios import SCENARIOS, Bench, Cores, Pace, Scenario
from .server import Options, Server
from .systems import SYSTEMS

ALONE = {"idle"}
"""Scenarios that need servers which have done nothing before, and no control: memory does not drift."""


def main() -> None:
    asked = arguments()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    results = Results(machine.machine(), machine.versions(), f"python -m bench.run {' '.join(sys.argv[1:])}".strip())
    bench = Bench(Pace(asked.seconds, asked.seconds / 4, asked.connects, asked.idle), take_cores())
    for number in range(1, asked.rounds + 1):
        for names in batches(asked.scenarios):
            for run in one_round(number, turned(asked.systems, number), names, bench):
                tell(run, asked.rounds)
                results.runs.append(run)
        results.save(asked.out)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description="Measure systems side by side.")
    everybody = [name for name in SYSTEMS if name != "sink"]
    parser.add_argument("--systems", type=among(SYSTEMS), default=everybody, help="default: all but sink")
    parser.add_argument("--scenarios", type=among(SCENARIOS), default=["fanout", "call", "connect"])
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=1.5, help="of each measurement")
    parser.add_argument("--connects", type=int, default=2_000)
    parser.add_argument("--idle", type=int, default=19_000, help="connections of the scenario idle")
    parser.add_argument("--out", type=Path, default=build.BUILT / "results.json")
    return parser.parse_args()


def take_cores() -> Cores:
    """Give one core to the servers, and one to the generator and ourselves."""
    server, *others = sorted(os.sched_getaffinity(0))
    if not others:
        raise SystemExit("The bench needs two cores: one for the servers, one for the load.")
    os.sched_setaffinity(0, {others[0]})
    return Cores(server, others[0])


def batches(scenarios: list[str]) -> list[list[str]]:
    """Put together what may use the same servers."""
    shared = [name for name in scenarios if name not in ALONE]
    return ([shared] if shared else []) + [[name] for name in scenarios if name in ALONE]


def turned(systems: list[str], number: int) -> list[str]:
    """Let another system come first in each round."""
    first = (number - 1) % len(systems)
    return systems[first:] + systems[:first]


def one_round(number: int, systems: list[str], scenarios: list[str], bench: Bench) -> Iterator[Run]:
    """Give every system every scenario once, and to the first one each that has a control, once more."""
    with started(systems, bench.cores.server) as servers:
        for name in scenarios:
            for scenario in SCENARIOS[name]:
                for system, server in servers.items():
                    yield from one_turn(Run(number, name, system), scenario, bench, server)
                if name not in ALONE:
                    control = Run(number, name, systems[0], control=True)
                    yield from one_turn(control, scenario, bench, servers[systems[0]])


def one_turn(blank: Run, scenario: Scenario, bench: Bench, server: Server) -> Iterator[Run]:
    """Fill in what a scenario finds; what goes wrong ends it, not the bench."""
    try:
        for figure in scenario(bench, server):
            yield Run(**{**asdict(blank), **asdict(figure)})
    except LoadFailed as error:
        yield Run(**{**asdict(blank), "error": str(error)})


@contextmanager
def started(systems: list[str], core: int) -> Iterator[Mapping[str, Server]]:
    """Start systems on one core, and wait until each answers."""
    servers: dict[str, Server] = {}
    try:
        for name in systems:
            with meter.on_core(core):
                servers[name] = SYSTEMS[name]()
            wait_for(partial(answers, servers[name]), f"{name} answers no calls")
        yield servers
    finally:
        for server in servers.values():
            server.stop()


def answers(server: Server) -> bool:
    """Say whether a system answers calls, wherever its echoes run."""
    return all(_answers(options) for options in server.echoes.values())


def _answers(options: Options) -> bool:
    try:
        with Generator(build.load(), options) as load:
            load.do("open 1 1")
            return load.do("call 1 1 0").work == 1
    except LoadFailed:
        return False


def tell(run: Run, rounds: int) -> None:
    """Show how far it is."""
    what = run.error or f"{run.figure:10.2f} {run.unit}  {', '.join(run.flags)}"
    again = " again" if run.control else ""
    sys.stderr.write(f"{run.round}/{rounds} {run.scenario:26} {run.system + again:16} {what}\n")


def among(known: Collection[str]) -> Callable[[str], list[str]]:
    """Read names with commas between them, of those that are known."""

    def parse(text: str) -> list[str]:
        unknown = set(names := text.split(",")) - set(known)
        if unknown:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: choose from {', '.join(known)}")
        return names

    return parse


if __name__ == "__main__":
    main()
