"""Keeping a room in order, each act within one transaction: load, decide, append, keep, and note who did it and why."""

from typing import Any

from components.contract import Appended, Author, Caller
from components.streams import Log

from . import api, deeds, membership, messages, personal, reports, rules, sanctions, store
from .deeds import Act


def mute(log: Log, sanction: api.Sanction, caller: Caller) -> None:
    """Let a member read on, and not speak."""
    who = membership.within(log, sanction.room, sanction.person, caller)
    if who is None:
        raise api.NoSuchPerson(person=sanction.person)
    until = _sanction(log, sanction, "mute", Author(who.id, who.name), caller)
    log.append(api.stream_of(sanction.room), "member_muted", _told(who, until, sanction.why), by=caller.author)


def ban(log: Log, sanction: api.Sanction, caller: Caller) -> str:
    """Take somebody out who may not come again, whether they are in at present or not. Answers the room's stream."""
    member = membership.within(log, sanction.room, sanction.person, caller)
    who = member or _called(log, sanction.person, caller)
    until = _sanction(log, sanction, "ban", Author(who.id, who.name), caller)
    store.uninvite(log.connection, sanction.room, who.id)
    told = _told(who, until, sanction.why)
    if member is not None:
        gone = {"id": who.id, "name": who.name}
        membership.remove(log, sanction.room, who.id, "member_kicked", gone, caller.author)
    log.append(api.stream_of(sanction.room), "member_banned", told, by=caller.author)
    # Not why: operators, who read the audit, do not read what is said in private rooms.
    audited = {"id": who.id, "name": who.name, "until": until}
    log.audit("banned", {"room": sanction.room, **audited}, by=caller.author)
    return api.stream_of(sanction.room)


def lift(log: Log, lifted: api.Lift, what: sanctions.What, caller: Caller) -> None:
    """Let somebody speak, or come, again."""
    membership.within(log, lifted.room, lifted.person, caller)
    held = sanctions.find(log.connection, lifted.room, lifted.person, what, log.now)
    if held is None:
        return
    sanctions.lift(log.connection, lifted.room, lifted.person, what)
    done, who = {"mute": "unmuted", "ban": "unbanned"}[what], Author(held.id, held.name)
    log.append(api.stream_of(lifted.room), f"member_{done}", {"id": who.id, "name": who.name}, by=caller.author)
    deeds.note(log, Act(lifted.room, done, caller.author, who))


def take_down(log: Log, wanted: api.TakeDown, caller: Caller) -> Appended:
    """Delete a message of somebody else. The tombstone says who did it, and why."""
    stands = membership.standing(log, wanted.room, caller)
    stands.must_moderate()
    data = {"message": wanted.message, **({"why": wanted.why} if wanted.why else {})}
    stream = api.stream_of(wanted.room)
    derived = messages.place_of(log, wanted.room, wanted.message)
    taken = log.append(stream, "message_deleted", data, by=caller.author, key=wanted.key, derived=derived)
    if not taken.duplicate:
        message = store.message(log.connection, wanted.room, wanted.message)
        if message.author != caller.id:
            stands.must_outrank(store.role_of(log.connection, wanted.room, message.author))
        rules.must_be_there(message)
        posted = log.event(stream, wanted.message)
        who = posted.by if posted else Author(message.author, message.author)
        deeds.note(log, Act(wanted.room, "deleted", caller.author, who, wanted.why, message=wanted.message))
        messages.erase(log, wanted.room, wanted.message)
    return taken


def report(log: Log, id: str, report: api.Report, caller: Caller) -> None:
    """Keep what a member wants looked at, and tell those who moderate the room. Once is enough."""
    rules.must_be_member(store.is_member(log.connection, report.room, caller.id))
    rules.must_be_there(store.message(log.connection, report.room, report.message))
    if reports.add(log, id, report, caller.author):
        told = {"room": report.room, "message": report.message}
        for member in store.members(log.connection, report.room):
            if member.role != "member":
                personal.tell(log, member.id, "message_reported", told, membership.NODE)


def resolve(log: Log, which: api.WhichReport, caller: Caller) -> None:
    """A report is dealt with, whatever was done about it."""
    membership.must_look_after(log, which.room, caller)
    found = reports.resolve(log, which, caller.author)
    deeds.note(log, Act(which.room, "resolved", caller.author, found.author, found.why, message=found.message))


def open_reports(log: Log, room: str, caller: Caller) -> list[api.Reported]:
    membership.must_look_after(log, room, caller)
    return reports.still_open(log.connection, room)


def held(log: Log, room: str, caller: Caller) -> list[api.Sanctioned]:
    membership.standing(log, room, caller).must_moderate()
    return sanctions.holding(log.connection, room, log.now)


def done(log: Log, wanted: api.Deeds, caller: Caller) -> list[api.Deed]:
    membership.must_look_after(log, wanted.room, caller)
    return deeds.page(log.connection, wanted)


def _sanction(log: Log, sanction: api.Sanction, what: sanctions.What, who: Author, caller: Caller) -> float | None:
    until = rules.until(sanction.seconds, log.now)
    held = api.Sanctioned(who.id, who.name, what, until, sanction.why, log.now)
    sanctions.put(log.connection, sanction.room, held)
    done = {"mute": "muted", "ban": "banned"}[what]
    deeds.note(log, Act(sanction.room, done, caller.author, who, sanction.why, until))
    return until


def _called(log: Log, person: str, caller: Caller) -> Author:
    """Name somebody who is not in the room, as far as the caller knows them."""
    return Author(person, store.acquaintances(log.connection, caller.id).get(person, person))


def _told(who: api.Member | Author, until: float | None, why: str) -> dict[str, Any]:
    return {"id": who.id, "name": who.name, "until": until, "why": why}
