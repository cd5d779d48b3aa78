"""What people put on messages, each within one transaction: reactions and pins. Doing it twice changes nothing.

A key that was seen before is answered before the rules are asked: they held when it was taken.
"""

from components.contract import OPERATOR, Appended, Caller
from components.streams import Log

from . import api, message_store, rules, speaking, store


def react(log: Log, wanted: api.React, caller: Caller) -> Appended:
    """Put an emoji on a message."""
    rules.must_be_member(store.is_member(log.connection, wanted.room, caller.id))
    room, message, emoji = wanted.room, wanted.message, wanted.emoji
    done = _told(log, room, message_store.reaction(log.connection, room, message, emoji, caller.id))
    if done:
        return done
    data = {"message": message, "emoji": emoji}
    reacted = log.append(api.stream_of(room), "reacted", data, by=caller.author, key=wanted.key)
    if not reacted.duplicate:
        speaking.must_may_speak(log, room, caller, anew=False)
        rules.must_be_there(store.message(log.connection, room, message))
        rules.must_take_emoji(message_store.emoji_of(log.connection, room, message), emoji)
        message_store.add_reaction(log.connection, room, message, emoji, caller.id, reacted.offset)
    return reacted


def unreact(log: Log, wanted: api.React, caller: Caller) -> Appended:
    """Take an emoji of one's own off a message."""
    rules.must_be_member(store.is_member(log.connection, wanted.room, caller.id))
    room, message, emoji = wanted.room, wanted.message, wanted.emoji
    if message_store.reaction(log.connection, room, message, emoji, caller.id) is None:
        return _unchanged(log, room, message)
    data = {"message": message, "emoji": emoji}
    removed = log.append(api.stream_of(room), "unreacted", data, by=caller.author, key=wanted.key)
    if not removed.duplicate:
        message_store.remove_reaction(log.connection, room, message, emoji, caller.id)
    return removed


def pin(log: Log, wanted: api.Pin, caller: Caller) -> Appended:
    """Pin a message to its room."""
    _must_moderate(log, wanted.room, caller)
    done = _told(log, wanted.room, message_store.pin(log.connection, wanted.room, wanted.message))
    if done:
        return done
    data = {"message": wanted.message}
    pinned = log.append(api.stream_of(wanted.room), "pinned", data, by=caller.author, key=wanted.key)
    if not pinned.duplicate:
        speaking.must_may_speak(log, wanted.room, caller, anew=False)
        rules.must_be_there(store.message(log.connection, wanted.room, wanted.message))
        rules.must_take_pin(message_store.count_pins(log.connection, wanted.room))
        message_store.add_pin(log.connection, wanted.room, wanted.message, pinned.offset, caller.author, log.now)
    return pinned


def unpin(log: Log, wanted: api.Pin, caller: Caller) -> Appended:
    """Take a message off its room's pins."""
    _must_moderate(log, wanted.room, caller)
    if message_store.pin(log.connection, wanted.room, wanted.message) is None:
        return _unchanged(log, wanted.room, wanted.message)
    data = {"message": wanted.message}
    removed = log.append(api.stream_of(wanted.room), "unpinned", data, by=caller.author, key=wanted.key)
    if not removed.duplicate:
        message_store.remove_pin(log.connection, wanted.room, wanted.message)
    return removed


def moderates(log: Log, room: str, caller: Caller) -> bool:
    """Say whether somebody keeps a room in order."""
    return _standing(log, room, caller).moderates


def _standing(log: Log, room: str, caller: Caller) -> rules.Standing:
    return rules.Standing(store.role_of(log.connection, room, caller.id), caller.role == OPERATOR)


def _must_moderate(log: Log, room: str, caller: Caller) -> None:
    rules.must_be_member(store.is_member(log.connection, room, caller.id))
    _standing(log, room, caller).must_moderate()


def _told(log: Log, room: str, offset: int | None) -> Appended | None:
    """Answer with the event by which something was done before, if it was, and that is kept."""
    event = None if offset is None else log.event(api.stream_of(room), offset)
    return Appended(event.epoch, event.offset, duplicate=True) if event else None


def _unchanged(log: Log, room: str, message: int) -> Appended:
    """Answer that nothing had to be done to a message, with its own position."""
    store.message(log.connection, room, message)
    answer = _told(log, room, message)
    if answer is None:
        raise api.NoSuchMessage(room=room, offset=message)
    return answer
