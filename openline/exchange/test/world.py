"""Rooms for tests of exports: on a real database, with their component; exports lie in memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from typing import IO, Any

from sqlalchemy import Connection, Table, select
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from components.contract import Caller, Procedure
from components.room import api
from components.room.component import Rooms
from components.room.deeds import DEED
from components.room.message_store import MENTION, PIN, REACTION
from components.room.sanctions import SANCTION
from components.room.search.index import SAID
from components.room.store import INVITED, MEMBER, ROOM, WORDS
from components.settings import Rate, RoomRules
from components.streams import Streams
from openline.exchange import bring, take
from tests.support.bus import MemoryBus
from tests.support.router import SETTINGS

TABLES = (ROOM, MEMBER, INVITED, SANCTION, DEED, WORDS, REACTION, PIN, MENTION, SAID)
_ACCIDENTAL = {"id", "words"}
"""Columns that may be others in another database: what we number ourselves, and what follows from the rest."""


class Memory:
    """An export in memory: a sink and a source."""

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self.files = files or {}

    @contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        kept = BytesIO(self.files.get(name, b""))
        yield kept
        self.files[name] = kept.getvalue()

    def names(self) -> list[str]:
        return list(self.files)

    def lines(self, room: str) -> list[bytes]:
        return self.files[f"rooms/{room}.jsonl"].splitlines(keepends=True)


class World:
    """A node's database, and the room component on it."""

    def __init__(self, db: Any) -> None:
        self.db, self.clock = db, Clock()
        self.clock.advance(1_000_000.0)
        rules = RoomRules(rate=Rate(per_second=1_000, burst=100_000))
        streams = Streams(db, MemoryBus(), self.clock, SETTINGS)
        self.rooms = Rooms(db, streams, MemoryBus(), self.clock, rules)
        result(self.rooms.prepare())

    def do(self, caller: Caller, procedure: Procedure[Any, Any], **asked: Any) -> Any:
        """Ask the component for something. Raises its refusal."""
        self.clock.advance(1.25)
        answer = next(route.answer for route in self.rooms.routes() if route.procedure is procedure)
        return result(answer(caller, procedure.request(**asked)))

    def transact(self, work: Callable[[Connection], Any]) -> Any:
        return result(self.db.run(work))

    def export(self, *rooms: str) -> Memory:
        taken = Memory()
        take.rooms(self.transact, rooms or None, taken)
        return taken

    def bring(self, export: Memory, **renamed: str) -> None:
        bring.bring(self.transact, export, bring.plan(self.transact, export, renamed))

    def refused(self, export: Memory, **renamed: str) -> list[str]:
        """Why an export is not brought in."""
        try:
            bring.plan(self.transact, export, renamed)
        except bring.Refused as refused:
            return refused.reasons
        raise AssertionError("it was not refused")

    def rows(self, *tables: Table) -> dict[str, list[str]]:
        """What stands in some tables, whatever its order."""
        return {table.name: self.transact(partial(_rows, table=table)) for table in tables or TABLES}


def result(waiting: Any) -> Any:
    """Take the result of something that is done at once."""
    found: list[Any] = []
    done = waiting if isinstance(waiting, Deferred) else Deferred.fromCoroutine(waiting)
    done.addBoth(found.append)
    if hasattr(found[0], "raiseException"):
        found[0].raiseException()
    return found[0]


def _rows(connection: Connection, table: Table) -> list[str]:
    columns = [column for column in table.c if column.name not in _ACCIDENTAL]
    return sorted(str(tuple(row)) for row in connection.execute(select(*columns)))


ADA, BOB, CLEO = (Caller(f"u_{name.lower()}", "guest", name) for name in ("Ada", "Bob", "Cleo"))
PEOPLE = (ADA, BOB, CLEO)
LOBBY = api.LOBBY
