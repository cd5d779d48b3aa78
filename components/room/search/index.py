"""The index: what each message says now, and the words of it. Each function works inside its caller's transaction.

The words are in `room_search_words`, which is what the database has for them: FTS5 in SQLite, a tsvector with a GIN
index in PostgreSQL. Both hold the words that `words` made, as they are: neither takes a text apart by rules of its own.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from sqlite3 import Connection as SqliteConnection
from time import monotonic
from typing import Any, Protocol, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Float,
    Integer,
    Table,
    Text,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import OperationalError

from components.contract import Author
from components.room.api import SearchTooSlow
from components.room.files.api import File
from components.room.store import METADATA

from .query import Phrase, Query
from .words import words

Values = dict[str, Any]

SAID = Table(
    "room_search",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("room", Text, nullable=False),
    Column("message", BigInteger, nullable=False),
    Column("time", Float, nullable=False),
    Column("author", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("link", Boolean, nullable=False),
    Column("code", Boolean, nullable=False),
    Column("file", Boolean, nullable=False, default=False),
    Column("image", Boolean, nullable=False, default=False),
    Column("names", Text, nullable=False, default=""),
)
"""What every message says now, and the `names` of its files. The ids have the order in which they were posted."""

_LINK = re.compile(r"https?://\S", re.IGNORECASE)
_CODE = re.compile(r"`[^`]+`")


@dataclass(frozen=True)
class Said:
    """A message, as the index takes it in."""

    room: str
    message: int
    time: float
    by: Author
    text: str
    files: Sequence[File] = ()

    @property
    def names(self) -> str:
        return " ".join(file.name for file in self.files)


class Index(Protocol):
    """What a database has for words."""

    def add(self, connection: Connection, id: int, text: str, name: str) -> None:
        """Take the words of a text and of its author's name in."""

    def change(self, connection: Connection, id: int, text: str) -> None:
        """Put the words of another text in their place."""

    def drop(self, connection: Connection, ids: Sequence[int]) -> None:
        """Take words out."""

    def condition(self, query: Query) -> tuple[str, Values]:
        """Say in SQL which rows of `room_search_words` have the words of a query; nothing where it asks for none."""

    @property
    def id(self) -> str:
        """The column of `room_search_words` that is the id of the message."""

    def patience(self, connection: Connection, seconds: float) -> Any:
        """Give up what is done within this after so long. Raises `SearchTooSlow`."""


def index_of(connection: Connection) -> Index:
    return _FTS5 if connection.dialect.name == "sqlite" else _TSVECTOR


def add(connection: Connection, said: Said) -> None:
    """Take in what was posted."""
    row: Values = {"room": said.room, "message": said.message, "time": said.time, "author": said.by.id}
    image = any(file.width for file in said.files)
    row |= {"file": bool(said.files), "image": image, "names": said.names, "author_name": said.by.name}
    new = insert(SAID).values(**row, **_said(said.text)).returning(SAID.c.id)
    index_of(connection).add(
        connection, connection.execute(new).scalar_one(), _all(said.text, said.names), said.by.name
    )


def change(connection: Connection, room: str, message: int, text: str) -> None:
    """Put what a message says now in the place of what it said."""
    there = update(SAID).where(SAID.c.room == room, SAID.c.message == message)
    row = connection.execute(there.values(**_said(text)).returning(SAID.c.id, SAID.c.names)).first()
    if row is not None:
        index_of(connection).change(connection, row.id, _all(text, row.names))


def remove(connection: Connection, room: str, message: int) -> None:
    """Forget what a message said."""
    _remove(connection, SAID.c.room == room, SAID.c.message == message)


def forget(connection: Connection, room: str, oldest: int, most: int) -> bool:
    """Forget some of the messages that the log no longer keeps, and say whether there may be more."""
    gone = select(SAID.c.id).where(SAID.c.room == room, SAID.c.message < oldest).limit(most)
    return _remove(connection, SAID.c.id.in_(gone)) == most


def _remove(connection: Connection, *where: ColumnElement[bool]) -> int:
    ids = connection.execute(delete(SAID).where(*where).returning(SAID.c.id)).scalars().all()
    index_of(connection).drop(connection, ids)
    return len(ids)


def _said(text: str) -> Values:
    """Make the columns that depend on a text. PostgreSQL has no character 0."""
    link, code = _LINK.search(text) is not None, _CODE.search(text) is not None
    return {"text": text.replace("\0", "\ufffd"), "link": link, "code": code}


def _all(text: str, names: str) -> str:
    """What a message is found by: its words, and the names of its files."""
    return f"{text} {names}" if names else text


def _joined(text: str) -> str:
    return " ".join(word.word for word in words(text))


