"""What happens to messages, each within one transaction: load, decide, append, keep; a refusal takes all of it back."""

from dataclasses import asdict
from typing import Any

from components.contract import Appended, Caller
from components.streams import Log

from . import api, marks, message_store, rules, speaking, store
from .files import rules as file_rules
from .files import store as file_store
from .mentioning import Mentions, mentioned
from .search import index


def post(log: Log, post: api.Post, text: str, caller: Caller) -> Appended:
    """Say something in a room."""
    rules.must_be_member(store.is_member(log.connection, post.room, caller.id))
    stream, mentions = api.stream_of(post.room), _mentions(log, post.room, text, caller)
    places = {"reply_to": post.reply_to, "thread": post.thread}
    file_rules.must_be_few(post.files)
    files = file_store.attachable(log.connection, post.room, caller.id, post.files)
    data = {
        "text": text,
        **_derived(files=post.files),
        **{name: place for name, place in places.items() if place is not None},
    }
    derived = _derived(mentions=mentions, files=[asdict(file) for file in files])
    posted = log.append(stream, "message_posted", data, by=caller.author, key=post.key, derived=derived)
    if not posted.duplicate:
        _must_fit(log, post)
        file_rules.must_be_there(post.files, files)
        speaking.must_may_speak(log, post.room, caller)
        store.add_words(log.connection, post.room, posted.offset, posted.offset, caller.id)
        message_store.set_mentions(log.connection, post.room, posted.offset, mentions, caller.id)
        file_store.attach(log.connection, post.room, posted.offset, post.files)
        index.add(log.connection, index.Said(post.room, posted.offset, log.now, caller.author, text, files))
        store.stir(log.connection, post.room, log.now)
    return posted


def edit(log: Log, edit: api.Edit, text: str, caller: Caller, window: float | None = None) -> Appended:
    mentions = _mentions(log, edit.room, text, caller)
    data = {"message": edit.message, "text": text}
    edited = _change(log, "message_edited", edit, data, caller, _derived(mentions=mentions))
    if not edited.duplicate:
        speaking.must_may_speak(log, edit.room, caller, anew=False)
        _must_be_in_time(log, edit, caller, window)
        store.add_words(log.connection, edit.room, edited.offset, edit.message, caller.id)
        message_store.set_mentions(log.connection, edit.room, edit.message, mentions, caller.id)
        index.change(log.connection, edit.room, edit.message, text)
    return edited


def delete(log: Log, delete: api.Delete, caller: Caller) -> Appended:
    derived = place_of(log, delete.room, delete.message)
    deleted = _change(log, "message_deleted", delete, {"message": delete.message}, caller, derived)
    if not deleted.duplicate:
        erase(log, delete.room, delete.message)
    return deleted


def erase(log: Log, room: str, message: int) -> None:
    """Take the words of a message out of the log and the index, for good, and what hangs on it."""
    store.mark_deleted(log.connection, room, message)
    message_store.forget(log.connection, room, message)
    file_store.drop_message(log.connection, room, message)
    index.remove(log.connection, room, message)
    for offset in store.words(log.connection, room, message):
        log.redact(api.stream_of(room), offset)


def place_of(log: Log, room: str, message: int) -> dict[str, Any]:
    """Say in which thread a message stands, for its tombstone: it stays there, and the log keeps no other trace."""
    posted = log.event(api.stream_of(room), message)
    return _derived(thread=posted.data.get("thread") if posted else None)


def _change(
    log: Log,
    what: str,
    change: api.Edit | api.Delete,
    data: dict[str, Any],
    caller: Caller,
    derived: dict[str, Any],
) -> Appended:
    """Append a change of a message. A key seen before is answered first: the rules held when it was taken."""
    rules.must_be_member(store.is_member(log.connection, change.room, caller.id))
    stream = api.stream_of(change.room)
    changed = log.append(stream, what, data, by=caller.author, key=change.key, derived=derived)
    if not changed.duplicate:
        rules.must_be_changeable(store.message(log.connection, change.room, change.message), caller.id)
    return changed


def _must_fit(log: Log, post: api.Post) -> None:
    """What words answer is there, or was: who wrote them offline did not know that it was deleted since."""
    for message in (post.reply_to, post.thread):
        if message is not None:
            store.message(log.connection, post.room, message)
    if post.thread is not None and (root := log.event(api.stream_of(post.room), post.thread)):
        rules.must_be_a_root(root.data)


def _must_be_in_time(log: Log, edit: api.Edit, caller: Caller, window: float | None) -> None:
    posted = log.event(api.stream_of(edit.room), edit.message)
    if not marks.moderates(log, edit.room, caller):
        rules.must_be_in_time(posted.time if posted else 0.0, log.now, window)


def _mentions(log: Log, room: str, text: str, caller: Caller) -> Mentions:
    if "@" not in text:
        return []
    people = [(one.id, one.name) for one in store.members(log.connection, room) if one.id != caller.id]
    return mentioned(text, people, everybody=marks.moderates(log, room, caller))


def _derived(**data: Any) -> dict[str, Any]:
    """Take what there is to tell."""
    return {name: value for name, value in data.items() if value}
