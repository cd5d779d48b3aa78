"""The node comes back when it ends, with growing pauses, and goes when it is told to."""

from collections.abc import Callable
from dataclasses import dataclass, field

from openline.back_off import BackOff
from openline.supervisor import PATIENCE, Supervisor


@dataclass
class World:
    """A clock that only waiting moves, and what happens at which time."""

    now: float = 0.0
    stops: list[float] = field(default_factory=list)
    """When someone asks us to stop."""
    said: list[str] = field(default_factory=list)
    started: list[float] = field(default_factory=list)
    programs: "list[Program]" = field(default_factory=list)
    make: "Callable[[World], Program]" = lambda world: Program(world)
    trouble: Callable[[bool], str] = lambda was_ready: ""

    def wait(self, seconds: float) -> bool:
        """Sleep; be woken by whoever wants us to stop, and when the program ends."""
        wakes = [self.now + seconds, *self.stops[:1], *(program.end for program in self.programs[-1:])]
        self.now = max(self.now, min(wake for wake in wakes if wake > self.now or wake in self.stops))
        return bool(self.stops) and self.stops[0] <= self.now and self.stops.pop(0) is not None

    def start(self) -> "Program":
        self.started.append(self.now)
        self.programs.append(self.make(self))
        return self.programs[-1]

    def run(self) -> int:
        return Supervisor(
            start=self.start,
            is_ready=lambda: self.programs[-1].is_ready,
            on_ready=lambda: self.said.append("ready"),
            trouble=self.trouble,
            wait=self.wait,
            clock=lambda: self.now,
            say=self.said.append,
            back_off=BackOff(uniform=lambda low, high: high),
        ).run()


@dataclass
class Program:
    """A program that ends after so many seconds, or so many after it was asked to."""

    world: World
    life: float = float("inf")
    is_ready: bool = True
    obeys_after: float = 0.5
    survivors: bool = False
    """Whether something it started stays until it is killed."""
    code: int | None = None
    told: list[str] = field(default_factory=list)
    end: float = 0.0

    def __post_init__(self) -> None:
        self.end = self.world.now + self.life

    def collect(self) -> bool:
        if self.world.now >= self.end and self.code is None:
            self.code = 0 if self.told else 1
        return self.code is None or self.survivors

    def interrupt(self) -> None:
        self.told.append("interrupt")
        self.end = self.world.now + self.obeys_after

    def terminate(self) -> None:
        self.told.append("terminate")
        self.end = self.world.now + self.obeys_after

    def kill(self) -> None:
        self.told.append("kill")
        self.code = -9 if self.code is None else self.code
        self.survivors = False


def test_says_once_that_it_is_ready() -> None:
    world = World(stops=[500.0])
    assert world.run() == 0
    assert world.said == ["ready"]


def test_a_stop_lets_the_program_end_in_good_order() -> None:
    world = World(stops=[10.0])
    assert world.run() == 0
    assert world.programs[0].code == 0
    assert world.programs[0].told[0] == "interrupt"
    assert world.now < 11.0


def test_a_program_that_does_not_listen_is_killed_in_time() -> None:
    world = World(stops=[10.0], make=lambda world: Program(world, obeys_after=float("inf")))
    assert world.run() == 0
    assert world.programs[0].code == -9
    assert 10.0 + PATIENCE <= world.now < 11.0 + PATIENCE


def test_what_the_program_leaves_behind_is_killed() -> None:
    world = World(stops=[10.0], make=lambda world: Program(world, survivors=True))
    assert world.run() == 0
    assert not world.programs[0].survivors
    assert world.now < 15.0


def test_who_asks_twice_is_not_kept_waiting() -> None:
    world = World(stops=[10.0, 10.3], make=lambda world: Program(world, obeys_after=float("inf")))
    assert world.run() == 0
    assert world.now < 11.0


def test_a_program_that_is_still_starting_is_ended_at_once() -> None:
    world = World(stops=[0.5], make=lambda world: Program(world, is_ready=False, obeys_after=0.0))
    assert world.run() == 0
    assert world.programs[0].told[0] == "terminate"
    assert world.said == []


def test_pauses_double_up_to_thirty_seconds() -> None:
    world = World(stops=[150.0], make=lambda world: Program(world, life=0.1, is_ready=False))
    assert world.run() == 0
    pauses = [later - earlier for earlier, later in zip(world.started, world.started[1:], strict=False)]
    assert [round(pause - 0.1, 1) for pause in pauses] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


def test_a_long_life_starts_the_count_anew() -> None:
    lives = [0.1, 0.1, 0.1, 100.0, 0.1, 0.1]
    world = World(stops=[200.0], make=lambda world: Program(world, life=lives.pop(0) if lives else float("inf")))
    assert world.run() == 0
    assert [line.split()[-2] for line in world.said if "again" in line] == ["0.5", "1.0", "2.0", "0.5", "1.0", "2.0"]


def test_a_stop_during_a_pause_is_heard() -> None:
    world = World(stops=[5.0], make=lambda world: Program(world, life=0.1))
    world.run()
    assert world.now == 5.0


def test_what_is_left_of_a_dead_program_goes_before_the_next_starts() -> None:
    world = World(stops=[1.0], make=lambda world: Program(world, life=0.1, survivors=True))
    world.run()
    assert len(world.programs) > 1
    assert not any(program.survivors for program in world.programs)


def test_trouble_ends_it_with_a_reason() -> None:
    world = World(trouble=lambda was_ready: "Port 8080 is taken.")
    assert world.run() == 1
    assert world.said == ["Port 8080 is taken."]
    assert not world.programs


def test_it_is_told_whether_the_last_try_was_ready() -> None:
    asked: list[bool] = []
    world = World(make=lambda world: Program(world, life=5.0))
    world.trouble = lambda was_ready: asked.append(was_ready) or ("enough" if len(asked) > 2 else "")  # type: ignore[func-returns-value]
    assert world.run() == 1
    assert asked == [False, True, True]


def test_full_jitter_stays_below_the_bound() -> None:
    pauses = [BackOff(deaths=6).after(1.0) for _ in range(200)]
    assert 0 <= min(pauses) < 15 < max(pauses) <= 30
