"""What was done to keep a room in order: who did what to whom, and why. Nothing is taken out of it again."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Float, Integer, RowMapping, Table, Text, func, select

from components.contract import Author
from components.streams import Log

from .api import Deed, Deeds
from .store import METADATA

DEED = Table(
    "room_deed",
    METADATA,
    Column("room", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("by_id", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("until", Float),
    Column("message", BigInteger),
)


NOBODY = Author("", "")


@dataclass(frozen=True)
class Act:
    """What somebody does in a room: to whom, if to somebody, and why."""

    room: str
    what: str
    by: Author
    person: Author = NOBODY
    why: str = ""
    until: float | None = None
    message: int | None = None


def note(log: Log, act: Act) -> None:
    """Write down what is done."""
    last = select(func.coalesce(func.max(DEED.c.number), 0)).where(DEED.c.room == act.room)
    row: dict[str, Any] = {"room": act.room, "what": act.what, "why": act.why, "until": act.until}
    row |= {"by_id": act.by.id, "by_name": act.by.name, "person_id": act.person.id, "person_name": act.person.name}
    number = log.connection.execute(last).scalar_one() + 1
    log.connection.execute(DEED.insert().values(**row, number=number, at=log.now, message=act.message))


def page(connection: Connection, wanted: Deeds) -> list[Deed]:
    """Load what was done, the latest first."""
    query = select(DEED).where(DEED.c.room == wanted.room)
    if wanted.before is not None:
        query = query.where(DEED.c.number < wanted.before)
    rows = connection.execute(query.order_by(DEED.c.number.desc()).limit(wanted.limit)).mappings()
    return [_deed(row) for row in rows]


def _deed(row: RowMapping) -> Deed:
    by, person = Author(row["by_id"], row["by_name"]), Author(row["person_id"], row["person_name"])
    to = person if person.id else None
    return Deed(row["number"], row["at"], by, row["what"], to, row["why"], row["until"], row["message"])
