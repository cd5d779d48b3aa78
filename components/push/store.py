"""Devices that are told, and what they were told. Each function works inside its caller's transaction."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    delete,
    select,
    update,
)

from .api import MOST_DEVICES
from .rules import Device, Told

METADATA = MetaData()
DEVICE = Table(
    "push_device",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("p256dh", Text, nullable=False),
    Column("auth", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("renewed", Float, nullable=False),
    Column("seen", Float, nullable=False),
    Column("fails", Integer, nullable=False),
    Column("retry_at", Float, nullable=False),
    Index("push_device_of_person", "person"),
)
"""`id` is made from the endpoint; `family` is the device that is signed in, or empty."""
TOLD = Table(
    "push_told",
    METADATA,
    Column("device", Text, primary_key=True),
    Column("room", Text, primary_key=True),
    Column("upto", BigInteger, nullable=False),
    Column("at", Float, nullable=False),
)
"""The newest message of each room that a device was told of."""


def keep(connection: Connection, device: Device) -> None:
    """Keep a subscription, whoever's it was before. What it was told stays, if it is the same person's."""
    before = load(connection, device.id)
    if before is not None and before.person == device.person:
        row = {**vars(device), "created": before.created, "seen": before.seen}
        connection.execute(update(DEVICE).where(DEVICE.c.id == device.id).values(**row))
    else:
        forget(connection, [device.id])
        connection.execute(DEVICE.insert().values(**vars(device)))
    newest = select(DEVICE.c.id).where(DEVICE.c.person == device.person).order_by(DEVICE.c.renewed.desc(), DEVICE.c.id)
    forget(connection, connection.execute(newest.offset(MOST_DEVICES)).scalars().all())


def load(connection: Connection, id: str) -> Device | None:
    row = connection.execute(select(DEVICE).where(DEVICE.c.id == id)).first()
    return Device(*row) if row else None


def due(connection: Connection, now: float) -> list[Device]:
    """Load all devices but those whose push service is to be left alone."""
    query = select(DEVICE).where(DEVICE.c.retry_at <= now).order_by(DEVICE.c.person, DEVICE.c.id)
    return [Device(*row) for row in connection.execute(query)]


def told(connection: Connection, devices: Iterable[str]) -> dict[tuple[str, str], Told]:
    """Load what some devices were told, by device and room."""
    query = select(TOLD).where(TOLD.c.device.in_(list(devices)))
    return {(device, room): Told(upto, at) for device, room, upto, at in connection.execute(query)}


def tell(connection: Connection, device: str, room: str, upto: int, now: float) -> None:
    """Note what a device was told, in whatever order that is noted."""
    where = (TOLD.c.device == device, TOLD.c.room == room)
    before = connection.execute(select(TOLD.c.upto).where(*where)).scalar() or 0
    connection.execute(delete(TOLD).where(*where))
    connection.execute(TOLD.insert().values(device=device, room=room, upto=max(upto, before), at=now))


def note(connection: Connection, id: str, fails: int, retry_at: float) -> None:
    """Note how the last push to a device went."""
    connection.execute(update(DEVICE).where(DEVICE.c.id == id).values(fails=fails, retry_at=retry_at))


def looked(connection: Connection, devices: Mapping[str, float]) -> None:
    """Note up to when it was decided what to tell some devices."""
    for id, seen in devices.items():
        connection.execute(update(DEVICE).where(DEVICE.c.id == id, DEVICE.c.seen < seen).values(seen=seen))


def forget(connection: Connection, ids: Collection[str]) -> None:
    connection.execute(delete(TOLD).where(TOLD.c.device.in_(ids)))
    connection.execute(delete(DEVICE).where(DEVICE.c.id.in_(ids)))


def forget_of(connection: Connection, person: str, family: str, at: float) -> int:
    """Forget the devices of somebody who was signed out: one of them, or all (`""`). Says how many they were."""
    where = [DEVICE.c.person == person, DEVICE.c.renewed <= at]
    if family:
        where.append(DEVICE.c.family == family)
    ids = connection.execute(select(DEVICE.c.id).where(*where)).scalars().all()
    forget(connection, ids)
    return len(ids)


def forget_before(connection: Connection, renewed: float) -> None:
    """Forget devices of which nothing was heard for long."""
    forget(connection, connection.execute(select(DEVICE.c.id).where(DEVICE.c.renewed < renewed)).scalars().all())


def keys(connection: Connection) -> set[str]:
    """List the keys that devices were subscribed with."""
    return set(connection.execute(select(DEVICE.c.key).distinct()).scalars())
