"""How far people have read, and what they want of their rooms; on SQLite and on PostgreSQL."""

import re
from collections.abc import Awaitable
from typing import Any, TypeVar

import orjson
import pytest
from pydantic import TypeAdapter, ValidationError
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from components.contract import Access, Caller
from components.room import api, personal
from components.room.component import Rooms
from components.room.mine import Own
from components.settings import Rate, RoomRules
from components.streams import Streams
from tests.support.bus import MemoryBus
from tests.support.database import MemoryDatabase
from tests.support.postgres import PostgresDatabase
from tests.support.router import SETTINGS

T = TypeVar("T")
ADA = Caller("u_ada", "guest", "Ada")
BOB = Caller("u_bob", "member", "Bob")
ALL = api.Everything()
FAST = RoomRules(rate=Rate(per_second=1_000, burst=10_000))


class PersonalTests:
    """What holds whatever database is below. Bob talks, Ada reads."""

    database: Any

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1_000_000.0)
        self.bus = MemoryBus()
        db = self.database()
        self.addCleanup(db.close)  # type: ignore[attr-defined]
        self.rooms = Rooms(db, Streams(db, self.bus, self.clock, SETTINGS), self.bus, self.clock, FAST)
        self.own = Own(db, self.bus)
        self.get(self.rooms.prepare())
        for caller in (ADA, BOB):
            self.get(self.rooms.join(caller, api.Which("lobby")))

    def get(self, coroutine: Awaitable[T]) -> T:
        return self.successResultOf(self.start(coroutine))  # type: ignore[attr-defined, no-any-return]

    def start(self, coroutine: Awaitable[T]) -> "Deferred[T]":
        async def run() -> T:
            return await coroutine

        return Deferred.fromCoroutine(run())

    def post(self, caller: Caller, text: str, room: str = "lobby") -> int:
        return self.get(self.rooms.post(caller, api.Post(room, text))).offset

    def read(self, upto: int, caller: Caller = ADA) -> api.Own:
        return self.get(self.own.read(caller, api.Read("lobby", upto)))

    def mine(self, caller: Caller = ADA) -> dict[str, api.Own]:
        return {own.room: own for own in self.get(self.own.mine(caller, ALL)).rooms}

    def told(self, caller: Caller = ADA) -> list[object]:
        """What that person's devices heard, and nobody else's."""
        return [event for topic, event in self.bus.published if topic == personal.feed(caller.id)]

    def test_messages_of_others_are_unread_until_they_are_read(self) -> None:
        first, second, _ = (self.post(BOB, text) for text in ("one", "two", "three"))
        assert (self.mine()["lobby"].unread, self.mine(BOB)["lobby"].unread) == (3, 0)
        assert self.read(second).unread == 1
        assert (self.mine()["lobby"].read, self.mine()["lobby"].unread) == (second, 1)
        assert first < second

    def test_reading_never_goes_back(self) -> None:
        first, second = self.post(BOB, "one"), self.post(BOB, "two")
        self.read(second)
        assert (self.read(first).read, self.read(0).unread) == (second, 0)
        assert self.told() == [api.Told([self.mine()["lobby"]])], "what changed nothing is told to nobody"

    def test_nobody_reads_what_was_not_said_yet(self) -> None:
        newest = self.post(BOB, "one")
        assert self.read(api.MOST_UNREAD * newest).read == newest
        self.post(BOB, "two")
        assert self.mine()["lobby"].unread == 1

    def test_what_was_said_before_somebody_joined_is_not_new_to_them(self) -> None:
        self.post(BOB, "long ago")
        cleo = Caller("u_cleo", "member", "Cleo")
        self.get(self.rooms.join(cleo, api.Which("lobby")))
        self.post(BOB, "just now")
        assert self.mine(cleo)["lobby"].unread == 1

    def test_joinings_edits_and_deleted_messages_are_not_unread(self) -> None:
        kept, gone = self.post(BOB, "kept"), self.post(BOB, "gone")
        self.get(self.rooms.edit(BOB, api.Edit("lobby", kept, "kept on")))
        self.get(self.rooms.delete(BOB, api.Delete("lobby", gone)))
        self.get(self.rooms.join(Caller("u_cleo", "member", "Cleo"), api.Which("lobby")))
        assert self.mine()["lobby"].unread == 1

    def test_only_rooms_that_one_has_joined_are_there_and_the_liveliest_comes_first(self) -> None:
        self.get(self.rooms.create(ADA, api.NewRoom("tea")))
        self.get(self.rooms.create(BOB, api.NewRoom("work")))
        assert [*self.mine()] == ["lobby", "tea"]
        self.clock.advance(5.0)
        self.post(ADA, "hot", "tea")
        assert [*self.mine()] == ["tea", "lobby"]
        assert self.mine()["tea"].active == 1_000_005.0

    def test_everything_is_read_at_once(self) -> None:
        self.get(self.rooms.create(BOB, api.NewRoom("tea")))
        self.get(self.rooms.join(ADA, api.Which("tea")))
        newest = self.post(BOB, "one", "tea")
        self.post(BOB, "two")
        self.get(self.own.read_all(ADA, ALL))
        assert [own.unread for own in self.mine().values()] == [0, 0]
        assert self.mine()["tea"].read == newest
        self.post(ADA, "three")
        assert self.mine(BOB)["lobby"].unread == 1, "of nobody else"

    def test_what_one_wants_of_a_room_is_kept_and_told_to_ones_devices(self) -> None:
        self.get(self.own.prefer(ADA, api.Preference("lobby", favourite=True)))
        own = self.get(self.own.prefer(ADA, api.Preference("lobby", muted=True, level="mentions")))
        assert (own.favourite, own.muted, own.level) == (True, True, "mentions")
        assert self.told()[-1] == api.Told([own])
        bobs = self.mine(BOB)["lobby"]
        assert (bobs.favourite, bobs.muted, bobs.level) == (False, False, "default")

    def test_who_comes_back_finds_a_room_as_they_had_it(self) -> None:
        self.get(self.own.prefer(ADA, api.Preference("lobby", favourite=True)))
        self.get(self.rooms.leave(ADA, api.Which("lobby")))
        assert self.mine() == {}
        self.post(BOB, "meanwhile")
        self.get(self.rooms.join(ADA, api.Which("lobby")))
        assert (self.mine()["lobby"].favourite, self.mine()["lobby"].unread) == (True, 0)

    def test_notices_are_kept_and_told(self) -> None:
        assert self.get(self.own.mine(ADA, ALL)).notices == api.Notices()
        for quiet in (api.Quiet(22 * 60, 7 * 60, "Europe/Berlin"), None):
            wanted = api.Notices("mentions", sound=True, quiet=quiet, paused=12.5)
            self.get(self.own.notify(ADA, wanted))
            assert self.get(self.own.mine(ADA, ALL)).notices == wanted
            assert self.told()[-1] == api.Told([], wanted)
        assert self.get(self.own.mine(BOB, ALL)).notices == api.Notices()

    def test_who_is_not_in_a_room_has_nothing_there(self) -> None:
        stranger = Caller("u_eve", "member", "Eve")
        asked = (
            self.own.read(stranger, api.Read("lobby", 1)),
            self.own.prefer(stranger, api.Preference("lobby", muted=True)),
        )
        for one in asked:
            self.failureResultOf(self.start(one), api.NotAMember)  # type: ignore[attr-defined]
        nowhere = self.start(self.own.read(ADA, api.Read("nowhere", 1)))
        self.failureResultOf(nowhere, api.NoSuchRoom)  # type: ignore[attr-defined]

    def test_what_is_one_persons_is_read_by_them_alone_and_published_by_nobody(self) -> None:
        node, feed = Caller("stream", "component", "stream"), self.get(self.own.mine(ADA, ALL)).feed
        for id, role, action, allowed in (
            ("u_ada", "guest", "read", True),
            ("u_ada", "guest", "publish", False),
            ("u_bob", "member", "read", False),
            ("u_olga", "operator", "read", False),
        ):
            access = Access(id, role, action, feed)  # type: ignore[arg-type]
            assert self.get(self.rooms.may(node, access)).allow is allowed

    def test_counts_end_at_what_people_want_to_know(self) -> None:
        many = api.MOST_UNREAD + 5
        for number in range(many):
            self.post(BOB, str(number))
        assert self.mine()["lobby"].unread == api.MOST_UNREAD


class SqlitePersonalTests(PersonalTests, SynchronousTestCase):
    """On SQLite."""

    database = MemoryDatabase


class PostgresPersonalTests(PersonalTests, SynchronousTestCase):
    """On PostgreSQL."""

    database = PostgresDatabase


def test_hours_and_zones_are_what_they_can_be() -> None:
    right = {"starts": 0, "ends": 1439, "zone": "America/Argentina/Buenos_Aires"}
    assert _quiet(right) == api.Quiet(**right)  # type: ignore[arg-type]
    for wrong in ({"starts": 1440}, {"ends": -1}, {"zone": "<b>"}, {"zone": "a/" * 200}):
        with pytest.raises(ValidationError):
            _quiet({**right, **wrong})


def _quiet(hours: object) -> api.Quiet:
    return TypeAdapter(api.Quiet).validate_json(orjson.dumps(hours))


def test_any_id_has_a_topic_of_its_own_and_an_address_that_the_router_takes() -> None:
    feeds = {personal.feed(id) for id in ("u_ada", "u_Ada", "ada@example.com", "x" * 64)}
    assert len(feeds) == 4
    assert all(re.fullmatch(r"[a-z0-9_.]{1,100}", feed) for feed in feeds)
