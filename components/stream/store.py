"""Streams in SQL. Each function works inside its caller's transaction.

Whoever changes a stream updates its row first, and so waits for all others who do: offsets have no holes.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from secrets import token_hex
from typing import Any, cast

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    bindparam,
    insert,
    select,
    text,
    update,
)

from components.contract import MAX_OFFSET, Appended, Author, Event

from .api import Head, KeyReused, Page, Range

PAGE_BYTES = 256 * 1024
"""The most data in one page, unless its first event alone is larger."""

_NOTHING: Mapping[str, Any] = {}

METADATA = MetaData()
STREAM = Table(
    "stream",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("head", BigInteger, nullable=False),
    Column("oldest", BigInteger, nullable=False),
    Column("announced", Boolean, nullable=False),
)
"""`announced` says that every router is known to have taken the newest event."""
EVENT = Table(
    "event",
    METADATA,
    Column("stream", Integer, primary_key=True),
    Column("offset", BigInteger, primary_key=True),
    Column("time", Float, nullable=False),
    Column("by_id", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("key", Text),
    Column("type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("data", Text, nullable=False),
)
"""`data` is JSON, and `size` how many bytes of it there are."""
KEY = Table(
    "stream_key",
    METADATA,
    Column("stream", Integer, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("offset", BigInteger, nullable=False),
    Column("digest", LargeBinary),
    Column("expires", Float),
)
"""`digest` tells a repetition from another event, until the event is redacted; `expires` is set once it is cut."""

_ADVANCE = (
    update(STREAM)
    .where(STREAM.c.name == bindparam("stream"))
    .values(head=STREAM.c.head + 1, announced=False)
    .returning(STREAM.c.id, STREAM.c.epoch, STREAM.c.head)
)
_STEP_BACK = update(STREAM).where(STREAM.c.id == bindparam("stream")).values(head=STREAM.c.head - 1)
_CREATE = text(
    "INSERT INTO stream (name, epoch, head, oldest, announced) VALUES (:name, :epoch, 0, 1, true)"
    " ON CONFLICT (name) DO NOTHING"
)
_CLAIM = text(
    'INSERT INTO stream_key (stream, "key", "offset", digest) VALUES (:stream, :key, :offset, :digest)'
    " ON CONFLICT DO NOTHING"
)
_CLAIMED = select(KEY.c.offset, KEY.c.digest).where(KEY.c.stream == bindparam("stream"), KEY.c.key == bindparam("key"))
_INSERT = insert(EVENT)
_FIND = select(STREAM.c.id, STREAM.c.epoch, STREAM.c.head, STREAM.c.oldest).where(STREAM.c.name == bindparam("name"))
EVENT_COLUMNS = (
    EVENT.c.offset,
    EVENT.c.time,
    EVENT.c.by_id,
    EVENT.c.by_name,
    EVENT.c.key,
    EVENT.c.type,
    EVENT.c.data,
)


def append(
    connection: Connection,
    stream: str,
    type: str,
    data: Mapping[str, Any],
    by: Author,
    key: str | None,
    now: float,
    derived: Mapping[str, Any] = _NOTHING,
) -> tuple[Appended, Event | None]:
    """Append an event, unless its key was taken before. Raises `KeyReused` if that was for a different event.

    `derived` becomes a part of the data that makes no event a different one.
    """
    id, epoch, offset = _advance(connection, stream)
    if key is not None and (first := _claim(connection, id, key, offset, _digest(type, data))):
        # The stream stays unannounced: who repeats a key may do so since its first writer died before publishing.
        connection.execute(_STEP_BACK, {"stream": id})
        return Appended(epoch, first, duplicate=True), None
    data = {**data, **derived}
    written = orjson.dumps(data)
    row = {"stream": id, "offset": offset, "time": now, "by_id": by.id, "by_name": by.name, "key": key, "type": type}
    connection.execute(_INSERT, {**row, "size": len(written), "data": written.decode()})
    event = Event(stream, epoch, offset, now, by, key, type, data)
    return Appended(epoch, offset, duplicate=False), event


def _advance(connection: Connection, stream: str) -> tuple[int, str, int]:
    """Take the next offset of a stream, which from now on is ours until the transaction ends."""
    row = connection.execute(_ADVANCE, {"stream": stream}).one_or_none()
    if row is None:
        connection.execute(_CREATE, {"name": stream, "epoch": token_hex(6)})
        row = connection.execute(_ADVANCE, {"stream": stream}).one()
    return cast(tuple[int, str, int], row)


def _claim(connection: Connection, stream: int, key: str, offset: int, digest: bytes) -> int | None:
    """Take a key for an offset, or find the offset that it was taken for."""
    values = {"stream": stream, "key": key, "offset": offset, "digest": digest}
    if connection.execute(_CLAIM, values).rowcount:
        return None
    first, known = connection.execute(_CLAIMED, {"stream": stream, "key": key}).one()
    if known not in (None, digest):
        raise KeyReused
    return cast(int, first)


def _digest(type: str, data: Mapping[str, Any]) -> bytes:
    """Boil down what makes two events the same one. Not their author: a guest whose token was renewed has a new id."""
    return blake2b(orjson.dumps([type, data], option=orjson.OPT_SORT_KEYS), digest_size=16).digest()


def redact(connection: Connection, stream: str, offset: int) -> None:
    """Take an event's data out of the log; the event stays."""
    found = connection.execute(_FIND, {"name": stream}).one_or_none()
    if found is None:
        return
    where = (EVENT.c.stream == found.id, EVENT.c.offset == offset)
    key = connection.execute(update(EVENT).where(*where).values(data="{}", size=2).returning(EVENT.c.key)).scalar()
    if key is not None:
        connection.execute(update(KEY).where(KEY.c.stream == found.id, KEY.c.key == key).values(digest=None))


