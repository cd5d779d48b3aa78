"""Who is here, under whatever hypothesis thinks of: people who come, reload and go, router workers that are killed or
cut off, and a component that begins anew."""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from components.presence.api import Gone, Here, Report
from components.presence.attendance import Attendance

GRACE, LEASE = 10.0, 60.0
PEOPLE = ["ada", "bob", "eve"]
ROUTERS = ["router1", "router2"]


def report(number: int, *here: str, gone: tuple[int, ...] = (), full: bool = False, run: str = "a") -> Report:
    """Make a report of router1: `7:ada` is session 7 of Ada."""
    came = [Here(int(number), person, number) for number, _, person in (one.partition(":") for one in here)]
    return Report("router1", run, number, full, came, [Gone(session, "ada", 0.0) for session in gone])


def step(attendance: Attendance, since: float, seconds: float) -> None:
    """Let time pass as it does, by ticks."""
    for tick in range(int(seconds * 2) + 1):
        attendance.tick(since + tick / 2)


def test_who_reloads_was_never_away() -> None:
    attendance = Attendance(GRACE, LEASE)
    assert attendance.report(report(1, "1:ada", full=True), 0.0)
    assert attendance.changed() == {"ada"}
    assert attendance.report(report(2, gone=(1,)), 1.0)
    step(attendance, 1.0, 9.0)
    assert attendance.report(report(3, "2:ada"), 10.0)
    step(attendance, 10.0, 30.0)
    assert attendance.changed() == set()
    assert attendance.of("ada") == (1, False)


def test_who_leaves_does_so_after_the_grace_and_was_here_until_it_began() -> None:
    attendance = Attendance(GRACE, LEASE)
    attendance.report(report(1, "1:ada", full=True), 0.0)
    attendance.report(report(2, gone=(1,)), 1.0)
    attendance.changed()
    step(attendance, 1.0, 9.5)
    assert attendance.of("ada")
    attendance.tick(11.0)
    assert attendance.of("ada") is None
    assert attendance.changed() == {"ada"}
    assert attendance.left() == {"ada": 1.0}


def test_a_second_device_is_counted_at_once_and_one_that_ends_after_the_grace() -> None:
    attendance = Attendance(GRACE, LEASE)
    attendance.report(report(1, "1:ada", "2:ada", full=True), 0.0)
    assert attendance.of("ada") == (2, False)
    attendance.report(report(2, gone=(1,)), 1.0)
    step(attendance, 1.0, 9.5)
    assert attendance.of("ada") == (2, False)
    attendance.tick(11.0)
    assert attendance.of("ada") == (1, False)


def test_tabs_of_one_device_count_once() -> None:
    attendance = Attendance(GRACE, LEASE)
    here = [Here(1, "ada", "laptop"), Here(2, "ada", "laptop")]
    attendance.report(Report("router1", "a", 1, True, here, []), 0.0)
    assert attendance.of("ada") == (1, False)


def test_somebody_is_away_while_none_of_their_devices_is_used() -> None:
    attendance = Attendance(GRACE, LEASE)
    attendance.report(report(1, "1:ada", "2:ada", full=True), 0.0)
    assert attendance.idle(1, True)
    assert attendance.of("ada") == (2, False)
    attendance.idle(2, True)
    assert attendance.of("ada") == (2, True)
    attendance.idle(1, False)
    assert attendance.of("ada") == (2, False)
    assert not attendance.idle(3, True)


def test_a_report_that_was_lost_is_noticed_and_all_of_it_is_asked_for() -> None:
    attendance = Attendance(GRACE, LEASE)
    assert not attendance.report(report(1, "1:ada"), 0.0)
    assert attendance.report(report(2, "1:ada", full=True), 0.0)
    assert not attendance.report(report(4, "3:eve"), 0.0)
    assert attendance.report(report(5, "1:ada", "2:bob", "3:eve", full=True), 0.0)
    assert set(attendance.people()) == {"ada", "bob", "eve"}
    assert attendance.report(report(3, gone=(1,)), 0.0), "what comes late says nothing any more"
    assert attendance.of("ada")


