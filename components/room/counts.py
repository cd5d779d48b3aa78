"""How much of their rooms people have not read: counted by an index, and no further than people want to know."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, literal, select, update

from .api import MOST_UNREAD, Own
from .markers import MINE
from .mentions import mentions
from .store import MEMBER, ROOM, WORDS

_JOINED = and_(MEMBER.c.room == MINE.c.room, MEMBER.c.person == MINE.c.person)
_NEWEST = func.coalesce(
    select(func.max(WORDS.c.offset)).where(WORDS.c.room == MINE.c.room).correlate(MINE).scalar_subquery(), 0
)
_SAID = (WORDS.c.message == WORDS.c.offset, WORDS.c.deleted.is_(False))
"""Of words that posted a message which is still there."""


def all_of(connection: Connection, person: str) -> list[Own]:
    """Load every room that somebody has joined, as they have it; the one where something was said last comes first."""
    return sorted(_own(connection, person), key=lambda own: (-own.active, own.room))


def one_of(connection: Connection, person: str, room: str) -> Own:
    """Load one room of somebody who has joined it."""
    (own,) = _own(connection, person, MINE.c.room == room)
    return own


def read_all(connection: Connection, person: str) -> None:
    """Note that somebody has read everything in the rooms that they have joined."""
    mine = update(MINE).where(MINE.c.person == person, exists().where(_JOINED).correlate(MINE))
    connection.execute(mine.where(MINE.c.read < _NEWEST).values(read=_NEWEST))


def _own(connection: Connection, person: str, *which: ColumnElement[bool]) -> list[Own]:
    query = (
        select(MINE.c.room, _NEWEST, MINE.c.read, _unread(person), mentions(person), ROOM.c.active, ROOM.c.created)
        .add_columns(MINE.c.favourite, MINE.c.muted, MINE.c.level)
        .select_from(MINE.join(MEMBER, _JOINED).join(ROOM, ROOM.c.name == MINE.c.room))
        .where(MINE.c.person == person, *which)
    )
    return [_as_own(*row) for row in connection.execute(query)]


def _as_own(room: str, *row: Any) -> Own:
    head, read, unread, named, active, created, *wanted = row
    return Own(room, head, read, unread, named, max(active, created), *wanted)


def _unread(person: str) -> ColumnElement[int]:
    """Count the messages of others that somebody has not read."""
    others = (WORDS.c.room == MINE.c.room, WORDS.c.offset > MINE.c.read, WORDS.c.author != person)
    some = select(literal(1)).where(*others, *_SAID).limit(MOST_UNREAD).correlate(MINE).subquery()
    return select(func.count()).select_from(some).scalar_subquery()
