"""What became of messages after they were said, for who reads in the middle of a room."""

from dataclasses import dataclass

from sqlalchemy import Connection, Table, select

from components.contract import Caller, InvalidArgument, Route
from components.database import Database
from components.streams import Streams

from . import api, message_store, rules, store


@dataclass(frozen=True)
class Changes:
    """Edits, reactions and pins, wherever they stand in the log."""

    db: Database
    streams: Streams

    def routes(self) -> list[Route]:
        return [api.CHANGES.by(self.changes)]

    async def changes(self, caller: Caller, span: api.Span) -> api.Changed:
        """Give the newest events about some messages that stand behind all of them, and which marks they have."""
        if not 0 <= span.last - span.first < api.MAX_SPAN:
            raise InvalidArgument(f"Ask for 1 to {api.MAX_SPAN} offsets at once.", field="last")
        words, marks = await self.db.read(_offsets, span, caller)
        later = sorted(offset for offset in words | marks if offset > span.last)[-api.MAX_CHANGES :]
        return api.Changed(await self.streams.events(api.stream_of(span.room), later), sorted(marks))


def _offsets(connection: Connection, span: api.Span, caller: Caller) -> tuple[set[int], set[int]]:
    """Find where the texts of messages stand, and what is put on them."""
    rules.must_be_member(store.is_member(connection, span.room, caller.id))
    words = dict(sorted(_of(connection, store.WORDS, span)))
    marks = (_of(connection, table, span) for table in (message_store.REACTION, message_store.PIN))
    return set(words.values()), {offset for found in marks for _, offset in found}


def _of(connection: Connection, table: Table, span: api.Span) -> list[tuple[int, int]]:
    query = select(table.c.message, table.c.offset).where(table.c.room == span.room)
    rows = connection.execute(query.where(table.c.message.between(span.first, span.last)))
    return [(message, offset) for message, offset in rows]
