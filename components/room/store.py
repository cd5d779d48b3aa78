"""Rooms, members and whose message is whose. Each function works inside its caller's transaction."""

from collections.abc import Mapping, Sequence
from typing import cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    RowMapping,
    Table,
    Text,
    and_,
    func,
    or_,
    select,
)

from components.contract import Author

from . import markers
from .api import Browse, Member, NoSuchMessage, NoSuchRoom, Role, Room, stream_of
from .rules import Message

METADATA = MetaData()
ROOM = Table(
    "room",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("kind", Text, nullable=False, default="public"),
    Column("subject", Text, nullable=False, default=""),
    Column("description", Text, nullable=False, default=""),
    Column("archived", Boolean, nullable=False, default=False),
    Column("slow", Integer, nullable=False, default=0),
    Column("words", Text, nullable=False, default=""),
    Column("circle", Text),
    Column("active", Float, nullable=False, default=0.0),
    Index("room_of_circle", "circle", unique=True),
)
"""`slow` is in seconds; a search goes over `words`; `circle` stands for the people of a direct room; `active` is when
something was last said."""
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
INVITED = Table(
    "room_invited",
    METADATA,
    Column("room", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("by_id", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("at", Float, nullable=False),
)
"""Who may join a room into which not everybody may, until they do."""
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


def add(connection: Connection, room: str, title: str, now: float, **more: object) -> None:
    row = {"name": room, "title": title, "created": now, "subject": "", "description": "", **more}
    connection.execute(ROOM.insert().values(**row, words=_words(title, room, str(row["subject"]))))


def change(connection: Connection, room: str, different: Mapping[str, object]) -> None:
    """Give a room other words, or another pace, or archive it."""
    connection.execute(ROOM.update().where(ROOM.c.name == room).values(**different))
    found = connection.execute(select(ROOM).where(ROOM.c.name == room)).one()
    connection.execute(ROOM.update().where(ROOM.c.name == room).values(words=_words(found.title, room, found.subject)))


def _words(title: str, name: str, subject: str) -> str:
    """Write down by what a room is found."""
    return f"{title} {name} {subject}".casefold()


def load(connection: Connection, room: str, asker: str) -> Room:
    """Load a room as one person sees it, who may see it."""
    found = _rooms(connection, asker, ROOM.c.name == room)
    if not found or not (found[0].kind == "public" or found[0].joined or found[0].invited):
        raise NoSuchRoom(room=room)
    return found[0]


def look(connection: Connection, room: str, asker: str) -> Room:
    """Load a room whether they may see it or not: for what is decided, not for what is answered."""
    found = _rooms(connection, asker, ROOM.c.name == room)
    if not found:
        raise NoSuchRoom(room=room)
    return found[0]


def load_all(connection: Connection, asker: str) -> list[Room]:
    """Load every room that one person sees, by title."""
    rooms = _rooms(connection, asker, or_(ROOM.c.kind == "public", _MINE.c.role.is_not(None), _ASKED.c.at.is_not(None)))
    return sorted(rooms, key=lambda room: (room.title, room.room))


def names(connection: Connection) -> list[str]:
    """Name every room that there is."""
    return list(connection.execute(select(ROOM.c.name)).scalars())


def browse(connection: Connection, asker: str, wanted: Browse) -> list[Room]:
    """Load public rooms by title: one more than wanted, where there are more."""
    where = [ROOM.c.kind == "public", ROOM.c.words.contains(wanted.words.casefold().strip(), autoescape=True)]
    if not wanted.archived:
        where.append(ROOM.c.archived.is_(False))
    if wanted.after is not None:
        after = select(ROOM.c.title).where(ROOM.c.name == wanted.after).scalar_subquery()
        where.append(or_(ROOM.c.title > after, and_(ROOM.c.title == after, ROOM.c.name > wanted.after)))
    return _rooms(connection, asker, and_(*where), wanted.limit + 1)


_MINE = MEMBER.alias("mine")
_ASKED = INVITED.alias("asked")
_COUNT = select(func.count()).where(MEMBER.c.room == ROOM.c.name).scalar_subquery()


def _rooms(connection: Connection, asker: str, which: ColumnElement[bool], limit: int | None = None) -> list[Room]:
    """Load rooms as one person sees them. A direct one is called as the others in it are."""
    mine = and_(_MINE.c.room == ROOM.c.name, _MINE.c.person == asker)
    asked = and_(_ASKED.c.room == ROOM.c.name, _ASKED.c.person == asker)
    query = (
        select(ROOM, _COUNT.label("members"), _MINE.c.role, _ASKED.c.at)
        .select_from(ROOM.outerjoin(_MINE, mine).outerjoin(_ASKED, asked))
        .where(which)
        .order_by(ROOM.c.title, ROOM.c.name)
        .limit(limit)
    )
    rows = list(connection.execute(query).mappings())
    titles = called(connection, asker, [row["name"] for row in rows if row["kind"] == "direct"])
    return [_room(row, titles.get(row["name"], row["title"])) for row in rows]


def _room(row: RowMapping, title: str) -> Room:
    words = {name: row[name] for name in ("members", "kind", "subject", "description", "archived", "slow", "role")}
    joined, invited = row["role"] is not None, row["at"] is not None
    return Room(row["name"], title, stream_of(row["name"]), joined=joined, invited=invited and not joined, **words)


def called(connection: Connection, asker: str, rooms: Sequence[str]) -> dict[str, str]:
    """Name the others in direct rooms."""
    query = select(MEMBER.c.room, MEMBER.c.name).where(MEMBER.c.room.in_(rooms), MEMBER.c.person != asker)
    names: dict[str, list[str]] = {}
    for room, name in connection.execute(query.order_by(MEMBER.c.name)) if rooms else ():
        names.setdefault(room, []).append(name)
    return {room: ", ".join(others) for room, others in names.items()}


def is_member(connection: Connection, room: str, person: str) -> bool:
    """Say whether a person has joined a room, which must be there for them: others' private rooms are not."""
    mine = and_(MEMBER.c.room == ROOM.c.name, MEMBER.c.person == person)
    query = select(MEMBER.c.person, ROOM.c.kind).select_from(ROOM.outerjoin(MEMBER, mine)).where(ROOM.c.name == room)
    row = connection.execute(query).first()
    if row is None or (row[0] is None and row[1] != "public"):
        raise NoSuchRoom(room=room)
    return row[0] is not None


_MEMBERS = select(MEMBER.c.person, MEMBER.c.name, MEMBER.c.since, MEMBER.c.role)


def role_of(connection: Connection, room: str, person: str) -> Role | None:
    """Say what somebody is in a room: `owner`, `moderator`, `member`, or nothing."""
    query = select(MEMBER.c.role).where(MEMBER.c.room == room, MEMBER.c.person == person)
    return cast(Role | None, connection.execute(query).scalar())


def member(connection: Connection, room: str, person: str) -> Member | None:
    """Load one member of a room, if they are one."""
    row = connection.execute(_MEMBERS.where(MEMBER.c.room == room, MEMBER.c.person == person)).first()
    return Member(*row) if row else None


def members(connection: Connection, room: str) -> list[Member]:
    """List who has joined a room, first come first."""
    query = _MEMBERS.where(MEMBER.c.room == room).order_by(MEMBER.c.since, MEMBER.c.person)
    return [Member(*row) for row in connection.execute(query)]


def member_ids(connection: Connection, room: str) -> list[str]:
    """List the ids of all who have joined a room; none where there is no such room."""
    return list(connection.execute(select(MEMBER.c.person).where(MEMBER.c.room == room)).scalars())


def add_member(connection: Connection, room: str, member: Member) -> None:
    values = {"person": member.id, "name": member.name, "since": member.since, "role": member.role}
    connection.execute(MEMBER.insert().values(room=room, **values))
    markers.begin(connection, member.id, room, newest(connection, room))


def of_circle(connection: Connection, circle: str) -> str | None:
    """Find the direct room of some people."""
    return connection.execute(select(ROOM.c.name).where(ROOM.c.circle == circle)).scalar()


def invite(connection: Connection, room: str, person: str, by: Author, now: float) -> None:
    connection.execute(INVITED.insert().values(room=room, person=person, by_id=by.id, by_name=by.name, at=now))


def uninvite(connection: Connection, room: str, person: str) -> None:
    connection.execute(INVITED.delete().where(INVITED.c.room == room, INVITED.c.person == person))


def set_role(connection: Connection, room: str, person: str, role: Role) -> None:
    connection.execute(MEMBER.update().where(MEMBER.c.room == room, MEMBER.c.person == person).values(role=role))


def acquaintances(connection: Connection, of: str) -> dict[str, str]:
    """Name everybody who shares a room with somebody, by their ids."""
    rooms = select(MEMBER.c.room).where(MEMBER.c.person == of)
    query = select(MEMBER.c.person, MEMBER.c.name).where(MEMBER.c.room.in_(rooms)).order_by(MEMBER.c.since)
    return {person: name for person, name in connection.execute(query) if person != of}


def remove_member(connection: Connection, room: str, person: str) -> None:
    connection.execute(MEMBER.delete().where(MEMBER.c.room == room, MEMBER.c.person == person))


def newest(connection: Connection, room: str) -> int:
    """Find where the newest words of a room stand in the log; 0 where nothing was said."""
    return connection.execute(select(func.max(WORDS.c.offset)).where(WORDS.c.room == room)).scalar() or 0


def stir(connection: Connection, room: str, now: float) -> None:
    """Note that something was said."""
    connection.execute(ROOM.update().where(ROOM.c.name == room).values(active=now))


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
