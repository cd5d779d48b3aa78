"""Who is here, from what the router workers report. Time is handed in; nothing here waits, asks or tells.

Each person has so many devices. A number that rises is shown at once; one that falls, only when it has stayed below for
the grace; and who has fallen to none has left. So a page that reloads, or moves to another transport, makes no noise.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from .api import Gone, Here, Report

PAUSE = 5.0
"""Seconds between two looks at the time, after which it was the clock that moved, or this process that stood still."""


@dataclass
class _Router:
    """What one run of a router worker has reported."""

    run: str
    number: int
    heard: float
    sessions: set[int] = field(default_factory=set)


@dataclass
class _Session:
    person: str
    device: str
    idle: bool = False


@dataclass
class _Person:
    """Somebody who is here, or was a moment ago."""

    sessions: dict[int, _Session] = field(default_factory=dict)
    devices: int = 0
    """As it is shown."""
    idle: bool = False
    """As it is shown: no device of theirs is being used."""
    last: float = 0.0
    """When the number of devices fell."""


class Attendance:
    """The people of one node, by the reports of its router workers."""

    def __init__(self, grace: float, lease: float) -> None:
        self._grace, self._lease = grace, lease
        self._routers: dict[str, _Router] = {}
        self._sessions: dict[int, _Session] = {}
        self._people: dict[str, _Person] = {}
        self._falling: set[str] = set()
        """Whose number of devices is lower than it is shown."""
        self._changed: set[str] = set()
        self._left: dict[str, float] = {}
        self._now: float | None = None

    def report(self, report: Report, now: float) -> bool:
        """Take what a router worker says. `False` where it has to say everything."""
        self._pass(now)
        known = self._routers.get(report.router)
        if known is not None and known.run == report.run and report.number <= known.number:
            return True  # It came late: what came after it says more.
        if report.full:
            self._all(report, known, now)
        elif known is None or known.run != report.run or report.number != known.number + 1:
            return False
        else:
            self._some(report, known, now)
        router = self._routers[report.router]
        router.number, router.heard = report.number, now
        return True

    def idle(self, session: int, is_idle: bool) -> bool:
        """Hear that a device is not used any more, or again. `False` where the session is not known."""
        found = self._sessions.get(session)
        if found is None:
            return False
        found.idle = is_idle
        self._look(found.person)
        return True

    def tick(self, now: float) -> None:
        """Let the leases of router workers, and the grace of people, run out."""
        self._pass(now)
        for router in self._routers.values():
            if router.heard + self._lease <= now and router.sessions:
                self._end(router, router.sessions, router.heard)
                router.run = ""  # Whatever it says next has to be everything.
        for id in [id for id in self._falling if self._people[id].last + self._grace <= now]:
            self._settle(id)

    def changed(self) -> set[str]:
        """Take whose entry may be another since the last time this was asked."""
        changed, self._changed = self._changed, set()
        return changed

    def left(self) -> dict[str, float]:
        """Take who has left since the last time this was asked, and when they were here last."""
        left, self._left = self._left, {}
        return left

    def heard(self, routers: Iterable[str]) -> bool:
        """Say whether each of these router workers has reported."""
        return all(name in self._routers for name in routers)

    def of(self, id: str) -> tuple[int, bool] | None:
        """Say how many devices somebody has, and whether none of them is used. `None` for who is not here."""
        person = self._people.get(id)
        return None if person is None else (person.devices, person.idle)

    def people(self) -> Iterable[str]:
        """List everybody who is here."""
        return self._people.keys()

    def _pass(self, now: float) -> None:
        """Let time go by; where it jumped, nobody's time has run out by that."""
        jump = 0.0 if self._now is None else now - self._now
        self._now = now
        if not 0.0 <= jump <= PAUSE:
            for router in self._routers.values():
                router.heard += jump
            for id in self._falling:
                self._people[id].last += jump

    def _all(self, report: Report, known: _Router | None, now: float) -> None:
        """Replace all that is known of a router worker. Who left it while nobody listened is still within the grace."""
        router = _Router(report.run, report.number, now)
        self._routers[report.router] = router
        self._come(router, report.here)
        if known is None:
            self._remember(report.gone, now)
        else:
            gone = {each.session: now - each.ago for each in report.gone}
            self._end(known, known.sessions - router.sessions, now, gone)

    def _some(self, report: Report, router: _Router, now: float) -> None:
        self._come(router, report.here)
        ended = {each.session: now - each.ago for each in report.gone}
        self._end(router, ended.keys() & router.sessions, now, ended)

    def _come(self, router: _Router, here: Iterable[Here]) -> None:
        for one in here:
            router.sessions.add(one.session)
            if one.session not in self._sessions:
                session = self._sessions[one.session] = _Session(one.person, one.device)
                self._people.setdefault(one.person, _Person()).sessions[one.session] = session
                self._look(one.person)

    def _end(self, router: _Router, sessions: Iterable[int], now: float, when: dict[int, float] | None = None) -> None:
        for number in list(sessions):
            router.sessions.discard(number)
            if session := self._sessions.pop(number, None):
                person = self._people[session.person]
                del person.sessions[number]
                person.last = max(person.last, (when or {}).get(number, now))
                self._look(session.person)

    def _remember(self, gone: Iterable[Gone], now: float) -> None:
        for one in gone:
            if one.ago < self._grace and one.person not in self._people:
                self._people[one.person] = _Person(devices=1, last=now - one.ago)
                self._falling.add(one.person)
                self._changed.add(one.person)

    def _look(self, id: str) -> None:
        """Show what has risen; note what has fallen."""
        person = self._people[id]
        devices = len({session.device for session in person.sessions.values()})
        if devices:
            idle = all(session.idle for session in person.sessions.values())
            if devices > person.devices or idle != person.idle:
                self._changed.add(id)
            person.devices, person.idle = max(devices, person.devices), idle
        if devices < person.devices:
            self._falling.add(id)
        else:
            self._falling.discard(id)

    def _settle(self, id: str) -> None:
        """Show the number of devices as it has been for the grace."""
        person = self._people[id]
        person.devices = len({session.device for session in person.sessions.values()})
        self._falling.discard(id)
        self._changed.add(id)
        if not person.devices:
            self._left[id] = person.last
            del self._people[id]
