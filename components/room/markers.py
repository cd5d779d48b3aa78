"""What each person has of a room: how far they have read, and what they want of it. Inside its caller's transaction."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Connection, Float, Integer, MetaData, Table, Text, select, text

from .api import Notices, Quiet

METADATA = MetaData()
MINE = Table(
    "room_mine",
    METADATA,
    Column("person", Text, primary_key=True),
    Column("room", Text, primary_key=True),
    Column("read", BigInteger, nullable=False),
    Column("favourite", Boolean, nullable=False),
    Column("muted", Boolean, nullable=False),
    Column("level", Text, nullable=False),
)
"""Of every member, and of who was one: what they wanted of a room holds when they come back."""
NOTICES = Table(
    "room_notices",
    METADATA,
    Column("person", Text, primary_key=True),
    Column("level", Text, nullable=False),
    Column("sound", Boolean, nullable=False),
    Column("starts", Integer),
    Column("ends", Integer),
    Column("zone", Text),
    Column("paused", Float, nullable=False),
)
"""Of who ever changed theirs. `starts`, `ends` and `zone` are of the quiet hours, if there are any."""

_BEGIN = text(
    "INSERT INTO room_mine (person, room, read, favourite, muted, level)"
    " VALUES (:person, :room, 0, false, false, 'default') ON CONFLICT DO NOTHING"
)
_QUIET = (NOTICES.c.starts, NOTICES.c.ends, NOTICES.c.zone)


def begin(connection: Connection, person: str, room: str, newest: int) -> None:
    """Begin to count for somebody who joins: what was said before is not new to them."""
    connection.execute(_BEGIN, {"person": person, "room": room})
    advance(connection, person, room, newest)


def advance(connection: Connection, person: str, room: str, upto: int) -> bool:
    """Note how far somebody has read, and say whether that is farther than before. It never goes back."""
    behind = (MINE.c.person == person, MINE.c.room == room, MINE.c.read < upto)
    return connection.execute(MINE.update().where(*behind).values(read=upto)).rowcount > 0


def prefer(connection: Connection, person: str, room: str, different: Mapping[str, Any]) -> None:
    """Note what somebody wants of a room."""
    if different:
        mine = (MINE.c.person == person, MINE.c.room == room)
        connection.execute(MINE.update().where(*mine).values(**different))


def notices(connection: Connection, person: str) -> Notices:
    """Load of what somebody wants to be notified."""
    query = select(NOTICES.c.level, NOTICES.c.sound, NOTICES.c.paused, *_QUIET).where(NOTICES.c.person == person)
    row = connection.execute(query).first()
    if row is None:
        return Notices()
    quiet = None if row.starts is None else Quiet(row.starts, row.ends, row.zone)
    return Notices(row.level, row.sound, quiet, row.paused)


def keep_notices(connection: Connection, person: str, wanted: Notices) -> None:
    """Note of what somebody wants to be notified, in place of what they wanted before."""
    quiet = {} if wanted.quiet is None else vars(wanted.quiet)
    connection.execute(NOTICES.delete().where(NOTICES.c.person == person))
    row = {"person": person, "level": wanted.level, "sound": wanted.sound, "paused": wanted.paused, **quiet}
    connection.execute(NOTICES.insert().values(**row))
