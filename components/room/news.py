"""Answer who has something to hear that they have not read: for components that tell people who have no page open.

Everything is read from what is kept anyway, so that a message costs nothing more, and nobody misses what was said while
somebody else was not there to listen.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, or_, select
from twisted.internet.interfaces import IReactorTime

from components import notice
from components.contract import Caller, Route
from components.database import Database

from . import api, counts, markers, notices, store
from .markers import MINE
from .message_store import EVERYBODY, MENTION
from .search.index import SAID
from .store import MEMBER, ROOM

LONGEST = 180
"""How many characters of a message are told."""


@dataclass(frozen=True)
class Newsroom:
    """A part of the room component."""

    db: Database
    clock: IReactorTime

    def routes(self) -> list[Route]:
        return [api.NEWS.by(self.news), api.NOTICES.by(self.notices)]

    async def news(self, caller: Caller, asked: notice.Lately) -> notice.AllNews:
        """Find for each of some people their newest message, in each room, that they want to hear of now."""
        return notice.AllNews(await self.db.read(_news, asked, self.clock.seconds()))

    async def notices(self, caller: Caller, asked: notice.Asked) -> notice.Notices:
        """Say what there is to tell of some messages, as far as that is still news."""
        return notice.Notices(await self.db.read(_notices, asked.news))


_JOINED = and_(MEMBER.c.room == MINE.c.room, MEMBER.c.person == MINE.c.person)
_UNREAD = (SAID.c.room == MINE.c.room, SAID.c.message > MINE.c.read, SAID.c.author != MINE.c.person)
_NAMED = and_(
    MENTION.c.room == SAID.c.room,
    MENTION.c.offset == SAID.c.message,
    or_(MENTION.c.person == MINE.c.person, MENTION.c.person == EVERYBODY),
)


def _news(connection: Connection, asked: notice.Lately, now: float) -> list[notice.News]:
    rooms = connection.execute(select(ROOM.c.name).where(ROOM.c.active > asked.since)).scalars().all()
    heard = {person: markers.notices(connection, person) for person in asked.people} if rooms else {}
    awake = [person for person, wanted in heard.items() if not notices.is_quiet(wanted, now)]
    query = (
        select(MINE.c.person, MINE.c.room, MINE.c.level, MINE.c.muted)
        .add_columns(_newest(asked).label("said"), _newest(asked, named=True).label("named"))
        .select_from(MINE.join(MEMBER, _JOINED))
        .where(MINE.c.person.in_(awake), MINE.c.muted.is_(False), MINE.c.room.in_(rooms))
    )
    rows = connection.execute(query).mappings() if awake else ()
    found = [(row, _wanted(row, heard[row["person"]])) for row in rows]
    times = _times(connection, ((row["room"], offset) for row, offset in found if offset))
    news = [_as_news(row, offset, times[row["room"], offset]) for row, offset in found if offset]
    return [one for one in news if not notices.is_quiet(heard[one.person], one.time)]  # Nor when it was said.


def _newest(asked: notice.Lately, named: bool = False) -> ColumnElement[Any]:
    """Find the newest message of others that is not read, by an index from the end."""
    query = select(SAID.c.message).where(*_UNREAD, SAID.c.time > asked.since, SAID.c.time <= asked.until)
    query = query.where(select(MENTION.c.room).where(_NAMED).exists()) if named else query
    return query.order_by(SAID.c.message.desc()).limit(1).correlate(MINE).scalar_subquery()


def _wanted(row: RowMapping, usual: api.Notices) -> int | None:
    """Choose what somebody wants to hear of: the newest message, or the newest that mentions them."""
    if notices.wants(row["level"], row["muted"], usual.level, named=False):
        return row["said"]  # type: ignore[no-any-return]
    return row["named"] if notices.wants(row["level"], row["muted"], usual.level, named=True) else None


def _times(connection: Connection, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], float]:
    query = select(SAID.c.time)
    return {
        (room, offset): connection.execute(query.where(SAID.c.room == room, SAID.c.message == offset)).scalar_one()
        for room, offset in set(places)
    }


def _as_news(row: RowMapping, offset: int, time: float) -> notice.News:
    return notice.News(row["person"], row["room"], offset, time, offset == row["named"])


def _notices(connection: Connection, asked: list[notice.WhichNews]) -> list[notice.Notice]:
    by_person: dict[str, list[notice.WhichNews]] = defaultdict(list)
    for one in asked:
        by_person[one.person].append(one)
    return [told for person, some in by_person.items() for told in _of(connection, person, some)]


def _of(connection: Connection, person: str, asked: list[notice.WhichNews]) -> list[notice.Notice]:
    """Tell one person of some messages, each in a room that they are in still."""
    owns = {own.room: own for own in counts.all_of(connection, person)}
    told = [own for own in owns.values() if own.unread and not own.muted]
    unread, rooms = sum(own.unread for own in told), [own.room for own in told]
    found = ((one, _said(connection, one)) for one in asked if one.room in owns and one.offset > owns[one.room].read)
    titles = store.called(connection, person, [one.room for one in asked])
    return [
        notice.Notice(
            person,
            one.room,
            one.offset,
            titles.get(one.room, "") if said["kind"] == "direct" else said["title"],
            said["author_name"],
            said["text"],
            said["kind"] == "direct",
            unread,
            rooms,
        )
        for one, said in found
        if said is not None
    ]


def _said(connection: Connection, one: notice.WhichNews) -> RowMapping | None:
    text = func.substr(SAID.c.text, 1, LONGEST + 1).label("text")
    query = select(ROOM.c.title, ROOM.c.kind, SAID.c.author_name, text).join_from(
        SAID, ROOM, ROOM.c.name == SAID.c.room
    )
    return connection.execute(query.where(SAID.c.room == one.room, SAID.c.message == one.offset)).mappings().first()
