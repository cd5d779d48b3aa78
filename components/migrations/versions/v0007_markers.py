"""How far people have read, what they want of rooms and of notices, and when something was last said in each room."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_STIR = sa.text(
    "UPDATE room SET active = coalesce((SELECT event.time FROM stream JOIN event"
    ' ON event.stream = stream.id AND event."offset" = stream.head'
    " WHERE stream.name = 'openline.room.' || room.name), room.created)"
)
_BEGIN = sa.text(
    "INSERT INTO room_mine (person, room, read, favourite, muted, level)"
    ' SELECT person, room, coalesce((SELECT max("offset") FROM room_words'
    " WHERE room_words.room = room_member.room), 0), false, false, 'default' FROM room_member"
)


def upgrade() -> None:
    """Make the tables that `components.room.markers` describes. Nothing that was said before counts as unread."""
    op.add_column("room", sa.Column("active", sa.Float, nullable=False, server_default="0"))
    op.create_table(
        "room_mine",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("room", sa.Text, sa.ForeignKey("room.name"), primary_key=True),
        sa.Column("read", sa.BigInteger, nullable=False),
        sa.Column("favourite", sa.Boolean, nullable=False),
        sa.Column("muted", sa.Boolean, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
    )
    op.create_table(
        "room_notices",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("sound", sa.Boolean, nullable=False),
        sa.Column("starts", sa.Integer),
        sa.Column("ends", sa.Integer),
        sa.Column("zone", sa.Text),
        sa.Column("paused", sa.Float, nullable=False),
    )
    op.create_index(
        "room_words_posted",
        "room_words",
        ["room", "offset", "author"],
        sqlite_where=sa.text('message = "offset" AND deleted IS 0'),
        postgresql_where=sa.text('message = "offset" AND deleted IS false'),
    )
    op.execute(_STIR)
    op.execute(_BEGIN)
