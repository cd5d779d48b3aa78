"""Messages that somebody wants looked at. Each works inside its caller's transaction.

A report keeps the words of its message, which may be edited or taken back meanwhile, until it is dealt with.
"""

from sqlalchemy import BigInteger, Column, Connection, Float, RowMapping, Table, Text, UniqueConstraint, select

from components.contract import Author
from components.streams import Log

from . import store
from .api import NoSuchReport, Report, Reported, WhichReport, stream_of

MOST = 200
REPORT = Table(
    "room_report",
    store.METADATA,
    Column("id", Text, primary_key=True),
    Column("room", Text, nullable=False),
    Column("message", BigInteger, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("by_id", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("resolved_at", Float),
    Column("resolved_by", Text),
    UniqueConstraint("room", "message", "by_id", name="room_report_once"),
)


def add(log: Log, id: str, report: Report, by: Author) -> bool:
    """Keep a report. Says whether it is new: somebody reports a message once."""
    same = (REPORT.c.room == report.room, REPORT.c.message == report.message, REPORT.c.by_id == by.id)
    if log.connection.execute(select(REPORT.c.id).where(*same)).first() is not None:
        return False
    author, words = _said(log, report)
    row = {"room": report.room, "message": report.message, "words": words, "why": report.why, "at": log.now}
    people = {"author_id": author.id, "author_name": author.name, "by_id": by.id, "by_name": by.name}
    log.connection.execute(REPORT.insert().values(id=id, **row, **people))
    return True


def still_open(connection: Connection, room: str) -> list[Reported]:
    """List what is not dealt with, the oldest first."""
    query = select(REPORT).where(REPORT.c.room == room, REPORT.c.resolved_at.is_(None)).order_by(REPORT.c.at)
    return [_reported(row) for row in connection.execute(query.limit(MOST)).mappings()]


def resolve(log: Log, which: WhichReport, by: Author) -> Reported:
    """Deal with a report, and forget its words."""
    where = (REPORT.c.id == which.report, REPORT.c.room == which.room, REPORT.c.resolved_at.is_(None))
    row = log.connection.execute(select(REPORT).where(*where)).mappings().first()
    if row is None:
        raise NoSuchReport(report=which.report)
    log.connection.execute(REPORT.update().where(*where).values(resolved_at=log.now, resolved_by=by.id, words=""))
    return _reported(row)


def _said(log: Log, report: Report) -> tuple[Author, str]:
    """Find whose message it is, and what it says now."""
    stream = stream_of(report.room)
    posted = log.event(stream, report.message)
    newest = log.event(stream, max(store.words(log.connection, report.room, report.message)))
    if posted is None:
        return Author("", ""), ""
    return posted.by, str((newest or posted).data.get("text", ""))


def _reported(row: RowMapping) -> Reported:
    author, by = Author(row["author_id"], row["author_name"]), Author(row["by_id"], row["by_name"])
    return Reported(row["id"], row["message"], author, row["words"], by, row["why"], row["at"])
