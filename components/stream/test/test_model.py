"""The log against a plain list, under whatever hypothesis thinks of, with several writers at once."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from shutil import copy, rmtree
from tempfile import mkdtemp
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import URL, make_url
from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from components.contract import Appended, Author
from components.database import Database
from components.migrate import migrate
from components.settings import Keep, Namespace, Settings
from components.stream.api import KeyReused, Page, Range
from components.stream.retention import Retention
from components.stream.upkeep import KEY_SECONDS
from components.streams import Log, Streams
from tests.support.bus import MemoryBus
from tests.support.postgres import postgres
from tests.support.pump import Pump

T = TypeVar("T")
STREAM = "app.model"
KEPT_EVENTS, KEPT_SECONDS = 12, 7_200.0
KEEP = Keep.model_validate({"events": KEPT_EVENTS, "for": f"{KEPT_SECONDS:.0f}s"})
SETTINGS = Settings(streams=[Namespace(match=STREAM, keep=KEEP)])
WRITERS = 3
OFFSETS = st.none() | st.integers(0, 60)


@dataclass(frozen=True)
class Wish:
    """An append that somebody asks for."""

    writer: int
    key: str | None
    text: str


@dataclass(frozen=True)
class Entry:
    """An event, as the model remembers it; `text` is `None` once it was redacted."""

    offset: int
    time: float
    key: str | None
    text: str | None


@dataclass
class Taken:
    """A key, as the model remembers it; `text` is `None` once it stands for any."""

    offset: int
    text: str | None
    expires: float | None = None


WISHES = st.lists(
    st.builds(Wish, st.integers(0, WRITERS - 1), st.none() | st.sampled_from("abcdef"), st.sampled_from("xyz")),
    min_size=1,
    max_size=8,
)


class Machine(RuleBasedStateMachine):
    """What is done to the log is done to a list, and both answer the same."""

    def url(self) -> URL:
        raise NotImplementedError

    @initialize()
    def open(self) -> None:
        self.events: list[Entry] = []
        self.keys: dict[str, Taken] = {}
        self.head = 0
        self.epoch = ""
        self.pump = Pump()
        self.clock = Clock()
        self.clock.advance(1_000_000.0)
        self.where = self.url()
        self.dbs = [Database(self.where, self.pump) for _ in range(WRITERS)]
        self.retention = Retention(self.dbs[0], self.clock, SETTINGS)

    def teardown(self) -> None:
        for db in getattr(self, "dbs", []):
            self.get(db.close())

    def get(self, deferred: Deferred[T]) -> T:
        return self.pump.result(deferred)

    def streams(self, writer: int) -> Streams:
        return Streams(self.dbs[writer], MemoryBus(), self.clock, SETTINGS)

    @rule(wishes=WISHES)
    def append_at_once(self, wishes: list[Wish]) -> None:
        asked = [Deferred.fromCoroutine(self.streams(wish.writer).write(_say, wish)) for wish in wishes]
        answers = self.get(DeferredList(asked, consumeErrors=True))
        told = list(zip(wishes, answers, strict=True))
        self.note_appended([(wish, answer) for wish, (good, answer) in told if good and not answer.duplicate])
        for wish, (good, answer) in told:
            if not good:
                assert isinstance(answer, Failure) and answer.check(KeyReused), answer
                assert wish.key and self.keys[wish.key].text not in (None, wish.text)
            elif answer.duplicate:
                assert wish.key and self.keys[wish.key].offset == answer.offset
                assert self.keys[wish.key].text in (None, wish.text)

    def note_appended(self, appended: list[tuple[Wish, Appended]]) -> None:
        """Offsets go on where they were, without a hole, in whatever order the processes got through."""
        for wish, answer in sorted(appended, key=lambda told: told[1].offset):
            self.head += 1
            self.epoch = self.epoch or answer.epoch
            assert (answer.epoch, answer.offset) == (self.epoch, self.head)
            self.events.append(Entry(self.head, self.clock.seconds(), wish.key, wish.text))
            if wish.key:
                assert wish.key not in self.keys
                self.keys[wish.key] = Taken(self.head, wish.text)

    @rule(after=OFFSETS, before=OFFSETS, limit=st.integers(1, 20), reverse=st.booleans(), reader=st.integers(0, 2))
    def read(self, after: int | None, before: int | None, limit: int, reverse: bool, reader: int) -> None:
        page = self.page(Range(STREAM, after, before, limit, reverse), reader)
        lowest, highest = after or 0, 2**53 if before is None else before
        expected = [event for event in self.events if lowest < event.offset < highest]
        expected = expected[::-1][:limit] if reverse else expected[:limit]
        assert _entries(page) == expected

    @precondition(lambda self: self.events)
    @rule(data=st.data(), writer=st.integers(0, WRITERS - 1))
    def redact(self, data: st.DataObject, writer: int) -> None:
        index = data.draw(st.integers(0, len(self.events) - 1))
        event = self.events[index]
        self.get(Deferred.fromCoroutine(self.streams(writer).write(_redact, event.offset)))
        self.events[index] = replace(event, text=None)
        if event.key:
            self.keys[event.key].text = None

    @rule(seconds=st.sampled_from([1.0, 3_600.0, 50_000.0, KEY_SECONDS]))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule()
    def retain(self) -> None:
        self.get(Deferred.fromCoroutine(self.retention.round()))
        now = self.clock.seconds()
        kept = self.events[-KEPT_EVENTS:]
        while kept and kept[0].time < now - KEPT_SECONDS:
            kept = kept[1:]
        for event in self.events[: len(self.events) - len(kept)]:
            if event.key:
                self.keys[event.key].expires = event.time + KEY_SECONDS
        self.events = kept
        self.keys = {key: taken for key, taken in self.keys.items() if taken.expires is None or taken.expires > now}

    @rule(writer=st.integers(1, WRITERS - 1))
    def restart(self, writer: int) -> None:
        self.get(self.dbs[writer].close())
        self.dbs[writer] = Database(self.where, self.pump)

    @invariant()
    def everybody_sees_the_same_end(self) -> None:
        if not hasattr(self, "dbs"):
            return
        page = self.page(Range(STREAM, limit=300), self.head % WRITERS)
        oldest = self.events[0].offset if self.events else self.head + 1
        assert (page.epoch, page.head, page.oldest) == (self.epoch, self.head, oldest)
        assert _entries(page) == self.events

    def page(self, wanted: Range, reader: int) -> Page:
        return self.get(Deferred.fromCoroutine(self.streams(reader).read(wanted)))


def _say(log: Log, wish: Wish) -> Appended:
    return log.append(STREAM, "said", {"text": wish.text}, by=Author("u_ada", "Ada"), key=wish.key)


def _redact(log: Log, offset: int) -> None:
    log.redact(STREAM, offset)


def _entries(page: Page) -> list[Entry]:
    return [Entry(event.offset, event.time, event.key, event.data.get("text")) for event in page.events]


class SqliteMachine(Machine):
    """The log in a file."""

    def url(self) -> URL:
        self.folder = Path(mkdtemp())
        copy(_tables(), self.folder / "log.sqlite")
        return make_url(f"sqlite:///{self.folder}/log.sqlite")

    def teardown(self) -> None:
        super().teardown()
        rmtree(getattr(self, "folder", ""), ignore_errors=True)


class PostgresMachine(Machine):
    """The log on a server."""

    def url(self) -> URL:
        return postgres().borrow()

    def teardown(self) -> None:
        super().teardown()
        if hasattr(self, "where"):
            postgres().give_back(self.where)


@cache
def _tables() -> Path:
    path = Path(mkdtemp()) / "tables.sqlite"
    migrate(f"sqlite:///{path}")
    return path


_quiet: Any = {"deadline": None, "suppress_health_check": list(HealthCheck)}
SqliteModelTests = SqliteMachine.TestCase
SqliteModelTests.settings = settings(max_examples=30, stateful_step_count=30, **_quiet)
PostgresModelTests = PostgresMachine.TestCase
PostgresModelTests.settings = settings(max_examples=8, stateful_step_count=20, **_quiet)
