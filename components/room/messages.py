"""What happens to messages, each within one transaction: load, decide, append, keep; a refusal takes all of it back."""

from typing import Any

from components.contract import Appended, Caller
from components.streams import Log

from . import api, rules, speaking, store
from .search import index


def post(log: Log, post: api.Post, text: str, caller: Caller) -> Appended:
    """Say something in a room."""
    rules.must_be_member(store.is_member(log.connection, post.room, caller.id))
    posted = log.append(api.stream_of(post.room), "message_posted", {"text": text}, by=caller.author, key=post.key)
    if not posted.duplicate:
        speaking.must_may_speak(log, post.room, caller)
        store.add_words(log.connection, post.room, posted.offset, posted.offset, caller.id)
        index.add(log.connection, index.Said(post.room, posted.offset, log.now, caller.author, text))
        store.stir(log.connection, post.room, log.now)
    return posted


def edit(log: Log, edit: api.Edit, text: str, caller: Caller) -> Appended:
    edited = _change(log, "message_edited", edit, {"message": edit.message, "text": text}, caller)
    if not edited.duplicate:
        speaking.must_may_speak(log, edit.room, caller, anew=False)
        store.add_words(log.connection, edit.room, edited.offset, edit.message, caller.id)
        index.change(log.connection, edit.room, edit.message, text)
    return edited


def delete(log: Log, delete: api.Delete, caller: Caller) -> Appended:
    deleted = _change(log, "message_deleted", delete, {"message": delete.message}, caller)
    if not deleted.duplicate:
        erase(log, delete.room, delete.message)
    return deleted


def erase(log: Log, room: str, message: int) -> None:
    """Take the words of a message out of the log and the index, for good."""
    store.mark_deleted(log.connection, room, message)
    index.remove(log.connection, room, message)
    for offset in store.words(log.connection, room, message):
        log.redact(api.stream_of(room), offset)


def _change(log: Log, what: str, change: api.Edit | api.Delete, data: dict[str, Any], caller: Caller) -> Appended:
    """Append a change of a message. A key seen before is answered first: the rules held when it was taken."""
    rules.must_be_member(store.is_member(log.connection, change.room, caller.id))
    changed = log.append(api.stream_of(change.room), what, data, by=caller.author, key=change.key)
    if not changed.duplicate:
        rules.must_be_changeable(store.message(log.connection, change.room, change.message), caller.id)
    return changed
