"""The presence component, with no reactor, no socket, and no clock but ours; on SQLite and on PostgreSQL."""

from collections.abc import Awaitable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from components.contract import Belonging, Caller, NotAuthorized, Nothing, OfStream, Procedure, Verdict
from components.notice import People
from components.presence import api
from components.presence.component import Presence
from tests.support.bus import MemoryBus
from tests.support.database import MemoryDatabase
from tests.support.postgres import PostgresDatabase
from tests.support.router import SETTINGS

T = TypeVar("T")
ADA = Caller("u_ada", "guest", "Ada", session=1)
BOB = Caller("u_bob", "guest", "Bob", session=2)
EVE = Caller("u_eve", "guest", "Eve", session=3)
ROUTER = Caller("router1", "component", "router1")
LOBBY = api.Which("lobby")
ON_CHANGE = "openline.presence.on_change.lobby"
ON_TYPING = "openline.presence.on_typing.lobby"


class PresenceTests:
    """What holds whatever database is below."""

    database: Any

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1_000_000.0)
        self.bus = MemoryBus()
        self.members = ["u_ada", "u_bob"]
        self.bus.answers["openline.room.may"] = self.may
        self.bus.answers["openline.room.belonging"] = self.belonging
        self.db = self.database()
        self.addCleanup(self.db.close)  # type: ignore[attr-defined]
        self.begin()
        self.number = 0

    def begin(self) -> None:
        self.presence = Presence(self.db, self.bus, self.clock, SETTINGS)
        self.get(self.presence.prepare())

    async def may(self) -> Verdict:
        _, access = self.bus.asked[-1]
        return Verdict(access.id in self.members, "members")

    async def belonging(self) -> Belonging:
        return Belonging([*self.members])

    def start(self, coroutine: Awaitable[T]) -> "Deferred[T]":
        async def run() -> T:
            return await coroutine

        return Deferred.fromCoroutine(run())

    def get(self, coroutine: Awaitable[T]) -> T:
        return self.successResultOf(self.start(coroutine))  # type: ignore[attr-defined, no-any-return]

    def refused(self, coroutine: Awaitable[object], kind: type[Exception]) -> None:
        self.failureResultOf(self.start(coroutine), kind)  # type: ignore[attr-defined]

    def here(self, *people: Caller, gone: tuple[Caller, ...] = (), full: bool = True) -> None:
        """Have a router worker report."""
        self.number += 1
        came = [api.Here(one.session, one.id, str(one.session)) for one in people]
        went = [api.Gone(one.session, one.id, 0.0) for one in gone]
        taken = self.get(self.presence.report(ROUTER, api.Report("router1", "a", self.number, full, came, went)))
        assert taken.taken

    def pass_time(self, seconds: float) -> None:
        for _ in range(int(seconds * 2) + 1):
            self.clock.advance(0.5)
            self.get(self.presence.tick())

    def read(self, caller: Caller = ADA) -> api.Snapshot:
        return self.get(self.presence.read(caller, LOBBY))

    def told(self, topic: str = ON_CHANGE) -> list[Any]:
        return [event for uri, event in self.bus.published if uri == topic]

    def test_nobody_knows_who_is_here_before_a_router_said_so(self) -> None:
        self.refused(self.presence.read(ADA, LOBBY), api.NotYet)
        self.here(ADA)
        assert [one.id for one in self.read().people] == ["u_ada"]
        self.get(self.presence.tick())
        self.get(self.presence.tick())
        assert self.told(api.ON_STARTED.uri) == [Nothing()]

    def test_a_router_that_never_comes_is_not_waited_for_for_ever(self) -> None:
        self.pass_time(20.0)
        assert self.read().people == []

    def test_only_who_may_read_a_room_reads_who_is_there(self) -> None:
        self.here(ADA, EVE)
        for asked in (self.presence.read, self.presence.seen, self.presence.typing):
            self.refused(asked(EVE, LOBBY), NotAuthorized)
        assert [one.id for one in self.read().people] == ["u_ada"], "and who is no member is not shown"

    def test_arrivals_and_departures_are_told_once_with_the_number_of_the_snapshot(self) -> None:
        self.here(ADA)
        first = self.read()
        self.here(BOB, full=False)
        self.here(gone=(BOB,), full=False)
        self.here(Caller("u_bob", "guest", "Bob", session=22), full=False)
        self.pass_time(15.0)
        (came,) = self.told()
        assert (came.epoch, came.version, came.count) == (first.epoch, first.version + 1, 2)
        assert came.changed == [api.Entry("u_bob", "active", 1)]
        self.here(gone=(Caller("u_bob", "guest", "Bob", session=22),), full=False)
        self.pass_time(9.0)
        assert len(self.told()) == 1
        self.pass_time(1.5)
        assert self.told()[-1].left == ["u_bob"]
        assert self.read() == api.Snapshot(first.epoch, first.version + 2, 1, False, first.people)

    def test_who_joins_a_room_is_shown_in_it_and_who_leaves_is_not(self) -> None:
        self.here(ADA, BOB, EVE)
        self.read()
        for members, shown in ((["u_ada", "u_eve"], {"u_ada", "u_eve"}), (["u_ada"], {"u_ada"})):
            self.members = members
            (ear,) = self.presence.ears()
            ear.hear(OfStream("openline.room.lobby"))
            self.pass_time(0.5)
            assert {one.id for one in self.read().people} == shown
        assert [(sorted(one.id for one in told.changed), sorted(told.left)) for told in self.told()] == [
            (["u_eve"], ["u_bob"]),
            ([], ["u_eve"]),
        ]

    def test_where_a_router_missed_a_change_everybody_reads_again(self) -> None:
        self.here(ADA)
        before = self.read().version
        self.bus.broken = True
        self.here(BOB, full=False)
        self.pass_time(1.0)
        self.bus.broken = False
        self.pass_time(1.0)
        assert self.told()[-1].version > before + 1
        assert self.told()[-1].version == self.read().version

    def test_who_uses_no_device_is_away(self) -> None:
        self.here(ADA, BOB)
        self.read()
        self.get(self.presence.idle(BOB, api.Idle(True)))
        self.pass_time(0.5)
        assert self.told()[-1].changed == [api.Entry("u_bob", "away", 1)]
        self.refused(self.presence.idle(EVE, api.Idle(True)), api.NotYet)

    def test_components_learn_who_uses_a_device_and_who_is_not_to_be_disturbed(self) -> None:
        push, asked = Caller("push", "component", "push"), People(["u_ada", "u_bob", "u_eve"])
        self.refused(self.presence.attention(push, asked), api.NotYet)
        self.here(ADA, BOB)
        self.get(self.presence.idle(BOB, api.Idle(True)))
        self.get(self.presence.choose(EVE, api.Status("do_not_disturb")))
        found = self.get(self.presence.attention(push, asked))
        assert (found.looking, found.undisturbed) == (["u_ada"], ["u_eve"])

    def test_what_somebody_chose_is_shown_until_its_time_and_after_a_restart(self) -> None:
        self.here(ADA, BOB)
        self.read()
        until = self.clock.seconds() + 60.0
        chosen = self.get(self.presence.choose(BOB, api.Status("do_not_disturb", " In a meeting ", until)))
        assert chosen == api.Status("do_not_disturb", "In a meeting", until)
        self.pass_time(0.5)
        shown = api.Entry("u_bob", "do_not_disturb", 1, "In a meeting", until)
        assert self.told()[-1].changed == [shown]
        self.begin()
        assert self.get(self.presence.status(BOB, Nothing())) == chosen
        self.here(ADA, BOB)
        assert shown in self.read().people
        for _ in range(5):
            self.here(full=False)
            self.pass_time(15.0)
        assert self.told()[-1].changed == [api.Entry("u_bob", "active", 1)]
        assert self.get(self.presence.status(BOB, Nothing())) == api.Status()
        self.begin()
        assert self.get(self.presence.status(BOB, Nothing())) == api.Status()

    def test_a_status_is_taken_back(self) -> None:
        for status in (api.Status("away"), api.Status("away", "x"), api.Status()):
            self.get(self.presence.choose(ADA, status))
            self.begin()
            assert self.get(self.presence.status(ADA, Nothing())) == status

    def test_when_somebody_was_here_last_is_known_also_after_a_restart(self) -> None:
        self.here(ADA, BOB)
        self.clock.advance(1.0)
        left = self.clock.seconds()
        self.here(gone=(BOB,), full=False)
        self.pass_time(11.0)
        assert self.get(self.presence.seen(ADA, LOBBY)).people == [api.Last("u_bob", left)]
        self.get(self.presence.write())
        self.get(self.presence.write())
        self.begin()
        self.here(ADA)
        assert self.get(self.presence.seen(ADA, LOBBY)).people == [api.Last("u_bob", left)]
        self.clock.advance(91 * 86_400.0)
        self.get(self.presence.forget())
        self.here(ADA)
        assert self.get(self.presence.seen(ADA, LOBBY)).people == []

    def test_members_are_told_who_is_typing(self) -> None:
        self.here(ADA, BOB)
        self.get(self.presence.typing(ADA, LOBBY))
        self.get(self.presence.typing(ADA, LOBBY))
        assert self.told(ON_TYPING) == [api.Typing("u_ada", "Ada")]

    def test_who_reads_a_room_and_is_no_member_does_not_type_in_it(self) -> None:
        self.here(ADA, EVE)

        async def anybody() -> Verdict:
            return Verdict(True, "everybody reads it")

        self.bus.answers["openline.room.may"] = anybody
        self.refused(self.presence.typing(EVE, LOBBY), api.NotAMember)
        assert self.told(ON_TYPING) == []

    def test_a_room_that_nobody_reads_is_not_told_any_more(self) -> None:
        self.here(ADA)
        epoch = self.read().epoch
        self.clock.advance(1_801.0)
        self.get(self.presence._rooms.look())
        self.here(BOB, full=False)
        self.pass_time(0.5)
        assert self.told() == []
        assert self.read().epoch != epoch

    def test_what_it_serves_is_what_it_declares(self) -> None:
        declared = {one.uri for one in vars(api).values() if isinstance(one, Procedure)}
        assert {route.procedure.uri for route in self.presence.routes()} == declared


class SqlitePresenceTests(PresenceTests, SynchronousTestCase):
    """Presence on SQLite."""

    database = MemoryDatabase


class PostgresPresenceTests(PresenceTests, SynchronousTestCase):
    """Presence on PostgreSQL."""

    database = PostgresDatabase
