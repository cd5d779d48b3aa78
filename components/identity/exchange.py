"""Accounts as lines of JSON: taken out of a database, and brought into one. Without passwords, devices or codes."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import ColumnElement, Connection, select

from components.contract import payload

from .rules import Account
from .store import ACCOUNT, add

PAGE = 500
Short = Annotated[str, Field(min_length=1, max_length=200)]


@payload
class PersonLine:
    """Somebody with an account. Times in seconds since 1970, UTC."""

    kind: Literal["person"]
    id: Short
    login: Annotated[str, Field(max_length=200)]
    name: Short
    role: Literal["member", "operator"]
    avatar: Annotated[str, Field(max_length=100_000)]
    disabled: bool
    created: Annotated[float, Field(ge=0, lt=1e11)]


def page(connection: Connection, after: str, only: ColumnElement[bool] | None) -> list[PersonLine]:
    """Load accounts after an id, in the order of ids; only some, if that is asked for."""
    query = select(ACCOUNT).where(ACCOUNT.c.id > after).order_by(ACCOUNT.c.id).limit(PAGE)
    rows = connection.execute(query if only is None else query.where(only)).mappings()
    names = ("id", "name", "role", "avatar", "disabled", "created")
    return [PersonLine("person", login=row["login"] or "", **{name: row[name] for name in names}) for row in rows]


def clashes(connection: Connection, people: Sequence[PersonLine]) -> list[str]:
    """Say whose sign-in name is somebody else's here."""
    logins = {one.login: one.id for one in people if one.login}
    query = select(ACCOUNT.c.login, ACCOUNT.c.id).where(ACCOUNT.c.login.in_(list(logins)))
    others = [login for login, id in connection.execute(query) if id != logins[login]]
    return [f"{login} is the sign-in name of somebody else here" for login in others]


def bring(connection: Connection, people: Sequence[PersonLine]) -> int:
    """Make the accounts that are not there yet, and say how many. Nobody signs in to one before it has a password."""
    query = select(ACCOUNT.c.id).where(ACCOUNT.c.id.in_([one.id for one in people]))
    known = set(connection.execute(query).scalars())
    new = [one for one in people if one.id not in known]
    for one in new:
        add(
            connection,
            Account(one.id, one.login, one.name, one.role, one.avatar, None, one.disabled, one.created),
        )
    return len(new)
