"""What belongs to messages: reactions, pins and mentions. Each function works inside its caller's transaction."""

from sqlalchemy import BigInteger, Column, ColumnElement, Connection, Float, Index, MetaData, Table, Text, func, select

from components.contract import Author

from .mentioning import ROOM, Mentions

METADATA = MetaData()
REACTION = Table(
    "room_reaction",
    METADATA,
    Column("room", Text, primary_key=True),
    Column("message", BigInteger, primary_key=True),
    Column("emoji", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("offset", BigInteger, nullable=False),
)
"""`offset` is that of the event that tells of it."""
PIN = Table(
    "room_pin",
    METADATA,
    Column("room", Text, primary_key=True),
    Column("message", BigInteger, primary_key=True),
    Column("offset", BigInteger, nullable=False),
    Column("by_id", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("time", Float, nullable=False),
)
MENTION = Table(
    "room_mention",
    METADATA,
    Column("room", Text, primary_key=True),
    Column("offset", BigInteger, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("author", Text, nullable=False),
    Index("room_mention_of_person", "room", "person", "offset"),
)
"""Whom a message, at its offset, mentions as it is now. The person `*` is everybody but its author."""
EVERYBODY = "*"


def reaction(connection: Connection, room: str, message: int, emoji: str, person: str) -> int | None:
    """Find the event by which somebody reacted so, if they did."""
    where = _of(REACTION, room, message, emoji=emoji, person=person)
    return connection.execute(select(REACTION.c.offset).where(*where)).scalar()


def add_reaction(connection: Connection, room: str, message: int, emoji: str, person: str, offset: int) -> None:
    remove_reaction(connection, room, message, emoji, person)
    values = {"room": room, "message": message, "emoji": emoji, "person": person, "offset": offset}
    connection.execute(REACTION.insert().values(**values))


def remove_reaction(connection: Connection, room: str, message: int, emoji: str, person: str) -> None:
    connection.execute(REACTION.delete().where(*_of(REACTION, room, message, emoji=emoji, person=person)))


def emoji_of(connection: Connection, room: str, message: int) -> set[str]:
    """Find the different emoji that a message has."""
    query = select(REACTION.c.emoji).where(*_of(REACTION, room, message)).distinct()
    return set(connection.execute(query).scalars())


def pin(connection: Connection, room: str, message: int) -> int | None:
    """Find the event by which a message was pinned, if it is."""
    return connection.execute(select(PIN.c.offset).where(*_of(PIN, room, message))).scalar()


def add_pin(connection: Connection, room: str, message: int, offset: int, by: Author, now: float) -> None:
    remove_pin(connection, room, message)
    values = {"room": room, "message": message, "offset": offset, "by_id": by.id, "by_name": by.name, "time": now}
    connection.execute(PIN.insert().values(**values))


def remove_pin(connection: Connection, room: str, message: int) -> None:
    connection.execute(PIN.delete().where(*_of(PIN, room, message)))


def count_pins(connection: Connection, room: str) -> int:
    return connection.execute(select(func.count()).where(PIN.c.room == room)).scalar_one()


def pins(connection: Connection, room: str) -> list[tuple[int, Author, float]]:
    """List what is pinned to a room, by whom and when; what was pinned last comes first."""
    query = select(PIN.c.message, PIN.c.by_id, PIN.c.by_name, PIN.c.time).where(PIN.c.room == room)
    rows = connection.execute(query.order_by(PIN.c.offset.desc()))
    return [(message, Author(id, name), time) for message, id, name, time in rows]


def set_mentions(connection: Connection, room: str, message: int, mentions: Mentions, author: str) -> None:
    """Note whom a message mentions, in place of whom it did before. Nobody mentions themselves."""
    connection.execute(MENTION.delete().where(MENTION.c.room == room, MENTION.c.offset == message))
    people = [EVERYBODY] if mentions == ROOM else mentions
    rows = [{"room": room, "offset": message, "person": person, "author": author} for person in people]
    if rows:
        connection.execute(MENTION.insert(), rows)


def forget(connection: Connection, room: str, message: int) -> None:
    """Forget all that belongs to a message which was deleted."""
    for table in (REACTION, PIN):
        connection.execute(table.delete().where(*_of(table, room, message)))
    set_mentions(connection, room, message, [], "")


def _of(table: Table, room: str, message: int, **more: str) -> list[ColumnElement[bool]]:
    exact = [table.c[name] == value for name, value in more.items()]
    return [table.c.room == room, table.c.message == message, *exact]
