"""Take a room out: as it is at one moment, and then its events, a page at a time. Keeps nobody from writing."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, select

from components.contract import Event
from components.room.api import stream_of
from components.room.deeds import DEED
from components.room.sanctions import SANCTION
from components.room.store import INVITED, MEMBER, ROOM, WORDS
from components.stream import store as streams
from components.stream.api import MAX_PAGE, Range

from .form import DeedLine, EventLine, InvitedLine, Line, MemberLine, RoomLine, SanctionLine

T = TypeVar("T")
Transact = Callable[[Callable[[Connection], T]], T]
"""Runs something in a transaction of its own."""
_TABLES: tuple[tuple[str, Select[Any], Callable[..., Line]], ...] = (
    ("member", select(MEMBER).order_by(MEMBER.c.since, MEMBER.c.person), MemberLine),
    ("invited", select(INVITED).order_by(INVITED.c.person), InvitedLine),
    ("sanction", select(SANCTION).order_by(SANCTION.c.person, SANCTION.c.what), SanctionLine),
    ("deed", select(DEED).order_by(DEED.c.number), DeedLine),
)


def names(connection: Connection) -> list[str]:
    """Name every room that is whole, in the order in which they are exported."""
    query = select(ROOM.c.name).where(ROOM.c.kind.in_(("public", "private", "direct"))).order_by(ROOM.c.name)
    return list(connection.execute(query).scalars())


def state(connection: Connection, room: str) -> list[Line]:
    """Load a room as it is, without its events."""
    row = connection.execute(select(ROOM).where(ROOM.c.name == room)).one()
    page = streams.read(connection, Range(stream_of(room), after=0, limit=1))
    words = {name: getattr(row, name) for name in ("title", "subject", "description", "archived", "slow", "circle")}
    about = {"created": row.created, "active": row.active, "oldest": page.oldest, "head": page.head}
    lines: list[Line] = [RoomLine("room", name=room, type=row.kind, **words, **about)]
    for kind, query, made in _TABLES:
        found = connection.execute(query.where(query.selected_columns["room"] == room)).mappings()
        lines += [made(kind, **{name: value for name, value in one.items() if name != "room"}) for one in found]
    return lines


def events(transact: Transact[Any], room: str, head: int) -> Iterator[EventLine]:
    """Read the events up to a position, a page in each transaction."""
    after = 0
    while page := transact(partial(_page, room=room, after=after, head=head)):
        yield from page
        after = page[-1].offset


def _page(connection: Connection, room: str, after: int, head: int) -> list[EventLine]:
    wanted = Range(stream_of(room), after=after, before=head + 1, limit=MAX_PAGE)
    found = streams.read(connection, wanted).events
    return [_line(connection, room, event) for event in found]


def _line(connection: Connection, room: str, event: Event) -> EventLine:
    of = None
    if event.type == "message_edited" and not event.data:
        where = (WORDS.c.room == room, WORDS.c.offset == event.offset)
        of = connection.execute(select(WORDS.c.message).where(*where)).scalar()
    return EventLine("event", event.offset, event.time, event.by, event.key, event.type, event.data, of)
