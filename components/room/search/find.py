"""Find messages: one query that also decides whose rooms are looked into. Works inside its caller's transaction."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, not_, or_, select, table, text
from sqlalchemy import column as named

from components.contract import Author
from components.room.api import Hit, Place, Results, Search
from components.room.store import MEMBER, ROOM, called

from .index import SAID, index_of
from .query import Query, Side
from .snippet import snippet

SECONDS = 2.0
"""How long one search may keep the database busy."""


def find(connection: Connection, asker: str, asked: Search, query: Query) -> Results:
    """Find the newest messages that fit, in rooms that the asker is a member of now."""
    with index_of(connection).patience(connection, SECONDS):
        older = _older(connection, asker, asked.before) if asked.before else []
        rows = list(_rows(connection, asker, asked, query, older))
    titles = called(connection, asker, [row.room for row in rows if row.kind == "direct"])
    found = [_hit(row, titles.get(row.room, row.title), query) for row in rows[: asked.limit]]
    last = found[-1] if len(rows) > asked.limit else None
    return Results(found, Place(last.room, last.offset, last.time) if last else None)


def _rows(
    connection: Connection, asker: str, asked: Search, query: Query, older: Iterable[ColumnElement[bool]]
) -> Iterable[Any]:
    index = index_of(connection)
    has_words, values = index.condition(query)
    mine = and_(MEMBER.c.room == SAID.c.room, MEMBER.c.person == asker)
    from_ = SAID.join(MEMBER, mine).join(ROOM, ROOM.c.name == SAID.c.room)
    order: Any = SAID.c.id
    if has_words:
        kept = table("room_search_words", named(index.id))
        from_ = kept.join(from_, kept.c[index.id] == SAID.c.id)
        order = kept.c[index.id]
    wanted = (
        select(SAID, ROOM.c.title, ROOM.c.kind)
        .select_from(from_)
        .where(*_conditions(asker, asked, query), *older)
        .order_by(order.desc())
        .limit(asked.limit + 1)
    )
    return connection.execute(wanted.where(text(has_words)) if has_words else wanted, values if has_words else {})


def _conditions(asker: str, asked: Search, query: Query) -> Iterator[ColumnElement[bool]]:
    """Say what must hold besides the words."""
    if asked.room is not None:
        yield SAID.c.room == asked.room
    if query.since is not None:
        yield SAID.c.time >= query.since
    if query.until is not None:
        yield SAID.c.time < query.until
    yield from _of_side(query.wanted, asker)
    for unwanted in _of_side(query.unwanted, asker):
        yield not_(unwanted)


def _of_side(side: Side, asker: str) -> Iterator[ColumnElement[bool]]:
    if side.mine:
        yield SAID.c.author == asker
    if side.rooms:
        yield or_(*(_is_called(room) for room in side.rooms))
    for thing in sorted(side.things):
        yield SAID.c[thing]


def _is_called(room: str) -> ColumnElement[bool]:
    title = or_(ROOM.c.title == room, func.lower(ROOM.c.title) == room.lower())
    return or_(SAID.c.room == room.lower(), title)


def _older(connection: Connection, asker: str, place: Place) -> list[ColumnElement[bool]]:
    """Say what comes after a result that was shown, also where it has been deleted, or its room left, since."""
    mine = exists().where(MEMBER.c.room == SAID.c.room, MEMBER.c.person == asker)
    same = select(SAID.c.id).where(SAID.c.room == place.room, SAID.c.message == place.offset, mine)
    next_one = select(func.min(SAID.c.id)).where(SAID.c.time >= place.time)
    id = connection.execute(same).scalar() or connection.execute(next_one).scalar()
    return [] if id is None else [SAID.c.id < id]


def _hit(row: Any, title: str, query: Query) -> Hit:
    shown = snippet(f"{row.text} {row.names}".strip(), query.wanted.phrases)
    by = Author(row.author, row.author_name)
    return Hit(row.room, title, row.kind, row.message, row.time, by, shown.text, shown.marks)
