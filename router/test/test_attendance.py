"""What a router worker tells of its sessions: everything at first and after a loss, and then what changed."""

from types import SimpleNamespace
from typing import Any

from twisted.internet.defer import Deferred

from components.contract import Unavailable
from components.presence.api import Gone, Here, Report, Taken
from components.settings import Presence
from router.attendance import Attendance
from router.tokens import Token


class Desk:
    """A router worker, and a presence component that answers when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0
        self.answering: object = 1
        self.reports: list[Report] = []
        self.answers: list[Deferred[Taken]] = []
        self.attendance = Attendance("router1", Presence(), self.ask, lambda _: self.answering, lambda: self.now)

    async def ask(self, _: object, report: Report) -> Taken:
        self.reports.append(report)
        self.answers.append(Deferred())
        return await self.answers[-1]

    def told(self, taken: bool = True) -> tuple[bool, list[int], list[int]]:
        """Let the worker look, and answer its report: whether it was full, who came and who went."""
        self.attendance.look()
        self.answers.pop().callback(Taken(taken))
        report = self.reports[-1]
        return report.full, [one.session for one in report.here], [one.session for one in report.gone]

    def says_nothing(self) -> bool:
        before = len(self.reports)
        self.attendance.look()
        return len(self.reports) == before


def session(number: int, role: str = "guest", family: str = "", kind: str = "websocket") -> Any:
    """Make what an edge says of a session."""
    token: Any = Token("u_ada", "Ada", role, 1e9, family)
    return SimpleNamespace(_session_id=number, _transport=SimpleNamespace(kind=kind), **_as(token))


def _as(token: Token) -> dict[str, Any]:
    return {"_authid": token.id, "_authrole": token.role, "_authextra": {"name": token.name}}


def test_everything_is_told_once_and_then_what_changed() -> None:
    desk = Desk()
    desk.attendance.joined(session(1))
    assert desk.told() == (True, [1], [])
    assert desk.says_nothing()
    desk.attendance.joined(session(2))
    desk.attendance.left(session(1))
    assert desk.told() == (False, [2], [1])
    assert desk.says_nothing()
    assert [one.number for one in desk.reports] == [1, 2]
    assert desk.reports[-1].here == [Here(2, "u_ada", "2")]


def test_a_sign_of_life_is_given_now_and_then() -> None:
    desk = Desk()
    desk.told()
    desk.now += 14.0
    assert desk.says_nothing()
    desk.now += 1.0
    assert desk.told() == (False, [], [])


def test_a_report_that_was_not_taken_is_followed_by_everything() -> None:
    desk = Desk()
    desk.attendance.joined(session(1))
    desk.told()
    desk.attendance.joined(session(2))
    assert desk.told(taken=False) == (False, [2], [])
    assert desk.told() == (True, [1, 2], [])


def test_a_report_that_was_lost_is_followed_by_everything() -> None:
    desk = Desk()
    desk.told()
    desk.attendance.joined(session(1))
    desk.attendance.look()
    desk.attendance.left(session(1))
    desk.attendance.joined(session(2))
    assert desk.says_nothing(), "one at a time"
    desk.answers.pop().errback(Unavailable())
    assert desk.told() == (True, [2], [1])


def test_another_run_of_presence_is_told_everything_and_who_ended_a_moment_ago() -> None:
    desk = Desk()
    desk.attendance.joined(session(1))
    desk.attendance.joined(session(2))
    desk.told()
    desk.attendance.left(session(1))
    desk.told()
    desk.now += 4.0
    desk.answering = None
    assert desk.says_nothing()
    desk.answering = 2
    assert desk.told() == (True, [2], [1])
    assert desk.reports[-1].gone == [Gone(1, "u_ada", 4.0)]
    desk.now += 6.0
    desk.answering = 3
    assert desk.told() == (True, [2], [])


def test_components_and_who_only_listens_are_not_here() -> None:
    desk = Desk()
    desk.attendance.joined(session(1, role="component"))
    desk.attendance.joined(session(2, kind="events"))
    desk.attendance.left(session(2, kind="events"))
    desk.attendance.joined(session(3, kind="longpoll"))
    assert desk.told() == (True, [3], [])