def test_people_of_a_killed_router_worker_leave_when_its_lease_is_over() -> None:
    attendance = Attendance(GRACE, LEASE)
    attendance.report(report(1, "1:ada", full=True), 0.0)
    step(attendance, 0.0, 59.5)
    assert attendance.of("ada")
    step(attendance, 59.5, 1.0)
    assert attendance.of("ada") is None
    assert not attendance.report(report(2), 62.0), "it has to say everything"
    assert attendance.report(report(3, "1:ada", full=True), 62.0)
    assert attendance.of("ada")


def test_who_comes_back_to_a_router_worker_that_was_started_anew_was_never_away() -> None:
    attendance = Attendance(GRACE, LEASE)
    attendance.report(report(1, "1:ada", full=True), 0.0)
    attendance.changed()
    attendance.report(report(1, full=True, run="b"), 2.0)
    attendance.report(report(2, "2:ada", run="b"), 5.0)
    step(attendance, 5.0, 20.0)
    assert attendance.changed() == set()


def test_who_was_reloading_when_we_began_is_here() -> None:
    attendance = Attendance(GRACE, LEASE)
    gone = [Gone(1, "ada", 4.0), Gone(2, "bob", 12.0)]
    attendance.report(Report("router1", "a", 7, True, [], gone), 0.0)
    assert set(attendance.people()) == {"ada"}
    step(attendance, 0.0, 5.5)
    assert attendance.of("ada")
    attendance.tick(6.0)
    assert attendance.of("ada") is None


def test_a_clock_that_jumps_makes_nobody_leave() -> None:
    for jump in (3_600.0, -3_600.0):
        attendance = Attendance(GRACE, LEASE)
        attendance.report(report(1, "1:ada", "2:bob", full=True), 10_000.0)
        attendance.report(report(2, gone=(2,)), 10_000.0)
        step(attendance, 10_000.0 + jump, 9.0)
        assert set(attendance.people()) == {"ada", "bob"}
        step(attendance, 10_009.0 + jump, 2.0)
        assert set(attendance.people()) == {"ada"}


@dataclass
class Worker:
    """A router worker, as it is: its sessions, and what it has not told yet."""

    name: str
    run: int = 0
    number: int = 0
    sessions: dict[int, str] = field(default_factory=dict)
    ended: dict[int, tuple[str, float]] = field(default_factory=dict)
    came: list[int] = field(default_factory=list)
    went: list[int] = field(default_factory=list)
    full: bool = True
    is_cut: bool = False
    told: float = 0.0


