"""Who is in a room and as what, each change within one transaction: load, decide, append, keep."""

from dataclasses import replace
from typing import Any

from components.contract import OPERATOR, Author, Caller
from components.streams import Log

from . import api, deeds, rules, sanctions, store
from .deeds import Act

NODE = Author("openline", "Openline")
"""Who does what nobody has asked for."""


def standing(log: Log, room: str, caller: Caller) -> rules.Standing:
    """Say what somebody is in a room, which must be there for them. For operators every room is: they moderate it."""
    role, operator = store.role_of(log.connection, room, caller.id), caller.role == OPERATOR
    if role is None and not (operator and store.exists(log.connection, room)):
        store.load(log.connection, room, caller.id)
    return rules.Standing(role, operator)


def must_look_after(log: Log, room: str, caller: Caller) -> api.Room:
    """Refuse who does not moderate a room, or may not see into it: operators see into those that everybody does."""
    standing(log, room, caller).must_moderate()
    return store.load(log.connection, room, caller.id)


def join(log: Log, room: str, caller: Caller) -> api.Room:
    """Become a member, where that is everybody's or somebody was asked in."""
    found = store.load(log.connection, room, caller.id)
    if not found.joined:
        sanctions.must_not_be_banned(log.connection, room, caller.id, log.now)
        enter(log, room, caller)
    muted = sanctions.find(log.connection, room, caller.id, "mute", log.now)
    mute = api.Mute(muted.until, muted.why) if muted else None
    return replace(store.load(log.connection, room, caller.id), mute=mute)


def enter(log: Log, room: str, caller: Caller, role: api.Role = "member") -> None:
    """Make somebody a member who may be one."""
    store.add_member(log.connection, room, api.Member(caller.id, caller.name, log.now, role))
    store.uninvite(log.connection, room, caller.id)
    log.append(api.stream_of(room), "member_joined", {}, by=caller.author)


def leave(log: Log, room: str, caller: Caller) -> api.Room:
    store.load(log.connection, room, caller.id)
    if store.role_of(log.connection, room, caller.id):
        store.remove_member(log.connection, room, caller.id)
        log.append(api.stream_of(room), "member_left", {}, by=caller.author)
        bequeath(log, room)
    return store.look(log.connection, room, caller.id)


def kick(log: Log, kick: api.Kick, caller: Caller) -> str:
    """Take somebody out, and what lets them in again. Answers the room's stream."""
    stream = api.stream_of(kick.room)
    who = within(log, kick.room, kick.person, caller)
    store.uninvite(log.connection, kick.room, kick.person)
    if who is not None:
        gone = {"id": who.id, "name": who.name}
        remove(log, kick.room, who.id, "member_kicked", {**gone, **_why(kick.why)}, caller.author)
        log.audit("kicked", {"room": kick.room, **gone}, by=caller.author)
        deeds.note(log, Act(kick.room, "kicked", caller.author, Author(who.id, who.name), kick.why))
    return stream


def within(log: Log, room: str, person: str, caller: Caller) -> api.Member | None:
    """Find a member whom the caller keeps in order, or refuse."""
    who = store.member(log.connection, room, person)
    standing(log, room, caller).must_outrank(who.role if who else None)
    return who


def remove(log: Log, room: str, person: str, what: str, data: dict[str, Any], by: Author) -> None:
    """End a membership, and tell the room how."""
    store.remove_member(log.connection, room, person)
    log.append(api.stream_of(room), what, data, by=by)
    bequeath(log, room)


def bequeath(log: Log, room: str) -> None:
    """See to it that somebody owns a room that was owned. The lobby and direct rooms never are."""
    if room == api.LOBBY or store.look(log.connection, room, "").kind == "direct":
        return
    heir = rules.heir(store.members(log.connection, room))
    if heir is not None:
        _give(log, room, replace(heir, role="owner"), NODE)


def set_role(log: Log, change: api.RoleChange, caller: Caller) -> None:
    """Make a member more or less than they are. Owners do that, to each other as well, as long as one is left."""
    stands = standing(log, change.room, caller)
    who = store.member(log.connection, change.room, change.person)
    if store.look(log.connection, change.room, caller.id).kind == "direct":
        raise api.NotInDirect
    stands.must_own()
    if who is None:
        raise api.NoSuchPerson(person=change.person)
    if who.role == "owner" and change.role != "owner":
        rules.must_leave_an_owner(store.members(log.connection, change.room), who.id)
    if who.role != change.role:
        _give(log, change.room, replace(who, role=change.role), caller.author)


def _give(log: Log, room: str, who: api.Member, by: Author) -> None:
    store.set_role(log.connection, room, who.id, who.role)
    told = {"id": who.id, "name": who.name, "role": who.role}
    log.append(api.stream_of(room), "role_changed", told, by=by)
    deeds.note(log, Act(room, f"made_{who.role}", by, Author(who.id, who.name)))


def _why(why: str) -> dict[str, str]:
    return {"why": why} if why else {}
