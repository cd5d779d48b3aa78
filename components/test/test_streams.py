"""The log: appending, reading, announcing; on SQLite and on PostgreSQL."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from unittest.mock import patch

from sqlalchemy import Connection, event
from twisted.internet.defer import Deferred, fail
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from components.contract import Appended, Author, Event, Unavailable
from components.database import Database
from components.settings import Namespace, Settings
from components.stream import store, upkeep
from components.stream.api import Head, KeyReused, Page, Range, UnknownStream
from components.streams import SWEEP, Log, Streams
from tests.support.bus import MemoryBus
from tests.support.database import MemoryDatabase
from tests.support.postgres import PostgresDatabase

T = TypeVar("T")
ADA = Author("u_ada", "Ada")
BOB = Author("u_bob", "Bob")
SETTINGS = Settings(streams=[Namespace(match="app.*", read=["guest"])])
TALK = "app.talk"


class Refused(Exception):
    """What a work of these tests raises."""


def say(log: Log, text: str, key: str | None = None, by: Author = ADA, stream: str = TALK) -> Appended:
    return log.append(stream, "said", {"text": text}, by=by, key=key)


class StreamsCase(SynchronousTestCase):
    """Streams in an empty database, and a bus that remembers what was published."""

    database: Callable[[], Database]

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1_000_000.0)
        self.bus = MemoryBus()
        self.db = type(self).database()
        self.addCleanup(self.db.close)
        self.streams = self.another_process()

    def another_process(self) -> Streams:
        return Streams(self.db, self.bus, self.clock, SETTINGS)

    def get(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.successResultOf(Deferred.fromCoroutine(coroutine))

    def refused(self, coroutine: Coroutine[Any, Any, Any], kind: type[Exception]) -> None:
        self.failureResultOf(Deferred.fromCoroutine(coroutine), kind)

    def say(self, text: str, key: str | None = None, by: Author = ADA, stream: str = TALK) -> Appended:
        return self.get(self.streams.write(say, text, key, by, stream))

    def page(self, **wanted: Any) -> Page:
        return self.get(self.streams.read(Range(TALK, **wanted)))

    def offsets(self, **wanted: Any) -> list[int]:
        return [event.offset for event in self.page(**wanted).events]

    def texts(self) -> list[str | None]:
        return [event.data.get("text") for event in self.page().events]

    def published(self) -> list[tuple[str, int]]:
        """Say which events were published since the last time."""
        found = [(event["stream"], event["offset"]) for event in self.bus.events]
        self.bus.events.clear()
        return found

    def query(self, statement: str) -> list[Any]:
        def work(connection: Connection) -> list[Any]:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

        return self.get(awaited(self.db.read(work)))


async def awaited(deferred: Deferred[T]) -> T:
    return await deferred


class Cases:
    """What holds on every database."""

    class Appending(StreamsCase):
        def test_offsets_start_at_one_and_have_no_holes(self) -> None:
            said = [self.say(text) for text in "abc"]
            self.assertEqual([one.offset for one in said], [1, 2, 3])
            self.assertEqual(self.offsets(), [1, 2, 3])

        def test_each_stream_has_its_own_offsets_and_epoch(self) -> None:
            one, other = self.say("a"), self.say("b", stream="app.other")
            self.assertEqual((one.offset, other.offset), (1, 1))
            self.assertNotEqual(one.epoch, other.epoch)
            self.assertEqual(self.say("c").epoch, one.epoch)

        def test_what_is_read_is_what_was_appended(self) -> None:
            data = {"text": "ü\u0000☃", "n": [1, 2.5, None, True], "deep": {"er": {}}}
            appended = self.get(self.streams.write(lambda log: log.append(TALK, "said", data, by=ADA, key="k")))
            (event,) = self.page().events
            self.assertEqual(event, Event(TALK, appended.epoch, 1, 1_000_000.0, ADA, "k", "said", data))

        def test_a_refusal_takes_everything_back(self) -> None:
            def say_and_refuse(log: Log) -> None:
                say(log, "b")
                raise Refused

            self.say("a")
            self.published()
            self.refused(self.streams.write(say_and_refuse), Refused)
            self.assertEqual((self.offsets(), self.published()), ([1], []))
            self.assertEqual(self.say("c").offset, 2)

        def test_a_work_may_append_to_many_streams(self) -> None:
            def say_twice(log: Log) -> list[int]:
                return [say(log, "a").offset, say(log, "b", stream="app.other").offset, say(log, "c").offset]

            self.assertEqual(self.get(self.streams.write(say_twice)), [1, 1, 2])
            self.assertEqual(self.published(), [(TALK, 1), ("app.other", 1), (TALK, 2)])

        def test_a_stream_without_a_namespace_is_not_written_to(self) -> None:
            self.refused(self.streams.write(say, "a", stream="elsewhere.talk"), UnknownStream)

    class Keys(StreamsCase):
        def test_the_same_key_gives_the_first_position_again_and_appends_nothing(self) -> None:
            first = self.say("a", "k1")
            self.say("b", "k2")
            again = self.say("a", "k1")
            self.assertEqual(again, Appended(first.epoch, 1, duplicate=True))
            self.assertEqual(self.texts(), ["a", "b"])
            self.assertEqual(self.say("c").offset, 3)

        def test_nothing_is_published_for_it(self) -> None:
            self.say("a", "k1")
            self.published()
            self.say("a", "k1")
            self.assertEqual(self.published(), [])

        def test_it_is_known_to_every_process(self) -> None:
            self.say("a", "k1")
            self.streams = self.another_process()
            self.assertTrue(self.say("a", "k1").duplicate)

        def test_it_is_known_within_the_same_work(self) -> None:
            def say_twice(log: Log) -> tuple[Appended, Appended]:
                return say(log, "a", "k1"), say(log, "a", "k1")

            first, second = self.get(self.streams.write(say_twice))
            self.assertEqual((first.offset, second.offset, second.duplicate), (1, 1, True))

        def test_each_stream_has_its_own_keys(self) -> None:
            self.say("a", "k1")
            self.assertFalse(self.say("a", "k1", stream="app.other").duplicate)

        def test_a_key_is_for_one_event(self) -> None:
            self.say("a", "k1")
            self.refused(self.streams.write(say, "b", "k1"), KeyReused)
            self.refused(
                self.streams.write(lambda log: log.append(TALK, "shouted", {"text": "a"}, by=ADA, key="k1")), KeyReused
            )
            self.assertEqual(self.say("b").offset, 2)

        def test_an_author_whose_id_was_renewed_is_answered_too(self) -> None:
            first = self.say("a", "k1")
            again = self.get(self.streams.write(say, "a", "k1", BOB))
            self.assertEqual((again.offset, again.duplicate), (first.offset, True))

        def test_the_order_in_which_data_is_written_makes_no_other_event(self) -> None:
            def tell(log: Log, data: dict[str, int]) -> Appended:
                return log.append(TALK, "told", data, by=ADA, key="k1")

            self.get(self.streams.write(tell, {"x": 1, "y": 2}))
            self.assertTrue(self.get(self.streams.write(tell, {"y": 2, "x": 1})).duplicate)

        def test_events_without_a_key_are_all_different(self) -> None:
            self.assertEqual([self.say("a").duplicate, self.say("a").duplicate], [False, False])

    class Redacting(StreamsCase):
        def redact(self, offset: int, stream: str = TALK) -> None:
            self.get(self.streams.write(lambda log: log.redact(stream, offset)))

        def event(self, offset: int, stream: str = TALK) -> Event | None:
            return self.get(self.streams.write(lambda log: log.event(stream, offset)))

        def test_the_words_go_and_the_event_stays(self) -> None:
            for text in "abc":
                self.say(text)
            self.redact(2)
            self.assertEqual(self.texts(), ["a", None, "c"])
            self.assertEqual(self.offsets(), [1, 2, 3])

        def test_its_words_are_nowhere_in_the_database(self) -> None:
            self.say("secret", "k1")
            self.redact(1)
            self.assertNotIn("secret", repr(self.query("SELECT * FROM event") + self.query("SELECT * FROM stream_key")))

        def test_its_key_still_gives_its_position(self) -> None:
            self.say("a", "k1")
            self.redact(1)
            self.assertEqual(self.say("a", "k1").offset, 1)
            self.assertTrue(self.say("not known any more", "k1").duplicate)

        def test_what_is_not_there_cannot_be_redacted_and_harms_nothing(self) -> None:
            self.redact(1, "app.never")
            self.say("a")
            self.redact(7)
            self.assertEqual(self.texts(), ["a"])

        def test_loads_one_event(self) -> None:
            self.say("a")
            self.say("b")
            loaded = self.event(2)
            assert loaded is not None
            self.assertEqual(loaded.data, {"text": "b"})
            self.assertIsNone(self.event(3))
            self.assertIsNone(self.event(0))
            self.assertIsNone(self.event(1, "app.never"))

    class Reading(StreamsCase):
        def say_ten(self) -> None:
            for number in range(1, 11):
                self.say(str(number))

        def test_positions_are_exclusive(self) -> None:
            self.say_ten()
            self.assertEqual(self.offsets(after=7), [8, 9, 10])
            self.assertEqual(self.offsets(before=4), [1, 2, 3])
            self.assertEqual(self.offsets(after=3, before=6), [4, 5])
            self.assertEqual(self.offsets(after=10), [])
            self.assertEqual(self.offsets(after=9, before=2), [])
            self.assertEqual(self.offsets(after=2**53 - 1), [])

        def test_pages_in_both_directions(self) -> None:
            self.say_ten()
            self.assertEqual(self.offsets(after=2, limit=3), [3, 4, 5])
            self.assertEqual(self.offsets(limit=3, reverse=True), [10, 9, 8])
            self.assertEqual(self.offsets(before=8, limit=3, reverse=True), [7, 6, 5])

        def test_says_where_the_stream_is(self) -> None:
            self.say_ten()
            page = self.page(limit=1)
            self.assertEqual((page.head, page.oldest), (10, 1))
            self.assertEqual(page.epoch, page.events[0].epoch)

        def test_a_stream_that_nobody_wrote_to(self) -> None:
            self.assertEqual(self.get(self.streams.read(Range("app.never"))), Page("", 0, 1, []))

        def test_heads(self) -> None:
            self.say_ten()
            epoch = self.page().epoch
            heads = self.get(self.streams.heads(["app.never", TALK]))
            self.assertEqual(heads, {"app.never": Head("", 0), TALK: Head(epoch, 10)})
            self.assertEqual(self.get(self.streams.heads([])), {})

        def test_a_page_of_large_events_is_shorter(self) -> None:
            self.say_ten()
            for _ in range(10):
                self.say("x" * 60_000)
            first = self.offsets(after=10)
            self.assertEqual(first, [11, 12, 13, 14])
            self.assertLess(60_000 * len(first), store.PAGE_BYTES)
            self.assertEqual(self.offsets(after=14), [15, 16, 17, 18])
            self.assertEqual(self.offsets(reverse=True), [20, 19, 18, 17])

        def test_one_event_that_is_larger_than_a_page_is_a_page(self) -> None:
            self.say_ten()
            self.say("x" * (store.PAGE_BYTES + 1))
            self.say("y")
            self.assertEqual(self.offsets(after=10), [11])
            self.assertEqual(self.offsets(after=11), [12])

    class Announcing(StreamsCase):
        def announced(self) -> dict[str, bool]:
            return {name: bool(yes) for name, yes in self.query("SELECT name, announced FROM stream")}

        def pass_time(self, seconds: float) -> None:
            self.clock.advance(seconds)
            self.get(self.streams.sweep())

        def test_an_event_travels_as_it_is_read(self) -> None:
            appended = self.say("a", "k1")
            self.assertEqual(
                self.bus.events,
                [
                    {
                        "stream": TALK,
                        "epoch": appended.epoch,
                        "offset": 1,
                        "time": 1_000_000.0,
                        "by": {"id": "u_ada", "name": "Ada"},
                        "key": "k1",
                        "type": "said",
                        "data": {"text": "a"},
                    }
                ],
            )

        def test_the_writer_does_not_wait_for_the_routers(self) -> None:
            with patch.object(self.bus, "publish_event", never):
                self.assertEqual(self.say("a").offset, 1)
                self.assertEqual(self.say("b").offset, 2)

        def test_what_the_routers_took_is_written_down_after_a_while(self) -> None:
            self.say("a")
            self.assertEqual(self.announced(), {TALK: False})
            self.clock.advance(5.0)
            self.assertEqual(self.announced(), {TALK: True})

        def test_what_was_announced_is_not_announced_again(self) -> None:
            self.say("a")
            self.say("b")
            self.published()
            for _ in range(5):
                self.pass_time(5.0)
            self.assertEqual(self.published(), [])
            self.assertEqual(self.clock.getDelayedCalls(), [])

        def test_what_a_dead_process_did_not_publish_is_found(self) -> None:
            self.bus.broken = True
            for text in "abc":
                self.say(text)
            self.bus.broken = False
            self.streams = self.another_process()
            self.assertEqual(self.published(), [])
            self.pass_time(10.0)
            self.assertEqual(self.published(), [(TALK, 3)])
            self.pass_time(5.0)
            self.pass_time(5.0)
            self.assertEqual(self.published(), [])

        def test_what_is_still_on_its_way_is_left_alone(self) -> None:
            self.bus.broken = True
            self.say("a")
            self.bus.broken = False
            self.pass_time(4.0)
            self.assertEqual(self.published(), [])

        def test_routers_that_stay_away_are_tried_again(self) -> None:
            self.bus.broken = True
            self.say("a")
            for _ in range(5):
                self.pass_time(10.0)
            self.assertEqual(self.announced(), {TALK: False})
            self.bus.broken = False
            self.pass_time(10.0)
            self.assertEqual(self.published(), [(TALK, 1)])

        def test_a_later_event_of_another_process_is_not_taken_for_announced(self) -> None:
            other = self.another_process()
            self.say("a")
            self.bus.broken = True
            self.get(other.write(say, "b"))
            self.bus.broken = False
            self.published()
            self.clock.advance(5.0)  # Writes down that 1 was taken, and 1 is not the newest any more.
            self.pass_time(1.0)
            self.assertEqual(self.published(), [(TALK, 2)])

        def test_answers_of_the_routers_may_come_in_any_order(self) -> None:
            answers: list[Deferred[None]] = []

            async def publish(stream: str, event: dict[str, Any]) -> None:
                answers.append(Deferred())
                await answers[-1]

            with patch.object(self.bus, "publish_event", publish):
                self.say("a")
                self.say("b")
            for answer in reversed(answers):
                answer.callback(None)
            self.clock.advance(5.0)
            self.assertEqual(self.announced(), {TALK: True})

        def test_a_clock_set_back_hides_nothing(self) -> None:
            self.bus.broken = True
            self.say("a")
            self.bus.broken = False
            self.clock.rightNow -= 3600.0
            self.pass_time(0.0)
            self.assertEqual(self.published(), [(TALK, 1)])

        def test_many_streams_are_swept_a_piece_at_a_time(self) -> None:
            self.bus.broken = True
            names = [f"app.s{number}" for number in range(SWEEP + 10)]
            for name in names:
                self.say("a", stream=name)
            for _ in range(2):
                self.pass_time(10.0)
            self.bus.broken = False
            self.pass_time(5.0)
            self.assertEqual(len(self.published()), SWEEP)
            self.pass_time(1.0)
            self.assertEqual(len(self.published()), 10)

        def test_a_repeated_key_after_a_death_before_publishing_brings_the_event_out(self) -> None:
            self.bus.broken = True
            self.say("a", "k1")
            self.bus.broken = False
            self.assertTrue(self.say("a", "k1").duplicate)
            self.pass_time(6.0)
            self.assertEqual(self.published(), [(TALK, 1)])

        def test_what_cannot_be_written_down_is_swept_up(self) -> None:
            self.say("a")
            with patch.object(self.db, "run", lambda *work: fail(Unavailable())):
                self.clock.advance(5.0)
            self.published()
            self.pass_time(5.0)
            self.assertEqual(self.published(), [(TALK, 1)])

        def test_a_work_that_is_run_again_appends_and_publishes_once(self) -> None:
            logs: list[Log] = []

            def work(log: Log) -> Appended:
                logs.append(log)
                return say(log, "a")

            run = self.db.run
            with patch.object(self.db, "run", lambda work: run(twice, work)):
                self.get(self.streams.write(work))
            self.assertEqual((len(logs), self.published(), self.texts()), (2, [(TALK, 1)], ["a"]))

    class Everything(Appending, Keys, Redacting, Reading, Announcing):
        pass


class SqliteStreamsTests(Cases.Everything):
    """Streams on SQLite."""

    database = MemoryDatabase

    def test_the_sweep_reads_no_stream_that_was_announced(self) -> None:
        plans = self.explained(lambda connection: upkeep.unannounced(connection, 0, 1.0, 2.0, SWEEP))
        self.assertIn("SEARCH stream USING INDEX stream_unannounced", plans[0])

    def test_dropping_keys_reads_no_key_whose_event_is_kept(self) -> None:
        plans = self.explained(lambda connection: upkeep.drop_keys(connection, 1.0, 10))
        self.assertIn("INDEX stream_key_expires (expires<?)", " ".join(plans))

    def explained(self, work: Callable[[Connection], object]) -> list[str]:
        """Ask SQLite how it does what a work asks for."""
        asked: list[tuple[str, Any]] = []

        def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: object) -> None:
            asked.append((statement, parameters))

        def explain(connection: Connection) -> list[str]:
            event.listen(connection, "before_cursor_execute", note)
            work(connection)
            event.remove(connection, "before_cursor_execute", note)
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[0][0]}", asked[0][1])
            return [row.detail for row in plan]

        return self.get(awaited(self.db.run(explain)))


class PostgresStreamsTests(Cases.Everything):
    """Streams on PostgreSQL."""

    database = PostgresDatabase


async def never(stream: str, event: dict[str, Any]) -> None:
    """A router that does not answer."""
    await Deferred()


def twice(connection: Connection, work: Callable[[Connection], T]) -> T:
    """Run a work, undo it, and run it again, as storage does after a conflict."""
    connection.exec_driver_sql("SAVEPOINT first")
    work(connection)
    connection.exec_driver_sql("ROLLBACK TO SAVEPOINT first")
    return work(connection)
