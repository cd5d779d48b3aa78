"""Reactions to messages, what is pinned, and who is mentioned."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables that `components.room.message_store` describes."""
    op.create_table(
        "room_reaction",
        sa.Column("room", sa.Text, sa.ForeignKey("room.name"), primary_key=True),
        sa.Column("message", sa.BigInteger, primary_key=True),
        sa.Column("emoji", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("offset", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "room_pin",
        sa.Column("room", sa.Text, sa.ForeignKey("room.name"), primary_key=True),
        sa.Column("message", sa.BigInteger, primary_key=True),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("by_id", sa.Text, nullable=False),
        sa.Column("by_name", sa.Text, nullable=False),
        sa.Column("time", sa.Float, nullable=False),
    )
    op.create_table(
        "room_mention",
        sa.Column("room", sa.Text, sa.ForeignKey("room.name"), primary_key=True),
        sa.Column("offset", sa.BigInteger, primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("author", sa.Text, nullable=False),
    )
    op.create_index("room_mention_of_person", "room_mention", ["room", "person", "offset"])
