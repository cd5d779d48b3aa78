"""How often somebody is mentioned in what they have not read."""

from sqlalchemy import ColumnElement, func, literal, select

from .api import MOST_UNREAD
from .markers import MINE
from .message_store import EVERYBODY, MENTION


def mentions(person: str) -> ColumnElement[int]:
    """Count the messages after `room_mine.read` that mention a person and are still there, in a query of that table."""
    theirs = (MENTION.c.person.in_([person, EVERYBODY]), MENTION.c.author != person)
    unread = (MENTION.c.room == MINE.c.room, MENTION.c.offset > MINE.c.read)
    some = select(literal(1)).where(*unread, *theirs).limit(MOST_UNREAD).correlate(MINE).subquery()
    return select(func.count()).select_from(some).scalar_subquery()
