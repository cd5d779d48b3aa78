"""Webhooks, how far each has come in the log, and what was sent lately. Each function works inside its caller's
transaction. Of the secrets of incoming ones there are hashes only; those of outgoing ones sign what is sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    RowMapping,
    Table,
    Text,
    func,
    or_,
    select,
)

from components.contract import Author

from .api import Delivery, Incoming, Outgoing
from .rules import Wish

KEPT = 50
"""How many deliveries of a webhook are kept."""
METADATA = MetaData()
INCOMING = Table(
    "hook_incoming",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("room", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("icon", Text, nullable=False),
    Column("everybody", Boolean, nullable=False),
    Column("by_id", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("used", Float),
    Index("hook_incoming_of_room", "room"),
)
OUTGOING = Table(
    "hook_outgoing",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("room", Text),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("types", Text, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("old_secret", Text),
    Column("old_until", Float),
    Column("by_id", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("since", Float),
    Column("next", Float),
    Column("paused", Boolean, nullable=False),
    Column("why", Text, nullable=False),
    Index("hook_outgoing_of_room", "room"),
)
"""`failures` are those in a row, `since` is the first of them; it is tried again at `next`."""
CURSOR = Table(
    "hook_cursor",
    METADATA,
    Column("hook", Text, primary_key=True),
    Column("room", Text, primary_key=True),
    Column("offset", BigInteger, nullable=False),
)
DELIVERY = Table(
    "hook_delivery",
    METADATA,
    Column("hook", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("room", Text, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("status", Integer),
    Column("why", Text, nullable=False),
    Column("seconds", Float, nullable=False),
)


@dataclass(frozen=True)
class Target:
    """An outgoing webhook, as the courier needs it. `old` is a secret that signs until `old_until`."""

    id: str
    room: str | None
    name: str
    url: str
    wish: Wish
    secret: str
    old: str | None
    old_until: float
    by: Author
    failures: int
    since: float | None
    next: float
    paused: bool

    def secrets(self, now: float) -> list[str]:
        """List what signs at a time."""
        return [self.secret, *([self.old] if self.old and self.old_until > now else [])]


def hashed(secret: str) -> str:
    """Secrets are long and random: no salt and no slowness is needed."""
    return sha256(secret.encode()).hexdigest()


def add_incoming(connection: Connection, hook: Incoming, secret: str) -> None:
    row = {name: value for name, value in vars(hook).items() if name != "by"}
    row |= {"by_id": hook.by.id, "by_name": hook.by.name, "hash": hashed(secret)}
    connection.execute(INCOMING.insert().values(**row))


def by_secret(connection: Connection, secret: str) -> Incoming | None:
    row = connection.execute(select(INCOMING).where(INCOMING.c.hash == hashed(secret))).mappings().first()
    return _incoming(row) if row else None


def incoming(connection: Connection, room: str) -> list[Incoming]:
    query = select(INCOMING).where(INCOMING.c.room == room).order_by(INCOMING.c.created, INCOMING.c.id)
    return [_incoming(row) for row in connection.execute(query).mappings()]


def use(connection: Connection, hook: str, now: float) -> None:
    connection.execute(INCOMING.update().where(INCOMING.c.id == hook).values(used=now))


def add_outgoing(connection: Connection, hook: Outgoing, secret: str, heads: Mapping[str, int]) -> None:
    """Keep a new webhook. It hears of what comes after the heads of its rooms."""
    names = ("id", "room", "name", "url", "trigger", "created", "why")
    row: dict[str, Any] = {name: getattr(hook, name) for name in names}
    row |= {"types": orjson.dumps(hook.types).decode(), "by_id": hook.by.id, "by_name": hook.by.name}
    connection.execute(OUTGOING.insert().values(**row, secret=secret, failures=0, paused=False))
    for room, offset in heads.items():
        advance(connection, hook.id, room, offset)


def outgoing(connection: Connection, room: str | None) -> list[Outgoing]:
    query = select(OUTGOING).where(OUTGOING.c.room == room).order_by(OUTGOING.c.created, OUTGOING.c.id)
    return [_outgoing(row) for row in connection.execute(query).mappings()]


def room_of(connection: Connection, hook: str) -> tuple[str, str | None] | None:
    """Say which way a webhook goes, `in` or `out`, and of which room it is."""
    row = connection.execute(select(INCOMING.c.room).where(INCOMING.c.id == hook)).first()
    if row is not None:
        return "in", row.room
    row = connection.execute(select(OUTGOING.c.room).where(OUTGOING.c.id == hook)).first()
    return None if row is None else ("out", row.room)


def count(connection: Connection, room: str | None) -> tuple[int, int]:
    """Say how many incoming and outgoing webhooks a room has."""
    tables = (INCOMING, OUTGOING)
    queries = [select(func.count()).select_from(table).where(table.c.room == room) for table in tables]
    first, second = [connection.execute(query).scalar_one() for query in queries]
    return first, second


def remove(connection: Connection, hook: str) -> None:
    for table, column in ((INCOMING, "id"), (OUTGOING, "id"), (CURSOR, "hook"), (DELIVERY, "hook")):
        connection.execute(table.delete().where(table.c[column] == hook))


def rotate(connection: Connection, hook: str, secret: str, until: float) -> None:
    """Give a webhook another secret; the one it had signs too, until then."""
    where = OUTGOING.c.id == hook
    connection.execute(OUTGOING.update().where(where).values(old_secret=OUTGOING.c.secret, old_until=until))
    connection.execute(OUTGOING.update().where(where).values(secret=secret))


def target(connection: Connection, hook: str) -> Target | None:
    row = connection.execute(select(OUTGOING).where(OUTGOING.c.id == hook)).mappings().first()
    return _target(row) if row else None


def due(connection: Connection, now: float) -> list[Target]:
    """Load those that may be sent something now."""
    soon = or_(OUTGOING.c.next.is_(None), OUTGOING.c.next <= now)
    query = select(OUTGOING).where(OUTGOING.c.paused.is_(False), soon).order_by(OUTGOING.c.id)
    return [_target(row) for row in connection.execute(query).mappings()]


def has_any(connection: Connection) -> bool:
    """Say whether there is an outgoing webhook that is not paused."""
    return connection.execute(select(OUTGOING.c.id).where(OUTGOING.c.paused.is_(False)).limit(1)).first() is not None


def cursors(connection: Connection, hook: str) -> dict[str, int]:
    """Say how far in each room a webhook has come."""
    rows = connection.execute(select(CURSOR.c.room, CURSOR.c.offset).where(CURSOR.c.hook == hook))
    return {room: offset for room, offset in rows}


def advance(connection: Connection, hook: str, room: str, offset: int) -> None:
    where = (CURSOR.c.hook == hook, CURSOR.c.room == room)
    if not connection.execute(CURSOR.update().where(*where).values(offset=offset)).rowcount:
        connection.execute(CURSOR.insert().values(hook=hook, room=room, offset=offset))


def taken(connection: Connection, hook: str, delivery: Delivery) -> None:
    """Note that an event was taken: what comes next is the one after it."""
    if delivery.offset:
        advance(connection, hook, delivery.room, delivery.offset)
    well = {"failures": 0, "since": None, "next": None, "why": ""}
    connection.execute(OUTGOING.update().where(OUTGOING.c.id == hook).values(**well))
    note(connection, hook, delivery)


def failed(connection: Connection, hook: str, delivery: Delivery, next: float, paused: bool) -> None:
    """Note that an event was not taken, and when it is sent again."""
    since = func.coalesce(OUTGOING.c.since, delivery.at)
    ill = {"failures": OUTGOING.c.failures + 1, "since": since, "next": next, "paused": paused, "why": delivery.why}
    connection.execute(OUTGOING.update().where(OUTGOING.c.id == hook).values(**ill))
    note(connection, hook, delivery)


def resume(connection: Connection, hook: str) -> None:
    well = {"failures": 0, "since": None, "next": None, "paused": False, "why": ""}
    connection.execute(OUTGOING.update().where(OUTGOING.c.id == hook).values(**well))


def note(connection: Connection, hook: str, delivery: Delivery) -> int:
    """Write a delivery down, and forget the oldest. A webhook that was revoked meanwhile has none."""
    if not connection.execute(select(OUTGOING.c.id).where(OUTGOING.c.id == hook)).first():
        return 0
    last = select(func.coalesce(func.max(DELIVERY.c.number), 0)).where(DELIVERY.c.hook == hook)
    number: int = connection.execute(last).scalar_one() + 1
    connection.execute(DELIVERY.insert().values(**{**vars(delivery), "number": number}, hook=hook))
    connection.execute(DELIVERY.delete().where(DELIVERY.c.hook == hook, DELIVERY.c.number <= number - KEPT))
    return number


def deliveries(connection: Connection, hook: str) -> list[Delivery]:
    query = select(DELIVERY).where(DELIVERY.c.hook == hook).order_by(DELIVERY.c.number.desc())
    rows = connection.execute(query).mappings()
    return [Delivery(**{name: value for name, value in row.items() if name != "hook"}) for row in rows]


def _incoming(row: RowMapping) -> Incoming:
    names = ("id", "room", "name", "icon", "everybody", "created", "used")
    return Incoming(**{name: row[name] for name in names}, by=Author(row["by_id"], row["by_name"]))


def _outgoing(row: RowMapping) -> Outgoing:
    names = ("id", "room", "name", "url", "trigger", "created", "since", "why")
    state = "paused" if row["paused"] else "failing" if row["failures"] else "working"
    more = {"types": orjson.loads(row["types"]), "next": None if row["paused"] else row["next"], "state": state}
    return Outgoing(**{name: row[name] for name in names}, by=Author(row["by_id"], row["by_name"]), **more)


def _target(row: RowMapping) -> Target:
    names = ("id", "room", "name", "url", "secret", "failures", "since", "paused")
    return Target(
        **{name: row[name] for name in names},
        wish=Wish(orjson.loads(row["types"]), row["trigger"]),
        old=row["old_secret"],
        old_until=row["old_until"] or 0.0,
        by=Author(row["by_id"], row["by_name"]),
        next=row["next"] or 0.0,
    )
