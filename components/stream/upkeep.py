"""The upkeep of streams in SQL: which were not announced, and what is kept no longer."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, or_, select, tuple_, update

from components.contract import Event

from .store import EVENT, EVENT_COLUMNS, KEY, STREAM, event_of

KEY_SECONDS = 86_400.0
"""How long a key is known at least."""


def mark_announced(connection: Connection, newest: Mapping[str, int]) -> None:
    """Note that the routers have these events, where they are still the newest."""
    query = update(STREAM).where(STREAM.c.name == bindparam("stream"), STREAM.c.head == bindparam("offset"))
    taken = [{"stream": name, "offset": offset} for name, offset in sorted(newest.items())]
    connection.execute(query.values(announced=True), taken)


def unannounced(
    connection: Connection, after: int, earlier: float, later: float, limit: int
) -> list[tuple[int, Event]]:
    """Load the newest events that nobody may know of, each with its stream's id, unless they are from just now.

    Reads no stream but the unannounced ones. An event from the future was written before a clock was set back.
    """
    query = (
        select(STREAM.c.id, STREAM.c.name, STREAM.c.epoch, *EVENT_COLUMNS)
        .join_from(STREAM, EVENT, (EVENT.c.stream == STREAM.c.id) & (EVENT.c.offset == STREAM.c.head))
        .where(STREAM.c.announced.is_(False), STREAM.c.id > after, or_(EVENT.c.time < earlier, EVENT.c.time > later))
        .order_by(STREAM.c.id)
        .limit(limit)
    )
    return [(id, event_of(name, epoch, row)) for id, name, epoch, *row in connection.execute(query)]


@dataclass(frozen=True)
class Tail:
    """The oldest end of a stream; `time` is that of its oldest event, if any is kept."""

    id: int
    stream: str
    head: int
    oldest: int
    time: float | None


def tails(connection: Connection, after: int, limit: int) -> list[Tail]:
    """Load the tails of some streams, by id."""
    query = (
        select(STREAM.c.id, STREAM.c.name, STREAM.c.head, STREAM.c.oldest, EVENT.c.time)
        .select_from(STREAM.outerjoin(EVENT, (EVENT.c.stream == STREAM.c.id) & (EVENT.c.offset == STREAM.c.oldest)))
        .where(STREAM.c.id > after)
        .order_by(STREAM.c.id)
        .limit(limit)
    )
    return [Tail(*row) for row in connection.execute(query)]


def times(connection: Connection, stream: int, limit: int) -> list[tuple[int, float]]:
    """Load the offsets and times of the oldest events of a stream."""
    query = select(EVENT.c.offset, EVENT.c.time).where(EVENT.c.stream == stream).order_by(EVENT.c.offset).limit(limit)
    return [(offset, time) for offset, time in connection.execute(query)]


def cut(connection: Connection, stream: int, first: int) -> None:
    """Forget the events before an offset. Their keys stay until they are old enough."""
    before = (EVENT.c.stream == stream, EVENT.c.offset < first)
    row = update(STREAM).where(STREAM.c.id == stream)
    connection.execute(row.values(oldest=first, announced=or_(STREAM.c.announced, STREAM.c.head < first)))
    expires = select(EVENT.c.time + KEY_SECONDS).where(EVENT.c.stream == stream, EVENT.c.offset == KEY.c.offset)
    keys = select(EVENT.c.key).where(*before, EVENT.c.key.is_not(None))
    cut_off = update(KEY).where(KEY.c.stream == stream, KEY.c.key.in_(keys))
    connection.execute(cut_off.values(expires=expires.scalar_subquery()))
    connection.execute(delete(EVENT).where(*before))


def drop_keys(connection: Connection, now: float, limit: int) -> int:
    """Forget keys whose time is over, and say how many."""
    over = select(KEY.c.stream, KEY.c.key).where(KEY.c.expires <= now).limit(limit)
    return connection.execute(delete(KEY).where(tuple_(KEY.c.stream, KEY.c.key).in_(over))).rowcount
