"""The stream component, with no reactor, no socket, and no clock but ours; on SQLite and on PostgreSQL."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from unittest.mock import patch

from sqlalchemy import Connection
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from components.contract import Access, Appended, Caller, Event, NotAuthorized, Procedure, Verdict
from components.database import Database
from components.given import Given
from components.settings import Keep, Namespace, Settings
from components.stream import api, retention
from components.stream.component import StreamComponent, build
from components.streams import Streams
from tests.support.bus import MemoryBus
from tests.support.database import MemoryDatabase
from tests.support.postgres import PostgresDatabase

T = TypeVar("T")
ADA = Caller("u_ada", "guest", "Ada")
NODE = Caller("feed", "component", "feed")
WALL = "app.wall"
THREE = Keep.model_validate({"events": 3, "for": "forever"})
A_MINUTE = Keep.model_validate({"events": None, "for": "60s"})
SETTINGS = Settings(
    streams=[
        Namespace(match="openline.room.*", read="members"),
        Namespace(match="app.short", read=["guest"], publish=["guest"], keep=THREE),
        Namespace(match="app.brief", read=["guest"], publish=["guest"], keep=A_MINUTE),
        Namespace(match="app.wall", read=["guest"], publish=["guest"], types={"said": {"required": ["text"]}}),
        Namespace(match="app.secret"),
    ]
)


class OwnedBus(MemoryBus):
    """A bus on which the room component knows one member."""

    async def call(self, procedure: Procedure[Any, Any], request: Any) -> Any:
        assert procedure.uri == "openline.room.may"
        assert isinstance(request, Access)
        return Verdict(request.id == "u_ada" and request.stream.endswith(".lobby"), "members read")


class StreamCase(SynchronousTestCase):
    """The component on an empty database."""

    database: Callable[[], Database]

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1_000_000.0)
        self.bus = OwnedBus()
        self.db = type(self).database()
        self.addCleanup(self.db.close)
        streams = Streams(self.db, self.bus, self.clock, SETTINGS)
        self.component: StreamComponent = build(Given(self.db, streams, self.bus, self.clock, SETTINGS))
        self.chores = self.component.chores()

    def get(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.successResultOf(Deferred.fromCoroutine(coroutine))

    def refused(self, coroutine: Coroutine[Any, Any, Any], kind: type[Exception]) -> None:
        self.failureResultOf(Deferred.fromCoroutine(coroutine), kind)

    def publish(self, stream: str, text: str, key: str | None = None, caller: Caller = ADA) -> Appended:
        return self.get(self.component.publish(caller, api.Publication(stream, "said", {"text": text}, key)))

    def events(self, stream: str) -> list[Event]:
        return self.get(self.component.read(ADA, api.Range(stream))).events

    def offsets(self, stream: str) -> list[int]:
        return [event.offset for event in self.events(stream)]

    def do_chores(self) -> None:
        for chore in self.chores:
            self.get(_awaited(chore.do()))

    def keys(self) -> list[Any]:
        return self.column('SELECT "key" FROM stream_key ORDER BY "key"')

    def column(self, query: str) -> list[Any]:
        def work(connection: Connection) -> list[Any]:
            return list(connection.exec_driver_sql(query).scalars())

        return self.get(_awaited(self.db.read(work)))


async def _awaited(awaitable: Any) -> Any:
    return await awaitable


class Cases:
    """What holds on every database."""

    class Answering(StreamCase):
        def test_what_it_serves_is_what_it_declares(self) -> None:
            declared = {one.uri for one in vars(api).values() if isinstance(one, Procedure)}
            self.assertEqual({route.procedure.uri for route in self.component.routes()}, declared)

        def test_publishes_as_the_caller(self) -> None:
            appended = self.publish(WALL, "hi", "k1")
            (event,) = self.events(WALL)
            self.assertEqual((event.by.id, event.by.name, event.key), ("u_ada", "Ada", "k1"))
            self.assertEqual((event.epoch, event.offset), (appended.epoch, appended.offset))
            self.assertEqual([told["offset"] for told in self.bus.events], [1])

        def test_a_repeated_key_is_answered_again(self) -> None:
            self.publish(WALL, "hi", "k1")
            self.assertTrue(self.publish(WALL, "hi", "k1").duplicate)
            self.assertEqual(self.offsets(WALL), [1])

        def test_refuses_what_the_stream_does_not_take(self) -> None:
            wrong = api.Publication(WALL, "said", {"txt": "hi"})
            self.refused(self.component.publish(ADA, wrong), api.InvalidData)
            self.refused(self.component.publish(ADA, api.Publication(WALL, "sung", {})), api.UnknownType)
            self.assertEqual((self.events(WALL), self.bus.events), ([], []))

        def test_refuses_who_may_not(self) -> None:
            publication = api.Publication("app.secret", "said", {})
            self.refused(self.component.publish(ADA, publication), NotAuthorized)
            self.refused(self.component.read(ADA, api.Range("app.secret")), NotAuthorized)
            self.refused(self.component.heads(ADA, api.Names([WALL, "app.secret"])), NotAuthorized)
            self.assertEqual(self.publish("app.secret", "from within", caller=NODE).offset, 1)

        def test_members_read_and_do_not_publish(self) -> None:
            lobby = "openline.room.lobby"
            self.publish(lobby, "hi", caller=NODE)
            self.assertEqual(self.offsets(lobby), [1])
            self.refused(self.component.publish(ADA, api.Publication(lobby, "said", {})), NotAuthorized)
            bob = Caller("u_bob", "guest", "Bob")
            self.refused(self.component.read(bob, api.Range(lobby)), NotAuthorized)

        def test_a_stream_without_options_does_not_exist(self) -> None:
            self.refused(self.component.publish(ADA, api.Publication("no.where", "said", {})), api.UnknownStream)
            self.refused(self.component.read(ADA, api.Range("no.where")), api.UnknownStream)
            self.refused(self.component.heads(ADA, api.Names(["no.where"])), api.UnknownStream)

        def test_heads(self) -> None:
            epoch = self.publish(WALL, "hi").epoch
            heads = self.get(self.component.heads(ADA, api.Names([WALL, "app.short", WALL])))
            self.assertEqual(heads.heads, {WALL: api.Head(epoch, 1), "app.short": api.Head("", 0)})

    class Upkeep(StreamCase):
        def test_more_events_than_are_kept_are_cut_off_and_never_renumbered(self) -> None:
            for text in "abcde":
                epoch = self.publish("app.short", text).epoch
            self.do_chores()
            page = self.get(self.component.read(ADA, api.Range("app.short")))
            self.assertEqual([event.offset for event in page.events], [3, 4, 5])
            self.assertEqual((page.epoch, page.head, page.oldest), (epoch, 5, 3))
            self.assertEqual(self.publish("app.short", "f").offset, 6)

        def test_old_events_are_cut_off(self) -> None:
            self.publish("app.brief", "a")
            self.clock.advance(50.0)
            self.publish("app.brief", "b")
            self.clock.advance(20.0)
            self.do_chores()
            self.assertEqual(self.offsets("app.brief"), [2])
            self.clock.advance(60.0)
            self.do_chores()
            page = self.get(self.component.read(ADA, api.Range("app.brief")))
            self.assertEqual((page.events, page.head, page.oldest), ([], 2, 3))
            self.assertEqual(self.publish("app.brief", "c").offset, 3)
            self.assertEqual(self.offsets("app.brief"), [3])

        def test_what_is_kept_stays(self) -> None:
            for text in "abc":
                self.publish("app.short", text)
            self.clock.advance(1e9)
            self.do_chores()
            self.assertEqual(self.offsets("app.short"), [1, 2, 3])

        def test_keys_are_known_for_a_day_after_their_events_are_gone(self) -> None:
            for key in "abcd":
                self.publish("app.short", "x", key)
            self.do_chores()
            self.assertEqual(self.offsets("app.short"), [2, 3, 4])
            self.clock.advance(86_300.0)
            self.do_chores()
            self.assertEqual(self.publish("app.short", "x", "a").offset, 1)
            self.clock.advance(200.0)
            self.do_chores()
            self.assertEqual(self.keys(), ["b", "c", "d"])
            self.assertEqual(self.publish("app.short", "x", "a").offset, 5)

        def test_keys_of_events_that_are_kept_stay_for_ever(self) -> None:
            self.publish("app.short", "x", "a")
            self.clock.advance(1e9)
            self.do_chores()
            self.assertTrue(self.publish("app.short", "x", "a").duplicate)

        def test_works_in_bounded_pieces(self) -> None:
            for _ in range(12):
                self.publish("app.short", "x")
            with patch.object(retention, "EVENTS", 2), patch.object(retention, "STEPS", 3):
                self.do_chores()
                self.assertEqual(self.offsets("app.short"), [7, 8, 9, 10, 11, 12])
                self.do_chores()
                self.assertEqual(self.offsets("app.short"), [10, 11, 12])

        def test_looks_at_all_streams_in_turn(self) -> None:
            for stream in "app.short", "app.brief", WALL:
                for _ in range(4):
                    self.publish(stream, "x")
            self.clock.advance(90_000.0)
            with patch.object(retention, "STREAMS", 2):
                self.do_chores()
                self.assertEqual([len(self.events(s)) for s in ("app.short", "app.brief", WALL)], [3, 0, 4])
                self.do_chores()
                self.assertEqual(self.offsets(WALL), [])
                self.publish("app.short", "x")
                self.do_chores()
                self.assertEqual(self.offsets("app.short"), [3, 4, 5])

        def test_a_stream_whose_options_are_gone_is_left_alone(self) -> None:
            self.publish("app.secret", "x", caller=NODE)
            self.clock.advance(1e9)
            without = SETTINGS.model_copy(update={"streams": []})
            self.get(retention.Retention(self.db, self.clock, without).round())
            kept = self.get(self.component.read(NODE, api.Range("app.secret"))).events
            self.assertEqual([event.offset for event in kept], [1])

        def test_an_event_that_was_never_announced_is_announced(self) -> None:
            self.bus.broken = True
            self.publish(WALL, "hi")
            self.bus.broken = False
            self.clock.advance(6.0)
            self.do_chores()
            self.assertEqual([told["offset"] for told in self.bus.events], [1])

        def test_an_event_that_was_cut_off_is_not_announced(self) -> None:
            self.bus.broken = True
            self.publish("app.brief", "hi")
            self.clock.advance(61.0)
            self.do_chores()
            self.bus.broken = False
            self.do_chores()
            self.assertEqual(self.bus.events, [])
            self.assertEqual(self.column("SELECT announced FROM stream"), [True])

    class Everything(Answering, Upkeep):
        pass


class SqliteStreamTests(Cases.Everything):
    """The stream component on SQLite."""

    database = MemoryDatabase


class PostgresStreamTests(Cases.Everything):
    """The stream component on PostgreSQL."""

    database = PostgresDatabase
