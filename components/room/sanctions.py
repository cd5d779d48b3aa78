"""Who may not speak in a room, or not come in, until a time or for good. All work inside their caller's transaction."""

from typing import Literal

from sqlalchemy import Column, ColumnElement, Connection, Float, Table, Text, or_, select

from . import rules
from .api import Banned, Sanctioned
from .store import METADATA

What = Literal["mute", "ban"]
SANCTION = Table(
    "room_sanction",
    METADATA,
    Column("room", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("until", Float),
)
_ROW = (SANCTION.c.person, SANCTION.c.name, SANCTION.c.what, SANCTION.c.until, SANCTION.c.why, SANCTION.c.at)


def put(connection: Connection, room: str, one: Sanctioned) -> None:
    """Sanction somebody, in place of what was said before."""
    lift(connection, room, one.id, one.what)
    connection.execute(
        SANCTION.insert().values(
            room=room, person=one.id, what=one.what, name=one.name, why=one.why, at=one.at, until=one.until
        )
    )


def lift(connection: Connection, room: str, person: str, what: What) -> None:
    where = (SANCTION.c.room == room, SANCTION.c.person == person, SANCTION.c.what == what)
    connection.execute(SANCTION.delete().where(*where))


def find(connection: Connection, room: str, person: str, what: What, now: float) -> Sanctioned | None:
    """Load what holds for somebody at present, if it does."""
    where = (SANCTION.c.room == room, SANCTION.c.person == person, SANCTION.c.what == what)
    row = connection.execute(select(*_ROW).where(*where, _holds(now))).first()
    return Sanctioned(*row) if row else None


def holding(connection: Connection, room: str, now: float) -> list[Sanctioned]:
    """List what holds at present, the latest first."""
    query = select(*_ROW).where(SANCTION.c.room == room, _holds(now)).order_by(SANCTION.c.at.desc(), SANCTION.c.person)
    return [Sanctioned(*row) for row in connection.execute(query)]


def must_not_be_banned(connection: Connection, room: str, person: str, now: float) -> None:
    """Refuse who may not come in, with the end of it."""
    ban = find(connection, room, person, "ban", now)
    if ban is not None:
        raise Banned(until=ban.until, why=ban.why, retry_after=rules.wait(ban.until, now))


def _holds(now: float) -> ColumnElement[bool]:
    return or_(SANCTION.c.until.is_(None), SANCTION.c.until > now)
