"""Ways into rooms that are not everybody's: links, whose codes are kept as hashes, and people who are asked in."""

from hashlib import sha256

from sqlalchemy import Column, ColumnElement, Connection, Float, Integer, RowMapping, Table, Text, and_, or_, select

from components.contract import Author, Caller
from components.streams import Log

from . import api, deeds, membership, personal, rules, sanctions, store
from .deeds import Act

MOST = 50
"""How many links into a room are good at once."""
DAY = 86_400.0
INVITE = Table(
    "room_invite",
    store.METADATA,
    Column("hash", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("room", Text, nullable=False),
    Column("by_id", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("uses", Integer),
    Column("used", Integer, nullable=False),
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False),
)


def make(log: Log, new: api.NewInvite, id: str, code: str, caller: Caller) -> api.Invite:
    """Make a link into a room."""
    _must_be_led(log, new.room, caller)
    if len(good(log.connection, new.room, log.now)) >= MOST:
        raise api.TooManyInvites(limit=MOST)
    expires = log.now + new.days * DAY
    row = {"room": new.room, "uses": new.uses, "used": 0, "created": log.now, "expires": expires}
    log.connection.execute(INVITE.insert().values(hash=_hash(code), id=id, by_id=caller.id, by_name=caller.name, **row))
    deeds.note(log, Act(new.room, "invite_made", caller.author, until=expires))
    return api.Invite(id, code, expires)


def made(log: Log, room: str, caller: Caller) -> list[api.InviteMade]:
    _must_be_led(log, room, caller)
    return good(log.connection, room, log.now)


def good(connection: Connection, room: str, now: float) -> list[api.InviteMade]:
    """List the links into a room that may be used, the latest first."""
    query = select(INVITE).where(INVITE.c.room == room, _usable(now)).order_by(INVITE.c.created.desc(), INVITE.c.id)
    return [_made(row) for row in connection.execute(query).mappings()]


def revoke(log: Log, which: api.WhichInvite, caller: Caller) -> None:
    _must_be_led(log, which.room, caller)
    gone = log.connection.execute(INVITE.delete().where(INVITE.c.room == which.room, INVITE.c.id == which.id))
    if gone.rowcount:
        deeds.note(log, Act(which.room, "invite_revoked", caller.author))


def look(log: Log, code: str, caller: Caller) -> api.Invitation:
    """Say where a link leads, to who has it."""
    row = _find(log, code)
    room = store.look(log.connection, row["room"], caller.id)
    return api.Invitation(room.room, room.title, room.subject, room.kind, room.members, row["by_name"], room.joined)


def accept(log: Log, code: str, caller: Caller) -> api.Room:
    """Come in by a link. Who is in already uses nothing up."""
    row = _find(log, code)
    room: str = row["room"]
    if store.role_of(log.connection, room, caller.id) is None:
        sanctions.must_not_be_banned(log.connection, room, caller.id, log.now)
        log.connection.execute(INVITE.update().where(INVITE.c.hash == row["hash"]).values(used=INVITE.c.used + 1))
        membership.enter(log, room, caller)
    return store.load(log.connection, room, caller.id)


def ask_in(log: Log, wanted: api.InvitePerson, caller: Caller) -> Author:
    """Let somebody join whom the caller knows from a room, and tell them so. Who is in already is not told."""
    _must_ask(log, wanted.room, caller)
    who = Author(*rules.who_is(wanted.person, store.acquaintances(log.connection, caller.id)))
    if sanctions.find(log.connection, wanted.room, who.id, "ban", log.now):
        raise api.NotToThem("They are banned from this room.")
    room = store.look(log.connection, wanted.room, who.id)
    if not room.joined and not room.invited:
        store.invite(log.connection, wanted.room, who.id, caller.author, log.now)
        told = {"id": who.id, "name": who.name}
        log.append(room.stream, "member_invited", told, by=caller.author)
        personal.tell(log, who.id, "room_invited", {"room": room.room, "title": room.title}, caller.author)
    return who


def _must_ask(log: Log, room: str, caller: Caller) -> None:
    """Members ask others into public rooms, moderators into private ones."""
    stands, kind = membership.standing(log, room, caller), store.look(log.connection, room, caller.id).kind
    if kind == "direct":
        raise api.NotInDirect
    if kind == "private":
        membership.must_look_after(log, room, caller)
    else:
        rules.must_be_member(stands.role is not None or stands.operator)


def _must_be_led(log: Log, room: str, caller: Caller) -> None:
    """Moderators make links; nobody does into a direct room, and operators only where they are in themselves."""
    if membership.must_look_after(log, room, caller).kind == "direct":
        raise api.NotInDirect


def _find(log: Log, code: str) -> RowMapping:
    query = select(INVITE).where(INVITE.c.hash == _hash(code), _usable(log.now))
    row = log.connection.execute(query).mappings().first()
    if row is None:
        raise api.InviteInvalid
    return row


def _usable(now: float) -> ColumnElement[bool]:
    return and_(INVITE.c.expires > now, or_(INVITE.c.uses.is_(None), INVITE.c.used < INVITE.c.uses))


def _made(row: RowMapping) -> api.InviteMade:
    by = Author(row["by_id"], row["by_name"])
    return api.InviteMade(row["id"], by, row["uses"], row["used"], row["created"], row["expires"])


def _hash(code: str) -> str:
    """Codes are long and random: no salt and no slowness is needed."""
    return sha256(code.encode()).hexdigest()
