"""Signed-in devices, as they are kept. Each function works inside its caller's transaction."""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, Select, select

from router.edge.address import neighbours

from .family import ABSOLUTE, Family, Step
from .store import FAMILY


def add(connection: Connection, family: Family) -> None:
    row = {**_row(family), "place": neighbours(family.address)}
    connection.execute(FAMILY.insert().values(row))


def change(connection: Connection, family: Family) -> None:
    connection.execute(FAMILY.update().where(FAMILY.c.id == family.id).values(_row(family)))


def by_mark(connection: Connection, mark: str) -> Family | None:
    """Find a family by the hash of its mark. Locked: two uses of a secret at once are one after the other."""
    found = _families(connection, select(FAMILY).where(FAMILY.c.mark == mark).with_for_update())
    return found[0] if found else None


def of(connection: Connection, account: str) -> list[Family]:
    """List the devices of an account that were not signed out, the one first that was used last."""
    query = select(FAMILY).where(FAMILY.c.account == account, FAMILY.c.ended.is_(None))
    return _families(connection, query.order_by(FAMILY.c.used.desc(), FAMILY.c.id))


def living(connection: Connection, families: Iterable[str], now: float, idle: float) -> list[str]:
    """Find which of some devices are signed in still."""
    query = select(FAMILY).where(FAMILY.c.id.in_(families), FAMILY.c.ended.is_(None))
    return [one.id for one in _families(connection, query) if one.lives(now, idle)]


def is_known(connection: Connection, account: str, place: str) -> bool:
    """Say whether somebody was signed in at an address before, or near it."""
    query = select(FAMILY.c.id).where(FAMILY.c.account == account, FAMILY.c.place == place)
    return connection.execute(query.limit(1)).first() is not None


def end(connection: Connection, families: Iterable[str], now: float) -> None:
    ids = list(families)
    connection.execute(FAMILY.update().where(FAMILY.c.id.in_(ids)).values(ended=now, steps="[]"))


def wipe_salts(connection: Connection, before: float) -> None:
    """Forget how to make a secret from the one before it, of families that were not used since."""
    old = FAMILY.update().where(FAMILY.c.used < before, FAMILY.c.steps != "[]")
    connection.execute(old.values(steps="[]"))


def prune(connection: Connection, now: float) -> None:
    """Forget devices that could not be signed in any more; until then they say where somebody is known."""
    connection.execute(FAMILY.delete().where(FAMILY.c.created < now - ABSOLUTE))


def _families(connection: Connection, query: Select[Any]) -> list[Family]:
    return [_family(row) for row in connection.execute(query).mappings()]


def _family(row: RowMapping) -> Family:
    steps = tuple(Step(*step) for step in orjson.loads(row["steps"]))
    return Family(**{**{name: row[name] for name in Family.__dataclass_fields__}, "steps": steps})


def _row(family: Family) -> dict[str, Any]:
    steps = [[step.hash, step.salt, step.at] for step in family.steps]
    return {**vars(family), "steps": orjson.dumps(steps).decode()}
