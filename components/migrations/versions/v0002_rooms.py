"""Rooms, who has joined them, and where the words of each message stand in the log."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables that `components.room.store` describes."""
    op.create_table(
        "room",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.create_table(
        "room_member",
        sa.Column("room", sa.Text, sa.ForeignKey("room.name"), primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("since", sa.Float, nullable=False),
    )
    op.create_table(
        "room_words",
        sa.Column("room", sa.Text, sa.ForeignKey("room.name"), primary_key=True),
        sa.Column("offset", sa.BigInteger, primary_key=True),
        sa.Column("message", sa.BigInteger, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
    )
    op.create_index("room_words_of_message", "room_words", ["room", "message"])