class World(RuleBasedStateMachine):
    """The truth beside what is shown of it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000.0
        self.workers = [Worker(name) for name in ROUTERS]
        self.numbers = iter(range(1, 1_000_000))
        self.last: dict[str, float] = {}
        """When the last session of somebody ended, in truth."""
        self.shown: set[str] = set()
        self.arrivals: list[str] = []
        self.departures: list[str] = []
        self.begin()

    def begin(self) -> None:
        self.attendance = Attendance(GRACE, LEASE)
        for worker in self.workers:
            worker.full = True

    def whose(self) -> set[str]:
        return {person for worker in self.workers for person in worker.sessions.values()}

    def tell(self, worker: Worker) -> None:
        """Report, as `router/attendance.py` does, unless nothing gets through."""
        if worker.is_cut:
            worker.full = True
            return
        worker.number += 1
        here = [*worker.sessions] if worker.full else worker.came
        gone = [*worker.ended] if worker.full else worker.went
        ours = {**{number: one[0] for number, one in worker.ended.items()}, **worker.sessions}
        said = Report(
            worker.name,
            str(worker.run),
            worker.number,
            worker.full,
            [Here(number, ours[number], str(number)) for number in here],
            [Gone(number, ours[number], self.now - worker.ended[number][1]) for number in gone],
        )
        worker.came, worker.went = [], []
        worker.full = not self.attendance.report(said, self.now)
        worker.told = self.now
        assert not worker.full or not said.full, "a full report is always taken"
        self.look()

    def look(self) -> None:
        """See what an observer sees."""
        is_known = self.attendance.heard(ROUTERS)
        if not is_known:
            return
        shown = set(self.attendance.people())
        self.arrivals += sorted(shown - self.shown)
        self.departures += sorted(self.shown - shown)
        self.shown = shown

    @rule(worker=st.sampled_from([0, 1]), person=st.sampled_from(PEOPLE))
    def come(self, worker: int, person: str) -> None:
        one, number = self.workers[worker], next(self.numbers)
        one.sessions[number] = person
        one.came.append(number)
        self.last.pop(person, None)

    @rule(worker=st.sampled_from([0, 1]), data=st.data())
    def go(self, worker: int, data: st.DataObject) -> None:
        one = self.workers[worker]
        if one.sessions:
            self.end(one, data.draw(st.sampled_from(sorted(one.sessions))))

    def end(self, one: Worker, number: int) -> None:
        person = one.sessions.pop(number)
        one.ended[number] = person, self.now
        one.went.append(number)
        if person not in self.whose():
            self.last[person] = self.now

    @rule(worker=st.sampled_from([0, 1]), data=st.data(), away=st.floats(0.0, GRACE - 1.0))
    def reload(self, worker: int, data: st.DataObject, away: float) -> None:
        """Somebody reloads, and is back within the grace: nobody sees anything of it."""
        one = self.workers[worker]
        if one.sessions and not any(each.is_cut for each in self.workers):
            self.pass_time(0.5)
            number = data.draw(st.sampled_from(sorted(one.sessions)))
            person = one.sessions[number]
            before = [*self.arrivals, *self.departures].count(person)
            self.end(one, number)
            self.pass_time(away)
            self.come(1 - worker, person)
            self.pass_time(0.5)
            assert [*self.arrivals, *self.departures].count(person) == before

    @rule(worker=st.sampled_from([0, 1]))
    def kill(self, worker: int) -> None:
        """A router worker dies, with all its sessions, and is started anew."""
        one = self.workers[worker]
        for number in list(one.sessions):
            self.end(one, number)
        one.run, one.number, one.full, one.ended, one.came, one.went = one.run + 1, 0, True, {}, [], []

    @precondition(lambda self: not any(one.is_cut for one in self.workers))
    @rule()
    def restart(self) -> None:
        """The component dies, and begins anew."""
        self.begin()
        for worker in self.workers:
            self.tell(worker)

    @rule(worker=st.sampled_from([0, 1]))
    def cut(self, worker: int) -> None:
        self.workers[worker].is_cut = True

    @rule(worker=st.sampled_from([0, 1]))
    def mend(self, worker: int) -> None:
        self.workers[worker].is_cut = False

    @rule(seconds=st.floats(0.0, 30.0))
    def pass_time(self, seconds: float) -> None:
        """Let time pass in steps of half a second, with the reports that are due."""
        steps = int(seconds * 2) + 1
        for _ in range(steps):
            self.now += seconds / steps
            for worker in self.workers:
                worker.ended = {
                    number: one
                    for number, one in worker.ended.items()
                    if one[1] + GRACE > self.now or number in worker.went
                }
                if worker.full or worker.came or worker.went or worker.told + 15.0 <= self.now:
                    self.tell(worker)
            self.attendance.tick(self.now)
            self.attendance.changed()
            self.look()

    @invariant()
    def nobody_is_shown_twice(self) -> None:
        for person in PEOPLE:
            away = self.arrivals.count(person) - self.departures.count(person)
            assert away == (person in self.shown)

    def teardown(self) -> None:
        """Once everything gets through again, and time has passed, what is shown is the truth."""
        for worker in self.workers:
            worker.is_cut = False
        self.pass_time(LEASE + GRACE + 1.0)
        assert self.shown == self.whose()
        for person in self.shown:
            devices = sum(one == person for worker in self.workers for one in worker.sessions.values())
            assert self.attendance.of(person) == (devices, False)


WorldTests = World.TestCase
WorldTests.settings = settings(max_examples=120, stateful_step_count=25, deadline=None)
