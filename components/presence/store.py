"""When people were here the last time, and how they want to be shown. Functions of one connection."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from sqlalchemy import Column, Connection, Float, MetaData, Table, Text, or_, select

from .api import Status

METADATA = MetaData()
SEEN = Table(
    "presence_seen",
    METADATA,
    Column("person", Text, primary_key=True),
    Column("at", Float, nullable=False),
)
STATUS = Table(
    "presence_status",
    METADATA,
    Column("person", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("until", Float),
)
"""Of those who chose something: who is shown as they are has no row."""
_TOGETHER = 500


def note_seen(connection: Connection, seen: Mapping[str, float]) -> None:
    """Write down when some people were here."""
    for part in _parts(seen):
        connection.execute(SEEN.delete().where(SEEN.c.person.in_(part)))
        connection.execute(SEEN.insert(), [{"person": id, "at": seen[id]} for id in part])


def seen(connection: Connection, people: Collection[str]) -> dict[str, float]:
    """Find when some people were here the last time."""
    found: dict[str, float] = {}
    for part in _parts(people):
        rows = connection.execute(select(SEEN.c.person, SEEN.c.at).where(SEEN.c.person.in_(part)))
        found |= {person: at for person, at in rows}
    return found


def forget_seen(connection: Connection, before: float) -> None:
    """Let go of who has not been here for long."""
    connection.execute(SEEN.delete().where(SEEN.c.at < before))


def keep_status(connection: Connection, person: str, status: Status) -> None:
    """Keep how somebody wants to be shown."""
    drop_statuses(connection, [person])
    if status != Status():
        connection.execute(STATUS.insert().values(person=person, **vars(status)))


def drop_statuses(connection: Connection, people: Iterable[str]) -> None:
    """Show some people as they are."""
    for part in _parts(people):
        connection.execute(STATUS.delete().where(STATUS.c.person.in_(part)))


def statuses(connection: Connection, now: float) -> dict[str, Status]:
    """Load what everybody chose, as far as it holds still."""
    holds = or_(STATUS.c.until.is_(None), STATUS.c.until > now)
    return {person: Status(*rest) for person, *rest in connection.execute(select(STATUS).where(holds))}


def _parts(people: Iterable[str]) -> Iterator[list[str]]:
    """Take so many at a time as a statement may name."""
    all = sorted(people)
    return (all[start : start + _TOGETHER] for start in range(0, len(all), _TOGETHER))
