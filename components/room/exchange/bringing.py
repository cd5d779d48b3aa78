"""Bring a room in: in small transactions, so that nobody who talks waits; it is there for people once it is whole.

Until then its `kind` is `importing`, which nobody sees. One that was not finished is taken away and begun again.
"""

from collections.abc import Callable, Sequence
from secrets import token_hex

import orjson
from sqlalchemy import Connection, delete, func, select

from components.contract import Author
from components.room import markers, message_store, store
from components.room.api import stream_of
from components.room.deeds import DEED
from components.room.message_store import MENTION, PIN, REACTION
from components.room.sanctions import SANCTION
from components.room.search import index
from components.room.store import INVITED, MEMBER, ROOM, WORDS
from components.stream.store import EVENT, KEY, STREAM

from .form import BadLine, DeedLine, EventLine, InvitedLine, Line, MemberLine, RoomLine, SanctionLine

UNFINISHED = "importing"
CHUNK = 200
"""How many events one transaction takes."""
SWEPT = 2_000
"""How many rows of an unfinished room one transaction takes away."""


def clash(connection: Connection, room: RoomLine, name: str) -> str | None:
    """Say what is in the way of a room, if anything is."""
    row = connection.execute(select(ROOM.c.kind).where(ROOM.c.name == name)).first()
    if row is not None and row.kind != UNFINISHED and not _is_untouched(connection, name):
        return f"there is a room {name} already: give this one another name with --as {room.name}=…"
    other = store.of_circle(connection, room.circle) if room.circle else None
    return f"its people have a direct room already, {other}" if other else None


def is_here(connection: Connection, name: str, mark: str) -> bool:
    """Say whether a room was brought in from the same file before, whatever happened in it since."""
    there = select(KEY.c.offset).join(STREAM, STREAM.c.id == KEY.c.stream)
    return connection.execute(there.where(STREAM.c.name == stream_of(name), KEY.c.key == mark)).first() is not None


def _is_untouched(connection: Connection, name: str) -> bool:
    """Say whether a room, such as a new node's lobby, has neither people nor words."""
    head = connection.execute(select(STREAM.c.head).where(STREAM.c.name == stream_of(name))).scalar() or 0
    people = connection.execute(select(func.count()).where(MEMBER.c.room == name)).scalar_one()
    return head <= 1 and not people


def sweep(connection: Connection, name: str) -> bool:
    """Take away some of an unfinished or untouched room, and say whether there is more."""
    stream = connection.execute(select(STREAM.c.id).where(STREAM.c.name == stream_of(name))).scalar()
    if stream is not None:
        some = select(EVENT.c.offset).where(EVENT.c.stream == stream).limit(SWEPT)
        if connection.execute(delete(EVENT).where(EVENT.c.stream == stream, EVENT.c.offset.in_(some))).rowcount:
            return True
        connection.execute(delete(KEY).where(KEY.c.stream == stream))
        connection.execute(delete(STREAM).where(STREAM.c.id == stream))
    if index.forget(connection, name, 2**53, SWEPT):
        return True
    for table in (WORDS, REACTION, PIN, MENTION, markers.MINE, MEMBER, INVITED, SANCTION, DEED):
        connection.execute(delete(table).where(table.c.room == name))
    connection.execute(delete(ROOM).where(ROOM.c.name == name))
    return False


def begin(connection: Connection, room: RoomLine, name: str) -> None:
    """Keep a room that nobody sees yet."""
    words = {"subject": room.subject, "description": room.description, "archived": room.archived, "slow": room.slow}
    store.add(connection, name, room.title, room.created, kind=UNFINISHED, **words)
    row = {"name": stream_of(name), "epoch": token_hex(6), "head": room.head, "oldest": room.oldest}
    connection.execute(STREAM.insert().values(**row, announced=True))


def add_events(connection: Connection, name: str, events: Sequence[EventLine]) -> None:
    """Keep some events, and what follows from them."""
    stream = connection.execute(select(STREAM.c.id).where(STREAM.c.name == stream_of(name))).scalar_one()
    rows = [_row(stream, event) for event in events]
    connection.execute(EVENT.insert(), rows)
    keys = [{"stream": stream, "key": one.key, "offset": one.offset} for one in events if one.key is not None]
    if keys:
        connection.execute(KEY.insert(), keys)
    words = [row for event in events if (row := _words(name, event))]
    if words:
        connection.execute(WORDS.insert(), words)
    for event in events:
        if follow := _FOLLOWS.get(event.type):
            follow(connection, name, event)


def finish(connection: Connection, room: RoomLine, name: str, state: Sequence[Line], mark: str) -> None:
    """Keep who is in the room, and let people see it. `mark`, among the keys of its log, says what it came from."""
    stream = connection.execute(select(STREAM.c.id).where(STREAM.c.name == stream_of(name))).scalar_one()
    connection.execute(KEY.insert().values(stream=stream, key=mark, offset=room.head))
    for line in state:
        _add_state(connection, name, line)
    values = {"kind": room.type, "active": room.active, "circle": room.circle}
    connection.execute(ROOM.update().where(ROOM.c.name == name).values(**values))


