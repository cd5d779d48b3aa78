"""Rooms, members and whose message is whose. Each function works inside its caller's transaction."""

from typing import cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    func,
    select,
)

from .api import Member, NoSuchMessage, NoSuchRoom, Role, Room, stream_of
from .rules import Message

METADATA = MetaData()
ROOM = Table(
    "room",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("kind", Text, nullable=False, default="public"),
    Column("topic", Text, nullable=False, default=""),
    Column("description", Text, nullable=False, default=""),
    Column("archived", Boolean, nullable=False, default=False),
    Column("slow", Integer, nullable=False, default=0),
    Column("circle", Text),
    Index("room_of_circle", "circle", unique=True),
)
"""`slow` is in seconds; `circle` names the people of a direct room."""
MEMBER = Table(
    "room_member",
    METADATA,
    Column("room", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("since", Float, nullable=False),
    Column("role", Text, nullable=False, default="member"),
    Column("spoke", Float, nullable=False, default=0.0),
    Index("room_member_of_person", "person"),
)
"""`spoke` is when they spoke last, as long as the room is slow."""
WORDS = Table(
    "room_words",
    METADATA,
    Column("room", Text, primary_key=True),
    Column("offset", BigInteger, primary_key=True),
    Column("message", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("deleted", Boolean, nullable=False, default=False),
    Index("room_words_of_message", "room", "message"),
)
"""Where the words of each message stand in the log: its post (`offset` = `message`) and its edits."""


def exists(connection: Connection, room: str) -> bool:
    return connection.execute(select(ROOM.c.name).where(ROOM.c.name == room)).first() is not None


def add(connection: Connection, room: str, title: str, now: float) -> None:
    connection.execute(ROOM.insert().values(name=room, title=title, created=now))


def load(connection: Connection, room: str, asker: str) -> Room:
    """Load a room as one person sees it."""
    found = _rooms(connection, asker, room)
    if not found:
        raise NoSuchRoom(room=room)
    return found[0]


def load_all(connection: Connection, asker: str) -> list[Room]:
    """Load every room as one person sees it, by title."""
    return _rooms(connection, asker)


def _rooms(connection: Connection, asker: str, room: str | None = None) -> list[Room]:
    members = func.count(MEMBER.c.person)
    joined = func.coalesce(func.sum((MEMBER.c.person == asker).cast(Integer)), 0)
    query = (
        select(ROOM.c.name, ROOM.c.title, members, joined)
        .select_from(ROOM.outerjoin(MEMBER, MEMBER.c.room == ROOM.c.name))
        .group_by(ROOM.c.name, ROOM.c.title)
        .order_by(ROOM.c.title, ROOM.c.name)
    )
    if room is not None:
        query = query.where(ROOM.c.name == room)
    return [Room(name, title, stream_of(name), n, mine > 0) for name, title, n, mine in connection.execute(query)]


def is_member(connection: Connection, room: str, person: str) -> bool:
    """Say whether a person has joined a room, which must be there."""
    mine = and_(MEMBER.c.room == ROOM.c.name, MEMBER.c.person == person)
    query = select(MEMBER.c.person).select_from(ROOM.outerjoin(MEMBER, mine)).where(ROOM.c.name == room)
    row = connection.execute(query).first()
    if row is None:
        raise NoSuchRoom(room=room)
    return row[0] is not None


def role_of(connection: Connection, room: str, person: str) -> Role | None:
    """Say what somebody is in a room: `owner`, `moderator`, `member`, or nothing."""
    query = select(MEMBER.c.role).where(MEMBER.c.room == room, MEMBER.c.person == person)
    return cast(Role | None, connection.execute(query).scalar())


def member(connection: Connection, room: str, person: str) -> Member | None:
    """Load one member of a room, if they are one."""
    query = select(MEMBER.c.person, MEMBER.c.name, MEMBER.c.since)
    row = connection.execute(query.where(MEMBER.c.room == room, MEMBER.c.person == person)).first()
    return Member(*row) if row else None


def members(connection: Connection, room: str) -> list[Member]:
    """List who has joined a room, first come first."""
    query = select(MEMBER.c.person, MEMBER.c.name, MEMBER.c.since).where(MEMBER.c.room == room)
    return [Member(*row) for row in connection.execute(query.order_by(MEMBER.c.since, MEMBER.c.person))]


def add_member(connection: Connection, room: str, member: Member, role: Role = "member") -> None:
    row = MEMBER.insert().values(room=room, person=member.id, name=member.name, since=member.since, role=role)
    connection.execute(row)


def remove_member(connection: Connection, room: str, person: str) -> None:
    connection.execute(MEMBER.delete().where(MEMBER.c.room == room, MEMBER.c.person == person))


def add_words(connection: Connection, room: str, offset: int, message: int, author: str) -> None:
    """Note where new words of a message stand in the log."""
    connection.execute(WORDS.insert().values(room=room, offset=offset, message=message, author=author))


def message(connection: Connection, room: str, offset: int) -> Message:
    """Load what the rules need of the message that was posted at an offset."""
    query = select(WORDS.c.author, WORDS.c.deleted).where(
        WORDS.c.room == room, WORDS.c.offset == offset, WORDS.c.message == offset
    )
    row = connection.execute(query).first()
    if row is None:
        raise NoSuchMessage(room=room, offset=offset)
    return Message(*row)


def words(connection: Connection, room: str, message: int) -> list[int]:
    """Find where the words of a message stand in the log."""
    query = select(WORDS.c.offset).where(WORDS.c.room == room, WORDS.c.message == message)
    return list(connection.execute(query).scalars())


def mark_deleted(connection: Connection, room: str, message: int) -> None:
    where = (WORDS.c.room == room, WORDS.c.offset == message)
    connection.execute(WORDS.update().where(*where).values(deleted=True))
