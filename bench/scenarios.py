"""What each system is given to do."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from . import build, meter
from .generator import Done, Generator
from .server import Server

AT_ONCE = 64
"""Connections and subscriptions that are under way at the same time."""
WINDOWS = {"pipelined": 64, "alone": 1}
"""Events on the way: many, or the next one when everybody has the one before."""
CALLERS = {"1x64": (1, 64), "64x1": (64, 1)}
"""Callers, and calls that each has on the way."""
_FULL, _NEIGHBOUR, _TICK = 0.95, 0.05, 0.02


@dataclass(frozen=True)
class Pace:
    """How long, and how much of it. Seconds, connections."""

    seconds: float = 1.5
    warm: float = 0.4
    connects: int = 2_000
    idle: int = 19_000


@dataclass(frozen=True)
class Cores:
    """Where the server runs, and where the generator does."""

    server: int
    load: int


@dataclass(frozen=True)
class Figure:
    """What one thing cost, under a name of its own. The fields are those of `results.Run`."""

    scenario: str
    unit: str
    figure: float
    work: int = 0
    seconds: float = 0.0
    load: float = 0.0
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bench:
    """The surroundings of every scenario."""

    pace: Pace
    cores: Cores

    @contextmanager
    def generator(self, options: Mapping[str, object]) -> Iterator[Generator]:
        """Start a generator on its core."""
        with meter.on_core(self.cores.load), Generator(build.load(), options) as load:
            yield load

    def cost(self, server: Server, load: Generator, command: str, name: str, unit: str) -> Figure:
        """Have something done, and say what one of it took of the server's CPU time."""
        pids = server.pids()
        rested = meter.rest(pids)
        before, cores = meter.cpu(pids), self._look()
        done = load.do(command)
        used = meter.cpu(pids) - before
        passed = [now.since(then) for now, then in zip(self._look(), cores, strict=True)]
        flags = disturbed(used, done, *passed) + (() if rested else ("no rest before it",))
        return Figure(name, unit, used / done.work * 1e6, done.work, done.seconds, done.cpu / done.seconds, flags)

    def _look(self) -> list[meter.Core]:
        return [meter.core(self.cores.server), meter.core(self.cores.load)]


def disturbed(used: float, done: Done, server: meter.Core, load: meter.Core) -> tuple[str, ...]:
    """Say who else was on the cores, and whether the generator could not go faster. `used` is the server's."""
    spare = done.seconds * _NEIGHBOUR + _TICK
    found = {
        "generator at its limit": done.cpu > done.seconds * _FULL,
        "others beside the server": server.busy - used > spare,
        "others beside the generator": load.busy - done.cpu > spare,
        "core taken away": server.stolen > spare or load.stolen > spare,
    }
    return tuple(flag for flag, so in found.items() if so)


Scenario = Callable[[Bench, Server], Iterator[Figure]]


def fanout(subscribers: int) -> Scenario:
    """One publishes, so many receive: events that follow one another, and events that stand alone."""

    def scenario(bench: Bench, server: Server) -> Iterator[Figure]:
        with bench.generator(server.fan) as load:
            load.do(f"open {subscribers + 1} {AT_ONCE}")
            load.do(f"join {AT_ONCE}")
            for mode, window in WINDOWS.items():
                load.do(f"fan {window} {bench.pace.warm}")
                command = f"fan {window} {bench.pace.seconds}"
                yield bench.cost(server, load, command, f"fan-out {subscribers:,} {mode}", "µs a delivery")

    return scenario


def call(bench: Bench, server: Server) -> Iterator[Figure]:
    """Ask for 200 bytes to be sent back: where the connections are, and in another process."""
    for place, options in server.echoes.items():
        with bench.generator(options) as load:
            load.do(f"open {max(callers for callers, _ in CALLERS.values())} {AT_ONCE}")
            for name, (callers, flying) in CALLERS.items():
                load.do(f"call {callers} {flying} {bench.pace.warm}")
                command = f"call {callers} {flying} {bench.pace.seconds}"
                yield bench.cost(server, load, command, f"call {place} {name}", "µs a call")


def connect(bench: Bench, server: Server) -> Iterator[Figure]:
    """Connect and sign in."""
    with bench.generator(server.fan) as load:
        load.do(f"open {bench.pace.connects // 10} {AT_ONCE}")
        command = f"open {bench.pace.connects} {AT_ONCE}"
        yield bench.cost(server, load, command, f"connect {bench.pace.connects:,}", "µs a connect")


def idle(bench: Bench, server: Server) -> Iterator[Figure]:
    """Hold connections that say nothing. Garbage is collected before and after."""
    count = bench.pace.idle
    with bench.generator(server.fan) as load:
        load.do(f"open {count // 100} {AT_ONCE}")
        before = _memory(server)
        done = load.do(f"open {count - count // 100} {AT_ONCE}")
        after = _memory(server)
        load.do("count")
    for kind, less, more in (("RSS", before.rss, after.rss), ("USS", before.uss, after.uss)):
        yield Figure(f"idle {count:,} {kind}", "KiB a connection", (more - less) / done.work, done.work, done.seconds)


def _memory(server: Server) -> meter.Memory:
    meter.rest(server.pids())
    server.collect()
    meter.rest(server.pids())
    return meter.memory(server.pids())


SCENARIOS: dict[str, list[Scenario]] = {
    "fanout": [fanout(100), fanout(1_000)],
    "call": [call],
    "connect": [connect],
    "idle": [idle],
}