def _add_state(connection: Connection, name: str, line: Line) -> None:
    table = {MemberLine: MEMBER, InvitedLine: INVITED, SanctionLine: SANCTION, DeedLine: DEED}[type(line)]
    row = {key: value for key, value in vars(line).items() if key != "kind"}
    connection.execute(table.insert().values(room=name, **row))
    if isinstance(line, MemberLine):
        markers.begin(connection, line.person, name, store.newest(connection, name))


def _row(stream: int, event: EventLine) -> dict[str, object]:
    data = orjson.dumps(event.data)
    about = {"stream": stream, "offset": event.offset, "time": event.time, "key": event.key, "type": event.type}
    return {**about, "by_id": event.by.id, "by_name": event.by.name, "size": len(data), "data": data.decode()}


def _words(room: str, event: EventLine) -> dict[str, object] | None:
    """Note where words stand in the log, if these are some. A message without any was deleted."""
    message = event.offset if event.type == "message_posted" else event.data.get("message", event.of)
    if event.type not in ("message_posted", "message_edited") or message is None:
        return None
    deleted = event.type == "message_posted" and "text" not in event.data
    return {"room": room, "offset": event.offset, "message": message, "author": event.by.id, "deleted": deleted}


def _posted(connection: Connection, room: str, event: EventLine) -> None:
    if "text" not in event.data:
        return
    if "mentions" in event.data:
        _mention(connection, room, event.offset, event)
    index.add(connection, index.Said(room, event.offset, event.time, event.by, event.data["text"]))


def _edited(connection: Connection, room: str, event: EventLine) -> None:
    message = event.data.get("message", event.of)
    if message is not None and "text" in event.data:
        _mention(connection, room, message, event)
        index.change(connection, room, message, event.data["text"])


def _deleted(connection: Connection, room: str, event: EventLine) -> None:
    message = event.data["message"]
    store.mark_deleted(connection, room, message)
    message_store.forget(connection, room, message)
    index.remove(connection, room, message)


def _reacted(connection: Connection, room: str, event: EventLine) -> None:
    message, emoji = event.data["message"], event.data["emoji"]
    message_store.add_reaction(connection, room, message, emoji, event.by.id, event.offset)


def _unreacted(connection: Connection, room: str, event: EventLine) -> None:
    message_store.remove_reaction(connection, room, event.data["message"], event.data["emoji"], event.by.id)


def _pinned(connection: Connection, room: str, event: EventLine) -> None:
    by = Author(event.by.id, event.by.name)
    message_store.add_pin(connection, room, event.data["message"], event.offset, by, event.time)


def _unpinned(connection: Connection, room: str, event: EventLine) -> None:
    message_store.remove_pin(connection, room, event.data["message"])


def _mention(connection: Connection, room: str, message: int, event: EventLine) -> None:
    message_store.set_mentions(connection, room, message, event.data.get("mentions", []), event.by.id)


_FOLLOWS: dict[str, Callable[[Connection, str, EventLine], None]] = {
    "message_posted": _posted,
    "message_edited": _edited,
    "message_deleted": _deleted,
    "reacted": _reacted,
    "unreacted": _unreacted,
    "pinned": _pinned,
    "unpinned": _unpinned,
}


class Order:
    """What is checked of a file as a whole: its lines come in order, and its offsets have no holes."""

    def __init__(self) -> None:
        self.room: RoomLine | None = None
        self._next = 0
        self._seen: set[object] = set()

    def take(self, line: Line) -> None:
        """Take the next line. Raises `BadLine`."""
        if isinstance(line, RoomLine) != (self.room is None):
            raise BadLine("expected the room first, and once")
        if isinstance(line, RoomLine):
            self.room, self._next = line, line.oldest
        elif isinstance(line, EventLine):
            self._event(line)
        elif self.room and self._next != self.room.oldest:
            raise BadLine("expected this before the events")
        else:
            self._once(_name(line))

    def end(self) -> None:
        """Say that there are no more lines."""
        if self.room is None:
            raise BadLine("it is empty")
        if self._next != self.room.head + 1:
            raise BadLine(f"it ends before the event at {self.room.head}, the last one of the room")

    def _event(self, line: EventLine) -> None:
        if self.room is None or line.offset != self._next or line.offset > self.room.head:
            raise BadLine(f"expected the event at offset {self._next}")
        self._next += 1
        about = line.data.get("message", line.of)
        if about is not None and about >= line.offset:
            raise BadLine("it is about a message that comes later")
        if line.key is not None:
            self._once(("key", line.key))

    def _once(self, name: object) -> None:
        key = hash(name)
        if key in self._seen:
            raise BadLine("it stands there twice")
        self._seen.add(key)


def _name(line: Line) -> object:
    if isinstance(line, DeedLine):
        return ("deed", line.number)
    what = getattr(line, "what", "")
    return (type(line).__name__, getattr(line, "person", ""), what)
