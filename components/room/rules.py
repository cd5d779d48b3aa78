"""The rules of a room: values in; new values, or a refusal, out. No I/O, no clock."""

from dataclasses import dataclass

from .api import EmptyText, MessageDeleted, NotAMember, NotYours


@dataclass(frozen=True)
class Message:
    """What the rules need to know of a message: whose it is, and whether it is still there."""

    author: str
    deleted: bool


def spoken(text: str) -> str:
    """Take the words of a message without the empty space around them; there must be some."""
    words = text.strip()
    if not words:
        raise EmptyText
    return words


def must_be_member(joined: bool) -> None:
    """Only who has joined may speak."""
    if not joined:
        raise NotAMember


def must_be_changeable(message: Message, by: str) -> None:
    """Only its author changes a message, and only while it is there."""
    if message.author != by:
        raise NotYours
    if message.deleted:
        raise MessageDeleted
