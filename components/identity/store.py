"""Accounts, how they are entered, and what is cut. Each function works inside its caller's transaction.

Of secrets there are hashes only. A search goes over `words`: login and name as they are compared.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    MetaData,
    RowMapping,
    Select,
    Table,
    Text,
    func,
    or_,
    select,
    tuple_,
)

from .api import Cut, Face, NoSuchUser, Role, Search, User
from .rules import Account, as_typed, colour

METADATA = MetaData()
ACCOUNT = Table(
    "identity_account",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("login", Text, unique=True),
    Column("name", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("avatar", Text, nullable=False),
    Column("password", Text),
    Column("disabled", Boolean, nullable=False),
    Column("created", Float, nullable=False),
)
FAMILY = Table(
    "identity_family",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("mark", Text, nullable=False, unique=True),
    Column("current", Text, nullable=False),
    Column("steps", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("used", Float, nullable=False),
    Column("ended", Float),
)
"""Signed-in devices, of which `components.identity.devices` knows more. `place` is the neighbourhood of `address`."""
CODE = Table(
    "identity_code",
    METADATA,
    Column("hash", Text, primary_key=True),
    Column("account", Text),
    Column("role", Text),
    Column("uses", Integer, nullable=False),
    Column("expires", Float, nullable=False),
)
"""What links for people end with: to a new password of `account`, or invitations into `role`."""
LINK = Table(
    "identity_link",
    METADATA,
    Column("provider", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("account", Text, nullable=False),
)
"""Who somebody is whom a provider signed in."""
CUT = Table(
    "identity_cut",
    METADATA,
    Column("person", Text, primary_key=True),
    Column("family", Text, primary_key=True),
    Column("at", Float, nullable=False),
    Column("until", Float, nullable=False),
)


@dataclass(frozen=True)
class Invite:
    """An invitation that may be used."""

    role: Role
    uses: int


def add(connection: Connection, account: Account) -> None:
    row = {**vars(account), "login": account.login or None, "words": _words(account.login, account.name)}
    connection.execute(ACCOUNT.insert().values(row))


def change(connection: Connection, account: Account) -> None:
    """Keep what is different of an account; its id, login and age are not."""
    row = {name: getattr(account, name) for name in ("name", "role", "avatar", "password", "disabled")}
    row["words"] = _words(account.login, account.name)
    connection.execute(ACCOUNT.update().where(ACCOUNT.c.id == account.id).values(row))


def load(connection: Connection, id: str) -> Account:
    """Load an account. Raises `NoSuchUser`."""
    return _found(find(connection, id), id)


def hold(connection: Connection, id: str) -> Account:
    """Load an account for changing it, locked where several processes may. Raises `NoSuchUser`."""
    return _found(_account(connection, select(ACCOUNT).where(ACCOUNT.c.id == id).with_for_update()), id)


def _found(account: Account | None, id: str) -> Account:
    if account is None:
        raise NoSuchUser(id=id)
    return account


def find(connection: Connection, id: str) -> Account | None:
    return _account(connection, select(ACCOUNT).where(ACCOUNT.c.id == id))


def by_login(connection: Connection, login: str) -> Account | None:
    return _account(connection, select(ACCOUNT).where(ACCOUNT.c.login == login))


def by_subject(connection: Connection, provider: str, subject: str) -> Account | None:
    """Find the account of somebody whom a provider signed in."""
    id = select(LINK.c.account).where(LINK.c.provider == provider, LINK.c.subject == subject).scalar_subquery()
    return _account(connection, select(ACCOUNT).where(ACCOUNT.c.id == id))


def link(connection: Connection, provider: str, subject: str, account: str) -> None:
    connection.execute(LINK.insert().values(provider=provider, subject=subject, account=account))


def operators(connection: Connection) -> set[str]:
    """List those who may mend things. Locked, so that two at once do not each leave the other one as the last."""
    query = select(ACCOUNT.c.id).where(ACCOUNT.c.role == "operator", ACCOUNT.c.disabled.is_(False))
    return set(connection.execute(query.order_by(ACCOUNT.c.id).with_for_update()).scalars())


def users(connection: Connection, asked: Search) -> list[User]:
    """List one account more than were asked for, if there are as many."""
    used = select(func.max(FAMILY.c.used)).where(FAMILY.c.account == ACCOUNT.c.id).scalar_subquery()
    query = select(ACCOUNT, used.label("used")).order_by(ACCOUNT.c.created, ACCOUNT.c.id).limit(asked.limit + 1)
    if asked.search:
        words = ACCOUNT.c.words.contains(as_typed(asked.search), autoescape=True)
        query = query.where(or_(words, ACCOUNT.c.id == asked.search))
    if asked.after is not None:
        last = load(connection, asked.after)
        query = query.where(tuple_(ACCOUNT.c.created, ACCOUNT.c.id) > (last.created, last.id))
    return [_user(row) for row in connection.execute(query).mappings()]


def faces(connection: Connection, ids: Collection[str]) -> list[Face]:
    """Find what people chose to be known by; who chose nothing is left out."""
    query = select(ACCOUNT.c.id, ACCOUNT.c.avatar).where(ACCOUNT.c.id.in_(ids), ACCOUNT.c.avatar != "")
    return [Face(id, avatar) for id, avatar in connection.execute(query)]


def add_code(connection: Connection, hash: str, expires: float, **of: Any) -> None:
    """Keep a code that is for an `account`, or so many `uses` of a `role`."""
    connection.execute(CODE.insert().values({"uses": 1, **of, "hash": hash, "expires": expires}))


def forget_codes_of(connection: Connection, account: str) -> None:
    connection.execute(CODE.delete().where(CODE.c.account == account))


def account_of_code(connection: Connection, hash: str, now: float) -> Account | None:
    """Find whose password a code sets."""
    id = select(CODE.c.account).where(CODE.c.hash == hash, CODE.c.expires > now).scalar_subquery()
    return _account(connection, select(ACCOUNT).where(ACCOUNT.c.id == id))


def invite(connection: Connection, hash: str, now: float) -> Role | None:
    """Find into which role a code invites."""
    found = select(CODE.c.role).where(CODE.c.hash == hash, CODE.c.expires > now, CODE.c.uses > 0)
    role: Role | None = connection.execute(found).scalar()
    return role


def use_invite(connection: Connection, hash: str, now: float) -> Role | None:
    """Use an invitation once, if there is one."""
    row = CODE.update().where(CODE.c.hash == hash, CODE.c.role.is_not(None), CODE.c.expires > now, CODE.c.uses > 0)
    role: Role | None = connection.execute(row.values(uses=CODE.c.uses - 1).returning(CODE.c.role)).scalar()
    return role


def add_cut(connection: Connection, cut: Cut, until: float) -> None:
    """Keep a cut; an earlier one of the same is a part of it."""
    where = (CUT.c.person == cut.id, CUT.c.family == cut.family)
    earlier = connection.execute(select(CUT.c.until).where(*where)).scalar()
    connection.execute(CUT.delete().where(*where))
    row = {"person": cut.id, "family": cut.family, "at": cut.at, "until": max(until, earlier or until)}
    connection.execute(CUT.insert().values(row))


def cuts(connection: Connection, now: float) -> list[Cut]:
    """List what has to be refused."""
    query = select(CUT.c.person, CUT.c.family, CUT.c.at).where(CUT.c.until > now).order_by(CUT.c.at)
    return [Cut(*row) for row in connection.execute(query)]


def prune(connection: Connection, now: float) -> None:
    """Forget what has run out."""
    connection.execute(CUT.delete().where(CUT.c.until <= now))
    connection.execute(CODE.delete().where(CODE.c.expires <= now))


def _account(connection: Connection, query: Select[Any]) -> Account | None:
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    values = {name: value for name, value in row.items() if name != "words"}
    return Account(**{**values, "login": row["login"] or ""})


def _user(row: RowMapping) -> User:
    shown = row["avatar"] if row["avatar"].startswith("#") else colour(row["id"])
    return User(
        row["id"],
        row["login"] or "",
        row["name"],
        row["role"],
        shown,
        row["disabled"],
        row["password"] is not None,
        row["created"],
        row["used"],
    )


def _words(login: str, name: str) -> str:
    return f"{login} {as_typed(name)}"