def event(connection: Connection, stream: str, offset: int) -> Event | None:
    """Load one event, if it is still kept."""
    page = read(connection, Range(stream, after=offset - 1, limit=1)) if offset else None
    return next((event for event in page.events if event.offset == offset), None) if page else None


def heads(connection: Connection, names: Iterable[str]) -> dict[str, Head]:
    """Load the newest position of each stream."""
    names = list(names)
    query = select(STREAM.c.name, STREAM.c.epoch, STREAM.c.head).where(STREAM.c.name.in_(names))
    found = {name: Head(epoch, head) for name, epoch, head in connection.execute(query)}
    return {name: found.get(name, Head("", 0)) for name in names}


def read(connection: Connection, wanted: Range) -> Page:
    """Load a page: as many events as were asked for, or fewer where they are large."""
    stream = connection.execute(_FIND, {"name": wanted.stream}).one_or_none()
    if stream is None:
        return Page("", 0, 1, [])
    rows = connection.execute(_ROWS[wanted.reverse], _bounds(connection, stream.id, wanted))
    events = [event_of(wanted.stream, stream.epoch, row) for row in rows]
    return Page(stream.epoch, stream.head, stream.oldest, events)


def _bounds(connection: Connection, stream: int, wanted: Range) -> dict[str, int]:
    """Find the first and last offset of a page, by the sizes of its events alone."""
    after = 0 if wanted.after is None else wanted.after
    before = MAX_OFFSET if wanted.before is None else wanted.before
    bounds = {"stream": stream, "after": after, "before": before}
    total = 0
    taken: list[int] = []
    for offset, size in connection.execute(_SIZES[wanted.reverse], {**bounds, "limit": wanted.limit}):
        total += size
        if taken and total > PAGE_BYTES:
            break
        taken.append(offset)
    if not taken:
        return {**bounds, "after": MAX_OFFSET}
    return {"stream": stream, "after": min(taken) - 1, "before": max(taken) + 1}


def _between(*columns: Column[Any], reverse: bool) -> Select[Any]:
    order = EVENT.c.offset.desc() if reverse else EVENT.c.offset
    return (
        select(*columns)
        .where(
            EVENT.c.stream == bindparam("stream"),
            EVENT.c.offset > bindparam("after"),
            EVENT.c.offset < bindparam("before"),
        )
        .order_by(order)
    )


_ROWS = {reverse: _between(*EVENT_COLUMNS, reverse=reverse) for reverse in (False, True)}
_SIZES = {
    reverse: _between(EVENT.c.offset, EVENT.c.size, reverse=reverse).limit(bindparam("limit"))
    for reverse in (False, True)
}


def event_of(stream: str, epoch: str, row: Sequence[Any]) -> Event:
    """Make an event of the values of `EVENT_COLUMNS`."""
    offset, time, by_id, by_name, key, type, data = row
    return Event(stream, epoch, offset, time, Author(by_id, by_name), key, type, orjson.loads(data))
