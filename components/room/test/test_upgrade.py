"""Rooms of a version before moderation, presence, search and the rest go on with all that they had."""

from collections.abc import Awaitable
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, make_url, text
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from components.contract import Caller
from components.database import Database
from components.engines import Sqlite, backend_of
from components.migrate import upgrade
from components.room import api
from components.room.component import Rooms
from components.room.mine import Own
from components.streams import Streams
from tests.support.bus import MemoryBus
from tests.support.database import DatabaseAtOnce
from tests.support.postgres import postgres
from tests.support.router import SETTINGS

T = TypeVar("T")
ADA, BOB, EVE = (Caller(f"u_{name.lower()}", "guest", name) for name in ("Ada", "Bob", "Eve"))
THEN = 1_780_000_000.0


def fill(connection: Connection) -> None:
    """Write what the version before wrote: a lobby, and a room in which two people said something."""

    def run(statement: str, **values: object) -> None:
        connection.execute(text(statement), values)

    for room in ("lobby", "team"):
        run("INSERT INTO room (name, title, created) VALUES (:room, :title, 1)", room=room, title=room.title())
        for person in (ADA, BOB):
            since = THEN + (1 if person is BOB else 0)
            run(
                "INSERT INTO room_member (room, person, name, since) VALUES (:room, :person, :name, :since)",
                **{"room": room, "person": person.id, "name": person.name, "since": since},
            )
    run(
        "INSERT INTO stream (id, name, epoch, head, oldest, announced)"
        " VALUES (1, 'openline.room.team', 'e', 5, 1, :yes)",
        yes=True,
    )
    said = [
        ("message_posted", ADA, {"text": "we moor at noon"}, 1, False),
        ("message_posted", BOB, {"text": "see https://example.com/tides"}, 2, False),
        ("message_posted", ADA, {"text": "gone"}, 3, True),
        ("message_edited", BOB, {"message": 2, "text": "see `tides`"}, 2, False),
        ("message_deleted", ADA, {"message": 3}, None, True),
    ]
    for offset, (type, by, data, message, deleted) in enumerate(said, 1):
        words = orjson.dumps(data).decode()
        run(
            'INSERT INTO event (stream, "offset", "time", by_id, by_name, key, type, size, data)'
            " VALUES (1, :offset, :time, :id, :name, NULL, :type, :size, :data)",
            **{"offset": offset, "time": THEN + offset, "id": by.id, "name": by.name},
            **{"type": type, "size": len(words), "data": words},
        )
        if message is not None:
            run(
                'INSERT INTO room_words (room, "offset", message, author, deleted)'
                " VALUES ('team', :offset, :message, :author, :deleted)",
                **{"offset": offset, "message": message, "author": by.id, "deleted": deleted},
            )


class UpgradeTests:
    """What holds whatever database is below."""

    def database(self) -> Database:
        raise NotImplementedError

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(THEN + 100)
        self.db = self.database()
        self.addCleanup(self.db.close)  # type: ignore[attr-defined]
        self.rooms = Rooms(self.db, Streams(self.db, MemoryBus(), self.clock, SETTINGS), MemoryBus(), self.clock)
        self.get(self.rooms.prepare())

    def get(self, coroutine: Awaitable[T]) -> T:
        async def run() -> T:
            return await coroutine

        return self.successResultOf(Deferred.fromCoroutine(run()))  # type: ignore[attr-defined, no-any-return]

    def room(self, caller: Caller, name: str = "team") -> Any:
        found = self.get(self.rooms.list_rooms(caller, api.Everything())).rooms
        return next(room for room in found if room.room == name)

    def own(self, caller: Caller) -> api.Own:
        mine = self.get(Own(self.db, MemoryBus()).mine(caller, api.Everything()))
        return next(own for own in mine.rooms if own.room == "team")

    def test_rooms_are_public_and_who_came_first_owns_them(self) -> None:
        room = self.room(ADA)
        assert (room.title, room.kind, room.archived) == ("Team", "public", False)
        assert (room.role, self.room(BOB).role, self.room(ADA, "lobby").role) == ("owner", "member", "member")

    def test_nothing_that_was_said_before_is_unread(self) -> None:
        before = self.own(BOB)
        assert (before.unread, before.active) == (0, THEN + 5)
        self.get(self.rooms.post(ADA, api.Post("team", "new")))
        assert self.own(BOB).unread == 1

    def test_what_was_said_is_found_as_it_is_said_now(self) -> None:
        def found(query: str) -> list[int]:
            return [result.offset for result in self.get(self.rooms.search(ADA, api.Search(query))).results]

        assert (found("moor"), found("tides"), found("gone"), found("example")) == ([1], [2], [], [])
        assert (found("has:code"), found("has:link"), found("from:bob")) == ([2], [], [2])

    def test_who_was_no_member_may_join(self) -> None:
        assert self.get(self.rooms.join(EVE, api.Which("team"))).room == "team"


class SqliteUpgradeTests(UpgradeTests, SynchronousTestCase):
    """SQLite."""

    def database(self) -> Database:
        backend = Sqlite(make_url(f"sqlite:///file:{self.id()}?mode=memory&cache=shared&uri=true"))
        self.kept = backend.writer()
        self.addCleanup(self.kept.dispose)
        return upgraded(backend)


class PostgresUpgradeTests(UpgradeTests, SynchronousTestCase):
    """PostgreSQL, a server of our own."""

    def database(self) -> Database:
        url = postgres().database()
        self.addCleanup(postgres().drop, url)
        return upgraded(backend_of(url))


def upgraded(backend: Any) -> Database:
    """Make the tables of the version before, fill them, and bring them up to date."""
    engine = backend.writer()
    with engine.begin() as connection:
        upgrade(connection, "0003")
        fill(connection)
        upgrade(connection)
    return DatabaseAtOnce(backend)
