"""Which files there are, whose, and on which message. Each function works inside its caller's transaction.

The bytes are elsewhere (`blobs.py`), and never without a row: it is there before the first of them, as `arriving`, and
goes after the last, as `gone`. So whatever dies in between, the rows say what is left to be removed (`keeping.py`).

For who takes rooms in and out (import and export): `of_room` lists what a room has, `blobs.read(file.id)` gives the
bytes, `Attachments.bring` takes some in, and `attach` hangs them on a message.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
    Row,
    Table,
    Text,
    func,
    select,
)

from .api import File
from .rules import Use

METADATA = MetaData()
FILE = Table(
    "room_file",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("room", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("message", BigInteger),
    Column("place", Integer, nullable=False, default=0),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False, default=""),
    Column("size", BigInteger, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("thumb", Boolean, nullable=False, default=False),
    Index("room_file_of_message", "room", "message"),
    Index("room_file_of_person", "person", "state"),
    Index("room_file_in_state", "state", "at"),
)
"""`state` is `arriving`, `ready` or `gone`; `place` is the order within a message. `size` is that of what is kept."""
SENT = Table(
    "room_file_sent",
    METADATA,
    Column("person", Text, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("bytes", BigInteger, nullable=False),
)
"""How much somebody has sent on a day, counted from 1970 in UTC, also of what was removed since."""
DAY = 86_400.0


@dataclass(frozen=True)
class Kept:
    """A file as it is kept: `message` is the offset of the one that shows it, if there is one yet."""

    file: File
    room: str
    person: str
    state: str
    at: float
    message: int | None


def use(connection: Connection, person: str, now: float) -> Use:
    """Sum up what somebody has sent; what is still arriving counts as arrived."""
    mine = (FILE.c.person == person, FILE.c.message.is_(None), FILE.c.state != "gone")
    pending = connection.execute(select(func.count()).where(*mine)).scalar_one()
    arriving = select(func.coalesce(func.sum(FILE.c.size), 0)).where(*mine, FILE.c.state == "arriving")
    sent = select(SENT.c.bytes).where(SENT.c.person == person, SENT.c.day == int(now // DAY))
    today = (connection.execute(sent).scalar() or 0) + int(connection.execute(arriving).scalar_one())
    return Use(pending, today)


def begin(connection: Connection, id: str, room: str, person: str, name: str, size: int, now: float) -> None:
    """Note that bytes will arrive."""
    row = {"id": id, "room": room, "person": person, "name": name, "size": size}
    connection.execute(FILE.insert().values(**row, state="arriving", at=now))


def find(connection: Connection, id: str) -> Kept | None:
    """Load what is not gone."""
    row = connection.execute(select(FILE).where(FILE.c.id == id, FILE.c.state != "gone")).first()
    return _kept(row) if row else None


def finish(connection: Connection, file: File, sent: int, now: float) -> bool:
    """Note what the bytes became, and how many were sent. False if nobody waits for them any more."""
    values = {"name": file.name, "type": file.type, "size": file.size, "thumb": file.thumb}
    there = FILE.update().where(FILE.c.id == file.id, FILE.c.state == "arriving")
    ready = there.values(**values, width=file.width, height=file.height, state="ready", at=now)
    person = connection.execute(ready.returning(FILE.c.person)).scalar()
    if person is not None:
        _count(connection, person, int(now // DAY), sent)
    return person is not None


def _count(connection: Connection, person: str, day: int, size: int) -> None:
    same = (SENT.c.person == person, SENT.c.day == day)
    if not connection.execute(SENT.update().where(*same).values(bytes=SENT.c.bytes + size)).rowcount:
        connection.execute(SENT.insert().values(person=person, day=day, bytes=size))


def attachable(connection: Connection, room: str, person: str, ids: Sequence[str]) -> list[File]:
    """Load those of some files that somebody may put on a message now, in their order."""
    if not ids:
        return []
    mine = (FILE.c.room == room, FILE.c.person == person, FILE.c.message.is_(None), FILE.c.state == "ready")
    rows = connection.execute(select(FILE).where(FILE.c.id.in_(ids), *mine))
    found = {row.id: _file(row) for row in rows}
    return [found[id] for id in ids if id in found]


def attach(connection: Connection, room: str, message: int, ids: Sequence[str]) -> None:
    """Put files on a message: from now on they stay as long as it does."""
    for place, id in enumerate(ids):
        connection.execute(
            FILE.update().where(FILE.c.id == id, FILE.c.room == room).values(message=message, place=place)
        )


def of_message(connection: Connection, room: str, message: int) -> list[File]:
    """Load the files of a message, in their order."""
    return [kept.file for kept in _list(connection, FILE.c.room == room, FILE.c.message == message)]


def of_room(connection: Connection, room: str) -> list[Kept]:
    """Load all files that messages of a room show, in the order of these."""
    return _list(connection, FILE.c.room == room, FILE.c.message.is_not(None))


def _list(connection: Connection, *where: ColumnElement[bool]) -> list[Kept]:
    query = select(FILE).where(*where, FILE.c.state == "ready").order_by(FILE.c.message, FILE.c.place)
    return [_kept(row) for row in connection.execute(query)]


# ---- what goes


def drop(connection: Connection, id: str, person: str | None = None) -> bool:
    """Let a file go that is on no message; with `person`, only one of theirs. Says whether there was one."""
    where = [FILE.c.id == id, FILE.c.message.is_(None), FILE.c.state != "gone"]
    if person is not None:
        where.append(FILE.c.person == person)
    return _let_go(connection, *where) > 0


def drop_message(connection: Connection, room: str, message: int) -> None:
    """Let the files of a message go with it."""
    _let_go(connection, FILE.c.room == room, FILE.c.message == message)


def drop_old(connection: Connection, room: str, oldest: int, most: int) -> bool:
    """Let go of files whose messages the log no longer keeps, and say whether there may be more."""
    old = select(FILE.c.id).where(FILE.c.room == room, FILE.c.message < oldest, FILE.c.state != "gone").limit(most)
    return _let_go(connection, FILE.c.id.in_(old)) == most


def drop_unused(connection: Connection, before: float) -> None:
    """Let go of what nobody has put on a message, and forget what was sent on days that are over."""
    _let_go(connection, FILE.c.message.is_(None), FILE.c.at < before, FILE.c.state != "gone")
    connection.execute(SENT.delete().where(SENT.c.day < int(before // DAY)))


def _let_go(connection: Connection, *where: ColumnElement[bool]) -> int:
    return connection.execute(FILE.update().where(*where).values(state="gone")).rowcount


def gone(connection: Connection, most: int) -> list[str]:
    """Name files whose bytes are to be removed."""
    return list(connection.execute(select(FILE.c.id).where(FILE.c.state == "gone").limit(most)).scalars())


def forget(connection: Connection, ids: Sequence[str]) -> None:
    """Forget files whose bytes were removed."""
    connection.execute(FILE.delete().where(FILE.c.id.in_(ids), FILE.c.state == "gone"))


def all_ids(connection: Connection) -> set[str]:
    """Name every file that has a row, in whichever state: no other bytes may be there."""
    return set(connection.execute(select(FILE.c.id)).scalars())


def _kept(row: Row[Any]) -> Kept:
    return Kept(_file(row), row.room, row.person, row.state, row.at, row.message)


def _file(row: Row[Any]) -> File:
    return File(row.id, row.name, row.type, row.size, row.width, row.height, row.thumb)
