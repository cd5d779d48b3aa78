"""Search: what every message says now, and an index of its words."""

import re
from collections.abc import Iterator

import orjson
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from components.contract import Author
from components.room.search import index
from components.room.search.index import Said

revision = "0006"
down_revision = "0005"

_ADD = sa.text(
    'INSERT INTO room_search (room, message, "time", author, author_name, text, link, code)'
    " VALUES (:room, :message, :time, :author, :name, :text, :link, :code) RETURNING id"
)
_LINK = re.compile(r"https?://\S", re.IGNORECASE)
_CODE = re.compile(r"`[^`]+`")

BATCH = 500
"""How many messages are in memory at once."""


def upgrade() -> None:
    """Make the tables that `components.room.search.index` describes, and take in what was said before."""
    id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "room_search",
        sa.Column("id", id, primary_key=True, autoincrement=True),
        sa.Column("room", sa.Text, sa.ForeignKey("room.name"), nullable=False),
        sa.Column("message", sa.BigInteger, nullable=False),
        sa.Column("time", sa.Float, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("author_name", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("link", sa.Boolean, nullable=False),
        sa.Column("code", sa.Boolean, nullable=False),
    )
    op.create_index("room_search_of_message", "room_search", ["room", "message"], unique=True)
    _create_words(op.get_bind())
    for said in _all_said(op.get_bind()):
        _add(op.get_bind(), said)


def _add(connection: sa.Connection, said: Said) -> None:
    """Take a message in, with the columns that there are at this step."""
    link, code = _LINK.search(said.text) is not None, _CODE.search(said.text) is not None
    row = {"room": said.room, "message": said.message, "time": said.time, "author": said.by.id}
    id = connection.execute(
        _ADD, {**row, "name": said.by.name, "text": said.text.replace("\0", "\ufffd"), "link": link, "code": code}
    ).scalar_one()
    index.index_of(connection).add(connection, id, said.text, said.by.name)


def _create_words(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        # The words are made before: they are told apart by the spaces between them.
        op.execute(
            "CREATE VIRTUAL TABLE room_search_words USING fts5(words, author, tokenize = 'ascii', prefix = '2 3')"
        )
        return
    vector = postgresql.TSVECTOR
    op.create_table(
        "room_search_words",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("words", vector, nullable=False),
        sa.Column("author", vector, nullable=False),
    )
    op.create_index("room_search_words_all", "room_search_words", ["words", "author"], postgresql_using="gin")


_SAID = sa.text(
    'SELECT post.room, post.message, posted."time", posted.by_id, posted.by_name, newest.data'
    " FROM room_words AS post"
    " JOIN stream ON stream.name = 'openline.room.' || post.room"
    ' JOIN event AS posted ON posted.stream = stream.id AND posted."offset" = post.message'
    ' JOIN event AS newest ON newest.stream = stream.id AND newest."offset" = ('
    'SELECT max(words."offset") FROM room_words AS words WHERE words.room = post.room AND words.message = post.message)'
    ' WHERE post."offset" = post.message AND NOT post.deleted'
    ' ORDER BY posted."time", post.room, post.message'
)


def _all_said(connection: sa.Connection) -> Iterator[Said]:
    """Read what each message says now, in the order of their posting."""
    for room, message, time, id, name, data in connection.execute(_SAID, execution_options={"yield_per": BATCH}):
        said = orjson.loads(data).get("text")
        if said:
            yield Said(room, message, time, Author(id, name), said)