class _Fts5:
    """A virtual table of SQLite: https://www.sqlite.org/fts5.html."""

    id = "rowid"

    def add(self, connection: Connection, id: int, text: str, name: str) -> None:
        connection.execute(self._ADD, {"id": id, "words": _joined(text), "author": _joined(name)})

    def change(self, connection: Connection, id: int, text: str) -> None:
        connection.execute(self._CHANGE, {"id": id, "words": _joined(text)})

    def drop(self, connection: Connection, ids: Sequence[int]) -> None:
        for id in ids:
            connection.execute(self._DROP, {"id": id})

    _ADD = text("INSERT INTO room_search_words (rowid, words, author) VALUES (:id, :words, :author)")
    _CHANGE = text("UPDATE room_search_words SET words = :words WHERE rowid = :id")
    _DROP = text("DELETE FROM room_search_words WHERE rowid = :id")

    def condition(self, query: Query) -> tuple[str, Values]:
        wanted = [self._phrase("words", phrase) for phrase in query.wanted.phrases]
        wanted += self._any("author", query.wanted.authors)
        unwanted = [self._phrase("words", phrase) for phrase in query.unwanted.phrases]
        unwanted += self._any("author", query.unwanted.authors)
        if not unwanted:
            return ("room_search_words MATCH :match" if wanted else ""), {"match": " AND ".join(wanted)}
        if wanted:
            return "room_search_words MATCH :match", {
                "match": f"({' AND '.join(wanted)}) NOT ({' OR '.join(unwanted)})"
            }
        others = "SELECT rowid FROM room_search_words WHERE room_search_words MATCH :match"
        return f"room_search_words.rowid NOT IN ({others})", {"match": " OR ".join(unwanted)}

    def _any(self, column: str, phrases: Sequence[Phrase]) -> Iterator[str]:
        if phrases:
            yield f"({' OR '.join(self._phrase(column, phrase) for phrase in phrases)})"

    @staticmethod
    def _phrase(column: str, phrase: Phrase) -> str:
        return f'{column} : "{" ".join(phrase.words)}"{" *" if phrase.prefix else ""}'

    @contextmanager
    def patience(self, connection: Connection, seconds: float) -> Iterator[None]:
        sqlite = cast(SqliteConnection, connection.connection.driver_connection)
        end = monotonic() + seconds
        sqlite.set_progress_handler(lambda: monotonic() > end, self._STEPS)
        try:
            yield
        except OperationalError as error:
            if getattr(error.orig, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
                raise SearchTooSlow from None
            raise
        finally:
            sqlite.set_progress_handler(None, 0)

    _STEPS = 1_000
    """After how many steps of SQLite's virtual machine we look at the clock."""


class _Tsvector:
    """Columns of PostgreSQL: https://www.postgresql.org/docs/current/textsearch.html. Words are cast, not parsed."""

    id = "id"

    def add(self, connection: Connection, id: int, text: str, name: str) -> None:
        connection.execute(self._ADD, {"id": id, "words": self._vector(text), "author": self._vector(name)})

    def change(self, connection: Connection, id: int, text: str) -> None:
        connection.execute(self._CHANGE, {"id": id, "words": self._vector(text)})

    def drop(self, connection: Connection, ids: Sequence[int]) -> None:
        connection.execute(self._DROP, {"ids": list(ids)})

    _ADD = text(
        "INSERT INTO room_search_words (id, words, author)"
        " VALUES (:id, CAST(:words AS tsvector), CAST(:author AS tsvector))"
    )
    _CHANGE = text("UPDATE room_search_words SET words = CAST(:words AS tsvector) WHERE id = :id")
    _DROP = text("DELETE FROM room_search_words WHERE id = ANY(:ids)")

    def condition(self, query: Query) -> tuple[str, Values]:
        said = [self._phrase(phrase) for phrase in query.wanted.phrases]
        said += [f"!{self._phrase(phrase)}" for phrase in query.unwanted.phrases]
        by = list(self._any(query.wanted.authors))
        by += [f"!{who}" for who in self._any(query.unwanted.authors)]
        asked = {"words": " & ".join(said), "author": " & ".join(by)}
        has = [f"room_search_words.{column} @@ CAST(:{column} AS tsquery)" for column in asked if asked[column]]
        return " AND ".join(has), {column: words for column, words in asked.items() if words}

    def _any(self, phrases: Sequence[Phrase]) -> Iterator[str]:
        if phrases:
            yield f"({' | '.join(map(self._phrase, phrases))})"

    @staticmethod
    def _phrase(phrase: Phrase) -> str:
        return f"({' <-> '.join(map(_quoted, phrase.words))}{':*' if phrase.prefix else ''})"

    @staticmethod
    def _vector(text: str) -> str:
        return " ".join(f"{_quoted(word.word)}:{at}" for at, word in enumerate(words(text), start=1))

    @contextmanager
    def patience(self, connection: Connection, seconds: float) -> Iterator[None]:
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {round(seconds * 1000)}")
        try:
            yield
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", "") == "57014":
                raise SearchTooSlow from None
            raise


def _quoted(word: str) -> str:
    return f"'{word}'"


_FTS5, _TSVECTOR = _Fts5(), _Tsvector()
